/* Tests of service/resource/observation.c: the rules of observations. */
#include "rule_support.h"

#define OF_CHILDREN "{'measure':{'title':'Children at immediate risk','unit':'children'}}"
#define OF_SHARE    "{'measure':{'title':'Inadequate practice','unit':'%'}}"

static void what_breaks_a_rule_is_refused(void **state)
{
	static const struct {
		const char *draft, *facts, *pointer, *code;
	} cases[] = {
		{ "{'unit':'children','observed_on':'2026-06-15'}", OF_CHILDREN, NULL, NULL },
		{ "{'unit':'%','observed_on':'2026-06-15'}", OF_CHILDREN, "/unit", "other_unit" },
		{ "{'unit':'Children','observed_on':'2026-06-15'}", OF_CHILDREN, "/unit", "other_unit" },
		{ "{'unit':null,'observed_on':'2026-06-15'}", OF_CHILDREN, NULL, NULL },
		{ "{'unit':'children','observed_on':'2026-06-15'}", "{'measure':null}", NULL, NULL },
		{ "{'unit':'children','observed_on':'2026-06-16'}", OF_CHILDREN, "/observed_on", "in_future" },
		{ "{'unit':'children','observed_on':null}", OF_CHILDREN, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &observation_resource, cases[i].draft, NULL, cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
	}
}

static void another_unit_is_told_which_it_should_be(void **state)
{
	OUTCOME(o, &observation_resource, "{'unit':'cases'}", NULL, OF_CHILDREN);

	(void)state;
	assert_string_equal(complaint_of(&o->err, "/unit", "other_unit")->detail,
			    "must be the unit of the measure \"Children at immediate risk\": children");
}

static void a_share_of_more_than_all_is_odd(void **state)
{
	static const struct {
		const char *draft, *facts, *code;
	} cases[] = {
		{ "{'unit':'%','value':100}", OF_SHARE, NULL },
		{ "{'unit':'%','value':0}", OF_SHARE, NULL },
		{ "{'unit':'%','value':null}", OF_SHARE, NULL },
		{ "{'unit':'%','value':100.1}", OF_SHARE, "outside_percentage" },
		{ "{'unit':'%','value':-1}", OF_SHARE, "outside_percentage" },
		{ "{'unit':'children','value':250}", OF_CHILDREN, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &observation_resource, cases[i].draft, NULL, cases[i].facts);

		CHECK(warns_only(o, cases[i].code), "case %zu: %s", i, cases[i].draft);
		CHECK(complains_only(&o->err, NULL, NULL), "case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_refused),
		cmocka_unit_test(another_unit_is_told_which_it_should_be),
		cmocka_unit_test(a_share_of_more_than_all_is_odd),
	};

	return RUN(tests);
}
