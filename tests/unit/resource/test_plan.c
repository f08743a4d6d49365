/* Tests of service/resource/plan.c: the rules of plans. */
#include "rule_support.h"

#define OF      "'authority_id':'806','kind':'improvement_plan'"
#define MET     "{'meeting':{'board_id':'b1','status':'held','held_on':'2026-05-01'}}"
#define PLANNED "{'meeting':{'board_id':'b1','status':'planned','held_on':'2026-07-01'}}"
#define OTHER   "{'in_force':{'id':'p2','title':'The other','inspection_id':'i1'}}"

static void what_breaks_a_rule_is_refused(void **state)
{
	static const struct {
		const char *draft, *stored, *facts, *pointer, *code;
		enum err_code err;
	} cases[] = {
		{ "{" OF ",'status':'draft'}", NULL, "{}", NULL, NULL, 0 },
		{ "{" OF ",'status':'draft','id':'a','supersedes_id':'b'}", NULL, "{'supersedes_circle':false}", NULL,
		  NULL, 0 },
		{ "{" OF ",'status':'draft','id':'a','supersedes_id':'a'}", "{'status':'draft'}",
		  "{'supersedes_circle':true}", "/supersedes_id", "circle", ERR_INVALID },
		{ "{" OF ",'status':'draft','id':'a','supersedes_id':'b'}", "{'status':'draft'}",
		  "{'supersedes_circle':true}", "/supersedes_id", "circle", ERR_INVALID },

		{ "{" OF ",'status':'in_force'}", NULL, "{'in_force':null}", NULL, NULL, 0 },
		{ "{" OF ",'status':'draft'}", NULL, OTHER, NULL, NULL, 0 },
		{ "{" OF ",'status':'in_force'}", NULL, OTHER, "/status", "another_in_force", ERR_CONFLICT },
		{ "{" OF ",'status':'in_force'}", "{'status':'agreed'}", OTHER, "/to", "another_in_force",
		  ERR_CONFLICT },
		{ "{" OF ",'status':'in_force','inspection_ids':['i1']}", "{'status':'in_force','inspection_ids':[]}",
		  OTHER, "/inspection_ids", "another_in_force", ERR_CONFLICT },
		{ "{" OF ",'status':'in_force','inspection_ids':['i1']}",
		  "{'status':'in_force','inspection_ids':['i1']}", OTHER, "/status", "another_in_force", ERR_CONFLICT },

		{ "{" OF ",'status':'agreed'}", NULL, "{}", "/agreed_on", "required", ERR_INVALID },
		{ "{" OF ",'status':'agreed','agreed_on':'2026-06-15'}", NULL, "{}", NULL, NULL, 0 },
		{ "{" OF ",'status':'draft','agreed_on':'2026-06-16'}", NULL, "{}", "/agreed_on", "in_future",
		  ERR_INVALID },
		{ "{" OF ",'status':'submitted'}", NULL, "{}", "/submitted_on", "required", ERR_INVALID },
		{ "{" OF ",'status':'submitted','submitted_on':'2026-06-16'}", NULL, "{}", "/submitted_on", "in_future",
		  ERR_INVALID },
		{ "{" OF ",'status':'draft','draft_shared_on':'2026-06-16'}", NULL, "{}", "/draft_shared_on",
		  "in_future", ERR_INVALID },
		{ "{" OF ",'status':'draft','starts_on':'2026-06-16','ends_on':'2026-06-15'}", NULL, "{}", "/ends_on",
		  "before_start", ERR_INVALID },
		{ "{" OF ",'status':'draft','starts_on':'2026-06-16','ends_on':'2026-06-16'}", NULL, "{}", NULL, NULL,
		  0 },
		{ "{" OF ",'status':'draft','draft_shared_on':'2026-05-02','submitted_on':'2026-05-01'}", NULL, "{}",
		  "/submitted_on", "before_start", ERR_INVALID },

		{ "{" OF ",'status':'draft','response':'accepted'}", NULL, "{}", "/response", "not_submitted",
		  ERR_INVALID },
		{ "{" OF ",'status':'draft','response_on':'2026-05-01'}", NULL, "{}", "/response_on", "not_submitted",
		  ERR_INVALID },
		{ "{" OF ",'status':'submitted','submitted_on':'2026-05-01','response':'accepted',"
		  "'response_on':'2026-05-01'}",
		  NULL, "{}", NULL, NULL, 0 },
		{ "{" OF ",'status':'submitted','submitted_on':'2026-05-01','response_on':'2026-04-30'}", NULL, "{}",
		  "/response_on", "before_start", ERR_INVALID },
		{ "{" OF ",'status':'submitted','submitted_on':'2026-05-01','response_on':'2026-06-16'}", NULL, "{}",
		  "/response_on", "in_future", ERR_INVALID },

		{ "{" OF ",'status':'draft','agreed_at_meeting_id':'m','agreed_by_board_id':'b1'}", NULL,
		  "{'meeting':{'board_id':'b2'}}", "/agreed_at_meeting_id", "other_board", ERR_INVALID },
		{ "{" OF ",'status':'draft','agreed_at_meeting_id':'m','agreed_by_board_id':'b1'}", NULL,
		  "{'meeting':{'board_id':'b1'}}", NULL, NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &plan_resource, cases[i].draft, cases[i].stored, cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
		CHECK(o->err.code == cases[i].err, "case %zu", i);
	}
}

/* Until then it may be a draft, or closed before anybody agreed it. */
static void nothing_is_agreed_at_a_meeting_that_has_not_been_held(void **state)
{
	static const char *const meetings[] = { PLANNED, "{'meeting':{'board_id':'b1','status':'cancelled'}}" };
	static const struct {
		const char *draft, *stored, *pointer;
	} cases[] = {
		{ "{" OF ",'status':'draft','agreed_on':'2026-05-01'}", NULL, NULL },
		{ "{" OF ",'status':'agreed','agreed_on':'2026-05-01'}", NULL, "/status" },
		{ "{" OF ",'status':'agreed','agreed_on':'2026-05-01'}", "{'status':'draft'}", "/to" },
		{ "{" OF ",'status':'agreed','agreed_on':'2026-05-01'}", "{'status':'agreed'}",
		  "/agreed_at_meeting_id" },
		{ "{" OF ",'status':'submitted','submitted_on':'2026-05-01'}", NULL, "/status" },
		{ "{" OF ",'status':'in_force'}", NULL, "/status" },
		{ "{" OF ",'status':'superseded'}", NULL, "/status" },
		{ "{" OF ",'status':'closed'}", NULL, NULL },
		{ "{" OF ",'status':'closed','agreed_on':'2026-05-01'}", NULL, "/status" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(held, &plan_resource, cases[i].draft, cases[i].stored, MET);

		CHECK(complains_only(&held->err, NULL, NULL), "case %zu: %s", i, cases[i].draft);
		for (size_t j = 0; j < ARRAY_LEN(meetings); j++) {
			OUTCOME(o, &plan_resource, cases[i].draft, cases[i].stored, meetings[j]);

			CHECK(complains_only(&o->err, cases[i].pointer, cases[i].pointer ? "meeting_not_held" : NULL),
			      "case %zu: %s", i, cases[i].draft);
			CHECK(!cases[i].pointer || o->err.code == ERR_CONFLICT, "case %zu", i);
		}
	}
}

static void the_plan_that_stands_in_the_way_is_named(void **state)
{
	OUTCOME(o, &plan_resource, "{" OF ",'status':'in_force'}", NULL, OTHER);

	(void)state;
	assert_non_null(strstr(o->err.complaint[0].detail, "p2"));
	assert_non_null(strstr(o->err.complaint[0].detail, "The other"));
	assert_non_null(strstr(o->err.complaint[0].detail, "i1"));
}

static void what_is_odd_is_warned_of(void **state)
{
	static const struct {
		const char *draft, *facts, *code;
	} cases[] = {
		{ "{" OF ",'status':'draft','supersedes_id':'b'}", "{'supersedes_kind':'year_plan'}", "other_kind" },
		{ "{" OF ",'status':'draft','supersedes_id':'b'}", "{'supersedes_kind':'improvement_plan'}", NULL },
		{ "{" OF ",'status':'draft','inspection_ids':[]}", "{}", NULL },
		{ "{'kind':'statutory_statement','status':'draft','inspection_ids':[]}", "{}", "no_inspection" },
		{ "{'kind':'focused_visit_plan','status':'draft'}", "{}", "no_inspection" },
		{ "{'kind':'joint_statement','status':'draft','inspection_ids':['i1']}", "{}", NULL },
		{ "{" OF ",'status':'draft','agreed_on':'2026-05-02','submitted_on':'2026-05-01'}", "{}",
		  "agreed_after_submission" },
		{ "{" OF ",'status':'draft','agreed_on':'2026-05-01','submitted_on':'2026-05-01'}", "{}", NULL },
		{ "{" OF ",'status':'draft','submitted_on':'2026-05-02'}", "{'final_due_on':'2026-05-01'}",
		  "submitted_late" },
		{ "{" OF ",'status':'draft','submitted_on':'2026-05-01'}", "{'final_due_on':'2026-05-01'}", NULL },
		{ "{" OF ",'status':'draft'}", "{'final_due_on':'2026-05-01'}", NULL },
		{ "{" OF ",'status':'agreed','agreed_on':'2026-05-02'}", MET, "agreed_on_another_day" },
		{ "{" OF ",'status':'agreed','agreed_on':'2026-05-01'}", MET, NULL },
		{ "{" OF ",'status':'draft'}", MET, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &plan_resource, cases[i].draft, NULL, cases[i].facts);

		CHECK(warns_only(o, cases[i].code), "case %zu: %s", i, cases[i].draft);
		CHECK(complains_only(&o->err, NULL, NULL), "case %zu", i);
	}
}

static void an_agreement_at_a_meeting_is_its_boards(void **state)
{
	OUTCOME(o, &plan_resource, "{" OF ",'status':'draft','agreed_at_meeting_id':'m'}", NULL,
		"{'meeting':{'board_id':'b1'}}");

	(void)state;
	assert_string_equal(member_text(o->draft, "agreed_by_board_id"), "b1");
}

static void what_is_entered_as_agreed_has_been_so_since_that_day(void **state)
{
	OUTCOME(agreed, &plan_resource, "{" OF ",'status':'agreed','agreed_on':'2026-01-05'}", NULL, "{}");
	OUTCOME(submitted, &plan_resource, "{" OF ",'status':'submitted','submitted_on':'2026-01-06'}", NULL, "{}");
	OUTCOME(changed, &plan_resource, "{" OF ",'status':'agreed','agreed_on':'2026-01-05'}", "{'status':'agreed'}",
		"{}");

	(void)state;
	assert_string_equal(member_text(agreed->draft, "status_on"), "2026-01-05");
	assert_string_equal(member_text(submitted->draft, "status_on"), "2026-01-06");
	assert_null(member_text(changed->draft, "status_on"));
}

static void transitions_bring_their_days_and_take_back_an_agreement(void **state)
{
	static const struct {
		const char *draft, *to, *result;
	} cases[] = {
		{ "{'status':'draft','agreed_on':null}", "agreed",
		  "{'status':'agreed','status_on':'2026-03-31','agreed_on':'2026-03-31'}" },
		{ "{'status':'draft','agreed_on':'2026-03-01'}", "agreed",
		  "{'status':'agreed','status_on':'2026-03-31','agreed_on':'2026-03-01'}" },
		{ "{'status':'agreed','submitted_on':null}", "submitted",
		  "{'status':'submitted','status_on':'2026-03-31','submitted_on':'2026-03-31'}" },
		{ "{'status':'submitted','submitted_on':'2026-03-01','agreed_on':'2026-02-01','agreed_by':'The board',"
		  "'agreed_by_board_id':'b','agreed_at_meeting_id':'m'}",
		  "draft",
		  "{'status':'draft','status_on':'2026-03-31','submitted_on':'2026-03-01','agreed_on':null,"
		  "'agreed_by':null,'agreed_by_board_id':null,'agreed_at_meeting_id':null}" },
		{ "{'status':'agreed'}", "in_force", "{'status':'in_force','status_on':'2026-03-31'}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(json_decrefp) json_t *draft = js(cases[i].draft);

		plan_resource.rules.moved(draft, &(struct move){ cases[i].to, "2026-03-31", NULL });
		CHECK(same_json(draft, cases[i].result), "case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_refused),
		cmocka_unit_test(nothing_is_agreed_at_a_meeting_that_has_not_been_held),
		cmocka_unit_test(the_plan_that_stands_in_the_way_is_named),
		cmocka_unit_test(what_is_odd_is_warned_of),
		cmocka_unit_test(an_agreement_at_a_meeting_is_its_boards),
		cmocka_unit_test(what_is_entered_as_agreed_has_been_so_since_that_day),
		cmocka_unit_test(transitions_bring_their_days_and_take_back_an_agreement),
	};

	return RUN(tests);
}
