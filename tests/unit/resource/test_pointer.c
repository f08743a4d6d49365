/* Tests of service/resource/pointer.c. */
#include "support.h"

#include "resource/pointer.h"

static void steps_are_escaped_as_rfc_6901_says(void **state)
{
	static const struct {
		const char *base, *name, *pointer;
	} cases[] = {
		{ "", "due_on", "/due_on" },
		{ "", "", "/" },
		{ "", "a/b", "/a~1b" },
		{ "", "m~n", "/m~0n" },
		{ "", "~1", "/~01" },
		{ "/judgements/2", "grade", "/judgements/2/grade" },
		{ "/x", "\xc3\xa9", "/x/\xc3\xa9" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(strcmp(pointer_member(cases[i].base, cases[i].name).text, cases[i].pointer) == 0, "case %zu: %s",
		      i, pointer_member(cases[i].base, cases[i].name).text);
	assert_string_equal(pointer_item("/links", 12).text, "/links/12");
}

static void long_names_are_cut_between_characters_and_escapes(void **state)
{
	char name[1000];

	(void)state;
	for (size_t lead = 0; lead < 8; lead++) {
		struct pointer p;

		memset(name, 'x', sizeof name);
		for (size_t i = lead; i + 3 < sizeof name; i += 3)
			memcpy(name + i, "\xe2\x82\xac", 3);
		name[sizeof name - 4] = '\0';
		p = pointer_member("", name);
		assert_true(strlen(p.text) >= 120 && strlen(p.text) < sizeof p.text);
		assert_true(((strlen(p.text) - 1 - lead) % 3) == 0);

		memset(name + lead, '~', sizeof name - lead);
		name[sizeof name - 1] = '\0';
		p = pointer_member("", name);
		assert_true(((strlen(p.text) - 1 - lead) % 2) == 0);
	}
}

static void a_base_that_fills_the_pointer_takes_no_more_steps(void **state)
{
	struct pointer p = { "" };

	(void)state;
	memset(p.text, 'x', sizeof p.text - 1);
	p.text[0] = '/';
	assert_true(strlen(pointer_item(p.text, 5).text) < sizeof p.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_are_escaped_as_rfc_6901_says),
		cmocka_unit_test(long_names_are_cut_between_characters_and_escapes),
		cmocka_unit_test(a_base_that_fills_the_pointer_takes_no_more_steps),
	};

	return RUN(tests);
}
