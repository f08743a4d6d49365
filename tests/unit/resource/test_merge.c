/* Tests of service/resource/merge.c: the examples of RFC 7396, appendix A, and our own. */
#include "support.h"

#include "resource/draft.h"

static void merge_patch_gives_what_the_rfc_says(void **state)
{
	static const struct {
		const char *original, *patch, *result;
	} cases[] = {
		{ "{'a':'b'}", "{'a':'c'}", "{'a':'c'}" },
		{ "{'a':'b'}", "{'b':'c'}", "{'a':'b','b':'c'}" },
		{ "{'a':'b'}", "{'a':null}", "{}" },
		{ "{'a':'b','b':'c'}", "{'a':null}", "{'b':'c'}" },
		{ "{'a':['b']}", "{'a':'c'}", "{'a':'c'}" },
		{ "{'a':'c'}", "{'a':['b']}", "{'a':['b']}" },
		{ "{'a':{'b':'c'}}", "{'a':{'b':'d','c':null}}", "{'a':{'b':'d'}}" },
		{ "{'a':[{'b':'c'}]}", "{'a':[1]}", "{'a':[1]}" },
		{ "['a','b']", "['c','d']", "['c','d']" },
		{ "{'a':'b'}", "['c']", "['c']" },
		{ "{'a':'foo'}", "null", "null" },
		{ "{'a':'foo'}", "'bar'", "'bar'" },
		{ "{'e':null}", "{'a':1}", "{'e':null,'a':1}" },
		{ "[1,2]", "{'a':'b','c':null}", "{'a':'b'}" },
		{ "{}", "{'a':{'bb':{'ccc':null}}}", "{'a':{'bb':{}}}" },
		{ "{'refs':{'x':'1','y':'2'}}", "{'refs':{'x':null,'z':'3'}}", "{'refs':{'y':'2','z':'3'}}" },
		{ "{'a':1}", "{}", "{'a':1}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(json_decrefp) json_t *original = js(cases[i].original);
		_cleanup_(json_decrefp) json_t *patch = js(cases[i].patch);
		_cleanup_(json_decrefp) json_t *result = merge_patch(original, patch);

		CHECK(same_json(result, cases[i].result), "case %zu: %s + %s", i, cases[i].original, cases[i].patch);
		CHECK(same_json(original, cases[i].original), "case %zu changed its target", i);
		CHECK(same_json(patch, cases[i].patch), "case %zu changed its patch", i);
	}
}

static void merge_patch_onto_nothing_drops_nulls(void **state)
{
	_cleanup_(json_decrefp) json_t *patch = js("{'a':{'b':null,'c':1}}");
	_cleanup_(json_decrefp) json_t *result = merge_patch(NULL, patch);

	(void)state;
	assert_true(same_json(result, "{'a':{'c':1}}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merge_patch_gives_what_the_rfc_says),
		cmocka_unit_test(merge_patch_onto_nothing_drops_nulls),
	};

	return RUN(tests);
}
