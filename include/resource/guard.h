/*
 * resource/guard.h - keeps what tells of one child out of the texts of a row: the
 * service holds nothing about any child (identifier.h says what is looked for).
 *
 * Free text is looked at: texts without a pattern of their own, lists of such, the
 * texts of objects, why a change is made, and other systems' keys. A text that the
 * row held already was let through before, and is not complained of again.
 *
 * Nothing here repeats what it found.
 *
 * OWNERSHIP  All is borrowed for the call.   THREADS  Pure.   BLOCKING  Never.
 */
#ifndef RESOURCE_GUARD_H
#define RESOURCE_GUARD_H

#include "resource/resource.h"

#define GUARD_WARNINGS_MAX 32 /* of one row */

/* One write: what the row, or the body of a procedure, is to hold, and why. */
struct guarded {
	const struct resource *resource;
	const json_t *draft;
	const json_t *stored; /* NULL: a new row */
	const char *reason;   /* NULL: none was given */
};

/* Complains (`identifier`) of each text, new or changed, that must not be kept. */
void guard_check(const struct guarded *write, struct error *err);

/* Whether guard_check() would complain of anything. */
bool guard_finds(const struct guarded *write);

/*
 * Tells of what the row holds all the same: `identifier_allowed`, what would be
 * refused if it were new; `address`, what may be an organisation's.
 */
void guard_warn(const struct guarded *write, json_t *warnings);

/* Complains of a text by itself, such as why identifiers are let through. */
void guard_check_text(const char *text, enum err_code code, enum complaint_place place, const char *pointer,
		      struct error *err);

#endif
