/*
 * http/token.h - the client of an access token: what the claims of identity/identity.h
 * allow here.
 *
 * A token that was verified is remembered by its worker until it expires or the
 * issuer's keys change: then it is verified again, so that one whose key was taken
 * back stops working as soon as that is known. The number of tokens remembered is
 * bounded; those that expire first make room.
 *
 * OWNERSHIP  A client is lent until its thread asks again.
 * THREADS    Safe from any.
 * BLOCKING   As identity_verify(): up to a second, for a token that is not remembered.
 */
#ifndef HTTP_TOKEN_H
#define HTTP_TOKEN_H

#include "core/error.h"

struct client;
struct identity;
struct identity_bearer;

/* ERR_UNAUTHENTICATED or ERR_UNAVAILABLE, as identity_verify() says. */
int token_client(struct identity *identity, const char *token, const struct client **ret_client,
		 struct error *err) _must_check_;

/*
 * A new client as the claims have it; NULL: out of memory.
 *   scopes       whatever they name; one that no route asks for grants nothing
 *   authorities  `806` or `authority:806` binds to that authority, `*` to none; words that are
 *                neither are passed over, so that a claim may hold others too. No claim, or none
 *                of these in it: no authority at all
 *   clearance    `public`, `council`, `restricted`, or `clearance:council`; of several the most
 *                open. No claim: `council` for a bearer with an authority, else `public`. A claim
 *                without any of these: `public`
 */
struct client *token_bearer(const struct identity_bearer *bearer);

#endif
