/*
 * http/app.h - what every request needs of the process it runs in.
 *
 * OWNERSHIP  Borrows its configuration and database; made by `serve`.
 * THREADS    Shared by all workers: only the atomics change.
 */
#ifndef HTTP_APP_H
#define HTTP_APP_H

#include <stdatomic.h>
#include <stdbool.h>

#include "core/config.h"
#include "repository/database.h"

struct identity;
struct quota;
struct secret;

struct app {
	const struct config *config;
	struct database *database;
	const struct secret *secret;
	struct quota *quota;       /* NULL: nobody is limited */
	struct identity *identity; /* NULL: no access tokens, API keys only */
	atomic_uint exports;       /* whole lists being made */
	atomic_bool draining;      /* a stop has begun: /readyz says so, answers close their connection */
	atomic_uint in_flight;     /* requests begun and not yet sent in full */
};

#endif
