/*
 * Tests of service/repository/statement.c where the text alone does not tell:
 * PostgreSQL takes every golden statement, pages hold every row once and in
 * order, and values arrive as they were sent.
 */
#include "../../unit/repository/shape.h"

#include <dirent.h>

#include "session.h"

#define GOLDEN INSPECTD_SOURCE_DIR "/tests/unit/repository/golden/"

#define PAGE 7 /* rows; prime, so that pages end everywhere */

/* --- golden statements ------------------------------------------------------- */

static void check_golden(PGconn *as_service, const char *name)
{
	char path[1024], sql[16384];
	PGresult *prepared;
	FILE *file;
	size_t len;

	snprintf(path, sizeof path, "%s%s", GOLDEN, name);
	file = fopen(path, "r");
	assert_non_null(file);
	len = fread(sql, 1, sizeof sql - 1, file);
	fclose(file);
	sql[len] = '\0';
	prepared = PQprepare(as_service, "", sql, 0, NULL);
	CHECK(PQresultStatus(prepared) == PGRES_COMMAND_OK, "%s: %s", name, PQerrorMessage(as_service));
	PQclear(prepared);
}

static void postgresql_takes_every_golden_statement_from_the_services_role(void **state)
{
	DIR *folder = opendir(GOLDEN);
	size_t n = 0;

	(void)state;
	assert_non_null(folder);
	look_text("SET search_path = inspectd");
	look_text("SET ROLE inspectd_api");
	for (struct dirent *e = readdir(folder); e; e = readdir(folder)) {
		if (e->d_name[0] == '.')
			continue;
		check_golden(look, e->d_name);
		n++;
	}
	closedir(folder);
	look_text("RESET ROLE");
	assert_true(n > 50);
}

/* --- pages --------------------------------------------------------------------- */

/* Rows of an authority of their own, in a transaction that is never committed. */
static struct connection *with_actions(struct database *d)
{
	static const char authority[] =
		"INSERT INTO inspectd.authority (id, name, type) VALUES ('999', 'Nowhere', 'unitary')";
	static const char actions[] =
		"INSERT INTO inspectd.action (id, authority_id, title, status, number, lead_role, due_on, start_on) "
		"SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, '999', "
		"(ARRAY['a', 'B', 'b', 'Ä', '_'])[1 + n % 5] || n % 3, "
		"(ARRAY['complete', 'not_started', 'in_progress'])[1 + n % 3], nullif((n % 4)::text, '0'), "
		"(ARRAY['Head', NULL, 'head', 'Lead'])[1 + n % 4], "
		"CASE WHEN n % 3 > 0 THEN date '2026-01-01' + n % 5 END, "
		"CASE WHEN n % 7 > 2 THEN date '2025-01-01' + n % 2 END FROM generate_series(1, 60) n";
	struct connection *c = mine(d);
	struct error err = { 0 };

	assert_int_equal(connection_begin(c, NULL, &err), 0);
	ask(c, NULL, authority);
	ask(c, NULL, actions);
	return c;
}

static size_t run_list(struct connection *c, const struct list_query *q, enum segment segment, unsigned limit,
		       struct result **ret_rows, struct columns *ret_columns)
{
	struct within within = { "authority_id", "999" };
	struct statement s = { 0 };
	struct error err = { 0 };
	struct builder b;

	columns_chosen(q, ret_columns);
	builder_init(&b, SCHEMA_INSPECTD);
	statement_list(&b, q, ret_columns, &within, segment, limit);
	assert_int_equal(builder_statement(&b, &s, &err), 0);
	CHECK(connection_run(c, NULL, &s, 1, ret_rows, &err) == 0, "%s: %s", s.sql, err.detail);
	builder_done(&b);
	return result_rows(*ret_rows);
}

struct walk {
	char ids[4096]; /* in the order they came */
	unsigned pages;
	char *cursor; /* of the next page, or NULL */
};

static void note_rows(struct walk *w, const struct list_query *q, const struct columns *columns,
		      const struct result *rows, size_t n)
{
	const char *values[LIMIT_SORT_KEYS + 1];
	size_t len = strlen(w->ids);

	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(w->ids + len, sizeof w->ids - len, "%ld ",
					strtol(strrchr(result_text(rows, i, columns->id), '-') + 1, NULL, 10));
	for (size_t i = 0; n > 0 && i < q->n_sort; i++)
		values[i] = result_text(rows, n - 1, columns->sort + i);
	if (n == 0)
		return;
	free(w->cursor);
	w->cursor = cursor_after(q, values);
}

/* One page, of one segment or of two, as service/operation/read.c has it. */
static void walk_page(struct connection *c, const char *sort, struct walk *w)
{
	_cleanup_(query_done) struct list_query q = { 0 };
	_cleanup_(freep) char *cursor = TAKE(w->cursor);
	struct params params = { { { "fields", "id" }, { "sort", sort }, { "cursor", cursor } }, cursor ? 3 : 2 };
	unsigned left = PAGE;
	bool more = false;

	shape_read(&action_resource, LIST, &params, &q);
	for (enum segment s = statement_first_segment(&q);; s = SEGMENT_NULLS) {
		_cleanup_(result_freep) struct result *rows = NULL;
		struct columns columns;
		size_t n = run_list(c, &q, s, left + 1, &rows, &columns);

		more = n > left;
		n = more ? left : n;
		note_rows(w, &q, &columns, rows, n);
		left -= (unsigned)n;
		if (more || !statement_nulls_follow(s))
			break;
	}
	w->pages++;
	if (!more)
		free(TAKE(w->cursor));
}

/* The order that the pages must have, as SQL says it without segments or cursors. */
static void expected_ids(struct connection *c, const char *order_by, char *out, size_t size)
{
	char sql[512];

	snprintf(sql, sizeof sql,
		 "SELECT string_agg(ltrim(right(id::text, 12), '0') || ' ', '' ORDER BY %s) "
		 "FROM inspectd.actions WHERE authority_id = '999'",
		 order_by);
	snprintf(out, size, "%s", ask(c, NULL, sql));
}

static void pages_of_every_sort_hold_each_row_once_and_in_order(void **state)
{
#define PLAIN " COLLATE inspectd.plain"
	static const struct {
		const char *sort, *order_by;
	} cases[] = {
		{ "id", "id" },
		{ "-id", "id DESC" },
		{ "title", "title" PLAIN ", id" },
		{ "-title", "title" PLAIN " DESC, id DESC" },
		{ "status,title", "status, title" PLAIN ", id" },
		{ "due_on", "due_on NULLS LAST, id" },
		{ "-due_on", "due_on DESC NULLS LAST, id DESC" },
		{ "due_on,lead_role", "due_on NULLS LAST, lead_role" PLAIN " NULLS LAST, id" },
		{ "-due_on,lead_role,-start_on",
		  "due_on DESC NULLS LAST, lead_role" PLAIN " NULLS LAST, start_on DESC NULLS LAST, id DESC" },
		{ "status,-lead_role,due_on,number",
		  "status, lead_role" PLAIN " DESC NULLS LAST, due_on NULLS LAST, number" PLAIN " NULLS LAST, id" },
		{ "lead_role,-id", "lead_role" PLAIN " NULLS LAST, id DESC" },
		{ "id,lead_role", "id" },
		{ "status,id,due_on", "status, id" },
		{ "created_at", "created_at, id" },
		{ "-updated_at,number", "updated_at DESC, number" PLAIN " NULLS LAST, id" },
	};
	struct database *d = database_here();
	struct connection *c = with_actions(d);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct walk w = { .pages = 0 };
		char expected[4096];

		do
			walk_page(c, cases[i].sort, &w);
		while (w.cursor && w.pages < 20);
		expected_ids(c, cases[i].order_by, expected, sizeof expected);
		CHECK(strcmp(w.ids, expected) == 0, "%s\n is:       %s\n expected: %s", cases[i].sort, w.ids, expected);
		CHECK(w.pages == (60 + PAGE - 1) / PAGE, "%s: %u pages", cases[i].sort, w.pages);
	}
	connection_abandon(c);
	database_free(d);
}

/* --- values --------------------------------------------------------------------- */

static void a_value_finds_exactly_the_row_that_has_it(void **state)
{
	static const char *const values[] = { "'",           "''",  "\"",  "\\",      "\\'",    "%",    "_",    "$1",
					      "--",          "{",   "}",   "{v}",     "NULL",   "a,b",  "é中💥", "\n",
					      "' OR 1=1 --", "\\,", " x ", "\\\\,\"", "E'\\n'", "\x01", "x\ty" };
	struct database *d = database_here();
	struct connection *c = with_actions(d);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		char lead_role[64], item[128], *out = item;
		struct params params = { { { "fields", "id" }, { "lead_role", item } }, 2 };
		_cleanup_(query_done) struct list_query q = { 0 };
		_cleanup_(result_freep) struct result *set = NULL, *found = NULL;
		struct statement s = {
			.sql = "UPDATE inspectd.action SET lead_role = $1 WHERE authority_id = '999' AND "
			       "id::text LIKE '%-000000000007' RETURNING lead_role",
			.values = { lead_role },
			.n_values = 1
		};
		struct columns columns;
		struct error err = { 0 };

		snprintf(lead_role, sizeof lead_role, "%s.", values[i]);
		for (const char *v = lead_role; *v; v++) {
			if (*v == ',' || *v == '\\')
				*out++ = '\\';
			*out++ = *v;
		}
		*out = '\0';
		assert_int_equal(connection_run(c, NULL, &s, 1, &set, &err), 0);
		assert_string_equal(result_text(set, 0, 0), lead_role);
		shape_read(&action_resource, LIST, &params, &q);
		CHECK(run_list(c, &q, SEGMENT_WHOLE, 50, &found, &columns) == 1, "%s", lead_role);
		assert_string_equal(result_text(found, 0, 0), "00000000-0000-7000-8000-000000000007");
	}
	connection_abandon(c);
	database_free(d);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(postgresql_takes_every_golden_statement_from_the_services_role),
		cmocka_unit_test(pages_of_every_sort_hold_each_row_once_and_in_order),
		cmocka_unit_test(a_value_finds_exactly_the_row_that_has_it),
	};

	return RUN_WITH_DATABASE(tests);
}
