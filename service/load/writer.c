/*
 * Rows to rows: each is created, changed where the loader wrote it last, or left.
 */
#include "load/writer.h"

#include <stdio.h>
#include <string.h>

#include "load/lines.h"
#include "load/path.h"
#include "resource/registry.h"

#include "core/banned.h"

#define REASON_CHANGED "the loaded file has changed"
#define REASON_MOVED   "as the loaded file records it"

/* The version in an ETag: "<version>.<digest>" with its quotes. */
static uint64_t version_of(const char *etag)
{
	return strtoull(etag + (*etag == '"'), NULL, 10);
}

/* --- statuses ------------------------------------------------------------------- */

static int refuse_move(struct session *s, const struct batch *b, const struct item *item, const char *from,
		       const char *to)
{
	struct error err = { 0 };
	char next[256];

	status_allowed_json(item->resource->status, from, next, sizeof next);
	error_add(&err, ERR_CONFLICT, IN_BODY, "/status", "not_allowed",
		  "the %s is %s, from where no way leads to %s; what can follow: %s", resource_noun(item->resource),
		  from, to, next);
	batch_complain(b, item, &err, &s->report);
	return -1;
}

/* As the file tells it, with all that it brings; other steps on the way get what it says of the last. */
static json_t *move_body(const struct batch *b, const struct item *item, const struct status_step *step)
{
	const char *reason = batch_move(b, item, "reason");
	json_t *told;
	size_t i;

	json_array_foreach(item->then, i, told)
		if (member_text(told, "to") && strcmp(member_text(told, "to"), step->to) == 0)
			return json_incref(told);
	return json_pack("{s:s, s:s*, s:s*}", "to", step->to, "on", batch_move(b, item, "on"), "reason",
			 reason || !step->needs_reason ? reason : REASON_MOVED);
}

static int move_once(struct session *s, const struct batch *b, const struct item *item, const char *id,
		     const struct status_step *step, struct written *written)
{
	const struct if_match if_match = { .any = true };
	_cleanup_(json_decrefp) json_t *body = move_body(b, item, step);
	struct error err = { 0 };

	buf_reset(&written->body);
	if (operation_move(&s->call, item->resource, id, &if_match, body, NULL, written, &err) == 0)
		return 0;
	batch_complain(b, item, &err, &s->report);
	return -1;
}

/*
 * A day that was recorded with a move stays, and what the file would have it be now is told, not lost in silence.
 * In reference data one of the two is wrong; the worked example may have been loaded by an earlier version.
 */
static int check_day(struct session *s, const struct batch *b, const struct item *item, const json_t *row)
{
	const char *on = batch_move(b, item, "on"), *since = member_text(row, "status_on");
	bool lenient = s->report.lenient;
	struct error err = { 0 };

	if (!on || !since || strcmp(on, since) == 0)
		return 0;
	error_add(&err, ERR_CONFLICT, IN_BODY, "/on", "fixed",
		  "it has been %s since %s; loading does not change the day of a status", member_text(row, "status"),
		  since);
	s->report.lenient = lenient || b->step->sample;
	batch_complain(b, item, &err, &s->report);
	s->report.lenient = lenient;
	return b->step->sample ? 0 : -1;
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
	n = path_find(item->resource->status, member_text(row, "status"), to, way);
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

/* What happened to it afterwards, step by step. */
static int follow(struct session *s, const struct batch *b, const struct item *item, const char *id,
		  struct written *written)
{
	const struct if_match if_match = { .any = true };
	struct error err = { 0 };
	const json_t *step;
	size_t i;

	json_array_foreach(item->then, i, step) {
		int outcome;

		buf_reset(&written->body);
		if (json_object_get(step, "to"))
			outcome = operation_move(&s->call, item->resource, id, &if_match, step, NULL, written, &err);
		else
			outcome = operation_change(&s->call, item->resource, id, &if_match, step, written, &err);
		if (outcome < 0) {
			batch_complain_then(b, item, i, &err, &s->report);
			return -1;
		}
	}
	return move_along(s, b, item, id, written);
}

/* As it was written: its authority may be that of the row it belongs to. */
static void keep(struct session *s, const struct item *item, const char *id, const struct written *written)
{
	_cleanup_(json_decrefp) json_t *shown = json_loadb(written->body.data, written->body.len, 0, NULL);
	struct known_row row = { .id = id,
				 .authority_id = member_text(shown, "authority_id"),
				 .version = version_of(written->etag) };

	known_add(s->known, item->resource->id, item->key, &row);
}

static int create(struct session *s, const struct batch *b, const struct item *item, struct written *written)
{
	_cleanup_(json_decrefp) json_t *creation = batch_creation(b, item, item->body);
	const char *id;
	struct error err = { 0 };

	if (operation_create(&s->call, item->resource, NULL, creation, NULL, written, &err) < 0) {
		batch_complain(b, item, &err, &s->report);
		return -1;
	}
	if (s->call.validate_only)
		return 0;
	id = strrchr(written->location, '/') + 1;
	if (follow(s, b, item, id, written) < 0)
		return -1;
	keep(s, item, id, written);
	return 0;
}

/* What the file says now, as a merge patch: what it does not speak of stays. */
static int change(struct session *s, const struct batch *b, const struct item *item, const struct known_row *row,
		  struct written *written)
{
	const struct if_match if_match = { .version = { row->version }, .n = 1 };
	_cleanup_(json_decrefp) json_t *patch = item->then ? lines_outcome(item->body, item->then)
							   : json_copy(item->body);
	const char *reason = member_text(item->body, "reason");
	struct error err = { 0 };

	if (resource_field(item->resource, "reason"))
		(void)json_object_set_new(patch, "reason", json_string(reason ? reason : REASON_CHANGED));
	if (operation_change(&s->call, item->resource, row->id, &if_match, patch, written, &err) < 0) {
		batch_complain(b, item, &err, &s->report);
		return -1;
	}
	if (s->call.validate_only)
		return 0;
	if (move_along(s, b, item, row->id, written) < 0)
		return -1;
	keep(s, item, row->id, written); /* a later file may have more to say of it */
	return 0;
}

/* What is told once and never edited: once written, it stays as it is. */
static bool is_told_once(const struct resource *r)
{
	return r->id == RES_UPDATE || r->id == RES_EXTENSION;
}

/* Another council may use the same reference for a row of its own, or for one that is everybody's: that is not this one. */
static bool find(const struct session *s, const struct item *item, struct known_row *ret_row)
{
	const char *authority_id = member_text(item->body, "authority_id");

	if (!known_find(s->known, item->resource->id, item->key, ret_row))
		return false;
	if (!ret_row->foreign)
		return true;
	if (authority_id && ret_row->authority_id)
		return strcmp(authority_id, ret_row->authority_id) == 0;
	/* One that belongs to another row does not say whose it is. */
	return !authority_id && (!item->resource->shared || !ret_row->authority_id);
}

static int write_item(struct session *s, const struct batch *b, struct item *item, struct written *written,
		      struct tally *tally)
{
	struct known_row row;

	if (!find(s, item, &row)) {
		item->state = ITEM_WRITTEN;
		tally->created++;
		return create(s, b, item, written);
	}
	if (row.deleted || row.foreign) {
		item->state = ITEM_LEFT;
		return 0;
	}
	item->state = ITEM_WRITTEN;
	if (is_told_once(item->resource))
		return 0;
	if (change(s, b, item, &row, written) < 0)
		return -1;
	tally->changed += version_of(written->etag) != row.version;
	return 0;
}

/* --- on trial ------------------------------------------------------------------------- */

/* "{authority,inspection,...}": the tables that both the loader and councils write. */
static void list_tables(char *out, size_t size)
{
	size_t at = 0;

	for (int i = RES_NONE + 1; i < RES_COUNT_ && at < size; i++)
		if (resources[i]->writable && (resources[i]->owned || resources[i]->own_key))
			at += (size_t)snprintf(out + at, size - at, "%c%s", at ? ',' : '{', resources[i]->name);
	(void)snprintf(out + at, size - at, "}");
}

int writer_prepare(struct session *s, struct error *err)
{
	char tables[512];
	struct statement ask = {
		.sql = "SELECT DISTINCT CASE table_name WHEN 'authority' THEN '*' ELSE authority_id END "
		       "FROM inspectd.journal WHERE actor IS DISTINCT FROM 'loader' AND table_name = ANY ($1::text[]) "
		       "AND op NOT IN ('read', 'erased') AND (authority_id IS NOT NULL OR table_name = 'authority')",
		.values = { tables },
		.n_values = 1
	};
	_cleanup_(result_freep) struct result *found = NULL;

	if (s->written_in)
		return 0;
	list_tables(tables, sizeof tables);
	if (connection_run(s->connection, NULL, &ask, 1, &found, err) < 0)
		return -1;
	s->written_in = json_object();
	for (size_t i = 0; i < result_rows(found); i++)
		(void)json_object_set_new(s->written_in, result_text(found, i, 0), json_true());
	return 0;
}

/* The authority that a row belongs to, by itself or by the row it belongs to; "*" for an authority. */
static const char *authority_of(const struct session *s, const struct batch *b, const struct item *item)
{
	struct known_row owner;

	if (item->resource->own_key)
		return "*";
	return batch_owner(b, item, s->known, &owner) ? owner.authority_id : member_text(item->body, "authority_id");
}

static bool is_written_in(const struct session *s, const char *authority_id)
{
	return authority_id && json_object_get(s->written_in, authority_id);
}

/* A row that is left out is known, so that what refers to it is left out as well. */
static void leave_out(struct session *s, struct item *item)
{
	const struct known_row row = { .id = "00000000-0000-7000-8000-000000000000", .deleted = true };
	struct known_row there;

	item->state = ITEM_LEFT;
	item->refused = true;
	if (!find(s, item, &there))
		known_add(s->known, item->resource->id, item->key, &row);
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
		leave_out(s, item);
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

/* Writes what can be written by now, which may be more with each row. Returns how many, -1 on a complaint. */
static int write_ready(struct session *s, struct batch *b, struct tally *tally, size_t *done)
{
	size_t before = *done;

	for (size_t i = 0; i < b->n; i++) {
		struct item *item = &b->items[i];
		struct written written;
		int outcome = 0;

		if (item->state == ITEM_WAITING && !item->body && batch_body(b, item, s->known, &s->report) < 0)
			return -1;
		if (item->state != ITEM_WAITING || !item->body)
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
		if (dealt_with < 0)
			return -1;
	} while (dealt_with > 0);
	return end(s, b, tally);
}
