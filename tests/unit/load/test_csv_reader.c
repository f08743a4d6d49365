/* Tests of service/load/csv_reader.c. */
#include "../unit.h"

#include "load/csv_reader.h"

/* Rows as "line:cell|cell\n". */
struct seen {
	char text[4096];
	size_t stop_at; /* the line whose row is refused; 0: none */
};

static int see(void *data, const struct csv_row *row, struct error *err)
{
	struct seen *s = data;
	size_t at = strlen(s->text);

	if (s->stop_at == row->line)
		return error_set(err, ERR_INVALID, "enough");
	at += (size_t)snprintf(s->text + at, sizeof s->text - at, "%zu:", row->line);
	for (size_t i = 0; i < row->n; i++)
		at += (size_t)snprintf(s->text + at, sizeof s->text - at, "%s%s", i ? "|" : "", row->cells[i]);
	(void)snprintf(s->text + at, sizeof s->text - at, "\n");
	return 0;
}

static int run(const char *csv, size_t len, struct seen *seen, size_t *ret_line, struct error *err)
{
	*err = (struct error){ 0 };
	return csv_reader_run(csv, len, see, seen, ret_line, err);
}

static void rows_come_with_their_cells_and_lines(void **state)
{
	static const struct {
		const char *csv, *rows, *why;
	} cases[] = {
		{ "a,b\n1,2\n", "1:a|b\n2:1|2\n", "plain" },
		{ "a,b\r\n1,2\r\n", "1:a|b\n2:1|2\n", "CRLF" },
		{ "a,b\n1,2", "1:a|b\n2:1|2\n", "no newline at the end" },
		{ "\xEF\xBB\xBF"
		  "a,b\n1,2\n",
		  "1:a|b\n2:1|2\n", "a byte order mark" },
		{ "\xEF\xBB\xBF\"a\",b\r\n", "1:a|b\n", "a byte order mark before a quote" },
		{ "\"a,\"\"b\"\"\",c\n", "1:a,\"b\"|c\n", "quotes and a comma inside quotes" },
		{ "a,\n,b\n,\n", "1:a|\n2:|b\n3:|\n", "empty cells" },
		{ "\"\",\"\"\n", "1:|\n", "empty quoted cells" },
		{ "a,b,c\nd\n", "1:a|b|c\n2:d\n", "ragged rows are the caller's to judge" },
		{ " a , b\n", "1: a | b\n", "nothing is trimmed" },
		{ "a\n\n\r\nb\n", "1:a\n4:b\n", "blank lines count, but are no rows" },
		{ "x,\"one\ntwo\nthree\"\ny,z\n", "1:x|one\ntwo\nthree\n4:y|z\n", "newlines inside quotes" },
		{ "x,\"one\n\ntwo\"\r\ny,z\r\n", "1:x|one\n\ntwo\n4:y|z\n", "a blank line inside quotes" },
		{ "M\xC3\xA1ire \xE2\x80\x98x\xE2\x80\x99,\xEF\x81\xAE\n",
		  "1:M\xC3\xA1ire \xE2\x80\x98x\xE2\x80\x99|\xEF\x81\xAE\n", "UTF-8, private use included" },
		{ "", "", "nothing" },
		{ "\xEF\xBB\xBF", "", "nothing but a byte order mark" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct seen seen = { "" };
		struct error err;
		size_t line = 0;

		CHECK(run(cases[i].csv, strlen(cases[i].csv), &seen, &line, &err) == 0, "case %zu: %s: %s", i,
		      cases[i].why, err.detail);
		CHECK(strcmp(seen.text, cases[i].rows) == 0, "case %zu: %s: got %s", i, cases[i].why, seen.text);
		CHECK(line == 0, "case %zu: %s: the line is only for failures", i, cases[i].why);
	}
}

static void what_cannot_be_read_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *csv;
		size_t len, line;
		const char *what, *why;
	} cases[] = {
		{ "a,b\n1,2\nx\"y,z\n", 0, 3, "quotation mark", "a quote inside a cell" },
		{ "a,b\n\"1\" ,2\n", 0, 2, "quotation mark", "a space after the closing quote" },
		{ "a,b\n \"1\",2\n", 0, 2, "quotation mark", "a space before the opening quote" },
		{ "a,b\n\"1,2\n3,4\n", 0, 2, "never closed", "a quote that is not closed" },
		{ "a,b\n1,\"2\n3\n\"4\"\n", 0, 2, "quotation mark", "in a row of several lines" },
		{ "a,b\n1,\xE9t\xE9\n", 0, 2, "UTF-8", "Latin-1" },
		{ "a,b\n1,\0\n", 9, 2, "NUL", "a NUL" },
		{ "\xFF\xFE"
		  "a\0",
		  5, 1, "N", "UTF-16" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct seen seen = { "" };
		struct error err;
		size_t line = 0, len = cases[i].len ? cases[i].len : strlen(cases[i].csv);

		CHECK(run(cases[i].csv, len, &seen, &line, &err) < 0, "case %zu: %s", i, cases[i].why);
		CHECK(line == cases[i].line, "case %zu: %s: line %zu", i, cases[i].why, line);
		CHECK(strstr(err.detail, cases[i].what), "case %zu: %s: %s", i, cases[i].why, err.detail);
	}
}

static void a_callback_stops_the_reading(void **state)
{
	struct seen seen = { .stop_at = 2 };
	struct error err;
	size_t line = 0;

	(void)state;
	assert_int_equal(run("a\nb\nc\n", 6, &seen, &line, &err), -1);
	assert_string_equal(seen.text, "1:a\n");
	assert_string_equal(err.detail, "enough");
	assert_int_equal(line, 2);
}

static void a_wide_row_keeps_all_its_cells(void **state)
{
	char csv[2000];
	struct seen seen = { "" };
	struct error err;
	size_t line, at = 0, bars = 0;

	(void)state;
	for (int i = 0; i < 300; i++)
		at += (size_t)snprintf(csv + at, sizeof csv - at, "%s%d", i ? "," : "", i % 10);
	assert_int_equal(run(csv, at, &seen, &line, &err), 0);
	for (const char *c = seen.text; *c; c++)
		bars += *c == '|';
	assert_int_equal(bars, 299);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_with_their_cells_and_lines),
		cmocka_unit_test(what_cannot_be_read_is_refused_with_its_line),
		cmocka_unit_test(a_callback_stops_the_reading),
		cmocka_unit_test(a_wide_row_keeps_all_its_cells),
	};

	return RUN(tests);
}
