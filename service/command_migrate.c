/* `inspectd migrate`: brings the database to the shape this version needs. */
#include <stdio.h>

#include "command.h"
#include "core/config.h"
#include "core/log.h"
#include "repository/migrate.h"

#include "core/banned.h"

static void report(const char *name)
{
	log_info("applied %s", name);
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
	    migrate(database, report, &err) < 0) {
		(void)fprintf(stderr, "inspectd migrate: %s%s%s\n", err.detail, err.cause[0] ? ": " : "", err.cause);
		return 1;
	}
	log_info("the database is up to date");
	return 0;
}
