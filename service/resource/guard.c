/*
 * The texts of a row, each with its pointer, shown to the finder of identifiers:
 * once to refuse what is new, once to tell of what is there.
 */
#include "resource/guard.h"

#include <string.h>

#include "resource/draft.h"
#include "resource/draft_member.h"
#include "resource/identifier.h"
#include "resource/patterns.h"
#include "resource/pointer.h"

#include "core/banned.h"

#define FOUND_MAX 32 /* in one text; who takes these out learns of the next */
#define NHS_CHARS 10 /* of an NHS number without blanks */

/* One text on its way: where it stands, and what becomes of what is found in it. */
struct visit {
	const json_t *stored; /* what the same member held, with all that it is made of */
	struct error *err;    /* complaints go here ... */
	json_t *warnings;     /* ... or warnings here */
	bool is_key;          /* another system's: ten digits are no NHS number there, unless they are written as one */
};

/* --- what is said ------------------------------------------------------------- */

static void complain(const struct identifier *found, enum err_code code, enum complaint_place place,
		     const char *pointer, struct error *err)
{
	error_add(
		err, code, place, pointer, "identifier",
		"looks like %s, at characters %zu to %zu; nothing that tells of one child is kept here: take it out%s",
		identifier_words(found->kind), found->from, found->to,
		place == IN_BODY ? ", or say why it must stay: ?allow_identifiers=<why>" : "");
}

static void warn(const struct identifier *found, const char *pointer, json_t *warnings)
{
	if (json_array_size(warnings) >= GUARD_WARNINGS_MAX)
		return;
	if (identifier_is_refused(found->kind))
		warning_add(warnings, "identifier_allowed", pointer,
			    "Looks like %s, at characters %zu to %zu; it was let through.",
			    identifier_words(found->kind), found->from, found->to);
	else
		warning_add(warnings, "address", pointer,
			    "Looks like %s, at characters %zu to %zu; see that it is an organisation's.",
			    identifier_words(found->kind), found->from, found->to);
}

void guard_check_text(const char *text, enum err_code code, enum complaint_place place, const char *pointer,
		      struct error *err)
{
	struct identifier found[FOUND_MAX];
	size_t n = identifier_find(text, found, FOUND_MAX);

	for (size_t i = 0; i < n; i++)
		if (identifier_is_refused(found[i].kind))
			complain(&found[i], code, place, pointer, err);
}

/* --- one text -------------------------------------------------------------------- */

/* Whether the text stands anywhere in what was stored. */
static bool holds(const json_t *stored, const char *text)
{
	const json_t *item;
	const char *name;
	json_t *member;
	size_t i;

	if (json_is_string(stored))
		return strcmp(json_string_value(stored), text) == 0;
	json_array_foreach(stored, i, item)
		if (holds(item, text))
			return true;
	json_object_foreach((json_t *)stored, name, member)
		if (holds(member, text))
			return true;
	return false;
}

static bool counts(const struct visit *v, const struct identifier *found)
{
	return !v->is_key || found->kind != IDENTIFIER_NHS_NUMBER || found->to - found->from >= NHS_CHARS;
}

static void visit_text(const struct visit *v, const char *text, const char *pointer)
{
	struct identifier found[FOUND_MAX];
	size_t n = identifier_find(text, found, FOUND_MAX);

	if (n > 0 && v->err && holds(v->stored, text))
		return;
	for (size_t i = 0; i < n; i++) {
		if (!counts(v, &found[i]))
			continue;
		if (v->warnings)
			warn(&found[i], pointer, v->warnings);
		else if (identifier_is_refused(found[i].kind))
			complain(&found[i], ERR_INVALID, IN_BODY, pointer, v->err);
	}
}

/* --- all of them -------------------------------------------------------------------- */

/* Text in words of the writer's own; what has a form of its own says nothing else. */
static bool is_free(const struct field *f)
{
	return !f->pattern || pattern_named(f->pattern)->is_free;
}

static void visit_texts(const struct visit *v, const struct field *f, const json_t *list, const char *pointer)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (is_free(f) && json_is_string(item))
			visit_text(v, json_string_value(item), pointer_item(pointer, i).text);
}

static void visit_objects(const struct visit *v, const struct rows *rows, const json_t *list, const char *pointer)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		struct pointer p = pointer_item(pointer, i);

		for (size_t m = 0; m < rows->n_fields; m++) {
			const struct field *f = &rows->fields[m];
			const char *text = member_text(item, f->name);

			if (f->type == F_TEXT && is_free(f) && text)
				visit_text(v, text, pointer_member(p.text, f->name).text);
		}
	}
}

/* A system that is named for the NHS has NHS numbers for keys. */
static void visit_keys(struct visit *v, const json_t *keys, const char *pointer)
{
	const char *name;
	json_t *key;

	json_object_foreach((json_t *)keys, name, key) {
		v->is_key = !strstr(name, "nhs");
		if (json_is_string(key))
			visit_text(v, json_string_value(key), pointer_member(pointer, name).text);
	}
}

static void visit_member(struct visit *v, const struct field *f, const json_t *value)
{
	struct pointer p = pointer_member("", f->name);

	switch (f->type) {
	case F_TEXT:
		if (is_free(f) && json_is_string(value))
			visit_text(v, json_string_value(value), p.text);
		break;
	case F_TEXTS:
		visit_texts(v, f, value, p.text);
		break;
	case F_OBJECTS:
		visit_objects(v, f->rows, value, p.text);
		break;
	case F_EXTERNAL:
		visit_keys(v, value, p.text);
		break;
	default:
		break;
	}
}

/* What the service writes itself is no concern of the writer's: who reported, for instance. */
static bool is_written(const struct field *f)
{
	return !(f->flags & WRITE_ONLY) && (!(f->flags & READ_ONLY) || (f->flags & BY_MOVE));
}

/* Into complaints of what is new, or else into warnings of all that is there. */
static void visit(const struct guarded *write, struct error *err, json_t *warnings)
{
	const struct resource *r = write->resource;

	for (size_t i = 0; i < r->n_fields; i++) {
		const struct field *f = &r->fields[i];
		struct visit v = { .stored = json_object_get(write->stored, f->name),
				   .err = err,
				   .warnings = warnings };

		if (is_written(f))
			visit_member(&v, f, json_object_get(write->draft, f->name));
	}
	if (write->reason)
		visit_text(&(struct visit){ .err = err, .warnings = warnings }, write->reason, "/reason");
}

void guard_check(const struct guarded *write, struct error *err)
{
	visit(write, err, NULL);
}

bool guard_finds(const struct guarded *write)
{
	struct error err = { 0 };

	guard_check(write, &err);
	return err.n_complaints > 0;
}

void guard_warn(const struct guarded *write, json_t *warnings)
{
	visit(write, NULL, warnings);
}
