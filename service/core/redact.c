/* Keys are known by how they begin and what they are made of. */
#include "core/redact.h"

#include <string.h>

#include "core/cleanup.h"

#include "core/banned.h"

#define MARK      "***"
#define MARK_LEN  (sizeof MARK - 1)
#define KEY_BYTES 8 /* at least, after how it begins: a word with a beginning like this is no key */

static const struct {
	const char *start, *more; /* how it begins, and what it is made of besides letters and digits */
} kinds[] = {
	{ "ik_", "-_" },
	{ "eyJ", "-_." },
};

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static size_t length_of(const char *text, size_t len, const char *more)
{
	size_t n = 0;

	while (n < len && (is_letter_or_digit(text[n]) || (text[n] != '\0' && strchr(more, text[n]))))
		n++;
	return n;
}

/* The first key of a kind; NULL if there is none. *ret_len is that of what follows its beginning. */
static char *find(const char *text, size_t len, size_t kind, size_t *ret_len)
{
	const char *start = kinds[kind].start, *end = text + len;
	size_t start_len = strlen(start);

	for (const char *at = text; (at = memmem(at, (size_t)(end - at), start, start_len)) != NULL;) {
		at += start_len;
		*ret_len = length_of(at, (size_t)(end - at), kinds[kind].more);
		if (*ret_len >= KEY_BYTES)
			return (char *)at;
	}
	return NULL;
}

size_t redact_keys(char *text, size_t len)
{
	for (size_t kind = 0; kind < ARRAY_LEN(kinds); kind++) {
		char *from = text, *key;
		size_t key_len;

		while ((key = find(from, len - (size_t)(from - text), kind, &key_len)) != NULL) {
			char *rest = key + key_len;

			memcpy(key, MARK, MARK_LEN);
			memmove(key + MARK_LEN, rest, len - (size_t)(rest - text));
			len -= key_len - MARK_LEN;
			from = key + MARK_LEN;
		}
	}
	return len;
}

bool redact_finds_key(const char *text)
{
	size_t ignored;

	for (size_t kind = 0; kind < ARRAY_LEN(kinds); kind++)
		if (find(text, strlen(text), kind, &ignored))
			return true;
	return false;
}
