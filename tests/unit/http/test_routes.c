/* Tests of service/http/routes.c: what the table promises of itself. */
#include "../unit.h"

#include "core/embedded.h"
#include "core/limits.h"
#include "http/router.h"

#include "core/banned.h"

static void the_table_is_sorted_and_holds_nothing_twice(void **state)
{
	(void)state;
	for (size_t i = 1; i < n_routes; i++) {
		int order = strcmp(routes[i - 1].path, routes[i].path);

		CHECK(order < 0 || (order == 0 && routes[i - 1].method < routes[i].method), "%s", routes[i].path);
	}
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
	char scope[64];

	(void)state;
	for (size_t i = 0; i < n_routes; i++) {
		const struct route *r = &routes[i];
		bool open = strncmp(r->path, "/v1", 3) != 0 || strstr(r->path, "openapi") != NULL;

		CHECK(open == (r->scope == NULL), "%s", r->path);
		if (!r->resource || r->resource->id == RES_NEIGHBOUR)
			continue;
		snprintf(scope, sizeof scope, "%s:%s", r->resource->plural, r->method == M_GET ? "read" : "write");
		if (r->method != M_GET && r->resource->write_scope)
			snprintf(scope, sizeof scope, "%s", r->resource->write_scope);
		CHECK(strcmp(r->scope, scope) == 0, "%s %s", r->path, r->scope);
		CHECK(r->method == M_GET || r->resource->writable, "%s", r->path);
	}
}

/* A nested path names its parent's plural first, then the resource's own. */
static void paths_say_their_resources(void **state)
{
	char start[64];

	(void)state;
	for (size_t i = 0; i < n_routes; i++) {
		const struct route *r = &routes[i];

		if (!r->resource)
			continue;
		if (r->parent)
			snprintf(start, sizeof start, "/v1/%s/{id}/%s", r->parent->plural, r->resource->plural);
		else
			snprintf(start, sizeof start, "/v1/%s", r->resource->plural);
		CHECK(strncmp(r->path, start, strlen(start)) == 0, "%s", r->path);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_sorted_and_holds_nothing_twice),
		cmocka_unit_test(every_operation_has_a_name_of_its_own),
		cmocka_unit_test(only_what_is_derived_is_left_out),
		cmocka_unit_test(every_route_stands_in_the_api_description),
		cmocka_unit_test(every_path_fits_what_addresses_are_cut_into),
		cmocka_unit_test(scopes_follow_the_contract),
		cmocka_unit_test(paths_say_their_resources),
	};

	return RUN(tests);
}
