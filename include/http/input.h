/*
 * http/input.h - what handlers ask of a request, each question in one place.
 *
 * Complaints about parameters are collected, not returned at once, so that a
 * client learns of all of them together.
 *
 * THREADS  None shared.   BLOCKING  Never.
 */
#ifndef HTTP_INPUT_H
#define HTTP_INPUT_H

#include <jansson.h>

#include "http/exchange.h"

/* The index of the media type to send, of those offered. ERR_NOT_ACCEPTABLE lists them. */
int input_accept(const struct exchange *x, const char *const offers[], size_t n, int *ret_offer,
		 struct error *err) _must_check_;
int input_accept_json(const struct exchange *x, struct error *err) _must_check_;

/* The body as a JSON object. ERR_MEDIA_TYPE unless its type is JSON or, where allowed, a merge patch. */
int input_object(const struct exchange *x, bool patch, json_t **ret_object, struct error *err) _must_check_;
int input_optional_object(const struct exchange *x, json_t **ret_object,
			  struct error *err) _must_check_; /* an empty one where there is no body */
int input_no_body(const struct exchange *x, struct error *err) _must_check_;

/* If-Match, which must be there: ERR_PRECONDITION. */
int input_if_match(const struct exchange *x, struct if_match *ret_if_match, struct error *err) _must_check_;

/* Idempotency-Key and what it is bound to; *ret_has is false without one. */
struct input_key {
	char key[LIMIT_IDEMPOTENCY_KEY + 1];
	char request_hash[65];
	char caller[LIMIT_CLIENT_ID_BYTES + LIMIT_PERSON_BYTES + 16];
	struct idempotency idempotency;
};
int input_idempotency(const struct exchange *x, struct input_key *ret_key, bool *ret_has,
		      struct error *err) _must_check_;

/* ERR_MALFORMED for any query parameter at all. */
int input_no_params(const struct exchange *x, struct error *err) _must_check_;

/* Complains of each parameter that is not in `known` (NULL-terminated). */
void input_only(const struct exchange *x, const char *const known[], struct error *err);
unsigned input_uint(const struct exchange *x, const char *name, unsigned initial, unsigned max, struct error *err);

/* The query of a write: validate_only, allow_identifiers and nothing else, into x->call. */
int input_write_query(struct exchange *x, struct error *err) _must_check_;

/* The query of a read of the route's resource. Complaints of address_read_query() included. */
int input_query(struct exchange *x, enum query_kind kind, struct list_query *ret_query, struct error *err) _must_check_;

/* Answers 304 when If-None-Match names the answer's ETag. ERR_MALFORMED. */
int input_not_modified(struct exchange *x, struct error *err) _must_check_;

#endif
