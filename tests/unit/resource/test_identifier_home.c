/* Tests of service/resource/identifier_home.c. */
#include "identifier_support.h"

static void a_postcode_with_the_number_of_a_house_is_found(void **state)
{
	static const struct identifier_case cases[] = {
		{ "12 Acacia Avenue, Middlesbrough, TS1 9FZ", "12 Acacia Avenue, Middlesbrough, TS1 9FZ" },
		{ "lives at 12a High Street\nReading\nRG2 8ZU.", "12a High Street\nReading\nRG2 8ZU" },
		{ "Flat 3, Acacia House, SW1A 1AA", "3, Acacia House, SW1A 1AA" },
		{ "12-14 The Crescent, LS121AB", "12-14 The Crescent, LS121AB" },
		{ "12 acacia avenue, middlesbrough ts1 9fz", "12 acacia avenue, middlesbrough ts1 9fz" },
		{ "12, TS1 9FZ", "12, TS1 9FZ" },
		{ "TS1 9FZ, house number 12", "TS1 9FZ, house number 12" },
		{ "EC1A 1BB (no. 4)", "EC1A 1BB (no. 4" },
		{ "4 Long Lane, M1\u00a01AA", "4 Long Lane, M1\u00a01AA" },
		{ "4 Long Lane, W1A 0AX", "4 Long Lane, W1A 0AX" },
	};

	(void)state;
	CHECK_FOUND(IDENTIFIER_HOME, cases);
}

static void a_postcode_or_a_number_alone_is_no_home(void **state)
{
	static const struct identifier_case cases[] = {
		{ "Piccadilly Gate, Store Street, Manchester M1 2WD", NULL },
		{ "PO Box 500, Middlesbrough TS1 9FT", NULL },
		{ "20 children lived in TS1 9FT", NULL },
		{ "in March 2019 Middlesbrough, TS1 9FT", NULL },
		{ "On 12 March the office moved to TS1 9FT", NULL },
		{ "12 Acacia Avenue, Middlesbrough", NULL },
		{ "12 Acacia Avenue, TS1 9FTX", NULL },
		{ "12 Acacia Avenue, QS1 9FT", NULL }, /* no area begins with Q */
		{ "12 Acacia Avenue, TS1 9CT", NULL }, /* nor is C used there */
		{ "1.2 Progress in TS1 9FT", NULL },
		{ "01642 Middlesbrough TS1 9FT", NULL },
	};

	(void)state;
	CHECK_FOUND(IDENTIFIER_HOME, cases);
}

static void a_house_that_is_far_from_the_postcode_is_another(void **state)
{
	char text[200] = "12 Acacia Avenue ";

	(void)state;
	memset(text + strlen(text), '.', 90);
	memcpy(text + strlen("12 Acacia Avenue ") + 90, " TS1 9FZ", sizeof " TS1 9FZ");
	assert_null(words_found(text, IDENTIFIER_HOME));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_postcode_with_the_number_of_a_house_is_found),
		cmocka_unit_test(a_postcode_or_a_number_alone_is_no_home),
		cmocka_unit_test(a_house_that_is_far_from_the_postcode_is_another),
	};

	return RUN(tests);
}
