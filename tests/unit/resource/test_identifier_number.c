/* Tests of service/resource/identifier_number.c. No number here is anybody's: the NHS numbers begin with 9. */
#include "identifier_support.h"

static void an_nhs_number_is_found_however_it_is_spaced(void **state)
{
	static const struct identifier_case cases[] = {
		{ "9434765919", "9434765919" },
		{ "943 476 5919", "943 476 5919" },
		{ "943-476-5919", "943-476-5919" },
		{ "943.476.5919", "943.476.5919" },
		{ "943  476  5919", "943  476  5919" },
		{ "943 - 476 - 5919", "943 - 476 - 5919" },
		{ "943 4765919", "943 4765919" },
		{ "943476 5919", "943476 5919" },
		{ "9434 765 919", "9434 765 919" },
		{ "943 4765 919", "943 4765 919" },
		{ "943\u00a0476\u00a05919", "943\u00a0476\u00a05919" },
		{ "943\u2009476\u20095919", "943\u2009476\u20095919" },
		{ "943\u2013476\u20135919", "943\u2013476\u20135919" },
		{ "943\n476\n5919", "943\n476\n5919" },
		{ "943\r\n476 5919", "943\r\n476 5919" },
		{ "\uff19\uff14\uff13 476 5919", "\uff19\uff14\uff13 476 5919" },
	};

	(void)state;
	CHECK_FOUND(IDENTIFIER_NHS_NUMBER, cases);
}

static void an_nhs_number_is_found_whatever_stands_around_it(void **state)
{
	static const struct identifier_case cases[] = {
		{ "NHS No. 943 476 5919.", "943 476 5919" },
		{ "(943 476 5919)", "943 476 5919" },
		{ "\u201c9434765919\u201d", "9434765919" },
		{ "child 9434765919's plan", "9434765919" },
		{ "12,9434765919,2010-03-12", "9434765919" },
		{ "id=9434765919", "9434765919" },
		{ "#9434765919", "9434765919" },
		{ "NHS9434765919", "9434765919" },
		{ "NHS/9434765919", "9434765919" },
		{ "NHS number: 94 34 76 59 19", "94 34 76 59 19" }, /* any groups, where it says what it is */
		{ "nhs-9434765919", "9434765919" },
		{ "child-9434765919", "9434765919" },
		{ "aged 12 943 476 5919", "943 476 5919" },
		{ "Tel 01642 245432, NHS 943 476 5919", "943 476 5919" },
		{ "\u00c9lodie 9434765919", "9434765919" },
	};

	(void)state;
	CHECK_FOUND(IDENTIFIER_NHS_NUMBER, cases);
}

static void the_check_digit_of_an_nhs_number_must_be_right(void **state)
{
	static const struct identifier_case cases[] = {
		{ "9434765918", NULL },         { "943 476 5910", NULL },
		{ "NHS 943 467 5919", NULL },   /* two digits in the wrong order */
		{ "9876543210", "9876543210" }, /* the remainder is 0 and the digit 0 */
		{ "1000000001", "1000000001" }, /* the remainder is 10 and the digit 1 */
		{ "1000000010", NULL },         /* the remainder is 1: no digit is right */
	};

	(void)state;
	CHECK_FOUND(IDENTIFIER_NHS_NUMBER, cases);
}

static void part_of_something_longer_is_no_nhs_number(void **state)
{
	static const struct identifier_case cases[] = {
		{ "94347659190", NULL },
		{ "19434765919", NULL },
		{ "9434765919a", NULL },
		{ "a9434765919", NULL },
		{ "9434765919-2", NULL },
		{ "9434765919.5", NULL },
		{ "2.9434765919", NULL },
		{ "CYP/9434765919", NULL },
		{ "PO-9434765919", NULL },
		{ "x_9434765919", NULL },
		{ "9434765919@example.org", NULL },
		{ "\u00a39434765919", NULL },
		{ "$9434765919", NULL },
		{ "9434765919%", NULL },
		{ "https://example.org/9434765919", NULL },
		{ "www.example.org/?nhs=9434765919", NULL },
		{ "0198d3c2-7b44-7a02-8f13-943476591900", NULL },
		{ "9434 7659 1912 3456", NULL },
		{ "943\n\n476\n\n5919", NULL }, /* three paragraphs */
		{ "943   476   5919", NULL },   /* three columns */
		{ "943\t476\t5919", NULL },
		{ "94347 65919", NULL },  /* not how they are written */
		{ "2019 806 819", NULL }, /* two authorities in a year; the digits are right */
		{ "806 2532003", NULL },  /* an authority's number and its URN; the digits are right */
	};

	(void)state;
	CHECK_FOUND(IDENTIFIER_NHS_NUMBER, cases);
}

static void a_telephone_number_is_no_nhs_number(void **state)
{
	static const struct identifier_case cases[] = {
		{ "01642 245432", NULL },        { "020 7946 0958", NULL },        { "07700 900123", NULL },
		{ "+44 943 476 5919", NULL },    { "+44 (0) 943 476 5919", NULL }, { "+1 943-476-5919", NULL },
		{ "Tel: 943 476 5919", NULL },   { "telephone 9434765919", NULL }, { "ISBN 9434765919", NULL },
		{ "Mobile (9434765919)", NULL }, { "Invoice 9434765919", NULL },   { "0300 123 1231", NULL },
	};

	(void)state;
	CHECK_FOUND(IDENTIFIER_NHS_NUMBER, cases);
}

static void a_unique_pupil_number_is_found(void **state)
{
	static const struct identifier_case cases[] = {
		{ "B801200005001", "B801200005001" },
		{ "b801200005001", "b801200005001" },
		{ "UPN: B801 2000 05 001", "B801 2000 05 001" },
		{ "B801-2000-05-001", "B801-2000-05-001" },
		{ "B 801 2000 05001", "B 801 2000 05001" },
		{ "(B801200005001)", "B801200005001" },
		{ "a pupil, B801200005001, who", "B801200005001" },
		{ "UPN b 8012 0000 5001", "b 8012 0000 5001" },
		{ "M80120000500A", "M80120000500A" }, /* a temporary one */
		{ "P207000016049", "P207000016049" },
	};

	(void)state;
	CHECK_FOUND(IDENTIFIER_UPN, cases);
}

static void what_only_looks_like_a_pupil_number_is_none(void **state)
{
	static const struct identifier_case cases[] = {
		{ "A801200005001", NULL },
		{ "N80120000500A", NULL },
		{ "I801200005001", NULL },
		{ "B801200005002", NULL },
		{ "B8012000050011", NULL },
		{ "BB801200005001", NULL },
		{ "B80120000500", NULL },
		{ "B80120000500AB", NULL },
		{ "B80120000500I", NULL },
		{ "ref/B801200005001", NULL },
		{ "E06000002 2019", NULL },
		{ "a 801 2000 05001", NULL },
		{ "https://example.org/B801200005001", NULL },
	};

	(void)state;
	CHECK_FOUND(IDENTIFIER_UPN, cases);
}

/* Whatever the digits are: a check letter that happens to be right would be found out. */
static void a_gss_code_before_a_year_is_no_pupil_number(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		char text[40];
		struct identifier_case one = { text, NULL };

		(void)snprintf(text, sizeof text, "E06000%03u 20%02u and E0%u000%03u", i, i % 30, 6 + i % 4, i);
		check_found(IDENTIFIER_UPN, &one, 1);
		(void)snprintf(text, sizeof text, "Table A 20%02u 20%02u 20%02u", i % 30, i % 27, i % 24);
		check_found(IDENTIFIER_UPN, &one, 1);
	}
}

static void a_national_insurance_number_is_found(void **state)
{
	static const struct identifier_case cases[] = {
		{ "AB123456C", "AB123456C" },
		{ "ab123456c", "ab123456c" },
		{ "AB 12 34 56 C", "AB 12 34 56 C" },
		{ "AB-12-34-56-C", "AB-12-34-56-C" },
		{ "AB 123456 C", "AB 123456 C" },
		{ "AB 123 456 C", "AB 123 456 C" },
		{ "ab 12 34 56 c", "ab 12 34 56 c" },
		{ "NI: AB 1234 56C.", "AB 1234 56C" },
		{ "(AB\u00a012\u00a034\u00a056\u00a0C)", "AB\u00a012\u00a034\u00a056\u00a0C" },
		{ "ON 12 34 56 D", "ON 12 34 56 D" },
		{ "on123456d", "on123456d" },
		{ "NI number on 12 34 56 d", "on 12 34 56 d" },
	};

	(void)state;
	CHECK_FOUND(IDENTIFIER_NI_NUMBER, cases);
}

static void what_only_looks_like_a_national_insurance_number_is_none(void **state)
{
	static const struct identifier_case cases[] = {
		{ "QQ123456C", NULL },
		{ "DA123456C", NULL },
		{ "AO123456C", NULL },
		{ "GB123456C", NULL },
		{ "TN123456C", NULL },
		{ "ZZ123456C", NULL },
		{ "AB123456E", NULL },
		{ "AB123456", NULL },
		{ "AB12345C", NULL },
		{ "AB1234567C", NULL },
		{ "XAB123456C", NULL },
		{ "AB123456CD", NULL },
		{ "file/AB123456C", NULL },
		{ "On 12.12.22 a meeting was held", NULL },
		{ "on 14-12-21 B Jones reported", NULL },
		{ "by 2021-22 a plan", NULL },
		{ "as 20-21-22 a plan", NULL },
		{ "at 10 30 00 a bell", NULL },
		{ "ab123456-c123", NULL },
		{ "SP800-131A", NULL }, /* a standard */
	};

	(void)state;
	CHECK_FOUND(IDENTIFIER_NI_NUMBER, cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_nhs_number_is_found_however_it_is_spaced),
		cmocka_unit_test(an_nhs_number_is_found_whatever_stands_around_it),
		cmocka_unit_test(the_check_digit_of_an_nhs_number_must_be_right),
		cmocka_unit_test(part_of_something_longer_is_no_nhs_number),
		cmocka_unit_test(a_telephone_number_is_no_nhs_number),
		cmocka_unit_test(a_unique_pupil_number_is_found),
		cmocka_unit_test(what_only_looks_like_a_pupil_number_is_none),
		cmocka_unit_test(a_gss_code_before_a_year_is_no_pupil_number),
		cmocka_unit_test(a_national_insurance_number_is_found),
		cmocka_unit_test(what_only_looks_like_a_national_insurance_number_is_none),
	};

	return RUN(tests);
}
