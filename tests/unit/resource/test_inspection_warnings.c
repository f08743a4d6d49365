/* Tests of service/resource/inspection_warnings.c: what is odd but real. */
#include "rule_support.h"

#include "resource/rule.h"

#define GRADES                                                                                                         \
	"'grades':[{'grade':'outstanding'},{'grade':'good'},{'grade':'requires_improvement'},{'grade':'inadequate'},"  \
	"{'grade':'not_judged'}]"
#define ILACS                                                                                                          \
	"'frameworks':[{'id':'ilacs','graded':true,'in_force':true,'strands':[{'strand':'impact_of_leaders',"          \
	"'limits_overall':false},{'strand':'help_and_protection','limits_overall':true},{'strand':'children_in_care'," \
	"'limits_overall':true},{'strand':'overall_effectiveness','limits_overall':false}]," GRADES "}]"
#define FACTS(more) "{" ILACS more "}"
#define BASE        "'kind':'short_inspection','framework_id':'ilacs','body':'ofsted','status':'planned'"
#define JUDGED(leaders, help, care, overall)                                                                           \
	"{" BASE ",'judgements':[{'strand':'impact_of_leaders','grade':'" leaders                                      \
	"'},{'strand':'help_and_protection','grade':'" help "'},{'strand':'children_in_care','grade':'" care           \
	"'},{'strand':'overall_effectiveness','grade':'" overall "'}]}"
#define RI "requires_improvement"

static const struct {
	const char *draft, *facts, *code;
} cases[] = {
	{ "{" BASE "}", FACTS(""), NULL },
	/* grades that have always gone together */
	{ JUDGED("good", "good", "good", "good"), FACTS(""), NULL },
	{ JUDGED("inadequate", RI, RI, "inadequate"), FACTS(""), NULL },
	{ JUDGED("inadequate", RI, RI, RI), FACTS(""), NULL }, /* Herefordshire 2018, Doncaster 2022, Slough 2023 */
	{ JUDGED("good", "inadequate", "good", "good"), FACTS(""), "limiting_judgement_pattern" },
	{ JUDGED("good", "good", "inadequate", RI), FACTS(""), "limiting_judgement_pattern" },
	{ JUDGED("good", "inadequate", "inadequate", "inadequate"), FACTS(""), NULL },
	{ JUDGED(RI, RI, RI, "inadequate"), FACTS(""), "limiting_judgement_pattern" },
	{ JUDGED("good", "good", "good", "outstanding"), FACTS(""), "limiting_judgement_pattern" },
	{ JUDGED("good", "good", "good", RI), FACTS(""), "limiting_judgement_pattern" },
	{ JUDGED("outstanding", "good", RI, "good"), FACTS(""), NULL },
	{ JUDGED("not_judged", "good", "good", "good"), FACTS(""), NULL },
	{ JUDGED("not_judged", "not_judged", "not_judged", "good"), FACTS(""), NULL },
	{ JUDGED("good", "inadequate", "good", "not_judged"), FACTS(""), NULL },
	{ "{" BASE ",'judgements':[{'strand':'help_and_protection','grade':'inadequate'}]}", FACTS(""), NULL },
	/* who is visited, and how */
	{ "{'kind':'focused_visit'}", "{'standing_grades':{'overall_effectiveness':'inadequate','x':'good'}}",
	  "focused_visit_to_inadequate" },
	{ "{'kind':'focused_visit'}", "{'standing_grades':{'overall_effectiveness':'" RI "','x':'inadequate'}}", NULL },
	{ "{'kind':'focused_visit'}", "{'standing_grades':{'x':'good','y':'inadequate'}}",
	  "focused_visit_to_inadequate" },
	{ "{'kind':'focused_visit'}", "{'standing_grades':null}", NULL },
	{ "{'kind':'monitoring_visit'}", "{'standing_grades':{'overall_effectiveness':'inadequate'}}", NULL },
	{ "{'kind':'short_inspection'}", "{'previous':{'grades':{'overall_effectiveness':'" RI "'}}}",
	  "unusual_kind_after_grade" },
	{ "{'kind':'short_inspection'}", "{'previous':{'grades':{'a':'good','b':'inadequate'}}}",
	  "unusual_kind_after_grade" },
	{ "{'kind':'short_inspection'}", "{'previous':{'grades':{'a':'good','b':'outstanding'}}}", NULL },
	{ "{'kind':'standard_inspection'}", "{'previous':{'grades':{'overall_effectiveness':'good'}}}",
	  "unusual_kind_after_grade" },
	{ "{'kind':'standard_inspection'}", "{'previous':{'grades':{'overall_effectiveness':'outstanding'}}}",
	  "unusual_kind_after_grade" },
	{ "{'kind':'standard_inspection'}", "{'previous':{'grades':{'overall_effectiveness':'inadequate'}}}", NULL },
	{ "{'kind':'standard_inspection'}", "{'previous':{'grades':{'overall_effectiveness':'adequate'}}}", NULL },
	{ "{'kind':'standard_inspection'}", "{'previous':{'grades':{'overall_effectiveness':'not_judged'}}}", NULL },
	{ "{'kind':'standard_inspection'}", "{'previous':null}", NULL },
	/* dates */
	{ "{'kind':'jtai','end_on':'2024-01-01','published_on':'2024-06-01'}", "{'working_days_to_publication':61}",
	  "published_late" },
	{ "{'kind':'jtai','end_on':'2024-01-01','published_on':'2024-06-01'}", "{'working_days_to_publication':60}",
	  NULL },
	{ "{'kind':'jtai','end_on':'2018-01-01','published_on':'2024-06-01'}", "{'working_days_to_publication':0}",
	  "published_late" },
	{ "{'kind':'jtai','published_on':'2024-06-01'}", "{'working_days_to_publication':0}", NULL },
	{ "{'kind':'jtai','start_on':'2024-01-01','published_on':'2024-01-01'}", "{}",
	  "fieldwork_ends_on_publication" },
	{ "{'kind':'jtai','end_on':'2024-01-01','published_on':'2024-01-01'}", "{}", "fieldwork_ends_on_publication" },
	{ "{'kind':'jtai','start_on':'2024-01-01','end_on':'2024-01-01'}", "{}", NULL },
	{ "{'kind':'jtai','status':'published','published_on':'2024-01-01'}", "{}", "no_fieldwork_dates" },
	{ "{'kind':'jtai','status':'reported','received_on':'2024-01-01'}", "{}", "no_fieldwork_dates" },
	{ "{'kind':'jtai','status':'in_progress','start_on':'2098-01-01'}", "{}", "begun_in_future" },
	{ "{'kind':'jtai','status':'published','start_on':'2023-11-01','received_on':'2024-01-09',"
	  "'published_on':'2024-01-08'}",
	  "{}", "published_before_received" },
	{ "{'kind':'jtai','status':'planned','planned_start_on':'2024-01-01'}", "{}", NULL },
	/* other visits */
	{ "{'kind':'jtai'}", "{'overlapping':[{'id':'o','kind':'focused_visit','start_on':'2024-01-01'}]}",
	  "overlapping_visit" },
};

static void what_is_odd_is_warned_of_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &inspection_resource, cases[i].draft, NULL, cases[i].facts);

		CHECK(warns_only(o, cases[i].code), "case %zu: %s", i, cases[i].draft);
	}
}

static void every_warning_points_and_is_one_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &inspection_resource, cases[i].draft, NULL, cases[i].facts);
		const json_t *warning = json_array_get(o->warnings, 0);
		const char *detail = member_text(warning, "detail");

		if (!warning)
			continue;
		CHECK(member_text(warning, "pointer")[0] == '/', "case %zu", i);
		CHECK(detail[strlen(detail) - 1] == '.' && detail[0] >= 'A' && detail[0] <= 'Z', "case %zu: %s", i,
		      detail);
		CHECK(json_object_size(warning) == 3, "case %zu", i);
	}
}

static void the_pattern_points_at_the_overall_grade(void **state)
{
	OUTCOME(o, &inspection_resource, JUDGED("good", "inadequate", "good", "good"), NULL, FACTS(""));

	(void)state;
	assert_string_equal(member_text(json_array_get(o->warnings, 0), "pointer"), "/judgements/3/grade");
	assert_non_null(strstr(member_text(json_array_get(o->warnings, 0), "detail"), "help_and_protection"));
}

#define TWO(old_in_force, new_in_force)                                                                                \
	"{'frameworks':[{'id':'a','graded':true,'starts_on':'2018-01-01','in_force':" old_in_force                     \
	"},{'id':'b','graded':true,'starts_on':'2023-01-01','in_force':" new_in_force "}]}"

static void a_planned_visit_says_when_it_came_under_a_new_framework(void **state)
{
	static const struct {
		const char *draft, *stored, *facts;
		bool warned;
	} changed[] = {
		{ "{'kind':'k','framework_id':'a','status':'planned'}", "{'framework_id':'a','status':'planned'}",
		  TWO("false", "true"), true },
		{ "{'kind':'k','framework_id':'a','status':'planned'}", "{'framework_id':'a','status':'planned'}",
		  TWO("true", "false"), false },
		{ "{'kind':'k','framework_id':'b','status':'planned'}", "{'framework_id':'a','status':'planned'}",
		  TWO("true", "true"), false }, /* chosen, and the old one would do */
		{ "{'kind':'k','framework_id':'b','status':'published'}", "{'framework_id':'a','status':'published'}",
		  TWO("false", "true"), false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(changed); i++) {
		OUTCOME(o, &inspection_resource, changed[i].draft, changed[i].stored, changed[i].facts);

		CHECK((rule_find(o->warnings, "code", "framework_changed") != NULL) == changed[i].warned, "case %zu",
		      i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_odd_is_warned_of_once),
		cmocka_unit_test(every_warning_points_and_is_one_sentence),
		cmocka_unit_test(the_pattern_points_at_the_overall_grade),
		cmocka_unit_test(a_planned_visit_says_when_it_came_under_a_new_framework),
	};

	return RUN(tests);
}
