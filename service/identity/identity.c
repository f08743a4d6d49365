/* A token held to all the rules in turn: the cheap ones first, the signature last. */
#include "identity/identity.h"

#include <stdio.h>
#include <string.h>

#include "identity/claims.h"
#include "identity/provider.h"
#include "identity/token.h"

#include "core/banned.h"

struct identity {
	const struct config *config;
	struct provider *provider;
	unsigned algorithms;
};

int identity_new(struct identity **ret_identity, const struct config *config, struct error *err)
{
	_cleanup_(identity_freep) struct identity *identity = calloc(1, sizeof(*identity));
	struct error why = { 0 };

	if (!identity)
		return error_set(err, ERR_INTERNAL, "out of memory");
	identity->config = config;
	if (keys_algorithms(config->token_algorithms, &identity->algorithms, &why) < 0)
		return error_set(err, ERR_INVALID, "INSPECTD_TOKEN_ALGORITHMS: %s", why.detail);
	if (provider_new(&identity->provider, config, err) < 0)
		return -1;
	*ret_identity = TAKE(identity);
	return 0;
}

void identity_free(struct identity *identity)
{
	if (!identity)
		return;
	provider_free(identity->provider);
	free(identity);
}

unsigned identity_keys(const struct identity *identity)
{
	return provider_number(identity->provider);
}

/* --- the signature --------------------------------------------------------------------------- */

/* With the keys there are; where none is the token's, with those that the issuer has by now. */
static int verify_signature(struct identity *identity, const struct token *token, struct error *err)
{
	_cleanup_(keys_unrefp) struct keys *keys = provider_keys(identity->provider);
	char why[KEYS_WHY_BYTES] = "";
	enum keys_verdict verdict = keys ? keys_verify(keys, identity->algorithms, token, why) : KEYS_UNKNOWN;

	if (verdict == KEYS_UNKNOWN && provider_await(identity->provider, keys)) {
		keys_unref(keys);
		keys = provider_keys(identity->provider);
		verdict = keys_verify(keys, identity->algorithms, token, why);
	}
	if (!keys)
		return error_set(
			err, ERR_UNAVAILABLE,
			"access tokens cannot be verified just now: the keys of their issuer are not to be had");
	return verdict == KEYS_GOOD ? 0 : error_set(err, ERR_UNAUTHENTICATED, "%s", why);
}

/* --- the bearer --------------------------------------------------------------------------------- */

void identity_bearer_done(struct identity_bearer *bearer)
{
	free(bearer->person);
	claims_free_words(bearer->scopes);
	claims_free_words(bearer->authorities);
	claims_free_words(bearer->clearances);
}

static int read_who(const json_t *claims, struct identity_bearer *bearer, struct error *err)
{
	const char *client_id, *person;

	if (claims_client(claims, &client_id, err) < 0 || claims_person(claims, client_id, &person, err) < 0)
		return -1;
	(void)snprintf(bearer->client_id, sizeof(bearer->client_id), "%s", client_id);
	bearer->person = person ? strdup(person) : NULL;
	return person && !bearer->person ? error_set(err, ERR_INTERNAL, "out of memory") : 0;
}

static int read_bearer(const struct config *c, const json_t *claims, struct identity_bearer *bearer, struct error *err)
{
	if (read_who(claims, bearer, err) < 0 || claims_words(claims, c->claim_scopes, &bearer->scopes, err) < 0 ||
	    claims_words(claims, c->claim_authorities, &bearer->authorities, err) < 0)
		return -1;
	return claims_words(claims, c->claim_clearance, &bearer->clearances, err);
}

static int verify(struct identity *identity, const struct token *token, int64_t now_s, struct identity_bearer *bearer,
		  struct error *err)
{
	if (claims_check(token->claims, identity->config, now_s, &bearer->expires_s, err) < 0)
		return -1;
	bearer->keys = identity_keys(identity); /* before the keys are taken: never newer than they */
	if (verify_signature(identity, token, err) < 0)
		return -1;
	return read_bearer(identity->config, token->claims, bearer, err);
}

/* Whatever is wrong with a token, one answer. */
static int refuse(struct error *err)
{
	if (err->code == ERR_UNAUTHENTICATED) {
		(void)snprintf(err->cause, sizeof(err->cause), "the token: %.240s", err->detail);
		(void)error_set(err, ERR_UNAUTHENTICATED,
				"this access token is not valid here: ask its issuer for a new one");
	}
	return -1;
}

int identity_verify(struct identity *identity, const char *text, int64_t now_s, struct identity_bearer *ret_bearer,
		    struct error *err)
{
	struct identity_bearer bearer = { 0 };
	_cleanup_(token_done) struct token token = { 0 };

	if (token_read(&token, text, err) < 0)
		return refuse(err);
	if (verify(identity, &token, now_s, &bearer, err) < 0) {
		identity_bearer_done(&bearer);
		return refuse(err);
	}
	*ret_bearer = bearer;
	return 0;
}
