/*
 * load/lines.h - rows out of JSON Lines: of any resource, with nested members and
 * what became of each since, for which CSV has no room.
 *
 *   {"resource": "actions", "ref": "sample:hub", "body": {"plan_ids": ["ref:sample:plan"], ...},
 *    "then": [{"due_on": "2019-04-30", "reason": "..."}, {"to": "complete", "on": "2019-04-02"}]}
 *
 * Each on one line. `body` is what a POST would bring, without the row's own
 * reference, which is `ref`; a `reason` in it is why a row that is there already
 * changes. `then` is what happened afterwards, in order: what has
 * a member "to" is the body of a transition, the rest are merge patches. Wherever
 * the field tables have an identifier, "ref:<system>:<ref>" may stand for it: a row
 * of an earlier line or file, or one that the database has.
 *
 * OWNERSHIP  Bodies and lists are the caller's (json_decref).
 * THREADS    Pure.   BLOCKING  Never.
 */
#ifndef LOAD_LINES_H
#define LOAD_LINES_H

#include "load/csv_table.h"
#include "load/mapping.h"

/* Rows whose cells are the lines' objects, each of the form above. -1: something was told to `report`. */
int lines_read(const char *path, const char *bytes, size_t len, struct report *report,
	       struct csv_table *ret_table) _must_check_;

const struct resource *lines_resource(const json_t *line);

struct lines_row {
	const json_t *line;
	const struct place *place;
	mapping_resolver resolve;
	void *data;
};

/* With identifiers in the place of references. Those that lead nowhere are told to `report`. */
json_t *lines_body(const struct lines_row *row, struct report *report);
json_t *lines_then(const struct lines_row *row, struct report *report); /* an array, if only an empty one */

/* "to", "on" or "reason" of the last move, or the status that it begins in. NULL: nothing is said. */
const char *lines_move(const json_t *line, const char *what);

/* What the row is to be once all has happened, as a merge patch of what it is. */
json_t *lines_outcome(const json_t *body, const json_t *then);

/* "system:ref" of the row that a member of the body names so; NULL where it does not. */
const char *lines_reference(const json_t *line, const char *member);

#endif
