/*
 * Access. A key travels as `Authorization: Bearer ik_…`; only its hash is known
 * to the database, and this is the last place that sees the key itself. What does
 * not begin with ik_ is an access token, where an issuer is configured.
 */
#include "http/auth.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "http/exchange.h"
#include "http/problem.h"
#include "http/quota.h"
#include "http/token.h"

#include "core/banned.h"

#define KEY_BYTES_MAX 128

/* Letters, digits, - and _ after ik_: nothing else was ever issued. */
static bool is_key(const char *key)
{
	size_t len = strlen(key);

	return len > 3 && len <= KEY_BYTES_MAX && strncmp(key, "ik_", 3) == 0 &&
	       strspn(key + 3, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == len - 3;
}

/* `Bearer` and nothing after it: most often an empty variable of a shell. */
static bool lacks_key(const char *value)
{
	return strncasecmp(value, "Bearer", 6) == 0 && value[6 + strspn(value + 6, " \t")] == '\0';
}

static int identify(struct exchange *x, struct error *err)
{
	const char *value = x->header[H_AUTHORIZATION];
	const char *key = value ? header_bearer(value) : NULL;

	if (!value)
		return error_set(err, ERR_UNAUTHENTICATED, "send your API key as `Authorization: Bearer ik_...`");
	if (!key && lacks_key(value))
		return error_set(err, ERR_UNAUTHENTICATED,
				 "the key is missing after `Bearer`; is the variable that should hold it empty?");
	if (!key)
		return error_set(err, ERR_UNAUTHENTICATED, "only the scheme Bearer is known here");
	if (x->app->identity && strncmp(key, "ik_", 3) != 0)
		return token_client(x->app->identity, key, &x->client, err);
	if (!is_key(key))
		return error_set(err, ERR_UNAUTHENTICATED, "this is not an API key of this service");
	return client_of_key(x->app->database, x->app->secret, key, &x->client, err);
}

bool auth_may(struct exchange *x, const char *scope)
{
	bool may = client_may(x->client, scope);

	if (!may)
		(void)snprintf(x->lacking, sizeof x->lacking, "%s", scope);
	return may;
}

/* The person behind the client, if the client may say so. */
static int identify_person(struct exchange *x, struct error *err)
{
	const char *person = x->header[H_ACTING_USER];

	if (!person)
		return 0;
	if (!auth_may(x, "act_as"))
		return error_set(err, ERR_FORBIDDEN, "X-Acting-User needs the scope act_as, which this key lacks");
	if (x->client->person)
		return error_set(err, ERR_FORBIDDEN, "X-Acting-User cannot stand for the person whom the token names");
	if (header_person(person, x->person) < 0) {
		error_add(err, ERR_MALFORMED, IN_HEADER, "/X-Acting-User", "not_a_name",
			  "must be 1 to %d printable characters of UTF-8, blanks around them not counted, and no API "
			  "key",
			  LIMIT_PERSON_CHARS);
		return error_check(err);
	}
	x->call.context.person = x->person;
	return 0;
}

#ifdef INSPECTD_UNCHECKED
/* A test's build only: whoever is not known goes on as nobody, of whom the database is told nothing. */
static bool is_let_in(struct exchange *x, struct error *err)
{
	static const struct client nobody;

	if (err->code != ERR_UNAUTHENTICATED)
		return false;
	x->client = &nobody;
	*err = (struct error){ ERR_NONE };
	return true;
}
#else
static bool is_let_in(struct exchange *x, struct error *err)
{
	(void)x;
	(void)err;
	return false;
}
#endif

int auth_check(struct exchange *x, struct error *err)
{
	const char *scope = x->route->scope;

	x->call.database = x->app->database;
	x->call.context.request_id = x->request_id;
	if (!scope)
		return 0;
	if (quota_admit(x, err) < 0 || (identify(x, err) < 0 && !is_let_in(x, err))) {
		if (err->code == ERR_UNAUTHENTICATED)
			quota_note_refusal(x);
		return -1;
	}
	client_tell(x->client, &x->call.context);
	x->call.client = x->client;
	x->call.readings = &x->readings;
	if (quota_spend(x, err) < 0)
		return -1;
	if (scope[0] != '\0' && !auth_may(x, scope))
		return error_set(err, ERR_FORBIDDEN, "this needs the scope %s, which the key lacks", scope);
	return identify_person(x, err);
}

/* RFC 6750, 3: no error code for a request that tried no key. */
void auth_challenge(struct exchange *x, const struct error *err)
{
	if (err->code == ERR_UNAUTHENTICATED)
		answer_headerf(&x->answer, "WWW-Authenticate", "Bearer realm=\"inspectd\"%s",
			       x->header[H_AUTHORIZATION] ? ", error=\"invalid_token\"" : "");
	else if (err->code == ERR_FORBIDDEN && x->lacking[0] != '\0')
		answer_headerf(&x->answer, "WWW-Authenticate",
			       "Bearer realm=\"inspectd\", error=\"insufficient_scope\", scope=\"%s\"", x->lacking);
}
