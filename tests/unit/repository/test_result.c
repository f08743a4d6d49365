/* Tests of service/repository/result.c, on rows that libpq made without a server. */
#include "../unit.h"

#include "repository/connection.h"

#include "core/banned.h"

/* Two columns and two rows: a text and an empty one, a null and a text. */
static struct result *make(void)
{
	static char id[] = "id", name[] = "name", first[] = "806", empty[] = "", second[] = "M\xC3\xA5l";
	PGresAttDesc columns[] = { { .name = id }, { .name = name } };
	struct result *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->pg = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	assert_true(PQsetResultAttrs(r->pg, ARRAY_LEN(columns), columns));
	assert_true(PQsetvalue(r->pg, 0, 0, first, 3) && PQsetvalue(r->pg, 0, 1, empty, 0));
	assert_true(PQsetvalue(r->pg, 1, 0, NULL, -1) && PQsetvalue(r->pg, 1, 1, second, 4));
	return r;
}

static void rows_and_columns_are_counted(void **state)
{
	_cleanup_(result_freep) struct result *r = make();

	(void)state;
	assert_int_equal(result_rows(r), 2);
	assert_int_equal(result_columns(r), 2);
	assert_int_equal(result_affected(r), 0);
}

static void null_is_no_text_and_an_empty_text_is_one(void **state)
{
	_cleanup_(result_freep) struct result *r = make();

	(void)state;
	assert_string_equal(result_text(r, 0, 0), "806");
	assert_string_equal(result_text(r, 0, 1), "");
	assert_null(result_text(r, 1, 0));
	assert_string_equal(result_text(r, 1, 1), "M\xC3\xA5l");
}

static void a_length_is_in_bytes(void **state)
{
	_cleanup_(result_freep) struct result *r = make();

	(void)state;
	assert_int_equal(result_length(r, 0, 0), 3);
	assert_int_equal(result_length(r, 0, 1), 0);
	assert_int_equal(result_length(r, 1, 0), 0);
	assert_int_equal(result_length(r, 1, 1), 4);
}

static void no_result_can_be_freed(void **state)
{
	(void)state;
	result_free(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_and_columns_are_counted),
		cmocka_unit_test(null_is_no_text_and_an_empty_text_is_one),
		cmocka_unit_test(a_length_is_in_bytes),
		cmocka_unit_test(no_result_can_be_freed),
	};

	return RUN(tests);
}
