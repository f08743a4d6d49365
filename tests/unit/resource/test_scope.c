/* Tests of service/resource/scope.c. */
#include "support.h"

#include "resource/scope.h"

static void every_scope_is_there_once(void **state)
{
	char one[SCOPE_BYTES], other[SCOPE_BYTES];
	size_t n = 0;

	(void)state;
	for (; scope_at(n, one); n++) {
		CHECK(scope_is_known(one), "%s", one);
		for (size_t i = 0; i < n; i++) {
			assert_true(scope_at(i, other));
			CHECK(strcmp(one, other) != 0, "%s", one);
		}
	}
	assert_true(n > 20);
	assert_false(scope_at(n + 1, one));
}

static void what_is_read_can_be_read_with_some_scope(void **state)
{
	char scope[SCOPE_BYTES];

	(void)state;
	for (int id = RES_NONE + 1; id < RES_COUNT_; id++) {
		scope_to_read(resources[id], scope);
		CHECK(scope_is_known(scope), "%s: %s", resources[id]->name, scope);
		CHECK(!resources[id]->write_scope || scope_is_known(resources[id]->write_scope), "%s: %s",
		      resources[id]->name, resources[id]->write_scope);
	}
	scope_to_read(resources[RES_AGENDA_ITEM], scope);
	assert_string_equal(scope, "agenda_items:read");
	scope_to_read(resources[RES_NEIGHBOUR], scope);
	assert_string_equal(scope, "authorities:read");
	scope_to_read(resources[RES_API_KEY], scope);
	assert_string_equal(scope, "admin");
}

static void what_no_table_asks_for_is_no_scope(void **state)
{
	static const struct {
		const char *scope;
		bool known, write;
	} cases[] = {
		{ "findings:read", true, false },
		{ "findings:write", true, true },
		{ "admin", true, false },
		{ "act_as", true, false },
		{ "audit:read", true, false },
		{ "reports:read", true, false },
		{ "themes:read", true, false },
		{ "themes:write", false, true },
		{ "authorities:write", false, true },
		{ "neighbours:read", false, false },
		{ "clients:read", false, false },
		{ "api_keys:write", false, true },
		{ "findings", false, false },
		{ "findings:", false, false },
		{ "", false, false },
		{ "findings:read ", false, false },
		{ "findings:writer", false, false },
		{ "all", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CHECK(scope_is_known(cases[i].scope) == cases[i].known, "\"%s\"", cases[i].scope);
		CHECK(scope_is_write(cases[i].scope) == cases[i].write, "\"%s\"", cases[i].scope);
	}
}

static void a_hint_names_the_nearest_or_all_there_are(void **state)
{
	char hint[160];

	(void)state;
	scope_hint("finding:read", hint, sizeof hint);
	assert_string_equal(hint, "; did you mean findings:read?");
	scope_hint("amdin", hint, sizeof hint);
	assert_string_equal(hint, "; did you mean admin?");
	scope_hint("everything", hint, sizeof hint);
	assert_non_null(strstr(hint, "<resource>:write"));
	assert_true(strlen(hint) < sizeof hint - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_scope_is_there_once),
		cmocka_unit_test(what_is_read_can_be_read_with_some_scope),
		cmocka_unit_test(what_no_table_asks_for_is_no_scope),
		cmocka_unit_test(a_hint_names_the_nearest_or_all_there_are),
	};

	return RUN(tests);
}
