/*
 * http/header.h - readers of request headers. Each is strict about form and
 * knows nothing of what the value will be used for. Pure.
 */
#ifndef HTTP_HEADER_H
#define HTTP_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/limits.h"
#include "operation/operation.h"

/* The headers that mean something here. */
enum header {
	H_ACCEPT,
	H_AUTHORIZATION,
	H_CONTENT_ENCODING,
	H_CONTENT_LENGTH,
	H_CONTENT_TYPE,
	H_IDEMPOTENCY_KEY,
	H_IF_MATCH,
	H_IF_NONE_MATCH,
	H_ORIGIN,
	H_REQUESTED_METHOD,
	H_TRACEPARENT,
	H_ACTING_USER,
	H_FORWARDED_FOR,
	H_REQUEST_ID,
	H_COUNT_
};
extern const char *const header_names[H_COUNT_];

/* If-Match. Weak tags and foreign ones match nothing. -1: not a list of entity tags, or more than fit. */
int header_if_match(const char *value, struct if_match *ret_if_match) _must_check_;

/* Whether If-None-Match names the entity tag (weak comparison). -1: it is not a list of entity tags. */
int header_if_none_match(const char *value, const char *etag, bool *ret_matches) _must_check_;

/* The offer that Accept likes best, the earliest of equals; -1: none. NULL accepts all. */
int header_accept(const char *value, const char *const offers[], size_t n);

/* type/subtype in lower case. -1: not a media type, or a charset other than UTF-8. */
int header_media_type(const char *value, char *ret_type, size_t size) _must_check_;

/* Bare, or quoted as in RFC 8941. -1: empty, too long or not printable. */
int header_idempotency_key(const char *value, char ret_key[LIMIT_IDEMPOTENCY_KEY + 1]) _must_check_;

bool header_is_request_id(const char *value);  /* 1 to LIMIT_REQUEST_ID letters, digits and -._~:/=+@; no key */
bool header_is_traceparent(const char *value); /* W3C Trace Context */

/* The person of X-Acting-User, without blanks around it. -1: nothing, too long, not printable, or an API key. */
int header_person(const char *value, char ret_person[LIMIT_PERSON_BYTES + 1]) _must_check_;

/* The key of `Bearer <key>`, borrowed from value, or NULL. */
const char *header_bearer(const char *value);

#endif
