/* Tests of service/core/clock.c. */
#include "../unit.h"

#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/text.h"

static void clock_london_date_turns_at_midnight_in_london(void **state)
{
	static const struct {
		int64_t unix_s;
		const char *date, *why;
	} cases[] = {
		{ 0, "1970-01-01", "the beginning" },
		{ 1705708799, "2024-01-19", "23:59:59 UTC in winter is 23:59:59" },
		{ 1705708800, "2024-01-20", "midnight UTC in winter is midnight" },
		{ 1719788399, "2024-06-30", "22:59:59 UTC in summer is 23:59:59" },
		{ 1719788400, "2024-07-01", "23:00 UTC in summer is midnight" },
		{ 1711839599, "2024-03-30", "23:59:59 on the eve of the switch to summer" },
		{ 1711846799, "2024-03-31", "a second before the switch" },
		{ 1711846800, "2024-03-31", "the switch" },
		{ 1711925999, "2024-03-31", "22:59:59 UTC, the first summer evening" },
		{ 1711926000, "2024-04-01", "23:00 UTC, the first summer midnight" },
		{ 1729983599, "2024-10-26", "22:59:59 UTC on the eve of the switch to winter" },
		{ 1729983600, "2024-10-27", "23:00 UTC, the last summer midnight" },
		{ 1729990800, "2024-10-27", "01:00 UTC, the switch back" },
		{ 1730069999, "2024-10-27", "23:00 UTC that evening is not midnight any more" },
		{ 1730073600, "2024-10-28", "midnight UTC is" },
		{ 1648342800, "2022-03-27", "a year in which the 31st is not the last Sunday" },
		{ 1648418400, "2022-03-27", "22:00 UTC is 23:00" },
		{ 1648422000, "2022-03-28", "23:00 UTC is midnight" },
		{ 1709164800, "2024-02-29", "a leap day" },
		{ 4102444799, "2099-12-31", "the last day that dates may have" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char date[11];

		clock_london_date(cases[i].unix_s, date);
		CHECK(strcmp(date, cases[i].date) == 0, "case %zu: %s: %s", i, cases[i].why, date);
	}
}

/* Against the time zone database, where it is installed: every half hour of the months that switch. */
static void clock_london_date_agrees_with_the_time_zone_database(void **state)
{
	(void)state;
	if (access("/usr/share/zoneinfo/Europe/London", R_OK) != 0)
		skip();
	setenv("TZ", "Europe/London", 1);
	tzset();
	for (int year = 1996; year <= 2037; year++) {
		for (int month = 3; month <= 10; month += 7) {
			struct tm first = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = 1 };
			time_t from = timegm(&first) - 86400;

			for (time_t t = from; t < from + 34 * 86400; t += 1800) {
				char ours[11], theirs[64];
				struct tm local;

				localtime_r(&t, &local);
				strftime(theirs, sizeof theirs, "%Y-%m-%d", &local);
				clock_london_date(t, ours);
				CHECK(strcmp(ours, theirs) == 0, "%lld: %s, %s", (long long)t, ours, theirs);
			}
		}
	}
	unsetenv("TZ");
	tzset();
}

static void clock_utc_writes_rfc_3339(void **state)
{
	static const struct {
		int64_t unix_s;
		unsigned ms;
		const char *text;
	} cases[] = {
		{ 0, 0, "1970-01-01T00:00:00.000Z" },           { 1705708799, 7, "2024-01-19T23:59:59.007Z" },
		{ 951782400, 999, "2000-02-29T00:00:00.999Z" }, { -1, 0, "1969-12-31T23:59:59.000Z" },
		{ 4102444800, 0, "2100-01-01T00:00:00.000Z" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[32];

		clock_utc(cases[i].unix_s, cases[i].ms, text);
		CHECK(strcmp(text, cases[i].text) == 0, "case %zu: %s", i, text);
	}
}

static void clock_now_and_today_are_well_formed(void **state)
{
	char now[32], today[11];

	(void)state;
	clock_now(now);
	clock_today(today);
	assert_true(text_is_time(now));
	assert_int_equal(strlen(now), 24);
	assert_true(text_is_date(today));
}

static void clock_us_never_goes_back(void **state)
{
	uint64_t last = clock_us();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		uint64_t now = clock_us();

		assert_true(now >= last);
		last = now;
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(clock_london_date_turns_at_midnight_in_london),
		cmocka_unit_test(clock_london_date_agrees_with_the_time_zone_database),
		cmocka_unit_test(clock_utc_writes_rfc_3339),
		cmocka_unit_test(clock_now_and_today_are_well_formed),
		cmocka_unit_test(clock_us_never_goes_back),
	};

	return RUN(tests);
}
