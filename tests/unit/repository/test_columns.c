/* Tests of service/repository/columns.c. */
#include "shape.h"

static void columns_chosen_are_in_the_order_of_the_table_with_the_hidden_ones_behind(void **state)
{
	_cleanup_(query_done) struct list_query q = { 0 };
	struct params params = {
		{ { "fields", "status,text,id" }, { "sort", "-number,kind" }, { "expand", "actions" } }, 3
	};
	struct columns c;

	(void)state;
	shape_read(&finding_resource, LIST, &params, &q);
	columns_chosen(&q, &c);
	assert_int_equal(c.n, 3);
	assert_string_equal(c.field[0]->name, "id");
	assert_string_equal(c.field[1]->name, "status");
	assert_string_equal(c.field[2]->name, "text");
	assert_int_equal(c.id, 3);
	assert_int_equal(c.version, 4);
	assert_int_equal(c.sort, 5);
	assert_int_equal(c.expand, 8);
}

static void columns_all_leaves_out_only_what_is_never_shown(void **state)
{
	(void)state;
	for (size_t id = RES_NONE + 1; id < RES_COUNT_; id++) {
		const struct resource *r = resources[id];
		struct columns c;
		size_t n = 0;

		columns_all(r, &c);
		for (size_t i = 0; i < r->n_fields; i++)
			n += !(r->fields[i].flags & WRITE_ONLY);
		CHECK(c.n == n, "%s", r->plural);
		CHECK(n <= ARRAY_LEN(c.field), "%s has more fields than struct columns has room for", r->plural);
	}
}

static void a_mark_is_behind_the_version_unless_it_is_shown(void **state)
{
	_cleanup_(query_done) struct list_query q = { 0 }, shown = { 0 }, theme = { 0 };
	struct params params = { { { "fields", "id" }, { "sort", "number" }, { "expand", "actions" } }, 3 };
	struct params with = { { { "fields", "id,sensitivity" } }, 1 }, id = { { { "fields", "id" } }, 1 };
	struct columns c;

	(void)state;
	shape_read(&finding_resource, LIST, &params, &q);
	columns_chosen(&q, &c);
	assert_false(c.marked);
	columns_mark(&finding_resource, &c);
	assert_true(c.marked);
	assert_int_equal(c.version, 2);
	assert_int_equal(c.sensitivity, 3);
	assert_int_equal(c.sort, 4);
	assert_int_equal(c.expand, 6);
	shape_read(&finding_resource, LIST, &with, &shown);
	columns_chosen(&shown, &c);
	columns_mark(&finding_resource, &c);
	assert_true(c.marked);
	assert_int_equal(c.sensitivity, 1);
	assert_int_equal(c.sort, 4);
	shape_read(&theme_resource, LIST, &id, &theme);
	columns_chosen(&theme, &c);
	columns_mark(&theme_resource, &c);
	assert_false(c.marked);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_chosen_are_in_the_order_of_the_table_with_the_hidden_ones_behind),
		cmocka_unit_test(columns_all_leaves_out_only_what_is_never_shown),
		cmocka_unit_test(a_mark_is_behind_the_version_unless_it_is_shown),
	};

	return RUN(tests);
}
