/* Tests of service/resource/intervention.c: the rules of interventions. */
#include "rule_support.h"

static void an_intervention_cannot_end_before_it_began(void **state)
{
	static const struct {
		const char *draft, *pointer, *code;
	} cases[] = {
		{ "{'started_on':'2020-02-01'}", NULL, NULL },
		{ "{'started_on':'2020-02-01','ended_on':'2021-12-31'}", NULL, NULL },
		{ "{'started_on':'2020-02-01','ended_on':'2020-02-01'}", NULL, NULL },
		{ "{'started_on':'2020-02-01','ended_on':'2020-01-31'}", "/ended_on", "before_start" },
		{ "{'started_on':null,'ended_on':'2020-01-31'}", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &intervention_resource, cases[i].draft, NULL, "{}");

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
		CHECK(warns_only(o, NULL), "case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_intervention_cannot_end_before_it_began),
	};

	return RUN(tests);
}
