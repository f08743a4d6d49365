/*
 * One round trip: preparing what has yet to be prepared, telling the session who
 * asks when that is news, and running up to eight statements, all in one packet.
 */
#include "repository/connection.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/hash.h"
#include "repository/sqlstate.h"

#include "core/banned.h"

#define NEW_MAX                                                                                                        \
	(CONNECTION_BATCH_MAX + 2) /* statements that one batch can bring: BEGIN and the context are among them */
#define ANSWER_SLACK_MS 1000       /* beyond statement_timeout, for the server to say so itself */

/*
 * A question about the past is planned once and not for each value: it reads so many tables that PostgreSQL takes
 * longer to think than to answer, and would think again each time.
 */
static const char context_sql[] =
	"SELECT set_config('inspectd.actor', $1, false), set_config('inspectd.person', $2, false), "
	"set_config('inspectd.request_id', $3, false), set_config('inspectd.scopes', $4, false), "
	"set_config('inspectd.authorities', $5, false), set_config('inspectd.clearance', $6, false), "
	"set_config('inspectd.reason', $7, false), set_config('inspectd.recorded_at', $8, false), "
	"set_config('plan_cache_mode', CASE WHEN $8 = '' THEN 'auto' ELSE 'force_generic_plan' END, false)";

/* --- prepared statements -------------------------------------------------- */

static struct prepared *prepared_find(struct connection *c, const char *sql)
{
	uint64_t hash = hash_64(sql, strlen(sql));

	for (size_t i = 0; i < c->n_prepared; i++)
		if (c->prepared[i].hash == hash && !c->prepared[i].going && strcmp(c->prepared[i].sql, sql) == 0)
			return &c->prepared[i];
	return NULL;
}

/* The slot of a statement, which may have yet to be prepared (ready is false). NULL: there is no room. */
static struct prepared *prepared_for(struct connection *c, const char *sql)
{
	struct prepared *p = prepared_find(c, sql);

	if (!p && c->n_prepared == LIMIT_STATEMENTS)
		return NULL;
	if (!p) {
		p = &c->prepared[c->n_prepared++];
		*p = (struct prepared){ .hash = hash_64(sql, strlen(sql)), .sql = strdup(sql), .name = ++c->next_name };
	}
	p->used = ++c->tick;
	return p;
}

static struct prepared *least_recently_used(struct connection *c)
{
	struct prepared *oldest = NULL;

	for (size_t i = 0; i < c->n_prepared; i++)
		if (!c->prepared[i].going && (!oldest || c->prepared[i].used < oldest->used))
			oldest = &c->prepared[i];
	return oldest;
}

/* --- one round trip ------------------------------------------------------- */

/* What was sent, in order, so that each answer finds its place. */
struct batch {
	struct {
		struct prepared *prepare; /* the answer confirms that this one has come, or gone, */
		bool quiet;               /* or it is context or BEGIN, */
	} sent[3 * NEW_MAX];              /* or else it is a statement's */
	size_t n_sent;
};

static int note_sent(struct batch *b, struct prepared *prepare, bool quiet, int ok)
{
	b->sent[b->n_sent].prepare = prepare;
	b->sent[b->n_sent].quiet = quiet;
	b->n_sent++;
	return ok == 1 ? 0 : -1;
}

/*
 * Makes room for what the batch may bring: the server keeps a prepared statement
 * until it is told otherwise. Twice over, because what goes holds its slot until
 * that is confirmed. This goes first, before anything that can fail; what is not
 * confirmed all the same keeps its slot, and is sent again.
 */
static int send_forgets(struct connection *c, struct batch *b)
{
	size_t going = 0;

	for (size_t i = 0; i < c->n_prepared; i++)
		going += c->prepared[i].going;
	for (; c->n_prepared - going > LIMIT_STATEMENTS - 2 * NEW_MAX; going++)
		least_recently_used(c)->going = true;
	for (size_t i = 0; going > 0 && i < c->n_prepared; i++) {
		char sql[40];

		if (!c->prepared[i].going)
			continue;
		(void)snprintf(sql, sizeof(sql), "DEALLOCATE s%u", c->prepared[i].name);
		if (note_sent(b, &c->prepared[i], true, PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 0)) <
		    0)
			return -1;
	}
	return 0;
}

/* The same statement may be in a batch twice. */
static bool is_on_its_way(const struct batch *b, const struct prepared *p)
{
	for (size_t i = 0; i < b->n_sent; i++)
		if (b->sent[i].prepare == p)
			return true;
	return false;
}

static int send_statement(struct connection *c, struct batch *b, const char *sql, const char *const *values, size_t n,
			  bool quiet)
{
	struct prepared *p = prepared_for(c, sql);
	char name[24];

	if (!p || !p->sql)
		return -1;
	(void)snprintf(name, sizeof(name), "s%u", p->name);
	if (!p->ready && !is_on_its_way(b, p) && note_sent(b, p, true, PQsendPrepare(c->pg, name, sql, 0, NULL)) < 0)
		return -1;
	return note_sent(b, NULL, quiet, PQsendQueryPrepared(c->pg, name, (int)n, values, NULL, NULL, 0));
}

static void context_values(const struct context *context, const char *values[CONTEXT_MEMBERS])
{
	static const struct context nobody;
	const struct context *x = context ? context : &nobody;
	const char *const in[CONTEXT_MEMBERS] = { x->actor,       x->person,    x->request_id, x->scopes,
						  x->authorities, x->clearance, x->reason,     x->recorded_at };

	for (size_t i = 0; i < CONTEXT_MEMBERS; i++)
		values[i] = in[i] ? in[i] : "";
}

/* Tells the session who is asking, unless that is what it was last told. */
static int send_context(struct connection *c, struct batch *b, const struct context *context)
{
	const char *values[CONTEXT_MEMBERS];
	bool same = c->told_valid;

	context_values(context, values);
	for (size_t i = 0; same && i < CONTEXT_MEMBERS; i++)
		same = strcmp(c->told[i], values[i]) == 0;
	if (same)
		return 0;
	c->told_valid = true;
	for (size_t i = 0; i < CONTEXT_MEMBERS; i++) {
		free(c->told[i]);
		c->told[i] = strdup(values[i]);
		c->told_valid = c->told_valid && c->told[i];
	}
	return send_statement(c, b, context_sql, values, CONTEXT_MEMBERS, true);
}

static int send_batch(struct connection *c, struct batch *b, const struct context *context,
		      const struct statement *statements, size_t n)
{
	if (PQenterPipelineMode(c->pg) != 1 || send_forgets(c, b) < 0)
		return -1;
	if (c->begin_pending && send_statement(c, b, "BEGIN", NULL, 0, true) < 0)
		return -1;
	if (send_context(c, b, context) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (send_statement(c, b, statements[i].sql, statements[i].values, statements[i].n_values, false) < 0)
			return -1;
	return PQpipelineSync(c->pg) == 1 ? 0 : -1;
}

/* A view answers in another shape than when its statement was prepared, or somebody made the session forget it. */
static bool is_outdated(const PGresult *pg)
{
	const char *sqlstate = PQresultErrorField(pg, PG_DIAG_SQLSTATE);

	return sqlstate && (strcmp(sqlstate, "0A000") == 0 || strcmp(sqlstate, "26000") == 0);
}

/* Collects the answers to a batch up to its sync. -2: the session is of no further use. */
static int collect(struct connection *c, const struct batch *b, struct result **ret_results, struct error *err)
{
	uint64_t deadline = clock_us() + (c->options->statement_ms + ANSWER_SLACK_MS) * 1000ULL;
	size_t answered = 0, results = 0;
	bool failed = false, outdated = false;

	for (;;) {
		PGresult *pg = NULL;

		if (connection_next(c, deadline, &pg, err) < 0)
			return -2;
		if (!pg) { /* between the commands of a pipeline; lost sessions end in NULL for ever */
			if (PQstatus(c->pg) != CONNECTION_OK)
				return failed ? -2 : (sqlstate_error(err, NULL, NULL, NULL), -2);
			continue;
		}
		if (PQresultStatus(pg) == PGRES_PIPELINE_SYNC) {
			PQclear(pg);
			return outdated ? -2 : failed ? -1 : 0;
		}
		if (!connection_succeeded(pg)) {
			if (!failed)
				(void)connection_failure(pg, err);
			outdated = outdated || is_outdated(pg);
			failed = true;
			PQclear(pg);
		} else if (b->sent[answered].quiet) {
			if (b->sent[answered].prepare)
				b->sent[answered].prepare->ready = !b->sent[answered].prepare->going;
			PQclear(pg);
		} else {
			ret_results[results++]->pg = pg; /* NOLINT: there is one for each statement that was sent */
		}
		answered++;
	}
}

/* What the server does not have: the next use of a statement that failed to prepare tries again under a new name. */
static void forget_unprepared(struct connection *c)
{
	for (size_t i = 0; i < c->n_prepared;) {
		if (c->prepared[i].ready) {
			i++;
			continue;
		}
		free(c->prepared[i].sql);
		c->prepared[i] = c->prepared[--c->n_prepared];
	}
}

static int make_results(struct result **results, size_t n, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		results[i] = calloc(1, sizeof(*results[i]));
		if (!results[i])
			return error_set(err, ERR_INTERNAL, "out of memory");
	}
	return 0;
}

static void drop_results(struct result **results, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		result_free(results[i]);
		results[i] = NULL;
	}
}

int connection_run(struct connection *c, const struct context *context, const struct statement *statements, size_t n,
		   struct result **ret_results, struct error *err)
{
	struct batch batch = { .n_sent = 0 };
	struct result *results[CONNECTION_BATCH_MAX] = { NULL };
	int outcome;

	if (n > CONNECTION_BATCH_MAX || !c->pg)
		return sqlstate_error(err, NULL, NULL, NULL);
	if (c->depth > 0)
		context = &c->context;
	if (make_results(results, n, err) < 0) {
		drop_results(results, n);
		return -1;
	}
	if (send_batch(c, &batch, context, statements, n) < 0)
		outcome = (sqlstate_error(err, NULL, NULL, NULL), -2);
	else
		outcome = collect(c, &batch, results, err);
	if (outcome == 0 && PQexitPipelineMode(c->pg) == 1) {
		c->begin_pending = false;
		forget_unprepared(c);
		for (size_t i = 0; i < n; i++)
			ret_results[i] = results[i];
		return 0;
	}
	drop_results(results, n);
	c->told_valid = false; /* a rollback takes the settings back */
	if (outcome != -1 || PQexitPipelineMode(c->pg) != 1) {
		connection_close(c);
		return -1;
	}
	forget_unprepared(c);
	if (PQtransactionStatus(c->pg) != PQTRANS_IDLE)
		c->begin_pending = false; /* BEGIN itself went well */
	return -1;
}
