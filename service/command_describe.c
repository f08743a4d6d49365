/*
 * `inspectd describe`: the tables that the service runs on, as JSON on standard
 * output. Tests hold api/openapi.yaml and the README to it, both ways.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "core/config.h"
#include "core/limits.h"
#include "http/problem.h"
#include "http/router.h"
#include "resource/patterns.h"
#include "resource/procedure.h"
#include "resource/resource.h"

#include "core/banned.h"

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

/* --- routes ------------------------------------------------------------------------ */

static json_t *describe_routes(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n_routes; i++) {
		const struct route *r = &routes[i];

		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "method",
						      router_method_name(r->method), "path", r->path, "operation_id",
						      r->operation_id, "scope", text_or_null(r->scope), "resource",
						      text_or_null(r->resource ? r->resource->name : NULL), "parent",
						      text_or_null(r->parent ? r->parent->name : NULL)));
	}
	return list;
}

/* --- resources --------------------------------------------------------------------- */

static const char *type_name(enum field_type type)
{
	static const char *const names[] = {
		[F_ID] = "id",
		[F_REF] = "ref",
		[F_TEXT] = "text",
		[F_ENUM] = "enum",
		[F_DATE] = "date",
		[F_TIME] = "time",
		[F_INT] = "int",
		[F_NUMBER] = "number",
		[F_BOOL] = "bool",
		[F_TEXTS] = "texts",
		[F_REFS] = "refs",
		[F_OBJECTS] = "objects",
		[F_EXTERNAL] = "external",
		[F_JSON] = "json",
		[F_TRANSITIONS] = "transitions",
	};

	return names[type];
}

static const char *resource_name(enum resource_id id)
{
	return resources[id] ? resources[id]->name : NULL;
}

static void add_flags(json_t *object, unsigned flags)
{
	static const struct {
		unsigned flag;
		const char *name;
	} names[] = {
		{ REQUIRED, "required" },     { NULLABLE, "nullable" },
		{ READ_ONLY, "read_only" },   { CREATE_ONLY, "create_only" },
		{ WRITE_ONLY, "write_only" }, { FILTER, "filter" },
		{ RANGE, "range" },           { SORT, "sort" },
		{ COUNT, "count" },           { BY_MOVE, "by_move" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		json_object_set_new(object, names[i].name, json_boolean(flags & names[i].flag));
}

static json_t *codes_of(const struct vocabulary *v)
{
	json_t *list = v ? json_array() : json_null();

	for (size_t i = 0; v && i < v->n; i++)
		json_array_append_new(list, json_string(v->terms[i].code));
	return list;
}

static json_t *regex_of(const char *pattern)
{
	const struct pattern *p = pattern ? pattern_named(pattern) : NULL;

	return text_or_null(p ? p->regex : NULL);
}

static json_t *describe_fields(const struct field *fields, size_t n);

static json_t *describe_field(const struct field *f)
{
	json_t *object = json_pack("{s:s, s:s}", "name", f->name, "type", type_name(f->type));

	add_flags(object, f->type == F_REFS ? f->flags & ~(unsigned)FILTER : f->flags); /* a filter of another name */
	if (f->min || f->max) {
		json_object_set_new(object, "min", json_integer(f->min));
		json_object_set_new(object, "max", json_integer(f->max));
	}
	if (f->values)
		json_object_set_new(object, "enum", codes_of(f->values));
	if (f->pattern)
		json_object_set_new(object, "pattern", regex_of(f->pattern));
	if (f->ref)
		json_object_set_new(object, "ref", text_or_null(resource_name(f->ref)));
	if (f->initial)
		json_object_set_new(object, "initial", json_string(f->initial));
	if (f->type == F_OBJECTS && f->rows)
		json_object_set_new(object, "items", describe_fields(f->rows->fields, f->rows->n_fields));
	return object;
}

static json_t *describe_fields(const struct field *fields, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, describe_field(&fields[i]));
	return list;
}

static json_t *describe_filter(const char *name, enum field_type type, const struct vocabulary *values,
			       enum resource_id ref)
{
	return json_pack("{s:s, s:s, s:o, s:o}", "name", name, "type", type_name(type), "enum", codes_of(values), "ref",
			 text_or_null(resource_name(ref)));
}

/* Those of the resource's own table, and those that its lists of ids make. */
static json_t *describe_filters(const struct resource *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n_filters; i++) {
		const struct filter *f = &r->filters[i];

		json_array_append_new(list, describe_filter(f->name, f->type, f->values, f->ref));
	}
	for (size_t i = 0; i < r->n_fields; i++) {
		const struct field *f = &r->fields[i];
		char name[FILTER_NAME_BYTES];

		resource_filter_name(f, name);
		if (f->type == F_REFS && (f->flags & FILTER))
			json_array_append_new(list, describe_filter(name, F_REF, NULL, f->ref));
	}
	return list;
}

static json_t *describe_expansions(const struct resource *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n_expansions; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:b}", "name", r->expansions[i].name, "resource",
						resource_name(r->expansions[i].target), "many", r->expansions[i].many));
	return list;
}

static json_t *describe_takes(const struct status_step *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < STEP_TAKES && s->takes[i]; i++)
		json_array_append_new(list, json_string(s->takes[i]));
	return list;
}

static json_t *describe_transitions(const struct resource *r)
{
	json_t *list = json_array();

	for (size_t i = 0; r->status && i < r->status->n; i++) {
		const struct status_step *s = &r->status->steps[i];

		json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:o}", "from", s->from, "to", s->to,
						      "needs_reason", s->needs_reason, "takes", describe_takes(s)));
	}
	return list;
}

static json_t *describe_resource(const struct resource *r)
{
	const struct field *status = r->status ? resource_field(r, "status") : NULL;

	return json_pack("{s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:b, s:b, s:o, s:o, s:o, s:o, s:b, s:o, s:s, s:o}",
			 "name", r->name, "plural", r->plural, "path", resource_path(r), "writable", r->writable,
			 "owned", r->owned, "shared", r->shared, "attached", r->attached, "append_only", r->append_only,
			 "numbered", r->numbered, "belongs_to", text_or_null(r->belongs_to), "fields",
			 describe_fields(r->fields, r->n_fields), "filters", describe_filters(r), "expansions",
			 describe_expansions(r), "searchable", r->searchable, "transitions", describe_transitions(r),
			 "default_sort", r->default_sort, "initial_status",
			 text_or_null(status ? status->initial : NULL));
}

static json_t *describe_resources(void)
{
	json_t *list = json_array();

	for (enum resource_id id = RES_NONE + 1; id < RES_COUNT_; id++)
		json_array_append_new(list, describe_resource(resources[id]));
	return list;
}

static json_t *describe_procedures(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n_procedures; i++) {
		const struct procedure *p = &procedures[i];

		json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "path", p->body.plural, "of", p->of->name,
						      "fields", describe_fields(p->body.fields, p->body.n_fields)));
	}
	return list;
}

/* --- settings, limits, problems, vocabularies ------------------------------------------ */

static json_t *describe_settings(void)
{
	static const char *const types[] = {
		[O_TEXT] = "text", [O_SECRET] = "secret", [O_UINT] = "integer", [O_LEVEL] = "level"
	};
	json_t *list = json_array();

	for (size_t i = 0; i < n_config_options; i++) {
		const struct option *o = &config_options[i];
		json_t *object = json_pack("{s:s, s:s, s:o, s:s}", "name", o->name, "type", types[o->type], "default",
					   text_or_null(o->initial), "meaning", o->meaning);

		if (o->type == O_UINT) {
			json_object_set_new(object, "min", json_integer(o->min));
			json_object_set_new(object, "max", json_integer(o->max));
		}
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *describe_limits(void)
{
	static const struct {
		const char *name;
		size_t limit;
	} limits[] = {
		{ "path_bytes", LIMIT_PATH_BYTES },
		{ "url_bytes", LIMIT_URL_BYTES },
		{ "path_segments", LIMIT_PATH_SEGMENTS },
		{ "query_params", LIMIT_QUERY_PARAMS },
		{ "filter_values", LIMIT_FILTER_VALUES },
		{ "headers_bytes", LIMIT_HEADERS_BYTES },
		{ "token_bytes", LIMIT_TOKEN_BYTES },
		{ "body_bytes", LIMIT_BODY_BYTES },
		{ "json_depth", LIMIT_JSON_DEPTH },
		{ "page_rows", LIMIT_PAGE_ROWS },
		{ "page_default", LIMIT_PAGE_DEFAULT },
		{ "sort_keys", LIMIT_SORT_KEYS },
		{ "cursor_bytes", LIMIT_CURSOR_BYTES },
		{ "expand_rows", LIMIT_EXPAND_ROWS },
		{ "expanded_rows", LIMIT_EXPANDED_ROWS },
		{ "expansions", LIMIT_EXPANSIONS },
		{ "export_seconds", LIMIT_EXPORT_S },
		{ "count_dimensions", LIMIT_COUNT_DIMENSIONS },
		{ "list_items", LIMIT_LIST_ITEMS },
		{ "text_chars", LIMIT_TEXT_CHARS },
		{ "why_least", LIMIT_WHY_LEAST },
		{ "why_chars", LIMIT_WHY_CHARS },
		{ "answer_bytes", LIMIT_ANSWER_BYTES },
		{ "sql_bytes", LIMIT_SQL_BYTES },
		{ "idempotency_key", LIMIT_IDEMPOTENCY_KEY },
		{ "person_chars", LIMIT_PERSON_CHARS },
		{ "request_id", LIMIT_REQUEST_ID },
		{ "working_days", LIMIT_WORKING_DAYS },
		{ "statements", LIMIT_STATEMENTS },
		{ "complaints", ERROR_COMPLAINTS_MAX },
	};
	json_t *object = json_object();

	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		json_object_set_new(object, limits[i].name, json_integer((json_int_t)limits[i].limit));
	return object;
}

static json_t *describe_problems(void)
{
	json_t *list = json_array();

	for (size_t code = ERR_NONE + 1; code < ERR_CODE_COUNT_; code++) {
		const struct problem_kind *k = &problem_kinds[code];

		json_array_append_new(list, json_pack("{s:i, s:s, s:i, s:s}", "code", (int)code, "slug", k->slug,
						      "status", (int)k->status, "title", k->title));
	}
	return list;
}

static json_t *describe_vocabularies(void)
{
	json_t *object = json_object();

	for (size_t i = 0; i < n_vocabularies; i++)
		json_object_set_new(object, vocabularies[i]->name, codes_of(vocabularies[i]));
	return object;
}

int command_describe(int argc, char **argv)
{
	json_auto_t *all = NULL;

	(void)argv;
	if (argc > 1) {
		fprintf(stderr, "inspectd describe takes no arguments\n");
		return 2;
	}
	all = json_pack("{s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "version", INSPECTD_VERSION, "unchecked",
			COMMAND_IS_UNCHECKED, "routes", describe_routes(), "resources", describe_resources(),
			"procedures", describe_procedures(), "settings", describe_settings(), "limits",
			describe_limits(), "problems", describe_problems(), "vocabularies", describe_vocabularies());
	if (!all || json_dumpf(all, stdout, JSON_INDENT(2)) < 0 || putchar('\n') == EOF || fflush(stdout) == EOF) {
		fprintf(stderr, "inspectd describe: it could not be written\n");
		return 1;
	}
	return 0;
}
