/*
 * identity/claims.h - what an access token claims: for whom it was made and for
 * how long (RFC 7519, 4.1; RFC 9068, 4), and who it says is calling.
 *
 * OWNERSHIP  Claims are borrowed; lists of words are the caller's (claims_free_words).
 * THREADS    Pure.   BLOCKING  Never.
 */
#ifndef IDENTITY_CLAIMS_H
#define IDENTITY_CLAIMS_H

#include <jansson.h>
#include <stdint.h>

#include "core/config.h"
#include "core/error.h"

/*
 * `iss` is the issuer's, letter by letter; `aud`, a text or a list, holds the
 * audience; `exp` is there and to come, `nbf` and `iat` are not to come, the clocks'
 * skew allowed for. Refused are what only an identity token has (`at_hash`,
 * `c_hash`: OpenID Connect Core 3.3.2.11), should its audience be ours, and a token
 * bound to a key that its bearer would have to show (`cnf`: RFC 7800, RFC 9449),
 * because nobody is asked to show one here.
 *
 * ERR_UNAUTHENTICATED says why, for the log.
 */
int claims_check(const json_t *claims, const struct config *config, int64_t now_s, int64_t *ret_expires_s,
		 struct error *err) _must_check_;

/*
 * The words of a claim, each once: a text of words with blanks between, or a list
 * of texts. `path` is the claim's name, or names from the outside in with dots
 * between; a name that itself holds dots is found first. *ret_words is a
 * NULL-terminated list, or NULL where there is no such claim. A claim of another
 * kind is ERR_UNAUTHENTICATED: what was meant by it cannot be known.
 */
int claims_words(const json_t *claims, const char *path, char ***ret_words, struct error *err) _must_check_;
void claims_free_words(char **words);

/* Who calls: `client_id` (RFC 9068), else `azp` (OpenID Connect), else `sub`. Lent. ERR_UNAUTHENTICATED: none fit to be written down. */
int claims_client(const json_t *claims, const char **ret_client_id, struct error *err) _must_check_;

/* The person that the client acts for: `sub`, where that is not the client. Lent; NULL. */
int claims_person(const json_t *claims, const char *client_id, const char **ret_person, struct error *err) _must_check_;

#endif
