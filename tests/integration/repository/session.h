/*
 * session.h - what the tests against a real PostgreSQL share: sessions of the
 * service's own kind, and a second one of libpq's that looks on.
 */
#ifndef TESTS_INTEGRATION_REPOSITORY_SESSION_H
#define TESTS_INTEGRATION_REPOSITORY_SESSION_H

#include "../../unit/unit.h"

#include <libpq-fe.h>

#include "core/clock.h"
#include "repository/database.h"

#define SKIPPED 77

static PGconn *look; /* the session that looks on */

static inline const char *test_url(void)
{
	return getenv("INSPECTD_TEST_URL");
}

/* The first value of an answer to the onlooker, or "". */
static inline const char *look_text(const char *sql)
{
	static char text[1024];
	PGresult *r = PQexec(look, sql);

	CHECK(PQresultStatus(r) == PGRES_TUPLES_OK || PQresultStatus(r) == PGRES_COMMAND_OK, "%s: %s", sql,
	      PQerrorMessage(look));
	snprintf(text, sizeof text, "%s", PQntuples(r) > 0 ? PQgetvalue(r, 0, 0) : "");
	PQclear(r);
	return text;
}

static inline int session_setup(void **state)
{
	(void)state;
	look = PQconnectdb(test_url());
	CHECK(PQstatus(look) == CONNECTION_OK, "INSPECTD_TEST_URL: %s", PQerrorMessage(look));
	look_text("SET client_min_messages = error");
	return 0;
}

static inline int session_teardown(void **state)
{
	(void)state;
	PQfinish(look);
	return 0;
}

/* As RUN(), once there is a database to run against. */
#define RUN_WITH_DATABASE(tests)                                                                                       \
	(test_url() ? cmocka_run_group_tests(tests, session_setup, session_teardown)                                   \
		    : (print_message("skipped: INSPECTD_TEST_URL is not set\n"), SKIPPED))

static inline struct database *database_at(const char *url, unsigned connect_ms, unsigned statement_ms)
{
	struct database *d = NULL;
	struct error err = { 0 };

	assert_int_equal(database_new(&d,
				      &(struct database_options){ .url = url,
								  .connect_ms = connect_ms,
								  .statement_ms = statement_ms,
								  .lock_ms = 300 },
				      &err),
			 0);
	return d;
}

static inline struct database *database_here(void)
{
	return database_at(test_url(), 2000, 5000);
}

static inline struct connection *mine(struct database *d)
{
	struct connection *c = NULL;
	struct error err = { 0 };

	CHECK(database_mine(d, &c, &err) == 0, "%s", err.detail);
	return c;
}

/* The first value of a statement without parameters, which must succeed. */
static inline const char *ask(struct connection *c, const struct context *context, const char *sql)
{
	static char text[1024];
	struct statement s = { .sql = sql };
	_cleanup_(result_freep) struct result *r = NULL;
	struct error err = { 0 };

	CHECK(connection_run(c, context, &s, 1, &r, &err) == 0, "%s: %s", sql, err.detail);
	snprintf(text, sizeof text, "%s", result_rows(r) > 0 && result_text(r, 0, 0) ? result_text(r, 0, 0) : "");
	return text;
}

/* A statement that must fail with this code. */
static inline void ask_in_vain(struct connection *c, const char *sql, enum err_code code)
{
	struct statement s = { .sql = sql };
	struct result *r = NULL;
	struct error err = { 0 };

	CHECK(connection_run(c, NULL, &s, 1, &r, &err) == -1, "%s succeeded", sql);
	CHECK(err.code == code, "%s: %d, %s", sql, (int)err.code, err.detail);
	assert_null(r);
}

static inline int pid_of(struct connection *c)
{
	return (int)strtol(ask(c, NULL, "SELECT pg_backend_pid()"), NULL, 10);
}

/* "idle", "active", "idle in transaction" ...: what PostgreSQL says of a session; "" once it is gone. */
static inline const char *state_of(int pid)
{
	char sql[128];

	snprintf(sql, sizeof sql, "SELECT state FROM pg_stat_activity WHERE pid = %d", pid);
	return look_text(sql);
}

static inline void end_session(int pid)
{
	char sql[128];

	snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 5000)", pid);
	assert_string_equal(look_text(sql), "t");
}

#endif
