/*
 * load/known.h - the rows that there are, by the keys that files know them by.
 *
 * An authority, framework or theme is known by its id, every other row by each
 * of its external references ("ofsted:ofsted-50004339-01"). A row that the loader
 * made stays known by the reference it was made with, even if a council has since
 * taken that away; and a deleted row stays known, so that it is not made again.
 *
 * OWNERSHIP  Strings found are lent until the next known_read() or known_add().
 * THREADS    None shared.   BLOCKING  known_read() on the database.
 */
#ifndef LOAD_KNOWN_H
#define LOAD_KNOWN_H

#include "operation/operation.h"

struct known; /* opaque: see service/load/known.c */

struct known_row {
	const char *id;
	const char *authority_id; /* NULL for what belongs to none */
	uint64_t version;
	bool deleted;
	bool foreign; /* somebody other than the loader wrote it last */
};

int known_new(struct known **ret_known, struct error *err) _must_check_;
void known_free(struct known *known);
DEFINE_CLEANUP(struct known *, known_free)

/* Asks the database for all rows of a resource, in one query; once, unless forgotten since. */
int known_read(struct known *known, struct connection *c, enum resource_id resource, struct error *err) _must_check_;
void known_forget(struct known *known, enum resource_id resource);

bool known_find(const struct known *known, enum resource_id resource, const char *key, struct known_row *ret_row);
void known_add(struct known *known, enum resource_id resource, const char *key, const struct known_row *row);

#endif
