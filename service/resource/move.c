/*
 * A request to move a row to another status. What may follow what is the status
 * table's to say; an illegal step is a conflict that lists the legal ones.
 */
#include <stdio.h>
#include <string.h>

#include "resource/draft.h"
#include "resource/draft_member.h"

#include "core/banned.h"

static const struct field members[] = {
	{ "to", F_TEXT, REQUIRED },
	{ "on", F_DATE, NULLABLE },
	{ "reason", F_TEXT, NULLABLE, .max = 1000, .pattern = "filled" },
};

static void check_names(const json_t *body, struct error *err)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)body, name, value) {
		bool known = false;

		for (size_t i = 0; i < ARRAY_LEN(members); i++)
			known = known || strcmp(members[i].name, name) == 0;
		if (!known)
			draft_member_unknown(members, ARRAY_LEN(members), "", name, err);
	}
}

/* The text of a member whose form holds; else NULL, after a complaint unless it was left out. */
static const char *read_text(const struct field *f, const json_t *body, struct error *err)
{
	const json_t *value = json_object_get(body, f->name);
	unsigned before = err->n_complaints;
	char pointer[16];

	if (!value || json_is_null(value))
		return NULL;
	snprintf(pointer, sizeof pointer, "/%s", f->name);
	json_decref(draft_member_read(f, value, pointer, err));
	return err->n_complaints == before ? json_string_value(value) : NULL;
}

static const char *read_to(const struct resource *r, const json_t *body, struct error *err)
{
	struct field to = members[0];
	const json_t *value = json_object_get(body, "to");

	to.type = F_ENUM;
	to.values = r->status->statuses;
	if (!value || json_is_null(value))
		error_member(err, "/to", "required", "is required: the status to move to");
	return read_text(&to, body, err);
}

static const char *read_on(const json_t *body, const char *today, struct error *err)
{
	const char *on = read_text(&members[1], body, err);

	if (on && strcmp(on, today) > 0)
		error_member(err, "/on", "in_future", "is when it happened, so it cannot be later than today, %s",
			     today);
	return on ? on : today;
}

static void refuse_step(const struct resource *r, const char *from, const char *to, struct error *err)
{
	char next[sizeof err->allowed];

	status_allowed_json(r->status, from, next, sizeof next);
	memcpy(err->allowed, next, sizeof next);
	if (strcmp(from, to) == 0)
		error_add(err, ERR_CONFLICT, IN_BODY, "/to", "not_allowed", "the %s is %s already", r->name, to);
	else if (strcmp(next, "[]") == 0)
		error_add(err, ERR_CONFLICT, IN_BODY, "/to", "not_allowed",
			  "the %s is %s, which is final: no other status can follow", r->name, from);
	else
		error_add(err, ERR_CONFLICT, IN_BODY, "/to", "not_allowed",
			  "the %s is %s and cannot become %s from there; what can follow: %s", r->name, from, to, next);
}

static void check_step(const struct resource *r, const char *from, const struct move *move, struct error *err)
{
	const struct status_step *step = status_step(r->status, from, move->to);

	if (!step)
		refuse_step(r, from, move->to, err);
	else if (step->needs_reason && !move->reason)
		error_member(err, "/reason", "reason_required", "is required to move from %s to %s", from, move->to);
}

int move_read(const struct resource *r, const json_t *stored, const json_t *body, const char *today,
	      struct move *ret_move, struct error *err)
{
	struct move move = { NULL };
	const char *from = member_text(stored, "status");

	if (!r->status || !from)
		return error_set(err, ERR_CONFLICT, "a %s has no status to move", r->name);
	if (!json_is_object(body)) {
		error_add(err, ERR_MALFORMED, IN_BODY, "", "not_an_object", "the body must be a JSON object, not %s",
			  draft_member_kind(body));
		return error_check(err);
	}
	check_names(body, err);
	move.to = read_to(r, body, err);
	move.on = read_on(body, today, err);
	move.reason = read_text(&members[2], body, err);
	if (move.to)
		check_step(r, from, &move, err);
	if (err->code == ERR_INTERNAL || error_check(err) < 0)
		return -1;
	*ret_move = move;
	return 0;
}
