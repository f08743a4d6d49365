/* Tests of service/resource/extension.c: the rules of extensions. */
#include "rule_support.h"

#include "resource/rule.h"

#define ASKED(to)   "{'action_id':'a','status':'requested','requested_on':'2026-06-01','to_due_on':'" to "'}"
#define DUE(more)   "{'action':{'status':'in_progress','due_on':'2026-07-01'" more "}}"
#define STATUS(is)  "{'action':{'status':'" is "','due_on':'2026-07-01'}}"
#define STORED      "{'action_id':'a','status':'requested','from_due_on':'2026-07-01','to_due_on':'2026-09-01'}"
#define GRANTED     "{'action_id':'a','status':'granted','from_due_on':'2026-07-01','to_due_on':'2026-09-01'}"
#define REFUSED     "{'action_id':'a','status':'refused','from_due_on':'2026-07-01','to_due_on':'2026-09-01'}"
#define DECIDED     "{'status':'granted','to_due_on':'2026-09-01','decision_id':'d'}"
#define BY_A(state) "{'action':{'status':'in_progress','due_on':'2026-07-01'},'decision':{'status':'" state "'}}"

static void what_breaks_a_rule_is_refused(void **state)
{
	static const struct {
		const char *draft, *stored, *facts, *pointer, *code;
		enum err_code err;
	} cases[] = {
		/* asking */
		{ ASKED("2026-07-02"), NULL, DUE(""), NULL, NULL, 0 },
		{ ASKED("2026-07-01"), NULL, DUE(""), "/to_due_on", "earlier_date", ERR_INVALID },
		{ ASKED("2026-06-30"), NULL, DUE(""), "/to_due_on", "earlier_date", ERR_INVALID },
		{ ASKED("2026-07-31"), NULL, DUE(",'due_precision':'month'"), "/to_due_on", "earlier_date",
		  ERR_INVALID },
		{ ASKED("2026-08-01"), NULL, DUE(",'due_precision':'month'"), NULL, NULL, 0 },
		{ ASKED("2026-07-02"), NULL, "{'action':{'status':'in_progress','due_on':null}}", "/action_id",
		  "no_due_on", ERR_INVALID },
		{ ASKED("2026-07-02"), NULL, "{'action':null}", NULL, NULL, 0 }, /* refused as a reference */
		{ "{'status':'requested','requested_on':'2026-06-16','to_due_on':'2026-08-01'}", NULL, DUE(""),
		  "/requested_on", "in_future", ERR_INVALID },
		{ "{'status':'granted','to_due_on':'2026-08-01'}", NULL, DUE(""), "/status", "not_yet_decided",
		  ERR_CONFLICT },
		{ ASKED("2026-08-01"), NULL,
		  "{'action':{'status':'in_progress','due_on':'2026-07-01'},'other_requested_id':'e'}", "/action_id",
		  "another_requested", ERR_CONFLICT },
		{ ASKED("2026-08-01"), NULL, STATUS("on_hold"), NULL, NULL, 0 },
		{ ASKED("2026-08-01"), NULL, STATUS("complete"), "/action_id", "action_closed", ERR_CONFLICT },
		{ ASKED("2026-08-01"), NULL, STATUS("embedded"), "/action_id", "action_closed", ERR_CONFLICT },
		{ ASKED("2026-08-01"), NULL, STATUS("cancelled"), "/action_id", "action_closed", ERR_CONFLICT },
		{ ASKED("2026-08-01"), NULL, STATUS("superseded"), "/action_id", "action_closed", ERR_CONFLICT },
		/* granting */
		{ GRANTED, STORED, DUE(""), NULL, NULL, 0 },
		{ GRANTED, STORED, STATUS("complete"), "/to", "action_closed", ERR_CONFLICT },
		{ GRANTED, STORED, "{'action':{'status':'in_progress','due_on':'2026-08-31'}}", NULL, NULL, 0 },
		{ GRANTED, STORED, "{'action':{'status':'in_progress','due_on':'2026-09-01'}}", "/to",
		  "due_later_already", ERR_CONFLICT },
		{ GRANTED, STORED, "{'action':{'status':'in_progress','due_on':null}}", "/to", "no_due_on",
		  ERR_CONFLICT },
		{ GRANTED, STORED, DUE(",'start_on':'2026-09-02'"), "/to", "before_start", ERR_CONFLICT },
		{ DECIDED, "{'status':'requested'}", BY_A("taken"), NULL, NULL, 0 },
		{ DECIDED, "{'status':'requested'}", BY_A("proposed"), "/decision_id", "not_taken", ERR_INVALID },
		/* what is settled, and refusing, asks nothing of the action */
		{ GRANTED, GRANTED, STATUS("complete"), NULL, NULL, 0 },
		{ REFUSED, STORED, STATUS("cancelled"), NULL, NULL, 0 },
		/* of two that wait, one was restored */
		{ STORED, STORED, "{'action':{'status':'in_progress','due_on':'2026-07-01'},'other_requested_id':'e'}",
		  "/action_id", "another_requested", ERR_CONFLICT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &extension_resource, cases[i].draft, cases[i].stored, cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].facts);
		CHECK(o->err.code == cases[i].err, "case %zu", i);
	}
}

static void asking_keeps_who_when_and_from_which_date(void **state)
{
	OUTCOME(o, &extension_resource, "{'status':'requested','to_due_on':'2026-08-01'}", NULL,
		"{'me':'ann','today':'2026-06-15','action':{'due_on':'2026-07-01'}}");

	(void)state;
	assert_string_equal(member_text(o->draft, "requested_by"), "ann");
	assert_string_equal(member_text(o->draft, "requested_on"), TODAY);
	assert_string_equal(member_text(o->draft, "from_due_on"), "2026-07-01");
	assert_null(member_text(o->draft, "decided_by"));
}

static void deciding_keeps_who_and_why(void **state)
{
	static const struct {
		const char *to, *by;
	} cases[] = { { "granted", "bob" }, { "refused", "bob" }, { "withdrawn", NULL } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(json_decrefp) json_t *draft = js(STORED), *stored = js(STORED), *facts = js("{'me':'bob'}");

		extension_resource.rules.moved(draft, &(struct move){ cases[i].to, "2026-06-10", "Because" });
		extension_resource.rules.complete(draft, stored, facts);
		CHECK(rule_is(draft, "status", cases[i].to) && rule_is(draft, "status_on", "2026-06-10"), "case %zu",
		      i);
		CHECK(rule_is(draft, "decision_reason", "Because"), "case %zu", i);
		CHECK(cases[i].by ? rule_is(draft, "decided_by", cases[i].by) : !member_text(draft, "decided_by"),
		      "case %zu", i);
	}
}

static void a_weekend_is_warned_of(void **state)
{
	OUTCOME(o, &extension_resource, ASKED("2026-08-01"), NULL,
		"{'action':{'status':'in_progress','due_on':'2026-07-01'},'to_is_working_day':false}");

	(void)state;
	assert_true(warns_only(o, "due_on_non_working_day"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_refused),
		cmocka_unit_test(asking_keeps_who_when_and_from_which_date),
		cmocka_unit_test(deciding_keeps_who_and_why),
		cmocka_unit_test(a_weekend_is_warned_of),
	};

	return RUN(tests);
}
