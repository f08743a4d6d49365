/*
 * Days of the calendar. What is inspected and planned lies in this century;
 * councils are older, so a field may say from which year on it takes dates.
 */
#include "resource/day.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

#include "core/banned.h"

#define FIRST_YEAR 2000

bool day_is_real(const char *text)
{
	char moment[] = "YYYY-MM-DDT00:00:00Z";

	if (strlen(text) != strlen("YYYY-MM-DD"))
		return false;
	memcpy(moment, text, strlen("YYYY-MM-DD"));
	return text_is_time(moment);
}

int day_first_year(const struct field *f)
{
	return f->min ? f->min : FIRST_YEAR;
}

bool day_fits(const struct field *f, const char *text)
{
	long year;

	if (!day_is_real(text))
		return false;
	year = strtol(text, NULL, 10);
	return year >= day_first_year(f) && year <= DAY_LAST_YEAR;
}

bool day_ends_month(const char *day)
{
	char next[16];

	(void)snprintf(next, sizeof next, "%.8s%02ld", day, strtol(day + strlen("YYYY-MM-"), NULL, 10) + 1);
	return !day_is_real(next);
}
