/*
 * core/text.h - strict readers of text that strangers send. Pure.
 *
 * Ulfius' own decoders are lenient (%zz, %00, '+' in paths); these refuse.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cleanup.h"

bool text_is_utf8(const char *text, size_t len); /* RFC 3629: no surrogates, no overlong forms, nothing over U+10FFFF */

/* Bytes of the character at the start of text; 0 when it is not valid UTF-8, or cut short. */
size_t text_step(const char *text, size_t len);

/* The greatest length up to len that does not end inside a character of text: for cutting what does not fit. */
size_t text_cut(const char *text, size_t len);

/*
 * Percent-decodes `len` bytes in place and NUL-terminates at the returned
 * length. -1 for a bad escape, a NUL or invalid UTF-8, and then the text is spoilt.
 * '+' is a space only if plus_is_space (query strings, never paths). text[len]
 * must be writable.
 */
int text_decode(char *text, size_t len, bool plus_is_space, size_t *ret_len) _must_check_;

bool text_is_date(const char *text);  /* YYYY-MM-DD, a real day, 2000-01-01 to 2099-12-31 */
bool text_is_time(const char *text);  /* RFC 3339: T, then Z or an offset to 15:59; years 1 to 9999 */
bool text_is_uuid(const char *text);  /* 8-4-4-4-12 hexadecimal digits, lower or upper case */
bool text_is_slug(const char *text);  /* [a-z0-9] then [a-z0-9_-]*, at most 64 characters */
bool text_is_blank(const char *text); /* nothing, or nothing but white space (Unicode's too) */
bool text_is_url(const char *text);   /* http or https, a host, no spaces or controls */

/* Where text begins behind its leading white space (Unicode's too), and its bytes up to the trailing. */
const char *text_trim(const char *text, size_t *ret_len);

/* A whole decimal number, no sign unless negative, no leading zeros or blanks, of 64 bits. */
int text_to_int(const char *text, int64_t *ret_number) _must_check_;

size_t text_length(const char *text); /* characters, not bytes, of valid UTF-8 */

/* Days since 1970-01-01 of a valid YYYY-MM-DD. */
int64_t text_date_number(const char *date);

#endif
