/* Tests of service/resource/identifier.c: all kinds together. Each kind has a file of its own beside this. */
#include "identifier_support.h"

#include <time.h>

#include "core/limits.h"

static void a_text_may_hold_several_of_several_kinds(void **state)
{
	static const char text[] =
		"Zo\u00eb Smith (DOB 12/03/2009), NHS 943 476 5919, UPN B801200005001, NI AB123456C, "
		"zoe@gmail.com or head@acklam.sch.uk, 12 High Street, TS1 9FZ; and 943 476 5919";
	static const enum identifier_kind kinds[] = { IDENTIFIER_BIRTH,     IDENTIFIER_NHS_NUMBER,    IDENTIFIER_UPN,
						      IDENTIFIER_NI_NUMBER, IDENTIFIER_PRIVATE_EMAIL, IDENTIFIER_EMAIL,
						      IDENTIFIER_HOME,      IDENTIFIER_NHS_NUMBER };
	struct identifier found[16];

	(void)state;
	assert_int_equal(identifier_find(text, found, ARRAY_LEN(found)), ARRAY_LEN(kinds));
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		CHECK(found[i].kind == kinds[i], "find %zu is %s", i, identifier_words(found[i].kind));
	assert_int_equal(identifier_find(text, found, 3), 3);
}

static void places_are_counted_in_characters_from_one(void **state)
{
	struct identifier found[2];

	(void)state;
	assert_int_equal(identifier_find("\u00c9t\u00e9 \u2013 \U0001f600 943 476 5919.", found, 2), 1);
	assert_int_equal(found[0].from, 9);
	assert_int_equal(found[0].to, 20);
	assert_int_equal(identifier_find("9434765919", found, 2), 1);
	assert_int_equal(found[0].from, 1);
	assert_int_equal(found[0].to, 10);
}

static void ordinary_text_holds_nothing(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"@",
		"\n\n",
		"The effectiveness of oversight by managers, including child protection chairs.",
		"Ofsted visited on 14 and 15 December 2021; the letter of 31 January 2022 named 2,393 findings (URN 2532287).",
		"A panel of 12 met at TS1 9FT on 12.12.2022 at 10.30; 45% of 1,204 contacts, \u00a3330,000, 2019/20, E06000002.",
		"See https://files.ofsted.gov.uk/v1/file/50004273 and 0198d3c2-7b44-7a02-8f13-6f1f8de01a52.",
		"Contact: 01642 245432 or +44 20 7946 0958.",
	};
	struct identifier found[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		CHECK(identifier_find(texts[i], found, 4) == 0, "%s: %s", texts[i], identifier_words(found[0].kind));
}

static void what_may_be_an_organisations_is_not_refused(void **state)
{
	(void)state;
	for (int kind = 0; kind < IDENTIFIER_KIND_COUNT_; kind++) {
		assert_int_equal(identifier_is_refused((enum identifier_kind)kind), kind < IDENTIFIER_EMAIL);
		assert_non_null(identifier_words((enum identifier_kind)kind));
	}
}

static double us_for(const char *piece)
{
	static char text[LIMIT_TEXT_CHARS + 1];
	struct identifier found[8];
	struct timespec began, ended;

	for (size_t i = 0; i < sizeof text - 1; i++)
		text[i] = piece[i % strlen(piece)];
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &began);
	(void)identifier_find(text, found, ARRAY_LEN(found));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ended);
	return (double)(ended.tv_sec - began.tv_sec) * 1e6 + (double)(ended.tv_nsec - began.tv_nsec) / 1e3;
}

/* Were the time to grow with the square of the length, these would take a second and more. */
static void no_text_takes_long(void **state)
{
	static const char *const pieces[] = {
		"a",
		"1",
		" ",
		"@",
		"a@",
		"a@b.",
		"1 ",
		"1-",
		"A1 ",
		"9434765918 ",
		"dob ",
		"DOB Jane ",
		"born on ",
		"dob 1/1/1999 a ",
		"Jane 1/1/99 ",
		"TS1 9FZ ",
		"1 a TS1 9FZ ",
		"AB 12 34 56 ",
		"a.b@c.d-",
		"B8012 0000 5002 ",
		"http://a ",
		"+44 ",
		"NHS 943 476 5918 ",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		double us = us_for(pieces[i]);

		CHECK(us < 200000, "\"%s\" over and over takes %.0f us", pieces[i], us);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_may_hold_several_of_several_kinds),
		cmocka_unit_test(places_are_counted_in_characters_from_one),
		cmocka_unit_test(ordinary_text_holds_nothing),
		cmocka_unit_test(what_may_be_an_organisations_is_not_refused),
		cmocka_unit_test(no_text_takes_long),
	};

	return RUN(tests);
}
