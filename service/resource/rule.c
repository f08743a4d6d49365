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
	return c->stored && member_text(c->draft, "status") && rule_is_changed(c, "status");
}

void rule_check_past(const struct change *c, const char *name, struct error *err)
{
	if (rule_is_after(member_text(c->draft, name), c->today))
		error_member(err, rule_date_pointer(c, name).text, "in_future",
			     "is when it happened, so it cannot be later than today, %s", c->today);
}

void rule_check_order(const struct change *c, const char *earlier, const char *later, struct error *err)
{
	const char *first = member_text(c->draft, earlier);

	if (rule_is_after(first, member_text(c->draft, later)))
		error_member(err, rule_date_pointer(c, later).text, "before_start", "cannot be before %s, %s", earlier,
			     first);
}

/* One that is not there is complained of as a reference. */
void rule_check_taken(const struct change *c, const char *name, struct error *err)
{
	const json_t *decision = json_object_get(c->facts, "decision");
	const char *status = member_text(decision, "status");

	if (!status || !rule_is_changed(c, name) || rule_is(decision, "status", "taken") ||
	    rule_is(decision, "status", "done"))
		return;
	error_member(err, pointer_member("", name).text, "not_taken",
		     "names a decision that is %s; only one that was taken counts", status);
}

/* One that is not there is complained of as a reference. */
bool rule_is_before_meeting(const struct change *c)
{
	const json_t *meeting = json_object_get(c->facts, "meeting");
	const char *held_on = member_text(meeting, "held_on");

	return json_is_object(meeting) &&
	       (!rule_is(meeting, "status", "held") || !held_on || rule_is_after(held_on, c->today));
}

void rule_refuse_before_meeting(const struct change *c, const char *pointer, const char *nothing, struct error *err)
{
	const json_t *meeting = json_object_get(c->facts, "meeting");
	const char *held_on = member_text(meeting, "held_on");

	if (rule_is(meeting, "status", "cancelled"))
		error_add(err, ERR_CONFLICT, IN_BODY, pointer, "meeting_not_held",
			  "the meeting was cancelled, so %s; plan it again first: move it to planned, and to held once "
			  "it has met",
			  nothing);
	else
		error_add(err, ERR_CONFLICT, IN_BODY, pointer, "meeting_not_held",
			  "the meeting is %s%s%s, so %s yet; move the meeting to held first",
			  member_text(meeting, "status"), held_on ? " for " : "", held_on ? held_on : "", nothing);
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

void rule_moved(json_t *draft, const struct move *move)
{
	rule_set(draft, "status", move->to);
	rule_set(draft, "status_on", move->on);
}
