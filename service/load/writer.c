/*
 * Rows to rows: each is created, changed where the loader wrote it last, or left.
 */
#include "load/writer.h"

#include <string.h>

#include "load/path.h"

#include "core/banned.h"

#define REASON_CHANGED "the loaded file has changed"
#define REASON_MOVED   "as the loaded file records it"

/* The version in an ETag: "<version>.<digest>" with its quotes. */
static uint64_t version_of(const char *etag)
{
	return strtoull(etag + (*etag == '"'), NULL, 10);
}

static const char *key_of(const struct batch *b, const struct item *item)
{
	return member_text(item->row->cells, b->step->columns.column[0].name);
}

static struct call with_reason(const struct session *s, const char *reason)
{
	struct call call = s->call;

	call.context.reason = reason;
	return call;
}

/* --- statuses ------------------------------------------------------------------- */

static int refuse_move(struct session *s, const struct batch *b, const struct item *item, const char *from,
		       const char *to)
{
	struct error err = { 0 };
	char next[256];

	status_allowed_json(b->step->resource->status, from, next, sizeof next);
	error_add(&err, ERR_CONFLICT, IN_BODY, "/status", "not_allowed",
		  "the %s is %s, from where no way leads to %s; what can follow: %s", b->step->resource->name, from, to,
		  next);
	batch_complain(b, item, &err, &s->report);
	return -1;
}

static int move_once(struct session *s, const struct batch *b, const struct item *item, const char *id,
		     const struct status_step *step, struct written *written)
{
	const char *reason = batch_move(b, item, "reason");
	const struct if_match if_match = { .any = true };
	_cleanup_(json_decrefp)
		json_t *body = json_pack("{s:s, s:s*, s:s*}", "to", step->to, "on", batch_move(b, item, "on"), "reason",
					 reason || !step->needs_reason ? reason : REASON_MOVED);
	struct error err = { 0 };

	buf_reset(&written->body);
	if (operation_move(&s->call, b->step->resource, id, &if_match, body, NULL, written, &err) == 0)
		return 0;
	batch_complain(b, item, &err, &s->report);
	return -1;
}

/* A day that was recorded with a move stays: what the file would have it be now must not be lost in silence. */
static int check_day(struct session *s, const struct batch *b, const struct item *item, const json_t *row)
{
	const char *on = batch_move(b, item, "on"), *since = member_text(row, "status_on");
	struct error err = { 0 };

	if (!on || !since || strcmp(on, since) == 0 || batch_has_day(b, item))
		return 0;
	error_add(&err, ERR_CONFLICT, IN_BODY, "/on", "fixed",
		  "it has been %s since %s; loading does not change the day of a status, a transition back and on does",
		  member_text(row, "status"), since);
	batch_complain(b, item, &err, &s->report);
	return -1;
}

/* From the status that `written` shows to the one the file gives; adds nothing where they agree. */
static int move_along(struct session *s, const struct batch *b, const struct item *item, const char *id,
		      struct written *written)
{
	_cleanup_(json_decrefp) json_t *row = NULL;
	const struct status_step *way[PATH_STEPS_MAX];
	const char *to = batch_move(b, item, "to");
	int n;

	if (!to)
		return 0;
	row = json_loadb(written->body.data, written->body.len, 0, NULL);
	n = path_find(b->step->resource->status, member_text(row, "status"), to, way);
	if (n < 0)
		return refuse_move(s, b, item, member_text(row, "status"), to);
	if (n == 0)
		return check_day(s, b, item, row);
	for (int i = 0; i < n; i++)
		if (move_once(s, b, item, id, way[i], written) < 0)
			return -1;
	return 0;
}

/* --- one row ---------------------------------------------------------------------- */

static int create(struct session *s, const struct batch *b, const struct item *item, struct written *written)
{
	_cleanup_(json_decrefp) json_t *creation = batch_creation(b, item, item->body);
	struct call call = with_reason(s, batch_move(b, item, "reason"));
	struct known_row row = { .authority_id = member_text(item->body, "authority_id") };
	struct error err = { 0 };

	if (operation_create(&call, b->step->resource, NULL, creation, NULL, written, &err) < 0) {
		batch_complain(b, item, &err, &s->report);
		return -1;
	}
	if (call.validate_only)
		return 0;
	row.id = strrchr(written->location, '/') + 1;
	if (move_along(s, b, item, row.id, written) < 0)
		return -1;
	row.version = version_of(written->etag);
	known_add(s->known, b->step->resource->id, key_of(b, item), &row);
	return 0;
}

/* What the file says now, as a merge patch: what it does not speak of stays. */
static int change(struct session *s, const struct batch *b, const struct item *item, const struct known_row *row,
		  struct written *written)
{
	const struct if_match if_match = { .version = { row->version }, .n = 1 };
	struct error err = { 0 };

	if (resource_field(b->step->resource, "reason"))
		(void)json_object_set_new(item->body, "reason", json_string(REASON_CHANGED));
	if (operation_change(&s->call, b->step->resource, row->id, &if_match, item->body, written, &err) < 0) {
		batch_complain(b, item, &err, &s->report);
		return -1;
	}
	return s->call.validate_only ? 0 : move_along(s, b, item, row->id, written);
}

/* Another council may use the same reference for a row of its own: that one is not this one. */
static bool find(const struct session *s, const struct batch *b, const struct item *item, struct known_row *ret_row)
{
	const char *authority_id = member_text(item->body, "authority_id");

	if (!known_find(s->known, b->step->resource->id, key_of(b, item), ret_row))
		return false;
	return !ret_row->foreign || !authority_id || strcmp(authority_id, ret_row->authority_id) == 0;
}

static int write_item(struct session *s, const struct batch *b, struct item *item, struct written *written,
		      struct tally *tally)
{
	struct known_row row;

	if (!find(s, b, item, &row)) {
		item->state = ITEM_WRITTEN;
		tally->created++;
		return create(s, b, item, written);
	}
	if (row.deleted || row.foreign) {
		item->state = ITEM_LEFT;
		return 0;
	}
	item->state = ITEM_WRITTEN;
	if (change(s, b, item, &row, written) < 0)
		return -1;
	tally->changed += version_of(written->etag) != row.version;
	return 0;
}

/* --- on trial ------------------------------------------------------------------------- */

int writer_prepare(struct session *s, struct error *err)
{
	struct statement ask = {
		.sql = "SELECT DISTINCT CASE table_name WHEN 'authority' THEN '*' ELSE authority_id END "
		       "FROM inspectd.journal WHERE actor IS DISTINCT FROM 'loader' "
		       "AND table_name IN ('authority', 'inspection', 'finding', 'action')"
	};
	_cleanup_(result_freep) struct result *found = NULL;

	if (s->written_in)
		return 0;
	if (connection_run(s->connection, NULL, &ask, 1, &found, err) < 0)
		return -1;
	s->written_in = json_object();
	for (size_t i = 0; i < result_rows(found); i++)
		(void)json_object_set_new(s->written_in, result_text(found, i, 0), json_true());
	return 0;
}

/* The authority that a row belongs to, by itself or by its inspection; "*" for an authority. */
static const char *authority_of(const struct session *s, const struct batch *b, const struct item *item)
{
	const struct column *column = mapping_column(b->step->columns, "inspection_id");
	const char *key = column ? member_text(item->row->cells, column->name) : NULL;
	struct known_row inspection;

	if (b->step->resource->own_key)
		return "*";
	if (key && known_find(s->known, RES_INSPECTION, key, &inspection))
		return inspection.authority_id;
	return member_text(item->body, "authority_id");
}

static bool is_written_in(const struct session *s, const char *authority_id)
{
	return authority_id && json_object_get(s->written_in, authority_id);
}

/* A row that is left out is known, so that what refers to it is left out as well. */
static void leave_out(struct session *s, const struct batch *b, struct item *item)
{
	const struct known_row row = { .id = "00000000-0000-7000-8000-000000000000", .deleted = true };
	struct known_row there;

	item->state = ITEM_LEFT;
	item->refused = true;
	if (!find(s, b, item, &there))
		known_add(s->known, b->step->resource->id, key_of(b, item), &row);
}

static void try_item(struct session *s, const struct batch *b, struct item *item)
{
	struct tally ignored = { 0 };
	struct written written;
	int outcome;

	written_init(&written);
	outcome = write_item(s, b, item, &written, &ignored);
	written_done(&written);
	item->state = ITEM_WAITING;
	if (outcome < 0)
		leave_out(s, b, item);
}

void writer_try(struct session *s, struct batch *b)
{
	s->call.validate_only = s->report.lenient = true;
	for (size_t i = 0; i < b->n; i++) {
		struct item *item = &b->items[i];

		if (item->state == ITEM_WAITING && item->body && is_written_in(s, authority_of(s, b, item)))
			try_item(s, b, item);
	}
	s->call.validate_only = s->report.lenient = false;
}

/* --- all of them --------------------------------------------------------------------- */

/* Writes what can be written by now. Returns how many were dealt with, -1 on a complaint. */
static int write_ready(struct session *s, struct batch *b, struct tally *tally, size_t *done)
{
	size_t before = *done;

	for (size_t i = 0; i < b->n; i++) {
		struct item *item = &b->items[i];
		struct written written;
		int outcome = 0;

		if (item->state != ITEM_WAITING || item->body == NULL)
			continue;
		written_init(&written);
		outcome = write_item(s, b, item, &written, tally);
		written_done(&written);
		if (outcome < 0)
			return -1;
		report_count(&s->report, ++*done);
	}
	return (int)(*done - before);
}

/* Gives a body to what waited for a row that is there now. */
static int wake(struct session *s, struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->items[i].state == ITEM_WAITING && batch_body(b, &b->items[i], s->known, &s->report) < 0)
			return -1;
	return 0;
}

/* What still waits now refers to itself, or rows refer to each other. */
static int end(struct session *s, const struct batch *b, struct tally *tally)
{
	int outcome = 0;

	for (size_t i = 0; i < b->n; i++) {
		struct place place = { b->path, b->items[i].row->line, NULL };

		tally->left += b->items[i].state == ITEM_LEFT;
		tally->refused += b->items[i].refused;
		if (b->items[i].state != ITEM_WAITING)
			continue;
		report_complaint(&s->report, &place, "refers to itself by way of other rows of this file");
		outcome = -1;
	}
	return outcome;
}

int writer_run(struct session *s, struct batch *b, struct tally *tally)
{
	size_t done = 0;
	int dealt_with;

	do {
		dealt_with = write_ready(s, b, tally, &done);
		if (dealt_with < 0 || wake(s, b) < 0)
			return -1;
	} while (dealt_with > 0);
	return end(s, b, tally);
}
