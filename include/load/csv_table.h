/*
 * load/csv_table.h - a CSV file by the names of its columns.
 *
 * The header must name every expected column once, in any order, and nothing
 * else: a misspelt column would otherwise be data lost in silence.
 *
 * OWNERSHIP  A table owns its rows and cells (csv_table_done).
 * THREADS    None shared.   BLOCKING  csv_table_file_read() on the disk.
 */
#ifndef LOAD_CSV_TABLE_H
#define LOAD_CSV_TABLE_H

#include <jansson.h>

#include "load/report.h"

#include "core/error.h"

#define CSV_TABLE_FILE_MAX (64u << 20)

struct csv_table_row {
	size_t line;
	json_t *cells; /* {column: text}, an empty cell left out; of JSON Lines, the object of the line */
};

struct csv_table {
	struct csv_table_row *rows;
	size_t n, cap;
};
void csv_table_done(struct csv_table *t);

struct csv_table_columns {
	const char *const *names;
	size_t n;
	bool others; /* further columns are ignored */
};

/* Appends a row; takes over its cells. NULL: out of memory. */
struct csv_table_row *csv_table_add(struct csv_table *t, size_t line, json_t *cells) _must_check_;

/* Everything wrong with header and rows goes to `report`; -1 when that is anything. `path` is for its lines. */
int csv_table_read(const char *path, const char *bytes, size_t len, const struct csv_table_columns *columns,
		   struct report *report, struct csv_table *ret_table) _must_check_;

/* A file in memory. */
struct csv_table_file {
	char *path;
	char *bytes;
	size_t len;
};
void csv_table_file_done(struct csv_table_file *f);
int csv_table_file_read(const char *folder, const char *name, struct csv_table_file *ret_file,
			struct error *err) _must_check_;

#endif
