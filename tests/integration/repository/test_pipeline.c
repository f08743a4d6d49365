/* Tests of service/repository/pipeline.c, database.c, result.c and transaction.c: statements that are answered. */
#include "session.h"

#include <pthread.h>

#include "core/limits.h"

#define TABLE "repository_pipeline"

/* For each test: a database of its own, and an empty table. */
static int open_all(void **state)
{
	look_text("DROP TABLE IF EXISTS " TABLE);
	look_text("CREATE TABLE " TABLE " (n int CONSTRAINT " TABLE "_key PRIMARY KEY, text text)");
	*state = database_here();
	return 0;
}

static int close_all(void **state)
{
	database_free(*state);
	look_text("DROP TABLE " TABLE);
	return 0;
}

#define INSERT(n) "INSERT INTO public." TABLE " VALUES (" #n ")"
#define ROWS      "SELECT string_agg(n::text, ' ' ORDER BY n) FROM public." TABLE

/* --- one round trip ----------------------------------------------------------- */

static void results_come_in_the_order_of_their_statements(void **state)
{
	struct connection *c = mine(*state);
	char number[8][4];
	struct statement s[8] = { 0 };
	struct result *r[8] = { NULL };
	struct error err = { 0 };

	for (size_t i = 0; i < 8; i++) {
		snprintf(number[i], sizeof number[i], "%zu", i);
		s[i] = (struct statement){ .sql = i % 2 ? "SELECT $1::text, 'odd'"
							: "SELECT $1::text FROM generate_series(1, 2)",
					   .values = { number[i] },
					   .n_values = 1 };
	}
	for (size_t round = 0; round < 3; round++) {
		CHECK(connection_run(c, NULL, s, 8, r, &err) == 0, "%s", err.detail);
		for (size_t i = 0; i < 8; i++) {
			assert_string_equal(result_text(r[i], 0, 0), number[i]);
			assert_int_equal(result_rows(r[i]), i % 2 ? 1 : 2);
			assert_int_equal(result_columns(r[i]), i % 2 ? 2 : 1);
			result_free(r[i]);
		}
	}
}

static void results_tell_null_from_empty_and_count_what_was_changed(void **state)
{
	struct connection *c = mine(*state);
	const struct statement s[] = {
		{ .sql = "SELECT $1::text, $2::text, $3::bytea", .values = { NULL, "", "\\x00ff" }, .n_values = 3 },
		{ .sql = "INSERT INTO public." TABLE " SELECT generate_series(1, 7)" },
		{ .sql = "DELETE FROM public." TABLE " WHERE n > 3" },
		{ .sql = "SELECT FROM public." TABLE },
	};
	struct result *r[4] = { NULL };
	struct error err = { 0 };

	CHECK(connection_run(c, NULL, s, 4, r, &err) == 0, "%s", err.detail);
	assert_null(result_text(r[0], 0, 0));
	assert_string_equal(result_text(r[0], 0, 1), "");
	assert_int_equal(result_length(r[0], 0, 1), 0);
	assert_string_equal(result_text(r[0], 0, 2), "\\x00ff");
	assert_int_equal(result_affected(r[1]), 7);
	assert_int_equal(result_rows(r[1]), 0);
	assert_int_equal(result_affected(r[2]), 4);
	assert_int_equal(result_rows(r[3]), 3);
	for (size_t i = 0; i < 4; i++)
		result_free(r[i]);
	result_free(NULL);
}

static void an_error_in_the_middle_undoes_all_and_leaves_the_session_usable(void **state)
{
	struct connection *c = mine(*state);
	int pid = pid_of(c);
	const struct statement s[] = { { .sql = INSERT(1) }, { .sql = INSERT(1) }, { .sql = INSERT(2) } };

	for (size_t round = 0; round < 3; round++) {
		struct result *r[3] = { NULL };
		struct error err = { 0 };

		assert_int_equal(connection_run(c, NULL, s, 3, r, &err), -1);
		assert_int_equal(err.code, ERR_CONFLICT);
		assert_string_equal(err.detail, "another row already holds this key (" TABLE "_key)");
		for (size_t i = 0; i < 3; i++)
			assert_null(r[i]);
		assert_string_equal(ask(c, NULL, ROWS), "");
		assert_int_equal(pid_of(c), pid);
	}
}

static void a_statement_that_cannot_be_prepared_is_tried_again_each_time(void **state)
{
	struct connection *c = mine(*state);
	int pid = pid_of(c);
	char before[16];

	snprintf(before, sizeof before, "%s", ask(c, NULL, "SELECT count(*) FROM pg_prepared_statements"));
	for (size_t i = 0; i < 3; i++)
		ask_in_vain(c, "SELECT x FROM public." TABLE "_later", ERR_INTERNAL);
	assert_string_equal(ask(c, NULL, "SELECT count(*) FROM pg_prepared_statements"), before);
	look_text("CREATE TABLE " TABLE "_later (x int)");
	assert_string_equal(ask(c, NULL, "SELECT x FROM public." TABLE "_later"), "");
	look_text("DROP TABLE " TABLE "_later");
	assert_int_equal(pid_of(c), pid);
}

static void nine_statements_are_too_many(void **state)
{
	struct connection *c = mine(*state);
	struct statement s[9];
	struct result *r[9] = { NULL };
	struct error err = { 0 };

	for (size_t i = 0; i < 9; i++)
		s[i] = (struct statement){ .sql = INSERT(1) };
	assert_int_equal(connection_run(c, NULL, s, 9, r, &err), -1);
	assert_string_equal(ask(c, NULL, ROWS), "");
}

/* --- prepared statements --------------------------------------------------------- */

static int prepared_on_server(struct connection *c)
{
	return (int)strtol(ask(c, NULL, "SELECT count(*) FROM pg_prepared_statements"), NULL, 10);
}

static void the_server_keeps_no_more_prepared_statements_than_the_limit(void **state)
{
	struct connection *c = mine(*state);
	int pid = pid_of(c);
	char sql[64], expected[16];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < LIMIT_STATEMENTS + 50; i++) {
			snprintf(sql, sizeof sql, "SELECT %d", i);
			snprintf(expected, sizeof expected, "%d", i);
			assert_string_equal(ask(c, NULL, sql), expected);
		}
		CHECK(prepared_on_server(c) <= LIMIT_STATEMENTS, "%d", prepared_on_server(c));
	}
	assert_int_equal(pid_of(c), pid);
}

static void a_statement_in_use_is_not_the_one_that_goes(void **state)
{
	struct connection *c = mine(*state);
	char sql[64];

	ask(c, NULL, "SELECT 'kept'");
	for (int i = 0; i < LIMIT_STATEMENTS + 50; i++) {
		snprintf(sql, sizeof sql, "SELECT %d", i);
		ask(c, NULL, sql);
		ask(c, NULL, "SELECT 'kept'");
	}
	assert_string_equal(ask(c, NULL,
				"SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT ''kept'''"
				" AND generic_plans + custom_plans > 200"),
			    "1");
}

/* What was to be forgotten in a batch that failed before it came to that. */
static void failing_batches_leave_no_statements_behind(void **state)
{
	struct connection *c = mine(*state);
	char sql[64];

	for (int i = 0; i < LIMIT_STATEMENTS; i++) {
		snprintf(sql, sizeof sql, "SELECT %d", i);
		ask(c, NULL, sql);
	}
	for (int i = 0; i < 60; i++) {
		struct statement s[] = { { .sql = "SELECT 1 / 0" }, { .sql = sql } };
		struct result *r[2] = { NULL };
		struct error err = { 0 };

		snprintf(sql, sizeof sql, "SELECT 'new', %d", i);
		assert_int_equal(connection_run(c, NULL, s, 2, r, &err), -1);
		ask(c, NULL, sql);
	}
	CHECK(prepared_on_server(c) <= LIMIT_STATEMENTS, "%d", prepared_on_server(c));
}

/* --- context -------------------------------------------------------------------- */

#define ACTOR "SELECT current_setting('inspectd.actor')"

static void the_context_is_there_for_the_statement_it_came_with(void **state)
{
	static const struct context context = { .actor = "client:1",
						.person = "person",
						.request_id = "request",
						.scopes = "{findings:read}",
						.authorities = "*",
						.clearance = "council",
						.reason = "it's \"why\"",
						.recorded_at = "2026-01-31T09:30:00Z" };
	struct connection *c = mine(*state);

	assert_string_equal(
		ask(c, &context,
		    "SELECT concat_ws('|', current_setting('inspectd.actor'), current_setting('inspectd.person'), "
		    "current_setting('inspectd.request_id'), current_setting('inspectd.scopes'), "
		    "current_setting('inspectd.authorities'), current_setting('inspectd.clearance'), "
		    "current_setting('inspectd.reason'), current_setting('inspectd.recorded_at'))"),
		"client:1|person|request|{findings:read}|*|council|it's \"why\"|2026-01-31T09:30:00Z");
	assert_string_equal(ask(c, &(struct context){ .actor = "client:2" },
				"SELECT current_setting('inspectd.actor') || current_setting('inspectd.person') || "
				"current_setting('inspectd.recorded_at')"),
			    "client:2");
	assert_string_equal(ask(c, NULL, ACTOR), "");
}

/* The session's own setting is changed behind its back, which shows whether it is told anew. */
static void the_context_is_told_again_only_when_it_changed(void **state)
{
	static const struct context one = { .actor = "one" }, two = { .actor = "two" }, again = { .actor = "one" };
	struct connection *c = mine(*state);

	assert_string_equal(ask(c, &one, ACTOR), "one");
	ask(c, &one, "SELECT set_config('inspectd.actor', 'changed', false)");
	assert_string_equal(ask(c, &again, ACTOR), "changed");
	assert_string_equal(ask(c, &two, ACTOR), "two");
	assert_string_equal(ask(c, &one, ACTOR), "one");
}

static void a_context_that_was_rolled_back_is_told_again(void **state)
{
	static const struct context one = { .actor = "one" }, two = { .actor = "two" };
	struct connection *c = mine(*state);
	const struct statement bad = { .sql = "SELECT 1 / 0" };
	struct result *r = NULL;
	struct error err = { 0 };

	assert_string_equal(ask(c, &one, ACTOR), "one");
	assert_int_equal(connection_run(c, &two, &bad, 1, &r, &err), -1);
	assert_string_equal(ask(c, &two, ACTOR), "two");
	assert_int_equal(connection_begin(c, &one, &err), 0);
	assert_string_equal(ask(c, NULL, ACTOR), "one");
	connection_abandon(c);
	assert_string_equal(ask(c, &one, ACTOR), "one");
	assert_string_equal(ask(c, &two, ACTOR), "two");
}

static void a_transaction_has_one_context_until_it_is_retold(void **state)
{
	static const struct context one = { .actor = "one" }, two = { .actor = "two" };
	struct connection *c = mine(*state);
	struct error err = { 0 };

	assert_int_equal(connection_begin(c, &one, &err), 0);
	assert_string_equal(ask(c, &two, ACTOR), "one");
	connection_retell(c, &two);
	assert_string_equal(ask(c, NULL, ACTOR), "two");
	assert_int_equal(connection_commit(c, &err), 0);
	assert_string_equal(ask(c, &one, ACTOR), "one");
}

/* --- transactions ------------------------------------------------------------------ */

static void only_the_outermost_commit_commits(void **state)
{
	struct connection *c = mine(*state);
	struct error err = { 0 };

	assert_int_equal(connection_begin(c, NULL, &err), 0);
	ask(c, NULL, INSERT(1));
	assert_int_equal(connection_begin(c, NULL, &err), 0);
	ask(c, NULL, INSERT(2));
	assert_int_equal(connection_commit(c, &err), 0);
	assert_string_equal(look_text(ROWS), "");
	ask(c, NULL, INSERT(3));
	assert_int_equal(connection_commit(c, &err), 0);
	assert_string_equal(look_text(ROWS), "1 2 3");
	assert_int_equal(connection_commit(c, &err), -1);
	assert_int_equal(err.code, ERR_INTERNAL);
}

static void abandoning_at_any_depth_undoes_all(void **state)
{
	struct connection *c = mine(*state);
	int pid = pid_of(c);
	struct error err = { 0 };

	for (int depth = 1; depth <= 3; depth++) {
		for (int i = 0; i < depth; i++)
			assert_int_equal(connection_begin(c, NULL, &err), 0);
		ask(c, NULL, INSERT(1));
		assert_string_equal(state_of(pid), "idle in transaction");
		connection_abandon(c);
		assert_string_equal(state_of(pid), "idle");
		connection_abandon(c);
		assert_string_equal(ask(c, NULL, ROWS), "");
		assert_int_equal(pid_of(c), pid);
	}
}

static void a_transaction_without_statements_never_reaches_the_server(void **state)
{
	struct connection *c = mine(*state);
	int pid = pid_of(c);
	struct error err = { 0 };

	assert_int_equal(connection_begin(c, NULL, &err), 0);
	assert_string_equal(state_of(pid), "idle");
	assert_int_equal(connection_commit(c, &err), 0);
	assert_int_equal(connection_begin(c, NULL, &err), 0);
	connection_abandon(c);
	ask(c, NULL, INSERT(1));
	assert_string_equal(look_text(ROWS), "1");
}

/* Whether it was the first statement, which BEGIN travels with, or a later one. */
static void a_failure_in_a_transaction_leaves_a_session_that_works(void **state)
{
	struct connection *c = mine(*state);
	int pid = pid_of(c);

	for (int before = 0; before < 3; before++) {
		struct error err = { 0 };

		assert_int_equal(connection_begin(c, &(struct context){ .actor = "one" }, &err), 0);
		for (int i = 0; i < before; i++)
			ask(c, NULL, i ? INSERT(2) : INSERT(1));
		ask_in_vain(c, "SELECT 1 / 0", ERR_INVALID);
		assert_string_equal(state_of(pid), "idle in transaction (aborted)");
		connection_abandon(c);
		CHECK(strcmp(state_of(pid), "idle") == 0, "after %d: %s", before, state_of(pid));
		assert_true(connection_is_open(c));
		assert_string_equal(ask(c, NULL, ROWS), "");
		assert_int_equal(pid_of(c), pid);
		ask(c, NULL, INSERT(9));
		assert_string_equal(look_text(ROWS), "9");
		look_text("DELETE FROM " TABLE);
	}
}

static void what_failed_cannot_be_committed(void **state)
{
	struct connection *c = mine(*state);

	for (int before = 0; before < 2; before++) {
		struct error err = { 0 };

		assert_int_equal(connection_begin(c, NULL, &err), 0);
		if (before)
			ask(c, NULL, INSERT(1));
		ask_in_vain(c, "SELECT 1 / 0", ERR_INVALID);
		CHECK(connection_commit(c, &err) == -1, "after %d", before);
		c = mine(*state);
		assert_string_equal(ask(c, NULL, ROWS), "");
		assert_int_equal(connection_begin(c, NULL, &err), 0);
		ask(c, NULL, INSERT(5));
		assert_int_equal(connection_commit(c, &err), 0);
		assert_string_equal(look_text(ROWS), "5");
		look_text("DELETE FROM " TABLE);
	}
}

/* A constraint that is checked at the end speaks at the commit. */
static void a_commit_that_fails_says_so_and_undoes_all(void **state)
{
	struct connection *c = mine(*state);
	struct error err = { 0 };

	look_text(
		"ALTER TABLE " TABLE " ADD CONSTRAINT late FOREIGN KEY (n) REFERENCES " TABLE
		" (n) DEFERRABLE INITIALLY DEFERRED, ADD other int, ADD CONSTRAINT later FOREIGN KEY (other) REFERENCES " TABLE
		" DEFERRABLE INITIALLY DEFERRED");
	assert_int_equal(connection_begin(c, NULL, &err), 0);
	ask(c, NULL, "INSERT INTO public." TABLE " VALUES (1, 'x', 99)");
	assert_int_equal(connection_commit(c, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	c = mine(*state);
	assert_string_equal(ask(c, NULL, ROWS), "");
}

/* --- scripts and sessions ------------------------------------------------------------- */

static void a_script_runs_whole_or_not_at_all(void **state)
{
	struct connection *c = mine(*state);
	struct error err = { 0 };

	assert_int_equal(connection_script(c, INSERT(1) ";" INSERT(2), &err), 0);
	assert_string_equal(look_text(ROWS), "1 2");
	assert_int_equal(connection_script(c, INSERT(3) ";" INSERT(3) ";" INSERT(4), &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_string_equal(look_text(ROWS), "1 2");
	assert_int_equal(connection_script(c, "", &err), 0);
	assert_string_equal(ask(c, NULL, "SELECT 'well'"), "well");
}

static void a_session_is_set_up_as_the_row_writer_needs(void **state)
{
	static const struct {
		const char *name, *value;
	} cases[] = {
		{ "TimeZone", "UTC" },
		{ "DateStyle", "ISO, DMY|ISO, MDY" },
		{ "client_encoding", "UTF8" },
		{ "search_path", "inspectd" },
		{ "statement_timeout", "5s" },
		{ "lock_timeout", "300ms" },
		{ "application_name", "inspectd" },
		{ "jit", "off" },
	};
	struct connection *c = mine(*state);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char sql[64];
		const char *value;

		snprintf(sql, sizeof sql, "SHOW %s", cases[i].name);
		value = ask(c, NULL, sql);
		CHECK(strstr(cases[i].value, value) != NULL, "%s is %s", cases[i].name, value);
	}
	assert_string_equal(ask(c, NULL, "SELECT to_timestamp(0.5)::text"), "1970-01-01 00:00:00.5+00");
}

static void a_session_runs_as_the_role_it_was_given(void **state)
{
	struct database *d = NULL;
	struct error err = { 0 };
	struct connection *c;

	(void)state;
	assert_int_equal(database_new(&d,
				      &(struct database_options){ .url = test_url(),
								  .role = "inspectd_api",
								  .connect_ms = 2000,
								  .statement_ms = 5000,
								  .lock_ms = 1000 },
				      &err),
			 0);
	c = mine(d);
	assert_string_equal(ask(c, NULL, "SELECT current_user"), "inspectd_api");
	ask_in_vain(c, "DELETE FROM inspectd.migration", ERR_INTERNAL);
	database_free(d);
}

static void *pid_in_thread(void *data)
{
	struct connection *c = NULL;
	struct error err = { 0 };
	struct statement s = { .sql = "SELECT pg_backend_pid()" };
	struct result *r = NULL;
	long pid = 0;

	if (database_mine(data, &c, &err) == 0 && connection_run(c, NULL, &s, 1, &r, &err) == 0)
		pid = strtol(result_text(r, 0, 0), NULL, 10);
	result_free(r);
	return (void *)pid; // NOLINT(performance-no-int-to-ptr)
}

static void each_thread_has_a_session_of_its_own(void **state)
{
	pthread_t threads[4];
	void *pids[5] = { NULL };

	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, pid_in_thread, *state), 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_join(threads[i], &pids[i]), 0);
	pids[4] = pid_in_thread(*state);
	for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
		assert_non_null(pids[i]);
		for (size_t j = 0; j < i; j++)
			assert_ptr_not_equal(pids[i], pids[j]);
	}
	assert_ptr_equal(pid_in_thread(*state), pids[4]);
	assert_ptr_equal(mine(*state), mine(*state));
}

static void two_databases_are_two_sessions_of_one_thread(void **state)
{
	struct database *other = database_here();

	assert_int_not_equal(pid_of(mine(*state)), pid_of(mine(other)));
	database_free(other);
	database_free(NULL);
}

static void a_database_is_ready_when_its_migrations_are_this_binarys(void **state)
{
	struct error err = { 0 };

	CHECK(database_ready(*state, &err), "%s", err.detail);
	look_text("INSERT INTO inspectd.migration VALUES ('9999_of_a_later_version.sql', '')");
	assert_false(database_ready(*state, &err));
	look_text("DELETE FROM inspectd.migration WHERE name LIKE '9999%'");
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	assert_non_null(strstr(err.detail, "inspectd migrate"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)
	static const struct CMUnitTest tests[] = {
		TEST(results_come_in_the_order_of_their_statements),
		TEST(results_tell_null_from_empty_and_count_what_was_changed),
		TEST(an_error_in_the_middle_undoes_all_and_leaves_the_session_usable),
		TEST(a_statement_that_cannot_be_prepared_is_tried_again_each_time),
		TEST(nine_statements_are_too_many),
		TEST(the_server_keeps_no_more_prepared_statements_than_the_limit),
		TEST(a_statement_in_use_is_not_the_one_that_goes),
		TEST(failing_batches_leave_no_statements_behind),
		TEST(the_context_is_there_for_the_statement_it_came_with),
		TEST(the_context_is_told_again_only_when_it_changed),
		TEST(a_context_that_was_rolled_back_is_told_again),
		TEST(a_transaction_has_one_context_until_it_is_retold),
		TEST(only_the_outermost_commit_commits),
		TEST(abandoning_at_any_depth_undoes_all),
		TEST(a_transaction_without_statements_never_reaches_the_server),
		TEST(a_failure_in_a_transaction_leaves_a_session_that_works),
		TEST(what_failed_cannot_be_committed),
		TEST(a_commit_that_fails_says_so_and_undoes_all),
		TEST(a_script_runs_whole_or_not_at_all),
		TEST(a_session_is_set_up_as_the_row_writer_needs),
		TEST(a_session_runs_as_the_role_it_was_given),
		TEST(each_thread_has_a_session_of_its_own),
		TEST(two_databases_are_two_sessions_of_one_thread),
		TEST(a_database_is_ready_when_its_migrations_are_this_binarys),
	};

	return RUN_WITH_DATABASE(tests);
}
