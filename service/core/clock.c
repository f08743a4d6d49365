/*
 * The two clocks. London's date is reckoned here from the rule that has held
 * since 1996 (summer time from 01:00 UTC on the last Sunday of March to 01:00
 * UTC on the last Sunday of October), not asked of the C library: its time zone
 * is one for the whole process, and where the zone files are not installed, as
 * in many containers, it answers UTC without a word.
 */
#include "core/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "core/banned.h"

#define DAY_S  86400
#define HOUR_S 3600

struct day {
	int year, month, day;
};

/* The civil date of a number of days since 1970-01-01: years are counted from 1 March, in spans of 400. */
static struct day day_of(int64_t days)
{
	int64_t shifted = days + 719468; /* since 0000-03-01 */
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t in_era = shifted - era * 146097;
	int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * in_year + 2) / 153; /* 0 is March */

	return (struct day){ .year = (int)(year + era * 400 + (month >= 10)),
			     .month = (int)(month < 10 ? month + 3 : month - 9),
			     .day = (int)(in_year - (153 * month + 2) / 5 + 1) };
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Days from the given day to the next Sunday: 0 on a Sunday. 1970-01-01 was a Thursday. */
static int to_sunday(int64_t days)
{
	int64_t weekday = days + 4 - floor_div(days + 4, 7) * 7; /* 0 is Sunday */

	return (int)((7 - weekday) % 7);
}

/* Whether the last Sunday of this month, which has 31 days, is over at 01:00 UTC. */
static bool past_switch(struct day d, int64_t days, int64_t second_of_day)
{
	int next = to_sunday(days);

	if (d.day + next > 31)
		return true; /* no Sunday is left */
	if (next > 0)
		return false;
	return d.day + 7 > 31 && second_of_day >= HOUR_S;
}

static bool is_summer(int64_t unix_s)
{
	int64_t days = floor_div(unix_s, DAY_S);
	struct day d = day_of(days);

	if (d.month == 3)
		return past_switch(d, days, unix_s - days * DAY_S);
	if (d.month == 10)
		return !past_switch(d, days, unix_s - days * DAY_S);
	return d.month > 3 && d.month < 10;
}

void clock_london_date(int64_t unix_s, char out[11])
{
	struct day d = day_of(floor_div(unix_s + (is_summer(unix_s) ? HOUR_S : 0), DAY_S));

	snprintf(out, 11, "%04u-%02u-%02u", (unsigned)d.year % 10000, (unsigned)d.month % 100, (unsigned)d.day % 100);
}

void clock_utc(int64_t unix_s, unsigned ms, char out[32])
{
	int64_t days = floor_div(unix_s, DAY_S);
	unsigned second = (unsigned)(unix_s - days * DAY_S);
	struct day d = day_of(days);

	snprintf(out, 32, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)d.year % 10000, (unsigned)d.month % 100,
		 (unsigned)d.day % 100, second / HOUR_S, second / 60 % 60, second % 60, ms % 1000);
}

uint64_t clock_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

void clock_today(char out[11])
{
	clock_london_date(time(NULL), out);
}

void clock_now(char out[32])
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	clock_utc(t.tv_sec, (unsigned)(t.tv_nsec / 1000000), out);
}
