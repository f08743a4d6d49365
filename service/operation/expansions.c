/*
 * Rows beside their ids: `expand=findings,authority`. One query for each name,
 * two for each nested one, whatever the number of rows.
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
	struct statement s;
	int outcome = -1;

	builder_init(&b, call->context.recorded_at != NULL);
	statement_expand(&b, r, e, columns, ids, n);
	if (builder_statement(&b, &s, err) == 0)
		outcome = connection_run(c, &call->context, &s, 1, ret_rows, err);
	builder_done(&b);
	return outcome;
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
	return fetch(c, call, r, e, &ret_rows->columns, ids, n_parents, &ret_rows->rows, err);
}

/* In the rows of a level, the column that the nested level hangs from; column 0 is the ordinal. */
static size_t nested_column(const struct expansion_rows *level, const struct expansion *nested)
{
	if (nested->many)
		return 1 + level->columns.id;
	for (size_t i = 0; i < level->columns.n; i++)
		if (strcmp(level->columns.field[i]->name, nested->column) == 0)
			return 1 + i;
	return 1 + level->columns.id;
}

static int fetch_nested(struct connection *c, const struct call *call, struct expansion_rows *level, struct error *err)
{
	const struct expansion *nested = level->expand->nested;

	if (!nested)
		return 0;
	level->nested = calloc(1, sizeof(*level->nested));
	if (!level->nested)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return fetch_level(c, call, level->target, nested, level->rows, result_rows(level->rows),
			   nested_column(level, nested), level->nested, err);
}

int expansions_fetch(struct connection *c, const struct call *call, const struct list_query *q,
		     const struct columns *columns, const struct result *page, size_t n_rows,
		     struct expansions *ret_expansions, struct error *err)
{
	memset(ret_expansions, 0, sizeof(*ret_expansions));
	for (size_t i = 0; i < q->n_expand; i++) {
		struct expansion_rows *level = &ret_expansions->item[ret_expansions->n++];

		level->expand = &q->expand[i];
		if (fetch_level(c, call, q->resource, q->expand[i].expansion, page, n_rows, columns->expand + i, level,
				err) < 0 ||
		    fetch_nested(c, call, level, err) < 0)
			return -1;
	}
	return 0;
}

/* --- writing --------------------------------------------------------------------- */

static bool belongs(const struct expansion_rows *x, size_t ordinal)
{
	return x->position < result_rows(x->rows) && strtoul(result_text(x->rows, x->position, 0), NULL, 10) == ordinal;
}

static bool write_level(struct buf *out, const struct expansion *e, struct expansion_rows *x, size_t ordinal);

static void write_row(struct buf *out, struct expansion_rows *x)
{
	struct cell cells[64];
	bool more = false;
	const struct expansion *nested = x->expand ? x->expand->nested : NULL;

	representation_cells(x->rows, x->position, 1, x->columns.n, cells);
	buf_addc(out, '{');
	row_members_json(out, x->target, &x->columns, cells);
	if (x->nested)
		more = write_level(out, nested, x->nested, x->position + 1);
	if (more) {
		buf_adds(out, ",\"expand_has_more\":[");
		buf_add_json(out, nested->name, strlen(nested->name));
		buf_addc(out, ']');
	}
	buf_addc(out, '}');
}

/* Rows past the limit are counted, not shown, nor is what hangs from them. */
static void skip_row(struct expansion_rows *x)
{
	while (x->nested && belongs(x->nested, x->position + 1))
		x->nested->position++;
	x->position++;
}

static bool write_level(struct buf *out, const struct expansion *e, struct expansion_rows *x, size_t ordinal)
{
	size_t shown = 0;

	buf_addc(out, ',');
	buf_add_json(out, e->name, strlen(e->name));
	buf_adds(out, e->many ? ":[" : ":");
	while (belongs(x, ordinal)) {
		if (shown < LIMIT_EXPAND_ROWS) {
			if (shown > 0)
				buf_addc(out, ',');
			write_row(out, x);
			x->position++;
		} else {
			skip_row(x);
		}
		shown++;
	}
	if (e->many)
		buf_addc(out, ']');
	else if (shown == 0)
		buf_adds(out, "null");
	return shown > LIMIT_EXPAND_ROWS;
}

void expansions_write(struct buf *out, struct expansions *x, size_t row)
{
	const char *cut[LIMIT_EXPANSIONS];
	size_t n_cut = 0;

	for (size_t i = 0; i < x->n; i++)
		if (write_level(out, x->item[i].expand->expansion, &x->item[i], row + 1))
			cut[n_cut++] = x->item[i].expand->expansion->name;
	for (size_t i = 0; i < n_cut; i++) {
		buf_adds(out, i ? "," : ",\"expand_has_more\":[");
		buf_add_json(out, cut[i], strlen(cut[i]));
	}
	if (n_cut > 0)
		buf_addc(out, ']');
}

void expansions_done(struct expansions *x)
{
	for (size_t i = 0; i < x->n; i++) {
		result_free(x->item[i].rows);
		if (x->item[i].nested)
			result_free(x->item[i].nested->rows);
		free(x->item[i].nested);
	}
}
