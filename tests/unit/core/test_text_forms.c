/* Tests of service/core/text_forms.c. */
#include "../unit.h"

#include "core/text.h"

struct form {
	const char *text;
	bool holds;
};

static void check_forms(bool (*holds)(const char *text), const struct form *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		CHECK(holds(cases[i].text) == cases[i].holds, "case %zu: \"%s\"", i, cases[i].text);
}

static void text_is_date_knows_the_calendar(void **state)
{
	static const struct form cases[] = {
		{ "2000-01-01", true },
		{ "2099-12-31", true },
		{ "1999-12-31", false },
		{ "2100-01-01", false },
		{ "0024-01-01", false },
		{ "2024-02-29", true },
		{ "2000-02-29", true },
		{ "2023-02-29", false },
		{ "2024-02-30", false },
		{ "2024-04-30", true },
		{ "2024-04-31", false },
		{ "2024-12-31", true },
		{ "2024-12-32", false },
		{ "2024-00-10", false },
		{ "2024-13-01", false },
		{ "2024-01-00", false },
		{ "01/01/1900", false },
		{ "2022-3-1", false },
		{ "2022-03-1", false },
		{ "2022-03-01 ", false },
		{ " 2022-03-01", false },
		{ "2022-03-01T00:00:00Z", false },
		{ "20220301", false },
		{ "2022/03/01", false },
		{ "-022-03-01", false },
		{ "2022-0a-01", false },
		{ "", false },
		{ "2022-03-", false },
		{ "\u0662022-03-01", false },
	};

	(void)state;
	check_forms(text_is_date, cases, ARRAY_LEN(cases));
}

static void text_is_time_reads_rfc_3339(void **state)
{
	static const struct form cases[] = {
		{ "2024-01-19T10:30:00Z", true },
		{ "2024-01-19T10:30:00.1Z", true },
		{ "2024-01-19T10:30:00.123456789Z", true },
		{ "2024-01-19T10:30:00.1234567890Z", false },
		{ "2024-01-19T10:30:00.Z", false },
		{ "2024-01-19T10:30:00+01:00", true },
		{ "2024-01-19T10:30:00-15:59", true },
		{ "2024-01-19T10:30:00+16:00", false },
		{ "2024-01-19T10:30:00+01:60", false },
		{ "2024-01-19T10:30:00+0100", false },
		{ "2024-01-19T10:30:00+01", false },
		{ "2024-01-19T10:30:00 01:00", false },
		{ "2024-01-19T10:30:00", false },
		{ "2024-01-19T10:30Z", false },
		{ "2024-01-19 10:30:00Z", false },
		{ "2024-01-19T24:00:00Z", false },
		{ "2024-01-19T23:59:59Z", true },
		{ "2024-01-19T23:60:00Z", false },
		{ "2024-01-19T23:59:60Z", false },
		{ "2023-02-29T10:30:00Z", false },
		{ "1970-01-01T00:00:00Z", true },
		{ "0000-01-01T00:00:00Z", false },
		{ "2024-01-19T10:30:00Zz", false },
		{ "2024-01-19T10:30:00z", false },
		{ "2024-01-19", false },
		{ "", false },
	};

	(void)state;
	check_forms(text_is_time, cases, ARRAY_LEN(cases));
}

static void text_is_uuid_asks_for_the_dashes_and_nothing_more(void **state)
{
	static const struct form cases[] = {
		{ "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", true },    { "0190A1B2-C3D4-7E5F-8A9B-0C1D2E3F4A5B", true },
		{ "00000000-0000-0000-0000-000000000000", true },    { "0190a1b2c3d47e5f8a9b0c1d2e3f4a5b", false },
		{ "{0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b}", false }, { "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5", false },
		{ "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b1", false },  { "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5g", false },
		{ "0190a1b2-c3d4-7e5f-8a9b_0c1d2e3f4a5b", false },   { "", false },
	};

	(void)state;
	check_forms(text_is_uuid, cases, ARRAY_LEN(cases));
}

static void text_is_slug_has_a_letter_or_digit_first(void **state)
{
	static const struct form cases[] = {
		{ "a", true },
		{ "7", true },
		{ "ilacs-2026", true },
		{ "care_leavers", true },
		{ "-a", false },
		{ "_a", false },
		{ "A", false },
		{ "a b", false },
		{ "caf\u00e9", false },
		{ "", false },
		{ "a.b", false },
		{ "a-", true },
		{ "a123456789012345678901234567890123456789012345678901234567890123", true },
		{ "a1234567890123456789012345678901234567890123456789012345678901234", false },
	};

	(void)state;
	check_forms(text_is_slug, cases, ARRAY_LEN(cases));
}

static void text_is_blank_sees_through_every_kind_of_space(void **state)
{
	static const struct form cases[] = {
		{ "", true },
		{ " ", true },
		{ " \t\r\n\v\f", true },
		{ "\u00a0\u2003\u3000\u200b\ufeff", true },
		{ "\xC2\x85\u2028", true },
		{ "x", false },
		{ "  x  ", false },
		{ "\u00a0.\u00a0", false },
		{ "\u00a1", false },
		{ "\u2010", false },
		{ "\xE2\x80", false },
	};

	(void)state;
	check_forms(text_is_blank, cases, ARRAY_LEN(cases));
}

static void text_trim_leaves_what_stands_between_blanks(void **state)
{
	static const struct {
		const char *text, *trimmed;
	} cases[] = {
		{ "", "" },
		{ " \t\u00a0 ", "" },
		{ "x", "x" },
		{ " a b\t", "a b" },
		{ "\u00a0\ufeffSi\u00e2n Rhys\u2003\u3000", "Si\u00e2n Rhys" },
		{ "a\u00a0b", "a\u00a0b" },
		{ " \xFF ", "\xFF" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t len = 99;
		const char *trimmed = text_trim(cases[i].text, &len);

		CHECK(len == strlen(cases[i].trimmed) && memcmp(trimmed, cases[i].trimmed, len) == 0, "case %zu", i);
	}
}

static void text_is_url_asks_for_a_scheme_and_a_host(void **state)
{
	static const struct form cases[] = {
		{ "https://files.ofsted.gov.uk/v1/file/50234567", true },
		{ "http://example.org", true },
		{ "HTTPS://EXAMPLE.ORG/", true },
		{ "https://example.org:8443/a?b=c#d", true },
		{ "https://example.org?q", true },
		{ "https://user@example.org/x", true },
		{ "https://example.org/a@b", true },
		{ "https://[2001:db8::1]/x", true },
		{ "https://[2001:db8::1]:443", true },
		{ "https://caf\u00e9.example/\u00fc", true },
		{ "https://example.org/a%20b", true },
		{ "https://", false },
		{ "https:///path", false },
		{ "https://?q", false },
		{ "https://@", false },
		{ "https://:80/", false },
		{ "https://[]/", false },
		{ "https://[::1/", false },
		{ "https://example.org:8o/", false },
		{ "https://exa mple.org/", false },
		{ "https://example.org/a b", false },
		{ "https://example.org/a\tb", false },
		{ "https://example.org/a\x7f", false },
		{ "https://example.org/\u00a0", false },
		{ "https://example.org/\xC2\x85", false },
		{ "https://example.org/\xC2\x80", false },
		{ "https://example.org/\u2028", false },
		{ " https://example.org/", false },
		{ "ftp://example.org/", false },
		{ "javascript:alert(1)", false },
		{ "//example.org/", false },
		{ "https:example.org", false },
		{ "http", false },
		{ "", false },
	};

	(void)state;
	check_forms(text_is_url, cases, ARRAY_LEN(cases));
}

static void text_date_number_counts_days(void **state)
{
	static const struct {
		const char *date;
		int64_t number;
	} cases[] = {
		{ "1970-01-01", 0 },     { "1970-01-02", 1 },     { "1969-12-31", -1 },    { "2000-01-01", 10957 },
		{ "2000-02-28", 11015 }, { "2000-02-29", 11016 }, { "2000-03-01", 11017 }, { "2024-02-29", 19782 },
		{ "2024-12-31", 20088 }, { "2025-01-01", 20089 }, { "2099-12-31", 47481 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(text_date_number(cases[i].date) == cases[i].number, "%s: %lld", cases[i].date,
		      (long long)text_date_number(cases[i].date));
}

static void text_date_number_and_text_is_date_agree_for_a_century(void **state)
{
	int64_t number = text_date_number("2000-01-01");
	size_t n_days = 0;

	(void)state;
	for (int i = 0; i < 100 * 12 * 31; i++) {
		char date[16];

		snprintf(date, sizeof date, "%04d-%02d-%02d", 2000 + i / 372, i / 31 % 12 + 1, i % 31 + 1);
		if (!text_is_date(date))
			continue;
		CHECK(text_date_number(date) == number, "%s", date);
		number++;
		n_days++;
	}
	assert_int_equal(n_days, 36525);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_date_knows_the_calendar),
		cmocka_unit_test(text_is_time_reads_rfc_3339),
		cmocka_unit_test(text_is_uuid_asks_for_the_dashes_and_nothing_more),
		cmocka_unit_test(text_is_slug_has_a_letter_or_digit_first),
		cmocka_unit_test(text_is_blank_sees_through_every_kind_of_space),
		cmocka_unit_test(text_trim_leaves_what_stands_between_blanks),
		cmocka_unit_test(text_is_url_asks_for_a_scheme_and_a_host),
		cmocka_unit_test(text_date_number_counts_days),
		cmocka_unit_test(text_date_number_and_text_is_date_agree_for_a_century),
	};

	return RUN(tests);
}
