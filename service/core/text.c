/*
 * Reading text strictly: UTF-8, percent escapes and numbers. The forms that text
 * may have to keep (dates, identifiers, addresses) are in text_forms.c.
 */
#include "core/text.h"

#include <errno.h>
#include <string.h>

#include "core/banned.h"

/* What may follow a lead byte: how many bytes, and the range of the first of them (RFC 3629, section 4). */
struct lead {
	unsigned char from, to, follow, second_from, second_to;
};

static const struct lead leads[] = {
	{ 0xC2, 0xDF, 1, 0x80, 0xBF }, /* C0 and C1 would be overlong */
	{ 0xE0, 0xE0, 2, 0xA0, 0xBF }, /* below A0 overlong */
	{ 0xE1, 0xEC, 2, 0x80, 0xBF }, /* whatever follows */
	{ 0xED, 0xED, 2, 0x80, 0x9F }, /* above 9F surrogates */
	{ 0xEE, 0xEF, 2, 0x80, 0xBF }, /* whatever follows */
	{ 0xF0, 0xF0, 3, 0x90, 0xBF }, /* below 90 overlong */
	{ 0xF1, 0xF3, 3, 0x80, 0xBF }, /* whatever follows */
	{ 0xF4, 0xF4, 3, 0x80, 0x8F }, /* above 8F over U+10FFFF */
};

static const struct lead *lead_of(unsigned char c)
{
	for (size_t i = 0; i < ARRAY_LEN(leads); i++)
		if (c >= leads[i].from && c <= leads[i].to)
			return &leads[i];
	return NULL;
}

size_t text_step(const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	const struct lead *lead;

	if (len == 0)
		return 0;
	if (s[0] < 0x80)
		return 1;
	lead = lead_of(s[0]);
	if (!lead || len <= lead->follow || s[1] < lead->second_from || s[1] > lead->second_to)
		return 0;
	for (size_t i = 2; i <= lead->follow; i++)
		if ((s[i] & 0xC0) != 0x80)
			return 0;
	return 1 + (size_t)lead->follow;
}

static bool eight_are_ascii(const char *text)
{
	uint64_t word;

	memcpy(&word, text, sizeof word);
	return (word & 0x8080808080808080u) == 0;
}

bool text_is_utf8(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len) {
		size_t step = len - i >= 8 && eight_are_ascii(text + i) ? 8 : text_step(text + i, len - i);

		if (step == 0)
			return false;
		i += step;
	}
	return true;
}

size_t text_cut(const char *text, size_t len)
{
	size_t start = len;

	/* Back to the lead byte of the last character; it is at most three bytes before the end. */
	while (start > 0 && len - start < 3 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
		start--;
	if (start == 0 || (unsigned char)text[start - 1] < 0xC0)
		return len;
	start--;
	return text_step(text + start, len - start) == len - start ? len : start;
}

size_t text_length(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xC0) != 0x80;
	return n;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte that an escape stands for; -1 if it is not two digits, or stands for NUL. */
static int escaped_byte(const char *text, size_t left)
{
	int high, low;

	if (left < 3)
		return -1;
	high = digit_of(text[1]);
	low = digit_of(text[2]);
	if (high < 0 || low < 0 || high + low == 0)
		return -1;
	return high * 16 + low;
}

int text_decode(char *text, size_t len, bool plus_is_space, size_t *ret_len)
{
	size_t to = 0;

	for (size_t from = 0; from < len; from++) {
		char c = text[from];

		if (c == '\0')
			return -1;
		if (c == '%') {
			int byte = escaped_byte(text + from, len - from);

			if (byte < 0)
				return -1;
			c = (char)byte;
			from += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		text[to++] = c;
	}
	text[to] = '\0';
	if (!text_is_utf8(text, to))
		return -1;
	*ret_len = to;
	return 0;
}

/* Digits only, not empty, no zero in front. */
static bool is_plain_number(const char *digits)
{
	size_t n = strspn(digits, "0123456789");

	return n > 0 && digits[n] == '\0' && (digits[0] != '0' || n == 1);
}

int text_to_int(const char *text, int64_t *ret_number)
{
	const char *digits = text[0] == '-' ? text + 1 : text;
	long long number;

	if (!is_plain_number(digits) || strcmp(text, "-0") == 0)
		return -1;
	errno = 0;
	number = strtoll(text, NULL, 10);
	if (errno != 0)
		return -1;
	*ret_number = number;
	return 0;
}
