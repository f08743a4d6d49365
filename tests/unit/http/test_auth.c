/*
 * Tests of service/http/auth.c: what is refused before the database is asked,
 * and how. Keys that look right are tried in tests/integration/test_access.py.
 */
#include "support.h"

#include "http/auth.h"

#include "core/banned.h"

static const struct route open_route = { M_GET, "/livez", NULL, NULL, NULL, NULL, "live" };
static const struct route closed_route = { M_GET, "/v1/actions", NULL, NULL, NULL, "actions:read", "listActions" };

static void only_a_bearer_key_of_ours_is_looked_up(void **state)
{
	static const struct {
		const char *authorization, *detail;
	} cases[] = {
		{ NULL, "send your API key" },
		{ "", "only the scheme Bearer" },
		{ "ik_abc", "only the scheme Bearer" },
		{ "Basic aWs6", "only the scheme Bearer" },
		{ "Bearer", "the key is missing" },
		{ "bearer  \t", "the key is missing" },
		{ "Bearerik_abc", "only the scheme Bearer" },
		{ "Bearer sk_abc", "not an API key" },
		{ "Bearer ik_", "not an API key" },
		{ "Bearer IK_abc", "not an API key" },
		{ "Bearer ik_a'b", "not an API key" },
		{ "Bearer ik_a b", "not an API key" },
		{ "Bearer ik_\xC3\xA9", "not an API key" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { 0 };
		struct exchange x;

		make_exchange(&x, "GET", "/v1/actions");
		x.route = &closed_route;
		x.header[H_AUTHORIZATION] = cases[i].authorization;
		CHECK(auth_check(&x, &err) == -1 && err.code == ERR_UNAUTHENTICATED, "case %zu", i);
		CHECK(strstr(err.detail, cases[i].detail), "case %zu: %s", i, err.detail);
		assert_null(x.client);
		exchange_done(&x);
	}
}

static void a_key_is_not_longer_than_any_that_was_issued(void **state)
{
	char authorization[160] = "Bearer ik_";
	struct error err = { 0 };
	struct exchange x;

	(void)state;
	memset(authorization + 10, 'a', 126);
	make_exchange(&x, "GET", "/v1/actions");
	x.route = &closed_route;
	x.header[H_AUTHORIZATION] = authorization;
	assert_int_equal(auth_check(&x, &err), -1);
	assert_non_null(strstr(err.detail, "not an API key"));
	exchange_done(&x);
}

static void where_no_key_is_needed_none_is_read(void **state)
{
	struct error err = { 0 };
	struct exchange x;

	(void)state;
	make_exchange(&x, "GET", "/livez");
	x.route = &open_route;
	x.header[H_AUTHORIZATION] = "Basic aWs6";
	x.header[H_ACTING_USER] = "someone";
	assert_int_equal(auth_check(&x, &err), 0);
	assert_null(x.client);
	assert_null(x.call.context.person);
	exchange_done(&x);
}

/* RFC 6750, 3: an error is named only where a key was tried. */
static void a_challenge_says_what_was_wrong_with_the_key(void **state)
{
	static char read_scope[] = "findings:read", act_scope[] = "actions:read";
	static char *scopes[] = { read_scope, NULL };
	static char *others[] = { act_scope, NULL };
	static const struct client reader = { .scopes = scopes, .clearance = "restricted" };
	static const struct client doer = { .scopes = others, .clearance = "restricted" };
	static const struct {
		enum err_code code;
		const char *authorization;
		const struct client *client;
		bool may;
		const char *challenge;
	} cases[] = {
		{ ERR_UNAUTHENTICATED, NULL, NULL, false, "Bearer realm=\"inspectd\"" },
		{ ERR_UNAUTHENTICATED, "Bearer x", NULL, false, "Bearer realm=\"inspectd\", error=\"invalid_token\"" },
		{ ERR_FORBIDDEN, "Bearer ik_a", &reader, false,
		  "Bearer realm=\"inspectd\", error=\"insufficient_scope\", scope=\"actions:read\"" },
		{ ERR_FORBIDDEN, "Bearer ik_a", &doer, true, NULL }, /* whose row it is was the reason */
		{ ERR_NOT_FOUND, "Bearer ik_a", &reader, false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { .code = cases[i].code };
		const char *challenge;
		struct exchange x;

		make_exchange(&x, "GET", "/v1/actions");
		x.route = &closed_route;
		x.header[H_AUTHORIZATION] = cases[i].authorization;
		x.client = cases[i].client;
		if (x.client)
			assert_int_equal(auth_may(&x, "actions:read"), cases[i].may);
		auth_challenge(&x, &err);
		challenge = answer_header_of(&x.answer, "WWW-Authenticate");
		CHECK(cases[i].challenge ? challenge && strcmp(challenge, cases[i].challenge) == 0 : !challenge,
		      "case %zu: %s", i, challenge ? challenge : "none");
		exchange_done(&x);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_bearer_key_of_ours_is_looked_up),
		cmocka_unit_test(a_key_is_not_longer_than_any_that_was_issued),
		cmocka_unit_test(where_no_key_is_needed_none_is_read),
		cmocka_unit_test(a_challenge_says_what_was_wrong_with_the_key),
	};

	return RUN(tests);
}
