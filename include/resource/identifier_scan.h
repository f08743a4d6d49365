/*
 * resource/identifier_scan.h - what the files that know an identifier share: a text
 * as they read it, and the questions that all of them ask of it.
 *
 * A folded text has one byte for each character, so that a place in it is the place
 * that people count. Every kind of blank is ' ', every dash '-', wide letters and
 * digits are plain ones; what else is beyond ASCII keeps only what matters: whether
 * it is a letter, and a capital. NUL stands before and behind the text, and is
 * neither letter nor digit nor blank: nothing reads past it.
 *
 * THREADS  Pure.   BLOCKING  Never.
 */
#ifndef RESOURCE_IDENTIFIER_SCAN_H
#define RESOURCE_IDENTIFIER_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/limits.h"

#define FOLD_UPPER '\x01' /* a capital beyond ASCII */
#define FOLD_LOWER '\x02' /* any other letter beyond ASCII, or an accent by itself */
#define FOLD_OTHER '\x03' /* neither letter nor blank nor dash */

struct folded {
	size_t n;
	char c[LIMIT_TEXT_CHARS + 2]; /* c[1] to c[n] */
};

/* A piece of text: its first and last character. */
struct span {
	size_t from, to;
};

/* --- identifier_fold.c ----------------------------------------------------- */

void identifier_fold(const char *text, struct folded *ret_folded);

/* --- identifier_scan.c: characters and words ---------------------------------- */

/* What each byte of a folded text is; asked some ten times for each character. */
enum identifier_class { CLASS_DIGIT = 1, CLASS_CAPITAL = 2, CLASS_SMALL = 4, CLASS_BLANK = 8, CLASS_LOCAL = 16 };
extern const unsigned char identifier_classes[256];

static inline bool identifier_is(char c, unsigned classes)
{
	return (identifier_classes[(unsigned char)c] & classes) != 0;
}

static inline bool identifier_is_digit(char c)
{
	return identifier_is(c, CLASS_DIGIT);
}

static inline bool identifier_is_capital(char c)
{
	return identifier_is(c, CLASS_CAPITAL);
}

static inline bool identifier_is_letter(char c)
{
	return identifier_is(c, CLASS_CAPITAL | CLASS_SMALL);
}

/* A letter or a digit. */
static inline bool identifier_is_word(char c)
{
	return identifier_is(c, CLASS_CAPITAL | CLASS_SMALL | CLASS_DIGIT);
}

/* ' ' or a line's end; no tab, which parts the cells of a table. */
static inline bool identifier_is_blank(char c)
{
	return identifier_is(c, CLASS_BLANK);
}

/* What the local part of an e-mail address may hold (RFC 5322, atext), and a backslash, which Markdown puts there. */
static inline bool identifier_is_local(char c)
{
	return identifier_is(c, CLASS_LOCAL);
}

static inline char identifier_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Behind the last letter from `at` on: `at` where there is none. */
size_t identifier_letters_end(const struct folded *t, size_t at);

/* Behind the digits from `at` on, but at most `max` of them. */
size_t identifier_digits_end(const struct folded *t, size_t at, size_t max);

/* Behind `word`, in lower case, where it stands from `at` on in letters of any size and no letter follows; else 0. */
size_t identifier_word_end(const struct folded *t, size_t at, const char *word);

/* Whether the letters from `at` up to `end` are one of the words, in lower case; the last is NULL. */
bool identifier_is_among(const struct folded *t, size_t at, size_t end, const char *const words[]);

/* Whether one of the words stands at most `reach` characters in front of `at`. */
bool identifier_is_said(const struct folded *t, size_t at, size_t reach, const char *const words[]);

/* How many characters part two groups of digits at `at`: blanks, a hyphen, a full stop; 0 where nothing or too much does. */
size_t identifier_gap(const struct folded *t, size_t at);

/* Whether what begins or ends here is part of something longer: a reference, a web address, a number. */
bool identifier_is_joined_before(const struct folded *t, size_t at);
bool identifier_is_joined_behind(const struct folded *t, size_t end);

/* --- the scanners: whether one stands here ---------------------------------------- */

/* `at` begins a word; for addresses of e-mail it is the @. */
typedef bool identifier_scanner(const struct folded *t, size_t at, struct span *ret_span);

identifier_scanner identifier_nhs_number, identifier_upn, identifier_ni_number; /* identifier_number.c */
identifier_scanner identifier_birth;                                            /* identifier_birth.c */
identifier_scanner identifier_private_email, identifier_email;                  /* identifier_email.c */
identifier_scanner identifier_home;                                             /* identifier_home.c */

/* A whole date from `at` on, in one of the usual forms: behind it, else 0. identifier_date.c */
size_t identifier_date_end(const struct folded *t, size_t at);

#endif
