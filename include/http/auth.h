/*
 * http/auth.h - who calls, and whether it may.
 *
 * BLOCKING  On the database, when the key is not remembered; up to a second, when an access token names a new key.
 */
#ifndef HTTP_AUTH_H
#define HTTP_AUTH_H

#include <stdbool.h>

#include "core/error.h"

struct exchange;

/*
 * Fills x->client and x->call for a route that needs a key, after checking the
 * route's scope and X-Acting-User. ERR_UNAUTHENTICATED or ERR_FORBIDDEN, with
 * WWW-Authenticate set by auth_challenge().
 */
int auth_check(struct exchange *x, struct error *err) _must_check_;

/* Whether the client has a scope; that it lacks one is remembered for the challenge. */
bool auth_may(struct exchange *x, const char *scope);

/* Adds WWW-Authenticate to an answer of 401, and to one of 403 where a scope is lacking (RFC 6750, 3.1). */
void auth_challenge(struct exchange *x, const struct error *err);

#endif
