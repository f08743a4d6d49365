/* Tests of service/resource/day.c. */
#include "support.h"

#include "resource/day.h"

static void a_date_field_takes_the_days_of_its_years(void **state)
{
	static const struct field this_century = { "due_on", F_DATE, 0 };
	static const struct field older = { "started_on", F_DATE, 0, .min = 1850 };
	static const struct {
		const char *text;
		bool real, fits, fits_older;
	} cases[] = {
		{ "2024-02-29", true, true, true },     { "2023-02-29", false, false, false },
		{ "2000-01-01", true, true, true },     { "1999-12-31", true, false, true },
		{ "2099-12-31", true, true, true },     { "2100-01-01", true, false, false },
		{ "1974-04-01", true, false, true },    { "1849-12-31", true, false, false },
		{ "1900-01-01", true, false, true },    { "2024-13-01", false, false, false },
		{ "2024-04-31", false, false, false },  { "09/05/25", false, false, false },
		{ "2024-1-1", false, false, false },    { "", false, false, false },
		{ "2024-01-011", false, false, false }, { "2024-01-01T00:00:00Z", false, false, false },
		{ "0000-01-01", false, false, false },  { " 2024-01-01", false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CHECK(day_is_real(cases[i].text) == cases[i].real, "real: %s", cases[i].text);
		CHECK(day_fits(&this_century, cases[i].text) == cases[i].fits, "fits: %s", cases[i].text);
		CHECK(day_fits(&older, cases[i].text) == cases[i].fits_older, "fits older: %s", cases[i].text);
	}
	assert_int_equal(day_first_year(&this_century), 2000);
}

static void the_last_day_of_a_month_is_known(void **state)
{
	static const struct {
		const char *day;
		bool ends;
	} cases[] = {
		{ "2024-01-31", true },  { "2024-01-30", false }, { "2024-02-29", true },
		{ "2024-02-28", false }, { "2023-02-28", true },  { "2024-04-30", true },
		{ "2024-04-01", false }, { "2024-12-31", true },  { "2024-12-09", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(day_ends_month(cases[i].day) == cases[i].ends, "%s", cases[i].day);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_date_field_takes_the_days_of_its_years),
		cmocka_unit_test(the_last_day_of_a_month_is_known),
	};

	return RUN(tests);
}
