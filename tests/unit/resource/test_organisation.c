/* Tests of service/resource/organisation.c: the rules of organisations. */
#include "rule_support.h"

static void it_cannot_end_before_it_started(void **state)
{
	static const struct {
		const char *draft, *pointer, *code;
	} cases[] = {
		{ "{'started_on':'2014-10-01','ended_on':'2022-09-01'}", NULL, NULL },
		{ "{'started_on':'2022-09-01','ended_on':'2022-09-01'}", NULL, NULL },
		{ "{'started_on':'2022-09-02','ended_on':'2022-09-01'}", "/ended_on", "before_start" },
		{ "{'ended_on':'2022-09-01'}", NULL, NULL },
		{ "{}", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &organisation_resource, cases[i].draft, NULL, "{}");

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_cannot_end_before_it_started),
	};

	return RUN(tests);
}
