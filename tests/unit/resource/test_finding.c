/* Tests of service/resource/finding.c: the rules of findings. */
#include "rule_support.h"

#define FACTS(more)                                                                                                    \
	"{'inspection':{'authority_id':'806','sensitivity':'council','framework_id':'ilacs-2018','strands':["          \
	"'overall_effectiveness','help_and_protection']}" more "}"
#define IN "'inspection_id':'i1','kind':'observation','status':'open'"

static void what_breaks_a_rule_is_refused(void **state)
{
	static const struct {
		const char *draft, *facts, *pointer, *code;
	} cases[] = {
		{ "{" IN "}", FACTS(""), NULL, NULL },
		{ "{" IN ",'strand':'help_and_protection'}", FACTS(""), NULL, NULL },
		{ "{" IN ",'strand':'care_leavers'}", FACTS(""), "/strand", "unknown_strand" },
		{ "{" IN ",'strand':'care_leavers'}", "{'inspection':{'framework_id':'focused_visit','strands':[]}}",
		  "/strand", "unknown_strand" },
		{ "{" IN ",'strand':'care_leavers'}", "{'inspection':null}", NULL, NULL }, /* refused as a reference */
		{ "{" IN ",'parent_id':'p'}", FACTS(",'parent_inspection_id':'i1'"), NULL, NULL },
		{ "{" IN ",'parent_id':'p'}", FACTS(",'parent_inspection_id':'i2'"), "/parent_id", "other_inspection" },
		{ "{" IN ",'id':'p','parent_id':'p'}",
		  FACTS(",'parent_inspection_id':'i1','parent_is_descendant':true"), "/parent_id", "self" },
		{ "{" IN ",'id':'a','parent_id':'p'}",
		  FACTS(",'parent_inspection_id':'i1','parent_is_descendant':true"), "/parent_id", "circle" },
		{ "{" IN ",'id':'a','links':[{'earlier_id':'b'},{'earlier_id':'a'}]}", FACTS(",'later_links':[]"),
		  "/links/1/earlier_id", "self" },
		{ "{" IN ",'links':[{'earlier_id':'b'},{'earlier_id':'c'}]}", FACTS(",'later_links':[1]"),
		  "/links/1/earlier_id", "later_finding" },
		{ "{" IN ",'contested':true,'contested_response':'No'}", FACTS(""), NULL, NULL },
		{ "{" IN ",'contested':false,'contested_response':'No'}", FACTS(""), "/contested_response",
		  "not_contested" },
		{ "{" IN ",'sensitivity':'public'}", FACTS(""), "/sensitivity", "inspection_not_public" },
		{ "{" IN ",'sensitivity':'restricted'}", FACTS(""), NULL, NULL },
		{ "{" IN ",'sensitivity':'council'}", FACTS(",'public_actions':1"), "/sensitivity", "public_actions" },
		{ "{" IN ",'sensitivity':'public'}", "{'inspection':{'sensitivity':'public'},'public_actions':1}", NULL,
		  NULL },
		{ "{" IN ",'sensitivity':'public'}", "{'inspection':{'sensitivity':'public'}}", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &finding_resource, cases[i].draft, NULL, cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
		CHECK(o->err.n_complaints == 0 || o->err.code == ERR_INVALID, "case %zu", i);
	}
}

static void an_unknown_strand_is_answered_with_the_known_ones(void **state)
{
	OUTCOME(o, &finding_resource, "{" IN ",'strand':'care_leavers'}", NULL, FACTS(""));

	(void)state;
	assert_non_null(strstr(o->err.complaint[0].detail, "overall_effectiveness, help_and_protection"));
}

static void the_authority_is_the_inspections(void **state)
{
	OUTCOME(created, &finding_resource, "{" IN "}", NULL, FACTS(""));
	OUTCOME(kept, &finding_resource, "{" IN ",'authority_id':'806'}", "{}", "{'inspection':null}");

	(void)state;
	assert_string_equal(member_text(created->draft, "authority_id"), "806");
	assert_string_equal(member_text(kept->draft, "authority_id"), "806");
}

static void a_strength_has_nothing_to_put_right(void **state)
{
	static const struct {
		const char *draft, *status;
	} cases[] = {
		{ "{'kind':'strength','status':'open'}", "not_applicable" },
		{ "{'kind':'strength','status':'addressed'}", "not_applicable" },
		{ "{'kind':'strength','status':'not_applicable'}", "not_applicable" },
		{ "{'kind':'observation','status':'not_applicable'}", "open" },
		{ "{'kind':'observation','status':'addressed'}", "addressed" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &finding_resource, cases[i].draft, NULL, FACTS(""));

		CHECK(strcmp(member_text(o->draft, "status"), cases[i].status) == 0, "case %zu", i);
	}
}

static void a_transition_sets_the_status_and_its_day(void **state)
{
	_cleanup_(json_decrefp) json_t *draft = js("{'status':'open'}");

	(void)state;
	finding_resource.rules.moved(draft, "addressed", "2026-03-31");
	assert_true(same_json(draft, "{'status':'addressed','status_on':'2026-03-31'}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_refused),
		cmocka_unit_test(an_unknown_strand_is_answered_with_the_known_ones),
		cmocka_unit_test(the_authority_is_the_inspections),
		cmocka_unit_test(a_strength_has_nothing_to_put_right),
		cmocka_unit_test(a_transition_sets_the_status_and_its_day),
	};

	return RUN(tests);
}
