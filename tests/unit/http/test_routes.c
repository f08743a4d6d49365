/* Tests of service/http/routes.c: what the table promises of itself. */
#include "../unit.h"

#include "core/embedded.h"
#include "core/limits.h"
#include "http/handler.h"
#include "repository/statement.h"
#include "resource/scope.h"

#include "core/banned.h"

static void the_rows_of_one_path_stand_together_by_method(void **state)
{
	(void)state;
	for (size_t i = 1; i < n_routes; i++) {
		bool same = strcmp(routes[i - 1].path, routes[i].path) == 0;

		CHECK(same || router_index(routes[i].path) == i, "%s stands in two places", routes[i].path);
		CHECK(!same || routes[i - 1].method < routes[i].method, "%s", routes[i].path);
	}
}

/* Whether an address of the second template could be taken for one of the first. */
static bool hides(const char *first, const char *second)
{
	while (*first && *second) {
		size_t n = strcspn(++first, "/"), m = strcspn(++second, "/");

		if (*first != '{' && (n != m || memcmp(first, second, n) != 0))
			return false;
		first += n;
		second += m;
	}
	return *first == *second;
}

static void no_path_is_hidden_by_one_that_stands_before_it(void **state)
{
	(void)state;
	assert_true(hides("/v1/a/{id}", "/v1/a/counts"));
	assert_false(hides("/v1/a/counts", "/v1/a/{id}"));
	assert_false(hides("/v1/a", "/v1/a/{id}"));
	for (size_t i = 0; i < n_routes; i++)
		for (size_t j = 0; j < i; j++)
			CHECK(strcmp(routes[j].path, routes[i].path) == 0 || !hides(routes[j].path, routes[i].path),
			      "%s by %s", routes[i].path, routes[j].path);
}

static void every_operation_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_routes; i++)
		for (size_t j = 0; j < i; j++)
			CHECK(strcmp(routes[i].operation_id, routes[j].operation_id) != 0, "%s",
			      routes[i].operation_id);
}

static void only_what_is_derived_is_left_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_routes; i++) {
		const struct route *r = &routes[i];

		assert_non_null(r->handler);
		CHECK(r->method != M_HEAD && r->method != M_OPTIONS && r->method < M_OTHER, "%s", r->path);
		CHECK(r->path[0] == '/' && r->path[strlen(r->path) - 1] != '/', "%s", r->path);
	}
}

/* What api/openapi.yaml calls the operation of a path and method; NULL: it has none. */
static const char *operation_in(const json_t *paths, const struct route *r)
{
	char method[16];
	size_t i = 0;

	for (const char *name = router_method_name(r->method); name[i]; i++)
		method[i] = (char)(name[i] + ('a' - 'A'));
	method[i] = '\0';
	return json_string_value(
		json_object_get(json_object_get(json_object_get(paths, r->path), method), "operationId"));
}

static void every_route_stands_in_the_api_description(void **state)
{
	json_auto_t *api = json_loadb(embedded_openapi_json.text, embedded_openapi_json.len, 0, NULL);
	const json_t *paths = json_object_get(api, "paths");

	(void)state;
	assert_non_null(paths);
	for (size_t i = 0; i < n_routes; i++) {
		const char *operation = operation_in(paths, &routes[i]);

		CHECK(operation && strcmp(operation, routes[i].operation_id) == 0, "%s %s is %s in api/openapi.yaml",
		      router_method_name(routes[i].method), routes[i].path, operation ? operation : "missing");
	}
}

static size_t segments_of(const char *path)
{
	size_t n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

static void every_path_fits_what_addresses_are_cut_into(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_routes; i++)
		CHECK(segments_of(routes[i].path) <= LIMIT_PATH_SEGMENTS, "%s", routes[i].path);
}

/* Everything under /v1 needs a key, but the description of the API; what is written needs a scope to write. */
static void scopes_follow_the_contract(void **state)
{
	char scope[SCOPE_BYTES];

	(void)state;
	for (size_t i = 0; i < n_routes; i++) {
		const struct route *r = &routes[i];
		bool open = strncmp(r->path, "/v1", 3) != 0 || strstr(r->path, "openapi") != NULL;

		CHECK(open == (r->scope == NULL), "%s", r->path);
		if (!r->resource || r->handler == write_procedure)
			continue;
		scope_to_read(r->resource, scope);
		if (r->method != M_GET)
			snprintf(scope, sizeof scope, "%s:write", r->resource->plural);
		if (r->method != M_GET && r->resource->write_scope)
			snprintf(scope, sizeof scope, "%s", r->resource->write_scope);
		CHECK(strcmp(r->scope, scope) == 0, "%s %s", r->path, r->scope);
		CHECK(r->method == M_GET || r->resource->writable, "%s", r->path);
	}
}

/* What there is of a row in the audit is its history. */
static bool is_history(const struct route *r)
{
	return r->parent && r->resource->id == RES_AUDIT_ENTRY;
}

/* A nested path names its parent first, then the resource's own. */
static void paths_say_their_resources(void **state)
{
	char start[64];

	(void)state;
	for (size_t i = 0; i < n_routes; i++) {
		const struct route *r = &routes[i];

		if (!r->resource)
			continue;
		if (r->parent)
			snprintf(start, sizeof start, "/v1/%s/{id}/%s", resource_path(r->parent),
				 is_history(r) ? "history" : resource_path(r->resource));
		else
			snprintf(start, sizeof start, "/v1/%s", resource_path(r->resource));
		CHECK(strncmp(r->path, start, strlen(start)) == 0, "%s", r->path);
	}
}

/* What hangs from a row can be found by it, and a row that is added there can say so. */
static void what_is_nested_names_its_parent(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_routes; i++) {
		const struct route *r = &routes[i];
		struct list_query q = { .resource = r->resource };
		struct builder b;
		char name[64], list[72];

		if (!r->parent || is_history(r))
			continue;
		snprintf(name, sizeof name, "%s_id", r->parent->name);
		snprintf(list, sizeof list, "%ss", name);
		builder_init(&b, SCHEMA_INSPECTD);
		statement_total(&b, &q, &(struct within){ name, "806" });
		CHECK(!b.failed, "%s", r->path);
		builder_done(&b);
		CHECK(r->method == M_GET || resource_field(r->resource, name) || resource_field(r->resource, list),
		      "%s", r->path);
	}
}

static void what_is_only_added_to_is_never_changed_or_deleted(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_routes; i++)
		CHECK(!routes[i].resource || !routes[i].resource->append_only || routes[i].method == M_GET ||
			      (routes[i].method == M_POST && !strstr(routes[i].path, "/{id}/re") &&
			       !strstr(routes[i].path, "/{id}/tr")),
		      "%s", routes[i].path);
}

/* Whoever has a row's id may ask what became of it. */
static void every_resource_whose_rows_can_be_read_has_their_history(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_routes; i++) {
		const struct route *r = &routes[i];
		char path[96];

		snprintf(path, sizeof path, "%s/history", r->path);
		CHECK(r->handler != item_read || router_has(path, M_GET), "%s", path);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rows_of_one_path_stand_together_by_method),
		cmocka_unit_test(no_path_is_hidden_by_one_that_stands_before_it),
		cmocka_unit_test(every_operation_has_a_name_of_its_own),
		cmocka_unit_test(only_what_is_derived_is_left_out),
		cmocka_unit_test(every_route_stands_in_the_api_description),
		cmocka_unit_test(every_path_fits_what_addresses_are_cut_into),
		cmocka_unit_test(scopes_follow_the_contract),
		cmocka_unit_test(paths_say_their_resources),
		cmocka_unit_test(what_is_nested_names_its_parent),
		cmocka_unit_test(what_is_only_added_to_is_never_changed_or_deleted),
		cmocka_unit_test(every_resource_whose_rows_can_be_read_has_their_history),
	};

	return RUN(tests);
}
