/* Tests of connection_stream() in service/repository/connection_transaction.c. */
#include "session.h"

#include <unistd.h>

#define MANY 100000

struct seen {
	int rows, stop_at;
	long first_kb, most_kb;
	bool wrong;
};

/* What this process has in memory. */
static long resident_kb(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = 0;

	assert_non_null(file);
	if (fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Rows of (n, a kilobyte, null). */
static int see(void *data, const char *const *values, const int *lengths, int n_columns, struct error *err)
{
	struct seen *s = data;

	s->wrong = s->wrong || n_columns != 3 || strtol(values[0], NULL, 10) != s->rows || lengths[1] != 1024 ||
		   values[2] || lengths[2] != 0;
	if (s->rows % 1000 == 0) {
		long now = resident_kb();

		s->first_kb = s->first_kb ? s->first_kb : now;
		s->most_kb = now > s->most_kb ? now : s->most_kb;
	}
	if (++s->rows == s->stop_at)
		return error_set(err, ERR_UNAVAILABLE, "enough");
	return 0;
}

static const struct statement many = {
	.sql = "SELECT n, repeat('x', $1::int), NULL FROM generate_series(0, $2::int - 1) n",
	.values = { "1024", "100000" },
	.n_values = 2,
};

/* AddressSanitizer keeps what was freed, so that memory grows by design. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_MEANS_SOMETHING false
#else
#define MEMORY_MEANS_SOMETHING true
#endif

static void a_hundred_thousand_rows_come_one_by_one_in_bounded_memory(void **state)
{
	struct connection *c = mine(*state);
	int pid = pid_of(c);
	struct seen s = { 0 };
	struct error err = { 0 };

	CHECK(connection_stream(c, NULL, &many, see, &s, &err) == 0, "%s", err.detail);
	assert_int_equal(s.rows, MANY);
	assert_false(s.wrong);
	CHECK(!MEMORY_MEANS_SOMETHING || s.most_kb - s.first_kb < 8192, "grew by %ld KB for 100 MB",
	      s.most_kb - s.first_kb);
	assert_int_equal(pid_of(c), pid);
	assert_string_equal(state_of(pid), "idle");
}

static void no_rows_are_no_calls(void **state)
{
	const struct statement none = { .sql = "SELECT 1 WHERE false" };
	struct seen s = { 0 };
	struct error err = { 0 };

	assert_int_equal(connection_stream(mine(*state), NULL, &none, see, &s, &err), 0);
	assert_int_equal(s.rows, 0);
}

static void a_callback_that_stops_half_way_is_heard_and_the_next_use_works(void **state)
{
	static const int stops[] = { 1, 2, 500, 50000, MANY };

	for (size_t i = 0; i < ARRAY_LEN(stops); i++) {
		struct connection *c = mine(*state);
		int pid = pid_of(c);
		struct seen s = { .stop_at = stops[i] };
		struct error err = { 0 };

		assert_int_equal(connection_stream(c, NULL, &many, see, &s, &err), -1);
		assert_int_equal(err.code, ERR_UNAVAILABLE);
		assert_string_equal(err.detail, "enough");
		assert_int_equal(s.rows, stops[i]);
		assert_string_equal(ask(mine(*state), NULL, "SELECT 'well'"), "well");
		for (int waited = 0; waited < 500 && *state_of(pid) && pid != pid_of(mine(*state)); waited++)
			usleep(10000);
		CHECK(pid == pid_of(mine(*state)) || !*state_of(pid), "%d: the server still works: %s", stops[i],
		      state_of(pid));
	}
}

static void a_statement_that_fails_half_way_says_so(void **state)
{
	const struct statement bad = { .sql = "SELECT n, repeat('x', 1024), CASE WHEN n = 700 THEN 1 / (n - 700) END "
					      "FROM generate_series(0, 1000) n" };
	const struct statement none = { .sql = "SELECT nothing" };
	struct seen s = { 0 };
	struct error err = { 0 };

	assert_int_equal(connection_stream(mine(*state), NULL, &bad, see, &s, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_int_equal(s.rows, 700);
	assert_int_equal(connection_stream(mine(*state), NULL, &none, see, &s, &err), -1);
	assert_int_equal(err.code, ERR_INTERNAL);
	assert_string_equal(ask(mine(*state), NULL, "SELECT 'well'"), "well");
}

static int keep_text(void *data, const char *const *values, const int *lengths, int n_columns, struct error *err)
{
	(void)lengths;
	(void)n_columns;
	(void)err;
	snprintf(data, 64, "%s", values[0]);
	return 0;
}

static void a_stream_has_its_context_and_patience_and_both_end_with_it(void **state)
{
	const struct statement told = {
		.sql = "SELECT current_setting('inspectd.actor') || ' ' || current_setting('statement_timeout')"
	};
	struct connection *c = mine(*state);
	struct error err = { 0 };
	char text[64] = "";

	assert_int_equal(connection_stream(c, &(struct context){ .actor = "one" }, &told, keep_text, text, &err), 0);
	assert_string_equal(text, "one 0");
	assert_string_equal(ask(c, &(struct context){ .actor = "two" }, told.sql), "two 5s");
}

static void a_session_that_ends_half_way_fails_the_stream(void **state)
{
	const struct statement bad = { .sql = "SELECT n, repeat('x', 1024), CASE WHEN n = 700 THEN "
					      "nullif(pg_terminate_backend(pg_backend_pid())::int, 1) END "
					      "FROM generate_series(0, 100000) n" };
	struct seen s = { 0 };
	struct error err = { 0 };

	assert_int_equal(connection_stream(mine(*state), NULL, &bad, see, &s, &err), -1);
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	assert_false(connection_is_open(mine(*state)) && s.wrong);
	assert_string_equal(ask(mine(*state), NULL, "SELECT 'well'"), "well");
}

static int open_all(void **state)
{
	*state = database_here();
	return 0;
}

static int close_all(void **state)
{
	database_free(*state);
	return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)
	static const struct CMUnitTest tests[] = {
		TEST(a_hundred_thousand_rows_come_one_by_one_in_bounded_memory),
		TEST(no_rows_are_no_calls),
		TEST(a_callback_that_stops_half_way_is_heard_and_the_next_use_works),
		TEST(a_statement_that_fails_half_way_says_so),
		TEST(a_stream_has_its_context_and_patience_and_both_end_with_it),
		TEST(a_session_that_ends_half_way_fails_the_stream),
	};

	return RUN_WITH_DATABASE(tests);
}
