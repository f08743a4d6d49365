/*
 * What tells of one person, found in a text: the table of what is looked for, and
 * one way through the text for all of it.
 */
#include "resource/identifier.h"

#include <string.h>

#include "core/cleanup.h"
#include "resource/identifier_scan.h"

#include "core/banned.h"

/* With what an identifier begins; of an e-mail address it is the sign by which it is seen. */
enum start { AT_DIGIT, AT_LETTER, AT_SIGN };

struct kind {
	const char *words;
	bool is_refused;
	enum start start;
	identifier_scanner *scan;
};

static const struct kind kinds[IDENTIFIER_KIND_COUNT_] = {
	[IDENTIFIER_NHS_NUMBER] = { "an NHS number", true, AT_DIGIT, identifier_nhs_number },
	[IDENTIFIER_UPN] = { "a unique pupil number", true, AT_LETTER, identifier_upn },
	[IDENTIFIER_NI_NUMBER] = { "a National Insurance number", true, AT_LETTER, identifier_ni_number },
	[IDENTIFIER_BIRTH] = { "a date of birth beside a name", true, AT_LETTER, identifier_birth },
	[IDENTIFIER_PRIVATE_EMAIL] = { "a private e-mail address", true, AT_SIGN, identifier_private_email },
	[IDENTIFIER_EMAIL] = { "an e-mail address", false, AT_SIGN, identifier_email },
	[IDENTIFIER_HOME] = { "a postcode with a house number", false, AT_LETTER, identifier_home },
};

bool identifier_is_refused(enum identifier_kind kind)
{
	return kinds[kind].is_refused;
}

const char *identifier_words(enum identifier_kind kind)
{
	return kinds[kind].words;
}

/* Behind the web address at `at`, which may hold numbers of any kind; else 0. */
static size_t url_end(const struct folded *t, size_t at)
{
	static const char *const starts[] = { "http://", "https://", "www." };
	char first = identifier_lower(t->c[at]), lower[sizeof "https://"] = "";

	if (first != 'h' && first != 'w')
		return 0;
	for (size_t i = 0; i < sizeof lower - 1 && at + i <= t->n; i++)
		lower[i] = identifier_lower(t->c[at + i]);
	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		if (strncmp(lower, starts[i], strlen(starts[i])) != 0)
			continue;
		while (at <= t->n && !identifier_is_blank(t->c[at]) && t->c[at] != '\t')
			at++;
		return at;
	}
	return 0;
}

/* A scanner is asked at the beginning of each word, at digits behind letters ("NHS943..."), and at each @. */
static bool is_start(const struct folded *t, size_t at)
{
	char c = t->c[at], before = t->c[at - 1];

	if (identifier_is_digit(c))
		return !identifier_is_digit(before);
	return c == '@' || (identifier_is_letter(c) && !identifier_is_word(before));
}

/* What stands at one place. `passed` holds how far each kind was found already. */
static size_t find_at(const struct folded *t, size_t at, size_t passed[], struct identifier *found, size_t max)
{
	enum start start = identifier_is_digit(t->c[at]) ? AT_DIGIT : t->c[at] == '@' ? AT_SIGN : AT_LETTER;
	size_t n = 0;

	for (int kind = 0; kind < IDENTIFIER_KIND_COUNT_ && n < max; kind++) {
		struct span span;

		if (kinds[kind].start != start || at <= passed[kind] || !kinds[kind].scan(t, at, &span))
			continue;
		found[n++] = (struct identifier){ (enum identifier_kind)kind, span.from, span.to };
		passed[kind] = span.to;
	}
	return n;
}

size_t identifier_find(const char *text, struct identifier *found, size_t max)
{
	size_t passed[IDENTIFIER_KIND_COUNT_] = { 0 }, n = 0;
	struct folded t;

	identifier_fold(text, &t);
	for (size_t at = 1; at <= t.n && n < max; at++) {
		size_t end;

		if (!is_start(&t, at))
			continue;
		end = url_end(&t, at);
		if (end)
			at = end;
		else
			n += find_at(&t, at, passed, found + n, max - n);
	}
	return n;
}
