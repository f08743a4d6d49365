/*
 * resource/draft_member.h - the form of one member, by its line in a field table.
 * For draft.c and its like only.
 *
 * OWNERSHIP  A value read is the caller's. It is null after a complaint, and NULL
 *            (err says ERR_INTERNAL) when there is no memory.
 * THREADS    Pure.   BLOCKING  Never.
 */
#ifndef RESOURCE_DRAFT_MEMBER_H
#define RESOURCE_DRAFT_MEMBER_H

#include "resource/resource.h"

/* The value as it will be kept (ids in lower case). `value` is neither absent nor null. */
json_t *draft_member_read(const struct field *f, const json_t *value, const char *pointer, struct error *err);

/* Lists and external_refs, in draft_list.c. */
json_t *draft_list_read(const struct field *f, const json_t *value, const char *pointer, struct error *err);
json_t *draft_list_read_external(const json_t *value, const char *pointer, struct error *err);

/* Complains of a member that the table does not have, with the name that was probably meant. */
void draft_member_unknown(const struct field *fields, size_t n_fields, const char *base, const char *name,
			  struct error *err);

/* Whether a draft holds this member: what clients write, and the columns that rules and transitions set. */
bool draft_member_kept(const struct field *f);

/* What stands for nothing: rules and facts may count on a list being one. */
json_t *draft_member_nothing(const struct field *f);
json_t *draft_member_initial(const struct field *f); /* what a member starts as when it is left out */

const char *draft_member_kind(const json_t *value); /* "a string", "a list" ... for details */

#endif
