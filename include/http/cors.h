/*
 * http/cors.h - whose pages may call the service from a browser (Fetch standard,
 * "HTTP CORS protocol"). Origins are those of INSPECTD_CORS_ORIGINS, compared byte for
 * byte; any other gets no such header, and the browser keeps the answer from its page.
 * Access is by a header that a page sets itself, so no answer allows credentials.
 *
 * THREADS  Pure.   BLOCKING  Never.
 */
#ifndef HTTP_CORS_H
#define HTTP_CORS_H

#include <stdbool.h>

#include "core/error.h"

struct exchange;

/* The list of the configuration, which may be NULL. ERR_INVALID names what is no origin, as "*" is none. */
int cors_check(const char *origins, struct error *err) _must_check_;

/* The origin of the request if its pages may call, else NULL. */
const char *cors_origin(const struct exchange *x);

/* Adds what a preflight asks for to an answer that has Allow; nothing if this is none, or of another origin. */
void cors_answer_preflight(struct exchange *x, const char *allow);

/* The headers of answers that pages may read, besides those that they may read anyway. */
extern const char cors_exposed[];

#endif
