/*
 * http/body.h - the JSON text of a request body, read strictly.
 *
 * OWNERSHIP  The returned value is the caller's (json_decref).
 * THREADS    Pure.   BLOCKING  Never.
 */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include <jansson.h>

#include "core/error.h"

/*
 * ERR_MALFORMED tells line and column: bad syntax, duplicate members, invalid
 * UTF-8, NUL, nesting over LIMIT_JSON_DEPTH. ERR_INVALID: not an object.
 */
int body_read(const char *bytes, size_t len, json_t **ret_object, struct error *err) _must_check_;

#endif
