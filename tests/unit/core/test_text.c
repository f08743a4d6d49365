/* Tests of service/core/text.c. */
#include "../unit.h"

#include "core/text.h"

struct bytes {
	const char *text;
	size_t len;
	const char *why;
};

static void text_is_utf8_accepts_what_rfc_3629_does(void **state)
{
	static const struct bytes cases[] = {
		{ "", 0, "nothing" },
		{ "\0", 1, "NUL is a character" },
		{ "\x7f", 1, "U+007F" },
		{ "\xC2\x80", 2, "U+0080, the first of two bytes" },
		{ "\xDF\xBF", 2, "U+07FF" },
		{ "\xE0\xA0\x80", 3, "U+0800, the first of three" },
		{ "\xED\x9F\xBF", 3, "U+D7FF, before the surrogates" },
		{ "\xEE\x80\x80", 3, "U+E000, after them" },
		{ "\xEF\xBF\xBF", 3, "U+FFFF" },
		{ "\xF0\x90\x80\x80", 4, "U+10000, the first of four" },
		{ "\xF4\x8F\xBF\xBF", 4, "U+10FFFF, the last" },
		{ "eight ascii, then \xE2\x82\xAC and more", 30, "words and steps mixed" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(text_is_utf8(cases[i].text, cases[i].len), "case %zu: %s", i, cases[i].why);
}

static void text_is_utf8_refuses_everything_else(void **state)
{
	static const struct bytes cases[] = {
		{ "\x80", 1, "a continuation alone" },
		{ "\xBF\xBF", 2, "two of them" },
		{ "\xC0\x80", 2, "overlong NUL" },
		{ "\xC1\xBF", 2, "overlong U+007F" },
		{ "\xE0\x80\x80", 3, "overlong in three" },
		{ "\xE0\x9F\xBF", 3, "overlong U+07FF" },
		{ "\xF0\x80\x80\x80", 4, "overlong in four" },
		{ "\xF0\x8F\xBF\xBF", 4, "overlong U+FFFF" },
		{ "\xED\xA0\x80", 3, "U+D800, a surrogate" },
		{ "\xED\xBF\xBF", 3, "U+DFFF" },
		{ "\xED\xA0\x80\xED\xB0\x80", 6, "a surrogate pair" },
		{ "\xF4\x90\x80\x80", 4, "U+110000" },
		{ "\xF5\x80\x80\x80", 4, "F5" },
		{ "\xF8\x88\x80\x80\x80", 5, "five bytes" },
		{ "\xFE", 1, "FE" },
		{ "\xFF", 1, "FF" },
		{ "\xC3", 1, "cut after one of two" },
		{ "\xE2\x82", 2, "cut after two of three" },
		{ "\xF0\x9F\x98", 3, "cut after three of four" },
		{ "\xC3(", 2, "no continuation" },
		{ "\xE2(\xA1", 3, "the second is none" },
		{ "\xE2\x82(", 3, "the third is none" },
		{ "\xF0\x9F\x98(", 4, "the fourth is none" },
		{ "12345678\xFF", 9, "after a clean word" },
		{ "1234567\xFF", 8, "the last byte of a word" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(!text_is_utf8(cases[i].text, cases[i].len), "case %zu: %s", i, cases[i].why);
}

static void text_cut_never_ends_inside_a_character(void **state)
{
	static const struct {
		const char *text;
		size_t len, cut;
	} cases[] = {
		{ "", 0, 0 },
		{ "abc", 2, 2 },
		{ "a\u00e9", 3, 3 },
		{ "a\u00e9", 2, 1 },
		{ "\u20ac", 3, 3 },
		{ "\u20ac", 2, 0 },
		{ "\u20ac", 1, 0 },
		{ "\U0001F600", 4, 4 },
		{ "\U0001F600", 3, 0 },
		{ "\U0001F600", 1, 0 },
		{ "x\U0001F600y", 4, 1 },
		{ "x\U0001F600y", 5, 5 },
		{ "\x80\x80\x80\x80", 4, 4 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(text_cut(cases[i].text, cases[i].len) == cases[i].cut, "case %zu", i);
}

static void text_length_counts_characters(void **state)
{
	(void)state;
	assert_int_equal(text_length(""), 0);
	assert_int_equal(text_length("abc"), 3);
	assert_int_equal(text_length("\u00e9\u20ac\U0001F600"), 3);
	assert_int_equal(text_length("e\u0301"), 2); /* combining: two characters, as PostgreSQL counts */
}

static void text_decode_reads_escapes(void **state)
{
	static const struct {
		const char *text;
		bool plus;
		const char *decoded;
	} cases[] = {
		{ "", false, "" },
		{ "plain", false, "plain" },
		{ "a%20b", false, "a b" },
		{ "a+b", false, "a+b" },
		{ "a+b", true, "a b" },
		{ "a%2Bb", true, "a+b" },
		{ "%e2%82%AC", false, "\u20ac" },
		{ "%25n%25s", false, "%n%s" },
		{ "%2525", false, "%25" },
		{ "caf\u00e9", false, "caf\u00e9" },
		{ "%2F%3F%23", false, "/?#" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[64];
		size_t len = 99;

		snprintf(text, sizeof text, "%s", cases[i].text);
		CHECK(text_decode(text, strlen(text), cases[i].plus, &len) == 0, "case %zu", i);
		CHECK(strcmp(text, cases[i].decoded) == 0, "case %zu: %s", i, text);
		assert_int_equal(len, strlen(cases[i].decoded));
	}
}

static void text_decode_refuses_a_bad_escape(void **state)
{
	static const struct bytes cases[] = {
		{ "%", 1, "no digits" },
		{ "%4", 2, "one digit" },
		{ "abc%", 4, "at the end" },
		{ "%zz", 3, "not digits" },
		{ "%4z", 3, "second not a digit" },
		{ "% 1", 3, "a space" },
		{ "%-1", 3, "a sign" },
		{ "%%41", 4, "twice" },
		{ "%u00e9", 6, "the form that browsers once used" },
		{ "%00", 3, "NUL" },
		{ "5%00abc", 7, "NUL in between" },
		{ "a\0b", 3, "a bare NUL" },
		{ "%ff", 3, "not UTF-8" },
		{ "%c3", 3, "half a character" },
		{ "%c0%80", 6, "overlong NUL" },
		{ "%ed%a0%80", 9, "a surrogate" },
		{ "\xff", 1, "bare bytes that are not UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[64];
		size_t len = 99;

		memcpy(text, cases[i].text, cases[i].len);
		text[cases[i].len] = '4'; /* an escape must not read on past the end */
		CHECK(text_decode(text, cases[i].len, true, &len) == -1, "case %zu: %s", i, cases[i].why);
		assert_int_equal(len, 99);
	}
}

static void text_to_int_reads_whole_numbers_only(void **state)
{
	static const struct {
		const char *text;
		int result;
		int64_t number;
	} cases[] = {
		{ "0", 0, 0 },
		{ "7", 0, 7 },
		{ "-7", 0, -7 },
		{ "200", 0, 200 },
		{ "9223372036854775807", 0, INT64_MAX },
		{ "-9223372036854775808", 0, INT64_MIN },
		{ "9223372036854775808", -1, 0 },
		{ "-9223372036854775809", -1, 0 },
		{ "99999999999999999999999999", -1, 0 },
		{ "", -1, 0 },
		{ "-", -1, 0 },
		{ "--1", -1, 0 },
		{ "-0", -1, 0 },
		{ "+1", -1, 0 },
		{ "01", -1, 0 },
		{ "-01", -1, 0 },
		{ "00", -1, 0 },
		{ " 1", -1, 0 },
		{ "1 ", -1, 0 },
		{ "1.0", -1, 0 },
		{ "1e3", -1, 0 },
		{ "0x10", -1, 0 },
		{ "1,000", -1, 0 },
		{ "\u0661", -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t number = 12345;
		int64_t expected = cases[i].result == 0 ? cases[i].number : 12345;

		CHECK(text_to_int(cases[i].text, &number) == cases[i].result, "case %zu: %s", i, cases[i].text);
		CHECK(number == expected, "case %zu: %s", i, cases[i].text);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_utf8_accepts_what_rfc_3629_does),
		cmocka_unit_test(text_is_utf8_refuses_everything_else),
		cmocka_unit_test(text_cut_never_ends_inside_a_character),
		cmocka_unit_test(text_length_counts_characters),
		cmocka_unit_test(text_decode_reads_escapes),
		cmocka_unit_test(text_decode_refuses_a_bad_escape),
		cmocka_unit_test(text_to_int_reads_whole_numbers_only),
	};

	return RUN(tests);
}
