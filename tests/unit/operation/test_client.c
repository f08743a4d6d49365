/*
 * Tests of service/operation/client.c: what a key's scopes allow. Finding the
 * client of a key needs a database: tests/integration/test_access.py.
 */
#include "../unit.h"

#include "operation/operation.h"

#include "core/banned.h"

static void a_client_may_what_its_scopes_name_and_an_admin_everything(void **state)
{
	static char read[] = "findings:read", write[] = "findings:write", admin[] = "admin";
	static char *none[] = { NULL }, *some[] = { read, write, NULL }, *all[] = { admin, NULL };
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

static void a_client_that_was_never_made_can_be_freed(void **state)
{
	(void)state;
	client_free(NULL);
	client_free(calloc(1, sizeof(struct client)));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_may_what_its_scopes_name_and_an_admin_everything),
		cmocka_unit_test(a_client_that_was_never_made_can_be_freed),
	};

	return RUN(tests);
}
