/*
 * Every setting, from the environment only. --help, the README's table and
 * `describe` are printed from here. A value out of [min, max] stops the start:
 * no silent clamping. Sorted by name; test_config holds it to that.
 */
#include "core/config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/limits.h"
#include "core/log.h"
#include "core/text.h"

#include "core/banned.h"

#define AT(member) offsetof(struct config, member)

/* One setting, one line. */
/* clang-format off */
const struct option config_options[] = {
	/* variable                       type       member                   default      min   max               meaning */
	{ "INSPECTD_BIND",                O_TEXT,   AT(bind),                "127.0.0.1", 0,    0,                "address to listen on" },
	{ "INSPECTD_BODY_MAX",            O_UINT,   AT(body_max),            "65536",     1024, LIMIT_BODY_BYTES, "largest request body, bytes" },
	{ "INSPECTD_CONNECTIONS",         O_UINT,   AT(connections),         "1024",      2,    65536,            "open HTTP connections; not fewer than workers" },
	{ "INSPECTD_CONNECT_MS",          O_UINT,   AT(connect_ms),          "2000",      10,   60000,            "how long to wait for a database connection before 503" },
	{ "INSPECTD_DATABASE_URL",        O_SECRET, AT(database_url),        NULL,        0,    0,                "libpq connection string or URI; required" },
	{ "INSPECTD_DRAIN_MS",            O_UINT,   AT(drain_ms),            "10000",     0,    600000,           "how long a stop waits for requests in flight" },
	{ "INSPECTD_IDEMPOTENCY_WAIT_MS", O_UINT,   AT(idempotency_wait_ms), "5000",      10,   5000,             "how long a retry waits for the same request still in flight" },
	{ "INSPECTD_IDLE_S",              O_UINT,   AT(idle_s),              "60",        1,    3600,             "seconds after which a silent connection is closed" },
	{ "INSPECTD_LOCK_MS",             O_UINT,   AT(lock_ms),             "2000",      10,   60000,            "lock_timeout of a statement" },
	{ "INSPECTD_LOG_LEVEL",           O_LEVEL,  AT(log_level),           "info",      0,    0,                "error, warn, info or debug" },
	{ "INSPECTD_NOTICE_MS",           O_UINT,   AT(notice_ms),           "0",         0,    600000,           "how long /readyz answers 503 before the socket closes" },
	{ "INSPECTD_OWNER_URL",           O_SECRET, AT(owner_url),           NULL,        0,    0,                "connection for migrate, load and client; default: INSPECTD_DATABASE_URL" },
	{ "INSPECTD_PORT",                O_UINT,   AT(port),                "8080",      0,    65535,            "TCP port; 0 lets the system choose" },
	{ "INSPECTD_REFERENCE_DIR",       O_TEXT,   AT(reference_dir),       INSPECTD_SOURCE_DIR "/sql/reference", 0,    0,                "folder of the reference data for load" },
	{ "INSPECTD_STATEMENT_MS",        O_UINT,   AT(statement_ms),        "5000",      10,   60000,            "statement_timeout" },
	{ "INSPECTD_WORKERS",             O_UINT,   AT(workers),             "8",         2,    128,              "HTTP worker threads, each with a database connection" },
};
/* clang-format on */

const size_t n_config_options = ARRAY_LEN(config_options);

static int read_uint(const struct option *o, const char *value, unsigned *ret_number, struct error *err)
{
	int64_t number;

	if (text_to_int(value, &number) < 0 || number < o->min || number > o->max)
		return error_set(err, ERR_INVALID, "%s is \"%s\"; it must be a whole number from %u to %u", o->name,
				 value, o->min, o->max);
	*ret_number = (unsigned)number;
	return 0;
}

static int read_level(const struct option *o, const char *value, enum log_level *ret_level, struct error *err)
{
	for (enum log_level level = LOG_ERROR; level <= LOG_DEBUG; level++)
		if (strcmp(value, log_level_name(level)) == 0) {
			*ret_level = level;
			return 0;
		}
	return error_set(err, ERR_INVALID, "%s is \"%s\"; it must be error, warn, info or debug", o->name, value);
}

/* An empty variable is one that is not set: compose files write them so. */
static const char *value_of(const struct option *o)
{
	const char *value = getenv(o->name);

	return value && *value ? value : o->initial;
}

static int read_option(const struct option *o, struct config *config, struct error *err)
{
	char *member = (char *)config + o->offset;
	const char *value = value_of(o);

	switch (o->type) {
	case O_UINT:
		return read_uint(o, value, (unsigned *)(void *)member, err);
	case O_LEVEL:
		return read_level(o, value, (enum log_level *)(void *)member, err);
	case O_TEXT:
	case O_SECRET:
		*(const char **)(void *)member = value;
		break;
	}
	return 0;
}

int config_read(struct config *ret_config, struct error *err)
{
	struct config config = { 0 };

	for (size_t i = 0; i < n_config_options; i++)
		if (read_option(&config_options[i], &config, err) < 0)
			return -1;
	if (!config.owner_url)
		config.owner_url = config.database_url;
	if (config.connections < config.workers)
		return error_set(err, ERR_INVALID,
				 "INSPECTD_CONNECTIONS is %u; it must be at least INSPECTD_WORKERS, which is %u, "
				 "because they are shared out among the workers",
				 config.connections, config.workers);
	*ret_config = config;
	return 0;
}
