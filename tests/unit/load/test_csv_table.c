/* Tests of service/load/csv_table.c. */
#include "support.h"

#include "load/csv_table.h"

static const char *const names[] = { "ref", "title" };
static const struct csv_table_columns exactly = { names, ARRAY_LEN(names), .others = false };
static const struct csv_table_columns at_least = { names, ARRAY_LEN(names), .others = true };

static int parse(const char *csv, const struct csv_table_columns *columns, struct listener *l, struct csv_table *table)
{
	return csv_table_read("dir/x.csv", csv, strlen(csv), columns, &l->report, table);
}

static const char *cell(const struct csv_table *t, size_t row, const char *column)
{
	return json_string_value(json_object_get(t->rows[row].cells, column));
}

static void cells_are_found_by_their_column_in_any_order(void **state)
{
	_cleanup_(csv_table_done) struct csv_table t = { 0 };
	_cleanup_(listener_done) struct listener l;

	(void)state;
	listener_init(&l);
	assert_int_equal(parse("title,ref\r\n\"a\nb\",1\r\nc,2\r\n", &exactly, &l, &t), 0);
	assert_int_equal(t.n, 2);
	assert_string_equal(cell(&t, 0, "title"), "a\nb");
	assert_string_equal(cell(&t, 1, "ref"), "2");
	assert_int_equal(t.rows[1].line, 4);
	assert_string_equal(said(&l), "");
}

static void an_empty_cell_is_left_out(void **state)
{
	_cleanup_(csv_table_done) struct csv_table t = { 0 };
	_cleanup_(listener_done) struct listener l;

	(void)state;
	listener_init(&l);
	assert_int_equal(parse("ref,title\n1,\n", &exactly, &l, &t), 0);
	assert_null(cell(&t, 0, "title"));
	assert_int_equal(json_object_size(t.rows[0].cells), 1);
}

static void further_columns_are_ignored_where_that_is_allowed(void **state)
{
	_cleanup_(csv_table_done) struct csv_table t = { 0 };
	_cleanup_(listener_done) struct listener l;

	(void)state;
	listener_init(&l);
	assert_int_equal(parse("x,ref,y,title\n1,2,3,4\n", &at_least, &l, &t), 0);
	assert_int_equal(json_object_size(t.rows[0].cells), 2);
	assert_string_equal(cell(&t, 0, "title"), "4");
}

static void what_is_wrong_with_the_form_is_told_with_file_line_and_column(void **state)
{
	static const struct {
		const char *csv, *said;
	} cases[] = {
		{ "ref,titel\n1,2\n", "dir/x.csv:1: titel: unknown column; the columns are ref, title" },
		{ "ref,titel\n1,2\n", "dir/x.csv:1: title: the column is missing" },
		{ "ref,title,ref\n1,2,3\n", "dir/x.csv:1: ref: the column appears twice" },
		{ "ref,title\n1,2\n3\n", "dir/x.csv:3: 1 cells, where the header has 2" },
		{ "ref,title\n1,\"2\n\n\"\n3,4,5\n", "dir/x.csv:5: 3 cells, where the header has 2" },
		{ "ref,title\n1,x\"y\n", "dir/x.csv:2: a quotation mark out of place" },
		{ "ref,title\n1,2\n3,\"4\n5,6\n", "dir/x.csv:3: a quotation mark that is opened" },
		{ "", "dir/x.csv: the file is empty; it needs a header row" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(listener_done) struct listener l;
		struct csv_table t = { .n = 77 };

		listener_init(&l);
		CHECK(parse(cases[i].csv, &exactly, &l, &t) < 0, "case %zu", i);
		CHECK(t.n == 77, "case %zu: nothing is returned on failure", i);
		CHECK(strstr(said(&l), cases[i].said), "case %zu: said %s", i, said(&l));
	}
}

static void every_ragged_row_is_told(void **state)
{
	_cleanup_(listener_done) struct listener l;
	struct csv_table t;

	(void)state;
	listener_init(&l);
	assert_int_equal(parse("ref,title\n1\n1,2\n1,2,3\n", &exactly, &l, &t), -1);
	assert_said(&l, "dir/x.csv:2:");
	assert_said(&l, "dir/x.csv:4:");
	assert_int_equal(l.report.complaints, 2);
}

static void a_file_that_is_not_there_is_named(void **state)
{
	struct csv_table_file f;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(csv_table_file_read("/nowhere", "x.csv", &f, &err), -1);
	assert_string_equal(err.detail, "/nowhere/x.csv: No such file or directory");
	err = (struct error){ 0 };
	assert_int_equal(csv_table_file_read(NULL, "/", &f, &err), -1);
	assert_non_null(strstr(err.detail, "/: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_are_found_by_their_column_in_any_order),
		cmocka_unit_test(an_empty_cell_is_left_out),
		cmocka_unit_test(further_columns_are_ignored_where_that_is_allowed),
		cmocka_unit_test(what_is_wrong_with_the_form_is_told_with_file_line_and_column),
		cmocka_unit_test(every_ragged_row_is_told),
		cmocka_unit_test(a_file_that_is_not_there_is_named),
	};

	return RUN(tests);
}
