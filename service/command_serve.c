/*
 * `inspectd serve`: answers requests until it is told to stop. Signals are taken
 * by this thread alone, by waiting for them; no handler ever runs.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "core/config.h"
#include "core/log.h"
#include "core/secret.h"
#include "http/cors.h"
#include "http/quota.h"
#include "http/server.h"
#include "identity/identity.h"
#include "job/job.h"

#include "core/banned.h"

/* Before any thread is made: workers inherit the mask. */
static void block_signals(sigset_t *ret_awaited)
{
	sigemptyset(ret_awaited);
	sigaddset(ret_awaited, SIGTERM);
	sigaddset(ret_awaited, SIGINT);
	sigaddset(ret_awaited, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, ret_awaited, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

static struct database_options options_of(const struct config *c, const char *role)
{
	return (struct database_options){ .url = c->database_url,
					  .role = role,
					  .connect_ms = c->connect_ms,
					  .statement_ms = c->statement_ms,
					  .lock_ms = c->lock_ms };
}

/* Whether the database answers one who asks for no role. */
static bool is_reachable(const struct config *config)
{
	_cleanup_(database_freep) struct database *plain = NULL;
	struct database_options options = options_of(config, NULL);
	struct connection *ignored;
	struct error err = { 0 };

	return database_new(&plain, &options, &err) == 0 && database_mine(plain, &ignored, &err) == 0;
}

/*
 * A database that is away may come back, and until then /readyz says so. One that
 * was never migrated will not mend itself: better to stop at once and say why.
 */
static int check_database(const struct config *config, struct database *database, struct error *err)
{
	struct connection *ignored;
	struct error found = { 0 };

	if (database_mine(database, &ignored, &found) < 0) {
		if (is_reachable(config))
			return error_set(
				err, ERR_INVALID,
				"the database answers, but not to the role inspectd_api: run `inspectd migrate`");
		log_warn("%s; /readyz answers 503 until it can be", found.detail);
		return 0;
	}
	if (database_ready(database, &found) || found.code == ERR_TIMEOUT)
		return 0;
	(void)snprintf(err->cause, sizeof(err->cause), "%s", found.cause);
	if (found.code == ERR_UNAVAILABLE)
		return error_set(err, ERR_INVALID, "%s", found.detail);
	return error_set(err, ERR_INVALID, "the database has not been migrated: run `inspectd migrate`");
}

/* An address that a program on this machine can call. */
static void print_ready(const struct server *server)
{
	const char *host = server_host(server);
	bool v6 = strchr(host, ':') != NULL;

	if (strcmp(host, "0.0.0.0") == 0)
		host = "127.0.0.1";
	else if (strcmp(host, "::") == 0)
		host = "::1";
	printf("ready %s://%s%s%s:%u\n", server_scheme(server), v6 ? "[" : "", host, v6 ? "]" : "",
	       server_port(server));
	(void)fflush(stdout);
}

/* SIGHUP has the certificate read again; any other signal is the end. */
static int wait_for_stop(const sigset_t *awaited, struct server *server)
{
	int number;

	while (sigwait(awaited, &number) == 0 && number == SIGHUP)
		server_reload(server);
	return number;
}

static int serve(const struct config *config, const sigset_t *awaited, struct error *err)
{
	_cleanup_(secret_freep) struct secret *secret = NULL;
	_cleanup_(database_freep) struct database *database = NULL;
	_cleanup_(quota_freep) struct quota *quota = NULL;
	_cleanup_(identity_freep) struct identity *identity = NULL;
	_cleanup_(job_stopp) struct jobs *jobs = NULL;
	_cleanup_(server_stopp) struct server *server = NULL; /* stops before the others go */
	struct database_options options = options_of(config, "inspectd_api");
	struct app app = { .config = config };
	int stopped_by;

	if (secret_read(config->secret_file, &secret, err) < 0 || database_new(&database, &options, err) < 0 ||
	    check_database(config, database, err) < 0)
		return -1;
	if (cors_check(config->cors_origins, err) < 0 || quota_new(&quota, config, err) < 0)
		return -1;
	app.database = database;
	app.secret = secret;
	app.quota = quota;
	if (config->issuer && identity_new(&identity, config, err) < 0)
		return -1;
	app.identity = identity;
	if (server_start(&server, &app, err) < 0)
		return -1;
	if (config->jobs_s > 0 && job_start(&jobs, database, config->jobs_s, err) < 0)
		return -1;
	log_info("listening on %s port %u, %u workers, version %s", server_host(server), server_port(server),
		 config->workers, INSPECTD_VERSION);
	print_ready(server);
	stopped_by = wait_for_stop(awaited, server);
	log_info("stopping on %s", stopped_by == SIGTERM ? "SIGTERM" : "SIGINT");
	return 0;
}

int command_serve(int argc, char **argv)
{
	struct error err = { 0 };
	struct config config;
	sigset_t awaited;

	(void)argv;
	if (argc > 1) {
		fprintf(stderr, "inspectd serve takes no arguments; settings come from the environment\n");
		return 2;
	}
	block_signals(&awaited);
	if (config_read(&config, &err) < 0 || !config.database_url) {
		fprintf(stderr, "inspectd serve: %s\n", err.code ? err.detail : "INSPECTD_DATABASE_URL is not set");
		return 2;
	}
	log_init(config.log_level);
	if (serve(&config, &awaited, &err) < 0) {
		fprintf(stderr, "inspectd serve: %s%s%s\n", err.detail, err.cause[0] ? ": " : "", err.cause);
		return 1;
	}
	log_info("stopped");
	return 0;
}
