/*
 * Rows of a step: parts put with their owners, keys that may stand once only,
 * bodies, and complaints traced back to the cell they are about.
 */
#include "load/batch.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "load/path.h"
#include "resource/draft.h"

#include "core/banned.h"

/* --- making -------------------------------------------------------------------- */

void batch_done(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		json_decref(b->items[i].parts);
		json_decref(b->items[i].part_rows);
		json_decref(b->items[i].body);
	}
	free(b->items);
	json_decref(b->by_key);
	*b = (struct batch){ 0 };
}

static void index_item(struct batch *b, size_t i, struct report *report)
{
	struct place place = { b->path, b->items[i].row->line, NULL };
	char key[MAPPING_KEY_SIZE];
	const json_t *earlier;

	mapping_key(b->step->columns, b->items[i].row->cells, key);
	earlier = json_object_get(b->by_key, key);
	if (earlier)
		report_complaint(report, &place, "\"%s\" stands in line %zu already", key,
				 b->items[json_integer_value(earlier)].row->line);
	else
		(void)json_object_set_new(b->by_key, key, json_integer((json_int_t)i));
}

static const struct column *owner_column(const struct step_part *part)
{
	for (size_t i = 0; i < part->columns.n; i++)
		if (part->columns.column[i].how == COL_OWNER)
			return &part->columns.column[i];
	return NULL;
}

/* A part's columns refer to nothing; its resolver is never asked. */
static json_t *part_body(const struct batch *b, const struct csv_table_row *row, struct report *report)
{
	struct mapping mapping = { .columns = b->step->part->columns };
	struct place place = { b->part_path, row->line, NULL };

	return mapping_body(&mapping, row->cells, &place, report);
}

static void add_part(struct batch *b, size_t i, struct report *report)
{
	const struct column *column = owner_column(b->step->part);
	const struct csv_table_row *row = &b->part_table->rows[i];
	const char *owner = member_text(row->cells, column->name);
	struct place place = { b->part_path, row->line, column->name };
	const json_t *number = owner ? json_object_get(b->by_key, owner) : NULL;

	if (!owner)
		report_complaint(report, &place, "is required");
	else if (!number)
		report_complaint(report, &place, "\"%s\": %s has no such row; correct it, or add that row", owner,
				 b->step->file);
	else {
		struct item *item = &b->items[json_integer_value(number)];

		(void)json_array_append_new(item->parts, part_body(b, row, report));
		(void)json_array_append_new(item->part_rows, json_integer((json_int_t)i));
	}
}

int batch_make(const struct step *step, const struct csv_table *table, const struct csv_table *part_table,
	       const char *path, const char *part_path, struct report *report, struct batch *ret_batch)
{
	struct batch b = {
		.step = step, .path = path, .part_path = part_path, .part_table = part_table, .n = table->n
	};
	unsigned before = report->complaints;

	b.items = calloc(b.n + 1, sizeof *b.items);
	b.by_key = json_object();
	for (size_t i = 0; b.items && i < b.n; i++) {
		b.items[i] = (struct item){ .row = &table->rows[i],
					    .parts = step->part ? json_array() : NULL,
					    .part_rows = step->part ? json_array() : NULL };
		index_item(&b, i, report);
	}
	for (size_t i = 0; step->part && b.items && i < part_table->n; i++)
		add_part(&b, i, report);
	if (report->complaints > before || !b.items) {
		b.n = b.items ? b.n : 0;
		batch_done(&b);
		return -1;
	}
	*ret_batch = b;
	return 0;
}

/* --- bodies ---------------------------------------------------------------------- */

struct resolving {
	const struct batch *batch;
	const struct known *known;
	bool waits; /* for a row of this file that is not written yet */
	bool lost;  /* refers to what was deleted */
	char stand_in[37];
};

/* Stands for the id of a row still to be written: has the form of one, and is no other row's. */
static const char *stand_in(struct resolving *r, json_int_t number)
{
	(void)snprintf(r->stand_in, sizeof r->stand_in, "00000000-0000-7000-8000-%012llx",
		       (unsigned long long)number & 0xffffffffffff);
	return r->stand_in;
}

static const char *resolve(void *data, const struct column *column, const char *key)
{
	struct resolving *r = data;
	const struct resource *own = r->batch->step->resource;
	struct known_row row;
	const json_t *number;

	if (known_find(r->known, column->ref, key, &row)) {
		r->lost = r->lost || row.deleted;
		return row.id;
	}
	number = own && own->id == column->ref ? json_object_get(r->batch->by_key, key) : NULL;
	if (!number)
		return NULL;
	if (r->batch->items[json_integer_value(number)].state == ITEM_LEFT)
		r->lost = true;
	else
		r->waits = true;
	return own->own_key ? key : stand_in(r, json_integer_value(number));
}

/* The body, in which rows still to come have a stand-in for an id. */
static json_t *map_item(const struct batch *b, const struct item *item, struct resolving *r, struct report *report)
{
	struct mapping mapping = { b->step->columns, b->step->resource, resolve, r };
	struct place place = { b->path, item->row->line, NULL };
	json_t *body = mapping_body(&mapping, item->row->cells, &place, report);

	if (item->parts)
		(void)json_object_set(body, b->step->part->member, item->parts);
	return body;
}

static void keep_body(struct item *item, const struct resolving *r, json_t *body)
{
	if (r->lost)
		item->state = ITEM_LEFT;
	else if (!r->waits && !item->body)
		item->body = json_incref(body);
}

int batch_body(struct batch *b, struct item *item, const struct known *known, struct report *report)
{
	struct resolving r = { .batch = b, .known = known };
	unsigned before = report->complaints;
	_cleanup_(json_decrefp) json_t *body = map_item(b, item, &r, report);

	if (report->complaints > before)
		return -1;
	keep_body(item, &r, body);
	return 0;
}

bool batch_has_day(const struct batch *b, const struct item *item)
{
	for (size_t i = 0; i < b->step->columns.n; i++) {
		const struct column *column = &b->step->columns.column[i];

		if ((column->flags & COL_DAY) && member_text(item->row->cells, column->name))
			return true;
	}
	return false;
}

/* Whether the row begins in its status, rather than being moved there. */
static bool begins_in_status(const struct batch *b, const struct item *item, const struct field *status)
{
	const struct status_step *way[PATH_STEPS_MAX];
	const char *to = batch_move(b, item, "to");

	if (!to || !status || !(status->flags & CREATE_ONLY))
		return false;
	return !batch_move(b, item, "on") || batch_has_day(b, item) ||
	       path_find(b->step->resource->status, status->initial, to, way) < 0;
}

json_t *batch_creation(const struct batch *b, const struct item *item, const json_t *body)
{
	json_t *creation = json_copy((json_t *)body);

	if (begins_in_status(b, item, resource_field(b->step->resource, "status")))
		(void)json_object_set_new(creation, "status", json_string(batch_move(b, item, "to")));
	return creation;
}

static void check_form(const struct batch *b, const struct item *item, const json_t *body, struct report *report)
{
	_cleanup_(json_decrefp) json_t *creation = batch_creation(b, item, body);
	_cleanup_(json_decrefp) json_t *draft = NULL;
	struct error err = { 0 };

	if (draft_create(b->step->resource, creation, &draft, &err) < 0)
		batch_complain(b, item, &err, report);
}

/* What is kept in a table of its own has no field table, but an address all the same. */
static void check_key(const struct batch *b, const struct item *item, struct report *report)
{
	struct place place = { b->path, item->row->line, "id" };
	const char *id = member_text(item->row->cells, "id");

	if (b->step->remakes && id && !resource_has_key_form(resources[b->step->remakes], id))
		report_complaint(report, &place,
				 "\"%s\": must be a code of lower-case letters, digits, hyphens and underscores", id);
}

int batch_check(struct batch *b, const struct known *known, struct report *report)
{
	unsigned before = report->complaints;

	for (size_t i = 0; i < b->n; i++) {
		struct item *item = &b->items[i];
		struct resolving r = { .batch = b, .known = known };
		unsigned so_far = report->complaints;
		_cleanup_(json_decrefp) json_t *body = map_item(b, item, &r, report);

		if (b->step->resource && report->complaints == so_far)
			check_form(b, item, body, report);
		check_key(b, item, report);
		keep_body(item, &r, body);
	}
	return report->complaints > before ? -1 : 0;
}

const char *batch_move(const struct batch *b, const struct item *item, const char *what)
{
	const struct column *column = mapping_column(b->step->columns, what);

	return column && column->how == COL_MOVE ? member_text(item->row->cells, column->name) : NULL;
}

/* --- complaints ------------------------------------------------------------------- */

#define SHOWN_BYTES 80

static void complain_of(struct report *report, const struct place *place, const json_t *cells, const char *detail)
{
	const char *text = place->column ? member_text(cells, place->column) : NULL;
	size_t len = text ? strlen(text) : 0;

	if (!text)
		report_complaint(report, place, "%s", detail);
	else if (len <= SHOWN_BYTES)
		report_complaint(report, place, "\"%s\": %s", text, detail);
	else
		report_complaint(report, place, "\"%.*s…\": %s", (int)text_cut(text, SHOWN_BYTES), text, detail);
}

/* The first segment of a JSON Pointer; what follows it, or NULL. Codes and names here have nothing to unescape. */
static const char *split_pointer(const char *pointer, char segment[64])
{
	size_t len = *pointer == '/' ? strcspn(pointer + 1, "/") : 0;

	(void)snprintf(segment, 64, "%.*s", (int)len, pointer + 1);
	return len > 0 ? pointer + 1 + len : NULL;
}

/* "/judgements/3/grade" is about a cell of the part's file. */
static bool is_of_part(const struct batch *b, const struct item *item, const char *pointer, size_t *ret_row,
		       char member[64])
{
	char list[64], number[64];
	int64_t i;

	pointer = split_pointer(pointer, list);
	if (!pointer || !b->step->part || strcmp(list, b->step->part->member) != 0)
		return false;
	pointer = split_pointer(pointer, number);
	if (!pointer || text_to_int(number, &i) < 0 || i < 0 || (size_t)i >= json_array_size(item->part_rows))
		return false;
	*ret_row = (size_t)json_integer_value(json_array_get(item->part_rows, (size_t)i));
	(void)split_pointer(pointer, member);
	return true;
}

/* The column behind "/theme_ids/2" is theme_ids, that behind "/external_refs/ofsted" is ref. */
static const char *column_behind(const struct batch *b, const char *pointer, char name[64])
{
	const struct column *column;

	if (!split_pointer(pointer, name))
		return NULL;
	column = mapping_column(b->step->columns, strcmp(name, "status") == 0 ? "to" : name);
	return column ? column->name : name;
}

static void complain_at(const struct batch *b, const struct item *item, const struct complaint *c,
			struct report *report)
{
	char name[64];
	size_t row;

	if (is_of_part(b, item, c->pointer, &row, name)) {
		const struct csv_table_row *part = &b->part_table->rows[row];
		struct place place = { b->part_path, part->line, name };

		complain_of(report, &place, part->cells, c->detail);
	} else {
		struct place place = { b->path, item->row->line, column_behind(b, c->pointer, name) };

		complain_of(report, &place, item->row->cells, c->detail);
	}
}

void batch_complain(const struct batch *b, const struct item *item, const struct error *err, struct report *report)
{
	struct place place = { b->path, item->row->line, NULL };

	if (err->n_complaints == 0)
		report_failure(report, &place, err);
	for (size_t i = 0; i < err->n_complaints && i < ERROR_COMPLAINTS_MAX; i++)
		complain_at(b, item, &err->complaint[i], report);
}
