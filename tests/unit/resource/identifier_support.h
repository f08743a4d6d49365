/*
 * identifier_support.h - what is found in a text, as the tests of identifiers write it.
 *
 * CHECK_FOUND(cases) goes through a table of texts and of what each must tell: "943 476 5919"
 * is the very words that are found, NULL nothing of the kind.
 */
#ifndef TESTS_UNIT_RESOURCE_IDENTIFIER_SUPPORT_H
#define TESTS_UNIT_RESOURCE_IDENTIFIER_SUPPORT_H

#include "../unit.h"

#include "resource/identifier.h"

struct identifier_case {
	const char *text, *found;
};

/* The bytes of the first `n` characters. */
__attribute__((unused)) static size_t bytes_of(const char *text, size_t n)
{
	size_t at = 0;

	for (; n > 0; n--)
		for (at++; ((unsigned char)text[at] & 0xC0) == 0x80; at++)
			;
	return at;
}

/* The words of the first of a kind, or NULL; freed by the caller. */
__attribute__((unused)) static char *words_found(const char *text, enum identifier_kind kind)
{
	struct identifier found[32];
	size_t n = identifier_find(text, found, ARRAY_LEN(found));

	for (size_t i = 0; i < n; i++) {
		size_t from = bytes_of(text, found[i].from - 1), to = bytes_of(text, found[i].to);

		if (found[i].kind == kind)
			return strndup(text + from, to - from);
	}
	return NULL;
}

__attribute__((unused)) static void check_found(enum identifier_kind kind, const struct identifier_case *cases,
						size_t n)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_(freep) char *words = words_found(cases[i].text, kind);

		if (cases[i].found)
			CHECK(words && strcmp(words, cases[i].found) == 0, "\"%s\": found %s, not \"%s\"",
			      cases[i].text, words ? words : "nothing", cases[i].found);
		else
			CHECK(!words, "\"%s\": found \"%s\"", cases[i].text, words);
	}
}

#define CHECK_FOUND(kind, cases) check_found(kind, cases, ARRAY_LEN(cases))

#endif
