/*
 * unit.h - what each unit test starts with: cmocka and the headers it needs.
 *
 * A test file mirrors a source file, its tests are named as sentences, and a
 * table of cases names the case that failed: CHECK(holds, "case %zu: %s", i, why).
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/cleanup.h"

#define CHECK(condition, ...)                                                                                          \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			print_error(__VA_ARGS__);                                                                      \
			print_error("\n");                                                                             \
			fail_msg("%s", #condition);                                                                    \
		}                                                                                                      \
	} while (0)

/* For main(): RUN(tests) where tests is an array of cmocka_unit_test(). */
#define RUN(tests) cmocka_run_group_tests(tests, NULL, NULL)

#endif
