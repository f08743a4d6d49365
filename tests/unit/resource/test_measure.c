/* Tests of service/resource/measure.c: the rules of measures. */
#include "rule_support.h"

static void what_breaks_a_rule_is_refused(void **state)
{
	static const struct {
		const char *draft, *stored, *facts, *pointer, *code;
		enum err_code err;
	} cases[] = {
		{ "{'unit':'children'}", NULL, "{}", NULL, NULL, 0 },
		/* where it began */
		{ "{'baseline':20,'baseline_on':'2026-01-31'}", NULL, "{}", NULL, NULL, 0 },
		{ "{'baseline':0,'baseline_on':'2026-06-15'}", NULL, "{}", NULL, NULL, 0 },
		{ "{'baseline':20}", NULL, "{}", "/baseline_on", "required", ERR_INVALID },
		{ "{'baseline':0,'baseline_on':null}", NULL, "{}", "/baseline_on", "required", ERR_INVALID },
		{ "{'baseline_on':'2026-01-31'}", NULL, "{}", "/baseline", "required", ERR_INVALID },
		{ "{'baseline':20,'baseline_on':'2026-06-16'}", NULL, "{}", "/baseline_on", "in_future", ERR_INVALID },
		/* where it is to go */
		{ "{'target':0}", NULL, "{}", NULL, NULL, 0 },
		{ "{'target':0,'target_on':'2027-03-31'}", NULL, "{}", NULL, NULL, 0 },
		{ "{'target_on':'2027-03-31'}", NULL, "{}", "/target", "required", ERR_INVALID },
		{ "{'baseline':20,'baseline_on':'2026-01-31','target':10,'target_on':'2026-01-30'}", NULL, "{}",
		  "/target_on", "before_start", ERR_INVALID },
		{ "{'baseline':20,'baseline_on':'2026-01-31','target':10,'target_on':'2026-01-31'}", NULL, "{}", NULL,
		  NULL, 0 },
		/* by how much it may miss */
		{ "{'tolerance':0,'tolerance_kind':'points'}", NULL, "{}", NULL, NULL, 0 },
		{ "{'tolerance':2.5,'tolerance_kind':'percent'}", NULL, "{}", NULL, NULL, 0 },
		{ "{'tolerance':5}", NULL, "{}", "/tolerance_kind", "required", ERR_INVALID },
		{ "{'tolerance_kind':'points'}", NULL, "{}", "/tolerance", "required", ERR_INVALID },
		{ "{'tolerance':-0.5,'tolerance_kind':'points'}", NULL, "{}", "/tolerance", "negative", ERR_INVALID },
		{ "{'tolerance':-1,'tolerance_kind':'percent'}", NULL, "{}", "/tolerance", "negative", ERR_INVALID },
		/* what its observations are counted in */
		{ "{'unit':'%'}", "{'unit':'children'}", "{'in_other_unit':1}", "/unit", "has_observations",
		  ERR_CONFLICT },
		{ "{'unit':'%'}", "{'unit':'children'}", "{'in_other_unit':0}", NULL, NULL, 0 },
		{ "{'unit':'%'}", NULL, "{'in_other_unit':0}", NULL, NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &measure_resource, cases[i].draft, cases[i].stored, cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
		CHECK(o->err.code == cases[i].err, "case %zu", i);
	}
}

static void everything_wrong_is_said_at_once(void **state)
{
	OUTCOME(o, &measure_resource, "{'baseline':1,'target_on':'2027-01-01','tolerance':-1}", NULL, "{}");

	(void)state;
	assert_non_null(complaint_of(&o->err, "/baseline_on", "required"));
	assert_non_null(complaint_of(&o->err, "/target", "required"));
	assert_non_null(complaint_of(&o->err, "/tolerance_kind", "required"));
	assert_non_null(complaint_of(&o->err, "/tolerance", "negative"));
	assert_int_equal(o->err.n_complaints, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_refused),
		cmocka_unit_test(everything_wrong_is_said_at_once),
	};

	return RUN(tests);
}
