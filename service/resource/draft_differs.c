/*
 * Whether a draft says anything that is not stored already. What a database
 * gives back may be ordered otherwise, and writes as null what was left out;
 * neither is a difference.
 */
#include "resource/draft.h"

#include "resource/draft_member.h"

#include "core/banned.h"

static bool is_nothing(const json_t *value)
{
	return !value || json_is_null(value);
}

static bool is_equal(const json_t *a, const json_t *b)
{
	if (json_is_number(a) && json_is_number(b))
		return json_number_value(a) == json_number_value(b);
	return is_nothing(a) || is_nothing(b) ? is_nothing(a) && is_nothing(b) : json_equal(a, b);
}

/* Every member of a is in b as well; what is null may be absent. */
static bool is_within(const json_t *a, const json_t *b)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)a, name, value)
		if (!is_equal(value, json_object_get(b, name)))
			return false;
	return true;
}

static bool is_same_item(const json_t *a, const json_t *b)
{
	if (json_is_object(a) && json_is_object(b))
		return is_within(a, b) && is_within(b, a);
	return is_equal(a, b);
}

static bool has_item(const json_t *list, const json_t *item)
{
	const json_t *other;
	size_t i;

	json_array_foreach(list, i, other)
		if (is_same_item(item, other))
			return true;
	return false;
}

/* Neither list repeats an item: a field table's lists never do. */
static bool is_same_set(const json_t *a, const json_t *b)
{
	const json_t *item;
	size_t i;

	json_array_foreach(a, i, item)
		if (!has_item(b, item))
			return false;
	return true;
}

static bool is_same_sequence(const json_t *a, const json_t *b)
{
	const json_t *item;
	size_t i;

	json_array_foreach(a, i, item)
		if (!is_same_item(item, json_array_get(b, i)))
			return false;
	return true;
}

static bool is_same_value(const struct field *f, const json_t *a, const json_t *b)
{
	bool in_a_table = f->rows && f->rows->table;

	if (!json_is_array(a) || !json_is_array(b))
		return is_equal(a, b);
	if (json_array_size(a) != json_array_size(b))
		return false;
	return in_a_table ? is_same_set(a, b) : is_same_sequence(a, b);
}

bool draft_differs_in(const struct field *f, const json_t *draft, const json_t *stored)
{
	return !is_same_value(f, json_object_get(draft, f->name), json_object_get(stored, f->name));
}

bool draft_differs(const struct resource *r, const json_t *draft, const json_t *stored)
{
	for (size_t i = 0; i < r->n_fields; i++) {
		const struct field *f = &r->fields[i];

		if (draft_member_kept(f) && draft_differs_in(f, draft, stored))
			return true;
	}
	return false;
}
