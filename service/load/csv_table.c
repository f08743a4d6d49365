/*
 * From a CSV file to rows of named cells.
 */
#include "load/csv_table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "load/csv_reader.h"

#include "core/banned.h"

struct reading {
	const char *path;
	const struct csv_table_columns *columns;
	struct report *report;
	struct csv_table *table;
	char **header; /* NULL entry: a column to ignore */
	size_t n_header;
};

static bool is_expected(const struct csv_table_columns *columns, const char *name)
{
	for (size_t i = 0; i < columns->n; i++)
		if (strcmp(columns->names[i], name) == 0)
			return true;
	return false;
}

static bool is_in_header(const struct reading *r, const char *name)
{
	for (size_t i = 0; i < r->n_header; i++)
		if (r->header[i] && strcmp(r->header[i], name) == 0)
			return true;
	return false;
}

static void list_names(const struct csv_table_columns *columns, char *out, size_t size)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < columns->n && at < size; i++)
		at += (size_t)snprintf(out + at, size - at, "%s%s", i ? ", " : "", columns->names[i]);
}

static void complain_of_unknown(struct reading *r, const struct place *place)
{
	char names[640];

	list_names(r->columns, names, sizeof names);
	report_complaint(r->report, place, "unknown column; the columns are %s", names);
}

static int read_header(struct reading *r, const struct csv_row *row, struct error *err)
{
	r->header = calloc(row->n, sizeof *r->header);
	if (!r->header)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (size_t i = 0; i < row->n; i++) {
		struct place place = { r->path, row->line, row->cells[i] };
		bool expected = is_expected(r->columns, row->cells[i]);

		if (expected && is_in_header(r, row->cells[i]))
			report_complaint(r->report, &place, "the column appears twice");
		else if (!expected && !r->columns->others)
			complain_of_unknown(r, &place);
		else if (expected && !(r->header[i] = strdup(row->cells[i])))
			return error_set(err, ERR_INTERNAL, "out of memory");
		r->n_header = i + 1;
	}
	for (size_t i = 0; i < r->columns->n; i++) {
		struct place place = { r->path, row->line, r->columns->names[i] };

		if (!is_in_header(r, place.column))
			report_complaint(r->report, &place,
					 "the column is missing; leave its cells empty, but keep it");
	}
	return 0;
}

static bool has_room(struct csv_table *t)
{
	size_t cap = t->cap ? t->cap * 2 : 256;
	struct csv_table_row *rows;

	if (t->n < t->cap)
		return true;
	rows = reallocarray(t->rows, cap, sizeof *rows);
	if (!rows)
		return false;
	t->rows = rows;
	t->cap = cap;
	return true;
}

struct csv_table_row *csv_table_add(struct csv_table *t, size_t line, json_t *cells)
{
	if (!cells || !has_room(t)) {
		json_decref(cells);
		return NULL;
	}
	t->rows[t->n] = (struct csv_table_row){ .line = line, .cells = cells };
	return &t->rows[t->n++];
}

static int on_row(void *data, const struct csv_row *row, struct error *err)
{
	struct reading *r = data;
	struct csv_table_row *kept;

	if (!r->header)
		return read_header(r, row, err);
	if (row->n != r->n_header) {
		struct place place = { r->path, row->line, NULL };

		report_complaint(r->report, &place,
				 "%zu cells, where the header has %zu; a cell that holds a comma needs quotation marks",
				 row->n, r->n_header);
		return 0;
	}
	kept = csv_table_add(r->table, row->line, json_object());
	if (!kept)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (size_t i = 0; i < row->n; i++)
		if (r->header[i] && row->cells[i][0] != '\0')
			(void)json_object_set_new(kept->cells, r->header[i], json_string(row->cells[i]));
	return 0;
}

static void drop_header(struct reading *r)
{
	for (size_t i = 0; r->header && i < r->n_header; i++)
		free(r->header[i]);
	free(r->header);
}

int csv_table_read(const char *path, const char *bytes, size_t len, const struct csv_table_columns *columns,
		   struct report *report, struct csv_table *ret_table)
{
	struct csv_table table = { 0 };
	struct reading r = { .path = path, .columns = columns, .report = report, .table = &table };
	struct place place = { .path = path };
	struct error err = { 0 };
	unsigned before = report->complaints;

	if (csv_reader_run(bytes, len, on_row, &r, &place.line, &err) < 0)
		report_complaint(report, &place, "%s", err.detail);
	else if (!r.header)
		report_complaint(report, &place, "the file is empty; it needs a header row");
	drop_header(&r);
	if (report->complaints > before) {
		csv_table_done(&table);
		return -1;
	}
	*ret_table = table;
	return 0;
}

void csv_table_done(struct csv_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		json_decref(t->rows[i].cells);
	free(t->rows);
	*t = (struct csv_table){ 0 };
}

void csv_table_file_done(struct csv_table_file *f)
{
	free(f->path);
	free(f->bytes);
	*f = (struct csv_table_file){ 0 };
}

static void close_file(FILE **slot)
{
	if (*slot)
		(void)fclose(*slot);
}

static int read_all(struct csv_table_file *f, struct error *err)
{
	_cleanup_(close_file) FILE *in = fopen(f->path, "rbe");
	long size;

	if (!in)
		return error_set(err, ERR_NOT_FOUND, "%s: %s", f->path, strerror(errno));
	if (fseek(in, 0, SEEK_END) < 0 || (size = ftell(in)) < 0 || fseek(in, 0, SEEK_SET) < 0)
		return error_set(err, ERR_MALFORMED, "%s: not a file that can be read", f->path);
	if ((size_t)size > CSV_TABLE_FILE_MAX)
		return error_set(err, ERR_TOO_LARGE, "%s: over %u MiB", f->path, CSV_TABLE_FILE_MAX >> 20);
	f->bytes = malloc((size_t)size + 1);
	if (!f->bytes)
		return error_set(err, ERR_INTERNAL, "out of memory");
	f->len = fread(f->bytes, 1, (size_t)size, in);
	if (f->len != (size_t)size)
		return error_set(err, ERR_MALFORMED, "%s: could not be read to its end", f->path);
	f->bytes[f->len] = '\0';
	return 0;
}

int csv_table_file_read(const char *folder, const char *name, struct csv_table_file *ret_file, struct error *err)
{
	struct csv_table_file f = { 0 };

	if (asprintf(&f.path, "%s%s%s", folder ? folder : "", folder ? "/" : "", name) < 0) {
		f.path = NULL;
		return error_set(err, ERR_INTERNAL, "out of memory");
	}
	if (read_all(&f, err) < 0) {
		csv_table_file_done(&f);
		return -1;
	}
	*ret_file = f;
	return 0;
}
