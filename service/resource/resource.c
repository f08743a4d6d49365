/*
 * The resources by number, and the questions that anybody may ask of a table:
 * its fields, its keys, its steps of status. What each resource is stands in its
 * own file.
 */
#include "resource/resource.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "resource/belonging.h"
#include "resource/patterns.h"
#include "resource/registry.h"

#include "core/banned.h"

const struct resource *const resources[RES_COUNT_] = {
	[RES_FRAMEWORK] = &framework_resource,
	[RES_THEME] = &theme_resource,
	[RES_AUTHORITY] = &authority_resource,
	[RES_NEIGHBOUR] = &neighbour_resource,
	[RES_INSPECTION] = &inspection_resource,
	[RES_FINDING] = &finding_resource,
	[RES_ACTION] = &action_resource,
	[RES_ORGANISATION] = &organisation_resource,
	[RES_DOCUMENT] = &document_resource,
	[RES_PLAN] = &plan_resource,
	[RES_UPDATE] = &update_resource,
	[RES_EXTENSION] = &extension_resource,
	[RES_RESCHEDULE] = &reschedule_resource,
	[RES_DEADLINE] = &deadline_resource,
	[RES_MEASURE] = &measure_resource,
	[RES_OBSERVATION] = &observation_resource,
	[RES_BOARD] = &board_resource,
	[RES_MEETING] = &meeting_resource,
	[RES_AGENDA_ITEM] = &agenda_item_resource,
	[RES_DECISION] = &decision_resource,
	[RES_INTERVENTION] = &intervention_resource,
	[RES_DELIVERY_MODEL] = &delivery_model_resource,
	[RES_CLIENT] = &client_resource,
	[RES_API_KEY] = &api_key_resource,
	[RES_AUDIT_ENTRY] = &audit_entry_resource,
	[RES_READING] = &reading_resource,
	[RES_SEAL] = &seal_resource,
	[RES_ERASURE] = &erasure_resource,
	[RES_RETENTION_RULE] = &retention_rule_resource,
};

const struct field *resource_field(const struct resource *r, const char *name)
{
	for (size_t i = 0; i < r->n_fields; i++)
		if (strcmp(r->fields[i].name, name) == 0)
			return &r->fields[i];
	return NULL;
}

bool resource_has_key_form(const struct resource *r, const char *id)
{
	int64_t number;

	if (r->id == RES_AUTHORITY)
		return pattern_named("la")->holds(id);
	if (r->numbered)
		return text_to_int(id, &number) == 0 && number > 0;
	return r->own_key ? text_is_slug(id) : text_is_uuid(id);
}

const char *resource_path(const struct resource *r)
{
	return r->path ? r->path : r->plural;
}

const struct resource *resource_at(const char *path, size_t len)
{
	for (size_t i = RES_NONE + 1; i < RES_COUNT_; i++)
		if (strlen(resource_path(resources[i])) == len && strncmp(resource_path(resources[i]), path, len) == 0)
			return resources[i];
	return NULL;
}

const char *resource_noun(const struct resource *r)
{
	return r->noun ? r->noun : r->name;
}

void resource_filter_name(const struct field *f, char out[FILTER_NAME_BYTES])
{
	(void)snprintf(out, FILTER_NAME_BYTES, "%s", f->name);
	if (f->type == F_REFS)
		out[strlen(out) - 1] = '\0';
}

const struct status_step *status_step(const struct status_table *t, const char *from, const char *to)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->steps[i].from, from) == 0 && strcmp(t->steps[i].to, to) == 0)
			return &t->steps[i];
	return NULL;
}

/* Codes are slugs, so they need no escapes. A list that would not fit ends early: it stays JSON. */
void status_allowed_json(const struct status_table *t, const char *from, char *out, size_t size)
{
	size_t len = 1;

	if (size < sizeof "[]")
		return;
	out[0] = '[';
	for (size_t i = 0; i < t->n; i++) {
		const char *to = t->steps[i].to;

		if (strcmp(t->steps[i].from, from) != 0 || len + strlen(to) + sizeof ",\"\"]" > size)
			continue;
		len += (size_t)snprintf(out + len, size - len, "%s\"%s\"", len > 1 ? "," : "", to);
	}
	memcpy(out + len, "]", sizeof "]");
}

/* Whether one of the first n complaints is about this very place. */
static bool is_known(const struct error *err, unsigned n, const struct complaint *c)
{
	for (unsigned i = 0; i < n; i++)
		if (err->complaint[i].place == c->place && strcmp(err->complaint[i].pointer, c->pointer) == 0)
			return true;
	return false;
}

/* What was ill-formed is absent from the draft: whether something is missing is only known once all can be read. */
static bool is_of_absence(const struct complaint *c)
{
	return strcmp(c->code, "required") == 0;
}

void resource_check(const struct resource *r, const struct change *change, struct error *err)
{
	unsigned before = err->n_complaints, kept = err->n_complaints;

	belonging_check(r, change, err);
	if (r->rules.check)
		r->rules.check(change, err);
	if (before == 0 || err->n_complaints > ERROR_COMPLAINTS_MAX)
		return; /* nothing to repeat, or too much to say it all */
	for (unsigned i = before; i < err->n_complaints; i++)
		if (!is_known(err, before, &err->complaint[i]) && !is_of_absence(&err->complaint[i]))
			err->complaint[kept++] = err->complaint[i];
	err->n_complaints = kept;
	if (kept > before)
		err->detail[0] = '\0'; /* it summed up fewer; error_check() sums up anew */
}

const char *member_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

void warning_add(json_t *warnings, const char *code, const char *pointer, const char *fmt, ...)
{
	char detail[512];
	va_list args;
	int needed;

	va_start(args, fmt);
	needed = vsnprintf(detail, sizeof detail, fmt, args);
	va_end(args);
	if (needed < 0)
		return;
	if ((size_t)needed >= sizeof detail)
		detail[text_cut(detail, sizeof detail - 1)] = '\0';
	json_array_append_new(warnings,
			      json_pack("{s:s, s:s, s:s}", "code", code, "pointer", pointer, "detail", detail));
}
