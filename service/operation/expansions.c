/*
 * Rows beside their ids: `expand=findings,findings.actions`. One query for each
 * name, whatever the number of rows.
 */
#include <stdio.h>
#include <string.h>

#include "operation/internal.h"

#include "core/banned.h"

/* The ids that the next level hangs from: column `column` of each row, in order. Owned by the caller; texts borrowed. */
static char **parent_ids(const struct result *rows, size_t n_rows, size_t column)
{
	char **ids = calloc(n_rows + 1, sizeof(*ids));

	for (size_t i = 0; ids && i < n_rows; i++) {
		const char *id = result_text(rows, i, column);

		ids[i] = (char *)(id ? id : "");
	}
	return ids;
}

/* An absent reference has no row; as an id it must still be one, so it becomes the nil UUID or an LA number nobody has. */
static void mend_absent(char **ids, size_t n, const struct resource *keyed)
{
	for (size_t i = 0; i < n; i++)
		if (!*ids[i])
			ids[i] = (char *)(keyed->own_key ? "-" : "00000000-0000-0000-0000-000000000000");
}

static int fetch(struct connection *c, const struct call *call, const struct resource *r, const struct expansion *e,
		 const struct columns *columns, char *const *ids, size_t n, struct result **ret_rows, struct error *err)
{
	struct builder b;

	builder_init(&b, reach_schema(call));
	statement_expand(&b, r, e, columns, ids, n);
	return builder_run(&b, c, &call->context, ret_rows, err);
}

static int fetch_level(struct connection *c, const struct call *call, const struct resource *r,
		       const struct expansion *e, const struct result *parents, size_t n_parents, size_t id_column,
		       struct expansion_rows *ret_rows, struct error *err)
{
	const struct resource *target = resources[e->target];
	_cleanup_(freep) char **ids = parent_ids(parents, n_parents, id_column);

	if (!ids)
		return error_set(err, ERR_INTERNAL, "out of memory");
	mend_absent(ids, n_parents, e->many ? r : target);
	ret_rows->target = target;
	columns_all(target, &ret_rows->columns);
	if (readings_wanted(call))
		columns_mark(target, &ret_rows->columns);
	if (fetch(c, call, r, e, &ret_rows->columns, ids, n_parents, &ret_rows->rows, err) < 0)
		return -1;
	if (result_rows(ret_rows->rows) <= LIMIT_EXPANDED_ROWS)
		return 0;
	error_add(err, ERR_MALFORMED, IN_QUERY, "/expand", "too_much",
		  "would show more than %d rows of %s; ask for fewer rows with limit=", LIMIT_EXPANDED_ROWS, e->name);
	return error_check(err);
}

/* In the rows of a first level, the column that a second hangs from; column 0 is the ordinal. */
static size_t column_within(const struct expansion_rows *level, const struct expansion *e)
{
	if (e->many)
		return 1 + level->columns.id;
	for (size_t i = 0; i < level->columns.n; i++)
		if (strcmp(level->columns.field[i]->name, e->column) == 0)
			return 1 + i;
	return 1 + level->columns.id;
}

/* A first level always stands before what is within it. */
static int fetch_within(struct connection *c, const struct call *call, const struct expansion_rows *level,
			struct expansion_rows *x, struct error *err)
{
	return fetch_level(c, call, level->target, x->expand->expansion, level->rows, result_rows(level->rows),
			   column_within(level, x->expand->expansion), x, err);
}

int expansions_fetch(struct connection *c, const struct call *call, const struct list_query *q,
		     const struct columns *columns, const struct result *page, size_t n_rows,
		     struct expansions *ret_expansions, struct error *err)
{
	size_t column = columns->expand;

	*ret_expansions = (struct expansions){ .call = call };
	for (size_t i = 0; i < q->n_expand; i++) {
		struct expansion_rows *x = &ret_expansions->item[ret_expansions->n++];
		int within = q->expand[i].within, outcome;

		x->expand = &q->expand[i];
		if (within < 0)
			outcome = fetch_level(c, call, q->resource, q->expand[i].expansion, page, n_rows, column++, x,
					      err);
		else
			outcome = fetch_within(c, call, &ret_expansions->item[within], x, err);
		if (outcome < 0)
			return -1;
	}
	return 0;
}

/* --- writing --------------------------------------------------------------------- */

static bool belongs(const struct expansion_rows *x, size_t ordinal)
{
	return x->position < result_rows(x->rows) && strtoul(result_text(x->rows, x->position, 0), NULL, 10) == ordinal;
}

static void write_children(struct buf *out, struct expansions *all, int within, size_t ordinal);

static void write_row(struct buf *out, struct expansions *all, struct expansion_rows *x)
{
	struct cell cells[LIMIT_FIELDS];

	representation_cells(x->rows, x->position, 1, x->columns.n, cells);
	readings_add_row(all->call, x->target, &x->columns, x->rows, x->position, 1);
	buf_addc(out, '{');
	row_members_json(out, x->target, &x->columns, cells);
	write_children(out, all, (int)(x - all->item), x->position + 1);
	buf_addc(out, '}');
	x->position++;
}

/* Rows past the limit are not shown, nor is what hangs from them. */
static void skip_row(struct expansions *all, struct expansion_rows *x)
{
	for (size_t i = 0; i < all->n; i++)
		while (all->item[i].expand->within == x - all->item && belongs(&all->item[i], x->position + 1))
			all->item[i].position++;
	x->position++;
}

/* One member: the row, or the list of rows, of the parent with this ordinal. True when there were more than are shown. */
static bool write_member(struct buf *out, struct expansions *all, struct expansion_rows *x, size_t ordinal)
{
	const struct expansion *e = x->expand->expansion;
	size_t n = 0;

	buf_addc(out, ',');
	buf_add_json(out, e->name, strlen(e->name));
	buf_adds(out, e->many ? ":[" : ":");
	for (; belongs(x, ordinal); n++) {
		if (n >= LIMIT_EXPAND_ROWS) {
			skip_row(all, x);
			continue;
		}
		if (n > 0)
			buf_addc(out, ',');
		write_row(out, all, x);
	}
	if (e->many)
		buf_addc(out, ']');
	else if (n == 0)
		buf_adds(out, "null");
	return n > LIMIT_EXPAND_ROWS;
}

static void write_children(struct buf *out, struct expansions *all, int within, size_t ordinal)
{
	const char *cut[LIMIT_EXPANSIONS];
	size_t n_cut = 0;

	for (size_t i = 0; i < all->n; i++)
		if (all->item[i].expand->within == within && write_member(out, all, &all->item[i], ordinal))
			cut[n_cut++] = all->item[i].expand->expansion->name;
	for (size_t i = 0; i < n_cut; i++) {
		buf_adds(out, i ? "," : ",\"expand_has_more\":[");
		buf_add_json(out, cut[i], strlen(cut[i]));
	}
	if (n_cut > 0)
		buf_addc(out, ']');
}

void expansions_write(struct buf *out, struct expansions *x, size_t row)
{
	write_children(out, x, -1, row + 1);
}

void expansions_done(struct expansions *x)
{
	for (size_t i = 0; i < x->n; i++)
		result_free(x->item[i].rows);
}
