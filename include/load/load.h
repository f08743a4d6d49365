/*
 * load/load.h - `inspectd load`: reference data from CSV, the worked example from JSON Lines.
 *
 * May be run at any time and as often as one likes: files that have not changed
 * are skipped, rows that are the same are not written, and nothing that a council
 * wrote or deleted is touched. Each file is loaded whole or not at all.
 *
 * THREADS    One load at a time in a database; a second one waits for the first.
 * BLOCKING   On the disk and the database.
 */
#ifndef LOAD_LOAD_H
#define LOAD_LOAD_H

#include <stdio.h>

#include "operation/operation.h"

struct load_options {
	const char *reference;     /* folder */
	const char *sample;        /* folder; NULL: none */
	const char *finding_texts; /* file; NULL: none */
	const char *calendar;      /* file, and nothing else is loaded; NULL: none */
	FILE *out;                 /* for progress and complaints */
};

/* Stops at the first file that cannot be loaded; those before it stay loaded. */
int load_run(struct database *database, const struct load_options *options, struct error *err) _must_check_;

#endif
