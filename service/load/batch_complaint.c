/*
 * What an operation complains of, traced back to the cell or the member of a file
 * that it is about.
 */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "load/batch.h"

#include "core/banned.h"

#define SHOWN_BYTES 80

/* With the text that is meant, where there is one. */
static void complain_of(struct report *report, const struct place *place, const char *text, const char *detail)
{
	size_t len = text ? strlen(text) : 0;

	if (!text)
		report_complaint(report, place, "%s", detail);
	else if (len <= SHOWN_BYTES)
		report_complaint(report, place, "\"%s\": %s", text, detail);
	else
		report_complaint(report, place, "\"%.*s…\": %s", (int)text_cut(text, SHOWN_BYTES), text, detail);
}

static void complain_of_cell(struct report *report, const struct place *place, const json_t *cells, const char *detail)
{
	complain_of(report, place, place->column ? member_text(cells, place->column) : NULL, detail);
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

		complain_of_cell(report, &place, part->cells, c->detail);
	} else {
		struct place place = { b->path, item->row->line, column_behind(b, c->pointer, name) };

		complain_of_cell(report, &place, item->row->cells, c->detail);
	}
}

/* "/boards/1/board_id" of a line's body, or "" for the whole of it. */
static const json_t *value_at(const json_t *value, const char *pointer)
{
	char segment[64];
	int64_t i;

	while ((pointer = split_pointer(pointer, segment)))
		value = json_is_array(value) && text_to_int(segment, &i) == 0 && i >= 0
				? json_array_get(value, (size_t)i)
				: json_object_get(value, segment);
	return value;
}

static void complain_in_line(const struct batch *b, const struct item *item, const json_t *object, const char *prefix,
			     const struct complaint *c, struct report *report)
{
	char column[sizeof c->pointer + 32];
	struct place place = { b->path, item->row->line, column };

	(void)snprintf(column, sizeof column, "%s%s", prefix, c->pointer + (*c->pointer == '/' && *prefix == '\0'));
	complain_of(report, &place, *c->pointer ? json_string_value(value_at(object, c->pointer)) : NULL, c->detail);
}

void batch_complain(const struct batch *b, const struct item *item, const struct error *err, struct report *report)
{
	const json_t *body = json_object_get(item->row->cells, "body");
	struct place place = { b->path, item->row->line, NULL };

	if (err->n_complaints == 0)
		report_failure(report, &place, err);
	for (size_t i = 0; i < err->n_complaints && i < ERROR_COMPLAINTS_MAX; i++)
		if (step_is_lines(b->step))
			complain_in_line(b, item, body, "", &err->complaint[i], report);
		else
			complain_at(b, item, &err->complaint[i], report);
}

void batch_complain_then(const struct batch *b, const struct item *item, size_t step, const struct error *err,
			 struct report *report)
{
	const json_t *then = json_object_get(item->row->cells, "then");
	char prefix[32];
	struct place place = { b->path, item->row->line, prefix };

	(void)snprintf(prefix, sizeof prefix, "then/%zu", step);
	if (err->n_complaints == 0)
		report_failure(report, &place, err);
	for (size_t i = 0; i < err->n_complaints && i < ERROR_COMPLAINTS_MAX; i++)
		complain_in_line(b, item, json_array_get(then, step), prefix, &err->complaint[i], report);
}
