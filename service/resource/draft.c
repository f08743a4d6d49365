/*
 * Drafts: what a client sent, checked against the field table and completed, as
 * what may be written. Only form is looked at here; what a row's members mean
 * together is for its resource's rules.
 */
#include "resource/draft.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "resource/day.h"
#include "resource/draft_member.h"
#include "resource/pointer.h"
#include "resource/rule.h"

#include "core/banned.h"

static int no_memory(struct error *err)
{
	return error_set(err, ERR_INTERNAL, "out of memory");
}

static int not_an_object(const json_t *body, struct error *err)
{
	error_add(err, ERR_MALFORMED, IN_BODY, "", "not_an_object", "the body must be a JSON object, not %s",
		  draft_member_kind(body));
	return error_check(err);
}

/* --- what may not be written ------------------------------------------------- */

static void refuse_read_only(const struct resource *r, const struct field *f, struct error *err)
{
	struct pointer p = pointer_member("", f->name);

	if (strcmp(f->name, "status") == 0)
		error_member(err, p.text, "read_only",
			     "is changed only by a transition: POST to /v1/%s/{id}/transitions", resource_path(r));
	else if (f->flags & BY_MOVE)
		error_member(err, p.text, "read_only", "is brought by a transition: POST to /v1/%s/{id}/transitions",
			     resource_path(r));
	else if (strcmp(f->name, "version") == 0 && resource_field(r, "edition"))
		error_member(err, p.text, "read_only",
			     "counts the changes to the row and is made by the service; which version of the %s it is "
			     "goes into edition",
			     resource_noun(r));
	else
		error_member(err, p.text, "read_only", "is made by the service and cannot be written; leave it out");
}

static void refuse_change(const struct resource *r, const struct field *f, struct error *err)
{
	struct pointer p = pointer_member("", f->name);

	if (strcmp(f->name, "status") == 0)
		error_member(err, p.text, "create_only",
			     "is changed only by a transition: POST to /v1/%s/{id}/transitions", resource_path(r));
	else
		error_member(err, p.text, "create_only", "is fixed once the %s is created; leave it out",
			     resource_noun(r));
}

/* Complains of each name in the body that cannot be written. */
static void check_names(const struct resource *r, const json_t *body, struct error *err)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)body, name, value) {
		const struct field *f = resource_field(r, name);

		if (!f)
			draft_member_unknown(r->fields, r->n_fields, "", name, err);
		else if (f->flags & READ_ONLY)
			refuse_read_only(r, f, err);
	}
}

static void refuse_null(const struct field *f, struct error *err)
{
	struct pointer p = pointer_member("", f->name);

	if (f->flags & REQUIRED)
		error_member(err, p.text, "required", "is required and cannot be null");
	else if (f->type == F_TEXTS || f->type == F_REFS || f->type == F_OBJECTS)
		error_member(err, p.text, "not_nullable", "cannot be null; write [] for an empty list");
	else if (f->type == F_EXTERNAL)
		error_member(err, p.text, "not_nullable",
			     "cannot be null; to remove one system's key, write null for that system");
	else
		error_member(err, p.text, "not_nullable", "cannot be null; leave it out instead");
}

/* --- creating ---------------------------------------------------------------- */

static json_t *created_value(const struct field *f, const json_t *value, struct error *err)
{
	struct pointer p = pointer_member("", f->name);
	bool is_null = value && json_is_null(value);

	if (value && !is_null)
		return draft_member_read(f, value, p.text, err);
	if (is_null && (f->flags & NULLABLE))
		return json_null();
	if (is_null)
		refuse_null(f, err);
	else if (f->flags & REQUIRED)
		error_member(err, p.text, "required", "is required");
	return draft_member_initial(f);
}

static int create_kept(const struct field *f, const json_t *value, json_t *draft, struct error *err)
{
	unsigned before = err->n_complaints;
	json_t *created = created_value(f, value, err);

	if (created && err->n_complaints > before) {
		json_decref(created);
		created = draft_member_nothing(f);
	}
	return json_object_set_new(draft, f->name, created);
}

/* Of a member that is not kept. */
static int check_form(const struct field *f, const json_t *value, struct error *err)
{
	struct pointer p = pointer_member("", f->name);
	_cleanup_(json_decrefp) json_t *read = draft_member_read(f, value, p.text, err);

	return read ? 0 : -1;
}

/* What is read-only has a place in a new draft only where the table says what it starts as. */
static int create_member(const struct field *f, const json_t *body, json_t *draft, struct error *err)
{
	const json_t *value = json_object_get(body, f->name);

	if (f->flags & READ_ONLY)
		return f->initial ? json_object_set_new(draft, f->name, draft_member_initial(f)) : 0;
	if (!(f->flags & WRITE_ONLY))
		return create_kept(f, value, draft, err);
	return value && !json_is_null(value) ? check_form(f, value, err) : 0;
}

int draft_create(const struct resource *r, const json_t *body, json_t **ret_draft, struct error *err)
{
	_cleanup_(json_decrefp) json_t *draft = json_object();

	if (!json_is_object(body))
		return not_an_object(body, err);
	check_names(r, body, err);
	for (size_t i = 0; i < r->n_fields; i++)
		if (create_member(&r->fields[i], body, draft, err) < 0)
			return no_memory(err);
	*ret_draft = TAKE(draft);
	return error_check(err);
}

/* --- changing ---------------------------------------------------------------- */

json_t *draft_of(const struct resource *r, const json_t *stored)
{
	_cleanup_(json_decrefp) json_t *draft = json_object();

	for (size_t i = 0; i < r->n_fields; i++) {
		const struct field *f = &r->fields[i];
		const json_t *value = json_object_get(stored, f->name);

		if (!draft_member_kept(f))
			continue;
		if (json_object_set_new(draft, f->name, value ? json_deep_copy(value) : json_null()) < 0)
			return NULL;
	}
	return TAKE(draft);
}

static json_t *changed_value(const struct field *f, const json_t *value, struct error *err)
{
	struct pointer p = pointer_member("", f->name);

	if (value && !json_is_null(value))
		return draft_member_read(f, value, p.text, err);
	if (!(f->flags & (NULLABLE | WRITE_ONLY)))
		refuse_null(f, err);
	return json_null();
}

static bool is_same(const json_t *a, const json_t *b)
{
	return json_equal(a ? a : json_null(), b ? b : json_null());
}

/* One member that the patch names. `merged` holds it as it would become; absent there means null. */
static int change_member(const struct resource *r, const struct field *f, const json_t *merged, json_t *draft,
			 struct error *err)
{
	unsigned before = err->n_complaints;
	_cleanup_(json_decrefp) json_t *value = changed_value(f, json_object_get(merged, f->name), err);

	if (!value)
		return -1;
	if ((f->flags & WRITE_ONLY) || err->n_complaints > before)
		return 0;
	if (!(f->flags & CREATE_ONLY))
		return json_object_set(draft, f->name, value);
	if (!is_same(value, json_object_get(draft, f->name)))
		refuse_change(r, f, err);
	return 0;
}

/* A date that is said of its month stands for the last day of it, so saying so, or no longer, may move it too. */
static bool stands_for_other_day(const struct field *f, const json_t *stored, const json_t *draft)
{
	return f->precision && rule_is(stored, f->precision, "month") != rule_is(draft, f->precision, "month") &&
	       !day_ends_month(member_text(stored, f->name));
}

/* The member by which a planned date that was set is moved, or NULL. */
static const char *moved_by(const struct field *f, const json_t *stored, const json_t *draft)
{
	if (!(f->flags & MOVES) || !member_text(stored, f->name))
		return NULL;
	if (!is_same(json_object_get(stored, f->name), json_object_get(draft, f->name)))
		return f->name;
	return stands_for_other_day(f, stored, draft) ? f->precision : NULL;
}

/* What moves planned dates that were set, as "start_on, due_precision"; "" when nothing does. */
static void list_moved(const struct resource *r, const json_t *stored, const json_t *draft, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < r->n_fields && len < size; i++) {
		const char *member = moved_by(&r->fields[i], stored, draft);

		if (member)
			len += (size_t)snprintf(out + len, size - len, "%s%s", len ? ", " : "", member);
	}
}

static void check_reason(const struct resource *r, const json_t *stored, const json_t *draft, const char *reason,
			 struct error *err)
{
	char moved[256];

	if (reason && !text_is_blank(reason))
		return;
	list_moved(r, stored, draft, moved, sizeof moved);
	if (moved[0] != '\0')
		error_member(err, "/reason", "reason_required", "is required, because a planned date is moved: %s",
			     moved);
}

static int change_members(const struct resource *r, const json_t *patch, json_t *draft, struct error *err)
{
	_cleanup_(json_decrefp) json_t *merged = merge_patch(draft, patch);
	const char *name;
	json_t *value;

	if (!merged)
		return -1;
	json_object_foreach((json_t *)patch, name, value) {
		const struct field *f = resource_field(r, name);

		if (f && !(f->flags & READ_ONLY) && change_member(r, f, merged, draft, err) < 0)
			return -1;
	}
	return 0;
}

int draft_change(const struct resource *r, const json_t *stored, const json_t *patch, json_t **ret_draft,
		 const char **ret_reason, struct error *err)
{
	_cleanup_(json_decrefp) json_t *draft = NULL;
	const char *reason = member_text(patch, "reason");

	if (!json_is_object(patch))
		return not_an_object(patch, err);
	draft = draft_of(r, stored);
	if (!draft)
		return no_memory(err);
	check_names(r, patch, err);
	if (change_members(r, patch, draft, err) < 0)
		return no_memory(err);
	check_reason(r, stored, draft, reason, err);
	*ret_draft = TAKE(draft);
	*ret_reason = reason;
	return error_check(err);
}
