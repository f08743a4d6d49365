/* Tests of service/load/report.c. */
#include "support.h"

static void numbers_are_grouped_by_thousands(void **state)
{
	static const struct {
		size_t number;
		const char *text;
	} cases[] = { { 0, "0" },        { 999, "999" },        { 1000, "1,000" },
		      { 2393, "2,393" }, { 123456, "123,456" }, { 1234567, "1,234,567" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(report_number(cases[i].number).text, cases[i].text);
}

static void a_step_is_one_line_where_nobody_watches(void **state)
{
	_cleanup_(listener_done) struct listener l;

	(void)state;
	listener_init(&l);
	report_step(&l.report, "findings");
	report_begin(&l.report, 2393);
	for (size_t i = 1; i <= 2393; i++)
		report_count(&l.report, i);
	report_end(&l.report, "%d created", 7);
	assert_string_equal(said(&l), "loading findings: 2,393 rows … 7 created\n");
}

static void a_terminal_sees_the_rows_go_by(void **state)
{
	_cleanup_(listener_done) struct listener l;

	(void)state;
	listener_init(&l);
	l.report.terminal = true;
	report_step(&l.report, "findings");
	report_begin(&l.report, 120);
	for (size_t i = 1; i <= 120; i++)
		report_count(&l.report, i);
	report_end(&l.report, "done");
	assert_said(&l, "\r\033[Kloading findings: 120 rows … 50");
	assert_said(&l, "\r\033[Kloading findings: 120 rows … 100");
	assert_said(&l, "\r\033[Kloading findings: 120 rows … done\n");
}

static void complaints_stand_on_lines_of_their_own(void **state)
{
	_cleanup_(listener_done) struct listener l;

	(void)state;
	listener_init(&l);
	report_step(&l.report, "findings");
	report_begin(&l.report, 2);
	report_complaint(&l.report, &(struct place){ "a/b.csv", 3, "kind" }, "is %s", "wrong");
	report_complaint(&l.report, &(struct place){ "a/b.csv", 4, NULL }, "is wrong");
	report_complaint(&l.report, &(struct place){ "a/b.csv", 0, NULL }, "is wrong");
	report_end(&l.report, "not loaded");
	assert_string_equal(said(&l), "loading findings: 2 rows …\n"
				      "a/b.csv:3: kind: is wrong\n"
				      "a/b.csv:4: is wrong\n"
				      "a/b.csv: is wrong\n"
				      "loading findings: 2 rows … not loaded\n");
}

static void what_is_left_out_is_told_but_no_complaint(void **state)
{
	_cleanup_(listener_done) struct listener l;

	(void)state;
	listener_init(&l);
	report_step(&l.report, "findings");
	l.report.lenient = true;
	report_complaint(&l.report, &(struct place){ "a/b.csv", 3, "kind" }, "is wrong");
	l.report.lenient = false;
	report_end(&l.report, "done");
	assert_string_equal(said(&l), "a/b.csv:3: kind: left out beside what the council wrote: is wrong\n"
				      "loading findings: done\n");
	assert_int_equal(l.report.complaints, 0);
	assert_int_equal(l.report.notes, 1);
}

static void only_so_many_complaints_are_printed_but_all_are_counted(void **state)
{
	_cleanup_(listener_done) struct listener l;
	size_t lines = 0;

	(void)state;
	listener_init(&l);
	report_step(&l.report, "x");
	for (int i = 0; i < 1000; i++)
		report_complaint(&l.report, &(struct place){ "x", 1, NULL }, "no");
	for (const char *c = said(&l); *c; c++)
		lines += *c == '\n';
	assert_int_equal(lines, REPORT_COMPLAINTS_MAX);
	assert_int_equal(l.report.complaints, 1000);
	report_step(&l.report, "y");
	assert_int_equal(l.report.complaints, 0);
}

static void a_cell_does_not_drive_the_terminal(void **state)
{
	_cleanup_(listener_done) struct listener l;

	(void)state;
	listener_init(&l);
	report_complaint(&l.report, &(struct place){ "x", 1, NULL }, "\"%s\": no", "a\n\033[2Jb");
	assert_string_equal(said(&l), "x:1: \"a  [2Jb\": no\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_grouped_by_thousands),
		cmocka_unit_test(a_step_is_one_line_where_nobody_watches),
		cmocka_unit_test(a_terminal_sees_the_rows_go_by),
		cmocka_unit_test(complaints_stand_on_lines_of_their_own),
		cmocka_unit_test(what_is_left_out_is_told_but_no_complaint),
		cmocka_unit_test(only_so_many_complaints_are_printed_but_all_are_counted),
		cmocka_unit_test(a_cell_does_not_drive_the_terminal),
	};

	return RUN(tests);
}
