/* Tests of service/resource/action_rules.c: what must hold of an action. */
#include "rule_support.h"

#define OF    "'authority_id':'806'"
#define OPEN  "{" OF ",'status':'proposed'"
#define DATES "{" OF ",'status':'not_started','start_on':'2026-05-10','due_on':'2026-05-04'"

static void what_breaks_a_rule_is_refused(void **state)
{
	static const struct {
		const char *draft, *stored, *facts, *pointer, *code;
		enum err_code err;
	} cases[] = {
		{ "{" OF ",'status':'not_started'}", NULL, "{}", NULL, NULL, 0 },
		{ "{'status':'not_started'}", NULL, "{}", "/authority_id", "required", ERR_INVALID },
		{ "{'status':'not_started'}", NULL, "{'findings_authority_id':'870'}", NULL, NULL, 0 },
		{ "{" OF ",'status':'embedded','completed_on':'2026-01-01'}", NULL, "{}", "/status", "not_yet_embedded",
		  ERR_CONFLICT },
		{ "{" OF ",'status':'embedded','completed_on':'2026-01-01'}", "{'status':'embedded'}", "{}", NULL, NULL,
		  0 },
		{ "{" OF ",'status':'complete'}", NULL, "{}", "/completed_on", "required", ERR_INVALID },
		{ "{" OF ",'status':'complete','completed_on':'2026-06-15'}", NULL, "{}", NULL, NULL, 0 },
		{ "{" OF ",'status':'complete','completed_on':'2026-06-16'}", NULL, "{}", "/completed_on", "in_future",
		  ERR_INVALID },
		{ "{" OF ",'status':'in_progress','completed_on':'2026-01-01'}", NULL, "{}", "/completed_on",
		  "not_complete", ERR_INVALID },
		{ "{" OF ",'status':'complete','completed_on':null}", "{'status':'complete'}", "{}", "/completed_on",
		  "required", ERR_INVALID },
		{ "{" OF ",'status':'embedded','completed_on':'2026-05-02','embedded_on':'2026-05-01'}",
		  "{'status':'embedded'}", "{}", "/completed_on", "embedded_first", ERR_INVALID },
		{ OPEN ",'sensitivity':'public'}", NULL, "{'non_public_findings':1}", "/sensitivity",
		  "finding_not_public", ERR_INVALID },
		{ OPEN ",'sensitivity':'public'}", NULL, "{'non_public_findings':0}", NULL, NULL, 0 },
		{ OPEN ",'sensitivity':'council'}", NULL, "{'non_public_findings':1}", NULL, NULL, 0 },
		{ OPEN ",'partners':[{'agreed':true,'agreed_on':'2026-06-15'},{'agreed':false},{'agreed':null}]}", NULL,
		  "{}", NULL, NULL, 0 },
		{ OPEN ",'partners':[{'agreed':true},{'agreed':false,'agreed_on':'2026-06-15'}]}", NULL, "{}",
		  "/partners/1/agreed_on", "not_agreed", ERR_INVALID },
		{ OPEN ",'partners':[{'agreed':null,'agreed_on':'2026-06-15'}]}", NULL, "{}", "/partners/0/agreed_on",
		  "not_agreed", ERR_INVALID },
		{ OPEN ",'partners':[{'agreed':true,'agreed_on':'2026-06-16'}]}", NULL, "{}", "/partners/0/agreed_on",
		  "in_future", ERR_INVALID },
		{ OPEN ",'plan_ids':['p']}", NULL, "{'over_plans':[]}", NULL, NULL, 0 },
		{ OPEN ",'plan_ids':['p']}", NULL, "{'over_plans':[{'title':'Plan','status':'closed'}]}", "/plan_ids",
		  "plan_over", ERR_CONFLICT },
		/* the loader tells of a plan to its end first */
		{ OPEN ",'plan_ids':['p']}", NULL, "{'me':'loader','over_plans':[{'title':'Plan','status':'closed'}]}",
		  NULL, NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &action_resource, cases[i].draft, cases[i].stored, cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
		CHECK(o->err.code == cases[i].err, "case %zu", i);
	}
}

/* A date that stands for its month may be any day of it. */
static void nothing_is_due_before_it_starts(void **state)
{
	static const struct {
		const char *more, *pointer;
	} cases[] = {
		{ "", "/due_on" },
		{ ",'due_precision':'day'", "/due_on" },
		{ ",'due_precision':'tentative','start_precision':'tentative'", "/due_on" },
		{ ",'due_precision':'month'", NULL },
		{ ",'start_precision':'month'", NULL },
		{ ",'due_precision':'month','start_precision':'month'", NULL },
		{ ",'due_precision':'month','due_on':'2026-04-30'", "/due_on" },
		{ ",'start_precision':'month','due_on':'2026-04-30'", "/due_on" },
		{ ",'due_on':'2026-05-10'", NULL },
		{ ",'due_on':'2026-05-11','forecast_on':'2026-05-09'", "/forecast_on" },
		{ ",'due_on':'2026-05-11','forecast_on':'2026-05-09','forecast_precision':'month'", NULL },
		{ ",'due_on':null", NULL },
		{ ",'start_on':null", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char draft[300];

		snprintf(draft, sizeof draft, DATES "%s}", cases[i].more);
		{
			OUTCOME(o, &action_resource, draft, NULL, "{}");

			CHECK(complains_only(&o->err, cases[i].pointer, "before_start"), "case %zu: %s", i,
			      cases[i].more);
		}
	}
}

static void what_was_stored_before_that_was_a_rule_is_only_warned_of(void **state)
{
	OUTCOME(kept, &action_resource, DATES ",'title':'Other'}", DATES ",'title':'One'}", "{}");
	OUTCOME(redated, &action_resource, DATES "}",
		"{" OF ",'status':'not_started','start_on':'2026-05-11','due_on':'2026-05-04'}", "{}");

	(void)state;
	assert_true(complains_only(&kept->err, NULL, NULL));
	assert_true(warns_only(kept, "due_before_start"));
	assert_true(complains_only(&redated->err, "/due_on", "before_start"));
}

static void what_is_ongoing_has_no_day(void **state)
{
	static const char *const days[] = { "start", "due", "forecast" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		char with[160], without[160], pointer[32];

		snprintf(with, sizeof with, OPEN ",'%s_precision':'ongoing','%s_on':'2026-07-01'}", days[i], days[i]);
		snprintf(without, sizeof without, OPEN ",'%s_precision':'ongoing'}", days[i]);
		snprintf(pointer, sizeof pointer, "/%s_on", days[i]);
		{
			OUTCOME(refused, &action_resource, with, NULL, "{}");
			OUTCOME(taken, &action_resource, without, NULL, "{}");

			CHECK(complains_only(&refused->err, pointer, "ongoing"), "%s", days[i]);
			CHECK(complains_only(&taken->err, NULL, NULL), "%s", days[i]);
		}
	}
}

/* --- embedded ------------------------------------------------------------------------------- */

#define MOVED    "{" OF ",'status':'embedded','status_on':'2026-06-01','completed_on':'2026-05-01'"
#define STORED   "{" OF ",'status':'complete','status_on':'2026-05-01','completed_on':'2026-05-01'"
#define BY(who)  STORED ",'completed_by':'" who "'}"
#define ME(who)  "{'evidence':1,'me':'" who "'}"
#define DECIDED  MOVED ",'embedded_decision_id':'d'}"
#define SECOND   "/to", "second_person_required"
#define NOTHING  NULL, NULL
#define DECISION "'decision':{'status':'taken','board_id':'b'}"

static void embedded_takes_evidence_and_another_person_or_a_board(void **state)
{
	static const struct {
		const char *draft, *stored, *facts, *pointer, *code;
	} cases[] = {
		/* persons are told apart by name, however it is written */
		{ MOVED "}", BY("ann"), ME("bob"), NOTHING },
		{ MOVED "}", BY("ann"), ME("ann"), SECOND },
		{ MOVED "}", BY("ann"), ME("Ann"), SECOND },
		/* clients that name nobody from one another, and from persons */
		{ MOVED "}", BY("client:1"), ME("client:2"), NOTHING },
		{ MOVED "}", BY("client:1"), ME("client:1"), SECOND },
		{ MOVED "}", BY("client:1"), ME("bob"), NOTHING },
		{ MOVED "}", BY("ann"), ME("client:1"), SECOND },
		/* nobody is nobody's second */
		{ MOVED "}", STORED "}", ME("bob"), SECOND },
		{ MOVED "}", BY("ann"), ME("loader"), SECOND },
		{ MOVED "}", BY("ann"), "{'evidence':1}", SECOND },
		/* a board's decision does instead */
		{ DECIDED, BY("ann"), "{'evidence':1,'me':'ann'," DECISION "}", NOTHING },
		{ DECIDED, STORED "}", "{'evidence':1,'me':'ann'," DECISION "}", NOTHING },
		{ DECIDED, BY("ann"), "{'evidence':1,'me':'ann','decision':{'status':'done','board_id':'b'}}",
		  NOTHING },
		{ DECIDED, BY("ann"), "{'evidence':1,'me':'bob','decision':{'status':'proposed','board_id':'b'}}",
		  "/embedded_decision_id", "not_taken" },
		{ DECIDED, BY("ann"), "{'evidence':1,'me':'ann','decision':{'status':'taken','board_id':null}}",
		  "/embedded_decision_id", "not_a_board" },
		{ DECIDED, BY("ann"), "{'evidence':1,'me':'ann','decision':null}",
		  NOTHING }, /* refused as a reference */
		/* evidence is needed of all */
		{ MOVED "}", BY("ann"), "{'evidence':0,'me':'bob'}", "/to", "evidence_required" },
		{ DECIDED, BY("ann"), "{'evidence':0,'me':'bob'," DECISION "}", "/to", "evidence_required" },
		/* and it cannot have been shown before it was done */
		{ "{" OF ",'status':'embedded','status_on':'2026-04-30','completed_on':'2026-05-01'}", BY("ann"),
		  ME("bob"), "/on", "embedded_first" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &action_resource, cases[i].draft, cases[i].stored, cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].facts);
		CHECK(o->err.n_complaints == 0 || o->err.code == ERR_INVALID, "case %zu", i);
	}
}

static void what_is_missing_is_said_at_once(void **state)
{
	OUTCOME(o, &action_resource, MOVED "}", BY("ann"), "{'evidence':0,'me':'ann'}");

	(void)state;
	assert_int_equal(o->err.n_complaints, 2);
	assert_non_null(complaint_of(&o->err, "/to", "evidence_required"));
	assert_non_null(strstr(complaint_of(&o->err, "/to", "second_person_required")->detail, "ann"));
}

static bool same_text(const char *is, const char *expected)
{
	return is ? expected && strcmp(is, expected) == 0 : !expected;
}

static void who_completed_and_who_embedded_it_is_kept_until_it_is_taken_up_again(void **state)
{
	static const struct {
		const char *draft, *stored, *me, *completed_by, *embedded_by, *embedded_on;
	} cases[] = {
		{ "{'status':'complete'}", NULL, "ann", "ann", NULL, NULL },
		{ "{'status':'complete'}", NULL, "loader", NULL, NULL, NULL },
		{ "{'status':'complete'}", "{'status':'in_progress'}", "ann", "ann", NULL, NULL },
		{ "{'status':'complete','completed_by':'ann'}", "{'status':'complete'}", "bob", "ann", NULL, NULL },
		{ "{'status':'embedded','status_on':'2026-06-01','completed_by':'ann'}", "{'status':'complete'}", "bob",
		  "ann", "bob", "2026-06-01" },
		{ "{'status':'embedded','completed_by':'ann','embedded_by':'bob','embedded_on':'2026-06-01'}",
		  "{'status':'embedded'}", "eve", "ann", "bob", "2026-06-01" },
		{ "{'status':'in_progress','completed_by':'ann','embedded_by':'bob','embedded_on':'2026-06-01',"
		  "'embedded_decision_id':'d'}",
		  "{'status':'embedded'}", "eve", NULL, NULL, NULL },
		{ "{'status':'superseded','completed_by':'ann'}", "{'status':'complete'}", "eve", NULL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char facts[40];

		snprintf(facts, sizeof facts, "{'me':'%s'}", cases[i].me);
		{
			OUTCOME(o, &action_resource, cases[i].draft, cases[i].stored, facts);

			CHECK(same_text(member_text(o->draft, "completed_by"), cases[i].completed_by), "case %zu", i);
			CHECK(same_text(member_text(o->draft, "embedded_by"), cases[i].embedded_by), "case %zu", i);
			CHECK(same_text(member_text(o->draft, "embedded_on"), cases[i].embedded_on), "case %zu", i);
			CHECK(!member_text(o->draft, "embedded_decision_id"), "case %zu", i);
		}
	}
}

/* --- warnings, and what follows ------------------------------------------------------------------ */

static void what_is_odd_is_warned_of(void **state)
{
	static const struct {
		const char *draft, *facts, *code;
	} cases[] = {
		{ "{" OF ",'status':'complete','start_on':'2026-02-01','completed_on':'2026-01-01'}", "{}",
		  "completed_before_start" },
		{ "{" OF ",'status':'complete','start_on':'2026-01-01','completed_on':'2026-01-01'}", "{}", NULL },
		{ "{" OF ",'status':'complete','start_on':'2026-01-31','start_precision':'month',"
		  "'completed_on':'2026-01-01'}",
		  "{}", NULL },
		{ OPEN ",'due_on':'2026-06-13'}", "{'due_is_working_day':false}", "due_on_non_working_day" },
		{ OPEN ",'due_on':'2026-06-13','due_precision':'month'}", "{'due_is_working_day':false}", NULL },
		{ OPEN ",'due_on':'2026-06-15'}", "{'due_is_working_day':true}", NULL },
		{ OPEN "}", "{'due_is_working_day':null}", NULL },
		{ OPEN ",'due_on':'2026-06-15'}", "{'authority':{'status':'abolished','ended_on':'2023-03-31'}}",
		  "authority_abolished" },
		{ OPEN ",'due_on':'2023-03-01'}", "{'authority':{'status':'abolished','ended_on':'2023-03-31'}}",
		  NULL },
		{ OPEN ",'lead_organisation_id':'o','partners':[{'organisation_id':'p'},{'organisation_id':'o'}]}",
		  "{}", "lead_is_partner" },
		{ OPEN ",'lead_organisation_id':'o','partners':[{'organisation_id':'p'}]}", "{}", NULL },
		{ OPEN ",'partners':[{'organisation_id':'p'}]}", "{}", NULL },
		{ "{" OF ",'status':'complete','completed_on':'2026-01-01'}", "{'decision':{'names_it':false}}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &action_resource, cases[i].draft, NULL, cases[i].facts);

		CHECK(warns_only(o, cases[i].code), "case %zu: %s", i, cases[i].draft);
		CHECK(complains_only(&o->err, NULL, NULL), "case %zu", i);
	}
}

static void a_decision_about_other_actions_is_warned_of(void **state)
{
	OUTCOME(others, &action_resource, DECIDED, BY("ann"),
		"{'evidence':1,'decision':{'status':'taken','board_id':'b','names_it':false}}");
	OUTCOME(this_one, &action_resource, DECIDED, BY("ann"),
		"{'evidence':1,'decision':{'status':'taken','board_id':'b','names_it':true}}");

	(void)state;
	assert_true(warns_only(others, "decision_about_others"));
	assert_true(warns_only(this_one, NULL));
}

static void under_a_finding_the_authority_need_not_be_said(void **state)
{
	OUTCOME(derived, &action_resource, "{'status':'proposed'}", NULL, "{'findings_authority_id':'870'}");
	OUTCOME(said, &action_resource, "{" OF ",'status':'proposed'}", NULL, "{'findings_authority_id':'870'}");

	(void)state;
	assert_string_equal(member_text(derived->draft, "authority_id"), "870");
	assert_string_equal(member_text(said->draft, "authority_id"), "806");
}

static void one_that_is_created_complete_was_so_on_that_day(void **state)
{
	OUTCOME(o, &action_resource, "{" OF ",'status':'complete','completed_on':'2026-01-05'}", NULL, "{}");

	(void)state;
	assert_string_equal(member_text(o->draft, "status_on"), "2026-01-05");
}

static void transitions_bring_and_take_the_day_of_completion(void **state)
{
	static const struct {
		const char *draft, *to, *result;
	} cases[] = {
		{ "{'status':'in_progress','completed_on':null}", "complete",
		  "{'status':'complete','status_on':'2026-03-31','completed_on':'2026-03-31'}" },
		{ "{'status':'complete','completed_on':'2026-01-01'}", "in_progress",
		  "{'status':'in_progress','status_on':'2026-03-31','completed_on':null}" },
		{ "{'status':'complete','completed_on':'2026-01-01'}", "superseded",
		  "{'status':'superseded','status_on':'2026-03-31','completed_on':null}" },
		{ "{'status':'complete','completed_on':'2026-01-01'}", "embedded",
		  "{'status':'embedded','status_on':'2026-03-31','completed_on':'2026-01-01'}" },
		{ "{'status':'not_started','completed_on':null}", "in_progress",
		  "{'status':'in_progress','status_on':'2026-03-31','completed_on':null}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(json_decrefp) json_t *draft = js(cases[i].draft);

		action_resource.rules.moved(draft, &(struct move){ cases[i].to, "2026-03-31" });
		CHECK(same_json(draft, cases[i].result), "case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_refused),
		cmocka_unit_test(nothing_is_due_before_it_starts),
		cmocka_unit_test(what_was_stored_before_that_was_a_rule_is_only_warned_of),
		cmocka_unit_test(what_is_ongoing_has_no_day),
		cmocka_unit_test(embedded_takes_evidence_and_another_person_or_a_board),
		cmocka_unit_test(what_is_missing_is_said_at_once),
		cmocka_unit_test(who_completed_and_who_embedded_it_is_kept_until_it_is_taken_up_again),
		cmocka_unit_test(what_is_odd_is_warned_of),
		cmocka_unit_test(a_decision_about_other_actions_is_warned_of),
		cmocka_unit_test(under_a_finding_the_authority_need_not_be_said),
		cmocka_unit_test(one_that_is_created_complete_was_so_on_that_day),
		cmocka_unit_test(transitions_bring_and_take_the_day_of_completion),
	};

	return RUN(tests);
}
