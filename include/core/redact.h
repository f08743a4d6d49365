/*
 * core/redact.h - keys and tokens that turn up where they do not belong: in an
 * address, a parameter, a body. What quotes them, in a log or a problem, goes through
 * here first. Pure.
 */
#ifndef CORE_REDACT_H
#define CORE_REDACT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Puts `***` for what follows `ik_` (an API key) or `eyJ` (a token: `{"` in base64)
 * if it is long enough to be one. Returns the new length, never a greater one; text of
 * which it was part, be it JSON or an address, stays well-formed.
 */
size_t redact_keys(char *text, size_t len);

bool redact_finds_key(const char *text);

#endif
