/*
 * Numbers that a person has: NHS number, unique pupil number, National Insurance
 * number. Each is written in groups of digits; which groups are usual is a table.
 * Where the text says what it is, any groups will do.
 */
#include <string.h>

#include "core/cleanup.h"
#include "resource/identifier_scan.h"

#include "core/banned.h"

#define LABEL_REACH 32 /* how far in front of a number its name may stand */
#define OTHER_REACH 16 /* and the name of what is none */
#define PHONE_REACH 14

/* Digits as they stand in the text. The last "digit" of a pupil's number may be a letter. */
struct digits {
	char c[12];
	size_t n;
	char groups[13];  /* the length of each group: '3' '3' '4' */
	bool only_blanks; /* between the groups */
	size_t end;       /* behind the last */
};

/* Reads the group at d->end, of at most `room` characters. False where none is. */
static bool read_group(const struct folded *t, size_t room, bool ends_in_letter, struct digits *d)
{
	size_t end = identifier_digits_end(t, d->end, room), n = end - d->end;

	if (ends_in_letter && n + 1 == room && identifier_is_letter(t->c[end])) {
		end++;
		n++;
	}
	if (n == 0)
		return false;
	memcpy(d->c + d->n, t->c + d->end, n);
	d->groups[strlen(d->groups)] = (char)(n < 10 ? '0' + n : 'A' + n - 10);
	d->n += n;
	d->end = end;
	return true;
}

static bool is_blanks(const struct folded *t, size_t at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!identifier_is_blank(t->c[at + i]))
			return false;
	return true;
}

/* Exactly `n` digits from `at` on, in whole groups. */
static bool read_digits(const struct folded *t, size_t at, size_t n, bool ends_in_letter, struct digits *ret_digits)
{
	struct digits d = { .only_blanks = true, .end = at };

	while (read_group(t, n - d.n, ends_in_letter, &d) && d.n < n) {
		size_t gap = identifier_gap(t, d.end);

		if (gap == 0)
			return false;
		d.only_blanks = d.only_blanks && is_blanks(t, d.end, gap);
		d.end += gap;
	}
	*ret_digits = d;
	return d.n == n && !identifier_is_digit(t->c[d.end]);
}

static bool is_usual(const struct digits *d, const char *const groups[])
{
	for (; *groups; groups++)
		if (strcmp(d->groups, *groups) == 0)
			return true;
	return false;
}

/* Digit i times first, first + step ...: what check digits are made from. */
static unsigned weigh(const unsigned *value, size_t n, unsigned first, int step)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += value[i] * (unsigned)((int)first + step * (int)i);
	return sum;
}

/* --- NHS number ----------------------------------------------------------------- */

/* "+44 (0) " stands in front. */
static bool is_phone(const struct folded *t, size_t at)
{
	for (size_t i = 1; i <= PHONE_REACH && i < at; i++) {
		char c = t->c[at - i];

		if (c == '+')
			return true;
		if (!identifier_is_digit(c) && !strchr(" ().-", c))
			return false;
	}
	return false;
}

static bool is_said_to_be_other(const struct folded *t, size_t at)
{
	static const char *const others[] = { "account", "fax",   "invoice", "isbn", "mob",       "mobile",
					      "order",   "phone", "po",      "tel",  "telephone", NULL };

	return identifier_is_said(t, at, OTHER_REACH, others);
}

/* The number of an authority and the URN that Ofsted gave it: 806 2532287; or two authorities in a year: 2019 806 807. */
static bool is_authority(const struct digits *d)
{
	const char *four = strchr(d->groups, '4');
	const char *year = four && d->groups[2] != '\0' && d->groups[2] != '4' ? d->c + 3 * (four - d->groups) : NULL;

	if (year)
		return memcmp(year, "19", 2) == 0 || memcmp(year, "20", 2) == 0;
	return strcmp(d->groups, "37") == 0 && memcmp(d->c + 3, "25", 2) == 0;
}

/* The remainder that makes ten does not occur: such numbers are not given out. */
static bool is_nhs_check_right(const struct digits *d)
{
	unsigned value[10];

	for (size_t i = 0; i < ARRAY_LEN(value); i++)
		value[i] = (unsigned)(d->c[i] - '0');
	return (weigh(value, 9, 10, -1) + value[9]) % 11 == 0;
}

bool identifier_nhs_number(const struct folded *t, size_t at, struct span *ret_span)
{
	static const char *const names[] = { "chi", "nhs", "nhsno", "nhsnumber", NULL };
	static const char *const usual[] = { "A", "334", "37", "64", "343", "433", NULL };
	bool named;
	struct digits d;

	if (!read_digits(t, at, 10, false, &d) || !is_nhs_check_right(&d))
		return false;
	if (is_phone(t, at) || identifier_is_joined_behind(t, d.end))
		return false;
	named = identifier_is_said(t, at, LABEL_REACH, names);
	if (!named && (!is_usual(&d, usual) || is_authority(&d) || identifier_is_joined_before(t, at) ||
		       is_said_to_be_other(t, at)))
		return false;
	*ret_span = (struct span){ at, d.end - 1 };
	return true;
}

/* --- unique pupil number -------------------------------------------------------- */

static const char check_letters[] = "ABCDEFGHJKLMNPQRTUVWXYZ"; /* by remainder; no I, O and S */

/* The value of a letter or a digit; what is neither, or is not used, is too great. */
static unsigned value_of(char c)
{
	char letter = (char)(identifier_lower(c) - 'a' + 'A');
	const char *place;

	if (identifier_is_digit(c))
		return (unsigned)(c - '0');
	place = letter >= 'A' && letter <= 'Z' ? strchr(check_letters, letter) : NULL;
	return place ? (unsigned)(place - check_letters) : sizeof check_letters;
}

static bool is_upn_check_right(char letter, const struct digits *d)
{
	unsigned value[12];

	for (size_t i = 0; i < ARRAY_LEN(value); i++) {
		value[i] = value_of(d->c[i]);
		if (value[i] >= sizeof check_letters)
			return false;
	}
	return weigh(value, 12, 2, 1) % (sizeof check_letters - 1) == value_of(letter);
}

/* "Table A 2019 2020 2021" has the form of one. */
static bool is_heading(const struct folded *t, size_t at, const struct digits *d)
{
	return identifier_is_blank(t->c[at + 1]) && (!identifier_is_capital(t->c[at]) || d->groups[0] == '4');
}

/*
 * Apart by the authority, the school, the year and the number, or evenly. A GSS
 * code with a year behind it has a letter and twelve digits too, as 8 and 4.
 */
bool identifier_upn(const struct folded *t, size_t at, struct span *ret_span)
{
	static const char *const names[] = { "upn", "pupil", NULL };
	static const char *const usual[] = { "C", "345", "3423", "39", "75", "723", "93", "444", "3333", "66", NULL };
	char letter = t->c[at];
	struct digits d;
	size_t gap;

	if (identifier_is_letter(t->c[at + 1]) || value_of(letter) >= sizeof check_letters)
		return false;
	gap = identifier_gap(t, at + 1);
	if (!read_digits(t, at + 1 + gap, 12, true, &d) || !is_upn_check_right(letter, &d) ||
	    identifier_is_joined_behind(t, d.end))
		return false;
	if (!identifier_is_said(t, at, LABEL_REACH, names) &&
	    (!is_usual(&d, usual) || identifier_is_joined_before(t, at) || is_heading(t, at, &d)))
		return false;
	*ret_span = (struct span){ at, d.end - 1 };
	return true;
}

/* --- National Insurance number ----------------------------------------------------- */

static bool is_prefix(char first, char second)
{
	static const char *const unused[] = { "bg", "gb", "kn", "nk", "nt", "tn", "zz" };

	if (first < 'a' || first > 'z' || second < 'a' || second > 'z')
		return false;
	if (strchr("dfiquv", first) || strchr("dfiquvo", second))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(unused); i++)
		if (unused[i][0] == first && unused[i][1] == second)
			return false;
	return true;
}

/* "on 12.12.22 a meeting" has the form of one; a number that begins with a word must not be written like that. */
static bool is_sentence(const struct folded *t, size_t at, const struct digits *d)
{
	static const char *const words[] = { "ah", "al", "am", "an", "as", "at", "be", "by", "ch", "ex", "ha", "he",
					     "la", "ma", "me", "mr", "ms", "my", "oh", "ok", "on", "or", "ox", "pa",
					     "pg", "pm", "pp", "pt", "re", "st", "we", "wk", "ye", "yr", NULL };
	bool in_capitals = identifier_is_capital(t->c[at]) && identifier_is_capital(t->c[at + 1]);

	return identifier_is_blank(t->c[at + 2]) && identifier_is_among(t, at, at + 2, words) &&
	       !(in_capitals && d->only_blanks);
}

/* SP800-131A is the name of a standard. */
static bool is_usual_ni(const struct digits *d)
{
	static const char *const usual[] = { "6", "222", NULL };

	return is_usual(d, usual) || (d->only_blanks && strcmp(d->groups, "33") == 0);
}

bool identifier_ni_number(const struct folded *t, size_t at, struct span *ret_span)
{
	static const char *const names[] = { "ni", "nino", "insurance", NULL };
	size_t gap, last_gap, end;
	struct digits d;

	if (!identifier_is_letter(t->c[at + 1]) || identifier_is_letter(t->c[at + 2]) ||
	    !is_prefix(identifier_lower(t->c[at]), identifier_lower(t->c[at + 1])))
		return false;
	gap = identifier_gap(t, at + 2);
	if (!read_digits(t, at + 2 + gap, 6, false, &d))
		return false;
	last_gap = identifier_gap(t, d.end);
	end = d.end + last_gap + 1;
	if (t->c[end - 1] == '\0' || !strchr("abcd", identifier_lower(t->c[end - 1])) ||
	    identifier_is_joined_behind(t, end))
		return false;
	if (!identifier_is_said(t, at, LABEL_REACH, names) &&
	    (!is_usual_ni(&d) || identifier_is_joined_before(t, at) || is_sentence(t, at, &d)))
		return false;
	*ret_span = (struct span){ at, end - 1 };
	return true;
}
