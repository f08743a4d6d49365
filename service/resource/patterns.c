/*
 * The named forms that a text field may be held to: what each accepts, as code,
 * as the expression that api/openapi.yaml states, and in words.
 */
#include "resource/patterns.h"

#include <string.h>

#include "core/cleanup.h"
#include "core/text.h"

#include "core/banned.h"

/* From `least` to `most` digits, and nothing after them. */
static bool is_digits(const char *text, size_t least, size_t most)
{
	size_t n = strspn(text, "0123456789");

	return n >= least && n <= most && text[n] == '\0';
}

static bool is_la(const char *text)
{
	return is_digits(text, 3, 3);
}

static bool is_gss(const char *text)
{
	static const char *const kinds[] = { "E06", "E08", "E09", "E10" };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strncmp(text, kinds[i], 3) == 0)
			return is_digits(text + 3, 6, 6);
	return false;
}

static bool is_region(const char *text)
{
	return strncmp(text, "E12", 3) == 0 && is_digits(text + 3, 6, 6);
}

static bool is_urn(const char *text)
{
	return is_digits(text, 5, 5) || is_digits(text, 7, 7);
}

/* A character of valid UTF-8 as a number; *ret_step is how many bytes it takes. */
static unsigned character_at(const char *text, size_t *ret_step)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t step = text_step(text, strlen(text));
	unsigned c = s[0];

	*ret_step = step > 0 ? step : 1;
	if (step > 1)
		c = s[0] & (0xFFu >> (step + 1));
	for (size_t i = 1; i < step; i++)
		c = c << 6 | (s[i] & 0x3Fu);
	return c;
}

static bool is_control(unsigned c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

static bool is_edge_blank(unsigned c)
{
	return c == ' ' || c == 0xA0;
}

/* Every script's letters are let in; what is held out is digits and signs. */
static bool is_letter(unsigned c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0xC0;
}

static bool is_name(const char *text)
{
	bool has_letter = false;
	unsigned c = ' ';
	size_t step;

	for (const char *at = text; *at; at += step) {
		c = character_at(at, &step);
		if (is_control(c) || (at == text && is_edge_blank(c)))
			return false;
		has_letter = has_letter || is_letter(c);
	}
	return has_letter && !is_edge_blank(c);
}

static bool is_clock(const char *text)
{
	return strlen(text) == strlen("HH:MM") && text[2] == ':' && strspn(text, "0123456789") == 2 &&
	       is_digits(text + 3, 2, 2) && text[0] <= '2' && (text[0] < '2' || text[1] <= '3') && text[3] <= '5';
}

static bool is_sha256(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static bool is_filled(const char *text)
{
	return !text_is_blank(text);
}

const struct pattern patterns[] = {
	{ "clock", "^([01][0-9]|2[0-3]):[0-5][0-9]$", "must be a time of day from 00:00 to 23:59, such as 09:30",
	  is_clock },
	{ "filled", "\\S", "must say something; it is blank", is_filled, .is_free = true },
	{ "gss", "^E(06|08|09|10)[0-9]{6}$",
	  "must be the GSS code of a unitary, metropolitan, London or county authority, such as E06000002", is_gss },
	{ "la", "^[0-9]{3}$", "must be a DfE local authority number: three digits, such as 806", is_la },
	{ "name",
	  "^(?=.*[^\\u0000-\\u0040\\u005B-\\u0060\\u007B-\\u00BF])"
	  "[^\\u0000-\\u0020\\u007F-\\u00A0]([^\\u0000-\\u001F\\u007F-\\u009F]*[^\\u0000-\\u0020\\u007F-\\u00A0])?$",
	  "must be a name: at least one letter, no line breaks or other control characters, no blanks at either end",
	  is_name, .is_free = true },
	{ "region", "^E12[0-9]{6}$", "must be the GSS code of an English region, such as E12000001", is_region },
	{ "sha256", "^[0-9a-f]{64}$", "must be a SHA-256 digest: 64 digits and lower-case letters from a to f",
	  is_sha256 },
	{ "slug", "^[a-z0-9][a-z0-9_-]{0,63}$",
	  "must be a code of lower-case letters, digits, hyphens and underscores, such as help_and_protection",
	  text_is_slug },
	{ "url", "^https?://[^\\s/]+\\S*$",
	  "must be a whole web address, such as https://files.ofsted.gov.uk/v1/file/1", text_is_url },
	{ "urn", "^([0-9]{5}|[0-9]{7})$", "must be an Ofsted URN of an authority: five digits, or seven since 2019",
	  is_urn },
};
const size_t n_patterns = ARRAY_LEN(patterns);

const struct pattern *pattern_named(const char *name)
{
	for (size_t i = 0; i < n_patterns; i++)
		if (strcmp(patterns[i].name, name) == 0)
			return &patterns[i];
	return NULL;
}
