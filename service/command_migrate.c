/* `inspectd migrate`: brings the database to the shape this version needs. */
#include <stdio.h>

#include "command.h"
#include "core/config.h"
#include "core/log.h"
#include "core/secret.h"
#include "operation/operation.h"
#include "repository/migrate.h"

#include "core/banned.h"

static void report(const char *name)
{
	log_info("applied %s", name);
}

/* An earlier version kept plain hashes of API keys. Where there are none, the secret is not looked at. */
static int take_over_keys(const struct config *config, struct database *database, struct error *err)
{
	_cleanup_(secret_freep) struct secret *secret = NULL;
	size_t n = 0;

	if (operation_take_over_keys(database, NULL, &n, err) == 0)
		return 0;
	if (err->code != ERR_INVALID || !config->secret_file)
		return -1;
	*err = (struct error){ 0 };
	if (secret_read(config->secret_file, &secret, err) < 0 ||
	    operation_take_over_keys(database, secret, &n, err) < 0)
		return -1;
	log_info("%zu API keys of an earlier version go on under the server's secret", n);
	return 0;
}

int command_migrate(int argc, char **argv)
{
	_cleanup_(database_freep) struct database *database = NULL;
	struct error err = { 0 };
	struct config config;

	(void)argv;
	if (argc > 1) {
		(void)fprintf(stderr, "inspectd migrate takes no arguments\n");
		return 2;
	}
	if (config_read(&config, &err) < 0 || !config.owner_url) {
		(void)fprintf(stderr, "inspectd: %s\n",
			      err.code ? err.detail : "INSPECTD_OWNER_URL or INSPECTD_DATABASE_URL is not set");
		return 2;
	}
	log_init(config.log_level);
	if (database_new(&database,
			 &(struct database_options){ .url = config.owner_url,
						     .connect_ms = config.connect_ms,
						     .statement_ms = 600000,
						     .lock_ms = 600000 },
			 &err) < 0 ||
	    migrate(database, report, &err) < 0 || take_over_keys(&config, database, &err) < 0) {
		(void)fprintf(stderr, "inspectd migrate: %s%s%s\n", err.detail, err.cause[0] ? ": " : "", err.cause);
		return 1;
	}
	log_info("the database is up to date");
	return 0;
}
