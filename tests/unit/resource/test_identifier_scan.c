/* Tests of service/resource/identifier_scan.c. */
#include "../unit.h"

#include "resource/identifier_scan.h"

static void a_word_is_the_same_in_letters_of_any_size(void **state)
{
	static const char *const words[] = { "no", "nhs", NULL };
	struct folded t;

	(void)state;
	identifier_fold("NHS no Nhs9 nhsx date \u00a0of", &t);
	assert_int_equal(identifier_word_end(&t, 1, "nhs"), 4);
	assert_int_equal(identifier_word_end(&t, 8, "nhs"), 11); /* a digit ends it */
	assert_int_equal(identifier_word_end(&t, 13, "nhs"), 0); /* a letter does not */
	assert_int_equal(identifier_word_end(&t, 18, "date of"), 0);
	assert_true(identifier_is_among(&t, 5, 7, words));
	assert_false(identifier_is_among(&t, 5, 6, words));
	assert_true(identifier_is_said(&t, 12, 6, words));
	assert_false(identifier_is_said(&t, 18, 5, words));
	assert_true(identifier_is_said(&t, 5, 100, words)); /* no further than the beginning */
}

static void a_gap_parts_two_groups_and_no_more(void **state)
{
	static const struct {
		const char *text;
		size_t length;
	} cases[] = {
		{ " 1", 1 },   { "-1", 1 },    { ".1", 1 },   { " - 1", 3 }, { "  1", 2 }, { "\n1", 1 },
		{ " \n1", 2 }, { "\n\n1", 0 }, { "   1", 0 }, { "\t1", 0 },  { ", 1", 0 }, { "--1", 0 },
		{ "1", 0 },    { " ", 0 },     { "", 0 },     { " (1", 0 },  { " a", 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct folded t;

		identifier_fold(cases[i].text, &t);
		CHECK(identifier_gap(&t, 1) == cases[i].length, "\"%s\": %zu", cases[i].text, identifier_gap(&t, 1));
	}
}

static void what_is_joined_is_part_of_something_longer(void **state)
{
	static const struct {
		const char *before, *behind;
		bool is_joined_before, is_joined_behind;
	} cases[] = {
		{ "", "", false, false },     { " ", " ", false, false },  { "(", ")", false, false },
		{ "a", "a", true, true },     { "1", "1", true, true },    { "a-", "-a", false, false },
		{ "A-", "-A", true, false },  { "-", "-", false, false },  { "1.", ".1", true, true },
		{ "a.", ".a", false, false }, { "a/", "/a", true, false }, { "/", "/", false, false },
		{ "1,", ",1", false, false }, { "a_", "_a", true, true },  { "a@", "@", true, true },
		{ "+", "%", true, true },     { "$", ":", true, false },   { "a:", ";", false, false },
		{ "1-", "-1", true, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct folded t;
		char text[16];
		size_t at = strlen(cases[i].before) + 1;

		(void)snprintf(text, sizeof text, "%s0%s", cases[i].before, cases[i].behind);
		identifier_fold(text, &t);
		CHECK(identifier_is_joined_before(&t, at) == cases[i].is_joined_before, "before: %s", text);
		CHECK(identifier_is_joined_behind(&t, at + 1) == cases[i].is_joined_behind, "behind: %s", text);
	}
}

static void letters_and_digits_end_where_others_begin(void **state)
{
	struct folded t;

	(void)state;
	identifier_fold("\u00c9cole12345 x", &t);
	assert_true(identifier_is_capital(t.c[1]) && identifier_is_letter(t.c[1]));
	assert_int_equal(identifier_letters_end(&t, 1), 6);
	assert_int_equal(identifier_letters_end(&t, 6), 6);
	assert_int_equal(identifier_digits_end(&t, 6, 9), 11);
	assert_int_equal(identifier_digits_end(&t, 6, 2), 8);
	assert_int_equal(identifier_letters_end(&t, 12), 13); /* at the end of the text */
	assert_false(identifier_is_word('\0') || identifier_is_blank('\0'));
	assert_false(identifier_is_blank('\t')); /* which parts the cells of a table */
	assert_int_equal(identifier_lower('Z'), 'z');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_is_the_same_in_letters_of_any_size),
		cmocka_unit_test(a_gap_parts_two_groups_and_no_more),
		cmocka_unit_test(what_is_joined_is_part_of_something_longer),
		cmocka_unit_test(letters_and_digits_end_where_others_begin),
	};

	return RUN(tests);
}
