/*
 * identity/token.h - the form of an access token: a JSON Web Token signed in the
 * compact way, `header.claims.signature` (RFC 7519, RFC 7515 3.1), and what its
 * header may say (RFC 8725, RFC 9068 2.1). Nothing in it is true before the
 * signature has been verified (keys.h).
 *
 * Refused whatever the signature says:
 *   - more than LIMIT_TOKEN_BYTES; not base64url by the letter; members named twice
 *   - `typ` other than at+jwt, JWT or none: RFC 9068 wants at+jwt, which several
 *     providers do not write; what else is signed with the same keys (refresh and
 *     logout tokens, DPoP proofs) names a type of its own
 *   - `crit`: an extension that must be understood, and none is here (RFC 7515, 4.1.11)
 *   - `cty`, `enc`: a token within a token, an encrypted one
 *   - `jwk`, `jku`, `x5c`, `x5u`: a token that brings its key, or says where to fetch
 *     it; `zip`, `b64`: one that would grow when it is read, or is signed otherwise.
 *     None of them is ever followed
 *
 * OWNERSHIP  A struct token owns its JSON (token_done), and borrows the text.
 * THREADS    Pure.   BLOCKING  Never.
 */
#ifndef IDENTITY_TOKEN_H
#define IDENTITY_TOKEN_H

#include <jansson.h>
#include <stddef.h>

#include "core/error.h"
#include "core/limits.h"

#define TOKEN_SIGNATURE_MAX 1024 /* bytes: RSA of 8192 bits */

struct token {
	const char *text; /* as it came */
	size_t len;
	json_t *header, *claims; /* objects */
	const char *alg;         /* of the header */
	const char *kid;         /* of the header; NULL: it has none */
	size_t signature_len;    /* in bytes, decoded */
};

/* ERR_UNAUTHENTICATED says why, for the log: no caller is told which rule a token broke. */
int token_read(struct token *ret_token, const char *text, struct error *err) _must_check_;
void token_done(struct token *token);

#endif
