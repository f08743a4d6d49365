/* Tests of service/resource/update.c: the rules of updates. */
#include "rule_support.h"

#include "resource/rule.h"

#define ON       "'action_id':'a','reported_on':'2026-06-15'"
#define OPEN     "'action':{'status':'in_progress'}"
#define CORRECTS "{" ON ",'rag':'red','corrects_id':'u'}"
#define CORRECTED(action, by)                                                                                          \
	"{" OPEN ",'corrected':{'action_id':'" action "','reported_on':'2026-05-01','corrected_by_id':" by "}}"

static void what_breaks_a_rule_is_refused(void **state)
{
	static const struct {
		const char *draft, *facts, *pointer, *code;
		enum err_code err;
	} cases[] = {
		{ "{" ON ",'rag':'red'}", "{" OPEN "}", NULL, NULL, 0 },
		{ "{'action_id':'a','reported_on':'2026-06-16','rag':'red'}", "{" OPEN "}", "/reported_on", "in_future",
		  ERR_INVALID },
		{ "{" ON "}", "{" OPEN "}", "/narrative", "required", ERR_INVALID },
		{ "{" ON ",'narrative':' ','evidence_ids':[]}", "{" OPEN "}", "/narrative", "required", ERR_INVALID },
		{ "{" ON ",'narrative':'Said'}", "{" OPEN "}", NULL, NULL, 0 },
		{ "{" ON ",'next_step':'Say'}", "{" OPEN "}", NULL, NULL, 0 },
		{ "{" ON ",'impact':'emerging'}", "{" OPEN "}", NULL, NULL, 0 },
		{ "{" ON ",'distance_to_target':'3 of 12'}", "{" OPEN "}", NULL, NULL, 0 },
		{ "{" ON ",'evidence_ids':['d']}", "{" OPEN "}", NULL, NULL, 0 },
		{ "{" ON ",'rag':'red'}", "{'action':{'status':'complete'}}", NULL, NULL, 0 },
		{ "{" ON ",'rag':'red'}", "{'action':{'status':'cancelled'}}", "/action_id", "action_closed",
		  ERR_CONFLICT },
		{ "{" ON ",'rag':'red'}", "{'action':{'status':'superseded'}}", "/action_id", "action_closed",
		  ERR_CONFLICT },
		{ "{" ON ",'rag':'red'}", "{'action':null}", NULL, NULL, 0 }, /* refused as a reference */
		{ CORRECTS, CORRECTED("a", "null"), NULL, NULL, 0 },
		{ CORRECTS, CORRECTED("b", "null"), "/corrects_id", "other_action", ERR_INVALID },
		{ CORRECTS, CORRECTED("a", "'v'"), "/corrects_id", "corrected_already", ERR_CONFLICT },
		{ CORRECTS, "{" OPEN ",'ends_evidence':true,'corrected':{'action_id':'a'}}", "/corrects_id",
		  "evidence_of_embedded", ERR_CONFLICT },
		{ CORRECTS, "{" OPEN ",'corrected':null}", NULL, NULL, 0 }, /* refused as a reference */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &update_resource, cases[i].draft, NULL, cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
		CHECK(o->err.code == cases[i].err, "case %zu", i);
	}
}

static void the_day_is_todays_or_that_of_what_is_corrected(void **state)
{
	static const struct {
		const char *draft, *facts, *on;
	} cases[] = {
		{ "{}", "{'today':'2026-06-15'}", "2026-06-15" },
		{ "{'reported_on':'2026-06-01'}", "{'today':'2026-06-15'}", "2026-06-01" },
		{ "{}", "{'today':'2026-06-15','corrected':{'reported_on':'2026-05-01'}}", "2026-05-01" },
		{ "{'reported_on':'2026-06-01'}", "{'corrected':{'reported_on':'2026-05-01'}}", "2026-06-01" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &update_resource, cases[i].draft, NULL, cases[i].facts);

		CHECK(rule_is(o->draft, "reported_on", cases[i].on), "case %zu", i);
	}
}

static void who_reports_is_who_writes(void **state)
{
	OUTCOME(o, &update_resource, "{" ON ",'rag':'red'}", NULL, "{'me':'ann'}");

	(void)state;
	assert_string_equal(member_text(o->draft, "reported_by"), "ann");
}

static void a_document_that_is_no_evidence_is_warned_of(void **state)
{
	OUTCOME(o, &update_resource, "{" ON ",'evidence_ids':['d','e']}", NULL, "{" OPEN ",'not_evidence':[1]}");

	(void)state;
	assert_true(warns_only(o, "not_evidence"));
	assert_string_equal(member_text(json_array_get(o->warnings, 0), "pointer"), "/evidence_ids/1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_refused),
		cmocka_unit_test(the_day_is_todays_or_that_of_what_is_corrected),
		cmocka_unit_test(who_reports_is_who_writes),
		cmocka_unit_test(a_document_that_is_no_evidence_is_warned_of),
	};

	return RUN(tests);
}
