/*
 * `inspectd client`: makes, lists and revokes API keys. A key is shown once, on
 * standard output and nothing else there; only its hash is kept.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/hash.h"
#include "core/text.h"
#include "core/uuid.h"
#include "repository/database.h"
#include "resource/resource.h"

#include "core/banned.h"

#define NAME_MAX_BYTES 120
#define KEY_BYTES      32
#define KEY_SIZE       (3 + 4 * ((KEY_BYTES + 2) / 3) + 1)

static const char usage[] = "usage: inspectd client add --name NAME --scopes SCOPE,... [--expires YYYY-MM-DD]\n"
			    "       inspectd client list\n"
			    "       inspectd client revoke ID\n"
			    "  --scopes all          every scope there is\n"
			    "  --expires YYYY-MM-DD  the last day on which the key is good\n";

static int call_wrongly(const char *why)
{
	fprintf(stderr, "inspectd client: %s\n%s", why, usage);
	return 2;
}

static int fail(const struct error *err)
{
	fprintf(stderr, "inspectd client: %s%s%s\n", err->detail, err->cause[0] ? ": " : "", err->cause);
	return 1;
}

/* --- the database ------------------------------------------------------------------ */

static int open_database(struct database **ret_database, struct connection **ret_connection, struct error *err)
{
	struct config config;
	struct database_options options = { 0 };

	if (config_read(&config, err) < 0)
		return -1;
	if (!config.owner_url)
		return error_set(err, ERR_INVALID,
				 "INSPECTD_OWNER_URL or INSPECTD_DATABASE_URL must say which database");
	options = (struct database_options){ .url = config.owner_url,
					     .connect_ms = config.connect_ms,
					     .statement_ms = config.statement_ms,
					     .lock_ms = config.lock_ms };
	if (database_new(ret_database, &options, err) < 0)
		return -1;
	return database_mine(*ret_database, ret_connection, err);
}

/* --- what may be granted -------------------------------------------------------------- */

/* An authority's neighbours are read beneath it, with its scope. */
static bool has_scopes(const struct resource *r)
{
	return r && r->id != RES_NEIGHBOUR;
}

static void add_scope(json_t *scopes, const char *plural, const char *right)
{
	char scope[80];

	(void)snprintf(scope, sizeof scope, "%s:%s", plural, right);
	(void)json_array_append_new(scopes, json_string(scope));
}

static json_t *all_scopes(void)
{
	static const char *const others[] = { "reports:read", "audit:read", "admin", "act_as" };
	json_t *scopes = json_array();

	for (size_t i = 0; i < RES_COUNT_; i++) {
		const struct resource *r = resources[i];

		if (!has_scopes(r))
			continue;
		add_scope(scopes, r->plural, "read");
		if (r->writable && !r->write_scope)
			add_scope(scopes, r->plural, "write");
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		(void)json_array_append_new(scopes, json_string(others[i]));
	return scopes;
}

static bool has(const json_t *list, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (strcmp(json_string_value(item), text) == 0)
			return true;
	return false;
}

static void print_list(FILE *to, const json_t *list)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		fprintf(to, "%s%s", i ? ", " : "", json_string_value(item));
	fputc('\n', to);
}

static bool is_known(const char *text, const json_t *known)
{
	if (has(known, text))
		return true;
	fprintf(stderr, "inspectd client: there is no scope \"%s\"; known are: ", text);
	print_list(stderr, known);
	return false;
}

/* "a,b" as a list, each once and each of `known`; what is not is told with all that are. */
static int read_list(const char *text, const json_t *known, json_t **ret_list)
{
	_cleanup_(json_decrefp) json_t *list = json_array();
	char *copy = strdup(text);
	char *rest = copy, *item;
	bool fine = copy != NULL;

	while (fine && (item = strsep(&rest, ","))) {
		fine = is_known(item, known);
		if (fine && !has(list, item))
			(void)json_array_append_new(list, json_string(item));
	}
	free(copy);
	if (fine)
		*ret_list = TAKE(list);
	return fine ? 0 : -1;
}

/* --- add -------------------------------------------------------------------------------- */

struct addition {
	const char *name, *scopes, *expires;
};

static int read_addition(int argc, char **argv, struct addition *a)
{
	const struct {
		const char *name, **value;
	} known[] = {
		{ "--name", &a->name },
		{ "--scopes", &a->scopes },
		{ "--expires", &a->expires },
	};

	for (int i = 1; i < argc; i += 2) {
		bool found = false;

		for (size_t k = 0; k < ARRAY_LEN(known); k++)
			if (strcmp(argv[i], known[k].name) == 0 && i + 1 < argc) {
				*known[k].value = argv[i + 1];
				found = true;
			}
		if (!found)
			return -1;
	}
	return a->name && a->scopes ? 0 : -1;
}

static bool is_name(const char *name)
{
	size_t len = strlen(name);

	if (len > NAME_MAX_BYTES || !text_is_utf8(name, len) || text_is_blank(name))
		return false;
	for (; *name; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7f)
			return false;
	return true;
}

static const char *why_not(const struct addition *a)
{
	char today[11];

	clock_today(today);
	if (!is_name(a->name))
		return "--name must be 1 to 120 bytes of text on one line";
	if (a->expires && !text_is_date(a->expires))
		return "--expires must be a day, YYYY-MM-DD";
	if (a->expires && strcmp(a->expires, today) < 0)
		return "--expires is past";
	return NULL;
}

/* The day that a key expires on is still a good one, in London. */
static int keep_client(struct connection *c, const struct addition *a, const json_t *scopes, const char *key,
		       struct error *err)
{
	static const char sql[] =
		"INSERT INTO inspectd.client (id, name, key_hash, scopes, expires_at) "
		"VALUES ($1::uuid, $2, decode($3, 'hex'), ARRAY (SELECT jsonb_array_elements_text($4::jsonb)), "
		"($5::date + 1)::timestamp AT TIME ZONE 'Europe/London')";
	_cleanup_(freep) char *scope_list = json_dumps(scopes, JSON_COMPACT);
	_cleanup_(result_freep) struct result *done = NULL;
	char id[37], hash[65];
	struct statement keep = { .sql = sql, .values = { id, a->name, hash, scope_list, a->expires }, .n_values = 5 };

	uuid_v7(id);
	hash_sha256(key, strlen(key), hash);
	if (connection_run(c, NULL, &keep, 1, &done, err) < 0)
		return -1;
	fprintf(stderr, "client %s (%s)%s\n", id, a->name,
		isatty(STDOUT_FILENO) ? "; its key is shown this once:" : " is made");
	return 0;
}

static int make_key(char key[KEY_SIZE], struct error *err)
{
	memcpy(key, "ik_", 3);
	if (hash_random(KEY_BYTES, key + 3, KEY_SIZE - 3) < 0)
		return error_set(err, ERR_INTERNAL, "the system gives no random numbers");
	return 0;
}

static int read_scopes(const struct addition *a, json_t **ret_scopes)
{
	_cleanup_(json_decrefp) json_t *scopes = all_scopes();

	if (strcmp(a->scopes, "all") != 0)
		return read_list(a->scopes, scopes, ret_scopes);
	*ret_scopes = json_incref(scopes);
	return 0;
}

/* Nothing enforces a binding yet, and a restriction that does not hold must not be offered. */
static bool asks_to_bind(int argc, char **argv)
{
	for (int i = 1; i < argc; i += 2)
		if (strcmp(argv[i], "--authorities") == 0)
			return true;
	return false;
}

static int add(int argc, char **argv)
{
	_cleanup_(database_freep) struct database *database = NULL;
	_cleanup_(json_decrefp) json_t *scopes = NULL;
	struct addition a = { 0 };
	struct connection *c = NULL;
	struct error err = { 0 };
	char key[KEY_SIZE];

	if (asks_to_bind(argc, argv))
		return call_wrongly("keys cannot be bound to authorities yet: every key reads and writes for all; "
				    "leave --authorities out");
	if (read_addition(argc, argv, &a) < 0)
		return call_wrongly("add needs --name and --scopes, each with its value");
	if (why_not(&a))
		return call_wrongly(why_not(&a));
	if (read_scopes(&a, &scopes) < 0)
		return 1;
	if (open_database(&database, &c, &err) < 0 || make_key(key, &err) < 0 ||
	    keep_client(c, &a, scopes, key, &err) < 0)
		return fail(&err);
	puts(key);
	return 0;
}

/* --- list --------------------------------------------------------------------------------- */

static int list(void)
{
	struct statement ask = {
		.sql = "SELECT id, CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() "
		       "THEN 'expired' ELSE 'good' END, created_at::date, "
		       "coalesce(((expires_at AT TIME ZONE 'Europe/London')::date - 1)::text, 'never'), "
		       "coalesce(array_to_string(authority_ids, ','), 'every'), array_to_string(scopes, ','), name "
		       "FROM inspectd.client ORDER BY id"
	};
	static const char *const titles[] = { "ID", "STATE", "MADE", "EXPIRES", "AUTHORITIES", "SCOPES", "NAME" };
	static const int widths[] = { 36, 7, 10, 10, 11, 0, 0 };
	_cleanup_(database_freep) struct database *database = NULL;
	_cleanup_(result_freep) struct result *found = NULL;
	struct connection *c = NULL;
	struct error err = { 0 };

	if (open_database(&database, &c, &err) < 0 || connection_run(c, NULL, &ask, 1, &found, &err) < 0)
		return fail(&err);
	for (size_t i = 0; i < ARRAY_LEN(titles); i++)
		printf("%-*s%s", widths[i], titles[i], i + 1 < ARRAY_LEN(titles) ? "  " : "\n");
	for (size_t row = 0; row < result_rows(found); row++)
		for (size_t i = 0; i < ARRAY_LEN(titles); i++)
			printf("%-*s%s", widths[i], result_text(found, row, i),
			       i + 1 < ARRAY_LEN(titles) ? "  " : "\n");
	return 0;
}

/* --- revoke -------------------------------------------------------------------------------- */

static int revoke_key(const char *id)
{
	struct statement end = { .sql = "UPDATE inspectd.client SET revoked_at = coalesce(revoked_at, now()) "
					"WHERE id = $1::uuid RETURNING name, revoked_at < now()",
				 .values = { id },
				 .n_values = 1 };
	_cleanup_(database_freep) struct database *database = NULL;
	_cleanup_(result_freep) struct result *found = NULL;
	struct connection *c = NULL;
	struct error err = { 0 };

	if (!text_is_uuid(id))
		return call_wrongly("revoke needs the id that `inspectd client list` shows, not the key or the name");
	if (open_database(&database, &c, &err) < 0 || connection_run(c, NULL, &end, 1, &found, &err) < 0)
		return fail(&err);
	if (result_rows(found) == 0) {
		(void)error_set(&err, ERR_NOT_FOUND, "there is no client %s", id);
		return fail(&err);
	}
	fprintf(stderr, "client %s (%s) %s\n", id, result_text(found, 0, 0),
		result_text(found, 0, 1)[0] == 't' ? "was revoked already" : "is revoked, within a second everywhere");
	return 0;
}

int command_client(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "add") == 0)
		return add(argc - 1, argv + 1);
	if (strcmp(what, "list") == 0 && argc == 2)
		return list();
	if (strcmp(what, "revoke") == 0 && argc == 3)
		return revoke_key(argv[2]);
	if (strcmp(what, "--help") == 0) {
		fputs(usage, stdout);
		return 0;
	}
	return call_wrongly("say add, list or revoke");
}
