/* Tests of service/resource/meeting.c: the rules of meetings. */
#include "rule_support.h"

#define OF "'authority_id':'806','board_id':'b1'"

static void what_breaks_a_rule_is_refused(void **state)
{
	static const struct {
		const char *draft, *stored, *facts, *pointer, *code;
	} cases[] = {
		{ "{" OF ",'status':'planned'}", NULL, "{}", NULL, NULL },
		{ "{" OF ",'status':'planned','held_on':'2026-06-16'}", NULL, "{}", NULL, NULL },
		{ "{" OF ",'status':'held'}", NULL, "{}", "/held_on", "required" },
		{ "{" OF ",'status':'held','held_on':'2026-06-15'}", NULL, "{}", NULL, NULL },
		{ "{" OF ",'status':'held','held_on':'2026-06-16'}", NULL, "{}", "/held_on", "in_future" },
		{ "{" OF ",'status':'held','held_on':'2026-06-16'}", "{'status':'planned','held_on':'2026-06-16'}",
		  "{}", "/held_on", "in_future" },

		{ "{" OF ",'status':'planned','id':'a','previous_id':'b'}", NULL, "{'previous_board_id':'b1'}", NULL,
		  NULL },
		{ "{" OF ",'status':'planned','id':'a','previous_id':'b'}", NULL, "{'previous_board_id':'b2'}",
		  "/previous_id", "other_board" },
		{ "{" OF ",'status':'planned','id':'a','previous_id':'b'}", NULL, "{'previous_board_id':null}", NULL,
		  NULL }, /* refused as a reference */
		{ "{" OF ",'status':'planned','id':'a','previous_id':'a'}", "{'status':'planned'}",
		  "{'previous_board_id':'b1','previous_circle':true}", "/previous_id", "circle" },
		{ "{" OF ",'status':'planned','id':'a','previous_id':'b'}", "{'status':'planned'}",
		  "{'previous_board_id':'b1','previous_circle':true}", "/previous_id", "circle" },

		{ "{" OF ",'status':'planned','starts_at':'09:30','ends_at':'10:00'}", NULL, "{}", NULL, NULL },
		{ "{" OF ",'status':'planned','starts_at':'10:00','ends_at':'09:30'}", NULL, "{}", "/ends_at",
		  "before_start" },
		{ "{" OF ",'status':'planned','starts_at':'10:00','ends_at':'10:00'}", NULL, "{}", "/ends_at",
		  "before_start" },
		{ "{" OF ",'status':'planned','ends_at':'10:00'}", NULL, "{}", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &meeting_resource, cases[i].draft, cases[i].stored, cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
		CHECK(o->err.n_complaints == 0 || o->err.code == ERR_INVALID, "case %zu", i);
	}
}

static void decisions_of_another_day_are_odd_once_it_was_held(void **state)
{
	OUTCOME(held, &meeting_resource, "{" OF ",'status':'held','held_on':'2026-05-02'}", "{'status':'held'}",
		"{'decisions_on_another_day':2}");
	OUTCOME(same, &meeting_resource, "{" OF ",'status':'held','held_on':'2026-05-02'}", "{'status':'held'}",
		"{'decisions_on_another_day':0}");
	OUTCOME(planned, &meeting_resource, "{" OF ",'status':'planned','held_on':'2026-05-02'}",
		"{'status':'planned'}", "{'decisions_on_another_day':2}");

	(void)state;
	assert_true(warns_only(held, "decisions_on_another_day"));
	assert_true(warns_only(same, NULL));
	assert_true(warns_only(planned, NULL));
}

static void what_is_entered_as_held_has_been_so_since_that_day(void **state)
{
	OUTCOME(created, &meeting_resource, "{" OF ",'status':'held','held_on':'2026-01-05'}", NULL, "{}");
	OUTCOME(planned, &meeting_resource, "{" OF ",'status':'planned','held_on':'2026-01-05'}", NULL, "{}");

	(void)state;
	assert_string_equal(member_text(created->draft, "status_on"), "2026-01-05");
	assert_null(member_text(planned->draft, "status_on"));
}

static void a_meeting_is_held_on_the_day_planned_or_else_of_its_transition(void **state)
{
	static const struct {
		const char *draft, *to, *result;
	} cases[] = {
		{ "{'status':'planned','held_on':null}", "held",
		  "{'status':'held','status_on':'2026-03-31','held_on':'2026-03-31'}" },
		{ "{'status':'planned','held_on':'2026-03-30'}", "held",
		  "{'status':'held','status_on':'2026-03-31','held_on':'2026-03-30'}" },
		{ "{'status':'planned','held_on':null}", "cancelled",
		  "{'status':'cancelled','status_on':'2026-03-31','held_on':null}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(json_decrefp) json_t *draft = js(cases[i].draft);

		meeting_resource.rules.moved(draft, &(struct move){ cases[i].to, "2026-03-31", NULL });
		CHECK(same_json(draft, cases[i].result), "case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_refused),
		cmocka_unit_test(decisions_of_another_day_are_odd_once_it_was_held),
		cmocka_unit_test(what_is_entered_as_held_has_been_so_since_that_day),
		cmocka_unit_test(a_meeting_is_held_on_the_day_planned_or_else_of_its_transition),
	};

	return RUN(tests);
}
