/*
 * repository/rows.h - rows as JSON and CSV, straight from libpq's text into the
 * answer's buffer. No JSON library on the way out: see service/README.md for
 * what that is worth.
 *
 * THREADS  Pure.   BLOCKING  Never.
 */
#ifndef REPOSITORY_ROWS_H
#define REPOSITORY_ROWS_H

#include "core/buf.h"
#include "repository/statement.h"

/* One value as the database wrote it; NULL for null. */
struct cell {
	const char *text;
	size_t len;
};

/* JSON that PostgreSQL wrote, without the blanks it puts between tokens. */
void row_json_compact(struct buf *out, struct cell cell);

void row_value_json(struct buf *out, const struct resource *r, const struct field *f, struct cell cell);

/* `"name":value,"name":value` without braces, so that expansions can follow. */
void row_members_json(struct buf *out, const struct resource *r, const struct columns *columns,
		      const struct cell *cells);

/* RFC 4180. A text that a spreadsheet would run as a formula, or that starts with an apostrophe, gets one in front. */
void row_csv(struct buf *out, const struct resource *r, const struct columns *columns, const struct cell *cells);
void row_csv_header(struct buf *out, const struct columns *columns);

#endif
