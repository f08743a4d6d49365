/* Tests of service/resource/delivery_model.c: the rules of delivery models. */
#include "rule_support.h"

static void what_breaks_a_rule_is_refused(void **state)
{
	static const struct {
		const char *draft, *pointer, *code;
	} cases[] = {
		{ "{'kind':'in_house'}", NULL, NULL },
		{ "{'kind':'childrens_trust'}", "/name", "required" },
		{ "{'kind':'other','name':null,'organisation_id':null}", "/name", "required" },
		{ "{'kind':'childrens_trust','name':'Together for Children'}", NULL, NULL },
		{ "{'kind':'shared_service','organisation_id':'01900000-0000-7000-8000-000000000000'}", NULL, NULL },
		{ "{'kind':null}", NULL, NULL },
		{ "{'kind':'in_house','started_on':'2022-09-01','ended_on':'2022-08-31'}", "/ended_on",
		  "before_start" },
		{ "{'kind':'in_house','started_on':'2022-09-01','ended_on':'2022-09-01'}", NULL, NULL },
		{ "{'kind':'in_house','ended_on':'2022-09-01'}", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &delivery_model_resource, cases[i].draft, NULL, "{'overlapping':[]}");

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
		CHECK(warns_only(o, NULL), "case %zu", i);
	}
}

static void two_at_once_are_odd(void **state)
{
	static const struct {
		const char *facts, *detail;
	} cases[] = {
		{ "{'overlapping':[{'kind':'childrens_trust','name':'Doncaster trust','started_on':'2014-10-01',"
		  "'ended_on':'2022-09-01'}]}",
		  "Doncaster trust (2014-10-01 to 2022-09-01)" },
		{ "{'overlapping':[{'kind':'in_house','name':null,'started_on':null,'ended_on':null},{'kind':'other'}]}",
		  "in_house (not known to today)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &delivery_model_resource, "{'kind':'in_house'}", NULL, cases[i].facts);

		assert_true(warns_only(o, "overlaps"));
		CHECK(strstr(member_text(json_array_get(o->warnings, 0), "detail"), cases[i].detail) != NULL,
		      "case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_refused),
		cmocka_unit_test(two_at_once_are_odd),
	};

	return RUN(tests);
}
