/* Tests of service/resource/inspection_rules.c. */
#include "rule_support.h"

#define STRANDS                                                                                                        \
	"'strands':[{'strand':'overall_effectiveness'},{'strand':'help_and_protection','limits_overall':true}],"       \
	"'grades':[{'grade':'outstanding'},{'grade':'good'},{'grade':'requires_improvement'},{'grade':'inadequate'}]"
/* Two forms of one kind's framework, of which the first or the second is in force. */
#define OLD(in_force)                                                                                                  \
	"{'id':'ilacs-2018','graded':true,'starts_on':'2018-01-29','ends_on':'2022-12-31','in_force':" in_force        \
	"," STRANDS "}"
#define NEW(in_force)                                                                                                  \
	"{'id':'ilacs-2023','graded':true,'starts_on':'2023-01-01','ends_on':null,'in_force':" in_force "," STRANDS "}"
#define FACTS_OLD  "{'frameworks':[" OLD("true") "," NEW("false") "]}"
#define FACTS_NEW  "{'frameworks':[" OLD("false") "," NEW("true") "]}"
#define FACTS_ANY  "{'frameworks':[" OLD("true") "," NEW("true") "]}"
#define FACTS_NONE "{'frameworks':[" OLD("false") "," NEW("false") "]}"
#define UNGRADED   "{'frameworks':[{'id':'jtai','graded':false,'in_force':true,'strands':[],'grades':[]}]}"
#define WITH(more) "{'frameworks':[" OLD("true") "]," more "}"
#define BASE       "'kind':'short_inspection','status':'planned','sensitivity':'council','body':'ofsted'"

static void what_breaks_a_rule_is_refused(void **state)
{
	static const struct {
		const char *draft, *facts, *pointer, *code;
	} cases[] = {
		/* framework */
		{ "{" BASE ",'start_on':'2020-01-06'}", FACTS_OLD, NULL, NULL },
		{ "{" BASE ",'start_on':'2000-01-06'}", FACTS_NONE, "/framework_id", "required" },
		{ "{" BASE ",'start_on':'2020-01-06'}", "{'frameworks':[]}", "/framework_id", "required" },
		{ "{" BASE ",'framework_id':'sif','start_on':'2020-01-06'}", FACTS_OLD, "/framework_id", "wrong_kind" },
		{ "{" BASE ",'framework_id':'ilacs-2023','start_on':'2020-01-06'}", FACTS_OLD, "/framework_id",
		  "not_in_force" },
		/* judgements */
		{ "{" BASE ",'judgements':[{'strand':'help_and_protection','grade':'good'}]}", FACTS_OLD, NULL, NULL },
		{ "{" BASE ",'judgements':[{'strand':'care_leavers','grade':'good'}]}", FACTS_OLD,
		  "/judgements/0/strand", "unknown_strand" },
		{ "{" BASE ",'judgements':[{'strand':'overall_effectiveness','grade':'good'},"
		  "{'strand':'help_and_protection','grade':'adequate'}]}",
		  FACTS_OLD, "/judgements/1/grade", "unknown_grade" },
		{ "{'kind':'jtai','judgements':[{'strand':'x','grade':'good'}]}", UNGRADED, "/judgements", "ungraded" },
		{ "{'kind':'jtai','judgements':[]}", UNGRADED, NULL, NULL },
		/* dates */
		{ "{" BASE ",'start_on':'2020-01-10','end_on':'2020-01-06'}", FACTS_OLD, "/end_on", "before_start" },
		{ "{" BASE ",'start_on':'2016-07-28','end_on':'2016-07-28'}", FACTS_OLD, NULL, NULL },
		{ "{" BASE ",'start_on':'2020-01-06','verbal_feedback_on':'2020-01-05'}", FACTS_OLD,
		  "/verbal_feedback_on", "before_start" },
		{ "{" BASE ",'end_on':'2020-01-10','received_on':'2020-01-09'}", FACTS_OLD, "/received_on",
		  "before_end" },
		{ "{" BASE ",'start_on':'2020-01-10','received_on':'2020-01-09'}", FACTS_OLD, "/received_on",
		  "before_start" },
		{ "{" BASE ",'end_on':'2020-01-10','published_on':'2020-01-09'}", FACTS_OLD, "/published_on",
		  "before_end" },
		{ "{" BASE ",'start_on':'2020-01-10','published_on':'2020-01-09'}", FACTS_OLD, "/published_on",
		  "before_start" },
		{ "{" BASE ",'received_on':'2020-02-01','published_on':'2020-01-09'}", FACTS_OLD, NULL, NULL },
		{ "{'kind':'jtai','status':'published'}", UNGRADED, "/published_on", "required" },
		{ "{'kind':'jtai','status':'published','published_on':'2020-01-09'}", UNGRADED, NULL, NULL },
		/* the authority */
		{ "{" BASE ",'start_on':'2021-05-01'}",
		  WITH("'authority':{'name':'Northamptonshire','status':'abolished','ended_on':'2021-03-31'}"),
		  "/authority_id", "abolished" },
		{ "{" BASE ",'start_on':'2021-03-31'}",
		  WITH("'authority':{'name':'Northamptonshire','status':'abolished','ended_on':'2021-03-31'}"), NULL,
		  NULL },
		{ "{" BASE "}", WITH("'authority':{'name':'Poole','status':'abolished','ended_on':'2019-03-31'}"),
		  "/authority_id", "abolished" },
		{ "{" BASE ",'start_on':'2001-05-01'}",
		  WITH("'authority':{'name':'Cumberland','status':'current','started_on':'2023-04-01'}"), NULL, NULL },
		/* the visit that it follows */
		{ "{" BASE ",'id':'a','follows_id':'a'}", FACTS_OLD, "/follows_id", "self" },
		{ "{" BASE ",'id':'a','follows_id':'b','start_on':'2020-01-06'}",
		  WITH("'follows_start_on':'2020-01-07'"), "/follows_id", "later_inspection" },
		{ "{" BASE ",'id':'a','follows_id':'b','start_on':'2020-01-06'}",
		  WITH("'follows_start_on':'2020-01-06'"), NULL, NULL },
		{ "{" BASE ",'id':'a','follows_id':'b','start_on':'2020-01-06'}",
		  WITH("'follows_start_on':'2020-01-06','follows_itself':true"), "/follows_id", "circle" },
		/* what only a joint inspection determines */
		{ "{'kind':'jtai','statement_required':false,'principal_authority_id':'806'}", UNGRADED, NULL, NULL },
		{ "{" BASE ",'statement_required':false}", FACTS_OLD, "/statement_required", "not_joint" },
		{ "{" BASE ",'statement_required':null}", FACTS_OLD, NULL, NULL },
		{ "{" BASE ",'principal_authority_id':'806'}", FACTS_OLD, "/principal_authority_id", "not_joint" },
		/* what other sources say */
		{ "{" BASE ",'discrepancies':[{'member':'delivery','value':'on site'}]}", FACTS_OLD, NULL, NULL },
		{ "{" BASE ",'discrepancies':[{'member':'delivery'},{'member':'place'}]}", FACTS_OLD,
		  "/discrepancies/1/member", "unknown_member" },
		/* what is public beneath it */
		{ "{" BASE "}", WITH("'public_findings':2"), "/sensitivity", "public_findings" },
		{ "{'kind':'jtai','sensitivity':'public'}",
		  "{'frameworks':[{'id':'jtai','graded':false,'in_force':true}],'public_findings':2}", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &inspection_resource, cases[i].draft, NULL, cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
		CHECK(o->err.n_complaints == 0 || o->err.code == ERR_INVALID, "case %zu", i);
	}
}

static void a_grade_that_does_not_exist_is_answered_with_those_that_do(void **state)
{
	OUTCOME(o, &inspection_resource, "{" BASE ",'judgements':[{'strand':'x','grade':'adequate'}]}", NULL,
		FACTS_OLD);

	(void)state;
	assert_non_null(strstr(complaint_of(&o->err, "/judgements/0/grade", "unknown_grade")->detail,
			       "ilacs-2018 has no grade adequate; it has: outstanding, good"));
	assert_non_null(strstr(complaint_of(&o->err, "/judgements/0/strand", "unknown_strand")->detail,
			       "overall_effectiveness, help_and_protection"));
}

static void the_framework_follows_from_kind_and_start(void **state)
{
	static const struct {
		const char *draft, *stored, *facts, *framework;
	} cases[] = {
		{ "{" BASE "}", NULL, FACTS_OLD, "ilacs-2018" },
		{ "{" BASE "}", NULL, FACTS_NEW, "ilacs-2023" },
		{ "{" BASE "}", NULL, FACTS_ANY, "ilacs-2023" }, /* no date is known: the newest */
		{ "{" BASE "}", NULL, FACTS_NONE, NULL },
		{ "{" BASE ",'framework_id':'ilacs-2018'}", NULL, FACTS_NEW, "ilacs-2018" }, /* chosen: complained of */
		{ "{" BASE ",'framework_id':'ilacs-2018'}", "{'status':'planned','framework_id':'ilacs-2018'}",
		  FACTS_NEW, "ilacs-2023" },
		{ "{" BASE ",'framework_id':'ilacs-2018'}", "{'status':'planned','framework_id':'ilacs-2018'}",
		  FACTS_OLD, "ilacs-2018" },
		{ "{" BASE ",'framework_id':'ilacs-2018'}", "{'status':'planned','framework_id':'ilacs-2023'}",
		  FACTS_NEW, "ilacs-2018" }, /* chosen in this very write */
		{ "{" BASE ",'framework_id':'ilacs-2018'}", "{'status':'published','framework_id':'ilacs-2018'}",
		  FACTS_NEW, "ilacs-2018" }, /* it was inspected under this one */
		{ "{" BASE ",'framework_id':'jtai'}", "{'status':'published','framework_id':'jtai'}", FACTS_NEW,
		  "ilacs-2023" }, /* the kind was corrected */
		{ "{" BASE ",'framework_id':'ilacs-2018'}", "{'status':'planned','framework_id':'ilacs-2018'}",
		  FACTS_NONE, "ilacs-2018" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &inspection_resource, cases[i].draft, cases[i].stored, cases[i].facts);
		const char *framework = member_text(o->draft, "framework_id");

		CHECK(framework ? cases[i].framework && strcmp(framework, cases[i].framework) == 0
				: !cases[i].framework,
		      "case %zu: %s", i, framework ? framework : "none");
	}
}

static void the_body_follows_from_the_kind(void **state)
{
	static const char *const cases[][2] = {
		{ "jtai", "joint" },           { "commissioner_review", "dfe" }, { "peer_review", "sector" },
		{ "focused_visit", "ofsted" }, { "unknown", "ofsted" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char draft[64];

		snprintf(draft, sizeof draft, "{'kind':'%s'}", cases[i][0]);
		{
			OUTCOME(o, &inspection_resource, draft, NULL, "{}");

			CHECK(strcmp(member_text(o->draft, "body"), cases[i][1]) == 0, "%s", cases[i][0]);
		}
	}
	{
		OUTCOME(o, &inspection_resource, "{'kind':'jtai','body':'ofsted'}", NULL, "{}");

		assert_string_equal(member_text(o->draft, "body"), "ofsted");
	}
}

static void a_created_status_was_reached_on_the_day_that_its_dates_tell(void **state)
{
	static const struct {
		const char *draft, *on;
	} cases[] = {
		{ "{'kind':'jtai','status':'published','published_on':'2020-03-01','start_on':'2020-01-01'}",
		  "2020-03-01" },
		{ "{'kind':'jtai','status':'reported','received_on':'2020-02-01'}", "2020-02-01" },
		{ "{'kind':'jtai','status':'in_progress','start_on':'2020-01-01'}", "2020-01-01" },
		{ "{'kind':'jtai','status':'planned','planned_start_on':'2020-01-01'}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &inspection_resource, cases[i].draft, NULL, UNGRADED);
		const char *on = member_text(o->draft, "status_on");

		CHECK(on ? cases[i].on && strcmp(on, cases[i].on) == 0 : !cases[i].on, "case %zu", i);
	}
}

static void transitions_bring_dates_that_are_not_known_yet(void **state)
{
	static const struct {
		const char *draft, *to, *date, *value;
	} cases[] = {
		{ "{}", "in_progress", "start_on", "2026-03-31" },
		{ "{'start_on':'2026-03-30'}", "in_progress", "start_on", "2026-03-30" },
		{ "{}", "reported", "received_on", "2026-03-31" },
		{ "{'received_on':'2026-03-30'}", "reported", "received_on", "2026-03-30" },
		{ "{}", "published", "published_on", "2026-03-31" },
		{ "{'published_on':'2026-03-30'}", "published", "published_on", "2026-03-30" },
		{ "{}", "cancelled", "start_on", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(json_decrefp) json_t *draft = js(cases[i].draft);
		const char *value;

		inspection_resource.rules.moved(draft, &(struct move){ cases[i].to, "2026-03-31" });
		value = member_text(draft, cases[i].date);
		CHECK(value ? cases[i].value && strcmp(value, cases[i].value) == 0 : !cases[i].value, "case %zu", i);
		CHECK(strcmp(member_text(draft, "status"), cases[i].to) == 0, "case %zu", i);
		CHECK(strcmp(member_text(draft, "status_on"), "2026-03-31") == 0, "case %zu", i);
	}
}

static void a_date_that_a_transition_brings_is_complained_of_as_its_on(void **state)
{
	OUTCOME(o, &inspection_resource,
		"{'kind':'jtai','framework_id':'jtai','status':'published','end_on':'2026-03-10','published_on':'2026-03-01'}",
		"{'kind':'jtai','framework_id':'jtai','status':'reported','end_on':'2026-03-10'}", UNGRADED);

	(void)state;
	assert_true(complains_only(&o->err, "/on", "before_end"));
}

#define OTHER(graded, precise, body)                                                                                   \
	WITH("'overlapping':[{'id':'o','kind':'standard_inspection','body':'" body "','graded':" graded                \
	     ",'day_precise':" precise ",'start_on':'2020-01-06','end_on':'2020-01-17'}]")

/* Each pair either clashes or is warned of, never both and never neither. */
static void graded_inspections_of_one_body_cannot_share_days(void **state)
{
	static const struct {
		const char *draft, *facts;
		bool clash;
	} cases[] = {
		{ "{" BASE ",'start_on':'2020-01-13','end_on':'2020-01-17'}", OTHER("true", "true", "ofsted"), true },
		{ "{" BASE ",'start_on':'2020-01-13','end_on':'2020-01-17'}", OTHER("false", "true", "ofsted"), false },
		{ "{" BASE ",'start_on':'2020-01-13','end_on':'2020-01-17'}", OTHER("true", "false", "ofsted"), false },
		{ "{" BASE ",'start_on':'2020-01-13','end_on':'2020-01-17'}", OTHER("true", "true", "joint"), false },
		{ "{" BASE ",'start_on':'2020-01-13'}", OTHER("true", "true", "ofsted"), false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &inspection_resource, cases[i].draft, NULL, cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].clash ? "/start_on" : NULL, "overlapping_inspection"),
		      "case %zu", i);
		CHECK(o->err.code == (cases[i].clash ? ERR_CONFLICT : ERR_NONE), "case %zu", i);
		CHECK(warns_only(o, cases[i].clash ? NULL : "overlapping_visit"), "case %zu", i);
	}
	{
		OUTCOME(o, &inspection_resource,
			"{'kind':'short_inspection','status':'cancelled','body':'ofsted','start_on':'2020-01-13',"
			"'end_on':'2020-01-17'}",
			NULL, OTHER("true", "true", "ofsted"));

		assert_true(complains_only(&o->err, NULL, NULL));
		assert_true(warns_only(o, NULL));
	}
}

/* Rows that were written before this was a rule keep their dates. */
static void what_happened_is_not_in_the_future(void **state)
{
	static const char *const days[] = { "verbal_feedback_on", "received_on", "published_on" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		char today[200], later[200], pointer[32];

		snprintf(today, sizeof today, "{" BASE ",'start_on':'2020-01-06','%s':'" TODAY "'}", days[i]);
		snprintf(later, sizeof later, "{" BASE ",'start_on':'2020-01-06','%s':'2026-06-16'}", days[i]);
		snprintf(pointer, sizeof pointer, "/%s", days[i]);
		{
			OUTCOME(taken, &inspection_resource, today, NULL, FACTS_OLD);
			OUTCOME(refused, &inspection_resource, later, NULL, FACTS_OLD);
			OUTCOME(kept, &inspection_resource, later, later, FACTS_OLD);

			CHECK(complains_only(&taken->err, NULL, NULL), "%s", days[i]);
			CHECK(complains_only(&refused->err, pointer, "in_future"), "%s", days[i]);
			CHECK(complains_only(&kept->err, NULL, NULL), "%s", days[i]);
		}
	}
}

static void a_stored_inspection_outlives_its_authority(void **state)
{
	OUTCOME(o, &inspection_resource, "{" BASE ",'framework_id':'ilacs-2018'}",
		"{'status':'planned','framework_id':'ilacs-2018'}",
		WITH("'authority':{'name':'Poole','status':'abolished','ended_on':'2019-03-31'}"));

	(void)state;
	assert_true(complains_only(&o->err, NULL, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_refused),
		cmocka_unit_test(a_grade_that_does_not_exist_is_answered_with_those_that_do),
		cmocka_unit_test(the_framework_follows_from_kind_and_start),
		cmocka_unit_test(the_body_follows_from_the_kind),
		cmocka_unit_test(a_created_status_was_reached_on_the_day_that_its_dates_tell),
		cmocka_unit_test(transitions_bring_dates_that_are_not_known_yet),
		cmocka_unit_test(a_date_that_a_transition_brings_is_complained_of_as_its_on),
		cmocka_unit_test(graded_inspections_of_one_body_cannot_share_days),
		cmocka_unit_test(what_happened_is_not_in_the_future),
		cmocka_unit_test(a_stored_inspection_outlives_its_authority),
	};

	return RUN(tests);
}
