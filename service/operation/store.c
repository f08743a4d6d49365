/*
 * Writing a draft: the row itself, then the lists that live in tables of their
 * own where they changed, in one round trip unless there are many. Which columns
 * there are follows from the resource table and from nothing else.
 */
#include <stdio.h>
#include <string.h>

#include "operation/internal.h"
#include "resource/draft.h"
#include "resource/number.h"

#include "core/banned.h"

/* --- values ------------------------------------------------------------------- */

static char *texts_literal(const json_t *list)
{
	const char **texts = calloc(json_array_size(list) + 1, sizeof(*texts));
	char *literal;
	size_t i;
	json_t *item;

	if (!texts)
		return NULL;
	json_array_foreach(list, i, item)
		texts[i] = json_string_value(item);
	literal = array_literal(texts, json_array_size(list));
	free(texts);
	return literal;
}

/* The text of a JSON value as PostgreSQL reads it; NULL for null. Owned by the builder. */
static const char *value_text(struct builder *b, const struct field *f, const json_t *value)
{
	char *text;

	if (!value || json_is_null(value))
		return NULL;
	if (json_is_string(value))
		return json_string_value(value);
	if (f->type == F_TEXTS)
		text = texts_literal(value);
	else
		text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(NUMBER_DIGITS));
	if (!text || b->n_owned == ARRAY_LEN(b->owned)) {
		free(text);
		b->failed = true;
		return NULL;
	}
	b->owned[b->n_owned++] = text;
	return text;
}

static bool is_written(const struct field *f, const json_t *draft)
{
	return field_is_column(f) && json_object_get(draft, f->name) != NULL && strcmp(f->name, "version") != 0 &&
	       f->type != F_TIME;
}

static const char *type_of(const struct resource *r, const struct field *f)
{
	return f->type == F_ID ? key_type(r) : sql_type(f);
}

/* --- the row --------------------------------------------------------------------- */

static void insert_sql(struct builder *b, const struct resource *r, const json_t *draft)
{
	bool first = true;

	buf_addf(&b->sql, "INSERT INTO inspectd.%s (", r->name);
	for (size_t i = 0; i < r->n_fields; i++)
		if (is_written(&r->fields[i], draft)) {
			buf_addf(&b->sql, "%s%s", first ? "" : ", ", r->fields[i].name);
			first = false;
		}
	buf_adds(&b->sql, ") VALUES (");
	first = true;
	for (size_t i = 0; i < r->n_fields; i++)
		if (is_written(&r->fields[i], draft)) {
			const struct field *f = &r->fields[i];
			unsigned n = builder_value(b, value_text(b, f, json_object_get(draft, f->name)));

			buf_addf(&b->sql, "%s$%u::%s", first ? "" : ", ", n, type_of(r, f));
			first = false;
		}
	buf_adds(&b->sql, ")");
}

static void update_sql(struct builder *b, const struct resource *r, const json_t *draft)
{
	unsigned id = builder_value(b, member_text(draft, "id"));
	bool first = true;

	buf_addf(&b->sql, "UPDATE inspectd.%s SET ", r->name);
	for (size_t i = 0; i < r->n_fields; i++) {
		const struct field *f = &r->fields[i];

		if (!is_written(f, draft) || f->type == F_ID)
			continue;
		buf_addf(&b->sql, "%s%s = $%u::%s", first ? "" : ", ", f->name,
			 builder_value(b, value_text(b, f, json_object_get(draft, f->name))), type_of(r, f));
		first = false;
	}
	buf_addf(&b->sql, " WHERE id = $%u::%s", id, key_type(r));
}

/* --- lists in tables of their own --------------------------------------------------- */

static bool has_table(const struct field *f)
{
	return (f->type == F_REFS || f->type == F_OBJECTS) && f->rows->table;
}

/* Only what is no longer in the list goes, so that the journal shows what changed and no more. */
static void trim_list_sql(struct builder *b, const struct resource *r, const struct field *f, const json_t *draft,
			  bool bounded)
{
	unsigned id = builder_value(b, member_text(draft, "id"));
	unsigned list = builder_value(b, value_text(b, f, json_object_get(draft, f->name)));
	const char *member = f->type == F_REFS ? f->rows->member : f->rows->key;

	buf_addf(&b->sql, "DELETE FROM inspectd.%s WHERE %s = $%u::%s AND %s::text NOT IN (SELECT ", f->rows->table,
		 f->rows->owner, id, key_type(r), member);
	if (f->type == F_REFS)
		buf_addf(&b->sql, "jsonb_array_elements_text($%u::jsonb))", list);
	else
		buf_addf(&b->sql, "v ->> '%s' FROM jsonb_array_elements($%u::jsonb) v)", member, list);
	if (bounded) /* what the caller does not see of the list, it has not left out either */
		buf_addf(&b->sql, " AND %s IN (SELECT l.%s FROM %s.%s l WHERE l.%s = $%u::%s)", member, member,
			 b->schema, f->rows->table, f->rows->owner, id, key_type(r));
}

static void fill_refs_sql(struct builder *b, const struct resource *r, const struct field *f, const json_t *draft)
{
	const struct rows *x = f->rows;
	unsigned id = builder_value(b, member_text(draft, "id"));
	unsigned list = builder_value(b, value_text(b, f, json_object_get(draft, f->name)));

	buf_addf(&b->sql,
		 "INSERT INTO inspectd.%s (%s, %s%s%s) SELECT o.id, v::%s%s%s FROM inspectd.%s o, "
		 "jsonb_array_elements_text($%u::jsonb) v WHERE o.id = $%u::%s ON CONFLICT DO NOTHING",
		 x->table, x->owner, x->member, x->inherits ? ", " : "", x->inherits ? x->inherits : "",
		 key_type(resources[f->ref]), x->inherits ? ", " : "", x->inherits ? x->inherits : "", r->name, list,
		 id, key_type(r));
}

static void fill_objects_sql(struct builder *b, const struct resource *r, const struct field *f, const json_t *draft)
{
	const struct rows *x = f->rows;
	unsigned id = builder_value(b, member_text(draft, "id"));
	unsigned list = builder_value(b, value_text(b, f, json_object_get(draft, f->name)));

	buf_addf(&b->sql, "INSERT INTO inspectd.%s AS old (%s", x->table, x->owner);
	for (size_t i = 0; i < x->n_fields; i++)
		buf_addf(&b->sql, ", %s", x->fields[i].name);
	buf_addf(&b->sql, ", %s) SELECT o.id", x->inherits);
	for (size_t i = 0; i < x->n_fields; i++)
		buf_addf(&b->sql, ", (v ->> '%s')::%s", x->fields[i].name, sql_type(&x->fields[i]));
	buf_addf(&b->sql,
		 ", %s FROM inspectd.%s o, jsonb_array_elements($%u::jsonb) v WHERE o.id = $%u::%s "
		 "ON CONFLICT (%s, %s) DO UPDATE SET ",
		 x->inherits, r->name, list, id, key_type(r), x->owner, x->key);
	for (size_t i = 0; i < x->n_fields; i++)
		buf_addf(&b->sql, "%s%s = excluded.%s", i ? ", " : "", x->fields[i].name, x->fields[i].name);
	buf_adds(&b->sql, " WHERE (");
	for (size_t i = 0; i < x->n_fields; i++)
		buf_addf(&b->sql, "%sold.%s", i ? ", " : "", x->fields[i].name);
	buf_adds(&b->sql, ") IS DISTINCT FROM (");
	for (size_t i = 0; i < x->n_fields; i++)
		buf_addf(&b->sql, "%sexcluded.%s", i ? ", " : "", x->fields[i].name);
	buf_adds(&b->sql, ")");
}

/* --- all of it ------------------------------------------------------------------------ */

static void fill_list(struct statements *s, const struct resource *r, const struct field *f, const json_t *draft)
{
	if (json_array_size(json_object_get(draft, f->name)) == 0)
		return;
	if (f->type == F_REFS)
		fill_refs_sql(statements_next(s), r, f, draft);
	else
		fill_objects_sql(statements_next(s), r, f, draft);
}

int store_insert(struct connection *c, const struct call *call, const struct resource *r, const json_t *draft,
		 struct error *err)
{
	_cleanup_(statements_freep) struct statements *s = calloc(1, sizeof *s);

	if (!s)
		return error_set(err, ERR_INTERNAL, "out of memory");
	insert_sql(statements_next(s), r, draft);
	for (size_t i = 0; i < r->n_fields; i++)
		if (has_table(&r->fields[i]))
			fill_list(s, r, &r->fields[i], draft);
	return statements_run(c, call, s, NULL, err);
}

static bool is_list_changed(const struct field *f, const json_t *draft, const json_t *stored)
{
	return has_table(f) && draft_differs_in(f, draft, stored);
}

int store_update(struct connection *c, const struct call *call, const struct resource *r, const json_t *draft,
		 const json_t *stored, struct error *err)
{
	_cleanup_(statements_freep) struct statements *s = calloc(1, sizeof *s);

	if (!s)
		return error_set(err, ERR_INTERNAL, "out of memory");
	s->schema = reach_schema(call);
	for (size_t i = 0; i < r->n_fields; i++) /* first: what goes may not fit the row as it will be */
		if (is_list_changed(&r->fields[i], draft, stored))
			trim_list_sql(statements_next(s), r, &r->fields[i], draft, reach_is_bounded(call));
	update_sql(statements_next(s), r, draft);
	for (size_t i = 0; i < r->n_fields; i++)
		if (is_list_changed(&r->fields[i], draft, stored))
			fill_list(s, r, &r->fields[i], draft);
	return statements_run(c, call, s, NULL, err);
}
