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
		{ "{" IN ",'links':[{'earlier_id':'b'},{'earlier_id':'c'}]}", FACTS(",'circular_links':[0]"),
		  "/links/0/earlier_id", "circle" },
		{ "{" IN ",'links':[{'earlier_id':'b'},{'earlier_id':'c'}]}", FACTS(",'own_links':[1]"),
		  "/links/1/earlier_id", "same_inspection" },
		{ "{" IN ",'not_assessed_reason':'Not open yet'}", FACTS(""), "/not_assessed_reason", "assessed" },
		{ "{'inspection_id':'i1','kind':'not_assessed','status':'open','not_assessed_reason':'Not open yet'}",
		  FACTS(""), NULL, NULL },
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

#define FOUND        "'inspection':{'authority_id':'806','begin_on':'2024-04-08'}"
#define MOVED(more)  "{'kind':'observation','status':'confirmed_resolved'" more "}"
#define VISIT        ",'confirmed_by_inspection_id':'v'"
#define DECISION     ",'confirmed_by_decision_id':'d'"
#define SEEN(is, on) "{" FOUND ",'confirming':{'status':'" is "','begin_on':" on "}}"
#define DECIDED(is)  "{" FOUND ",'decision':{'status':'" is "'}}"
#define ADDRESSED    "{'kind':'observation','status':'addressed'}"

static void confirming_takes_a_later_visit_a_decision_or_a_later_finding(void **state)
{
	static const struct {
		const char *draft, *facts, *pointer, *code;
	} cases[] = {
		{ MOVED(""), "{" FOUND "}", "/to", "confirmation_required" },
		{ MOVED(""), "{" FOUND ",'resolved_at':{'id':'v','begin_on':'2024-06-03'}}", NULL, NULL },
		{ MOVED(VISIT), SEEN("published", "'2024-04-09'"), NULL, NULL },
		{ MOVED(VISIT), SEEN("in_progress", "'2024-04-09'"), NULL, NULL },
		{ MOVED(VISIT), SEEN("published", "'2024-04-08'"), "/confirmed_by_inspection_id", "not_later" },
		{ MOVED(VISIT), SEEN("published", "null"), "/confirmed_by_inspection_id", "not_later" },
		{ MOVED(VISIT), SEEN("planned", "'2026-04-09'"), "/confirmed_by_inspection_id", "not_begun" },
		{ MOVED(VISIT), SEEN("cancelled", "'2024-04-09'"), "/confirmed_by_inspection_id", "not_begun" },
		{ MOVED(VISIT), "{" FOUND ",'confirming':null}", NULL, NULL }, /* refused as a reference */
		{ MOVED(DECISION), DECIDED("taken"), NULL, NULL },
		{ MOVED(DECISION), DECIDED("done"), NULL, NULL },
		{ MOVED(DECISION), DECIDED("proposed"), "/confirmed_by_decision_id", "not_taken" },
		{ MOVED(DECISION), DECIDED("withdrawn"), "/confirmed_by_decision_id", "not_taken" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &finding_resource, cases[i].draft, ADDRESSED, cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].facts);
		CHECK(o->err.n_complaints == 0 || o->err.code == ERR_INVALID, "case %zu", i);
	}
}

#define ON(day)    ",'status_on':'" day "'"
#define DECIDED_ON "{" FOUND ",'decision':{'status':'taken','taken_on':'2024-05-14'}}"

static void nothing_is_confirmed_before_what_confirms_it(void **state)
{
	static const struct {
		const char *draft, *facts, *code;
	} cases[] = {
		{ MOVED(VISIT ON("2024-06-03")), SEEN("published", "'2024-06-03'"), NULL },
		{ MOVED(VISIT ON("2024-06-02")), SEEN("published", "'2024-06-03'"), "before_confirmation" },
		{ MOVED(DECISION ON("2024-05-14")), DECIDED_ON, NULL },
		{ MOVED(DECISION ON("2024-05-13")), DECIDED_ON, "before_confirmation" },
		{ MOVED(ON("2024-06-03")), "{" FOUND ",'resolved_at':{'id':'v','begin_on':'2024-06-03'}}", NULL },
		{ MOVED(ON("2024-06-02")), "{" FOUND ",'resolved_at':{'id':'v','begin_on':'2024-06-03'}}",
		  "before_confirmation" },
		/* the decision is enough, whatever a later finding says */
		{ MOVED(DECISION ON("2024-05-14")),
		  "{" FOUND ",'decision':{'status':'taken','taken_on':'2024-05-14'},"
		  "'resolved_at':{'id':'v','begin_on':'2024-06-03'}}",
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &finding_resource, cases[i].draft, ADDRESSED, cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].code ? "/on" : NULL, cases[i].code), "case %zu", i);
	}
}

static void links_that_are_older_than_the_rule_are_left_in_peace(void **state)
{
	OUTCOME(o, &finding_resource, "{" IN ",'links':[{'earlier_id':'b'}]}", "{" IN ",'links':[{'earlier_id':'b'}]}",
		FACTS(",'own_links':[0]"));

	(void)state;
	assert_true(complains_only(&o->err, NULL, NULL));
}

static void what_was_not_assessed_for_no_reason_is_warned_of(void **state)
{
	OUTCOME(unsaid, &finding_resource, "{'kind':'not_assessed','status':'open'}", NULL, FACTS(""));
	OUTCOME(said, &finding_resource, "{'kind':'not_assessed','status':'open','not_assessed_reason':'Not open'}",
		NULL, FACTS(""));

	(void)state;
	assert_true(warns_only(unsaid, "reason_missing"));
	assert_true(warns_only(said, NULL));
}

static void what_was_confirmed_is_not_asked_again(void **state)
{
	OUTCOME(o, &finding_resource, MOVED(""), MOVED(""), "{" FOUND "}");

	(void)state;
	assert_true(complains_only(&o->err, NULL, NULL));
}

static void what_confirmed_it_is_kept_while_it_is_confirmed(void **state)
{
	static const struct {
		const char *draft, *stored, *visit, *decision;
	} cases[] = {
		{ MOVED(""), ADDRESSED, "v", NULL }, /* of the finding that says so */
		{ MOVED(DECISION), ADDRESSED, NULL, "d" },
		{ MOVED(",'confirmed_by_inspection_id':'w'"), ADDRESSED, "w", NULL },
		{ MOVED(DECISION), MOVED(DECISION), NULL, "d" },
		{ "{'kind':'observation','status':'being_addressed'" VISIT DECISION "}", MOVED(VISIT), NULL, NULL },
		{ "{'kind':'strength','status':'confirmed_resolved'" VISIT DECISION "}", MOVED(VISIT), NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &finding_resource, cases[i].draft, cases[i].stored,
			"{" FOUND ",'resolved_at':{'id':'v','begin_on':'2024-06-03'}}");
		const char *visit = member_text(o->draft, "confirmed_by_inspection_id");
		const char *decision = member_text(o->draft, "confirmed_by_decision_id");

		CHECK(visit ? cases[i].visit && strcmp(visit, cases[i].visit) == 0 : !cases[i].visit, "case %zu", i);
		CHECK(decision ? cases[i].decision && strcmp(decision, cases[i].decision) == 0 : !cases[i].decision,
		      "case %zu", i);
	}
}

static void what_is_provisional_after_the_report_is_warned_of(void **state)
{
	static const struct {
		const char *stage, *status, *code;
	} cases[] = {
		{ "provisional", "in_progress", NULL },
		{ "provisional", "reported", "still_provisional" },
		{ "provisional", "published", "still_provisional" },
		{ "final", "published", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char draft[100], facts[60];

		snprintf(draft, sizeof draft, "{" IN ",'stage':'%s'}", cases[i].stage);
		snprintf(facts, sizeof facts, "{'inspection':{'status':'%s'}}", cases[i].status);
		{
			OUTCOME(o, &finding_resource, draft, NULL, facts);

			CHECK(warns_only(o, cases[i].code), "case %zu", i);
		}
	}
}

static void a_transition_sets_the_status_and_its_day(void **state)
{
	_cleanup_(json_decrefp) json_t *draft = js("{'status':'open'}");

	(void)state;
	finding_resource.rules.moved(draft, &(struct move){ "addressed", "2026-03-31" });
	assert_true(same_json(draft, "{'status':'addressed','status_on':'2026-03-31'}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_refused),
		cmocka_unit_test(an_unknown_strand_is_answered_with_the_known_ones),
		cmocka_unit_test(the_authority_is_the_inspections),
		cmocka_unit_test(a_strength_has_nothing_to_put_right),
		cmocka_unit_test(confirming_takes_a_later_visit_a_decision_or_a_later_finding),
		cmocka_unit_test(nothing_is_confirmed_before_what_confirms_it),
		cmocka_unit_test(links_that_are_older_than_the_rule_are_left_in_peace),
		cmocka_unit_test(what_was_not_assessed_for_no_reason_is_warned_of),
		cmocka_unit_test(what_was_confirmed_is_not_asked_again),
		cmocka_unit_test(what_confirmed_it_is_kept_while_it_is_confirmed),
		cmocka_unit_test(what_is_provisional_after_the_report_is_warned_of),
		cmocka_unit_test(a_transition_sets_the_status_and_its_day),
	};

	return RUN(tests);
}
