/*
 * Transactions that span round trips, scripts for `migrate`, and results read row
 * by row.
 */
#include "repository/connection.h"

#include "core/clock.h"
#include "core/limits.h"
#include "repository/sqlstate.h"

#include "core/banned.h"

#define ROLLBACK_US 2000000ULL

/* --- transactions --------------------------------------------------------- */

int connection_begin(struct connection *c, const struct context *context, struct error *err)
{
	static const struct context nobody;

	if (!c->pg)
		return sqlstate_error(err, NULL, NULL, NULL);
	if (c->depth == 0)
		c->begin_pending = true;
	c->context = context ? *context : nobody;
	c->depth++;
	return 0;
}

void connection_retell(struct connection *c, const struct context *context)
{
	c->context = *context;
}

bool connection_is_open(const struct connection *c)
{
	return c->pg != NULL;
}

int connection_commit(struct connection *c, struct error *err)
{
	struct statement commit = { .sql = "COMMIT" };
	_cleanup_(result_freep) struct result *done = NULL;

	if (c->depth == 0)
		return error_set(err, ERR_INTERNAL, "no transaction is open");
	if (c->depth > 1) {
		c->depth--;
		return 0;
	}
	if (c->pg && PQtransactionStatus(c->pg) == PQTRANS_INERROR) { /* COMMIT would succeed, and roll back */
		connection_abandon(c);
		return error_set(err, ERR_INTERNAL, "the transaction has failed before");
	}
	if (!c->begin_pending && connection_run(c, NULL, &commit, 1, &done, err) < 0) {
		connection_abandon(c);
		return -1;
	}
	c->depth = 0;
	c->begin_pending = false;
	return 0;
}

/* Waits for the answers to what was sent outside pipeline mode, and keeps the first failure. */
static int drain_plain(struct connection *c, uint64_t deadline_us, struct error *err)
{
	bool failed = false;

	for (;;) {
		PGresult *pg = NULL;

		if (connection_next(c, deadline_us, &pg, err) < 0) {
			connection_close(c);
			return -1;
		}
		if (!pg)
			return failed ? -1 : 0;
		if (!connection_succeeded(pg) && PQresultStatus(pg) != PGRES_EMPTY_QUERY) {
			if (!failed)
				(void)connection_failure(pg, err);
			failed = true;
		}
		PQclear(pg);
	}
}

/* Alone and as it stands: in a transaction that has failed, PostgreSQL takes nothing else. */
void connection_abandon(struct connection *c)
{
	struct error ignored = { 0 };

	if (!c || c->depth == 0)
		return;
	if (c->pg && PQtransactionStatus(c->pg) != PQTRANS_IDLE &&
	    (PQsendQuery(c->pg, "ROLLBACK") != 1 || drain_plain(c, clock_us() + ROLLBACK_US, &ignored) < 0))
		connection_close(c);
	c->told_valid = false;
	c->depth = 0;
	c->begin_pending = false;
}

/* --- scripts and streams --------------------------------------------------- */

int connection_script(struct connection *c, const char *sql, struct error *err)
{
	if (!c->pg || PQsendQuery(c->pg, sql) != 1)
		return sqlstate_error(err, NULL, NULL, NULL);
	c->told_valid = false;
	return drain_plain(c, UINT64_MAX / 2, err);
}

static int stream_row(const PGresult *pg, row_callback each, void *data, struct error *err)
{
	const char *values[STATEMENT_PARAMS_MAX];
	int lengths[STATEMENT_PARAMS_MAX];
	int n = PQnfields(pg);

	for (int i = 0; i < n; i++) {
		values[i] = PQgetisnull(pg, 0, i) ? NULL : PQgetvalue(pg, 0, i);
		lengths[i] = PQgetlength(pg, 0, i);
	}
	return each(data, values, lengths, n, err);
}

/* Row by row. When the callback stops half-way the session is closed rather than drained. */
static int stream_rows(struct connection *c, uint64_t deadline_us, row_callback each, void *data, struct error *err)
{
	for (;;) {
		PGresult *pg = NULL;
		int outcome = 0;

		if (connection_next(c, deadline_us, &pg, err) < 0)
			outcome = -1;
		else if (!pg)
			return 0;
		else if (PQresultStatus(pg) == PGRES_SINGLE_TUPLE)
			outcome = stream_row(pg, each, data, err);
		else if (!connection_succeeded(pg))
			outcome = connection_failure(pg, err);
		PQclear(pg);
		if (outcome < 0) {
			connection_close(c);
			return -1;
		}
	}
}

int connection_stream(struct connection *c, const struct context *context, const struct statement *statement,
		      row_callback each, void *data, struct error *err)
{
	static const struct statement patience = { .sql = "SELECT set_config('statement_timeout', '0', true)" };
	_cleanup_(connection_abandonp) struct connection *open = c;
	_cleanup_(result_freep) struct result *told = NULL;

	if (connection_begin(c, context, err) < 0 || connection_run(c, context, &patience, 1, &told, err) < 0)
		return -1;
	if (PQsendQueryParams(c->pg, statement->sql, (int)statement->n_values, NULL, statement->values, NULL, NULL,
			      0) != 1 ||
	    PQsetSingleRowMode(c->pg) != 1)
		return sqlstate_error(err, NULL, NULL, NULL);
	if (stream_rows(c, clock_us() + LIMIT_EXPORT_S * 1000000ULL, each, data, err) < 0)
		return -1;
	return connection_commit(TAKE(open), err);
}
