/* repository/connection.h - what database.c and connection.c share; nobody else includes it. */
#ifndef REPOSITORY_CONNECTION_H
#define REPOSITORY_CONNECTION_H

#include <libpq-fe.h>

#include "core/limits.h"
#include "repository/database.h"

#define CONTEXT_MEMBERS 8

struct result {
	PGresult *pg;
};

struct prepared {
	uint64_t hash;
	char *sql;     /* owned */
	unsigned name; /* "s<name>" on the server */
	uint64_t used; /* tick of the last use */
	bool ready;    /* the server has confirmed it */
	bool going;    /* the server is to forget it, and has yet to confirm that */
};

struct connection {
	const struct database_options *options;
	struct connection *next; /* in the database's list */
	int ending;              /* readable once nobody may wait any longer; borrowed */
	PGconn *pg;
	struct prepared prepared[LIMIT_STATEMENTS];
	size_t n_prepared;
	unsigned next_name; /* counts up; 0 is no name */
	uint64_t tick;
	char *told[CONTEXT_MEMBERS]; /* what this session was last told; owned */
	bool told_valid;
	unsigned depth;         /* of connection_begin() */
	bool begin_pending;     /* BEGIN has yet to be sent */
	struct context context; /* of the open transaction */
};

int connection_open(struct connection *c, struct error *err) _must_check_;
void connection_close(struct connection *c);
bool connection_usable(struct connection *c);

/* Waits for the socket no later than the deadline: ERR_TIMEOUT. */
int connection_wait(struct connection *c, short events, uint64_t deadline_us, struct error *err) _must_check_;

/* The next result, waited for no later than the deadline. *ret_pg is NULL between commands. */
int connection_next(struct connection *c, uint64_t deadline_us, PGresult **ret_pg, struct error *err) _must_check_;
bool connection_succeeded(const PGresult *pg);
int connection_failure(const PGresult *pg, struct error *err); /* fills err, returns -1 */

#endif
