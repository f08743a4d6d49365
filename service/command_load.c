/* `inspectd load`: takes in reference data and the worked example, as often as one likes. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "core/config.h"
#include "load/load.h"

#include "core/banned.h"

#define STATEMENT_MS 60000
#define LOCK_MS      10000 /* for a council that is writing the same row just now */

static const char usage[] =
	"usage: inspectd load [--reference DIR] [--sample DIR|none] [--finding-texts FILE]\n"
	"  --reference DIR       reference data as CSV; INSPECTD_REFERENCE_DIR says it otherwise\n"
	"  --sample DIR|none     the worked example; otherwise the folder \"sample\" beside the reference data\n"
	"  --finding-texts FILE  CSV with columns finding_id and text, for findings that have no text yet\n"
	"or:    inspectd load --calendar FILE\n"
	"  --calendar FILE       bank holidays of your own, CSV with columns date and title, and nothing else; each year\n"
	"                        that it has is replaced, and those that came with the service are not loaded again\n";

static int read_arguments(int argc, char **argv, struct load_options *options)
{
	const struct {
		const char *name, **value;
	} known[] = {
		{ "--reference", &options->reference },
		{ "--sample", &options->sample },
		{ "--finding-texts", &options->finding_texts },
		{ "--calendar", &options->calendar },
	};

	for (int i = 1; i < argc; i += 2) {
		bool found = false;

		for (size_t k = 0; k < ARRAY_LEN(known); k++)
			if (strcmp(argv[i], known[k].name) == 0 && i + 1 < argc && argv[i + 1][0] != '\0') {
				*known[k].value = argv[i + 1];
				found = true;
			}
		if (!found) {
			fprintf(stderr, "inspectd load: %s is no option, or lacks its value\n%s", argv[i], usage);
			return -1;
		}
	}
	if (options->calendar && argc > 3) {
		fprintf(stderr, "inspectd load: --calendar is loaded by itself\n%s", usage);
		return -1;
	}
	return 0;
}

static bool is_folder(const char *path)
{
	struct stat found;

	return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

/* "sql/reference/" has "sql/sample" beside it. Caller frees. */
static char *folder_beside(const char *reference)
{
	size_t len = strlen(reference);
	char *path;

	while (len > 1 && reference[len - 1] == '/')
		len--;
	while (len > 0 && reference[len - 1] != '/')
		len--;
	return asprintf(&path, "%.*ssample", (int)len, reference) < 0 ? NULL : path;
}

static int open_database(const struct config *config, struct database **ret_database, struct error *err)
{
	struct database_options options = { .url = config->owner_url,
					    .connect_ms = config->connect_ms,
					    .statement_ms = STATEMENT_MS,
					    .lock_ms = LOCK_MS };

	if (!config->owner_url)
		return error_set(err, ERR_INVALID,
				 "INSPECTD_OWNER_URL or INSPECTD_DATABASE_URL must say which database");
	return database_new(ret_database, &options, err);
}

static int load(const struct config *config, struct load_options *options, struct error *err)
{
	_cleanup_(database_freep) struct database *database = NULL;
	_cleanup_(freep) char *beside = NULL;

	if (!options->reference)
		options->reference = config->reference_dir;
	if (!options->sample) {
		beside = folder_beside(options->reference);
		options->sample = beside && is_folder(beside) ? beside : NULL;
	} else if (strcmp(options->sample, "none") == 0) {
		options->sample = NULL;
	}
	if (open_database(config, &database, err) < 0)
		return -1;
	return load_run(database, options, err);
}

int command_load(int argc, char **argv)
{
	struct load_options options = { .out = stderr };
	struct error err = { 0 };
	struct config config;

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return 0;
	}
	if (read_arguments(argc, argv, &options) < 0)
		return 2;
	if (config_read(&config, &err) < 0 || load(&config, &options, &err) < 0) {
		fprintf(stderr, "inspectd load: %s%s%s\n", err.detail, err.cause[0] ? ": " : "", err.cause);
		return 1;
	}
	return 0;
}
