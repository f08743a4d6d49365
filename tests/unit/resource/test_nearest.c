/* Tests of service/resource/nearest.c. */
#include "support.h"

#include "resource/nearest.h"

static void a_slip_of_the_keyboard_is_recognised(void **state)
{
	static const char *const names[] = { "id", "status", "status_on", "due_on", "theme_ids", "completed_on" };
	static const struct {
		const char *wanted, *best;
	} cases[] = {
		{ "staus", "status" },
		{ "statsu", "status" },
		{ "Status", "status" },
		{ "due-on", "due_on" },
		{ "dueOn", "due_on" },
		{ "theme_id", "theme_ids" },
		{ "complete_on", "completed_on" },
		{ "status_om", "status_on" },
		{ "colour", NULL },
		{ "", NULL },
		{ "x", NULL },
		{ "zzzzzzzzzzzz", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nearest n = { cases[i].wanted };
		char hint[64];

		for (size_t j = 0; j < ARRAY_LEN(names); j++)
			nearest_offer(&n, names[j]);
		CHECK(strcmp(n.best, cases[i].best ? cases[i].best : "") == 0, "case %zu: %s gave %s", i,
		      cases[i].wanted, n.best);
		nearest_hint(&n, hint, sizeof hint);
		assert_true((hint[0] != '\0') == (cases[i].best != NULL));
	}
}

static void names_of_any_length_do_no_harm(void **state)
{
	char name[5000];

	(void)state;
	memset(name, 's', sizeof name);
	for (size_t len = 0; len < sizeof name; len = len * 2 + 1) {
		struct nearest n = { name };

		name[len] = '\0';
		nearest_offer(&n, "status");
		nearest_offer(&n, name);
		name[len] = 's';
	}
}

static void codes_are_offered_from_a_vocabulary(void **state)
{
	struct nearest n = { "focussed_visit" };

	(void)state;
	nearest_offer_terms(&n, &inspection_kinds);
	assert_string_equal(n.best, "focused_visit");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slip_of_the_keyboard_is_recognised),
		cmocka_unit_test(names_of_any_length_do_no_harm),
		cmocka_unit_test(codes_are_offered_from_a_vocabulary),
	};

	return RUN(tests);
}
