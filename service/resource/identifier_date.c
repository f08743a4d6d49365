/*
 * Whole dates in running text: 12/03/2009, 12.3.09, 12 March 2009, 12th of March,
 * 2009, 12-Mar-2009, March 12, 2009, 2009-03-12, 12032009.
 */
#include <string.h>

#include "core/cleanup.h"
#include "resource/identifier_scan.h"

#include "core/banned.h"

#define MONTH_LETTERS 3 /* how many of a month's name must be there */

static unsigned number_of(const struct folded *t, size_t at, size_t end)
{
	unsigned number = 0;

	for (; at < end; at++)
		number = number * 10 + (unsigned)(t->c[at] - '0');
	return number;
}

/* Behind the digits at `at`, of which there are at most `max` and no more; 0 where there are none. */
static size_t digits(const struct folded *t, size_t at, size_t max)
{
	size_t end = identifier_digits_end(t, at, max);

	return end == at || identifier_is_digit(t->c[end]) ? 0 : end;
}

static size_t blank(const struct folded *t, size_t at)
{
	return identifier_is_blank(t->c[at]) ? at + 1 : at;
}

static bool is_year(unsigned year)
{
	return year >= 1900 && year < 2100;
}

/* 2009, 09 or '09. */
static size_t year_end(const struct folded *t, size_t at)
{
	size_t first = t->c[at] == '\'' ? at + 1 : at, end = digits(t, first, 4);

	if (end == first + 2 || (end == first + 4 && is_year(number_of(t, first, end))))
		return end;
	return 0;
}

/* Jan, January, Sept: the whole name, or its beginning and perhaps a full stop. */
static size_t month_end(const struct folded *t, size_t at)
{
	static const char *const months[] = { "january", "february", "march",     "april",   "may",      "june",
					      "july",    "august",   "september", "october", "november", "december" };
	size_t end = identifier_letters_end(t, at), n = end - at;

	if (n < MONTH_LETTERS)
		return 0;
	for (size_t m = 0; m < ARRAY_LEN(months); m++) {
		size_t same = 0;

		while (same < n && identifier_lower(t->c[at + same]) == months[m][same])
			same++;
		if (same == n && (n <= MONTH_LETTERS + 1 || months[m][n] == '\0'))
			return t->c[end] == '.' ? end + 1 : end;
	}
	return 0;
}

/* 1 to 31, and st, nd, rd or th. */
static size_t day_end(const struct folded *t, size_t at)
{
	static const char *const ordinals[] = { "st", "nd", "rd", "th", NULL };
	size_t end = digits(t, at, 2), letters;
	unsigned day = end ? number_of(t, at, end) : 0;

	if (day < 1 || day > 31)
		return 0;
	letters = identifier_letters_end(t, end);
	return letters == end + 2 && identifier_is_among(t, end, letters, ordinals) ? letters : end;
}

/* Between the parts of a date in figures: the same sign twice, perhaps with a blank around it. 0: none. */
static size_t sign_end(const struct folded *t, size_t at, char *ret_sign)
{
	size_t sign = blank(t, at);

	if (t->c[sign] != '\0' && strchr("/.-", t->c[sign])) {
		*ret_sign = t->c[sign];
		return blank(t, sign + 1);
	}
	*ret_sign = ' ';
	return sign > at ? sign : 0;
}

/* Day and month, either first. */
static bool is_day_and_month(unsigned a, unsigned b)
{
	return a >= 1 && b >= 1 && ((a <= 31 && b <= 12) || (a <= 12 && b <= 31));
}

/* 12/03/2009 */
static size_t figures_end(const struct folded *t, size_t at)
{
	size_t day = digits(t, at, 2), month, year;
	char sign, other;

	month = day ? sign_end(t, day, &sign) : 0;
	if (!month || !digits(t, month, 2) ||
	    !is_day_and_month(number_of(t, at, day), number_of(t, month, digits(t, month, 2))))
		return 0;
	year = sign_end(t, digits(t, month, 2), &other);
	return year && sign == other ? year_end(t, year) : 0;
}

/* 2009-03-12 */
static size_t iso_end(const struct folded *t, size_t at)
{
	size_t year = year_end(t, at), month, day;
	char sign, other;

	month = year == at + 4 ? sign_end(t, year, &sign) : 0;
	if (!month || !digits(t, month, 2))
		return 0;
	day = sign_end(t, digits(t, month, 2), &other);
	if (!day || sign != other || !digits(t, day, 2) ||
	    !is_day_and_month(number_of(t, day, digits(t, day, 2)), number_of(t, month, digits(t, month, 2))))
		return 0;
	return digits(t, day, 2);
}

/* 12032009 or 20090312 */
static size_t eight_end(const struct folded *t, size_t at)
{
	size_t end = digits(t, at, 8);
	bool year_last, year_first;

	if (end != at + 8)
		return 0;
	year_last = is_year(number_of(t, at + 4, end)) &&
		    is_day_and_month(number_of(t, at, at + 2), number_of(t, at + 2, at + 4));
	year_first = is_year(number_of(t, at, at + 4)) &&
		     is_day_and_month(number_of(t, at + 6, end), number_of(t, at + 4, at + 6));
	return year_last || year_first ? end : 0;
}

/* Blanks, a comma, a hyphen, a stroke or nothing between the words of a date; and "of". */
static size_t between(const struct folded *t, size_t at)
{
	size_t of;

	at = blank(t, at);
	if (t->c[at] != '\0' && strchr(",-./", t->c[at]))
		at = blank(t, at + 1);
	of = identifier_word_end(t, at, "of");
	return of ? blank(t, of) : at;
}

/* 12th of March, 2009 */
static size_t day_first_end(const struct folded *t, size_t at)
{
	size_t day = day_end(t, at), month = day ? month_end(t, between(t, day)) : 0;

	return month ? year_end(t, between(t, month)) : 0;
}

/* March 12, 2009 */
static size_t month_first_end(const struct folded *t, size_t at)
{
	size_t month = month_end(t, at), day = month ? day_end(t, between(t, month)) : 0;

	return day ? year_end(t, between(t, day)) : 0;
}

size_t identifier_date_end(const struct folded *t, size_t at)
{
	static size_t (*const forms[])(const struct folded *, size_t) = { figures_end, iso_end, eight_end,
									  day_first_end, month_first_end };

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		size_t end = forms[i](t, at);

		if (end > 0 && !identifier_is_word(t->c[end]))
			return end;
	}
	return 0;
}
