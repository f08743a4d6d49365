/*
 * load/step.h - what is loaded, in which order: one table.
 *
 * A step is one file (with the file of its rows' parts, as inspections have
 * judgements), loaded whole or not at all. It is loaded again when it, or a file
 * it depends on, has changed since.
 *
 * Constant data; safe from any thread.
 */
#ifndef LOAD_STEP_H
#define LOAD_STEP_H

#include "load/mapping.h"

/* A second file, whose rows are items of a list member of the first one's rows. */
struct step_part {
	const char *file;
	const char *member;
	struct column_list columns; /* one is COL_OWNER */
};

#define STEP_STATEMENTS 2

struct step {
	const char *name; /* as told to people */
	bool sample;      /* in the sample's folder, else in the reference data's */
	const char *file;
	struct column_list columns; /* none: JSON Lines, each of which names its resource */
	const struct step_part *part;
	/* Either a resource, whose rows are written as the API would; */
	const struct resource *resource;
	/* or statements that make a table agree with $1, a JSON array of rows, each answering (created, changed). */
	const char *sql[STEP_STATEMENTS];
	enum resource_id remakes; /* the resource that reads the table, if rows refer to it */
	unsigned after;           /* bits of the steps it depends on */
};

static inline bool step_is_lines(const struct step *step)
{
	return step->columns.n == 0;
}

enum step_id {
	STEP_FRAMEWORKS,
	STEP_STRANDS,
	STEP_GRADES,
	STEP_THEMES,
	STEP_HOLIDAYS,
	STEP_CALENDAR, /* an operator's own file; from then on it stands in place of the other */
	STEP_AUTHORITIES,
	STEP_NEIGHBOURS,
	STEP_INSPECTIONS,
	STEP_FINDINGS,
	STEP_SAMPLE_EVERYBODY,
	STEP_SAMPLE_MIDDLESBROUGH_2018,
	STEP_SAMPLE_READING_2018,
	STEP_SAMPLE_WORCESTERSHIRE_2019,
	STEP_SAMPLE_MIDDLESBROUGH_2021,
	STEP_SAMPLE_MIDDLESBROUGH_2022,
	STEP_COUNT_
};

extern const struct step steps[STEP_COUNT_];

#endif
