/*
 * repository/database.h - connections: one for each thread that asks, none shared.
 *
 * A worker's connection is opened at its first use, runs as role inspectd_api
 * (which owns nothing), prepares statements by their text and remembers them,
 * and is reopened when it was lost. What the database should know of the caller
 * travels in the same packet as the statement it is for.
 *
 * OWNERSHIP  The database owns every connection; database_mine() lends the
 *            calling thread's. Results belong to the caller (result_free).
 * THREADS    database_* from any thread; a connection only by its own thread.
 * BLOCKING   Opening waits at most connect_ms, statements at most statement_ms.
 */
#ifndef REPOSITORY_DATABASE_H
#define REPOSITORY_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/config.h"
#include "core/error.h"

struct database;
struct connection;
struct result; /* rows of one statement, as text */

/* What triggers and policies may know of a request. NULL members are absent. */
struct context {
	const char *actor;  /* "client:<uuid>", "token:<client_id>", "loader" */
	const char *person; /* who acts through the client, if it may say so */
	const char *request_id;
	const char *scopes;      /* text[]: "{findings:read,actions:read}" */
	const char *authorities; /* whose rows: "*", or text[]: "{301,806}" */
	const char *clearance;   /* the most restricted sensitivity that it sees; absent: nothing at all */
	const char *reason;
	const char *recorded_at; /* RFC 3339; the moment that schema `recorded` shows */
};

struct database_options {
	const char *url;
	const char *role; /* "inspectd_api", or NULL to stay who the URL says */
	unsigned connect_ms, statement_ms, lock_ms;
};

int database_new(struct database **ret_database, const struct database_options *options,
		 struct error *err) _must_check_;
void database_free(struct database *database); /* only when no thread uses it */
DEFINE_CLEANUP(struct database *, database_free)

/* Whoever waits for the database fails at once with ERR_UNAVAILABLE, now and from here on: the process is to end. */
void database_hurry(struct database *database);

int database_mine(struct database *database, struct connection **ret_connection, struct error *err) _must_check_;

/*
 * True when the database answers, its migrations are those of this binary, and the role that the service takes is held
 * to the policies: it owns nothing, is exempt from nothing, and cannot write the journal. ERR_UNAVAILABLE says why not.
 */
bool database_ready(struct database *database, struct error *err);

/* One statement: its text, and the values of $1..$n as text (NULL: null). */
#define STATEMENT_PARAMS_MAX 128
struct statement {
	const char *sql;
	const char *values[STATEMENT_PARAMS_MAX];
	size_t n_values;
};

#define CONNECTION_BATCH_MAX 8

/*
 * Runs n statements (at most CONNECTION_BATCH_MAX) in one round trip, told `context` first, as one
 * transaction unless one is open already. results[i] is for statements[i]. On
 * failure nothing is returned and, outside transaction_begin(), nothing happened.
 */
int connection_run(struct connection *c, const struct context *context, const struct statement *statements, size_t n,
		   struct result **ret_results, struct error *err) _must_check_;

/*
 * Explicit transactions. BEGIN travels with the first statement. They nest by
 * counting: only the outermost commit commits, and connection_abandon() at any
 * depth rolls all of it back (harmless when none is open).
 */
int connection_begin(struct connection *c, const struct context *context, struct error *err) _must_check_;
void connection_retell(struct connection *c, const struct context *context); /* of the open transaction, from here on */
bool connection_is_open(const struct connection *c);                         /* false once the session was lost */
int connection_commit(struct connection *c, struct error *err) _must_check_;
void connection_abandon(struct connection *c);
DEFINE_CLEANUP(struct connection *, connection_abandon)

/* Runs a script of many statements as it stands. Only for `migrate` and its embedded files. */
int connection_script(struct connection *c, const char *sql, struct error *err) _must_check_;

/* Row by row, for a result of any size: each row's texts, NULL for null. A callback's -1 stops. */
typedef int (*row_callback)(void *data, const char *const *values, const int *lengths, int n_columns,
			    struct error *err);
int connection_stream(struct connection *c, const struct context *context, const struct statement *statement,
		      row_callback each, void *data, struct error *err) _must_check_;

size_t result_rows(const struct result *r);
size_t result_columns(const struct result *r);
size_t result_affected(const struct result *r);
const char *result_text(const struct result *r, size_t row, size_t column); /* NULL for null */
size_t result_length(const struct result *r, size_t row, size_t column);
void result_free(struct result *r);
DEFINE_CLEANUP(struct result *, result_free)

#endif
