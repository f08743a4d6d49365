/*
 * Members that hold several things: lists of texts, of ids and of objects, and
 * the keys of other systems. Each thing is complained of at its own pointer.
 */
#include <string.h>

#include "core/limits.h"
#include "core/text.h"
#include "resource/draft_member.h"
#include "resource/pointer.h"

#include "core/banned.h"

static const struct field external_ref = { "ref", F_TEXT, REQUIRED, .max = 200, .pattern = "filled" };

/* An object's members by the table. Every member is there afterwards, as it starts if it was left out. */
static int read_object_member(const struct field *f, const json_t *value, const char *base, json_t *object,
			      struct error *err)
{
	struct pointer p = pointer_member(base, f->name);

	if (value && !json_is_null(value))
		return json_object_set_new(object, f->name, draft_member_read(f, value, p.text, err));
	if (f->flags & REQUIRED)
		error_member(err, p.text, "required", "is required");
	else if (value && !(f->flags & NULLABLE))
		error_member(err, p.text, "not_nullable", "cannot be null; leave it out instead");
	return json_object_set_new(object, f->name, draft_member_initial(f));
}

static json_t *read_object(const struct rows *rows, const json_t *value, const char *pointer, struct error *err)
{
	_cleanup_(json_decrefp) json_t *object = json_object();
	const char *name;
	json_t *member;

	if (!json_is_object(value)) {
		error_member(err, pointer, "not_an_object", "must be an object, not %s", draft_member_kind(value));
		return json_null();
	}
	json_object_foreach((json_t *)value, name, member) {
		bool known = false;

		for (size_t i = 0; i < rows->n_fields; i++)
			known = known || strcmp(rows->fields[i].name, name) == 0;
		if (!known)
			draft_member_unknown(rows->fields, rows->n_fields, pointer, name, err);
	}
	for (size_t i = 0; i < rows->n_fields; i++) {
		const struct field *f = &rows->fields[i];

		if (read_object_member(f, json_object_get(value, f->name), pointer, object, err) < 0)
			return NULL;
	}
	return TAKE(object);
}

static json_t *read_item(const struct field *f, const json_t *value, const char *pointer, struct error *err)
{
	struct field item = *f;

	if (f->type == F_OBJECTS)
		return read_object(f->rows, value, pointer, err);
	item.type = f->type == F_REFS ? F_REF : F_TEXT;
	return draft_member_read(&item, value, pointer, err);
}

/* Complains when the item, or its key, stood earlier in the list. `seen` maps what stood to where. */
static int check_repeat(const struct field *f, const json_t *item, size_t index, const char *pointer, json_t *seen,
			struct error *err)
{
	const char *key = f->type == F_OBJECTS ? f->rows->key : NULL;
	const char *text = key ? member_text(item, key) : json_string_value(item);
	struct pointer at = key ? pointer_member(pointer, key) : (struct pointer){ "" };
	const json_t *first;

	if (!text)
		return 0;
	first = json_object_get(seen, text);
	if (!first)
		return json_object_set_new(seen, text, json_integer((json_int_t)index));
	error_member(err, key ? at.text : pointer, "duplicate_item", "is in the list already, as item %d",
		     (int)json_integer_value(first));
	return 0;
}

static int read_items(const struct field *f, const json_t *value, const char *pointer, json_t *list, struct error *err)
{
	_cleanup_(json_decrefp) json_t *seen = json_object();
	const json_t *item;
	size_t i;

	json_array_foreach(value, i, item) {
		struct pointer p = pointer_item(pointer, i);
		json_t *read = read_item(f, item, p.text, err);

		if (json_array_append_new(list, read) < 0)
			return -1;
		if (check_repeat(f, read, i, p.text, seen, err) < 0)
			return -1;
	}
	return 0;
}

json_t *draft_list_read(const struct field *f, const json_t *value, const char *pointer, struct error *err)
{
	_cleanup_(json_decrefp) json_t *list = json_array();

	if (!json_is_array(value)) {
		error_member(err, pointer, "not_a_list", "must be a list, not %s", draft_member_kind(value));
		return json_null();
	}
	if (json_array_size(value) > LIMIT_LIST_ITEMS) {
		error_member(err, pointer, "too_many", "must have at most %d items; it has %zu", LIMIT_LIST_ITEMS,
			     json_array_size(value));
		return json_null();
	}
	if (read_items(f, value, pointer, list, err) < 0)
		return NULL;
	return TAKE(list);
}

static int read_reference(const char *name, const json_t *value, const char *pointer, json_t *refs, struct error *err)
{
	struct pointer p = pointer_member(pointer, name);

	if (!text_is_slug(name))
		error_member(err, p.text, "bad_form",
			     "must be named by a code of lower-case letters, digits, hyphens and underscores");
	return json_object_set_new(refs, name, draft_member_read(&external_ref, value, p.text, err));
}

json_t *draft_list_read_external(const json_t *value, const char *pointer, struct error *err)
{
	_cleanup_(json_decrefp) json_t *refs = json_object();
	const char *name;
	json_t *ref;

	if (!json_is_object(value)) {
		error_member(err, pointer, "not_an_object",
			     "must be an object such as {\"modern_gov\": \"4711\"}, not %s", draft_member_kind(value));
		return json_null();
	}
	if (json_object_size(value) > LIMIT_LIST_ITEMS) {
		error_member(err, pointer, "too_many", "must name at most %d systems", LIMIT_LIST_ITEMS);
		return json_null();
	}
	json_object_foreach((json_t *)value, name, ref)
		if (read_reference(name, ref, pointer, refs, err) < 0)
			return NULL;
	return TAKE(refs);
}
