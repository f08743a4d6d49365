/*
 * identity/base64url.h - base64url as JOSE writes it (RFC 7515, 2 and appendix C). Pure.
 *
 * One text for each sequence of bytes: no padding, no blanks, no bits left over.
 * A lenient reader would let a token be spelt in many ways.
 */
#ifndef IDENTITY_BASE64URL_H
#define IDENTITY_BASE64URL_H

#include <stddef.h>

#include "core/cleanup.h"

#define BASE64URL_BYTES(len) ((len) / 4 * 3 + 2) /* the most that so many letters can stand for */

/* -1 when it is not base64url, or is more than `size` bytes. */
int base64url_decode(const char *text, size_t len, unsigned char *out, size_t size, size_t *ret_len) _must_check_;

#endif
