/* Tests of service/resource/rule.c. */
#include "rule_support.h"

#include "resource/rule.h"

static void absent_null_and_nothing_are_the_same_to_a_rule(void **state)
{
	_cleanup_(json_decrefp) json_t *o = js("{'a':'x','n':null,'yes':true,'i':7}");

	(void)state;
	assert_true(rule_is(o, "a", "x"));
	assert_false(rule_is(o, "a", "y"));
	assert_false(rule_is(o, "a", NULL));
	assert_false(rule_is(o, "n", NULL));
	assert_false(rule_is(NULL, "a", "x"));
	assert_true(rule_is_true(o, "yes"));
	assert_false(rule_is_true(o, "absent"));
	assert_int_equal(rule_number(o, "i"), 7);
	assert_int_equal(rule_number(o, "n"), 0);
	assert_true(rule_is_after("2026-01-02", "2026-01-01"));
	assert_false(rule_is_after("2026-01-01", "2026-01-01"));
	assert_false(rule_is_after(NULL, "2026-01-01"));
	assert_false(rule_is_after("2026-01-01", NULL));
}

static void filling_leaves_what_is_there(void **state)
{
	_cleanup_(json_decrefp) json_t *o = js("{'a':'x','n':null}");

	(void)state;
	rule_fill(o, "a", "y");
	rule_fill(o, "n", "z");
	rule_fill(o, "absent", NULL);
	rule_set(o, "b", "w");
	assert_true(same_json(o, "{'a':'x','n':'z','absent':null,'b':'w'}"));
}

static void lists_are_searched_and_written_out(void **state)
{
	_cleanup_(json_decrefp) json_t *objects = js("[{'k':'a'},{'k':'b'},{}]");
	_cleanup_(json_decrefp) json_t *texts = js("['a','b']");
	char out[64];

	(void)state;
	assert_ptr_equal(rule_find(objects, "k", "b"), json_array_get(objects, 1));
	assert_null(rule_find(objects, "k", "c"));
	assert_null(rule_find(objects, "k", NULL));
	assert_null(rule_find(NULL, "k", "a"));
	assert_non_null(rule_find(texts, NULL, "b"));
	rule_list(objects, "k", out, sizeof out);
	assert_string_equal(out, "a, b");
	rule_list(texts, NULL, out, sizeof out);
	assert_string_equal(out, "a, b");
	rule_list(NULL, "k", out, sizeof out);
	assert_string_equal(out, "");
	for (size_t size = 1; size < 6; size++) {
		rule_list(texts, NULL, out, size);
		assert_true(strlen(out) < size);
	}
}

static void a_date_that_came_with_a_transition_is_named_on(void **state)
{
	static const struct {
		const char *draft, *stored, *pointer;
	} cases[] = {
		{ "{'status':'complete','completed_on':'2026-01-01'}", "{'status':'in_progress'}", "/on" },
		{ "{'status':'complete','completed_on':'2026-01-01'}", "{'status':'complete'}", "/completed_on" },
		{ "{'status':'complete','completed_on':'2026-01-01'}",
		  "{'status':'in_progress','completed_on':'2026-01-01'}", "/completed_on" },
		/* a status that is only derived is no member of the draft, and nothing moves it */
		{ "{'completed_on':'2026-01-01'}", "{'status':'upcoming'}", "/completed_on" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(json_decrefp) json_t *draft = js(cases[i].draft);
		_cleanup_(json_decrefp) json_t *stored = js(cases[i].stored);
		struct change change = { draft, stored, NULL, TODAY }, creation = { draft, NULL, NULL, TODAY };

		CHECK(strcmp(rule_date_pointer(&change, "completed_on").text, cases[i].pointer) == 0, "case %zu", i);
		CHECK(strcmp(rule_date_pointer(&creation, "completed_on").text, "/completed_on") == 0, "case %zu", i);
	}
}

static void dates_stand_in_their_order(void **state)
{
	static const struct {
		const char *draft, *pointer;
	} cases[] = {
		{ "{'started_on':'2026-01-01','ended_on':'2026-01-01'}", NULL },
		{ "{'started_on':'2026-01-01','ended_on':null}", NULL },
		{ "{'started_on':null,'ended_on':'2026-01-01'}", NULL },
		{ "{'started_on':'2026-01-02','ended_on':'2026-01-01'}", "/ended_on" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(json_decrefp) json_t *draft = js(cases[i].draft);
		struct change change = { draft, NULL, NULL, TODAY };
		struct error err = { 0 };

		rule_check_order(&change, "started_on", "ended_on", &err);
		CHECK(complains_only(&err, cases[i].pointer, "before_start"), "case %zu", i);
	}
}

static void only_a_decision_that_was_taken_counts_when_it_is_named(void **state)
{
	static const struct {
		const char *draft, *stored, *facts;
		bool refused;
	} cases[] = {
		{ "{'d':'1'}", NULL, "{'decision':{'status':'taken'}}", false },
		{ "{'d':'1'}", NULL, "{'decision':{'status':'done'}}", false },
		{ "{'d':'1'}", NULL, "{'decision':{'status':'proposed'}}", true },
		{ "{'d':'1'}", NULL, "{'decision':{'status':'withdrawn'}}", true },
		{ "{'d':'1'}", "{'d':'1'}", "{'decision':{'status':'proposed'}}", false },
		{ "{'d':'1'}", "{'d':'2'}", "{'decision':{'status':'proposed'}}", true },
		{ "{'d':'1'}", NULL, "{'decision':null}", false }, /* refused as a reference */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(json_decrefp) json_t *draft = js(cases[i].draft), *facts = js(cases[i].facts);
		_cleanup_(json_decrefp) json_t *stored = cases[i].stored ? js(cases[i].stored) : NULL;
		struct error err = { 0 };

		rule_check_taken(&(struct change){ draft, stored, facts, TODAY }, "d", &err);
		CHECK(complains_only(&err, cases[i].refused ? "/d" : NULL, "not_taken"), "case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absent_null_and_nothing_are_the_same_to_a_rule),
		cmocka_unit_test(filling_leaves_what_is_there),
		cmocka_unit_test(lists_are_searched_and_written_out),
		cmocka_unit_test(a_date_that_came_with_a_transition_is_named_on),
		cmocka_unit_test(dates_stand_in_their_order),
		cmocka_unit_test(only_a_decision_that_was_taken_counts_when_it_is_named),
	};

	return RUN(tests);
}
