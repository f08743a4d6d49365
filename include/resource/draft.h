/*
 * resource/draft.h - from what a client sends to what may be written.
 *
 * A draft is a JSON object holding every writable member of a resource, each of
 * its declared type or null, and beside them the columns that rules and
 * transitions set. It is made from a POST body, or from the stored representation
 * and a merge patch (RFC 7396). Every complaint is collected.
 *
 * A body that is an object gives a draft even when it is complained of: what was
 * ill-formed is null (a list: empty) in a new draft, as stored in a changed one.
 * resource_check() can then add what the rules have to say, so that a client
 * hears it all at once.
 *
 * OWNERSHIP  Returned drafts are the caller's (json_decref), after a failure too.
 * THREADS    Pure.   BLOCKING  Never.
 */
#ifndef RESOURCE_DRAFT_H
#define RESOURCE_DRAFT_H

#include "resource/resource.h"

/* From a POST body. Fills initial values; complains of what is missing, unknown, read-only or ill-formed. */
int draft_create(const struct resource *r, const json_t *body, json_t **ret_draft, struct error *err) _must_check_;

/*
 * From a stored representation and a merge patch. `reason` is returned apart
 * (borrowed from patch, or NULL). Moving a date that MOVES without a reason is a
 * complaint, as is a changed CREATE_ONLY member; sending an unchanged one is not.
 */
int draft_change(const struct resource *r, const json_t *stored, const json_t *patch, json_t **ret_draft,
		 const char **ret_reason, struct error *err) _must_check_;

/* RFC 7396. Returns a new value. */
json_t *merge_patch(const json_t *target, const json_t *patch);

/* The writable members of a stored representation, as a draft (with id, status, status_on kept). */
json_t *draft_of(const struct resource *r, const json_t *stored);

/* Whether writing the draft would change anything that a client can set. */
bool draft_differs(const struct resource *r, const json_t *draft, const json_t *stored);
bool draft_differs_in(const struct field *f, const json_t *draft, const json_t *stored); /* in this member */

/*
 * {"to":…,"on":…,"reason":…} and what the step takes: checks form and the status
 * table (ERR_CONFLICT with err->allowed). The move borrows from the body; the
 * draft is the row as it then is, with what was brought and what rules.moved() sets.
 */
int move_read(const struct resource *r, const json_t *stored, const json_t *body, const char *today,
	      struct move *ret_move, json_t **ret_draft, struct error *err) _must_check_;

#endif
