/* Tests of service/resource/action.c: the rules of actions. */
#include "rule_support.h"

#define OF "'authority_id':'806'"

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
		{ "{" OF ",'status':'proposed','sensitivity':'public'}", NULL, "{'non_public_findings':1}",
		  "/sensitivity", "finding_not_public", ERR_INVALID },
		{ "{" OF ",'status':'proposed','sensitivity':'public'}", NULL, "{'non_public_findings':0}", NULL, NULL,
		  0 },
		{ "{" OF ",'status':'proposed','sensitivity':'council'}", NULL, "{'non_public_findings':1}", NULL, NULL,
		  0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &action_resource, cases[i].draft, cases[i].stored, cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
		CHECK(o->err.code == cases[i].err, "case %zu", i);
	}
}

static void what_is_odd_is_warned_of(void **state)
{
	static const struct {
		const char *draft, *facts, *code;
	} cases[] = {
		{ "{" OF ",'status':'complete','start_on':'2026-02-01','completed_on':'2026-01-01'}", "{}",
		  "completed_before_start" },
		{ "{" OF ",'status':'complete','start_on':'2026-01-01','completed_on':'2026-01-01'}", "{}", NULL },
		{ "{" OF ",'status':'proposed','due_on':'2026-06-13'}", "{'due_is_working_day':false}",
		  "due_on_non_working_day" },
		{ "{" OF ",'status':'proposed','due_on':'2026-06-15'}", "{'due_is_working_day':true}", NULL },
		{ "{" OF ",'status':'proposed'}", "{'due_is_working_day':null}", NULL },
		{ "{" OF ",'status':'proposed','start_on':'2026-07-01','due_on':'2026-06-15'}", "{}",
		  "due_before_start" },
		{ "{" OF ",'status':'proposed','due_on':'2026-06-15'}",
		  "{'authority':{'status':'abolished','ended_on':'2023-03-31'}}", "authority_abolished" },
		{ "{" OF ",'status':'proposed','due_on':'2023-03-01'}",
		  "{'authority':{'status':'abolished','ended_on':'2023-03-31'}}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &action_resource, cases[i].draft, NULL, cases[i].facts);

		CHECK(warns_only(o, cases[i].code), "case %zu: %s", i, cases[i].draft);
		CHECK(complains_only(&o->err, NULL, NULL), "case %zu", i);
	}
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

		action_resource.rules.moved(draft, cases[i].to, "2026-03-31");
		CHECK(same_json(draft, cases[i].result), "case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_refused),
		cmocka_unit_test(what_is_odd_is_warned_of),
		cmocka_unit_test(under_a_finding_the_authority_need_not_be_said),
		cmocka_unit_test(one_that_is_created_complete_was_so_on_that_day),
		cmocka_unit_test(transitions_bring_and_take_the_day_of_completion),
	};

	return RUN(tests);
}
