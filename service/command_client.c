/*
 * `inspectd client`: who may call, and the API keys by which they show it. It does
 * what /v1/clients does, by the same operations, for whoever holds the database:
 * the first key of all is made here. A key is shown once, on standard output and
 * nothing else there; only a keyed hash of it is kept.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "core/config.h"
#include "core/secret.h"
#include "core/text.h"
#include "operation/operation.h"
#include "resource/registry.h"
#include "resource/scope.h"

#include "core/banned.h"

static const char usage[] =
	"usage: inspectd client add --name NAME --scopes SCOPE,... [--authorities ID,...] [--clearance LEVEL]\n"
	"                           [--expires YYYY-MM-DD]\n"
	"       inspectd client list\n"
	"       inspectd client rotate ID [--overlap HOURS] [--expires YYYY-MM-DD]\n"
	"       inspectd client revoke ID [--key KEYID]\n"
	"  --scopes all           every scope that such a client may have\n"
	"  --authorities 301,806  whose rows it writes, and sees more of than is open to all; left out: every one's\n"
	"  --clearance LEVEL      the most restricted that it sees of these: public, council or restricted (as left out)\n"
	"  --expires YYYY-MM-DD   the last day on which the client is good; of rotate: the new key\n"
	"  --overlap HOURS        for how long the keys there are go on working: 24 unless said, at most 720\n";

static int call_wrongly(const char *why)
{
	fprintf(stderr, "inspectd client: %s\n%s", why, usage);
	return 2;
}

/* --- what went wrong, in the words of the command line ------------------------------ */

/* The option that gave a member, and where the pointer names one of a list, that one. */
static void print_place(const char *pointer, const json_t *body)
{
	static const char *const options[][2] = {
		{ "/name", "--name" },           { "/scopes", "--scopes" },
		{ "/clearance", "--clearance" }, { "/authority_ids", "--authorities" },
		{ "/expires_on", "--expires" },  { "/overlap_hours", "--overlap" },
	};

	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		size_t len = strlen(options[i][0]);
		const json_t *list = json_object_get(body, options[i][0] + 1);

		if (strncmp(pointer, options[i][0], len) != 0)
			continue;
		fprintf(stderr, "%s ", options[i][1]);
		if (pointer[len] == '/')
			fprintf(stderr, "\"%s\" ",
				json_string_value(json_array_get(list, strtoul(pointer + len + 1, NULL, 10))));
		return;
	}
}

/* `body` is what the complaints are about; NULL: nothing. */
static int fail(const struct error *err, const json_t *body)
{
	for (unsigned i = 0; i < err->n_complaints && i < ERROR_COMPLAINTS_MAX; i++) {
		fputs("inspectd client: ", stderr);
		print_place(err->complaint[i].pointer, body);
		fprintf(stderr, "%s\n", err->complaint[i].detail);
	}
	if (err->n_complaints == 0)
		fprintf(stderr, "inspectd client: %s%s%s\n", err->detail, err->cause[0] ? ": " : "", err->cause);
	return 1;
}

/* --- options -------------------------------------------------------------------------- */

struct choice {
	const char *name, **value;
};

/* Each takes a value. */
static int read_options(int argc, char **argv, const struct choice *known, size_t n)
{
	for (int i = 0; i < argc; i += 2) {
		size_t k = 0;

		while (k < n && strcmp(argv[i], known[k].name) != 0)
			k++;
		if (k == n || i + 1 >= argc)
			return -1;
		*known[k].value = argv[i + 1];
	}
	return 0;
}

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

/* "a,b" as a list, each once. */
static json_t *list_of(const char *text)
{
	_cleanup_(freep) char *copy = strdup(text);
	_cleanup_(json_decrefp) json_t *seen = json_object();
	json_t *list = json_array();
	char *rest = copy, *item;

	while (rest && (item = strsep(&rest, ","))) {
		if (json_object_get(seen, item))
			continue;
		(void)json_object_set_new(seen, item, json_true());
		(void)json_array_append_new(list, json_string(item));
	}
	return list;
}

/* --- the database ----------------------------------------------------------------------- */

struct session {
	struct config config;
	struct database *database;
	struct connection *connection;
	struct call call;
};

static void session_end(struct session *s)
{
	database_free(s->database);
}

static int session_begin(struct session *s, struct error *err)
{
	if (config_read(&s->config, err) < 0)
		return -1;
	if (!s->config.owner_url)
		return error_set(err, ERR_INVALID,
				 "INSPECTD_OWNER_URL or INSPECTD_DATABASE_URL must say which database");
	if (database_new(&s->database,
			 &(struct database_options){ .url = s->config.owner_url,
						     .connect_ms = s->config.connect_ms,
						     .statement_ms = s->config.statement_ms,
						     .lock_ms = s->config.lock_ms },
			 err) < 0)
		return -1;
	s->call = (struct call){ .database = s->database };
	return database_mine(s->database, &s->connection, err);
}

/* The name and the status of what `sql` finds by these two; ERR_NOT_FOUND. */
static int find(struct session *s, const char *sql, const char *id, const char *key_id, struct result **ret_found,
		struct error *err)
{
	struct statement ask = { .sql = sql, .values = { id, key_id }, .n_values = key_id ? 2 : 1 };

	if (connection_run(s->connection, NULL, &ask, 1, ret_found, err) < 0)
		return -1;
	if (result_rows(*ret_found) > 0)
		return 0;
	return key_id ? error_set(err, ERR_NOT_FOUND, "client %s has no key %s", id, key_id)
		      : error_set(err, ERR_NOT_FOUND, "there is no client %s", id);
}

static const char client_sql[] = "SELECT name, status FROM inspectd.clients WHERE id = $1::uuid";
static const char key_sql[] = "SELECT c.name, k.status FROM inspectd.clients c JOIN inspectd.api_keys k "
			      "ON k.client_id = c.id WHERE c.id = $1::uuid AND k.id = $2::uuid";

/* --- keys ----------------------------------------------------------------------------------- */

/* Nothing is made unless the key can be. */
static int make_key(struct session *s, const char *client_id, const json_t *request, char key[API_KEY_SIZE],
		    struct error *err)
{
	_cleanup_(secret_freep) struct secret *secret = NULL;
	_cleanup_(written_done) struct written written = { 0 };

	written_init(&written);
	if (secret_read(s->config.secret_file, &secret, err) < 0)
		return -1;
	return operation_add_key(&s->call, secret, client_id, request, NULL, &written, key, err);
}

static void show_key(const char *id, const char *name, const char *made, char key[API_KEY_SIZE])
{
	fprintf(stderr, "client %s (%s)%s%s\n", id, name, made,
		isatty(STDOUT_FILENO) ? "; its key is shown this once:" : "");
	puts(key);
	explicit_bzero(key, API_KEY_SIZE);
}

/* --- add -------------------------------------------------------------------------------------- */

/* "all" means all that a client of this binding and clearance may have. */
static json_t *scopes_of(const char *text, bool is_whole, bool is_public)
{
	json_t *scopes;
	char scope[SCOPE_BYTES];

	if (strcmp(text, "all") != 0)
		return list_of(text);
	scopes = json_array();
	for (size_t i = 0; scope_at(i, scope); i++)
		if ((is_whole || strcmp(scope, "admin") != 0) && !(is_public && scope_is_write(scope)))
			(void)json_array_append_new(scopes, json_string(scope));
	return scopes;
}

/* Client and key together, or neither. */
static int add_client(struct session *s, const json_t *body, char id[37], char key[API_KEY_SIZE], struct error *err)
{
	_cleanup_(connection_abandonp) struct connection *open = NULL;
	_cleanup_(written_done) struct written written = { 0 };
	_cleanup_(json_decrefp) json_t *request = json_object();

	written_init(&written);
	if (connection_begin(s->connection, NULL, err) < 0)
		return -1;
	open = s->connection;
	if (operation_create(&s->call, &client_resource, NULL, body, NULL, &written, err) < 0)
		return -1;
	(void)snprintf(id, 37, "%s", strrchr(written.location, '/') + 1);
	if (make_key(s, id, request, key, err) < 0)
		return -1;
	return connection_commit(TAKE(open), err);
}

static int add(int argc, char **argv)
{
	_cleanup_(session_end) struct session s = { 0 };
	const char *name = NULL, *scopes = NULL, *authorities = NULL, *clearance = "restricted", *expires = NULL;
	const struct choice known[] = { { "--name", &name },
					{ "--scopes", &scopes },
					{ "--authorities", &authorities },
					{ "--clearance", &clearance },
					{ "--expires", &expires } };
	json_auto_t *body = NULL;
	struct error err = { 0 };
	char id[37], key[API_KEY_SIZE];

	if (read_options(argc, argv, known, ARRAY_LEN(known)) < 0 || !name || !scopes)
		return call_wrongly("add needs --name and --scopes, each with its value");
	body = json_pack("{s:s, s:o, s:o, s:s, s:o}", "name", name, "scopes",
			 scopes_of(scopes, !authorities && strcmp(clearance, "restricted") == 0,
				   strcmp(clearance, "public") == 0),
			 "authority_ids", authorities ? list_of(authorities) : json_null(), "clearance", clearance,
			 "expires_on", text_or_null(expires));
	if (session_begin(&s, &err) < 0 || add_client(&s, body, id, key, &err) < 0)
		return fail(&err, body);
	show_key(id, name, " is made", key);
	return 0;
}

/* --- rotate ------------------------------------------------------------------------------------- */

static int rotate(int argc, char **argv)
{
	_cleanup_(session_end) struct session s = { 0 };
	_cleanup_(result_freep) struct result *found = NULL;
	const char *overlap = "24", *expires = NULL;
	const struct choice known[] = { { "--overlap", &overlap }, { "--expires", &expires } };
	json_auto_t *request = NULL;
	struct error err = { 0 };
	char key[API_KEY_SIZE];
	int64_t hours;

	if (argc < 1 || !text_is_uuid(argv[0]))
		return call_wrongly("rotate needs the id that `inspectd client list` shows, not the key or the name");
	if (read_options(argc - 1, argv + 1, known, ARRAY_LEN(known)) < 0 || text_to_int(overlap, &hours) < 0)
		return call_wrongly("rotate takes --overlap with a number of hours, and --expires with a day");
	request = json_pack("{s:I, s:o}", "overlap_hours", (json_int_t)hours, "expires_on", text_or_null(expires));
	if (session_begin(&s, &err) < 0 || find(&s, client_sql, argv[0], NULL, &found, &err) < 0 ||
	    make_key(&s, argv[0], request, key, &err) < 0)
		return fail(&err, request);
	show_key(argv[0], result_text(found, 0, 0), " has a new key", key);
	return 0;
}

/* --- list ----------------------------------------------------------------------------------------- */

#define ENDED(t)                                                                                                       \
	"CASE WHEN " t ".status = 'revoked' THEN 'revoked' WHEN " t                                                    \
	".expires_on < (now() AT TIME ZONE 'Europe/London')::date THEN 'expired' "
#define MINUTE(t) "coalesce(to_char(" t " AT TIME ZONE 'Europe/London', 'YYYY-MM-DD HH24:MI'), 'never')"

static const char clients_sql[] = "SELECT c.id, " ENDED(
	"c") "ELSE 'good' END, (c.created_at AT TIME ZONE 'Europe/London')::date, "
	     "coalesce(c.expires_on::text, 'never'), c.clearance, coalesce(array_to_string(c.authority_ids, ','), 'every'), " MINUTE(
		     "(SELECT max(k.last_used_at) FROM inspectd.api_keys k WHERE k.client_id = c.id)") ", "
												       "array_to_string(c.scopes, ','), c.name FROM inspectd.clients c ORDER BY c.id";

static const char keys_sql[] = "SELECT k.client_id, k.id, " ENDED(
	"k") "WHEN k.ends_at <= now() THEN 'ended' ELSE 'good' END, "
	     "(k.created_at AT TIME ZONE 'Europe/London')::date, "
	     "coalesce(to_char(least(k.ends_at, (k.expires_on + 1)::timestamp AT TIME ZONE 'Europe/London') "
	     "AT TIME ZONE 'Europe/London', 'YYYY-MM-DD HH24:MI'), 'with the client'), " MINUTE(
		     "k.last_used_at") ", coalesce('...' || k.hint, 'older') FROM inspectd.api_keys k "
				       "ORDER BY k.client_id, k.id";

static void print_keys(const struct result *keys, const char *client_id, size_t *next)
{
	for (; *next < result_rows(keys) && strcmp(result_text(keys, *next, 0), client_id) == 0; ++*next)
		printf("  key %s  %-7s  made %s, ends %s, last used %s, %s\n", result_text(keys, *next, 1),
		       result_text(keys, *next, 2), result_text(keys, *next, 3), result_text(keys, *next, 4),
		       result_text(keys, *next, 5), result_text(keys, *next, 6));
}

static void print_all(const struct result *clients, const struct result *keys)
{
	static const char *const titles[] = { "ID",          "STATE",     "MADE",   "EXPIRES", "CLEARANCE",
					      "AUTHORITIES", "LAST USED", "SCOPES", "NAME" };
	static const int widths[] = { 36, 7, 10, 10, 10, 11, 16, 0, 0 };
	size_t next_key = 0;

	for (size_t i = 0; i < ARRAY_LEN(titles); i++)
		printf("%-*s%s", widths[i], titles[i], i + 1 < ARRAY_LEN(titles) ? "  " : "\n");
	for (size_t row = 0; row < result_rows(clients); row++) {
		for (size_t i = 0; i < ARRAY_LEN(titles); i++)
			printf("%-*s%s", widths[i], result_text(clients, row, i),
			       i + 1 < ARRAY_LEN(titles) ? "  " : "\n");
		print_keys(keys, result_text(clients, row, 0), &next_key);
	}
}

static int list(void)
{
	_cleanup_(session_end) struct session s = { 0 };
	const struct statement ask[] = { { .sql = clients_sql }, { .sql = keys_sql } };
	struct result *found[ARRAY_LEN(ask)] = { NULL };
	struct error err = { 0 };

	if (session_begin(&s, &err) < 0 || connection_run(s.connection, NULL, ask, ARRAY_LEN(ask), found, &err) < 0)
		return fail(&err, NULL);
	print_all(found[0], found[1]);
	result_free(found[0]);
	result_free(found[1]);
	return 0;
}

/* --- revoke ---------------------------------------------------------------------------------------- */

static int revoke_one(int argc, char **argv)
{
	_cleanup_(session_end) struct session s = { 0 };
	_cleanup_(result_freep) struct result *found = NULL;
	_cleanup_(written_done) struct written written = { 0 };
	const char *key = NULL;
	const struct choice known[] = { { "--key", &key } };
	json_auto_t *move = json_pack("{s:s}", "to", "revoked");
	struct error err = { 0 };
	bool was_revoked;

	written_init(&written);
	if (argc < 1 || !text_is_uuid(argv[0]) || read_options(argc - 1, argv + 1, known, ARRAY_LEN(known)) < 0 ||
	    (key && !text_is_uuid(key)))
		return call_wrongly("revoke needs the ids that `inspectd client list` shows, not the key or the name");
	if (session_begin(&s, &err) < 0 || find(&s, key ? key_sql : client_sql, argv[0], key, &found, &err) < 0)
		return fail(&err, NULL);
	was_revoked = strcmp(result_text(found, 0, 1), "revoked") == 0;
	if (!was_revoked && operation_move(&s.call, key ? &api_key_resource : &client_resource, key ? key : argv[0],
					   &(struct if_match){ .any = true }, move, NULL, &written, &err) < 0)
		return fail(&err, NULL);
	fprintf(stderr, "%s %s (%s) %s\n", key ? "key" : "client", key ? key : argv[0], result_text(found, 0, 0),
		was_revoked ? "was revoked already" : "is revoked, within a second everywhere");
	return 0;
}

int command_client(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	for (int i = 1; i < argc; i++)
		if (!text_is_utf8(argv[i], strlen(argv[i])))
			return call_wrongly("what it is given must be UTF-8");
	if (strcmp(what, "add") == 0)
		return add(argc - 2, argv + 2);
	if (strcmp(what, "list") == 0 && argc == 2)
		return list();
	if (strcmp(what, "rotate") == 0)
		return rotate(argc - 2, argv + 2);
	if (strcmp(what, "revoke") == 0)
		return revoke_one(argc - 2, argv + 2);
	if (strcmp(what, "--help") == 0) {
		fputs(usage, stdout);
		return 0;
	}
	return call_wrongly("say add, list, rotate or revoke");
}
