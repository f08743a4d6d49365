/*
 * core/config.h - settings, from the environment only, read once at start.
 *
 * One table (service/core/config.c) names each setting, its type, default,
 * bounds and meaning; --help, the README and `describe` are printed from it. A
 * value out of bounds stops the start: no silent clamping.
 *
 * OWNERSHIP  Strings are borrowed from the environment.
 * THREADS    Read-only after config_read(); pass `const struct config *`.
 */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include <stdbool.h>

#include "core/error.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct config {
	const char *bind;             /* INSPECTD_BIND              127.0.0.1 */
	unsigned port;                /* INSPECTD_PORT              8080; 0 lets the system choose */
	const char *database_url;     /* INSPECTD_DATABASE_URL      required; libpq conninfo or URI; secret */
	const char *owner_url;        /* INSPECTD_OWNER_URL         for migrate, load, client; default: database_url */
	unsigned workers;             /* INSPECTD_WORKERS           8 (2..128), each with its own connection */
	unsigned connections;         /* INSPECTD_CONNECTIONS       1024 open HTTP connections */
	unsigned idle_s;              /* INSPECTD_IDLE_S            60 */
	unsigned body_max;            /* INSPECTD_BODY_MAX          65536 (1024..LIMIT_BODY_BYTES) */
	unsigned connect_ms;          /* INSPECTD_CONNECT_MS        2000: wait for a database connection before 503 */
	unsigned statement_ms;        /* INSPECTD_STATEMENT_MS      5000: statement_timeout */
	unsigned lock_ms;             /* INSPECTD_LOCK_MS           2000: lock_timeout */
	unsigned idempotency_wait_ms; /* INSPECTD_IDEMPOTENCY_WAIT_MS 5000 (10..5000) */
	unsigned drain_ms;            /* INSPECTD_DRAIN_MS          10000: how long a stop waits for requests */
	unsigned notice_ms;           /* INSPECTD_NOTICE_MS         0: /readyz is 503 this long before closing */
	unsigned rate, rate_s;        /* INSPECTD_RATE, _S          6000 in 60: requests of one client; 0: any number */
	unsigned connections_per_address; /* INSPECTD_CONNECTIONS_PER_ADDRESS 0: any number */
	unsigned exports;                 /* INSPECTD_EXPORTS           whole lists made at once; half of the workers */
	unsigned trust_proxy;             /* INSPECTD_TRUST_PROXY       0: no proxy's header is believed */
	const char *cors_origins;         /* INSPECTD_CORS_ORIGINS      none: no page of another origin may call */
	const char *tls_certificate;      /* INSPECTD_TLS_CERTIFICATE   none: plain HTTP */
	const char *tls_key;              /* INSPECTD_TLS_KEY           with it */
	unsigned jobs_s;                  /* INSPECTD_JOBS_S            60 seconds between runs; 0: none here */
	unsigned core_dumps;              /* INSPECTD_CORE_DUMPS        0: a crash leaves none */
	enum log_level log_level;         /* INSPECTD_LOG_LEVEL         info */
	const char *secret_file;   /* INSPECTD_SECRET_FILE       required by serve, and to make keys (core/secret.h) */
	const char *reference_dir; /* INSPECTD_REFERENCE_DIR     sql/reference beside the source, for `load` */
	const char *issuer;        /* INSPECTD_ISSUER            NULL: no tokens, API keys only */
	const char *audience;      /* INSPECTD_AUDIENCE          required with issuer */
	const char *token_algorithms;  /* INSPECTD_TOKEN_ALGORITHMS  RS256,ES256,EdDSA */
	const char *claim_scopes;      /* INSPECTD_CLAIM_SCOPES      scope */
	const char *claim_authorities; /* INSPECTD_CLAIM_AUTHORITIES authorities */
	const char *claim_clearance;   /* INSPECTD_CLAIM_CLEARANCE   clearance */
	unsigned clock_skew_s;         /* INSPECTD_CLOCK_SKEW_S      60 */
	unsigned jwks_s;               /* INSPECTD_JWKS_S            300 */
};

enum option_type { O_TEXT, O_SECRET, O_UINT, O_LEVEL };

struct option {
	const char *name;
	enum option_type type;
	size_t offset;       /* in struct config */
	const char *initial; /* NULL: required where used */
	unsigned min, max;
	const char *meaning;
};

extern const struct option config_options[];
extern const size_t n_config_options;

/* ERR_INVALID names the variable, its value (never a secret's) and the bounds. */
int config_read(struct config *ret_config, struct error *err) _must_check_;

#endif
