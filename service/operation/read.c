/* Reading: lists by page, single rows, counts, and whole lists to a file. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/limits.h"
#include "operation/internal.h"

#include "core/banned.h"

/* --- the parent of a nested list --------------------------------------------- */

static int parent_exists(struct connection *c, const struct call *call, const struct parent *parent, struct error *err)
{
	char sql[128];
	struct statement s = { .sql = sql, .values = { parent->id }, .n_values = 1 };
	_cleanup_(result_freep) struct result *found = NULL;

	(void)snprintf(sql, sizeof(sql), "SELECT FROM %s.%s WHERE id = $1::%s", seen_schemas[reach_schema(call)],
		       parent->resource->plural, key_type(parent->resource));
	if (connection_run(c, &call->context, &s, 1, &found, err) < 0)
		return -1;
	if (result_rows(found) == 0)
		return error_set(err, ERR_NOT_FOUND, "there is no such %s", resource_noun(parent->resource));
	return 0;
}

/* A row that was deleted has its history still: whoever may see of it as much as its first entry may see that it was there. */
static int history_exists(struct connection *c, const struct call *call, const struct parent *parent, struct error *err)
{
	_cleanup_(result_freep) struct result *found = NULL;
	struct builder b;

	builder_init(&b, reach_schema(call));
	buf_addf(&b.sql, "SELECT FROM %s.audit_entries t WHERE t.row_id = lower($1) AND t.resource = $2 LIMIT 1",
		 b.schema);
	(void)builder_value(&b, parent->id);
	(void)builder_value(&b, resource_path(parent->resource));
	if (builder_run(&b, c, &call->context, &found, err) < 0)
		return -1;
	if (result_rows(found) == 0)
		return error_set(err, ERR_NOT_FOUND, "there is no such %s", resource_noun(parent->resource));
	return 0;
}

int read_within(struct connection *c, const struct call *call, const struct resource *r, const struct parent *parent,
		char *name, size_t size, struct within *ret_within, struct error *err)
{
	if (!parent)
		return 0;
	if (r->id == RES_AUDIT_ENTRY) {
		*ret_within = (struct within){ NULL, parent->id, parent->resource };
		return history_exists(c, call, parent, err);
	}
	if (parent_exists(c, call, parent, err) < 0)
		return -1;
	(void)snprintf(name, size, "%s_id", parent->resource->name);
	*ret_within = (struct within){ name, parent->id, NULL };
	return 0;
}

/* --- a page -------------------------------------------------------------------- */

/* The rows of one segment of the page; one more than asked tells whether there are more. */
static int fetch_segment(struct connection *c, const struct call *call, const struct list_query *q,
			 const struct columns *columns, const struct within *within, enum segment segment,
			 unsigned limit, struct result **ret_rows, struct error *err)
{
	struct builder b;

	builder_init(&b, reach_schema(call));
	statement_list(&b, q, columns, within, segment, limit);
	return builder_run(&b, c, &call->context, ret_rows, err);
}

static int write_rows(struct connection *c, const struct call *call, const struct list_query *q,
		      const struct columns *columns, const struct result *rows, size_t n, bool comma, struct buf *out,
		      struct error *err)
{
	struct expansions x;
	struct cell cells[LIMIT_FIELDS];

	if (expansions_fetch(c, call, q, columns, rows, n, &x, err) < 0) {
		expansions_done(&x);
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		representation_cells(rows, i, 0, columns->n, cells);
		readings_add_row(call, q->resource, columns, rows, i, 0);
		buf_adds(out, comma || i ? ",{" : "{");
		row_members_json(out, q->resource, columns, cells);
		if (x.n > 0)
			expansions_write(out, &x, i);
		buf_addc(out, '}');
	}
	expansions_done(&x);
	return 0;
}

static char *cursor_at(const struct list_query *q, const struct columns *columns, const struct result *rows, size_t row)
{
	const char *values[LIMIT_SORT_KEYS + 1];

	for (size_t i = 0; i < q->n_sort; i++)
		values[i] = result_text(rows, row, columns->sort + i);
	return cursor_after(q, values);
}

/* The columns of a query, and what is to be known of each row beside them. */
static void columns_of(const struct call *call, const struct list_query *q, struct columns *ret_columns)
{
	columns_chosen(q, ret_columns);
	if (readings_wanted(call))
		columns_mark(q->resource, ret_columns);
}

static int write_page(struct connection *c, const struct call *call, const struct list_query *q,
		      const struct within *within, struct buf *out, struct page *page, struct error *err)
{
	struct columns columns;
	enum segment segment = statement_first_segment(q);

	columns_of(call, q, &columns);
	buf_addc(out, '[');
	for (;;) {
		unsigned wanted = q->limit - (unsigned)page->rows;
		_cleanup_(result_freep) struct result *rows = NULL;
		size_t n;

		if (fetch_segment(c, call, q, &columns, within, segment, wanted + 1, &rows, err) < 0)
			return -1;
		n = result_rows(rows) > wanted ? wanted : result_rows(rows);
		page->has_more = result_rows(rows) > wanted;
		if (n > 0 && write_rows(c, call, q, &columns, rows, n, page->rows > 0, out, err) < 0)
			return -1;
		page->rows += n;
		if (n > 0) {
			free(page->next_cursor);
			page->next_cursor = cursor_at(q, &columns, rows, n - 1);
		}
		if (page->has_more || !statement_nulls_follow(segment))
			break;
		segment = SEGMENT_NULLS;
	}
	buf_addc(out, ']');
	return 0;
}

static int count_all(struct connection *c, const struct call *call, const struct list_query *q,
		     const struct within *within, int64_t *ret_total, struct error *err)
{
	_cleanup_(result_freep) struct result *found = NULL;
	struct builder b;

	builder_init(&b, reach_schema(call));
	statement_total(&b, q, within);
	if (builder_run(&b, c, &call->context, &found, err) < 0)
		return -1;
	*ret_total = strtoll(result_text(found, 0, 0), NULL, 10);
	return 0;
}

/* An answer over its ceiling is the doing of the request, not a fault of ours. */
static int check_fits(const struct buf *out, struct error *err)
{
	if (!buf_ok(out))
		error_add(err, ERR_MALFORMED, IN_QUERY, "", "too_much",
			  "the answer would be over %u MiB: ask for fewer rows, fields or expansions",
			  LIMIT_ANSWER_BYTES >> 20);
	return error_check(err);
}

struct call read_call(const struct call *call, const struct list_query *q)
{
	struct call reader = *call;

	reader.context.recorded_at = q->as_recorded_at;
	return reader;
}

static int list_within(struct connection *c, const struct call *call, const struct list_query *q,
		       const struct within *within, struct buf *out, struct page *page, struct error *err)
{
	if (write_page(c, call, q, within, out, page, err) < 0)
		return -1;
	if (!page->has_more)
		free(TAKE(page->next_cursor));
	if (page->rows == 0 && !q->has_cursor && known_check(c, call, q, err) < 0)
		return -1;
	if (q->include_total && count_all(c, call, q, within, &page->total, err) < 0)
		return -1;
	return check_fits(out, err);
}

int operation_list(const struct call *call, const struct list_query *query, const struct parent *parent,
		   struct buf *out, struct page *ret_page, struct error *err)
{
	struct call reader = read_call(call, query);
	struct within within = { 0 };
	struct page page = { .total = -1 };
	char name[64];
	struct connection *c;

	if (database_mine(call->database, &c, err) < 0 ||
	    read_within(c, &reader, query->resource, parent, name, sizeof(name), &within, err) < 0)
		return -1;
	if (list_within(c, &reader, query, &within, out, &page, err) < 0) {
		free(page.next_cursor);
		return -1;
	}
	*ret_page = page;
	return 0;
}

/* --- one row --------------------------------------------------------------------- */

int operation_read(const struct call *call, const struct list_query *query, const char *id, struct buf *out,
		   char etag[80], struct error *err)
{
	struct call reader = read_call(call, query);
	_cleanup_(result_freep) struct result *row = NULL;
	struct columns columns;
	struct builder b;
	struct connection *c;
	size_t start = out->len;

	if (database_mine(call->database, &c, err) < 0)
		return -1;
	columns_of(&reader, query, &columns);
	builder_init(&b, reach_schema(&reader));
	statement_item(&b, query->resource, &columns, query, id);
	if (builder_run(&b, c, &reader.context, &row, err) < 0)
		return -1;
	if (result_rows(row) == 0)
		return error_set(err, ERR_NOT_FOUND, "there is no such %s", resource_noun(query->resource));
	if (write_rows(c, &reader, query, &columns, row, 1, false, out, err) < 0)
		return -1;
	if (check_fits(out, err) < 0)
		return -1;
	representation_etag(etag, result_text(row, 0, columns.version), out->data + start, out->len - start);
	return 0;
}

/* --- counts ------------------------------------------------------------------------ */

static void write_counts(struct buf *out, const struct list_query *q, const struct result *rows)
{
	static const struct field plain = { .name = "", .type = F_TEXT };

	buf_addc(out, '[');
	for (size_t row = 0; row < result_rows(rows); row++) {
		buf_adds(out, row ? ",{" : "{");
		for (size_t i = 0; i < q->n_count_by; i++) {
			const struct field *f = resource_field(q->resource, q->count_by[i]);
			struct cell cell;

			representation_cells(rows, row, i, 1, &cell);
			buf_add_json(out, q->count_by[i], strlen(q->count_by[i]));
			buf_addc(out, ':');
			row_value_json(out, q->resource, f ? f : &plain, cell);
			buf_addc(out, ',');
		}
		buf_addf(out, "\"count\":%s}", result_text(rows, row, q->n_count_by));
	}
	buf_addc(out, ']');
}

int operation_counts(const struct call *call, const struct list_query *query, const struct parent *parent,
		     struct buf *out, struct error *err)
{
	struct call reader = read_call(call, query);
	_cleanup_(result_freep) struct result *rows = NULL;
	struct within within = { 0 };
	struct builder b;
	struct connection *c;
	char name[64];

	if (database_mine(call->database, &c, err) < 0 ||
	    read_within(c, &reader, query->resource, parent, name, sizeof(name), &within, err) < 0)
		return -1;
	builder_init(&b, reach_schema(&reader));
	statement_counts(&b, query, &within);
	if (builder_run(&b, c, &reader.context, &rows, err) < 0)
		return -1;
	if (result_rows(rows) == 0 && known_check(c, &reader, query, err) < 0)
		return -1;
	write_counts(out, query, rows);
	return 0;
}

/* --- whole lists --------------------------------------------------------------------- */

#define EXPORT_FLUSH_BYTES 65536

struct export
{
	const struct call *call;
	const struct resource *resource;
	struct columns columns;
	enum export_format format;
	int fd;
	size_t rows;
	struct buf pending;
};

static int flush(struct export *e, struct error *err)
{
	size_t done = 0;

	while (done < e->pending.len) {
		ssize_t n = write(e->fd, e->pending.data + done, e->pending.len - done);

		if (n < 0 && errno != EINTR)
			return error_set(err, ERR_UNAVAILABLE, "there is no room for the export at present");
		done += n > 0 ? (size_t)n : 0;
	}
	buf_reset(&e->pending);
	return 0;
}

static int export_row(void *data, const char *const *values, const int *lengths, int n_columns, struct error *err)
{
	struct export *e = data;
	struct cell cells[LIMIT_FIELDS];

	(void)n_columns;
	e->rows++;
	if (e->columns.marked)
		readings_add(e->call, e->resource, values[e->columns.id], values[e->columns.sensitivity]);
	for (size_t i = 0; i < e->columns.n; i++)
		cells[i] = (struct cell){ values[i], (size_t)lengths[i] };
	if (e->format == EXPORT_CSV) {
		row_csv(&e->pending, e->resource, &e->columns, cells);
	} else {
		buf_addc(&e->pending, '{');
		row_members_json(&e->pending, e->resource, &e->columns, cells);
		buf_add(&e->pending, "}\n", 2);
	}
	if (!buf_ok(&e->pending))
		return error_set(err, ERR_INTERNAL, "a row of the export does not fit");
	return e->pending.len < EXPORT_FLUSH_BYTES ? 0 : flush(e, err);
}

static int export_all(struct connection *c, const struct call *call, const struct list_query *q,
		      const struct within *within, struct export *e, struct error *err)
{
	struct builder b;
	struct statement s;
	int outcome = -1;

	builder_init(&b, reach_schema(call));
	statement_export(&b, q, &e->columns, within);
	if (e->format == EXPORT_CSV)
		row_csv_header(&e->pending, &e->columns);
	if (builder_statement(&b, &s, err) == 0)
		outcome = connection_stream(c, &call->context, &s, export_row, e, err);
	builder_done(&b);
	if (outcome < 0 || (e->rows == 0 && known_check(c, call, q, err) < 0))
		return -1;
	return flush(e, err);
}

int operation_export(const struct call *call, const struct list_query *query, const struct parent *parent,
		     enum export_format format, int fd, struct error *err)
{
	struct call reader = read_call(call, query);
	struct export e = { .call = &reader, .resource = query->resource, .format = format, .fd = fd };
	struct within within = { 0 };
	struct connection *c;
	char name[64];
	int outcome;

	if (database_mine(call->database, &c, err) < 0 ||
	    read_within(c, &reader, query->resource, parent, name, sizeof(name), &within, err) < 0)
		return -1;
	columns_of(&reader, query, &e.columns);
	buf_init(&e.pending, LIMIT_ANSWER_BYTES);
	outcome = export_all(c, &reader, query, &within, &e, err);
	buf_done(&e.pending);
	return outcome;
}
