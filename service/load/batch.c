/*
 * Rows of a step: parts put with their owners, keys that may stand once only, and
 * bodies.
 */
#include "load/batch.h"

#include <stdio.h>
#include <string.h>

#include "load/lines.h"
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
		json_decref(b->items[i].then);
	}
	free(b->items);
	json_decref(b->by_key);
	*b = (struct batch){ 0 };
}

/* Where keys of this resource are, or would be. */
static json_t *keys_of(const struct batch *b, const struct resource *r)
{
	const char *name = r ? r->plural : "";

	if (!json_object_get(b->by_key, name))
		(void)json_object_set_new(b->by_key, name, json_object());
	return json_object_get(b->by_key, name);
}

static void index_item(struct batch *b, size_t i, struct report *report)
{
	const struct item *item = &b->items[i];
	struct place place = { b->path, item->row->line, NULL };
	json_t *keys = keys_of(b, item->resource);
	char cells[MAPPING_KEY_SIZE];
	const char *key = step_is_lines(b->step) ? item->key : cells;
	const json_t *earlier;

	mapping_key(b->step->columns, item->row->cells, cells);
	earlier = json_object_get(keys, key);
	if (earlier)
		report_complaint(report, &place, "\"%s\" stands in line %zu already", key,
				 b->items[json_integer_value(earlier)].row->line);
	else
		(void)json_object_set_new(keys, key, json_integer((json_int_t)i));
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
	const json_t *number = owner ? json_object_get(keys_of(b, b->step->resource), owner) : NULL;

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

static struct item make_item(const struct batch *b, const struct csv_table_row *row)
{
	const struct step *step = b->step;

	return (struct item){
		.row = row,
		.resource = step_is_lines(b->step) ? lines_resource(row->cells) : step->resource,
		.key = member_text(row->cells, step_is_lines(b->step) ? "ref" : step->columns.column[0].name),
		.parts = step->part ? json_array() : NULL,
		.part_rows = step->part ? json_array() : NULL,
	};
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
		b.items[i] = make_item(&b, &table->rows[i]);
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
	size_t end; /* rows of this file from here on are not to be referred to */
	bool waits; /* for a row of this file that is not written yet */
	bool lost;  /* refers to what was deleted */
	char stand_in[37];
};

static struct resolving resolving_of(const struct batch *b, const struct item *item, const struct known *known)
{
	return (struct resolving){ .batch = b,
				   .known = known,
				   .end = step_is_lines(b->step) ? (size_t)(item - b->items) : b->n };
}

/* Stands for the id of a row still to be written: has the form of one, and is no other row's. */
static const char *stand_in(struct resolving *r, size_t number)
{
	(void)snprintf(r->stand_in, sizeof r->stand_in, "00000000-0000-7000-8000-%012zx", number & 0xffffffffffff);
	return r->stand_in;
}

static const char *resolve(void *data, enum resource_id target, const char *key)
{
	struct resolving *r = data;
	const json_t *number = json_object_get(keys_of(r->batch, resources[target]), key);
	size_t i = number ? (size_t)json_integer_value(number) : r->end;
	struct known_row row;

	if (known_find(r->known, target, key, &row)) {
		r->lost = r->lost || row.deleted;
		return row.id;
	}
	if (i >= r->end)
		return NULL;
	if (r->batch->items[i].state == ITEM_LEFT)
		r->lost = true;
	else
		r->waits = true;
	return resources[target]->own_key ? key : stand_in(r, i);
}

/* The body, in which rows still to come have a stand-in for an id; of lines, with what then happened. */
static json_t *map_item(const struct batch *b, const struct item *item, struct resolving *r, json_t **ret_then,
			struct report *report)
{
	struct mapping mapping = { b->step->columns, item->resource, resolve, r };
	struct place place = { b->path, item->row->line, NULL };
	struct lines_row line = { item->row->cells, &place, resolve, r };
	json_t *body;

	*ret_then = step_is_lines(b->step) ? lines_then(&line, report) : NULL;
	if (step_is_lines(b->step))
		return lines_body(&line, report);
	body = mapping_body(&mapping, item->row->cells, &place, report);
	if (item->parts)
		(void)json_object_set(body, b->step->part->member, item->parts);
	return body;
}

static void keep_body(struct item *item, const struct resolving *r, json_t *body, json_t *then)
{
	if (r->lost) {
		item->state = ITEM_LEFT;
	} else if (!r->waits && !item->body) {
		item->body = json_incref(body);
		item->then = json_incref(then);
	}
}

int batch_body(struct batch *b, struct item *item, const struct known *known, struct report *report)
{
	struct resolving r = resolving_of(b, item, known);
	unsigned before = report->complaints;
	_cleanup_(json_decrefp) json_t *then = NULL;
	_cleanup_(json_decrefp) json_t *body = map_item(b, item, &r, &then, report);

	if (report->complaints > before)
		return -1;
	keep_body(item, &r, body, then);
	return 0;
}

/* Whether a row of CSV begins in its status, rather than being moved there. */
static bool begins_in_status(const struct batch *b, const struct item *item, const struct field *status)
{
	const struct status_step *way[PATH_STEPS_MAX];
	const char *to = batch_move(b, item, "to");

	if (step_is_lines(b->step) || !to || !status || !(status->flags & CREATE_ONLY))
		return false;
	return !batch_move(b, item, "on") || path_find(item->resource->status, status->initial, to, way) < 0;
}

json_t *batch_creation(const struct batch *b, const struct item *item, const json_t *body)
{
	json_t *creation = json_copy((json_t *)body);

	if (begins_in_status(b, item, resource_field(item->resource, "status")))
		(void)json_object_set_new(creation, "status", json_string(batch_move(b, item, "to")));
	return creation;
}

static void check_form(const struct batch *b, const struct item *item, const json_t *body, struct report *report)
{
	_cleanup_(json_decrefp) json_t *creation = batch_creation(b, item, body);
	_cleanup_(json_decrefp) json_t *draft = NULL;
	struct error err = { 0 };

	if (draft_create(item->resource, creation, &draft, &err) < 0)
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

/* A line may speak of a row that is there already, and of part of it only. */
static bool is_known(const struct batch *b, const struct item *item, const struct known *known)
{
	struct known_row row;

	return step_is_lines(b->step) && known_find(known, item->resource->id, item->key, &row);
}

int batch_check(struct batch *b, const struct known *known, struct report *report)
{
	unsigned before = report->complaints;

	for (size_t i = 0; i < b->n; i++) {
		struct item *item = &b->items[i];
		struct resolving r = resolving_of(b, item, known);
		unsigned so_far = report->complaints;
		_cleanup_(json_decrefp) json_t *then = NULL;
		_cleanup_(json_decrefp) json_t *body = map_item(b, item, &r, &then, report);

		if (item->resource && report->complaints == so_far && !is_known(b, item, known))
			check_form(b, item, body, report);
		check_key(b, item, report);
		keep_body(item, &r, body, then);
	}
	return report->complaints > before ? -1 : 0;
}

const char *batch_move(const struct batch *b, const struct item *item, const char *what)
{
	const struct column *column = mapping_column(b->step->columns, what);

	if (step_is_lines(b->step))
		return lines_move(item->row->cells, what);
	return column && column->how == COL_MOVE ? member_text(item->row->cells, column->name) : NULL;
}

bool batch_owner(const struct batch *b, const struct item *item, const struct known *known, struct known_row *ret_row)
{
	/* A finding is its inspection's by its own rules; others that name an inspection name one of their authority. */
	const char *member = item->resource->belongs_to ? item->resource->belongs_to : "inspection_id";
	const struct field *f = resource_field(item->resource, member);
	const struct column *column = mapping_column(b->step->columns, member);
	const char *key = column ? member_text(item->row->cells, column->name) : NULL;

	if (step_is_lines(b->step))
		key = lines_reference(item->row->cells, member);
	return f && key && known_find(known, f->ref, key, ret_row);
}
