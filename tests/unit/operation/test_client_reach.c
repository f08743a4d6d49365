/* Tests of service/operation/client_reach.c: what a client may do, and whose rows it sees. */
#include "../unit.h"

#include "operation/operation.h"

#include "core/banned.h"

static char m806[] = "806", m301[] = "301";
static char *none[] = { NULL }, *one[] = { m806, NULL }, *two[] = { m301, m806, NULL };

static void a_client_may_what_its_scopes_name_and_an_admin_everything(void **state)
{
	static char read[] = "findings:read", write[] = "findings:write", admin[] = "admin";
	static char *some[] = { read, write, NULL }, *all[] = { admin, NULL };
	static const struct {
		char **scopes;
		const char *scope;
		bool may;
	} cases[] = {
		{ none, "findings:read", false }, { some, "findings:read", true }, { some, "findings:write", true },
		{ some, "findings", false },      { some, "findings:rea", false }, { some, "findings:reads", false },
		{ some, "actions:read", false },  { some, "admin", false },        { all, "findings:write", true },
		{ all, "act_as", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct client client = { .scopes = cases[i].scopes, .clearance = "restricted" };

		CHECK(client_may(&client, cases[i].scope) == cases[i].may, "case %zu: %s", i, cases[i].scope);
	}
}

static void an_admin_who_is_bound_or_not_cleared_for_all_may_no_more_than_its_other_scopes(void **state)
{
	static char admin[] = "admin", read[] = "findings:read";
	static char *scopes[] = { admin, read, NULL };
	static const struct client bound = { .scopes = scopes, .authority_ids = one, .clearance = "restricted" };
	static const struct client of_council = { .scopes = scopes, .clearance = "council" };

	(void)state;
	assert_false(client_may(&bound, "admin"));
	assert_false(client_may(&bound, "findings:write"));
	assert_true(client_may(&bound, "findings:read"));
	assert_false(client_may(&of_council, "admin"));
	assert_true(client_may(&of_council, "findings:read"));
}

static void only_who_is_bound_to_nothing_and_cleared_for_all_sees_all(void **state)
{
	static const struct {
		char **authorities;
		const char *clearance;
		bool all;
	} cases[] = {
		{ NULL, "restricted", true }, { NULL, "council", false },    { NULL, "public", false },
		{ two, "restricted", false }, { none, "restricted", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct client client = { .authority_ids = cases[i].authorities, .clearance = cases[i].clearance };

		CHECK(client_sees_all(&client) == cases[i].all, "case %zu", i);
	}
}

static void a_client_reaches_the_authorities_that_it_is_bound_to(void **state)
{
	static const struct {
		char **authorities;
		const char *id;
		bool reaches;
	} cases[] = {
		{ NULL, "806", true }, { NULL, NULL, true },   { one, "806", true }, { one, "301", false },
		{ two, "301", true },  { two, "806", true },   { two, "30", false }, { two, "3010", false },
		{ two, "", false },    { none, "806", false }, { one, NULL, false }, { none, NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct client client = { .authority_ids = cases[i].authorities };

		CHECK(client_reaches(&client, cases[i].id) == cases[i].reaches, "case %zu", i);
	}
}

static void a_clearance_takes_in_what_is_less_restricted_and_no_more(void **state)
{
	static const char *const codes[] = { "public", "council", "restricted" };

	(void)state;
	for (size_t cleared = 0; cleared < ARRAY_LEN(codes); cleared++)
		for (size_t said = 0; said < ARRAY_LEN(codes); said++) {
			struct client client = { .clearance = codes[cleared] };

			CHECK(client_clears(&client, codes[said]) == (said <= cleared), "%s, cleared for %s",
			      codes[said], codes[cleared]);
			CHECK(!client_clears(&client, "secret"), "an unknown word, cleared for %s", codes[cleared]);
		}
}

static void the_public_view_writes_nothing(void **state)
{
	(void)state;
	assert_false(client_writes(&(struct client){ .clearance = "public" }));
	assert_true(client_writes(&(struct client){ .clearance = "council" }));
	assert_true(client_writes(&(struct client){ .clearance = "restricted" }));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_may_what_its_scopes_name_and_an_admin_everything),
		cmocka_unit_test(an_admin_who_is_bound_or_not_cleared_for_all_may_no_more_than_its_other_scopes),
		cmocka_unit_test(only_who_is_bound_to_nothing_and_cleared_for_all_sees_all),
		cmocka_unit_test(a_client_reaches_the_authorities_that_it_is_bound_to),
		cmocka_unit_test(a_clearance_takes_in_what_is_less_restricted_and_no_more),
		cmocka_unit_test(the_public_view_writes_nothing),
	};

	return RUN(tests);
}
