/* Tests of service/resource/decision.c: the rules of decisions. */
#include "rule_support.h"

#include "resource/rule.h"

#define AT        "'meeting_id':'m1','kind':'agreed'"
#define DELEGATED "'delegated_to':'Director','kind':'agreed'"
#define WORDS     "'wording_taken':'Agreed'"
#define HELD      "{'meeting':{'board_id':'b1','status':'held','held_on':'2026-05-01'}}"

static void what_breaks_a_rule_is_refused(void **state)
{
	static const struct {
		const char *draft, *stored, *facts, *pointer, *code;
	} cases[] = {
		{ "{" AT ",'status':'proposed'}", NULL, HELD, NULL, NULL },
		{ "{" AT ",'status':'proposed'}", NULL, "{'meeting':null}", NULL, NULL }, /* refused as a reference */
		{ "{" DELEGATED ",'status':'proposed'}", NULL, "{}", NULL, NULL },
		{ "{'kind':'agreed','status':'proposed'}", NULL, "{}", "/meeting_id", "required" },
		{ "{" AT ",'delegated_to':'Director','status':'proposed'}", NULL, HELD, "/meeting_id", "not_both" },
		{ "{" AT ",'status':'proposed','board_id':'b2'}", NULL, HELD, "/board_id", "other_board" },
		{ "{" AT ",'status':'proposed','board_id':'b1'}", NULL, HELD, NULL, NULL },
		{ "{" AT ",'status':'proposed','agenda_item_id':'a'}", NULL, "{'agenda_item_meeting_id':'m1'}", NULL,
		  NULL },
		{ "{" AT ",'status':'proposed','agenda_item_id':'a'}", NULL, "{'agenda_item_meeting_id':'m2'}",
		  "/agenda_item_id", "other_meeting" },
		{ "{" DELEGATED ",'status':'proposed','agenda_item_id':'a'}", NULL, "{'agenda_item_meeting_id':'m2'}",
		  "/agenda_item_id", "other_meeting" },

		{ "{" AT "," WORDS ",'status':'taken'}", NULL, HELD, NULL, NULL },
		{ "{" AT ",'status':'taken'}", NULL, HELD, "/wording_taken", "required" },
		{ "{" AT ",'wording_proposed':'Agree','status':'taken'}", "{'status':'proposed'}", HELD,
		  "/wording_taken", "required" },
		{ "{" DELEGATED "," WORDS ",'status':'taken'}", NULL, "{}", "/taken_on", "required" },
		{ "{" DELEGATED "," WORDS ",'status':'taken','taken_on':'2026-06-15'}", NULL, "{}", NULL, NULL },
		{ "{" DELEGATED "," WORDS ",'status':'taken','taken_on':'2026-06-16'}", NULL, "{}", "/taken_on",
		  "in_future" },
		{ "{" AT ",'status':'proposed','taken_on':'2026-05-01'}", NULL, HELD, "/taken_on", "not_taken" },
		{ "{" AT ",'status':'proposed','taken_on':'2026-06-16'}", NULL, HELD, "/taken_on", "not_taken" },
		{ "{" AT ",'status':'withdrawn','taken_on':'2026-05-01'}", "{'status':'withdrawn'}", HELD, "/taken_on",
		  "not_taken" },
		{ "{" AT "," WORDS ",'status':'taken','due_on':'2026-04-30'}", NULL, HELD, "/due_on", "before_start" },
		{ "{" AT "," WORDS ",'status':'taken','due_on':'2026-05-01'}", NULL, HELD, NULL, NULL },

		{ "{" AT "," WORDS ",'status':'done'}", NULL, HELD, "/done_on", "required" },
		{ "{" AT "," WORDS ",'status':'done','done_on':'2026-05-02'}", NULL, HELD, NULL, NULL },
		{ "{" AT "," WORDS ",'status':'done','done_on':'2026-04-30'}", NULL, HELD, "/done_on", "before_start" },
		{ "{" AT "," WORDS ",'status':'done','done_on':'2026-06-16'}", NULL, HELD, "/done_on", "in_future" },
		{ "{" AT "," WORDS ",'status':'taken','done_on':'2026-05-02'}", NULL, HELD, "/done_on", "not_done" },

		{ "{" AT ",'status':'proposed','answer':'accepted','answered_on':'2026-05-02'}", NULL, HELD, NULL,
		  NULL },
		{ "{" AT ",'status':'proposed','answer':'partly'}", NULL, HELD, "/answer_reason", "required" },
		{ "{" AT ",'status':'proposed','answer':'rejected'}", NULL, HELD, "/answer_reason", "required" },
		{ "{" AT ",'status':'proposed','answer':'rejected','answer_reason':'Too dear'}", NULL, HELD, NULL,
		  NULL },
		{ "{" AT ",'status':'proposed','answered_on':'2026-06-16'}", NULL, HELD, "/answered_on", "in_future" },
		{ "{" AT "," WORDS ",'status':'taken','answered_on':'2026-04-30'}", NULL, HELD, "/answered_on",
		  "before_taken" },
		{ "{" AT "," WORDS ",'status':'taken','answered_on':'2026-05-01'}", NULL, HELD, NULL, NULL },
		{ "{" AT ",'status':'proposed','called_in_on':'2026-06-16'}", NULL, HELD, "/called_in_on",
		  "in_future" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &decision_resource, cases[i].draft, cases[i].stored, cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
		CHECK(o->err.n_complaints == 0 || o->err.code == ERR_INVALID, "case %zu", i);
	}
}

/* Whatever else is said of the day on which it is to be. */
static void nothing_is_taken_at_a_meeting_that_has_not_been_held(void **state)
{
	static const char *const meetings[] = {
		"{'meeting':{'board_id':'b1','status':'planned','held_on':'2026-07-01'}}",
		"{'meeting':{'board_id':'b1','status':'planned','held_on':'2026-06-01'}}",
		"{'meeting':{'board_id':'b1','status':'planned','held_on':null}}",
		"{'meeting':{'board_id':'b1','status':'cancelled','held_on':'2026-06-01'}}",
		"{'meeting':{'board_id':'b1','status':'held','held_on':'2026-07-01'}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(meetings); i++) {
		OUTCOME(created, &decision_resource, "{" AT "," WORDS ",'status':'taken'}", NULL, meetings[i]);
		OUTCOME(dated, &decision_resource, "{" AT "," WORDS ",'status':'taken','taken_on':'2026-07-01'}", NULL,
			meetings[i]);
		OUTCOME(moved, &decision_resource, "{" AT ",'status':'taken'}", "{'status':'proposed'}", meetings[i]);
		OUTCOME(proposed, &decision_resource, "{" AT ",'status':'proposed'}", NULL, meetings[i]);

		CHECK(complains_only(&created->err, "/status", "meeting_not_held"), "case %zu", i);
		CHECK(complains_only(&dated->err, "/status", "meeting_not_held"), "case %zu", i);
		CHECK(complains_only(&moved->err, "/to", "meeting_not_held"), "case %zu", i);
		CHECK(created->err.code == ERR_CONFLICT && moved->err.code == ERR_CONFLICT, "case %zu", i);
		CHECK(complains_only(&proposed->err, NULL, NULL), "case %zu", i);
	}
}

static void what_to_do_first_with_a_meeting_is_said(void **state)
{
	OUTCOME(planned, &decision_resource, "{" AT "," WORDS ",'status':'taken'}", NULL,
		"{'meeting':{'board_id':'b1','status':'planned','held_on':'2026-07-01'}}");
	OUTCOME(cancelled, &decision_resource, "{" AT "," WORDS ",'status':'taken'}", NULL,
		"{'meeting':{'board_id':'b1','status':'cancelled','held_on':'2026-07-01'}}");

	(void)state;
	assert_non_null(strstr(planned->err.complaint[0].detail, "planned for 2026-07-01"));
	assert_non_null(strstr(planned->err.complaint[0].detail, "move the meeting to held first"));
	assert_non_null(strstr(cancelled->err.complaint[0].detail, "was cancelled"));
	assert_non_null(strstr(cancelled->err.complaint[0].detail, "plan it again first"));
}

static void what_is_odd_is_warned_of(void **state)
{
	static const struct {
		const char *draft, *facts, *code;
	} cases[] = {
		{ "{" AT "," WORDS ",'status':'taken','taken_on':'2026-05-02'}", HELD, "taken_on_another_day" },
		{ "{" AT "," WORDS ",'status':'taken','taken_on':'2026-05-01'}", HELD, NULL },
		{ "{" DELEGATED "," WORDS ",'status':'taken','taken_on':'2026-05-02'}", "{}", NULL },
		{ "{" AT ",'status':'proposed','answer':'accepted'}", HELD, "answered_on_missing" },
		{ "{" AT ",'status':'proposed'}", HELD, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &decision_resource, cases[i].draft, NULL, cases[i].facts);

		CHECK(warns_only(o, cases[i].code), "case %zu: %s", i, cases[i].draft);
		CHECK(complains_only(&o->err, NULL, NULL), "case %zu", i);
	}
}

static void what_follows_from_the_meeting_need_not_be_said(void **state)
{
	static const struct {
		const char *draft, *stored, *facts, *board_id, *taken_on, *status_on;
	} cases[] = {
		{ "{" AT ",'status':'proposed'}", NULL, HELD, "b1", NULL, NULL },
		{ "{" AT ",'status':'taken'}", NULL, HELD, "b1", "2026-05-01", "2026-05-01" },
		{ "{" AT ",'status':'taken','taken_on':'2026-04-30'}", NULL, HELD, "b1", "2026-04-30", "2026-04-30" },
		{ "{" AT ",'status':'done','done_on':'2026-05-20'}", NULL, HELD, "b1", "2026-05-01", "2026-05-20" },
		{ "{" AT ",'status':'taken','status_on':'2026-06-01'}", "{'status':'proposed'}", HELD, "b1",
		  "2026-05-01", "2026-06-01" },
		{ "{" DELEGATED ",'status':'taken','status_on':'2026-06-01'}", "{'status':'proposed'}", "{}", NULL,
		  "2026-06-01", "2026-06-01" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &decision_resource, cases[i].draft, cases[i].stored, cases[i].facts);

		CHECK(cases[i].board_id ? rule_is(o->draft, "board_id", cases[i].board_id)
					: !member_text(o->draft, "board_id"),
		      "case %zu", i);
		CHECK(cases[i].taken_on ? rule_is(o->draft, "taken_on", cases[i].taken_on)
					: !member_text(o->draft, "taken_on"),
		      "case %zu", i);
		CHECK(cases[i].status_on ? rule_is(o->draft, "status_on", cases[i].status_on)
					 : !member_text(o->draft, "status_on"),
		      "case %zu", i);
	}
}

static void transitions_bring_and_take_the_day_on_which_it_was_done(void **state)
{
	static const struct {
		const char *draft, *to, *result;
	} cases[] = {
		{ "{'status':'taken','done_on':null}", "done",
		  "{'status':'done','status_on':'2026-03-31','done_on':'2026-03-31'}" },
		{ "{'status':'done','done_on':'2026-03-01'}", "taken",
		  "{'status':'taken','status_on':'2026-03-31','done_on':null}" },
		{ "{'status':'proposed','done_on':null}", "withdrawn",
		  "{'status':'withdrawn','status_on':'2026-03-31','done_on':null}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(json_decrefp) json_t *draft = js(cases[i].draft);

		decision_resource.rules.moved(draft, &(struct move){ cases[i].to, "2026-03-31", NULL });
		CHECK(same_json(draft, cases[i].result), "case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_refused),
		cmocka_unit_test(nothing_is_taken_at_a_meeting_that_has_not_been_held),
		cmocka_unit_test(what_to_do_first_with_a_meeting_is_said),
		cmocka_unit_test(what_is_odd_is_warned_of),
		cmocka_unit_test(what_follows_from_the_meeting_need_not_be_said),
		cmocka_unit_test(transitions_bring_and_take_the_day_on_which_it_was_done),
	};

	return RUN(tests);
}
