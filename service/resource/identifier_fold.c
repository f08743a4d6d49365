/*
 * A text as the scanners of identifiers read it: one byte for each character.
 * What word processors and web pages make of blanks, dashes and quotes is undone.
 */
#include <stdint.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/text.h"
#include "resource/identifier_scan.h"

#include "core/banned.h"

/* Characters from first to last that become one byte. The first that fits counts. */
struct range {
	uint32_t first, last;
	char to;
};

static const struct range ranges[] = {
	{ 0x80, 0xA0, ' ' },        /* controls, and the blank that is not broken */
	{ 0xA2, 0xA5, '$' },        /* money, as what is not an identifier's first digit */
	{ 0xAD, 0xAD, '-' },        /* a hyphen that may be needed */
	{ 0xB7, 0xB7, '.' },        /* a full stop at half height */
	{ 0xD7, 0xD7, FOLD_OTHER }, /* the sign of times */
	{ 0xF7, 0xF7, FOLD_OTHER }, /* and of division */
	{ 0xC0, 0xDE, FOLD_UPPER }, /* Latin-1 */
	{ 0xDF, 0xFF, FOLD_LOWER }, { 0x180, 0x1FFF, FOLD_LOWER }, /* other alphabets, and accents */
	{ 0x2000, 0x200F, ' ' },                                   /* blanks of every width, those of none among them */
	{ 0x2010, 0x2015, '-' },                                   /* hyphens and dashes */
	{ 0x2018, 0x201B, '\'' },   { 0x201C, 0x201F, '"' },        { 0x2022, 0x2022, FOLD_OTHER }, /* a list's point */
	{ 0x2028, 0x2029, '\n' }, /* ends of a line and of a paragraph */
	{ 0x202A, 0x202F, ' ' },    { 0x205F, 0x2064, ' ' },        { 0x20A0, 0x20CF, '$' }, /* more money */
	{ 0x2212, 0x2212, '-' },                                                             /* minus */
	{ 0x3000, 0x3000, ' ' },    { 0x3001, 0xD7FF, FOLD_LOWER }, /* scripts without capitals */
	{ 0xFE58, 0xFE58, '-' },    { 0xFE63, 0xFE63, '-' },        { 0xFEFF, 0xFEFF, ' ' }, /* a byte order mark */
};

/* A character of valid UTF-8; *ret_step is how many bytes it takes. */
static uint32_t character_at(const unsigned char *s, size_t len, size_t *ret_step)
{
	size_t step = text_step((const char *)s, len);
	uint32_t c = s[0];

	*ret_step = step > 0 ? step : 1;
	if (step > 1)
		c = s[0] & (0xFFu >> (step + 1));
	for (size_t i = 1; i < step; i++)
		c = c << 6 | (s[i] & 0x3Fu);
	return c;
}

static char fold_ascii(uint32_t c)
{
	if (c == '\n' || c == '\t')
		return (char)c;
	return c < ' ' || c == 0x7F ? ' ' : (char)c;
}

/* Latin Extended-A has capitals and small letters in turns, and changes step twice. */
static char fold_latin(uint32_t c)
{
	bool odd_is_capital = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);

	return (c % 2 == 1) == odd_is_capital ? FOLD_UPPER : FOLD_LOWER;
}

static char fold(uint32_t c)
{
	if (c < 0x80)
		return fold_ascii(c);
	if (c >= 0x100 && c <= 0x17F)
		return fold_latin(c);
	if (c >= 0xFF01 && c <= 0xFF5E)
		return (char)(c - 0xFEE0); /* wide letters, digits and signs */
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return ranges[i].to;
	return FOLD_OTHER;
}

void identifier_fold(const char *text, struct folded *ret_folded)
{
	struct folded *t = ret_folded;
	size_t len = strlen(text), n = 0;

	t->c[0] = '\0';
	for (size_t at = 0, step = 1; at < len && n < LIMIT_TEXT_CHARS; at += step) {
		unsigned char c = (unsigned char)text[at];

		step = 1;
		t->c[++n] = c >= ' ' && c < 0x7F
				    ? (char)c
				    : fold(character_at((const unsigned char *)text + at, len - at, &step));
	}
	t->n = n;
	t->c[n + 1] = '\0';
}
