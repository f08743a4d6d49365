/*
 * How a list of findings becomes JSON: three ways, in one process, over one
 * connection, in turns, so that the ratio means something on a noisy machine.
 *
 *   bench_lists CONNINFO [ROWS] [ROUNDS]
 *
 * The service uses the first. service/README.md has the figures.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "core/clock.h"
#include "repository/rows.h"
#include "repository/statement.h"
#include "resource/registry.h"

struct bench {
	struct connection *connection;
	struct builder rows, aggregate;
	struct columns columns;
	size_t bytes;
};

static uint64_t cpu_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static struct result *ask(struct bench *b, const struct builder *builder)
{
	struct error err = { 0 };
	struct statement s;
	struct result *r = NULL;

	if (builder_statement(builder, &s, &err) < 0 || connection_run(b->connection, NULL, &s, 1, &r, &err) < 0) {
		(void)fprintf(stderr, "bench_lists: %s\n", err.detail);
		exit(1);
	}
	return r;
}

static void straight(struct bench *b)
{
	_cleanup_(result_freep) struct result *r = ask(b, &b->rows);
	struct buf out;

	buf_init(&out, 1 << 24);
	for (size_t i = 0; i < result_rows(r); i++) {
		struct cell cells[64];

		for (size_t k = 0; k < b->columns.n; k++)
			cells[k] = (struct cell){ result_text(r, i, k), result_length(r, i, k) };
		buf_adds(&out, i ? ",{" : "[{");
		row_members_json(&out, &finding_resource, &b->columns, cells);
		buf_addc(&out, '}');
	}
	buf_addc(&out, ']');
	b->bytes = out.len;
	buf_done(&out);
}

static void aggregated(struct bench *b)
{
	_cleanup_(result_freep) struct result *r = ask(b, &b->aggregate);
	struct buf out;

	buf_init(&out, 1 << 24);
	buf_add(&out, result_text(r, 0, 0), result_length(r, 0, 0));
	buf_done(&out);
}

static json_t *tree_value(const struct field *f, const char *text, size_t len)
{
	if (!text)
		return json_null();
	if (f->type == F_INT)
		return json_integer(strtoll(text, NULL, 10));
	if (f->type == F_BOOL)
		return json_boolean(text[0] == 't');
	if (f->type == F_JSON || f->type == F_REFS || f->type == F_OBJECTS || f->type == F_EXTERNAL || f->type == F_TEXTS)
		return json_loadb(text, len, 0, NULL);
	return json_stringn(text, len);
}

static void tree(struct bench *b)
{
	_cleanup_(result_freep) struct result *r = ask(b, &b->rows);
	json_t *list = json_array();
	char *text;

	for (size_t i = 0; i < result_rows(r); i++) {
		json_t *row = json_object();

		for (size_t k = 0; k < b->columns.n; k++)
			(void)json_object_set_new(row, b->columns.field[k]->name,
						  tree_value(b->columns.field[k], result_text(r, i, k), result_length(r, i, k)));
		(void)json_array_append_new(list, row);
	}
	text = json_dumps(list, JSON_COMPACT);
	free(text);
	json_decref(list);
}

static const struct way {
	const char *name;
	void (*run)(struct bench *b);
} ways[] = {
	{ "rows straight into the answer", straight },
	{ "json_agg in PostgreSQL", aggregated },
	{ "Jansson trees", tree },
};

/* The list itself, and the same wrapped so that PostgreSQL makes the JSON. */
static void prepare(struct bench *b, const char *rows)
{
	static struct params params = { .item = { { "limit", NULL } }, .n = 1 };
	struct list_query q;
	struct error err = { 0 };

	params.item[0].value = rows;
	if (query_read(&finding_resource, QUERY_LIST, &params, NULL, &q, &err) < 0)
		exit(1);
	columns_chosen(&q, &b->columns);
	builder_init(&b->rows, SCHEMA_INSPECTD);
	statement_list(&b->rows, &q, &b->columns, NULL, SEGMENT_WHOLE, q.limit);
	builder_init(&b->aggregate, SCHEMA_INSPECTD);
	buf_adds(&b->aggregate.sql, "SELECT json_agg(page)::text FROM (SELECT t.id");
	for (size_t i = 0; i < b->columns.n; i++)
		if (b->columns.field[i]->type != F_ID)
			buf_addf(&b->aggregate.sql, ", t.%s%s", b->columns.field[i]->type == F_TRANSITIONS ? "status AS " : "",
				 b->columns.field[i]->name);
	buf_addf(&b->aggregate.sql, " FROM inspectd.findings t ORDER BY t.id LIMIT %s) page", rows);
	query_done(&q);
}

int main(int argc, char **argv)
{
	const char *rows = argc > 2 ? argv[2] : "25";
	unsigned rounds = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 2000;
	struct database_options options = { .url = argv[1], .connect_ms = 2000, .statement_ms = 5000, .lock_ms = 1000 };
	uint64_t wall[ARRAY_LEN(ways)] = { 0 }, cpu[ARRAY_LEN(ways)] = { 0 };
	struct bench b = { 0 };
	struct database *database;
	struct error err = { 0 };

	if (argc < 2 || database_new(&database, &options, &err) < 0 || database_mine(database, &b.connection, &err) < 0) {
		(void)fprintf(stderr, "usage: bench_lists CONNINFO [ROWS] [ROUNDS]  %s\n", err.detail);
		return 2;
	}
	prepare(&b, rows);
	for (unsigned i = 0; i < rounds; i++)
		for (size_t w = 0; w < ARRAY_LEN(ways); w++) {
			uint64_t t = clock_us(), c = cpu_us();

			ways[w].run(&b);
			wall[w] += clock_us() - t;
			cpu[w] += cpu_us() - c;
		}
	(void)printf("%s rows, %zu bytes, %u rounds\n", rows, b.bytes, rounds);
	for (size_t w = 0; w < ARRAY_LEN(ways); w++)
		(void)printf("%-30s %7.1f us a list, %6.1f us of it this process' CPU, %.2f x the first\n", ways[w].name,
			     (double)wall[w] / rounds, (double)cpu[w] / rounds, (double)wall[w] / (double)wall[0]);
	builder_done(&b.rows);
	builder_done(&b.aggregate);
	database_free(database);
	return 0;
}
