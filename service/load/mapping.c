/*
 * Cells to JSON. One small function for each way of reading a cell.
 */
#include "load/mapping.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

#include "core/banned.h"

/* The cell in hand. */
struct cell {
	const struct mapping *mapping;
	const struct column *column;
	const char *text;
	struct report *report;
	struct place place;
};

static json_t *refuse(const struct cell *c, const char *why)
{
	report_complaint(c->report, &c->place, "\"%s\": %s", c->text, why);
	return NULL;
}

static json_t *read_code(const struct cell *c, const char *code)
{
	char known[512] = "";
	size_t at = 0;

	if (!c->column->values || vocabulary_has(c->column->values, code))
		return json_string(code);
	for (size_t i = 0; i < c->column->values->n && at < sizeof known; i++)
		at += (size_t)snprintf(known + at, sizeof known - at, "%s%s", i ? ", " : "",
				       c->column->values->terms[i].code);
	report_complaint(c->report, &c->place, "\"%s\": is not a code known here; it must be one of: %s", code, known);
	return NULL;
}

static json_t *read_date(const struct cell *c)
{
	return text_is_date(c->text) ? json_string(c->text) : refuse(c, "write YYYY-MM-DD, a real day");
}

static json_t *read_int(const struct cell *c)
{
	int64_t number;

	if (text_to_int(c->text, &number) < 0)
		return refuse(c, "must be a whole number, such as 12");
	return json_integer(number);
}

static json_t *read_bool(const struct cell *c)
{
	if (strcmp(c->text, "true") == 0 || strcmp(c->text, "false") == 0)
		return json_boolean(c->text[0] == 't');
	return refuse(c, "must be true or false");
}

static json_t *resolve(const struct cell *c, const char *key)
{
	const char *id = c->mapping->resolve(c->mapping->data, c->column->ref, key);

	if (id)
		return json_string(id);
	report_complaint(c->report, &c->place, "\"%s\": there is no such %s; correct it, or load that one first", key,
			 resources[c->column->ref]->name);
	return NULL;
}

static json_t *read_item(const struct cell *c, const char *text)
{
	return c->column->how == COL_REFS ? resolve(c, text) : read_code(c, text);
}

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " ");
	for (len = strlen(text); len > 0 && text[len - 1] == ' '; len--)
		text[len - 1] = '\0';
	return text;
}

/* a;b;c */
static json_t *read_list(const struct cell *c)
{
	char *copy = strdup(c->text);
	json_t *list = json_array();
	char *rest = copy, *item;

	while ((item = strsep(&rest, ";"))) {
		item = trim(item);
		if (*item == '\0')
			refuse(c, "has an empty item; write the items with one ; between them");
		else
			(void)json_array_append_new(list, read_item(c, item));
	}
	free(copy);
	return list;
}

json_t *mapping_external(const char *key)
{
	const char *ref = strchr(key, ':');
	json_t *refs;

	if (!ref || ref == key || ref[1] == '\0')
		return NULL;
	refs = json_object();
	(void)json_object_setn_new(refs, key, (size_t)(ref - key), json_string(ref + 1));
	return refs;
}

static json_t *read_external(const struct cell *c)
{
	json_t *refs = mapping_external(c->text);

	return refs ? refs : refuse(c, "must be system:ref, such as ofsted:50004273");
}

static json_t *read_cell(const struct cell *c)
{
	switch (c->column->how) {
	case COL_INT:
		return read_int(c);
	case COL_BOOL:
		return read_bool(c);
	case COL_DATE:
		return read_date(c);
	case COL_CODE:
		return read_code(c, c->text);
	case COL_LIST:
	case COL_REFS:
		return read_list(c);
	case COL_REF:
		return resolve(c, c->text);
	case COL_EXTERNAL:
		return read_external(c);
	case COL_INSPECTOR:
		return json_pack("[{s:s, s:s, s:s}]", "name", c->text, "role", "lead inspector", "body", "Ofsted");
	default:
		return json_string(c->text);
	}
}

static bool is_list(enum column_how how)
{
	return how == COL_LIST || how == COL_REFS || how == COL_INSPECTOR;
}

/* What clears the member, as leaving it out of a POST would. NULL: it cannot be cleared. */
static json_t *empty_value(const struct mapping *m, const struct column *column, const char *member)
{
	const struct field *f = m->resource ? resource_field(m->resource, member) : NULL;

	if (is_list(column->how))
		return json_array();
	if (f && f->initial)
		return f->type == F_BOOL ? json_boolean(f->initial[0] == 't') : json_string(f->initial);
	return !f || (f->flags & NULLABLE) ? json_null() : NULL;
}

json_t *mapping_body(const struct mapping *m, const json_t *cells, const struct place *row, struct report *report)
{
	json_t *body = json_object();

	for (size_t i = 0; i < m->columns.n; i++) {
		const struct column *column = &m->columns.column[i];
		const char *member = column->member ? column->member : column->name;
		struct cell c = {
			m, column, member_text(cells, column->name), report, { row->path, row->line, column->name }
		};
		json_t *value;

		if (column->how == COL_MOVE || column->how == COL_OWNER)
			continue;
		if (!c.text && (column->flags & COL_REQUIRED))
			report_complaint(report, &c.place, "is required");
		value = c.text ? read_cell(&c) : empty_value(m, column, member);
		if (value)
			(void)json_object_set_new(body, member, value);
	}
	return body;
}

const struct column *mapping_column(struct column_list columns, const char *member)
{
	for (size_t i = 0; i < columns.n; i++) {
		const struct column *column = &columns.column[i];

		if (strcmp(column->member ? column->member : column->name, member) == 0)
			return column;
	}
	return NULL;
}

void mapping_key(struct column_list columns, const json_t *cells, char out[MAPPING_KEY_SIZE])
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < columns.n && at < MAPPING_KEY_SIZE; i++) {
		const char *text = member_text(cells, columns.column[i].name);

		if (columns.column[i].flags & COL_KEY)
			at += (size_t)snprintf(out + at, MAPPING_KEY_SIZE - at, "%s%s", at ? "|" : "",
					       text ? text : "");
	}
}
