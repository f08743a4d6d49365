/*
 * Counters. One row for each route and one for addresses that are none, so that
 * nothing a client sends can make a table grow.
 */
#include "http/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>

#include "http/exchange.h"
#include "http/handler.h"
#include "http/problem.h"

#include "core/banned.h"

#define ROWS      320 /* test_metrics holds the table of routes to it */
#define NO_ROUTE  (ROWS - 1)
#define SUCCESSES 4

static const unsigned success[SUCCESSES] = { 200, 201, 204, 304 };

/* Upper ends of the histogram's buckets, in microseconds. */
static const uint64_t bounds[] = {
	500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 5000000
};

#define BUCKETS (sizeof bounds / sizeof bounds[0])

struct row {
	atomic_uint_fast64_t answered[M_COUNT_][SUCCESSES + ERR_CODE_COUNT_];
	atomic_uint_fast64_t within[BUCKETS];
	atomic_uint_fast64_t count, sum_us;
};

static struct row rows[ROWS];

static size_t row_of(const struct exchange *x)
{
	size_t i = x->route_path ? router_index(x->route_path) : NO_ROUTE;

	return i < NO_ROUTE ? i : NO_ROUTE;
}

static size_t outcome_of(const struct exchange *x, const struct error *err)
{
	if (err)
		return SUCCESSES + (err->code > ERR_NONE && err->code < ERR_CODE_COUNT_ ? err->code : ERR_INTERNAL);
	for (size_t i = 0; i < SUCCESSES; i++)
		if (success[i] == x->answer.status)
			return i;
	return 0;
}

static void add(atomic_uint_fast64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void metrics_count(const struct exchange *x, const struct error *err, uint64_t duration_us)
{
	struct row *row = &rows[row_of(x)];

	add(&row->answered[x->method][outcome_of(x, err)], 1);
	add(&row->count, 1);
	add(&row->sum_us, duration_us);
	for (size_t i = 0; i < BUCKETS; i++)
		if (duration_us <= bounds[i]) {
			add(&row->within[i], 1);
			return;
		}
}

/* --- the page --------------------------------------------------------------------------- */

static uint64_t get(const atomic_uint_fast64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static const char *path_of(size_t row)
{
	return row == NO_ROUTE ? "(none)" : routes[row].path;
}

static void show_outcomes(struct buf *b, size_t row, enum method m)
{
	for (size_t o = 0; o < SUCCESSES + ERR_CODE_COUNT_; o++) {
		uint64_t n = get(&rows[row].answered[m][o]);
		const struct problem_kind *kind = o < SUCCESSES ? NULL : &problem_kinds[o - SUCCESSES];

		if (n > 0)
			buf_addf(b,
				 "inspectd_requests_total{route=\"%s\",method=\"%s\",status=\"%u\",problem=\"%s\"} "
				 "%" PRIu64 "\n",
				 path_of(row), router_method_name(m), kind ? kind->status : success[o],
				 kind ? kind->slug : "", n);
	}
}

static void show_requests(struct buf *b)
{
	buf_adds(b, "# HELP inspectd_requests_total Requests answered.\n# TYPE inspectd_requests_total counter\n");
	for (size_t row = 0; row < ROWS; row++)
		for (enum method m = 0; m < M_COUNT_; m++)
			show_outcomes(b, row, m);
}

static void show_histogram(struct buf *b, size_t row)
{
	uint64_t count = get(&rows[row].count), so_far = 0;

	if (count == 0)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		so_far += get(&rows[row].within[i]);
		buf_addf(b, "inspectd_request_duration_seconds_bucket{route=\"%s\",le=\"%g\"} %" PRIu64 "\n",
			 path_of(row), (double)bounds[i] / 1e6, so_far);
	}
	if (count < so_far)
		count = so_far; /* counted between the two readings */
	buf_addf(b, "inspectd_request_duration_seconds_bucket{route=\"%s\",le=\"+Inf\"} %" PRIu64 "\n", path_of(row),
		 count);
	buf_addf(b, "inspectd_request_duration_seconds_sum{route=\"%s\"} %.6f\n", path_of(row),
		 (double)get(&rows[row].sum_us) / 1e6);
	buf_addf(b, "inspectd_request_duration_seconds_count{route=\"%s\"} %" PRIu64 "\n", path_of(row), count);
}

int metrics_show(struct exchange *x, struct error *err)
{
	struct buf *b = &x->answer.body;

	(void)err;
	answer_as(&x->answer, 200, "text/plain; version=0.0.4; charset=utf-8");
	buf_adds(b, "# HELP inspectd_build_info Which build answers.\n# TYPE inspectd_build_info gauge\n");
	buf_addf(b, "inspectd_build_info{version=\"%s\"} 1\n", INSPECTD_VERSION);
	buf_adds(b, "# HELP inspectd_requests_in_flight Requests begun and not yet sent in full.\n"
		    "# TYPE inspectd_requests_in_flight gauge\n");
	buf_addf(b, "inspectd_requests_in_flight %u\n", atomic_load(&x->app->in_flight));
	show_requests(b);
	buf_adds(b, "# HELP inspectd_request_duration_seconds From the request read to its answer made.\n"
		    "# TYPE inspectd_request_duration_seconds histogram\n");
	for (size_t row = 0; row < ROWS; row++)
		show_histogram(b, row);
	return 0;
}
