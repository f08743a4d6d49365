/*
 * JSON Lines to rows, and references to identifiers: which members hold any, the
 * field tables say.
 */
#include "load/lines.h"

#include <stdio.h>
#include <string.h>

#include "resource/registry.h"

#include "core/banned.h"

#define REFERENCE "ref:"

/* --- lines ---------------------------------------------------------------------- */

/* What the loader may write by reference. */
static const struct resource *resource_named(const char *plural)
{
	for (int i = RES_NONE + 1; i < RES_COUNT_; i++)
		if (plural && resources[i]->owned && resources[i]->writable &&
		    strcmp(resources[i]->plural, plural) == 0)
			return resources[i];
	return NULL;
}

const struct resource *lines_resource(const json_t *line)
{
	return resource_named(member_text(line, "resource"));
}

static void check_names(const json_t *line, struct place place, struct report *report)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)line, name, value) {
		place.column = name;
		if (strcmp(name, "resource") != 0 && strcmp(name, "ref") != 0 && strcmp(name, "body") != 0 &&
		    strcmp(name, "then") != 0)
			report_complaint(report, &place, "unknown member; a line has resource, ref, body and then");
	}
}

static void check_then(const json_t *line, struct place place, struct report *report)
{
	const json_t *then = json_object_get(line, "then"), *step;
	size_t i;

	place.column = "then";
	if (then && !json_is_array(then))
		report_complaint(report, &place, "must be a list of objects");
	json_array_foreach(then, i, step)
		if (!json_is_object(step))
			report_complaint(report, &place, "must be a list of objects");
}

static void check_resource(const json_t *line, struct place place, struct report *report)
{
	const char *plural = member_text(line, "resource");
	char known[512] = "";
	size_t at = 0;

	if (resource_named(plural))
		return;
	for (int i = RES_NONE + 1; i < RES_COUNT_ && at < sizeof known; i++)
		if (resource_named(resources[i]->plural))
			at += (size_t)snprintf(known + at, sizeof known - at, "%s%s", at ? ", " : "",
					       resources[i]->plural);
	place.column = "resource";
	report_complaint(report, &place, "\"%s\": must be one of: %s", plural ? plural : "", known);
}

static void check_line(const json_t *line, struct place place, struct report *report)
{
	const char *ref = member_text(line, "ref");
	_cleanup_(json_decrefp) json_t *refs = ref ? mapping_external(ref) : NULL;

	check_names(line, place, report);
	check_resource(line, place, report);
	place.column = "ref";
	if (!refs)
		report_complaint(report, &place, "\"%s\": must be system:ref, such as sample:plan-1", ref ? ref : "");
	place.column = "body";
	if (!json_is_object(json_object_get(line, "body")))
		report_complaint(report, &place, "must be an object, as a POST would bring it");
	check_then(line, place, report);
}

static void read_line(const char *text, size_t len, const struct place *place, struct report *report,
		      struct csv_table *table)
{
	json_error_t wrong;
	json_t *line = json_loadb(text, len, JSON_REJECT_DUPLICATES, &wrong);

	if (!json_is_object(line)) {
		report_complaint(report, place, "not a JSON object on one line: %s",
				 line ? "it is a list" : wrong.text);
		json_decref(line);
		return;
	}
	check_line(line, *place, report);
	if (!csv_table_add(table, place->line, line))
		report_complaint(report, place, "out of memory");
}

int lines_read(const char *path, const char *bytes, size_t len, struct report *report, struct csv_table *ret_table)
{
	struct csv_table table = { 0 };
	struct place place = { .path = path, .line = 1 };
	unsigned before = report->complaints;
	const char *end = bytes + len;

	for (; bytes < end; place.line++) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t its_len = (size_t)((newline ? newline : end) - bytes);

		if (its_len > strspn(bytes, " \t\r"))
			read_line(bytes, its_len, &place, report, &table);
		bytes += its_len + 1;
	}
	if (report->complaints > before) {
		csv_table_done(&table);
		return -1;
	}
	*ret_table = table;
	return 0;
}

/* --- references -------------------------------------------------------------------- */

/* Where among a line's members something stands: "then/0/", "boards/1/". */
struct prefix {
	char text[160];
};

static struct prefix prefix_in(const struct prefix *outer, const char *name, size_t i)
{
	struct prefix p;

	(void)snprintf(p.text, sizeof p.text, "%.80s%.40s/%zu/", outer->text, name, i);
	return p;
}

static json_t *resolve(const struct lines_row *row, const struct field *f, const json_t *value,
		       const struct prefix *prefix, struct report *report)
{
	const char *text = json_string_value(value);
	struct place place = *row->place;
	char column[256];
	const char *id;

	if (!text || strncmp(text, REFERENCE, strlen(REFERENCE)) != 0)
		return json_deep_copy(value);
	text += strlen(REFERENCE);
	id = row->resolve(row->data, f->ref, text);
	if (id)
		return json_string(id);
	(void)snprintf(column, sizeof column, "%s%s", prefix->text, f->name);
	place.column = column;
	report_complaint(report, &place,
			 "\"%s\": there is no such %s before this line; correct it, or move this line below that one's",
			 text, resources[f->ref]->name);
	return json_null();
}

static json_t *resolve_object(const struct lines_row *row, const struct field *fields, size_t n, const json_t *object,
			      const struct prefix *prefix, struct report *report);

static json_t *resolve_list(const struct lines_row *row, const struct field *f, const json_t *list,
			    const struct prefix *prefix, struct report *report)
{
	json_t *resolved = json_array();
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		struct prefix inner = prefix_in(prefix, f->name, i);

		(void)json_array_append_new(resolved, f->type == F_REFS || !json_is_object(item)
							      ? resolve(row, f, item, prefix, report)
							      : resolve_object(row, f->rows->fields, f->rows->n_fields,
									       item, &inner, report));
	}
	return resolved;
}

static json_t *resolve_member(const struct lines_row *row, const struct field *f, const json_t *value,
			      const struct prefix *prefix, struct report *report)
{
	if (f->type == F_REF)
		return resolve(row, f, value, prefix, report);
	if ((f->type == F_REFS || f->type == F_OBJECTS) && json_is_array(value))
		return resolve_list(row, f, value, prefix, report);
	return json_deep_copy(value);
}

/* As deep as the field tables go: objects in a list of the row's. What is no member is left for the draft to refuse. */
static json_t *resolve_object(const struct lines_row *row, const struct field *fields, size_t n, const json_t *object,
			      const struct prefix *prefix, struct report *report)
{
	json_t *resolved = json_deep_copy(object);

	for (size_t i = 0; i < n; i++) {
		const json_t *value = json_object_get(object, fields[i].name);

		if (value)
			(void)json_object_set_new(resolved, fields[i].name,
						  resolve_member(row, &fields[i], value, prefix, report));
	}
	return resolved;
}

json_t *lines_body(const struct lines_row *row, struct report *report)
{
	const struct resource *r = lines_resource(row->line);
	_cleanup_(json_decrefp) json_t *refs = mapping_external(member_text(row->line, "ref"));
	json_t *body = resolve_object(row, r->fields, r->n_fields, json_object_get(row->line, "body"),
				      &(struct prefix){ "" }, report);

	(void)json_object_update_missing(refs, json_object_get(body, "external_refs"));
	(void)json_object_set(body, "external_refs", refs);
	return body;
}

json_t *lines_then(const struct lines_row *row, struct report *report)
{
	const struct resource *r = lines_resource(row->line);
	json_t *then = json_array();
	const json_t *step;
	size_t i;

	json_array_foreach(json_object_get(row->line, "then"), i, step) {
		struct prefix prefix = prefix_in(&(struct prefix){ "" }, "then", i);

		(void)json_array_append_new(then, resolve_object(row, r->fields, r->n_fields, step, &prefix, report));
	}
	return then;
}

/* --- what it comes to ----------------------------------------------------------------- */

const char *lines_move(const json_t *line, const char *what)
{
	const json_t *then = json_object_get(line, "then");

	for (size_t i = json_array_size(then); i > 0; i--)
		if (json_object_get(json_array_get(then, i - 1), "to"))
			return member_text(json_array_get(then, i - 1), what);
	return strcmp(what, "to") == 0 ? member_text(json_object_get(line, "body"), "status") : NULL;
}

json_t *lines_outcome(const json_t *body, const json_t *then)
{
	json_t *outcome = json_copy((json_t *)body);
	json_t *step;
	size_t i;

	json_array_foreach(then, i, step)
		if (!json_object_get(step, "to"))
			(void)json_object_update(outcome, step);
	(void)json_object_del(outcome, "status");
	return outcome;
}

const char *lines_reference(const json_t *line, const char *member)
{
	const char *text = member_text(json_object_get(line, "body"), member);

	return text && strncmp(text, REFERENCE, strlen(REFERENCE)) == 0 ? text + strlen(REFERENCE) : NULL;
}
