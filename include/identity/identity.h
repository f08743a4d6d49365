/*
 * identity/identity.h - who calls, by an access token of the configured issuer:
 * a JSON Web Token by RFC 9068, sent as RFC 6750 says.
 *
 * A token counts if its form is right (token.h), its claims are for us and for now
 * (claims.h), and one of the issuer's keys has signed it (keys.h, provider.h). Why one
 * does not is told to the log alone: who tries tokens learns nothing from the answer.
 *
 * OWNERSHIP  An identity borrows the configuration for as long as it lives; a struct
 *            identity_bearer owns its texts (identity_bearer_done).
 * THREADS    Safe from any.
 * BLOCKING   identity_verify() up to a second, where the token's key is not known yet.
 */
#ifndef IDENTITY_IDENTITY_H
#define IDENTITY_IDENTITY_H

#include <stdint.h>

#include "core/config.h"
#include "core/error.h"
#include "core/limits.h"

struct identity;

/* ERR_INVALID names the setting that cannot be. */
int identity_new(struct identity **ret_identity, const struct config *config, struct error *err) _must_check_;
void identity_free(struct identity *identity);
DEFINE_CLEANUP(struct identity *, identity_free)

/* What a token says of its bearer. Each list is NULL-terminated, and NULL where the token has no such claim. */
struct identity_bearer {
	char client_id[LIMIT_CLIENT_ID_BYTES + 1];
	char *person; /* the token's subject, where that is not the client; NULL */
	char **scopes, **authorities, **clearances;
	int64_t expires_s; /* since when it is no more, the skew of clocks allowed for */
	unsigned keys;     /* identity_keys() when it was verified */
};
void identity_bearer_done(struct identity_bearer *bearer);

/*
 * ERR_UNAUTHENTICATED, with the same words for every token that does not count, and
 * why in err->cause. ERR_UNAVAILABLE while no keys of the issuer have been had.
 */
int identity_verify(struct identity *identity, const char *text, int64_t now_s, struct identity_bearer *ret_bearer,
		    struct error *err) _must_check_;

/* A number that changes with the issuer's keys: what was verified before is to be verified again. */
unsigned identity_keys(const struct identity *identity);

#endif
