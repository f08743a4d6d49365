/*
 * A POST that is sent again within 24 hours is answered again, not done again; later, a
 * job has swept the answer away (job/job.c), or the key begins anew. The key is claimed
 * and the answer kept in the transaction of the change, so that neither can exist
 * without the other; a second request waits on the first one's row.
 */
#include <stdio.h>
#include <string.h>

#include "operation/internal.h"

#include "core/banned.h"

static const char claim_sql[] =
	"INSERT INTO inspectd.idempotency AS i (caller, method, path, key, request_hash) VALUES ($1, $2, $3, $4, $5) "
	"ON CONFLICT (caller, method, path, key) DO UPDATE SET request_hash = excluded.request_hash, at = now(), "
	"status = NULL, location = NULL, etag = NULL, body = NULL WHERE i.at < now() - interval '24 hours' RETURNING true";

static const char read_sql[] = "SELECT request_hash, status, location, etag, body FROM inspectd.idempotency "
			       "WHERE caller = $1 AND method = $2 AND path = $3 AND key = $4";

static const char keep_sql[] = "UPDATE inspectd.idempotency SET status = $5::int, location = $6, etag = $7, body = $8 "
			       "WHERE caller = $1 AND method = $2 AND path = $3 AND key = $4";

static int replay(const struct result *row, const struct idempotency *key, struct written *written, struct error *err)
{
	const char *location = result_text(row, 0, 2), *etag = result_text(row, 0, 3), *body = result_text(row, 0, 4);

	if (strcmp(result_text(row, 0, 0), key->request_hash) != 0) {
		error_add(err, ERR_INVALID, IN_HEADER, "/Idempotency-Key", "key_reused",
			  "this key was used with another request; use a new key for a new request");
		return error_check(err);
	}
	written->replayed = true;
	written->status = (unsigned)strtoul(result_text(row, 0, 1), NULL, 10);
	(void)snprintf(written->location, sizeof(written->location), "%s", location ? location : "");
	(void)snprintf(written->etag, sizeof(written->etag), "%s", etag ? etag : "");
	if (body)
		buf_adds(&written->body, body);
	return 1;
}

/*
 * A lock that is not to be had within the wait means that the first request is still being answered. Where
 * statement_timeout is no longer than the wait it speaks first, and nothing else in the claim takes time.
 */
static int still_in_flight(struct connection *c, struct error *err)
{
	if ((err->code != ERR_UNAVAILABLE && err->code != ERR_TIMEOUT) || !connection_is_open(c))
		return -1;
	return error_set(err, ERR_CONFLICT,
			 "a request with this Idempotency-Key is still being answered; send it again shortly");
}

int idempotency_claim(struct connection *c, const struct call *call, const struct idempotency *key,
		      struct written *written, struct error *err)
{
	char wait[24];
	const struct statement claim[] = {
		{ .sql = "SELECT set_config('lock_timeout', $1, true)", .values = { wait }, .n_values = 1 },
		{ .sql = claim_sql,
		  .values = { key->caller, key->method, key->path, key->key, key->request_hash },
		  .n_values = 5 },
		{ .sql = "RESET lock_timeout" },
	};
	const struct statement read = { .sql = read_sql,
					.values = { key->caller, key->method, key->path, key->key },
					.n_values = 4 };
	struct result *claimed[3] = { NULL };
	_cleanup_(result_freep) struct result *row = NULL;
	bool ours;

	(void)snprintf(wait, sizeof(wait), "%ums", key->wait_ms);
	if (connection_run(c, &call->context, claim, 3, claimed, err) < 0)
		return still_in_flight(c, err);
	ours = result_rows(claimed[1]) == 1;
	for (size_t i = 0; i < 3; i++)
		result_free(claimed[i]);
	if (ours)
		return 0;
	if (connection_run(c, &call->context, &read, 1, &row, err) < 0)
		return -1;
	if (result_rows(row) == 0)
		return error_set(err, ERR_UNAVAILABLE,
				 "the earlier answer to this Idempotency-Key has just expired; try again");
	return replay(row, key, written, err);
}

int idempotency_keep(struct connection *c, const struct call *call, const struct idempotency *key,
		     const struct written *written, unsigned status, struct error *err)
{
	char number[8];
	struct statement keep = { .sql = keep_sql,
				  .values = { key->caller, key->method, key->path, key->key, number, written->location,
					      written->etag, written->body.data },
				  .n_values = 8 };
	_cleanup_(result_freep) struct result *done = NULL;

	(void)snprintf(number, sizeof(number), "%u", status);
	return connection_run(c, &call->context, &keep, 1, &done, err);
}
