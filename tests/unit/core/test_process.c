/* Tests of service/core/process.c: what a crash leaves is seen in tests/integration/test_secrets.py. */
#include "../unit.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "core/process.h"

static void neither_a_file_nor_a_helper_gets_a_dump(void **state)
{
	struct rlimit limit;

	(void)state;
	assert_int_equal(prctl(PR_SET_DUMPABLE, 1), 0);
	process_forbid_dumps();
	assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
	assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
	assert_int_equal(limit.rlim_cur, 0);
	assert_int_equal(limit.rlim_max, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(neither_a_file_nor_a_helper_gets_a_dump),
	};

	return RUN(tests);
}
