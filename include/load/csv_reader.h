/*
 * load/csv_reader.h - rows out of CSV (RFC 4180), strictly, each with its line.
 *
 * A byte order mark and CRLF are taken as they come; a blank line is no row. A
 * quote inside an unquoted cell, a quoted cell that never ends, bytes that are
 * not UTF-8 and NUL are refused: guessing would shift every cell after them.
 * Nothing is trimmed.
 *
 * OWNERSHIP  Cells are lent for the callback.
 * THREADS    None shared.   BLOCKING  Never.
 */
#ifndef LOAD_CSV_READER_H
#define LOAD_CSV_READER_H

#include <stddef.h>

#include "core/error.h"

struct csv_row {
	size_t line; /* in which the row begins, from 1; quoted cells may hold further lines */
	size_t n;
	const char *const *cells;
};

/* -1 stops the reading; err is then the callback's. */
typedef int (*csv_reader_callback)(void *data, const struct csv_row *row, struct error *err);

/* *ret_line is the line that failed; on success it is not written. */
int csv_reader_run(const char *bytes, size_t len, csv_reader_callback each, void *data, size_t *ret_line,
		   struct error *err) _must_check_;

#endif
