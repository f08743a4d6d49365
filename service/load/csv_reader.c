/*
 * CSV by libcsv, which is fed one line at a time: it does not say where in its
 * input it is, and a complaint without a line is no help.
 */
#include "load/csv_reader.h"

#include <csv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

#include "core/banned.h"

struct reading {
	struct csv_parser parser;
	csv_reader_callback each;
	void *data;
	struct error *err;
	size_t line;     /* being fed */
	size_t row_line; /* where the row in hand begins */
	bool in_row;
	bool failed;
	char **cells;
	size_t n, cap;
};

static int keep_spaces(unsigned char c)
{
	(void)c;
	return 0;
}

static void drop_cells(struct reading *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->cells[i]);
	r->n = 0;
}

static int fail(struct reading *r, enum err_code code, const char *what)
{
	r->failed = true;
	return error_set(r->err, code, "%s", what);
}

static int keep_cell(struct reading *r, const char *bytes, size_t len)
{
	if (memchr(bytes, '\0', len))
		return fail(r, ERR_MALFORMED, "a NUL byte; save the file as text");
	if (!text_is_utf8(bytes, len))
		return fail(r, ERR_MALFORMED, "not UTF-8; save the file as \"CSV UTF-8\"");
	if (r->n == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 32;
		char **cells = realloc(r->cells, cap * sizeof *cells);

		if (!cells)
			return fail(r, ERR_INTERNAL, "out of memory");
		r->cells = cells;
		r->cap = cap;
	}
	r->cells[r->n] = malloc(len + 1);
	if (!r->cells[r->n])
		return fail(r, ERR_INTERNAL, "out of memory");
	memcpy(r->cells[r->n], bytes, len);
	r->cells[r->n][len] = '\0';
	r->n++;
	return 0;
}

/* libcsv: a cell has ended. */
static void on_cell(void *bytes, size_t len, void *data)
{
	struct reading *r = data;

	if (!r->failed)
		(void)keep_cell(r, bytes ? bytes : "", len);
}

/* libcsv: a row has ended. */
static void on_row(int terminator, void *data)
{
	struct reading *r = data;
	struct csv_row row = { .line = r->row_line, .n = r->n, .cells = (const char *const *)r->cells };

	(void)terminator;
	r->in_row = false;
	if (!r->failed)
		r->failed = r->each(r->data, &row, r->err) < 0;
	drop_cells(r);
}

static bool is_blank_line(const char *line, size_t len)
{
	return len == 0 || (len == 1 && line[0] == '\n') || (len == 2 && line[0] == '\r' && line[1] == '\n');
}

static int feed(struct reading *r, const char *line, size_t len)
{
	if (!r->in_row) {
		if (is_blank_line(line, len))
			return 0;
		r->row_line = r->line;
		r->in_row = true;
	}
	if (csv_parse(&r->parser, line, len, on_cell, on_row, r) != len && !r->failed)
		return fail(r, ERR_MALFORMED,
			    csv_error(&r->parser) == CSV_EPARSE
				    ? "a quotation mark out of place; put the whole cell in quotation marks and double "
				      "those inside it"
				    : "out of memory");
	return r->failed ? -1 : 0;
}

static int finish(struct reading *r)
{
	if (csv_fini(&r->parser, on_cell, on_row, r) == 0)
		return r->failed ? -1 : 0;
	return fail(r, ERR_MALFORMED, "a quotation mark that is opened in this row is never closed");
}

static int feed_all(struct reading *r, const char *bytes, size_t len)
{
	const char *end = bytes + len;

	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		const char *next = newline ? newline + 1 : end;

		if (feed(r, bytes, (size_t)(next - bytes)) < 0)
			return -1;
		bytes = next;
		r->line++;
	}
	return finish(r);
}

int csv_reader_run(const char *bytes, size_t len, csv_reader_callback each, void *data, size_t *ret_line,
		   struct error *err)
{
	struct reading r = { .each = each, .data = data, .err = err, .line = 1 };
	int result;

	if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
		bytes += 3;
		len -= 3;
	}
	if (csv_init(&r.parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return error_set(err, ERR_INTERNAL, "libcsv does not start");
	csv_set_space_func(&r.parser, keep_spaces);
	result = feed_all(&r, bytes, len);
	csv_free(&r.parser);
	drop_cells(&r);
	free(r.cells);
	if (result < 0)
		*ret_line = r.row_line ? r.row_line : r.line;
	return result;
}
