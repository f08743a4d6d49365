/*
 * Writing: each operation is one transaction that checks everything, writes the
 * row with its lists, and reads back what the client will be shown. A dry run is
 * the same transaction, abandoned at the end.
 */
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/uuid.h"
#include "operation/internal.h"
#include "resource/guard.h"
#include "resource/pointer.h"

#include "core/banned.h"

void written_init(struct written *w)
{
	*w = (struct written){ .replayed = false };
	buf_init(&w->body, LIMIT_ANSWER_BYTES);
}

void written_done(struct written *w)
{
	buf_done(&w->body);
}

static int begin(const struct call *call, struct connection **ret_connection, struct error *err)
{
	struct connection *c;

	if (database_mine(call->database, &c, err) < 0 || connection_begin(c, &call->context, err) < 0)
		return -1;
	*ret_connection = c;
	return 0;
}

/* What an address of a row leads to: its resource, and its id in id[]. NULL: it is none of a row's. */
static const struct resource *row_at(const char *address, char *id, size_t size)
{
	const char *segment = address + strlen("/v1/"), *end = strchr(segment, '/');

	if (!end)
		return NULL;
	(void)snprintf(id, size, "%.*s", (int)strcspn(end + 1, "/"), end + 1);
	return resource_at(segment, (size_t)(end - segment));
}

/* An earlier answer is for who still sees the row: its caller may have been bound more narrowly since. */
static int check_replay(struct connection *c, const struct call *call, const struct idempotency *idempotency,
			struct written *written, struct error *err)
{
	char id[64], sql[128];
	const struct resource *r = row_at(written->location[0] ? written->location : idempotency->path, id, sizeof(id));
	struct statement s = { .sql = sql, .values = { id }, .n_values = 1 };
	_cleanup_(result_freep) struct result *seen = NULL;

	if (!r || !reach_is_bounded(call))
		return 0;
	(void)snprintf(sql, sizeof(sql), "SELECT FROM %s.%s WHERE id = $1::%s", seen_schemas[reach_schema(call)],
		       r->name, key_type(r));
	if (connection_run(c, &call->context, &s, 1, &seen, err) < 0)
		return -1;
	if (result_rows(seen) > 0)
		return 0;
	buf_reset(&written->body);
	return error_set(
		err, ERR_FORBIDDEN,
		"this was done already, for this Idempotency-Key, to %s %s that the key of the caller no longer sees",
		strchr("aeiou", resource_noun(r)[0]) ? "an" : "a", resource_noun(r));
}

/* A dry run is never kept, so its key counts for nothing. */
int write_begin_once(const struct call *call, const struct idempotency **idempotency, struct connection **ret_open,
		     struct written *written, struct error *err)
{
	int answered;

	if (call->validate_only)
		*idempotency = NULL;
	if (begin(call, ret_open, err) < 0)
		return -1;
	answered = *idempotency ? idempotency_claim(*ret_open, call, *idempotency, written, err) : 0;
	return answered > 0 && check_replay(*ret_open, call, *idempotency, written, err) < 0 ? -1 : answered;
}

int write_commit(struct connection **open, const struct call *call, const struct idempotency *idempotency,
		 unsigned status, struct written *written, struct error *err)
{
	if (call->validate_only)
		return 0; /* the caller's cleanup abandons */
	if (idempotency && idempotency_keep(*open, call, idempotency, written, status, err) < 0)
		return -1;
	return connection_commit(TAKE(*open), err);
}

/* The end of every write of a row: show it, keep the answer, and commit. */
static int finish(struct connection **open, const struct call *call, const struct resource *r, const char *id,
		  const struct idempotency *idempotency, unsigned status, struct written *written, struct error *err)
{
	if (representation_read(*open, call, r, id, &written->body, written->etag, err) < 0)
		return -1;
	return write_commit(open, call, idempotency, status, written, err);
}

/* --- create ------------------------------------------------------------------------ */

/* The parent's id among those that the body lists, if it lists any. A list that is none is left for the draft to refuse. */
static int place_among(json_t *body, const char *name, const char *id)
{
	json_t *listed = json_object_get(body, name);
	json_t *ids = json_is_array(listed) ? json_copy(listed) : json_array();
	size_t i;
	json_t *item;

	if (listed && !json_is_array(listed)) {
		json_decref(ids);
		return 0;
	}
	json_array_foreach(ids, i, item)
		if (json_is_string(item) && strcmp(json_string_value(item), id) == 0)
			return json_object_set_new(body, name, ids);
	return json_array_append_new(ids, json_string(id)) < 0 ? -1 : json_object_set_new(body, name, ids);
}

/* The body with what the nested path says: inspection_id, or the finding in finding_ids. */
static int place_under(const struct resource *r, const struct parent *parent, json_t *body, struct error *err)
{
	char name[64];
	const char *said;

	(void)snprintf(name, sizeof(name), "%s_id", parent->resource->name);
	if (resource_field(r, name)) {
		said = member_text(body, name);
		if (said && strcmp(said, parent->id) != 0)
			error_member(err, pointer_member("", name).text, "not_the_parent",
				     "leave this out, or say what the address says: %s", parent->id);
		return json_object_set_new(body, name, json_string(parent->id));
	}
	(void)snprintf(name, sizeof(name), "%s_ids", parent->resource->name);
	return place_among(body, name, parent->id);
}

/* What is added beneath a row is of its authority, which need not be said. */
static int place_with(const struct resource *r, const json_t *parent, json_t *body)
{
	const struct field *f = resource_field(r, "authority_id");
	const json_t *authority = json_object_get(parent, "authority_id");

	if (!f || (f->flags & READ_ONLY) || !json_is_string(authority) || json_object_get(body, "authority_id"))
		return 0;
	return json_object_set(body, "authority_id", (json_t *)authority);
}

static int draft_under(struct connection *c, const struct call *call, const struct resource *r,
		       const struct parent *parent, const json_t *body, json_t **ret_draft, struct error *err)
{
	_cleanup_(json_decrefp) json_t *placed = NULL, *above = NULL;

	if (!parent || !json_is_object(body))
		return draft_create(r, body, ret_draft, err);
	if (representation_load(c, call, parent->resource, parent->id, &above, err) < 0)
		return -1;
	placed = json_copy((json_t *)body);
	if (!placed || place_under(r, parent, placed, err) < 0 || place_with(r, above, placed) < 0)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return draft_create(r, placed, ret_draft, err);
}

static int create(struct connection **open, const struct call *call, const struct resource *r,
		  const struct parent *parent, const json_t *body, const struct idempotency *idempotency,
		  struct written *written, struct error *err)
{
	_cleanup_(json_decrefp) json_t *draft = NULL;
	struct connection *c = *open;
	struct told told;
	char id[37];

	if (draft_under(c, call, r, parent, body, &draft, err) < 0 && !draft)
		return -1; /* what is only ill-formed is judged by the rules too, so that all is said at once */
	reason_tell(call, &(struct guarded){ r, draft, NULL, reason_sent(r, body) }, &told);
	connection_retell(c, &told.call.context);
	if (check_draft(c, &told.call, r, draft, NULL, err) < 0)
		return -1;
	if (!r->own_key) {
		uuid_v7(id);
		if (json_object_set_new(draft, "id", json_string(id)) < 0)
			return error_set(err, ERR_INTERNAL, "out of memory");
	}
	if (store_insert(c, &told.call, r, draft, err) < 0)
		return -1;
	(void)snprintf(written->location, sizeof(written->location), "/v1/%s/%s", resource_path(r),
		       member_text(draft, "id"));
	return finish(open, &told.call, r, member_text(draft, "id"), idempotency, 201, written, err);
}

int operation_create(const struct call *call, const struct resource *r, const struct parent *parent, const json_t *body,
		     const struct idempotency *idempotency, struct written *written, struct error *err)
{
	_cleanup_(connection_abandonp) struct connection *open = NULL;
	int answered = write_begin_once(call, &idempotency, &open, written, err);

	if (answered != 0)
		return answered > 0 ? 0 : -1;
	return create(&open, call, r, parent, body, idempotency, written, err);
}

/* --- the row to be changed -------------------------------------------------------------- */

static bool matches(const struct if_match *m, uint64_t version)
{
	if (!m || m->any)
		return true;
	for (size_t i = 0; i < m->n; i++)
		if (m->version[i] == version)
			return true;
	return false;
}

/* A weak tag is told apart: reading the row again would only bring the same tag. */
static int refuse_version(struct connection *c, const struct call *call, const struct resource *r, const char *id,
			  const struct if_match *m, struct error *err)
{
	(void)representation_stale(c, call, r, id, m->n > 0 ? m->version[0] : 0, err);
	if (err->code == ERR_STALE && m->weak && m->n == 0)
		(void)error_set(err, ERR_STALE,
				"If-Match has a weak tag (W/\"...\"), and weak tags never match; send the ETag as it "
				"came, without W/");
	return -1;
}

/* Whose the row is. Asked apart from the lock, which the database may refuse of what is another authority's. */
static void look_sql(const char *schema, const struct resource *r, const struct lock *l, char *sql, size_t size)
{
	(void)snprintf(sql, size, "SELECT authority_id FROM %s.%s WHERE id = $1::%s%s", schema, r->name, key_type(r),
		       l->only);
}

/* What it belongs to: a change of that comes down to this one, and whoever took them the other way round would wait. */
static void above_sql(const char *schema, const struct resource *r, char *sql, size_t size)
{
	(void)snprintf(sql, size,
		       "SELECT FROM %s.%s WHERE id = (SELECT t.%s FROM %s.%s t WHERE t.id = $1::%s) FOR KEY SHARE",
		       schema, resources[resource_field(r, r->belongs_to)->ref]->name, r->belongs_to, schema, r->name,
		       key_type(r));
}

static void lock_sql(const char *schema, const struct resource *r, const struct lock *l, char *sql, size_t size)
{
	(void)snprintf(sql, size, "SELECT %s FROM %s.%s WHERE id = $1::%s%s FOR %s", l->column, schema, r->name,
		       key_type(r), l->only, l->strength);
}

int write_lock(struct connection *c, const struct call *call, const struct resource *r, const char *id,
	       const struct lock *l, struct result **ret_locked, struct error *err)
{
	const bool bounded = reach_is_bounded(call) && resource_field(r, "authority_id");
	const char *schema = bounded ? seen_schemas[reach_schema(call)] : "inspectd";
	char look[192], above[256], sql[192];
	struct statement s[3];
	struct result *results[ARRAY_LEN(s)] = { NULL };
	size_t n = 0;
	int outcome = 0;

	look_sql(schema, r, l, look, sizeof(look));
	if (bounded)
		s[n++] = (struct statement){ .sql = look, .values = { id }, .n_values = 1 };
	if (r->belongs_to) {
		above_sql(schema, r, above, sizeof(above));
		s[n++] = (struct statement){ .sql = above, .values = { id }, .n_values = 1 };
	}
	lock_sql(schema, r, l, sql, sizeof(sql));
	s[n++] = (struct statement){ .sql = sql, .values = { id }, .n_values = 1 };
	if (connection_run(c, &call->context, s, n, results, err) < 0)
		return -1;
	if (bounded && result_rows(results[0]) > 0)
		outcome = reach_check_authority(call, result_text(results[0], 0, 0), err);
	*ret_locked = TAKE(results[n - 1]);
	for (size_t i = 0; i < n; i++)
		result_free(results[i]);
	return outcome;
}

/* Locks a live row, holds it to If-Match, and loads what it is now. */
static int load_for_change(struct connection *c, const struct call *call, const struct resource *r, const char *id,
			   const struct if_match *if_match, json_t **ret_stored, struct error *err)
{
	static const struct lock live = { "version", " AND deleted_at IS NULL", "UPDATE" };
	_cleanup_(result_freep) struct result *locked = NULL;

	if (write_lock(c, call, r, id, &live, &locked, err) < 0)
		return -1;
	if (result_rows(locked) == 0)
		return error_set(err, ERR_NOT_FOUND, "there is no such %s", resource_noun(r));
	if (!matches(if_match, strtoull(result_text(locked, 0, 0), NULL, 10)))
		return refuse_version(c, call, r, id, if_match, err);
	return representation_load(c, call, r, id, ret_stored, err);
}

/* --- change ---------------------------------------------------------------------------------- */

static int change(struct connection **open, const struct call *call, const struct resource *r, const json_t *stored,
		  json_t *draft, const char *reason, struct written *written, struct error *err)
{
	const struct guarded write = { r, draft, stored, reason };
	const char *id = member_text(stored, "id");
	struct told told;
	bool differs;

	reason_tell(call, &write, &told);
	connection_retell(*open, &told.call.context);
	if (check_draft(*open, &told.call, r, draft, stored, err) < 0)
		return -1;
	differs = draft_differs(r, draft, stored);
	if (differs && store_update(*open, &told.call, r, draft, stored, err) < 0)
		return -1;
	if (!differs || call->validate_only)
		readings_add_shown(call, r, stored);
	return finish(open, &told.call, r, id, NULL, 200, written, err);
}

int operation_change(const struct call *call, const struct resource *r, const char *id, const struct if_match *if_match,
		     const json_t *patch, struct written *written, struct error *err)
{
	_cleanup_(connection_abandonp) struct connection *open = NULL;
	_cleanup_(json_decrefp) json_t *stored = NULL, *draft = NULL;
	const char *reason = NULL;

	if (begin(call, &open, err) < 0 || load_for_change(open, call, r, id, if_match, &stored, err) < 0)
		return -1;
	if (draft_change(r, stored, patch, &draft, &reason, err) < 0 && !draft)
		return -1;
	return change(&open, call, r, stored, draft, reason, written, err);
}

/* --- transitions -------------------------------------------------------------------------------- */

static int move(struct connection **open, const struct call *call, const struct resource *r, const char *id,
		const struct if_match *if_match, const json_t *body, const struct idempotency *idempotency,
		struct written *written, struct error *err)
{
	_cleanup_(json_decrefp) json_t *stored = NULL, *draft = NULL;
	struct move step;
	struct told told;
	char today[11];

	clock_today(today);
	if (load_for_change(*open, call, r, id, if_match, &stored, err) < 0 ||
	    move_read(r, stored, body, today, &step, &draft, err) < 0)
		return -1;
	reason_tell(call, &(struct guarded){ r, draft, stored, step.reason }, &told);
	connection_retell(*open, &told.call.context);
	if (check_draft(*open, &told.call, r, draft, stored, err) < 0 ||
	    store_update(*open, &told.call, r, draft, stored, err) < 0)
		return -1;
	if (call->validate_only)
		readings_add_shown(call, r, stored);
	return finish(open, &told.call, r, id, idempotency, 200, written, err);
}

int operation_move(const struct call *call, const struct resource *r, const char *id, const struct if_match *if_match,
		   const json_t *body, const struct idempotency *idempotency, struct written *written,
		   struct error *err)
{
	_cleanup_(connection_abandonp) struct connection *open = NULL;
	int answered = write_begin_once(call, &idempotency, &open, written, err);

	if (answered != 0)
		return answered > 0 ? 0 : -1;
	return move(&open, call, r, id, if_match, body, idempotency, written, err);
}

/* --- removal and return ------------------------------------------------------------------------------ */

static int set_deleted(struct connection *c, const struct call *call, const struct resource *r, const char *id,
		       bool deleted, struct error *err)
{
	char sql[160];
	struct statement s = { .sql = sql, .values = { id }, .n_values = 1 };
	_cleanup_(result_freep) struct result *done = NULL;

	(void)snprintf(sql, sizeof(sql),
		       "UPDATE inspectd.%s SET deleted_at = %s WHERE id = $1::%s AND deleted_at IS %s", r->name,
		       deleted ? "now()" : "NULL", key_type(r), deleted ? "NULL" : "NOT NULL");
	if (connection_run(c, &call->context, &s, 1, &done, err) < 0)
		return -1;
	if (result_affected(done) == 0)
		return error_set(err, ERR_NOT_FOUND, "there is no such %s", resource_noun(r));
	return 0;
}

int operation_remove(const struct call *call, const struct resource *r, const char *id, const struct if_match *if_match,
		     struct error *err)
{
	_cleanup_(connection_abandonp) struct connection *open = NULL;
	_cleanup_(json_decrefp) json_t *stored = NULL;

	if (begin(call, &open, err) < 0 || load_for_change(open, call, r, id, if_match, &stored, err) < 0 ||
	    check_removal(open, call, r, stored, err) < 0 || set_deleted(open, call, r, id, true, err) < 0)
		return -1;
	return call->validate_only ? 0 : connection_commit(TAKE(open), err);
}

/* A live row needs no restoring, and one that was never there cannot be. */
static int check_deleted(struct connection *c, const struct call *call, const struct resource *r, const char *id,
			 struct error *err)
{
	static const struct lock any = { "deleted_at IS NULL", "", "UPDATE" };
	_cleanup_(result_freep) struct result *found = NULL;

	if (write_lock(c, call, r, id, &any, &found, err) < 0)
		return -1;
	if (result_rows(found) == 0)
		return error_set(err, ERR_NOT_FOUND, "there is no such %s", resource_noun(r));
	if (strcmp(result_text(found, 0, 0), "t") == 0)
		return error_set(err, ERR_CONFLICT, "this %s is not deleted", resource_noun(r));
	return 0;
}

/* What it refers to may have gone, and what it held may have been taken. */
static int check_return(struct connection *c, const struct call *call, const struct resource *r, const char *id,
			struct error *err)
{
	_cleanup_(json_decrefp) json_t *stored = NULL, *draft = NULL;

	if (representation_load(c, call, r, id, &stored, err) < 0)
		return -1;
	draft = draft_of(r, stored);
	if (!draft)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (check_draft(c, call, r, draft, stored, err) == 0)
		return 0;
	if (err->code == ERR_INVALID)
		err->code = ERR_CONFLICT;
	return -1;
}

int operation_restore(const struct call *call, const struct resource *r, const char *id,
		      const struct idempotency *idempotency, struct written *written, struct error *err)
{
	_cleanup_(connection_abandonp) struct connection *open = NULL;
	int answered = write_begin_once(call, &idempotency, &open, written, err);

	if (answered != 0)
		return answered > 0 ? 0 : -1;
	if (check_deleted(open, call, r, id, err) < 0 || set_deleted(open, call, r, id, false, err) < 0 ||
	    check_return(open, call, r, id, err) < 0)
		return -1;
	return finish(&open, call, r, id, idempotency, 200, written, err);
}
