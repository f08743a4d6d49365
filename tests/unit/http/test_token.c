/*
 * Tests of service/http/token.c: what claims allow. That tokens are verified, and for how
 * long they are remembered, is tried in tests/integration/test_tokens.py.
 */
#include "support.h"

#include "http/token.h"
#include "identity/identity.h"
#include "operation/operation.h"

#include "core/banned.h"

/* A list of words from "a|b"; NULL: no such claim. */
static char **words(const char *text)
{
	char **list;
	size_t n = 0;

	if (!text)
		return NULL;
	list = calloc(strlen(text) + 2, sizeof(*list));
	while (*text) {
		size_t len = strcspn(text, "|");

		list[n++] = strndup(text, len);
		text += len + (text[len] == '|');
	}
	return list;
}

static struct identity_bearer bearer(const char *scopes, const char *authorities, const char *clearances)
{
	return (struct identity_bearer){ .client_id = "front",
					 .scopes = words(scopes),
					 .authorities = words(authorities),
					 .clearances = words(clearances) };
}

static void a_client_is_who_the_token_says(void **state)
{
	struct identity_bearer b = bearer("actions:read|admin", "806|870", "council");
	struct client *client;

	(void)state;
	b.person = strdup("7f3a");
	client = token_bearer(&b);
	assert_string_equal(client->id, "front");
	assert_string_equal(client->name, "front");
	assert_string_equal(client->actor, "token:front");
	assert_string_equal(client->person, "7f3a");
	assert_string_equal(client->scopes_array, "{\"actions:read\",\"admin\"}");
	assert_string_equal(client->authorities_array, "{\"806\",\"870\"}");
	assert_true(client_may(client, "actions:read"));
	assert_false(client_may(client, "actions:write")); /* admin counts for whoever is bound to nothing */
	client_free(client);
	identity_bearer_done(&b);
}

static void without_claims_nothing_is_allowed(void **state)
{
	struct identity_bearer b = bearer(NULL, NULL, NULL);
	struct client *client = token_bearer(&b);

	(void)state;
	assert_null(client->person);
	assert_string_equal(client->scopes_array, "{}");
	assert_string_equal(client->authorities_array, "{}");
	assert_string_equal(client->clearance, "public");
	assert_false(client_reaches(client, "806"));
	assert_false(client_reaches(client, NULL));
	client_free(client);
	identity_bearer_done(&b);
}

static void authorities_are_those_that_can_be_read(void **state)
{
	static const struct {
		const char *words, *authorities;
	} cases[] = {
		{ "", "{}" },
		{ "806", "{\"806\"}" },
		{ "806|authority:806|806", "{\"806\"}" },
		{ "authority:870|806", "{\"870\",\"806\"}" },
		{ "*", "*" },
		{ "authority:*", "*" },
		{ "806|*", "*" },
		{ "actions:read|authority:806|clearance:council", "{\"806\"}" },
		{ "80|8066|8o6|authority:|authority:80|**|Authority:806|authority:authority:806", "{}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct identity_bearer b = bearer("", cases[i].words, NULL);
		struct client *client = token_bearer(&b);

		CHECK(strcmp(client->authorities_array, cases[i].authorities) == 0, "%s: %s", cases[i].words,
		      client->authorities_array);
		CHECK(!client->authority_ids == (cases[i].authorities[0] == '*'), "%s", cases[i].words);
		client_free(client);
		identity_bearer_done(&b);
	}
}

static void a_clearance_is_never_more_than_was_said(void **state)
{
	static const struct {
		const char *authorities, *clearances, *clearance;
	} cases[] = {
		{ NULL, NULL, "public" },
		{ "", NULL, "public" },
		{ "8066", NULL, "public" },
		{ "806", NULL, "council" },
		{ "*", NULL, "council" },
		{ "806", "public", "public" },
		{ "806", "council", "council" },
		{ "806", "restricted", "restricted" },
		{ NULL, "restricted", "restricted" },
		{ "806", "clearance:restricted|actions:read", "restricted" },
		{ "806", "restricted|council", "council" },
		{ "806", "council|restricted|public", "public" },
		{ "806", "", "public" },
		{ "806", "Restricted", "public" },
		{ "806", "secret", "public" },
		{ "806", "actions:read", "public" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct identity_bearer b = bearer("", cases[i].authorities, cases[i].clearances);
		struct client *client = token_bearer(&b);

		CHECK(strcmp(client->clearance, cases[i].clearance) == 0, "case %zu: %s", i, client->clearance);
		client_free(client);
		identity_bearer_done(&b);
	}
}

static void only_who_is_unbound_and_cleared_for_all_is_an_administrator(void **state)
{
	static const struct {
		const char *authorities, *clearances;
		bool may;
	} cases[] = {
		{ "*", "restricted", true },    { "*", "council", false },     { "*", NULL, false },
		{ "806", "restricted", false }, { NULL, "restricted", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct identity_bearer b = bearer("admin", cases[i].authorities, cases[i].clearances);
		struct client *client = token_bearer(&b);

		CHECK(client_may(client, "actions:write") == cases[i].may, "case %zu", i);
		client_free(client);
		identity_bearer_done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_is_who_the_token_says),
		cmocka_unit_test(without_claims_nothing_is_allowed),
		cmocka_unit_test(authorities_are_those_that_can_be_read),
		cmocka_unit_test(a_clearance_is_never_more_than_was_said),
		cmocka_unit_test(only_who_is_unbound_and_cleared_for_all_is_an_administrator),
	};

	return RUN(tests);
}
