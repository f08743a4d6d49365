/* A row as clients see it: its JSON, its ETag, and what changed since an older one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/hash.h"
#include "core/limits.h"
#include "operation/internal.h"

#include "core/banned.h"

void representation_etag(char etag[80], const char *version, const char *bytes, size_t len)
{
	char digest[33];

	hash_fast(bytes, len, digest);
	(void)snprintf(etag, 80, "\"%s.%s\"", version, digest);
}

void representation_cells(const struct result *rows, size_t row, size_t first, size_t n, struct cell *cells)
{
	for (size_t i = 0; i < n; i++)
		cells[i] = (struct cell){ result_text(rows, row, first + i), result_length(rows, row, first + i) };
}

static int read_row(struct connection *c, const struct call *call, const struct resource *r,
		    const struct columns *columns, const char *id, struct result **ret_row, struct error *err)
{
	struct builder b;

	builder_init(&b, reach_schema(call));
	statement_item(&b, r, columns, NULL, id);
	if (builder_run(&b, c, &call->context, ret_row, err) < 0)
		return -1;
	if (result_rows(*ret_row) > 0)
		return 0;
	result_free(TAKE(*ret_row));
	return error_set(err, ERR_NOT_FOUND, "there is no such %s", resource_noun(r));
}

int representation_read(struct connection *c, const struct call *call, const struct resource *r, const char *id,
			struct buf *out, char etag[80], struct error *err)
{
	_cleanup_(result_freep) struct result *row = NULL;
	struct columns columns;
	struct cell cells[LIMIT_FIELDS];

	columns_all(r, &columns);
	if (read_row(c, call, r, &columns, id, &row, err) < 0)
		return -1;
	representation_cells(row, 0, 0, columns.n, cells);
	buf_addc(out, '{');
	row_members_json(out, r, &columns, cells);
	buf_addc(out, '}');
	if (!buf_ok(out))
		return error_set(err, ERR_INTERNAL, "the answer does not fit");
	representation_etag(etag, result_text(row, 0, columns.version), out->data, out->len);
	return 0;
}

int representation_load(struct connection *c, const struct call *call, const struct resource *r, const char *id,
			json_t **ret_object, struct error *err)
{
	struct buf text;
	char etag[80];
	int outcome;

	buf_init(&text, LIMIT_ANSWER_BYTES);
	outcome = representation_read(c, call, r, id, &text, etag, err);
	if (outcome == 0) {
		*ret_object = json_loadb(text.data, text.len, 0, NULL);
		if (!*ret_object)
			outcome = error_set(err, ERR_INTERNAL, "the stored %s could not be read back", r->name);
	}
	buf_done(&text);
	return outcome;
}

/* --- what changed -------------------------------------------------------------- */

/* The moment at which a version was made, or NULL when the journal does not have it. */
static char *moment_of(struct connection *c, const struct call *call, const struct resource *r, const char *id,
		       uint64_t version)
{
	char text[24];
	struct statement s = {
		.sql = "SELECT max(at) FROM inspectd.journal WHERE row_id = lower($2) AND table_name = $1 "
		       "AND row_key = row_id AND version = $3::bigint",
		.values = { r->name, id, text },
		.n_values = 3
	};
	_cleanup_(result_freep) struct result *found = NULL;
	struct error ignored = { 0 };
	const char *at;

	(void)snprintf(text, sizeof(text), "%" PRIu64, version);
	if (connection_run(c, &call->context, &s, 1, &found, &ignored) < 0)
		return NULL;
	at = result_text(found, 0, 0);
	return at ? strdup(at) : NULL;
}

static bool is_same(const struct field *f, const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return f->type == F_NUMBER ? strtod(a, NULL) == strtod(b, NULL) : strcmp(a, b) == 0;
}

static void add_differences(struct buf *names, const struct resource *r, const struct columns *columns,
			    const struct result *then, const struct result *now)
{
	for (size_t i = 0; i < columns->n; i++) {
		const struct field *f = columns->field[i];
		bool same = is_same(f, result_text(then, 0, i), result_text(now, 0, i));

		if (same || f->flags & DERIVED || f->type == F_TRANSITIONS || strcmp(f->name, "version") == 0 ||
		    strcmp(f->name, "updated_at") == 0 || !resource_field(r, f->name))
			continue;
		if (names->len > 1)
			buf_addc(names, ',');
		buf_add_json(names, f->name, strlen(f->name));
	}
}

static void name_changes(struct connection *c, const struct call *call, const struct resource *r, const char *id,
			 uint64_t version, struct buf *names, struct error *err)
{
	_cleanup_(freep) char *moment = moment_of(c, call, r, id, version);
	_cleanup_(result_freep) struct result *then = NULL, *now = NULL;
	struct call past = *call;
	struct columns columns;
	struct error ignored = { 0 };

	past.context.recorded_at = moment;
	columns_all(r, &columns);
	connection_abandon(c); /* the past is asked about in a context of its own */
	buf_addc(names, '[');
	if (moment && read_row(c, &past, r, &columns, id, &then, &ignored) == 0 &&
	    read_row(c, call, r, &columns, id, &now, &ignored) == 0)
		add_differences(names, r, &columns, then, now);
	buf_addc(names, ']');
	(void)snprintf(err->changed, sizeof(err->changed), "%s",
		       names->len < sizeof(err->changed) ? names->data : "[]");
}

int representation_stale(struct connection *c, const struct call *call, const struct resource *r, const char *id,
			 uint64_t version, struct error *err)
{
	struct buf text;
	char etag[80];

	buf_init(&text, LIMIT_ANSWER_BYTES);
	if (representation_read(c, call, r, id, &text, etag, err) == 0) {
		(void)error_set(err, ERR_STALE,
				"the %s has changed since the version that If-Match names; read it again, "
				"apply your change to what it is now, and send its ETag",
				r->name);
		(void)snprintf(err->current_etag, sizeof(err->current_etag), "%s", etag);
		buf_reset(&text);
		name_changes(c, call, r, id, version, &text, err);
	}
	buf_done(&text);
	return -1;
}
