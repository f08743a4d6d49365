/*
 * SQL for one shape of request, from the resource tables: which predicates are
 * there and how it is sorted, never their values.
 */
#include "repository/statement.h"

#include <stdio.h>
#include <string.h>

#include "core/banned.h"

static const char *column_type(const struct resource *r, const struct field *f)
{
	return f->type == F_ID ? key_type(r) : sql_type(f);
}

/* --- columns ---------------------------------------------------------------- */

/* Lists come as JSON text from the database; all else as plain text for the row writer. */
static void add_column(struct buf *sql, const struct field *f)
{
	if (f->type == F_TEXTS)
		buf_addf(sql, "to_json(t.%s)", f->name);
	else
		buf_addf(sql, "t.%s", f->type == F_TRANSITIONS ? "status" : f->name);
}

static bool has_version(const struct resource *r)
{
	return resource_field(r, "version") != NULL;
}

static void add_columns(struct buf *sql, const struct resource *r, const struct columns *columns)
{
	for (size_t i = 0; i < columns->n; i++) {
		add_column(sql, columns->field[i]);
		buf_adds(sql, ", ");
	}
	buf_addf(sql, "t.id, %s", has_version(r) ? "t.version" : "0 AS version");
	if (columns->marked && columns->sensitivity > columns->version)
		buf_adds(sql, ", t.sensitivity");
}

static void add_hidden(struct buf *sql, const struct list_query *q)
{
	for (size_t i = 0; i < q->n_sort; i++)
		buf_addf(sql, ", t.%s", q->sort[i].field->name);
	for (size_t i = 0; i < q->n_expand; i++)
		if (q->expand[i].within < 0)
			buf_addf(sql, ", t.%s", q->expand[i].expansion->many ? "id" : q->expand[i].expansion->column);
}

/* --- predicates ------------------------------------------------------------- */

/* A template's {s} is the schema, {v} the array in $n, {p} the parent's id. */
static void add_template(struct builder *b, const char *template, unsigned n, const char *type)
{
	for (const char *c = template; *c; c++) {
		if (c[0] == '{' && c[1] && c[2] == '}') {
			if (c[1] == 's')
				buf_adds(&b->sql, b->schema);
			else if (c[1] == 'v')
				buf_addf(&b->sql, "$%u::%s[]", n, type);
			else
				buf_adds(&b->sql, "p.id");
			c += 2;
		} else {
			buf_addc(&b->sql, *c);
		}
	}
}

static bool is_recorded(const struct builder *b)
{
	return strcmp(b->schema, seen_schemas[SCHEMA_RECORDED]) == 0 ||
	       strcmp(b->schema, seen_schemas[SCHEMA_SEEN_RECORDED]) == 0;
}

/*
 * Of rows as they are, by the table of such keys: beneath a policy PostgreSQL uses no index for a question about JSON,
 * as rows that were must be asked.
 */
static void add_external_ref(struct builder *b, const struct resource *r, const struct predicate *p)
{
	unsigned n = builder_array(b, p->values, p->n_values);

	if (is_recorded(b))
		buf_addf(&b->sql,
			 " AND t.external_refs @> ANY (ARRAY(SELECT jsonb_build_object(split_part(v, ':', 1), "
			 "substr(v, strpos(v, ':') + 1)) FROM unnest($%u::text[]) v))",
			 n);
	else
		buf_addf(&b->sql,
			 " AND t.id IN (SELECT x.row_id FROM (SELECT split_part(v, ':', 1) AS system, "
			 "substr(v, strpos(v, ':') + 1) AS ref FROM unnest($%u::text[]) v OFFSET 0) v "
			 "JOIN inspectd.external_ref x ON x.resource = '%s' AND x.system = v.system AND x.ref = v.ref)",
			 n, r->name);
}

/* Likewise words, in a view of their own. What belongs to no authority has no such view, nor need of one. */
static void add_search(struct builder *b, const struct resource *r, const char *text)
{
	unsigned n = builder_value(b, text);

	if (is_recorded(b) || !r->owned)
		buf_addf(&b->sql, " AND t.search @@ websearch_to_tsquery('english', $%u)", n);
	else
		buf_addf(&b->sql,
			 " AND t.id IN (SELECT w.id FROM inspectd.%s_words w "
			 "WHERE w.words @@ websearch_to_tsquery('english', $%u))",
			 r->name, n);
}

static void add_filter(struct builder *b, const struct predicate *p)
{
	const struct filter *f = p->filter;
	const char *type = f->type == F_REF ? key_type(resources[f->ref]) : "text";
	bool plain = f->type == F_BOOL;

	buf_adds(&b->sql, " AND (");
	add_template(b, plain && !p->yes ? f->otherwise : f->sql, plain ? 0 : builder_array(b, p->values, p->n_values),
		     type);
	buf_adds(&b->sql, ")");
}

/* Rows whose list of ids names one of the values. */
static void add_listed(struct builder *b, const struct predicate *p)
{
	const struct rows *x = p->field->rows;

	buf_addf(&b->sql, " AND t.id IN (SELECT l.%s FROM %s.%s l WHERE l.%s = ANY ($%u::%s[]))", x->owner, b->schema,
		 x->table, x->member, builder_array(b, p->values, p->n_values), sql_type(p->field));
}

static void add_comparison(struct builder *b, const struct resource *r, const struct predicate *p)
{
	static const char *const operators[] = { [OP_GT] = ">", [OP_GTE] = ">=", [OP_LT] = "<", [OP_LTE] = "<=" };
	const char *name = p->field->name, *type = column_type(r, p->field);

	if (p->field->type == F_REFS)
		add_listed(b, p);
	else if (p->op == OP_IN &&
		 p->n_values == 1) /* of one value rows come out of an index in its order; of several, not */
		buf_addf(&b->sql, " AND t.%s = $%u::%s", name, builder_value(b, p->values[0]), type);
	else if (p->op == OP_IN)
		buf_addf(&b->sql, " AND t.%s = ANY ($%u::%s[])", name, builder_array(b, p->values, p->n_values), type);
	else if (p->op == OP_NOT_IN)
		buf_addf(&b->sql, " AND (t.%s <> ALL ($%u::%s[]) OR t.%s IS NULL)", name,
			 builder_array(b, p->values, p->n_values), type, name);
	else
		buf_addf(&b->sql, " AND t.%s %s $%u::%s", name, operators[p->op], builder_value(b, p->values[0]), type);
}

/* A list of ids whose filter has this name, or NULL. */
static const struct field *list_of(const struct resource *r, const char *filter)
{
	char name[FILTER_NAME_BYTES];

	for (size_t i = 0; i < r->n_fields; i++) {
		resource_filter_name(&r->fields[i], name);
		if (r->fields[i].type == F_REFS && (r->fields[i].flags & FILTER) && strcmp(name, filter) == 0)
			return &r->fields[i];
	}
	return NULL;
}

static const struct filter *filter_within(const struct resource *r, const char *name)
{
	if (r->within && strcmp(r->within->name, name) == 0)
		return r->within;
	for (size_t i = 0; i < r->n_filters; i++)
		if (strcmp(r->filters[i].name, name) == 0)
			return &r->filters[i];
	return NULL;
}

static void add_traced(struct builder *b, const struct within *within)
{
	unsigned id = builder_value(b, within->value), path = builder_value(b, resource_path(within->traced));

	buf_addf(&b->sql, " AND t.row_id = lower($%u) AND t.resource = $%u", id, path);
}

static void add_within(struct builder *b, const struct resource *r, const struct within *within)
{
	struct predicate p = { .op = OP_IN, .values = (char *[]){ (char *)within->value }, .n_values = 1 };
	const struct field *f = resource_field(r, within->name);

	p.filter = filter_within(r, within->name);
	p.field = p.filter ? NULL : list_of(r, within->name);
	if (p.filter)
		add_filter(b, &p);
	else if (p.field)
		add_listed(b, &p);
	else if (f)
		buf_addf(&b->sql, " AND t.%s = $%u::%s", f->name, builder_value(b, within->value), sql_type(f));
	else
		b->failed = true; /* rather no list than one of everything */
}

static void add_where(struct builder *b, const struct list_query *q, const struct within *within)
{
	buf_addf(&b->sql, " FROM %s.%s t", b->schema, q->resource->plural);
	for (size_t i = 0; i < q->n_count_by; i++) {
		const struct field *f = list_of(q->resource, q->count_by[i]);

		if (f)
			buf_addf(&b->sql, " LEFT JOIN %s.%s l%zu ON l%zu.%s = t.id", b->schema, f->rows->table, i, i,
				 f->rows->owner);
	}
	buf_adds(&b->sql, " WHERE true");
	if (within && within->traced)
		add_traced(b, within);
	else if (within && within->name)
		add_within(b, q->resource, within);
	for (size_t i = 0; i < q->n_predicates; i++) {
		if (q->predicate[i].filter && q->predicate[i].filter->type == F_EXTERNAL)
			add_external_ref(b, q->resource, &q->predicate[i]);
		else if (q->predicate[i].filter)
			add_filter(b, &q->predicate[i]);
		else
			add_comparison(b, q->resource, &q->predicate[i]);
	}
	if (q->search)
		add_search(b, q->resource, q->search);
}

/* --- order and position ----------------------------------------------------- */

/* What is printed as a number is ordered as one: 1.10 comes after 1.9. */
static const char *collation(const struct field *f)
{
	if (f->type != F_TEXT)
		return "";
	return strcmp(f->name, "number") == 0 ? " COLLATE inspectd.numbering" : " COLLATE inspectd.plain";
}

static bool may_be_null(const struct sort_key *k)
{
	return (k->field->flags & NULLABLE) != 0;
}

static void add_order(struct builder *b, const struct list_query *q, enum segment segment)
{
	buf_adds(&b->sql, " ORDER BY ");
	for (size_t i = segment == SEGMENT_NULLS ? 1 : 0; i < q->n_sort; i++) {
		const struct sort_key *k = &q->sort[i];
		bool first = segment == SEGMENT_VALUES && i == 0;

		buf_addf(&b->sql, "t.%s%s%s%s%s", k->field->name, collation(k->field), k->descending ? " DESC" : "",
			 may_be_null(k) && !first ? " NULLS LAST" : "", i + 1 < q->n_sort ? ", " : "");
	}
}

/* Rows that come after the cursor, by sort keys i and on; equal in those before. */
static void add_after(struct builder *b, const struct list_query *q, size_t i)
{
	const struct sort_key *k = &q->sort[i];
	const char *value, *op = k->descending ? "<" : ">";
	const char *name, *c, *type;
	unsigned n;

	if (i == q->n_sort) { /* sort=id,number: the last key may be null, and then only the row itself is equal */
		buf_adds(&b->sql, "false");
		return;
	}
	value = q->cursor_values[i];
	name = k->field->name;
	c = collation(k->field);
	type = column_type(q->resource, k->field);
	if (!value) {
		buf_addf(&b->sql, "(t.%s IS NULL AND ", name);
		add_after(b, q, i + 1);
		buf_adds(&b->sql, ")");
		return;
	}
	n = builder_value(b, value);
	buf_addf(&b->sql, "(t.%s %s $%u::%s%s", name, op, n, type, c);
	if (i > 0 && may_be_null(k))
		buf_addf(&b->sql, " OR t.%s IS NULL", name);
	if (i + 1 < q->n_sort) {
		buf_addf(&b->sql, " OR (t.%s = $%u::%s%s AND ", name, n, type, c);
		add_after(b, q, i + 1);
		buf_adds(&b->sql, ")");
	}
	buf_adds(&b->sql, ")");
}

/* Of the past: what came about later is not there, so an order by when it did may begin with the moment asked about. */
static bool is_of_moment(const struct builder *b, const struct sort_key *k)
{
	return is_recorded(b) &&
	       (strcmp(k->field->name, "updated_at") == 0 || strcmp(k->field->name, "created_at") == 0);
}

/* The bound on the first key alone is implied by the rest; it is what lets PostgreSQL start the index scan there. */
static void add_position(struct builder *b, const struct list_query *q, enum segment segment)
{
	const struct sort_key *k = &q->sort[0];

	if (is_of_moment(b, k))
		buf_addf(&b->sql, " AND t.%s <= inspectd.recorded_at()", k->field->name);
	if (segment == SEGMENT_NULLS)
		buf_addf(&b->sql, " AND t.%s IS NULL", k->field->name);
	else if (segment == SEGMENT_VALUES)
		buf_addf(&b->sql, " AND t.%s IS NOT NULL", k->field->name);
	if (!q->has_cursor)
		return;
	if (segment == SEGMENT_NULLS) {
		if (q->cursor_values[0])
			return; /* the cursor was among the values: every null comes after it */
		buf_adds(&b->sql, " AND ");
		add_after(b, q, 1);
		return;
	}
	buf_addf(&b->sql, " AND t.%s %s $%u::%s%s AND ", k->field->name,
		 k->descending ? "<=" : ">=", builder_value(b, q->cursor_values[0]), column_type(q->resource, k->field),
		 collation(k->field));
	add_after(b, q, 0);
}

enum segment statement_first_segment(const struct list_query *q)
{
	if (!may_be_null(&q->sort[0]))
		return SEGMENT_WHOLE;
	return q->has_cursor && !q->cursor_values[0] ? SEGMENT_NULLS : SEGMENT_VALUES;
}

bool statement_nulls_follow(enum segment s)
{
	return s == SEGMENT_VALUES;
}

/* --- statements ------------------------------------------------------------- */

void statement_list(struct builder *b, const struct list_query *q, const struct columns *columns,
		    const struct within *within, enum segment segment, unsigned limit)
{
	buf_adds(&b->sql, "SELECT ");
	add_columns(&b->sql, q->resource, columns);
	add_hidden(&b->sql, q);
	add_where(b, q, within);
	add_position(b, q, segment);
	add_order(b, q, segment);
	buf_addf(&b->sql, " LIMIT %u", limit);
}

void statement_export(struct builder *b, const struct list_query *q, const struct columns *columns,
		      const struct within *within)
{
	buf_adds(&b->sql, "SELECT ");
	add_columns(&b->sql, q->resource, columns);
	add_where(b, q, within);
	add_order(b, q, SEGMENT_WHOLE);
	if (q->limit > 0)
		buf_addf(&b->sql, " LIMIT %u", q->limit);
}

void statement_total(struct builder *b, const struct list_query *q, const struct within *within)
{
	buf_adds(&b->sql, "SELECT count(*)");
	add_where(b, q, within);
}

static void add_dimensions(struct builder *b, const struct list_query *q)
{
	for (size_t i = 0; i < q->n_count_by; i++) {
		const struct field *f = resource_field(q->resource, q->count_by[i]);

		if (f) {
			buf_addf(&b->sql, "t.%s, ", f->name);
			continue;
		}
		f = list_of(q->resource, q->count_by[i]);
		b->failed = b->failed || !f; /* a filter of that name, but no link table of its own */
		buf_addf(&b->sql, "l%zu.%s, ", i, b->failed ? "" : f->rows->member);
	}
}

void statement_counts(struct builder *b, const struct list_query *q, const struct within *within)
{
	buf_adds(&b->sql, "SELECT ");
	add_dimensions(b, q);
	buf_adds(&b->sql, "count(*)");
	add_where(b, q, within);
	buf_adds(&b->sql, " GROUP BY ");
	for (size_t i = 0; i < q->n_count_by; i++)
		buf_addf(&b->sql, "%s%zu", i ? ", " : "", i + 1);
	buf_addf(&b->sql, " ORDER BY %zu DESC", q->n_count_by + 1);
	for (size_t i = 0; i < q->n_count_by; i++)
		buf_addf(&b->sql, ", %zu", i + 1);
}

void statement_item(struct builder *b, const struct resource *r, const struct columns *columns,
		    const struct list_query *q, const char *id)
{
	buf_adds(&b->sql, "SELECT ");
	add_columns(&b->sql, r, columns);
	if (q)
		add_hidden(&b->sql, q);
	buf_addf(&b->sql, " FROM %s.%s t WHERE t.id = $%u::%s", b->schema, r->plural, builder_value(b, id),
		 key_type(r));
}

void statement_expand(struct builder *b, const struct resource *r, const struct expansion *e,
		      const struct columns *columns, char *const *parents, size_t n_parents)
{
	const struct resource *target = resources[e->target];
	unsigned n = builder_array(b, parents, n_parents);

	buf_adds(&b->sql, "SELECT p.n, ");
	add_columns(&b->sql, target, columns);
	buf_addf(&b->sql, " FROM unnest($%u::%s[]) WITH ORDINALITY AS p (id, n) ", n,
		 e->many ? key_type(r) : key_type(target));
	if (e->many) {
		buf_adds(&b->sql, "CROSS JOIN LATERAL (SELECT t.* FROM ");
		add_template(b, e->sql, 0, "");
		buf_addf(&b->sql, " ORDER BY t.id LIMIT %d) t ORDER BY p.n, t.id LIMIT %d", LIMIT_EXPAND_ROWS + 1,
			 LIMIT_EXPANDED_ROWS + 1);
	} else {
		buf_addf(&b->sql, "JOIN %s.%s t ON t.id = p.id ORDER BY p.n", b->schema, target->plural);
	}
}
