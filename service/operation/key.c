/*
 * API keys. A key is made here, handed to whoever asked for it, and forgotten:
 * what stays is its SHA-256, hashed once more under a subkey of the server's
 * secret. So the table of hashes alone lets nobody in, and whoever could write
 * to it could still make no key.
 */
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/hash.h"
#include "core/secret.h"
#include "core/uuid.h"
#include "operation/internal.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

#define KEY_RANDOM_BYTES 32
#define KEY_PREFIX       "ik_"
#define HINT_CHARS       4
#define DIGEST_CHARS     64

static const char subkey[] = "api key";

void key_hash(const struct secret *secret, const char *key, char out[65])
{
	char digest[DIGEST_CHARS + 1];

	hash_sha256(key, strlen(key), digest);
	secret_mac(secret, subkey, digest, DIGEST_CHARS, out);
	explicit_bzero(digest, sizeof digest);
}

static int make_key(char key[API_KEY_SIZE], struct error *err)
{
	size_t prefix = strlen(KEY_PREFIX);

	memcpy(key, KEY_PREFIX, prefix);
	if (hash_random(KEY_RANDOM_BYTES, key + prefix, API_KEY_SIZE - prefix) < 0)
		return error_set(err, ERR_INTERNAL, "the system gives no random numbers");
	return 0;
}

/* --- what is asked for ------------------------------------------------------------ */

/* Locks the client, so that it is not revoked meanwhile and two rotations do not end each other's key. */
static int lock_client(struct connection *c, const struct call *call, const char *client_id, struct error *err)
{
	struct statement s = { .sql = "SELECT status FROM inspectd.client WHERE id = $1::uuid AND deleted_at IS NULL "
				      "FOR NO KEY UPDATE",
			       .values = { client_id },
			       .n_values = 1 };
	_cleanup_(result_freep) struct result *found = NULL;

	if (connection_run(c, &call->context, &s, 1, &found, err) < 0)
		return -1;
	if (result_rows(found) == 0)
		return error_set(err, ERR_NOT_FOUND, "there is no such client");
	if (strcmp(result_text(found, 0, 0), "active") != 0)
		return error_set(err, ERR_CONFLICT, "the client is %s for good, so it has no more keys; make another",
				 result_text(found, 0, 0));
	return 0;
}

static int read_request(const json_t *body, json_t **ret_request, struct error *err)
{
	_cleanup_(json_decrefp) json_t *request = NULL;
	const char *expires_on;
	char today[11];

	if (procedure_draft(procedure_at("/keys"), body, &request, err) < 0 && !request)
		return -1;
	clock_today(today);
	expires_on = member_text(request, "expires_on");
	if (rule_is_after(today, expires_on))
		error_member(err, "/expires_on", "in_past",
			     "is the last day on which the key works, so it cannot be before today, %s", today);
	if (error_check(err) < 0)
		return -1;
	*ret_request = TAKE(request);
	return 0;
}

/* --- keeping it -------------------------------------------------------------------- */

static const char insert_sql[] = "INSERT INTO inspectd.api_key (id, client_id, hint, expires_on) "
				 "VALUES ($1::uuid, $2::uuid, $3, $4::date)";
static const char hash_sql[] = "INSERT INTO inspectd.api_key_hash (key_id, hash) VALUES ($1::uuid, decode($2, 'hex'))";
static const char end_sql[] =
	"UPDATE inspectd.api_key SET ends_at = now() + $3::int * interval '1 hour' WHERE client_id = $2::uuid "
	"AND id <> $1::uuid AND status = 'active' AND coalesce(ends_at > now() + $3::int * interval '1 hour', true)";

static int keep_key(struct connection *c, const struct call *call, const char *id, const char *client_id,
		    const char *key, const char *hash, const json_t *request, struct error *err)
{
	const char *hint = key + strlen(key) - HINT_CHARS;
	char overlap[24];
	const struct statement s[] = {
		{ .sql = insert_sql,
		  .values = { id, client_id, hint, member_text(request, "expires_on") },
		  .n_values = 4 },
		{ .sql = hash_sql, .values = { id, hash }, .n_values = 2 },
		{ .sql = end_sql, .values = { id, client_id, overlap }, .n_values = 3 },
	};
	struct result *done[ARRAY_LEN(s)] = { NULL };
	size_t n = json_is_integer(json_object_get(request, "overlap_hours")) ? 3 : 2;

	(void)snprintf(overlap, sizeof overlap, "%ld", rule_number(request, "overlap_hours"));
	if (connection_run(c, &call->context, s, n, done, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		result_free(done[i]);
	return 0;
}

/* The row as any reader would be shown it, and the member `key`, which is not for keeping. */
static int show_key(struct connection *c, const struct call *call, const char *id, struct written *written,
		    struct error *err)
{
	_cleanup_(buf_done) struct buf row = { 0 };

	buf_init(&row, LIMIT_ANSWER_BYTES);
	if (representation_read(c, call, &api_key_resource, id, &row, written->etag, err) < 0)
		return -1;
	buf_add(&written->body, row.data, row.len - strlen("}"));
	buf_adds(&written->body, ",\"key\":" KEY_NOT_SHOWN "}");
	(void)snprintf(written->location, sizeof written->location, "/v1/%s/%s", resource_path(&api_key_resource), id);
	return 0;
}

static int add(struct connection **open, const struct call *call, const struct secret *secret, const char *client_id,
	       const json_t *body, const struct idempotency *idempotency, struct written *written,
	       char key[API_KEY_SIZE], struct error *err)
{
	_cleanup_(json_decrefp) json_t *request = NULL;
	char id[37], hash[65];

	if (lock_client(*open, call, client_id, err) < 0 || read_request(body, &request, err) < 0 ||
	    make_key(key, err) < 0)
		return -1;
	uuid_v7(id);
	key_hash(secret, key, hash);
	if (keep_key(*open, call, id, client_id, key, hash, request, err) < 0 ||
	    show_key(*open, call, id, written, err) < 0)
		return -1;
	return write_commit(open, call, idempotency, 201, written, err);
}

int operation_add_key(const struct call *call, const struct secret *secret, const char *client_id, const json_t *body,
		      const struct idempotency *idempotency, struct written *written, char key[API_KEY_SIZE],
		      struct error *err)
{
	_cleanup_(connection_abandonp) struct connection *open = NULL;
	int answered = write_begin_once(call, &idempotency, &open, written, err);

	key[0] = '\0';
	if (answered != 0)
		return answered > 0 ? 0 : -1;
	answered = add(&open, call, secret, client_id, body, idempotency, written, key, err);
	if (answered < 0 || call->validate_only)
		explicit_bzero(key, API_KEY_SIZE);
	return answered;
}

/* --- keys from before there was a secret ---------------------------------------------- */

static int key_one(struct connection *c, const char *id, const char *digest, const struct secret *secret,
		   struct error *err)
{
	char hash[65];
	struct statement s = { .sql = "UPDATE inspectd.api_key_hash SET hash = decode($2, 'hex'), keyed = true "
				      "WHERE key_id = $1::uuid",
			       .values = { id, hash },
			       .n_values = 2 };
	_cleanup_(result_freep) struct result *done = NULL;

	secret_mac(secret, subkey, digest, DIGEST_CHARS, hash);
	return connection_run(c, NULL, &s, 1, &done, err);
}

int operation_take_over_keys(struct database *database, const struct secret *secret, size_t *ret_n, struct error *err)
{
	_cleanup_(connection_abandonp) struct connection *open = NULL;
	_cleanup_(result_freep) struct result *found = NULL;
	struct statement s = { .sql = "SELECT key_id, encode(hash, 'hex') FROM inspectd.api_key_hash WHERE NOT keyed "
				      "ORDER BY key_id FOR UPDATE" };
	struct connection *c;

	if (database_mine(database, &c, err) < 0 || connection_begin(c, NULL, err) < 0)
		return -1;
	open = c;
	if (connection_run(c, NULL, &s, 1, &found, err) < 0)
		return -1;
	if (!secret && result_rows(found) > 0)
		return error_set(err, ERR_INVALID,
				 "%zu API keys from an earlier version open nothing until they are hashed under the "
				 "server's secret: set INSPECTD_SECRET_FILE as `serve` has it, and run this again",
				 result_rows(found));
	for (size_t row = 0; row < result_rows(found); row++)
		if (key_one(c, result_text(found, row, 0), result_text(found, row, 1), secret, err) < 0)
			return -1;
	*ret_n = result_rows(found);
	return connection_commit(TAKE(open), err);
}
