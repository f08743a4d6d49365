/* Tests of service/resource/deadline.c: what may be said of a deadline by hand. */
#include "rule_support.h"

#include "core/banned.h"

#define RECEIVED "'start_on':'2026-03-02','computed_on':'2026-06-12'"

static void what_breaks_a_rule_is_refused(void **state)
{
	static const struct {
		const char *draft, *pointer, *code;
	} cases[] = {
		{ "{" RECEIVED "}", NULL, NULL },
		{ "{" RECEIVED ",'stated_on':'2026-06-11','stated_source':'the letter, page 4'}", NULL, NULL },
		{ "{" RECEIVED ",'stated_on':'2026-06-11','stated_source':null}", NULL, NULL },
		{ "{" RECEIVED ",'stated_source':'the letter, page 4'}", "/stated_source", "nothing_stated" },
		{ "{" RECEIVED ",'stated_on':'2026-03-02'}", NULL, NULL },
		{ "{" RECEIVED ",'stated_on':'2026-03-01'}", "/stated_on", "before_start" },
		{ "{'start_on':null,'stated_on':'2020-01-01'}", NULL, NULL },
		{ "{" RECEIVED ",'met_on':'2026-06-15'}", NULL, NULL },
		{ "{" RECEIVED ",'met_on':'2026-06-16'}", "/met_on", "in_future" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &deadline_resource, cases[i].draft, "{}", "{}");

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
	}
}

/* Receipt may have been corrected since: that is odd, and no reason to refuse what else is said. */
static void a_stated_day_that_stands_is_not_complained_of_again(void **state)
{
	OUTCOME(same, &deadline_resource, "{" RECEIVED ",'stated_on':'2026-03-01','met_on':'2026-06-11'}",
		"{" RECEIVED ",'stated_on':'2026-03-01'}", "{}");
	OUTCOME(other, &deadline_resource, "{" RECEIVED ",'stated_on':'2026-02-28'}",
		"{" RECEIVED ",'stated_on':'2026-03-01'}", "{}");

	(void)state;
	assert_true(complains_only(&same->err, NULL, NULL));
	assert_true(complains_only(&other->err, "/stated_on", "before_start"));
}

static void a_stated_day_on_which_nobody_works_is_odd(void **state)
{
	static const struct {
		const char *draft, *facts, *code;
	} cases[] = {
		{ "{'stated_on':'2026-06-13'}", "{'stated_is_working_day':false}", "stated_on_non_working_day" },
		{ "{'stated_on':'2026-06-12'}", "{'stated_is_working_day':true}", NULL },
		{ "{'stated_on':null}", "{'stated_is_working_day':null}", NULL },
		{ "{'stated_on':null}", "{'stated_is_working_day':false}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &deadline_resource, cases[i].draft, "{}", cases[i].facts);

		CHECK(warns_only(o, cases[i].code), "case %zu: %s", i, cases[i].draft);
		CHECK(complains_only(&o->err, NULL, NULL), "case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_refused),
		cmocka_unit_test(a_stated_day_that_stands_is_not_complained_of_again),
		cmocka_unit_test(a_stated_day_on_which_nobody_works_is_odd),
	};

	return RUN(tests);
}
