/*
 * Forms that text may have to keep: dates, times, identifiers, addresses. Each
 * reads its whole argument and says only yes or no.
 */
#include "core/text.h"

#include <string.h>

#include "core/banned.h"

#define DIGITS     "0123456789"
#define LOWER      "abcdefghijklmnopqrstuvwxyz"
#define UPPER      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define HEX_DIGITS DIGITS "abcdefABCDEF"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Whether text begins with `form`, in which 9 stands for any digit and x for any
 * hexadecimal one. Stops at the first difference, so it never reads past a NUL.
 */
static bool has_form(const char *text, const char *form)
{
	for (; *form; text++, form++) {
		bool same = *text == *form;

		if (*form == '9')
			same = is_digit(*text);
		else if (*form == 'x')
			same = *text != '\0' && strchr(HEX_DIGITS, *text);
		if (!same)
			return false;
	}
	return true;
}

static int number_at(const char *text, size_t n)
{
	int number = 0;

	for (size_t i = 0; i < n; i++)
		number = number * 10 + (text[i] - '0');
	return number;
}

static bool is_real_day(int year, int month, int day)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month < 1 || month > 12 || day < 1)
		return false;
	return day <= days[month - 1] + (month == 2 && leap);
}

static bool begins_with_day(const char *text, int first_year, int last_year)
{
	int year;

	if (!has_form(text, "9999-99-99"))
		return false;
	year = number_at(text, 4);
	return year >= first_year && year <= last_year &&
	       is_real_day(year, number_at(text + 5, 2), number_at(text + 8, 2));
}

bool text_is_date(const char *text)
{
	return begins_with_day(text, 2000, 2099) && text[10] == '\0';
}

/* "Z", or hours and minutes from UTC. PostgreSQL takes no more than 15:59. */
static bool is_offset(const char *text)
{
	if (strcmp(text, "Z") == 0)
		return true;
	if (*text != '+' && *text != '-')
		return false;
	return has_form(text + 1, "99:99") && text[6] == '\0' && number_at(text + 1, 2) <= 15 &&
	       number_at(text + 4, 2) <= 59;
}

bool text_is_time(const char *text)
{
	const char *rest;

	if (!begins_with_day(text, 1, 9999) || !has_form(text + 10, "T99:99:99"))
		return false;
	if (number_at(text + 11, 2) > 23 || number_at(text + 14, 2) > 59 || number_at(text + 17, 2) > 59)
		return false;
	rest = text + 19;
	if (*rest == '.') {
		size_t n = strspn(rest + 1, DIGITS);

		if (n < 1 || n > 9)
			return false;
		rest += 1 + n;
	}
	return is_offset(rest);
}

bool text_is_uuid(const char *text)
{
	return has_form(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") && text[36] == '\0';
}

bool text_is_slug(const char *text)
{
	size_t n = strspn(text, LOWER DIGITS "_-");

	return n >= 1 && n <= 64 && text[n] == '\0' && text[0] != '_' && text[0] != '-';
}

/* Bytes of the white space at the start of text: ASCII's, Unicode's, and what shows as nothing at all. */
static size_t blank_step(const char *text)
{
	static const char *const wide[] = { "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004",
					    "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u200B",
					    "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", "\uFEFF", "\xC2\x85" };

	if (*text != '\0' && strchr(" \t\n\v\f\r", *text))
		return 1;
	if ((unsigned char)*text < 0x80)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(wide); i++)
		if (strncmp(text, wide[i], strlen(wide[i])) == 0)
			return strlen(wide[i]);
	return 0;
}

bool text_is_blank(const char *text)
{
	size_t step;

	while ((step = blank_step(text)) > 0)
		text += step;
	return *text == '\0';
}

const char *text_trim(const char *text, size_t *ret_len)
{
	size_t blank, end = 0;

	while ((blank = blank_step(text)) > 0)
		text += blank;
	for (size_t at = 0; text[at] != '\0'; at += blank ? blank : 1) {
		blank = blank_step(text + at);
		if (blank == 0)
			end = at + 1;
	}
	*ret_len = end;
	return text;
}

/* No white space of any kind and no controls, those of Latin-1 (U+0080 to U+009F) included. */
static bool is_unbroken(const char *text)
{
	for (const char *c = text; *c; c++) {
		bool latin_control = c[0] == '\xC2' && (unsigned char)c[1] >= 0x80 && (unsigned char)c[1] < 0xA0;

		if ((unsigned char)*c <= 0x20 || *c == 0x7F || latin_control || blank_step(c) > 0)
			return false;
	}
	return true;
}

/* The end of the name or bracketed address at the start of text, or NULL if there is none. */
static const char *end_of_host(const char *text)
{
	size_t n = 0;

	if (*text == '[') {
		n = strspn(text + 1, HEX_DIGITS ":.");
		return n > 1 && text[1 + n] == ']' ? text + n + 2 : NULL;
	}
	while (text[n] != '\0' && (strchr(LOWER UPPER DIGITS "-._~%", text[n]) || (unsigned char)text[n] >= 0x80))
		n++;
	return n > 0 ? text + n : NULL;
}

bool text_is_url(const char *text)
{
	size_t scheme = strncasecmp(text, "https://", 8) == 0 ? 8 : 7;
	const char *host = text + scheme, *at, *end;

	if ((scheme == 7 && strncasecmp(text, "http://", 7) != 0) || !is_unbroken(text))
		return false;
	at = strpbrk(host, "@/?#");
	if (at && *at == '@')
		host = at + 1;
	end = end_of_host(host);
	if (end && *end == ':')
		end += 1 + strspn(end + 1, DIGITS);
	return end && (*end == '\0' || strchr("/?#", *end));
}

int64_t text_date_number(const char *date)
{
	int64_t year = number_at(date, 4), month = number_at(date + 5, 2), day = number_at(date + 8, 2);
	int64_t days;

	/* Count from 1 March, so that the leap day ends the year it belongs to. */
	if (month <= 2) {
		year--;
		month += 12;
	}
	days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 + day - 1;
	return days - 719468; /* from 0000-03-01 to 1970-01-01 */
}
