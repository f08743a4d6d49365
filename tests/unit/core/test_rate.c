/* Tests of service/core/rate.c. */
#include "../unit.h"

#include <pthread.h>

#include "core/rate.h"

#define SECOND UINT64_C(1000000)
#define NOW    (100000 * SECOND)

static void a_quota_is_spent_and_whole_again_after_its_window(void **state)
{
	_cleanup_(rate_freep) struct rate *r = rate_new(3, 60);

	(void)state;
	assert_non_null(r);
	for (unsigned i = 1; i <= 3; i++) {
		struct rate_left left = rate_take(r, 7, NOW + i * SECOND);

		CHECK(!left.exceeded && left.remaining == 3 - i, "%u: %u left", i, left.remaining);
		CHECK(left.reset_s == 60 - (i - 1), "%u: %u s", i, left.reset_s);
	}
	for (unsigned i = 0; i < 5; i++) {
		struct rate_left left = rate_take(r, 7, NOW + 61 * SECOND - 1000);

		assert_true(left.exceeded);
		assert_int_equal(left.remaining, 0);
		assert_int_equal(left.reset_s, 1);
	}
	assert_int_equal(rate_take(r, 7, NOW + 61 * SECOND).remaining, 2);
}

static void a_window_begins_when_somebody_comes(void **state)
{
	_cleanup_(rate_freep) struct rate *r = rate_new(1, 10);

	(void)state;
	assert_false(rate_take(r, 1, NOW).exceeded);
	assert_false(rate_take(r, 1, NOW + 25 * SECOND).exceeded);
	assert_true(rate_take(r, 1, NOW + 34 * SECOND).exceeded);
	assert_false(rate_take(r, 1, NOW + 35 * SECOND).exceeded);
}

static void nobody_spends_the_quota_of_another(void **state)
{
	_cleanup_(rate_freep) struct rate *r = rate_new(2, 60);

	(void)state;
	/* All of them begin at the same place of the table. */
	for (uint64_t who = 0; who < 10; who++) {
		assert_int_equal(rate_take(r, who << 32, NOW).remaining, 1);
		assert_int_equal(rate_take(r, who << 32, NOW).remaining, 0);
	}
	for (uint64_t who = 0; who < 10; who++)
		assert_true(rate_take(r, who << 32, NOW).exceeded);
}

static void to_look_is_not_to_count(void **state)
{
	_cleanup_(rate_freep) struct rate *r = rate_new(1, 60);

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_false(rate_look(r, 9, NOW).exceeded);
		assert_int_equal(rate_look(r, 9, NOW).remaining, 1);
	}
	(void)rate_take(r, 9, NOW);
	assert_true(rate_look(r, 9, NOW + 59 * SECOND).exceeded);
	assert_int_equal(rate_look(r, 9, NOW + 59 * SECOND).reset_s, 1);
	assert_false(rate_look(r, 9, NOW + 60 * SECOND).exceeded);
	assert_false(rate_look(r, 10, NOW).exceeded);
}

static void a_clock_that_was_read_a_little_earlier_does_no_harm(void **state)
{
	_cleanup_(rate_freep) struct rate *r = rate_new(2, 60);

	(void)state;
	assert_int_equal(rate_take(r, 5, NOW).remaining, 1);
	assert_int_equal(rate_take(r, 5, NOW - SECOND).remaining, 0);
	assert_true(rate_take(r, 5, NOW - 2 * SECOND).exceeded);
}

/* However many come, the table stays as it is; those without a place share one quota, and so none goes uncounted. */
static void when_the_table_is_full_the_rest_share_one_quota(void **state)
{
	_cleanup_(rate_freep) struct rate *r = rate_new(10, 60);
	unsigned allowed = 0, later = 0;

	(void)state;
	for (uint64_t who = 1; who <= 100000; who++)
		allowed += !rate_take(r, who, NOW).exceeded;
	assert_in_range(allowed, 4096, 4096 + 10);
	assert_false(rate_take(r, 1, NOW).exceeded); /* whoever has a place keeps it */
	for (uint64_t who = 200001; who <= 204096; who++)
		later += !rate_take(r, who, NOW + 60 * SECOND).exceeded;
	assert_int_equal(later, 4096); /* and after a window there is room again */
}

struct visitor {
	struct rate *r;
	unsigned allowed;
};

static void *visit(void *data)
{
	struct visitor *v = data;

	for (unsigned i = 0; i < 20000; i++)
		v->allowed += !rate_take(v->r, 77, NOW + i).exceeded;
	return NULL;
}

static void many_at_once_get_the_quota_and_not_one_more(void **state)
{
	_cleanup_(rate_freep) struct rate *r = rate_new(30000, 60);
	struct visitor visitors[4];
	pthread_t threads[ARRAY_LEN(visitors)];
	unsigned allowed = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(visitors); i++) {
		visitors[i] = (struct visitor){ .r = r };
		assert_int_equal(pthread_create(&threads[i], NULL, visit, &visitors[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(visitors); i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		allowed += visitors[i].allowed;
	}
	assert_int_equal(allowed, 30000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quota_is_spent_and_whole_again_after_its_window),
		cmocka_unit_test(a_window_begins_when_somebody_comes),
		cmocka_unit_test(nobody_spends_the_quota_of_another),
		cmocka_unit_test(to_look_is_not_to_count),
		cmocka_unit_test(a_clock_that_was_read_a_little_earlier_does_no_harm),
		cmocka_unit_test(when_the_table_is_full_the_rest_share_one_quota),
		cmocka_unit_test(many_at_once_get_the_quota_and_not_one_more),
	};

	return RUN(tests);
}
