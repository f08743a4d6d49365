/* Tests of service/operation/statements.c. That they are run is seen by every integration suite that writes. */
#include "../unit.h"

#include "operation/internal.h"

static void each_statement_has_a_builder_of_its_own(void **state)
{
	_cleanup_(statements_freep) struct statements *s = calloc(1, sizeof *s);

	(void)state;
	buf_adds(&statements_next(s)->sql, "SELECT 1");
	buf_adds(&statements_next(s)->sql, "SELECT 2");
	assert_int_equal(s->n, 2);
	assert_string_equal(s->builder[0].sql.data, "SELECT 1");
	assert_string_equal(s->builder[1].sql.data, "SELECT 2");
}

static void one_too_many_is_a_failure_before_anything_is_run(void **state)
{
	_cleanup_(statements_freep) struct statements *s = calloc(1, sizeof *s);
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < STATEMENTS_MAX; i++)
		assert_non_null(statements_next(s));
	assert_false(s->overflow);
	assert_non_null(statements_next(s));
	assert_int_equal(statements_run(NULL, NULL, s, NULL, &err), -1);
	assert_int_equal(err.code, ERR_INTERNAL);
}

/* One write is one row and, for each list in a table, what goes and what comes; before it, a hold on each resource named. */
static void there_is_room_for_every_table(void **state)
{
	(void)state;
	assert_true(RES_COUNT_ <= STATEMENTS_MAX);
	for (size_t id = RES_NONE + 1; id < RES_COUNT_; id++) {
		const struct resource *r = resources[id];
		size_t n = 1;

		for (size_t i = 0; i < r->n_fields; i++)
			n += r->fields[i].rows && r->fields[i].rows->table ? 2 : 0;
		CHECK(n <= STATEMENTS_MAX, "%s has too many lists for one write", r->name);
		CHECK(r->n_fields < STATEMENT_PARAMS_MAX, "%s has too many fields for one statement", r->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_statement_has_a_builder_of_its_own),
		cmocka_unit_test(one_too_many_is_a_failure_before_anything_is_run),
		cmocka_unit_test(there_is_room_for_every_table),
	};

	return RUN(tests);
}
