/*
 * load/report.h - what `inspectd load` tells whoever runs it, in plain lines.
 *
 * A wrong row is told as `path:line: column: what is wrong and the cure`, the
 * form that editors jump to. Only the first REPORT_COMPLAINTS_MAX of a file are
 * printed; the rest are counted. What is left out beside a council's own rows is told
 * likewise, and fails nothing. On a terminal the line in hand counts rows.
 *
 * OWNERSHIP  Borrows the stream and names; paths are borrowed for the call.
 * THREADS    None shared.   BLOCKING  On the stream.
 */
#ifndef LOAD_REPORT_H
#define LOAD_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "core/error.h"

#define REPORT_COMPLAINTS_MAX 20

struct report {
	FILE *out;
	bool terminal;    /* a line may be written over */
	bool begun;       /* the number of rows is known */
	bool midline;     /* the end of a line is still to come */
	const char *name; /* of what is being loaded */
	size_t rows;
	unsigned complaints;
	unsigned notes; /* complaints that fail nothing: those made while `lenient` */
	bool lenient;
};

/* Where in the files something is. line 0: the file as a whole; column NULL: the row as a whole. */
struct place {
	const char *path;
	size_t line;
	const char *column;
};

void report_init(struct report *r, FILE *out);

/* "loading findings: 2,393 rows …", counted while it lasts, then what came of it. */
void report_step(struct report *r, const char *name); /* forgets earlier complaints */
void report_begin(struct report *r, size_t rows);
void report_count(struct report *r, size_t done);
void report_end(struct report *r, const char *fmt, ...) _printf_(2, 3);

void report_complaint(struct report *r, const struct place *place, const char *fmt, ...) _printf_(3, 4);

/* What went wrong that is no cell's fault, with what lay beneath it. */
void report_failure(struct report *r, const struct place *place, const struct error *err);

/* 2393 as "2,393" */
struct report_number {
	char text[32];
};
struct report_number report_number(size_t number);

#endif
