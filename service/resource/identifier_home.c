/*
 * Postcodes with the number of a house: together they are one front door. An office
 * has them too, so this is only told of.
 */
#include <string.h>

#include "resource/identifier_scan.h"

#include "core/banned.h"

#define ADDRESS_REACH 90 /* from the number of the house to the postcode */
#define NUMBER_REACH  24 /* from the postcode to a number that is said to be one */

static bool is_one_of(char c, const char *letters)
{
	char lower = identifier_lower(c);

	return lower >= 'a' && lower <= 'z' && strchr(letters, lower);
}

/* Behind the outward half: A9, A99, A9A, AA9, AA99, AA9A; 0 where there is none. What each letter may be is in BS 7666. */
static size_t outward_end(const struct folded *t, size_t at, size_t digits)
{
	size_t letters = identifier_letters_end(t, at) - at, end = at + letters;

	if (letters < 1 || letters > 2 || !is_one_of(t->c[at], "abcdefghijklmnoprstuwyz"))
		return 0;
	if (letters == 2 && !is_one_of(t->c[at + 1], "abcdefghklmnopqrstuvwxy"))
		return 0;
	if (identifier_digits_end(t, end, digits) != end + digits)
		return 0;
	end += digits;
	if (digits == 1 && is_one_of(t->c[end], letters == 1 ? "abcdefghjkstuw" : "abehmnprvwxy"))
		end++;
	return end;
}

static size_t inward_end(const struct folded *t, size_t at)
{
	static const char used[] = "abdefghjlnpqrstuwxyz";

	if (!identifier_is_digit(t->c[at]) || !is_one_of(t->c[at + 1], used) || !is_one_of(t->c[at + 2], used))
		return 0;
	return identifier_is_word(t->c[at + 3]) ? 0 : at + 3;
}

/* Behind the postcode at `at`, with a blank between its halves, two or none. */
static size_t postcode_end(const struct folded *t, size_t at)
{
	for (size_t digits = 1; digits <= 2; digits++) {
		size_t end = outward_end(t, at, digits), blanks = 0;

		while (end && blanks < 2 && identifier_is_blank(t->c[end + blanks]))
			blanks++;
		end = end ? inward_end(t, end + blanks) : 0;
		if (end)
			return end;
	}
	return 0;
}

/* Behind 12, 12a or 12-14 at `at`, which is no year and no part of something longer; else 0. */
static size_t house_end(const struct folded *t, size_t at)
{
	size_t end = identifier_digits_end(t, at, 4), digits = end - at;

	if (digits == 0 || identifier_is_joined_before(t, at) || t->c[at] == '0')
		return 0;
	if (digits == 4 && (t->c[at] == '1' || t->c[at] == '2') && (t->c[at + 1] == '9' || t->c[at + 1] == '0'))
		return 0;
	if (t->c[end] == '-' || t->c[end] == '/')
		end = identifier_digits_end(t, end + 1, 4);
	else if (identifier_is_letter(t->c[end]))
		end++;
	return identifier_is_joined_behind(t, end) ? 0 : end;
}

/* Where the last word for a street begins, from `first` up to `end`; 0 where there is none. */
static size_t last_street(const struct folded *t, size_t first, size_t end)
{
	static const char *const streets[] = { "avenue",  "ave",    "close", "court",  "crescent", "drive", "flat",
					       "gardens", "grove",  "house", "lane",   "place",    "rd",    "road",
					       "row",     "square", "st",    "street", "terrace",  "way",   NULL };

	for (size_t i = end - 1; i >= first; i--)
		if (identifier_is_letter(t->c[i]) && !identifier_is_letter(t->c[i - 1]) &&
		    identifier_is_among(t, i, identifier_letters_end(t, i), streets))
			return i;
	return 0;
}

/* Whether what stands from the number's end up to the postcode is a street and a town, or nothing. */
static bool is_street(const struct folded *t, size_t at, size_t end, size_t street)
{
	static const char *const months[] = { "january", "february",  "march",   "april",    "may",      "june", "july",
					      "august",  "september", "october", "november", "december", NULL };

	while (at < end && (identifier_is_blank(t->c[at]) || t->c[at] == ','))
		at++;
	if (identifier_is_among(t, at, identifier_letters_end(t, at), months))
		return false;
	return at == end || identifier_is_capital(t->c[at]) || street >= at;
}

static bool has_house_before(const struct folded *t, size_t at, size_t *ret_from)
{
	static const char *const boxes[] = { "box", NULL };
	size_t first = at > ADDRESS_REACH ? at - ADDRESS_REACH : 1, street = last_street(t, first, at);

	for (size_t i = at - 1; i >= first; i--) {
		size_t end = 0;

		if (identifier_is_digit(t->c[i]) && !identifier_is_word(t->c[i - 1]))
			end = house_end(t, i);
		if (!end || end > at || identifier_is_said(t, i, 5, boxes) || !is_street(t, end, at, street))
			continue;
		*ret_from = i;
		return true;
	}
	return false;
}

/* "TS1 9FZ, house number 12" */
static bool has_house_behind(const struct folded *t, size_t at, size_t *ret_to)
{
	static const char *const words[] = { "flat", "house", "no", "number", NULL };

	for (size_t i = at; i < at + NUMBER_REACH && i <= t->n; i++) {
		size_t end = 0;

		if (identifier_is_digit(t->c[i]) && !identifier_is_word(t->c[i - 1]))
			end = house_end(t, i);
		if (end && identifier_is_said(t, i, i - at, words)) {
			*ret_to = end - 1;
			return true;
		}
	}
	return false;
}

bool identifier_home(const struct folded *t, size_t at, struct span *ret_span)
{
	size_t end = identifier_is_letter(t->c[at + 1]) && identifier_is_letter(t->c[at + 2]) ? 0 : postcode_end(t, at);
	struct span home = { at, end - 1 };

	if (end == 0 || (!has_house_before(t, at, &home.from) && !has_house_behind(t, end, &home.to)))
		return false;
	*ret_span = home;
	return true;
}
