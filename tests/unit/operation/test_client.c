/*
 * Tests of service/operation/client.c. Finding the client of a key needs a
 * database: tests/integration/test_access.py.
 */
#include "../unit.h"

#include "operation/operation.h"

#include "core/banned.h"

static void a_client_that_was_never_made_can_be_freed(void **state)
{
	(void)state;
	client_free(NULL);
	client_free(calloc(1, sizeof(struct client)));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_that_was_never_made_can_be_freed),
	};

	return RUN(tests);
}
