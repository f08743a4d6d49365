/*
 * One session with PostgreSQL: opening it with a deadline, noticing that it was
 * lost, and waiting for its answers no longer than allowed, even when the server
 * has stopped answering.
 */
#include "repository/connection.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "repository/sqlstate.h"

#include "core/banned.h"

/* --- opening -------------------------------------------------------------- */

int connection_wait(struct connection *c, short events, uint64_t deadline_us, struct error *err)
{
	for (;;) {
		uint64_t now = clock_us();
		struct pollfd p[] = { { .fd = PQsocket(c->pg), .events = events },
				      { .fd = c->ending, .events = POLLIN } };
		int ready;

		if (now >= deadline_us)
			return error_set(err, ERR_TIMEOUT, "the database did not answer in time");
		ready = poll(p, ARRAY_LEN(p), (int)((deadline_us - now + 999) / 1000));
		if (ready > 0 && p[1].revents)
			return error_set(err, ERR_UNAVAILABLE, "the service is stopping");
		if (ready > 0)
			return 0;
		if (ready < 0 && errno != EINTR)
			return error_set(err, ERR_UNAVAILABLE, "the database cannot be reached");
	}
}

static int finish_connecting(struct connection *c, uint64_t deadline_us, struct error *err)
{
	for (;;) {
		PostgresPollingStatusType step = PQconnectPoll(c->pg);

		if (step == PGRES_POLLING_OK)
			return 0;
		if (step == PGRES_POLLING_FAILED)
			return error_set(err, ERR_UNAVAILABLE, "the database cannot be reached");
		if (connection_wait(c, step == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline_us, err) < 0)
			return -1;
	}
}

/*
 * Answers that the row writer relies on: UTC, ISO dates, UTF-8. No parallel plans: rows are few. Nor is any far away: what
 * is asked for is in memory, and a page is to be walked to in an index, not sorted out of all that it could have been of.
 */
static void session_options(const struct database_options *o, char *out, size_t size)
{
	(void)snprintf(out, size,
		       "-c timezone=UTC -c datestyle=ISO -c intervalstyle=iso_8601 -c search_path=inspectd "
		       "-c max_parallel_workers_per_gather=0 -c statement_timeout=%u -c lock_timeout=%u "
		       "-c idle_in_transaction_session_timeout=60000 -c client_min_messages=warning -c jit=off%s%s",
		       o->statement_ms, o->lock_ms, o->role ? " -c role=" : "", o->role ? o->role : "");
}

/* libpq would print it on stderr, where each line is a record of the log. */
static void ignore_notice(void *data, const PGresult *notice)
{
	(void)data;
	(void)notice;
}

/*
 * Whether libpq may have taken part of a password for something else, as for the host
 * in "postgresql://user:pass@word@host", and so would quote it.
 */
static bool is_misread(const char *url)
{
	bool uri = strncmp(url, "postgresql://", 13) == 0 || strncmp(url, "postgres://", 11) == 0;
	const char *at = strrchr(url, '@'), *user = strstr(url, "://");
	PQconninfoOption *options;

	if (uri && at && user + 3 + strcspn(user + 3, "@/?#[]") < at)
		return true;
	if (!uri && !strchr(url, '='))
		return false; /* the name of a database */
	options = PQconninfoParse(url, NULL);
	PQconninfoFree(options);
	return !options;
}

/* Why, in libpq's words, is for whoever runs the service; a client need not know where the database lives. */
static int refused(struct connection *c, struct error *err)
{
	const char *words = PQerrorMessage(c->pg);
	size_t len = strlen(words);

	while (len > 0 && words[len - 1] == '\n')
		len--;
	if (is_misread(c->options->url)) {
		words = "the connection string cannot be read (libpq's words are kept back: they may quote a password)";
		len = strlen(words);
	}
	(void)snprintf(err->cause, sizeof(err->cause), "%.*s", (int)len, words);
	connection_close(c);
	return error_set(err, ERR_UNAVAILABLE, "the database cannot be reached");
}

int connection_open(struct connection *c, struct error *err)
{
	char options[512];
	const char *const names[] = { "dbname", "client_encoding", "application_name", "options", NULL };
	const char *const values[] = { c->options->url, "UTF8", "inspectd", options, NULL };

	session_options(c->options, options, sizeof(options));
	c->pg = PQconnectStartParams(names, values, 1);
	if (!c->pg)
		return error_set(err, ERR_INTERNAL, "out of memory");
	(void)PQsetNoticeReceiver(c->pg, ignore_notice, NULL);
	if (PQstatus(c->pg) == CONNECTION_BAD ||
	    finish_connecting(c, clock_us() + c->options->connect_ms * 1000ULL, err) < 0 ||
	    PQsetnonblocking(c->pg, 1) != 0)
		return refused(c, err);
	return 0;
}

void connection_close(struct connection *c)
{
	for (size_t i = 0; i < c->n_prepared; i++)
		free(c->prepared[i].sql);
	for (size_t i = 0; i < CONTEXT_MEMBERS; i++)
		free(TAKE(c->told[i]));
	if (c->pg)
		PQfinish(TAKE(c->pg));
	c->n_prepared = 0;
	c->told_valid = false;
	c->depth = 0;
	c->begin_pending = false;
}

/*
 * Whether the session is there still, which can be seen without asking: a server
 * that ends one says so or closes its end, and otherwise says nothing unasked. In
 * a transaction the next statement finds out: opened anew, the rest of it would
 * run on its own.
 */
bool connection_usable(struct connection *c)
{
	struct pollfd p;

	if (!c->pg || PQstatus(c->pg) != CONNECTION_OK)
		return false;
	p = (struct pollfd){ .fd = PQsocket(c->pg), .events = POLLIN };
	return c->depth > 0 || poll(&p, 1, 0) == 0;
}

/* --- answers ---------------------------------------------------------------- */

/* The next result, waited for no longer than the deadline. *ret_pg is NULL between commands. */
int connection_next(struct connection *c, uint64_t deadline_us, PGresult **ret_pg, struct error *err)
{
	for (;;) {
		int unsent = PQflush(c->pg);

		if (!PQisBusy(c->pg))
			break;
		if (connection_wait(c, unsent == 1 ? POLLIN | POLLOUT : POLLIN, deadline_us, err) < 0)
			return -1;
		if (PQconsumeInput(c->pg) != 1)
			return sqlstate_error(err, NULL, NULL, NULL);
	}
	*ret_pg = PQgetResult(c->pg);
	return 0;
}

bool connection_succeeded(const PGresult *pg)
{
	ExecStatusType s = PQresultStatus(pg);

	return s == PGRES_TUPLES_OK || s == PGRES_COMMAND_OK || s == PGRES_SINGLE_TUPLE;
}

int connection_failure(const PGresult *pg, struct error *err)
{
	return sqlstate_error(err, PQresultErrorField(pg, PG_DIAG_SQLSTATE),
			      PQresultErrorField(pg, PG_DIAG_CONSTRAINT_NAME),
			      PQresultErrorField(pg, PG_DIAG_MESSAGE_PRIMARY));
}
