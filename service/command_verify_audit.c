/*
 * `inspectd verify-audit`: whether the audit is as it was written, all of it: what
 * GET /v1/audit/verify does in parts. For whoever holds the database; and with
 * seals that were kept elsewhere, for whoever does not trust who holds it.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "core/config.h"
#include "operation/operation.h"
#include "resource/registry.h"

#include "core/banned.h"

#define PART_S 1.0 /* of work between two lines of progress */

static const char usage[] =
	"usage: inspectd verify-audit [--heads FILE] [--export FILE]\n"
	"  --heads FILE    first holds the seals to those that an earlier --export gave, or GET /v1/audit/heads as\n"
	"                  application/x-ndjson\n"
	"  --export FILE   in the end writes the seals to FILE, to be kept where nobody can change both\n"
	"ends with 0 when all is as it was written, 1 when it is not, and 2 when that could not be told\n";

struct options {
	const char *heads, *export;
};

static void close_file(FILE **file)
{
	if (*file)
		(void)fclose(*file);
}

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static int read_options(int argc, char **argv, struct options *ret_options)
{
	for (int i = 1; i < argc; i += 2) {
		if (i + 1 == argc)
			return -1;
		if (strcmp(argv[i], "--heads") == 0)
			ret_options->heads = argv[i + 1];
		else if (strcmp(argv[i], "--export") == 0)
			ret_options->export = argv[i + 1];
		else
			return -1;
	}
	return 0;
}

static int fail(const struct error *err)
{
	fprintf(stderr, "inspectd verify-audit: %s%s%s\n", err->detail, err->cause[0] ? ": " : "", err->cause);
	return 2;
}

/* --- all of it, part by part -------------------------------------------------------------- */

struct progress {
	json_int_t checked, seals;
	char after[32]; /* "": there is no more */
};

static void tell_progress(const struct progress *p, bool done)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\rverified %" JSON_INTEGER_FORMAT " entries%s", p->checked, done ? "\n" : "");
}

static void tell_broken(const json_t *broken)
{
	const json_t *seq = json_object_get(broken, "seq");
	const char *resource = json_string_value(json_object_get(broken, "resource"));
	const char *row = json_string_value(json_object_get(broken, "row_id"));

	fprintf(stderr, "inspectd verify-audit: broken at ");
	if (json_is_integer(seq))
		fprintf(stderr, "entry %" JSON_INTEGER_FORMAT, json_integer_value(seq));
	else
		fputs("a row without an entry", stderr);
	if (resource)
		fprintf(stderr, " (%s %s)", resource, row ? row : "");
	fprintf(stderr, ": %s\n", json_string_value(json_object_get(broken, "why")));
}

/* 1: something is broken, and was told. */
static int verify_part(const struct call *call, struct progress *p, struct error *err)
{
	_cleanup_(buf_done) struct buf text = { 0 };
	_cleanup_(json_decrefp) json_t *part = NULL;
	const char *next;

	buf_init(&text, 1 << 16);
	if (operation_verify_audit(call, p->after, PART_S, &text, err) < 0)
		return -1;
	part = json_loadb(text.data, text.len, 0, NULL);
	p->checked += json_integer_value(json_object_get(part, "checked"));
	p->seals += json_integer_value(json_object_get(part, "seals"));
	next = json_string_value(json_object_get(part, "next_after"));
	(void)snprintf(p->after, sizeof p->after, "%s", next ? next : "");
	if (json_is_true(json_object_get(part, "verified")))
		return 0;
	tell_progress(p, true);
	tell_broken(json_object_get(part, "broken"));
	return 1;
}

static int verify_all(const struct call *call, struct error *err)
{
	struct progress p = { .after = "0" };

	while (p.after[0]) {
		int outcome = verify_part(call, &p, err);

		if (outcome != 0)
			return outcome;
		tell_progress(&p, p.after[0] == '\0');
	}
	printf("%" JSON_INTEGER_FORMAT " entries and %" JSON_INTEGER_FORMAT " seals are as they were written\n",
	       p.checked, p.seals);
	return 0;
}

/* --- seals that were kept ------------------------------------------------------------------ */

/* 1: the database has another seal of this number, or none, and that was told. */
static int check_head(const struct call *call, const char *line, size_t number, struct error *err)
{
	json_auto_t *head = json_loads(line, 0, NULL);
	json_int_t id = json_integer_value(json_object_get(head, "id"));
	const char *digest = json_string_value(json_object_get(head, "digest"));
	bool same = false;

	if (id < 1 || !digest)
		return error_set(err, ERR_INVALID, "line %zu of the kept seals is no seal", number);
	if (operation_has_seal(call, id, digest, &same, err) < 0)
		return -1;
	if (same)
		return 0;
	fprintf(stderr,
		"inspectd verify-audit: broken at entry %" JSON_INTEGER_FORMAT ": seal %" JSON_INTEGER_FORMAT
		" is not the one that was kept\n",
		json_integer_value(json_object_get(head, "first_seq")), id);
	return 1;
}

static int check_heads(const struct call *call, const char *path, struct error *err)
{
	_cleanup_(close_file) FILE *file = fopen(path, "re");
	_cleanup_(freep) char *line = NULL;
	size_t size = 0, n = 0;
	int outcome = 0;

	if (!file)
		return error_set(err, ERR_INVALID, "%s cannot be read", path);
	while (outcome == 0 && getline(&line, &size, file) >= 0)
		outcome = check_head(call, line, ++n, err);
	if (outcome == 0 && n == 0)
		return error_set(err, ERR_INVALID, "%s holds no seals", path);
	if (outcome == 0)
		printf("%zu seals are those that were kept\n", n);
	return outcome;
}

static int export_seals(const struct call *call, const char *path, struct error *err)
{
	_cleanup_(query_done) struct list_query query = { 0 };
	_cleanup_(close_fd) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return error_set(err, ERR_INVALID, "%s cannot be written", path);
	if (query_read(&seal_resource, QUERY_EXPORT, &(struct params){ .n = 0 }, NULL, &query, err) < 0 ||
	    operation_export(call, &query, NULL, EXPORT_JSON_LINES, fd, err) < 0)
		return -1;
	return fsync(fd) < 0 ? error_set(err, ERR_UNAVAILABLE, "%s could not be written", path) : 0;
}

/* --- the command ------------------------------------------------------------------------------ */

/* What was written so far is sealed first, so that an export holds all of it. 1: broken, and told. */
static int run(const struct call *call, const struct options *o, struct error *err)
{
	int outcome = operation_seal(call, err);

	if (outcome == 0 && o->heads)
		outcome = check_heads(call, o->heads, err);
	if (outcome == 0)
		outcome = verify_all(call, err);
	if (outcome == 0 && o->export)
		outcome = export_seals(call, o->export, err);
	return outcome;
}

int command_verify_audit(int argc, char **argv)
{
	_cleanup_(database_freep) struct database *database = NULL;
	struct database_options where = { .statement_ms = 600000, .lock_ms = 60000 };
	struct options options = { 0 };
	struct error err = { 0 };
	struct config config;
	int outcome;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return 0;
	}
	if (read_options(argc, argv, &options) < 0) {
		fprintf(stderr, "inspectd verify-audit: each option takes a file\n%s", usage);
		return 2;
	}
	if (config_read(&config, &err) < 0 || !config.owner_url) {
		fprintf(stderr, "inspectd: %s\n",
			err.code ? err.detail : "INSPECTD_OWNER_URL or INSPECTD_DATABASE_URL is not set");
		return 2;
	}
	where.url = config.owner_url;
	where.connect_ms = config.connect_ms;
	if (database_new(&database, &where, &err) < 0)
		return fail(&err);
	outcome = run(&(struct call){ .database = database }, &options, &err);
	return outcome < 0 ? fail(&err) : outcome;
}
