/*
 * Dates of birth: a whole date that the text says is one, with a name beside it.
 * "born in 2009" tells of nobody, nor does "born after 1 September 2012", which is
 * how a rule speaks of all who are of an age.
 */
#include <string.h>

#include "resource/identifier_scan.h"

#include "core/banned.h"

#define DATE_REACH 40 /* how far from what announces it the date may stand */
#define NAME_REACH 60 /* and how far from both the name */

static const char *const announcements[] = {
	"dob",           "d.o.b",      "d o b",     "d/o/b",    "date of birth", "dateofbirth", "date-of-birth",
	"date_of_birth", "birth date", "birthdate", "birthday", "born",          NULL
};

/* Capitals that begin a sentence or a term, and are no part of a name. */
static const char *const no_names[] = {
	"a",        "all",   "also",     "an",   "and",    "any",      "april",    "as",        "at",        "august",
	"birth",    "born",  "both",     "but",  "by",     "case",     "child",    "children",  "council",   "county",
	"cp",       "date",  "december", "dob",  "each",   "ehcp",     "february", "for",       "friday",    "from",
	"girls",    "boys",  "has",      "have", "he",     "her",      "his",      "if",        "in",        "is",
	"it",       "its",   "january",  "july", "june",   "la",       "lac",      "march",     "may",       "monday",
	"name",     "nhs",   "ni",       "no",   "not",    "november", "number",   "october",   "of",        "ofsted",
	"on",       "one",   "or",       "our",  "people", "pupil",    "pupils",   "saturday",  "september", "she",
	"since",    "some",  "sunday",   "that", "the",    "their",    "these",    "they",      "this",      "those",
	"thursday", "to",    "tuesday",  "uasc", "upn",    "was",      "we",       "wednesday", "were",      "when",
	"where",    "which", "who",      "with", "young",  NULL
};

/* Behind what announces a date of birth at `at`; 0 where nothing does. */
static size_t announcement_end(const struct folded *t, size_t at)
{
	char first = identifier_lower(t->c[at]);

	for (size_t i = 0; (first == 'b' || first == 'd') && announcements[i]; i++) {
		size_t end = identifier_word_end(t, at, announcements[i]);

		if (end)
			return end;
	}
	return t->c[at - 1] == '(' && t->c[at + 1] != ')' ? identifier_word_end(t, at, "b") : 0;
}

/* --- the date --------------------------------------------------------------- */

/* Words that may stand between; a name or a place may as well, which begins with a capital. */
static bool is_filler(const struct folded *t, size_t at, size_t end)
{
	static const char *const fillers[] = { "a",   "about", "address", "al",  "and", "around", "as",     "at",
					       "bin", "circa", "da",      "de",  "der", "dos",    "du",     "el",
					       "for", "in",    "is",      "la",  "le",  "name",   "number", "of",
					       "on",  "the",   "to",      "van", "von", "was",    NULL };

	return identifier_is_capital(t->c[at]) || identifier_is_among(t, at, end, fillers);
}

/* A full stop, and then a capital. That of "D.O.B." follows the announcement at once. */
static bool is_sentence_end(const struct folded *t, size_t at)
{
	return t->c[at] == '.' && identifier_is_blank(t->c[at + 1]) && identifier_is_capital(t->c[at + 2]);
}

/* From the end of the announcement on: past what may stand between, but not past a number or into a rule. */
static bool find_behind(const struct folded *t, size_t start, struct span *ret_date)
{
	size_t last = start + DATE_REACH, letters;

	for (size_t at = start; at <= last && at <= t->n; at = letters) {
		size_t end = identifier_is_word(t->c[at]) ? identifier_date_end(t, at) : 0;

		if (end) {
			*ret_date = (struct span){ at, end - 1 };
			return true;
		}
		if (identifier_is_digit(t->c[at]) || (at > start && is_sentence_end(t, at)))
			return false;
		letters = identifier_letters_end(t, at);
		if (letters > at && !is_filler(t, at, letters))
			return false;
		letters = letters > at ? letters : at + 1;
	}
	return false;
}

/* "12/03/2009 (DOB)" */
static bool find_before(const struct folded *t, size_t at, struct span *ret_date)
{
	size_t first = at > DATE_REACH ? at - DATE_REACH : 1;

	for (size_t i = first; i < at; i++) {
		bool begins = !identifier_is_word(t->c[i - 1]) && identifier_is_word(t->c[i]);
		size_t end = begins ? identifier_date_end(t, i) : 0;

		if (end && end <= at && at - end <= 3) {
			*ret_date = (struct span){ i, end - 1 };
			return true;
		}
	}
	return false;
}

/* --- the name ------------------------------------------------------------------ */

/* Behind the word of a name at `at`: O'Neill, Anne-Marie, JONES, J.S.; 0 where none is. */
static size_t name_end(const struct folded *t, size_t at)
{
	size_t end = identifier_letters_end(t, at), first = end;

	if (!identifier_is_capital(t->c[at]) || identifier_is_among(t, at, first, no_names))
		return 0;
	while (t->c[end] != '\0' && strchr("'-.", t->c[end]) && identifier_is_letter(t->c[end + 1]))
		end = identifier_letters_end(t, end + 1);
	return end - at >= 2 ? end : 0;
}

/* Whether nothing but signs, or a word such as "was" or "de", stands from `at` up to `end`. */
static bool is_beside(const struct folded *t, size_t at, size_t end)
{
	static const char *const links[] = { "a",  "al", "baby", "bin", "da",  "de",  "der", "dos", "du", "el",
					     "is", "la", "le",   "s",   "van", "von", "was", "who", NULL };

	while (at < end) {
		size_t letters = identifier_letters_end(t, at);

		if (identifier_is_digit(t->c[at]) || (letters > at && !identifier_is_among(t, at, letters, links)))
			return false;
		at = letters > at ? letters : at + 1;
	}
	return true;
}

/* How much of a name it takes: one word, one beside `near`, or two together. */
enum need { ONE_WORD, ONE_BESIDE, TWO_WORDS };

/* Where a name is looked for, up to but without `end`. */
struct region {
	size_t at, end, near;
	enum need need;
};

static bool is_enough(const struct folded *t, const struct region *r, size_t at, size_t end)
{
	if (r->need != ONE_BESIDE)
		return r->need == ONE_WORD;
	return r->near <= at ? is_beside(t, r->near, at) : is_beside(t, end, r->near);
}

static bool has_name(const struct folded *t, const struct region *r)
{
	size_t before = 0, next; /* behind the word in front, where that is one of a name */

	for (size_t at = r->at; at < r->end && at <= t->n; at = next) {
		size_t end = identifier_is_word(t->c[at - 1]) ? 0 : name_end(t, at);

		if (end && ((before && is_beside(t, before, at)) || is_enough(t, r, at, end)))
			return true;
		before = end ? end : before;
		next = end ? end : identifier_letters_end(t, at);
		next = next > at ? next : at + 1;
	}
	return false;
}

/* Some write without capitals: "jane smith dob 12/03/2009". Then two words are a name that mean nothing else. */
static bool is_small_name(const struct folded *t, size_t first, size_t said)
{
	size_t words = 0;

	for (size_t at = said - 1; at >= first && words < 2; at--) {
		size_t end = at + 1;

		if (identifier_is_capital(t->c[at]) || identifier_is_digit(t->c[at]))
			return false;
		if (!identifier_is_letter(t->c[at]))
			continue;
		while (identifier_is_letter(t->c[at - 1]))
			at--;
		if (end - at < 2 || identifier_is_among(t, at, end, no_names) || is_filler(t, at, end))
			return false;
		words++;
	}
	return words == 2;
}

/* In front of what tells of the birth, in it, and behind it, where a new sentence may speak of something else. */
static bool has_name_nearby(const struct folded *t, const struct span *first, const struct span *second)
{
	size_t front = first->from > NAME_REACH ? first->from - NAME_REACH : 1, behind = second->to + 1;
	const struct region regions[] = {
		{ front, first->from, first->from, ONE_BESIDE },
		{ first->to + 1, second->from, 0, ONE_WORD },
		{ behind, behind + NAME_REACH, behind, t->c[behind] == '.' ? TWO_WORDS : ONE_BESIDE },
	};

	return has_name(t, &regions[0]) || has_name(t, &regions[1]) || has_name(t, &regions[2]);
}

bool identifier_birth(const struct folded *t, size_t at, struct span *ret_span)
{
	size_t end = announcement_end(t, at);
	struct span said = { at, end - 1 }, date;
	const struct span *first = &said, *second = &date;

	if (end == 0)
		return false;
	if (!find_behind(t, end, &date)) {
		if (identifier_word_end(t, at, "born") || !find_before(t, at, &date))
			return false;
		first = &date;
		second = &said;
	}
	if (!has_name_nearby(t, first, second) &&
	    (identifier_word_end(t, at, "born") || !is_small_name(t, at > DATE_REACH ? at - DATE_REACH : 1, at)))
		return false;
	*ret_span = (struct span){ first->from, second->to };
	return true;
}
