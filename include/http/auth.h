/*
 * http/auth.h - who calls, and whether it may.
 *
 * BLOCKING  On the database, when the key is not remembered.
 */
#ifndef HTTP_AUTH_H
#define HTTP_AUTH_H

#include "core/error.h"

struct exchange;

/*
 * Fills x->client and x->call for a route that needs a key, after checking the
 * route's scope and X-Acting-User. ERR_UNAUTHENTICATED or ERR_FORBIDDEN, with
 * WWW-Authenticate set by auth_challenge().
 */
int auth_check(struct exchange *x, struct error *err) _must_check_;

/* Adds WWW-Authenticate to an answer of 401 or 403. */
void auth_challenge(struct exchange *x, const struct error *err);

#endif
