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
#include "core/rate.h"
#include "core/text.h"

#include "core/banned.h"

#define AT(member) offsetof(struct config, member)

/* One setting, one line. */
/* clang-format off */
const struct option config_options[] = {
	/* variable                       type       member                   default      min   max               meaning */
	{ "INSPECTD_AUDIENCE",            O_TEXT,   AT(audience),            NULL,        0,    0,                "what an access token's `aud` must hold; required with INSPECTD_ISSUER" },
	{ "INSPECTD_BIND",                O_TEXT,   AT(bind),                "127.0.0.1", 0,    0,                "address to listen on" },
	{ "INSPECTD_BODY_MAX",            O_UINT,   AT(body_max),            "65536",     1024, LIMIT_BODY_BYTES, "largest request body, bytes" },
	{ "INSPECTD_CLAIM_AUTHORITIES",   O_TEXT,   AT(claim_authorities),   "authorities", 0,  0,                "claim of a token that names its authorities; a path such as a.b.c will do" },
	{ "INSPECTD_CLAIM_CLEARANCE",     O_TEXT,   AT(claim_clearance),     "clearance", 0,    0,                "claim of a token that names its clearance" },
	{ "INSPECTD_CLAIM_SCOPES",        O_TEXT,   AT(claim_scopes),        "scope",     0,    0,                "claim of a token that names its scopes" },
	{ "INSPECTD_CLOCK_SKEW_S",        O_UINT,   AT(clock_skew_s),        "60",        0,    600,              "by how much the clock of the issuer may differ from ours" },
	{ "INSPECTD_CONNECTIONS",         O_UINT,   AT(connections),         "1024",      2,    65536,            "open HTTP connections; not fewer than workers" },
	{ "INSPECTD_CONNECTIONS_PER_ADDRESS",O_UINT,   AT(connections_per_address),"0",         0,    65536,            "open HTTP connections from one address; 0: as many as there are, for behind a proxy all come from one" },
	{ "INSPECTD_CONNECT_MS",          O_UINT,   AT(connect_ms),          "2000",      10,   60000,            "how long to wait for a database connection before 503" },
	{ "INSPECTD_CORE_DUMPS",          O_UINT,   AT(core_dumps),          "0",         0,    1,                "1: a crash may leave a core dump, in which there are keys" },
	{ "INSPECTD_CORS_ORIGINS",        O_TEXT,   AT(cors_origins),        NULL,        0,    0,                "origins whose pages may call the service, such as https://front.example, between commas" },
	{ "INSPECTD_DATABASE_URL",        O_SECRET, AT(database_url),        NULL,        0,    0,                "libpq connection string or URI; required" },
	{ "INSPECTD_DRAIN_MS",            O_UINT,   AT(drain_ms),            "10000",     0,    600000,           "how long a stop waits for requests in flight" },
	{ "INSPECTD_EXPORTS",             O_UINT,   AT(exports),             "0",         0,    128,              "whole lists (CSV, JSON Lines, calendars) made at once; 0: half of the workers" },
	{ "INSPECTD_IDEMPOTENCY_WAIT_MS", O_UINT,   AT(idempotency_wait_ms), "5000",      10,   5000,             "how long a retry waits for the same request still in flight" },
	{ "INSPECTD_IDLE_S",              O_UINT,   AT(idle_s),              "60",        1,    3600,             "seconds after which a silent connection is closed" },
	{ "INSPECTD_ISSUER",              O_TEXT,   AT(issuer),              NULL,        0,    0,                "OpenID Connect issuer whose access tokens are taken; none: API keys only" },
	{ "INSPECTD_JOBS_S",              O_UINT,   AT(jobs_s),              "60",        0,    3600,             "how often this instance seals the audit, erases what was kept long enough, and forgets old answers; 0: never" },
	{ "INSPECTD_JWKS_S",              O_UINT,   AT(jwks_s),              "300",       1,    86400,            "how often the keys of the issuer are fetched" },
	{ "INSPECTD_LOCK_MS",             O_UINT,   AT(lock_ms),             "2000",      10,   60000,            "lock_timeout of a statement" },
	{ "INSPECTD_LOG_LEVEL",           O_LEVEL,  AT(log_level),           "info",      0,    0,                "error, warn, info or debug" },
	{ "INSPECTD_NOTICE_MS",           O_UINT,   AT(notice_ms),           "0",         0,    600000,           "how long /readyz answers 503 before the socket closes" },
	{ "INSPECTD_OWNER_URL",           O_SECRET, AT(owner_url),           NULL,        0,    0,                "connection for migrate, load and client; default: INSPECTD_DATABASE_URL" },
	{ "INSPECTD_PORT",                O_UINT,   AT(port),                "8080",      0,    65535,            "TCP port; 0 lets the system choose" },
	{ "INSPECTD_RATE",                O_UINT,   AT(rate),                "6000",      0,    RATE_QUOTA_MAX,   "requests of one client in INSPECTD_RATE_S, at each instance; 0: any number" },
	{ "INSPECTD_RATE_S",              O_UINT,   AT(rate_s),              "60",        1,    RATE_WINDOW_S,    "how many seconds INSPECTD_RATE is for" },
	{ "INSPECTD_REFERENCE_DIR",       O_TEXT,   AT(reference_dir),       INSPECTD_SOURCE_DIR "/sql/reference", 0,    0,                "folder of the reference data for load" },
	{ "INSPECTD_SECRET_FILE",         O_TEXT,   AT(secret_file),         NULL,        0,    0,                "file of at least 32 random bytes that only the service may read; required by serve, and by client to make keys" },
	{ "INSPECTD_STATEMENT_MS",        O_UINT,   AT(statement_ms),        "5000",      10,   60000,            "statement_timeout" },
	{ "INSPECTD_TLS_CERTIFICATE",     O_TEXT,   AT(tls_certificate),     NULL,        0,    0,                "PEM file of the certificate and those above it: HTTPS only; read again on SIGHUP" },
	{ "INSPECTD_TLS_KEY",             O_TEXT,   AT(tls_key),             NULL,        0,    0,                "PEM file of its private key, which others may not read" },
	{ "INSPECTD_TOKEN_ALGORITHMS",    O_TEXT,   AT(token_algorithms),    "RS256,ES256,EdDSA", 0, 0,           "signatures taken, of RS256, RS384, RS512, PS256, ES256, ES384, EdDSA" },
	{ "INSPECTD_TRUST_PROXY",         O_UINT,   AT(trust_proxy),         "0",         0,    1,                "1: the last address of X-Forwarded-For is the caller's; only behind a proxy that sets it" },
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
	if (!config.tls_certificate != !config.tls_key)
		return error_set(
			err, ERR_INVALID,
			"INSPECTD_TLS_CERTIFICATE and INSPECTD_TLS_KEY go together: one is set, the other not");
	if (config.exports == 0)
		config.exports = config.workers / 2;
	*ret_config = config;
	return 0;
}
