/*
 * A request to move a row to another status. What may follow what is the status
 * table's to say; an illegal step is a conflict that lists the legal ones.
 */
#include <stdio.h>
#include <string.h>

#include "resource/draft.h"
#include "resource/draft_member.h"
#include "resource/pointer.h"

#include "core/banned.h"

static const struct field members[] = {
	{ "to", F_TEXT, REQUIRED },
	{ "on", F_DATE, NULLABLE },
	{ "reason", F_TEXT, NULLABLE, .max = 1000, .pattern = "filled" },
};

/* What the body of one request may hold: the above, and what its step takes beside. */
struct form {
	struct field member[ARRAY_LEN(members) + STEP_TAKES];
	size_t n;
};

static bool takes(const struct status_step *step, const char *name)
{
	for (size_t i = 0; i < STEP_TAKES; i++)
		if (step->takes[i] && strcmp(step->takes[i], name) == 0)
			return true;
	return false;
}

/* Without a step, which is complained of already, whatever some step takes is let pass. */
static struct form form_of(const struct resource *r, const struct status_step *step)
{
	struct form form = { .n = ARRAY_LEN(members) };

	memcpy(form.member, members, sizeof members);
	for (size_t i = 0; i < r->n_fields && form.n < ARRAY_LEN(form.member); i++) {
		const struct field *f = &r->fields[i];

		if (!(f->flags & BY_MOVE) || (step && !takes(step, f->name)))
			continue;
		form.member[form.n] = *f;
		form.member[form.n++].flags &= ~(unsigned)READ_ONLY;
	}
	return form;
}

static void check_names(const struct form *form, const json_t *body, struct error *err)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)body, name, value) {
		bool known = false;

		for (size_t i = 0; i < form->n; i++)
			known = known || strcmp(form->member[i].name, name) == 0;
		if (!known)
			draft_member_unknown(form->member, form->n, "", name, err);
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

/* One status follows another in time too. */
static const char *read_on(const json_t *stored, const json_t *body, const char *today, struct error *err)
{
	const char *on = read_text(&members[1], body, err), *since = member_text(stored, "status_on");

	if (on && strcmp(on, today) > 0)
		error_member(err, "/on", "in_future", "is when it happened, so it cannot be later than today, %s",
			     today);
	else if (on && since && strcmp(on, since) < 0)
		error_member(err, "/on", "before_present_status", "cannot be before %s, since when it is %s", since,
			     member_text(stored, "status"));
	return on ? on : today;
}

static void refuse_step(const struct resource *r, const char *from, const char *to, struct error *err)
{
	char next[sizeof err->allowed];

	status_allowed_json(r->status, from, next, sizeof next);
	memcpy(err->allowed, next, sizeof next);
	if (strcmp(from, to) == 0)
		error_add(err, ERR_CONFLICT, IN_BODY, "/to", "not_allowed", "the %s is %s already", resource_noun(r),
			  to);
	else if (strcmp(next, "[]") == 0)
		error_add(err, ERR_CONFLICT, IN_BODY, "/to", "not_allowed",
			  "the %s is %s, which is final: no other status can follow", resource_noun(r), from);
	else
		error_add(err, ERR_CONFLICT, IN_BODY, "/to", "not_allowed",
			  "the %s is %s and cannot become %s from there; what can follow: %s", resource_noun(r), from,
			  to, next);
}

static void check_step(const struct resource *r, const char *from, const struct move *move,
		       const struct status_step *step, struct error *err)
{
	if (!step)
		refuse_step(r, from, move->to, err);
	else if (step->needs_reason && !move->reason)
		error_member(err, "/reason", "reason_required", "is required to move from %s to %s", from, move->to);
}

/* Puts what the step takes into the draft. What was left out stays as it is stored. */
static int take(const struct form *form, const json_t *body, json_t *draft, struct error *err)
{
	for (size_t i = ARRAY_LEN(members); i < form->n; i++) {
		const struct field *f = &form->member[i];
		const json_t *value = json_object_get(body, f->name);
		struct pointer p = pointer_member("", f->name);
		json_t *read;

		if (!value)
			continue;
		read = json_is_null(value) ? json_null() : draft_member_read(f, value, p.text, err);
		if (json_object_set_new(draft, f->name, read) < 0)
			return -1;
	}
	return 0;
}

/* Everything that the body says, with every complaint about it. */
static int read_body(const struct resource *r, const json_t *stored, const json_t *body, const char *today,
		     struct move *move, json_t *draft, struct error *err)
{
	const char *from = member_text(stored, "status");
	const struct status_step *step;
	struct form form;

	move->to = read_to(r, body, err);
	move->on = read_on(stored, body, today, err);
	move->reason = read_text(&members[2], body, err);
	step = move->to ? status_step(r->status, from, move->to) : NULL;
	form = form_of(r, step);
	check_names(&form, body, err);
	if (move->to)
		check_step(r, from, move, step, err);
	return take(&form, body, draft, err);
}

int move_read(const struct resource *r, const json_t *stored, const json_t *body, const char *today,
	      struct move *ret_move, json_t **ret_draft, struct error *err)
{
	_cleanup_(json_decrefp) json_t *draft = NULL;
	struct move move = { NULL };

	if (!r->status || !member_text(stored, "status"))
		return error_set(err, ERR_CONFLICT, "a %s has no status to move", resource_noun(r));
	if (!json_is_object(body)) {
		error_add(err, ERR_MALFORMED, IN_BODY, "", "not_an_object", "the body must be a JSON object, not %s",
			  draft_member_kind(body));
		return error_check(err);
	}
	draft = draft_of(r, stored);
	if (!draft || read_body(r, stored, body, today, &move, draft, err) < 0 || err->code == ERR_INTERNAL)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (error_check(err) < 0)
		return -1;
	if (r->rules.moved)
		r->rules.moved(draft, &move);
	*ret_move = move;
	*ret_draft = TAKE(draft);
	return 0;
}
