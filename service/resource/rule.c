/* What the rules of several resources have in common. */
#include "resource/rule.h"

#include <stdio.h>
#include <string.h>

#include "core/banned.h"

void rule_set(json_t *draft, const char *name, const char *text)
{
	json_object_set_new(draft, name, text ? json_string(text) : json_null());
}

void rule_fill(json_t *draft, const char *name, const char *text)
{
	if (!member_text(draft, name))
		rule_set(draft, name, text);
}

bool rule_is(const json_t *object, const char *name, const char *text)
{
	const char *value = member_text(object, name);

	return value && text && strcmp(value, text) == 0;
}

bool rule_is_true(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

long rule_number(const json_t *object, const char *name)
{
	return (long)json_integer_value(json_object_get(object, name));
}

bool rule_is_after(const char *date, const char *other)
{
	return date && other && strcmp(date, other) > 0;
}

bool rule_is_changed(const struct change *c, const char *name)
{
	const json_t *is = json_object_get(c->draft, name);
	const json_t *was = json_object_get(c->stored, name);

	return !c->stored || !json_equal(is ? is : json_null(), was ? was : json_null());
}

bool rule_is_moving(const struct change *c)
{
	return c->stored && rule_is_changed(c, "status");
}

struct pointer rule_date_pointer(const struct change *c, const char *name)
{
	return pointer_member("", rule_is_moving(c) && rule_is_changed(c, name) ? "on" : name);
}

static const char *text_of(const json_t *item, const char *member)
{
	return member ? member_text(item, member) : json_string_value(item);
}

const json_t *rule_find(const json_t *list, const char *member, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const char *its_text = text_of(item, member);

		if (its_text && text && strcmp(its_text, text) == 0)
			return item;
	}
	return NULL;
}

void rule_list(const json_t *list, const char *member, char *out, size_t size)
{
	const json_t *item;
	size_t i, len = 0;

	out[0] = '\0';
	json_array_foreach(list, i, item) {
		const char *text = text_of(item, member);

		if (text && len < size)
			len += (size_t)snprintf(out + len, size - len, "%s%s", len ? ", " : "", text);
	}
}

void rule_moved(json_t *draft, const char *to, const char *on)
{
	rule_set(draft, "status", to);
	rule_set(draft, "status_on", on);
}
