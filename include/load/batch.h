/*
 * load/batch.h - the rows of one step, brought together with their parts and
 * checked as far as that goes without the database.
 *
 * OWNERSHIP  A batch owns its items' JSON; it borrows the step, tables and paths.
 * THREADS    None shared.   BLOCKING  Never.
 */
#ifndef LOAD_BATCH_H
#define LOAD_BATCH_H

#include "load/csv_table.h"
#include "load/known.h"
#include "load/step.h"

enum item_state { ITEM_WAITING, ITEM_WRITTEN, ITEM_LEFT };

struct item {
	const struct csv_table_row *row;
	const struct resource *resource; /* NULL: a table of its own */
	const char *key;                 /* what the row is known by; of a table's, no more than its first cell */
	enum item_state state;
	bool refused;      /* left because the database took it badly beside a council's rows */
	json_t *parts;     /* owned: the items of the step's part that belong to this row, or NULL */
	json_t *part_rows; /* owned: for each, the number of its row in the part's table */
	json_t *body;      /* owned: once every row it refers to is there, else NULL */
	json_t *then;      /* owned: of JSON Lines, what happened afterwards, with the body */
};

struct batch {
	const struct step *step;
	const char *path, *part_path;
	const struct csv_table *part_table;
	struct item *items;
	size_t n;
	json_t *by_key; /* owned: {resource: {"the key's cells": number of the item}}; of a table of its own "" */
};
void batch_done(struct batch *b);

/* Tells `report` of rows that stand twice and parts that belong to no row; -1 then. */
int batch_make(const struct step *step, const struct csv_table *table, const struct csv_table *part_table,
	       const char *path, const char *part_path, struct report *report, struct batch *ret_batch) _must_check_;

/*
 * Makes the item's body. It stays NULL while a row of the same file that it
 * refers to is not written yet; the item is left when it refers to a deleted row.
 * Of JSON Lines only earlier rows are referred to. -1 when something was told to `report`.
 */
int batch_body(struct batch *b, struct item *item, const struct known *known, struct report *report) _must_check_;

/* The same for every item, and the form of each body by the resource's field table. */
int batch_check(struct batch *b, const struct known *known, struct report *report) _must_check_;

/*
 * What to create the item with: its body, and its status where the resource
 * takes one on creation. Other statuses are reached by moves; so is one whose
 * day the file gives, since only a move records that.
 */
json_t *batch_creation(const struct batch *b, const struct item *item, const json_t *body);

/* What the file says of the item's status: "to", "on", "reason". NULL: nothing. */
const char *batch_move(const struct batch *b, const struct item *item, const char *what);

/* Finds the row that gives the item its authority; false where the file does not name one by its key. */
bool batch_owner(const struct batch *b, const struct item *item, const struct known *known, struct known_row *ret_row);

/* Tells an operation's complaints as what they are: cells of files, members of lines. */
void batch_complain(const struct batch *b, const struct item *item, const struct error *err, struct report *report);

/* The same of one step of the item's `then`. */
void batch_complain_then(const struct batch *b, const struct item *item, size_t step, const struct error *err,
			 struct report *report);

#endif
