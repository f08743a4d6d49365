/* Tests of service/resource/erasure.c: what may be erased, and what is meant where nothing is named. */
#include "rule_support.h"

#define ROW      "0198d3c2-7cd0-7e91-b2c4-04d9c3a7be63"
#define FACTS    "{'members':['title','detail','funding'],'row':'" ROW "','me':'an.officer'}"
#define NAMES(m) "{'resource':'actions','row_id':'" ROW "','members':" m ",'reason':'A name'}"

static void what_is_no_word_or_not_there_is_refused_at_its_place(void **state)
{
	static const struct {
		const char *draft, *facts, *pointer, *code;
	} cases[] = {
		{ NAMES("['title']"), FACTS, NULL, NULL },
		{ NAMES("['funding','title','detail']"), FACTS, NULL, NULL },
		{ NAMES("[]"), FACTS, NULL, NULL },
		{ NAMES("['title',null]"), FACTS, NULL, NULL }, /* complained of by its form */
		{ NAMES("null"), FACTS, NULL, NULL },           /* likewise */
		{ NAMES("['title','status']"), FACTS, "/members/1", "not_erasable" },
		{ NAMES("['titl']"), FACTS, "/members/0", "not_erasable" },
		{ NAMES("[]"), "{'members':['title'],'row':null}", "/row_id", "no_such_row" },
		{ NAMES("[]"), "{'members':null,'row':null}", "/resource", "no_such_resource" },
		{ NAMES("['title']"), "{'members':null,'row':null}", "/resource", "no_such_resource" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &erasure_resource, cases[i].draft, NULL, cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
	}
}

static void everything_wrong_is_told_at_once(void **state)
{
	OUTCOME(o, &erasure_resource, NAMES("['status','title','kind']"), NULL, "{'members':['title'],'row':null}");

	(void)state;
	assert_int_equal(o->err.n_complaints, 3);
	assert_non_null(complaint_of(&o->err, "/row_id", "no_such_row"));
	assert_non_null(
		strstr(complaint_of(&o->err, "/members/2", "not_erasable")->detail, "/v1/retention-rules/actions"));
}

static void where_nothing_is_named_all_words_are_meant(void **state)
{
	OUTCOME(all, &erasure_resource, NAMES("[]"), NULL, FACTS);
	OUTCOME(one, &erasure_resource, NAMES("['detail']"), NULL, FACTS);
	_cleanup_(json_decrefp) json_t *wanted = js("['title','detail','funding']"), *detail = js("['detail']");

	(void)state;
	assert_true(json_equal(json_object_get(all->draft, "members"), wanted));
	assert_true(json_equal(json_object_get(one->draft, "members"), detail));
}

static void who_erases_and_the_row_as_the_database_writes_it_are_told(void **state)
{
	OUTCOME(o, &erasure_resource, "{'resource':'actions','row_id':'0198D3C2-7CD0-7E91-B2C4-04D9C3A7BE63'}", NULL,
		FACTS);

	(void)state;
	assert_string_equal(member_text(o->draft, "row_id"), ROW);
	assert_string_equal(member_text(o->draft, "erased_by"), "an.officer");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_word_or_not_there_is_refused_at_its_place),
		cmocka_unit_test(everything_wrong_is_told_at_once),
		cmocka_unit_test(where_nothing_is_named_all_words_are_meant),
		cmocka_unit_test(who_erases_and_the_row_as_the_database_writes_it_are_told),
	};

	return RUN(tests);
}
