/* Tests of service/resource/identifier_fold.c. */
#include "../unit.h"

#include "resource/identifier_scan.h"

static void each_character_becomes_one_byte(void **state)
{
	static const struct {
		const char *text, *folded;
	} cases[] = {
		{ "Abc 1", "Abc 1" },
		{ "a\u00a0b\u2009c\u200bd\ufeffe\u3000f", "a b c d e f" },
		{ "a\u00adb\u2010c\u2011d\u2013e\u2014f\u2212g", "a-b-c-d-e-f-g" },
		{ "\u2018a\u2019 \u201cb\u201d", "'a' \"b\"" },
		{ "\uff21\uff22\uff11\uff0d", "AB1-" },
		{ "a\tb\nc\rd\u2028e", "a\tb\nc d\ne" },
		{ "\u00c9\u00e9\u0141\u0142\u017d\u017e\u0100\u0101", "\x01\x02\x01\x02\x01\x02\x01\x02" },
		{ "e\u0301", "e\x02" },
		{ "\u0416\u4e2d", "\x02\x02" },
		{ "\u2022\u00d7\U0001f600", "\x03\x03\x03" },
		{ "\u00a35 \u20ac5", "$5 $5" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct folded t;

		identifier_fold(cases[i].text, &t);
		CHECK(strcmp(t.c + 1, cases[i].folded) == 0, "case %zu: %s", i, cases[i].text);
		CHECK(t.n == strlen(cases[i].folded), "case %zu: %zu characters", i, t.n);
		CHECK(t.c[0] == '\0', "case %zu begins behind a NUL", i);
	}
}

static void what_is_beyond_the_longest_text_is_left_out(void **state)
{
	static char text[2 * LIMIT_TEXT_CHARS + 1];
	static struct folded t;

	(void)state;
	memset(text, 'a', sizeof text - 1);
	identifier_fold(text, &t);
	assert_int_equal(t.n, LIMIT_TEXT_CHARS);
	assert_int_equal(t.c[t.n + 1], '\0');
}

static void bytes_that_are_no_utf8_are_no_letters(void **state)
{
	struct folded t;

	(void)state;
	identifier_fold("a\xff\xc3", &t);
	assert_int_equal(t.n, 3);
	assert_false(identifier_is_digit(t.c[2]) || identifier_is_blank(t.c[2]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_character_becomes_one_byte),
		cmocka_unit_test(what_is_beyond_the_longest_text_is_left_out),
		cmocka_unit_test(bytes_that_are_no_utf8_are_no_letters),
	};

	return RUN(tests);
}
