/* Characters, words and their surroundings, as the scanners of identifiers ask about them. */
#include "resource/identifier_scan.h"

#include <string.h>

#include "core/banned.h"

/* What holds the parts of an address, a path or a formula together when it stands between letters or digits. */
static const char joiners[] = "/\\_&?@%~";

/* clang-format off */
#define DIGIT   (CLASS_DIGIT | CLASS_LOCAL)
#define CAPITAL (CLASS_CAPITAL | CLASS_LOCAL)
#define SMALL   (CLASS_SMALL | CLASS_LOCAL)

const unsigned char identifier_classes[256] = {
	[(unsigned char)FOLD_UPPER] = CAPITAL, [(unsigned char)FOLD_LOWER] = SMALL,
	[' '] = CLASS_BLANK, ['\n'] = CLASS_BLANK,
	['0' ... '9'] = DIGIT, ['A' ... 'Z'] = CAPITAL, ['a' ... 'z'] = SMALL,
	['.'] = CLASS_LOCAL, ['!'] = CLASS_LOCAL, ['#'] = CLASS_LOCAL, ['$'] = CLASS_LOCAL, ['%'] = CLASS_LOCAL,
	['&'] = CLASS_LOCAL, ['\''] = CLASS_LOCAL, ['*'] = CLASS_LOCAL, ['+'] = CLASS_LOCAL, ['-'] = CLASS_LOCAL,
	['/'] = CLASS_LOCAL, ['='] = CLASS_LOCAL, ['?'] = CLASS_LOCAL, ['^'] = CLASS_LOCAL, ['_'] = CLASS_LOCAL,
	['`'] = CLASS_LOCAL, ['{'] = CLASS_LOCAL, ['|'] = CLASS_LOCAL, ['}'] = CLASS_LOCAL, ['~'] = CLASS_LOCAL,
	['\\'] = CLASS_LOCAL,
};
/* clang-format on */

size_t identifier_letters_end(const struct folded *t, size_t at)
{
	while (identifier_is_letter(t->c[at]))
		at++;
	return at;
}

size_t identifier_digits_end(const struct folded *t, size_t at, size_t max)
{
	size_t end = at;

	while (end < at + max && identifier_is_digit(t->c[end]))
		end++;
	return end;
}

size_t identifier_word_end(const struct folded *t, size_t at, const char *word)
{
	for (; *word; word++, at++)
		if (*word == ' ' ? !identifier_is_blank(t->c[at]) : identifier_lower(t->c[at]) != *word)
			return 0;
	return identifier_is_letter(t->c[at]) ? 0 : at;
}

bool identifier_is_among(const struct folded *t, size_t at, size_t end, const char *const words[])
{
	for (; *words; words++)
		if (identifier_word_end(t, at, *words) == end)
			return true;
	return false;
}

bool identifier_is_said(const struct folded *t, size_t at, size_t reach, const char *const words[])
{
	size_t first = at > reach ? at - reach : 1;

	for (size_t i = first; i < at; i++) {
		if (identifier_is_letter(t->c[i - 1]) || !identifier_is_letter(t->c[i]))
			continue;
		for (size_t w = 0; words[w]; w++)
			if (identifier_word_end(t, i, words[w]))
				return true;
	}
	return false;
}

/* Blanks from `at` on, at most two and at most one end of a line: more is a column or a paragraph. */
static size_t blanks(const struct folded *t, size_t at)
{
	size_t n = 0, lines = 0;

	while (n < 2 && identifier_is_blank(t->c[at + n])) {
		lines += t->c[at + n] == '\n';
		n++;
	}
	return lines > 1 || identifier_is_blank(t->c[at + n]) ? 0 : n;
}

size_t identifier_gap(const struct folded *t, size_t at)
{
	size_t n = blanks(t, at);

	if (t->c[at + n] == '-' || t->c[at + n] == '.') {
		n++;
		n += blanks(t, at + n);
	}
	return identifier_is_word(t->c[at + n]) ? n : 0;
}

bool identifier_is_joined_before(const struct folded *t, size_t at)
{
	char before = t->c[at - 1];

	if (identifier_is_word(before) || before == '+' || before == '$')
		return true; /* a word, a telephone number, money */
	if (before == '\0' || !identifier_is_word(t->c[at - 2]))
		return false;
	if (before == '.')
		return identifier_is_digit(t->c[at - 2]);
	if (before == '-') /* "PO-12" is a reference, "child-12" is not */
		return !identifier_is(t->c[at - 2], CLASS_SMALL);
	return strchr(joiners, before) != NULL;
}

bool identifier_is_joined_behind(const struct folded *t, size_t end)
{
	char behind = t->c[end];

	if (identifier_is_word(behind) || behind == '%' || behind == '@')
		return true;
	if (behind == '\0' || !identifier_is_word(t->c[end + 1]))
		return false;
	if (behind == '.' || behind == '-')
		return identifier_is_digit(t->c[end + 1]);
	return behind == '_';
}
