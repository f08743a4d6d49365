/* Tests of service/resource/authority.c: the rules of authorities. */
#include "rule_support.h"

static void what_breaks_a_rule_is_refused(void **state)
{
	static const struct {
		const char *draft, *stored, *facts, *pointer, *code;
	} cases[] = {
		{ "{'id':'806'}", NULL, "{}", NULL, NULL },
		{ "{'region':'North East','region_code':'E12000001'}", NULL, "{'region_of_code':'North East'}", NULL,
		  NULL },
		{ "{'region':'South East','region_code':'E12000004'}", NULL, "{'region_of_code':'East Midlands'}",
		  "/region", "region_mismatch" },
		{ "{'region':null,'region_code':'E12000004'}", NULL, "{'region_of_code':'East Midlands'}", NULL, NULL },
		{ "{'region':'Anywhere','region_code':'E12000099'}", NULL, "{'region_of_code':null}", NULL, NULL },
		{ "{'gss_code':'E08000038'}", NULL, "{'code_holder':'370'}", "/gss_code", "duplicate" },
		{ "{'urn':'80416'}", NULL, "{'urn_holder':'370'}", "/urn", "duplicate" },
		{ "{'id':'806','successor_ids':['807','806']}", NULL, "{}", "/successor_ids/1", "self" },
		{ "{'id':'806','successor_ids':['807','808']}", NULL, "{'circular_successors':[1]}", "/successor_ids/1",
		  "circle" },
		{ "{'status':'abolished','started_on':'2025-01-01','ended_on':'2024-01-01'}", "{'status':'abolished'}",
		  "{}", "/started_on", "before_start" },
		{ "{'status':'abolished','started_on':'2025-01-01','ended_on':'2024-01-01'}", "{'status':'current'}",
		  "{}", "/on", "before_start" },
		{ "{'started_on':'2024-01-01','ended_on':'2024-01-01'}", NULL, "{}", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &authority_resource, cases[i].draft, cases[i].stored, cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
	}
}

static void codes_that_others_hold_are_conflicts(void **state)
{
	OUTCOME(o, &authority_resource, "{'gss_code':'E08000038','urn':'80416'}", NULL,
		"{'code_holder':'370','urn_holder':'371'}");

	(void)state;
	assert_int_equal(o->err.code, ERR_CONFLICT);
	assert_int_equal(o->err.n_complaints, 2);
	assert_non_null(strstr(o->err.complaint[0].detail, "370"));
}

static void a_region_keeps_one_spelling(void **state)
{
	OUTCOME(o, &authority_resource, "{'region':'Yorkshire and the Humber','region_code':'E12000003'}", NULL,
		"{'region_of_code':'Yorkshire and The Humber'}");

	(void)state;
	assert_true(complains_only(&o->err, NULL, NULL));
	assert_string_equal(member_text(o->draft, "region"), "Yorkshire and The Humber");
}

static void the_mismatch_says_which_region_the_code_is(void **state)
{
	OUTCOME(o, &authority_resource, "{'region':'South East','region_code':'E12000004'}", NULL,
		"{'region_of_code':'East Midlands'}");

	(void)state;
	assert_non_null(strstr(o->err.complaint[0].detail, "E12000004 is East Midlands"));
}

static void abolition_sets_the_end_and_its_undoing_clears_it(void **state)
{
	_cleanup_(json_decrefp) json_t *draft = js("{'status':'current','ended_on':null}");

	(void)state;
	authority_resource.rules.moved(draft, &(struct move){ "abolished", "2026-03-31" });
	assert_true(same_json(draft, "{'status':'abolished','status_on':'2026-03-31','ended_on':'2026-03-31'}"));
	authority_resource.rules.moved(draft, &(struct move){ "current", "2026-04-01" });
	assert_true(same_json(draft, "{'status':'current','status_on':'2026-04-01','ended_on':null}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_refused),
		cmocka_unit_test(codes_that_others_hold_are_conflicts),
		cmocka_unit_test(a_region_keeps_one_spelling),
		cmocka_unit_test(the_mismatch_says_which_region_the_code_is),
		cmocka_unit_test(abolition_sets_the_end_and_its_undoing_clears_it),
	};

	return RUN(tests);
}
