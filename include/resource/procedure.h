/*
 * resource/procedure.h - what may be done to many rows in one step: a POST beneath
 * the row that it hangs from, whose body is held to a table of fields and given to
 * one SQL function, which does all of it or says why not (sql/rules/procedures.sql).
 *
 * OWNERSHIP  Constant tables. Returned drafts are the caller's (json_decref).
 * THREADS    Safe from any.   BLOCKING  Never.
 */
#ifndef RESOURCE_PROCEDURE_H
#define RESOURCE_PROCEDURE_H

#include "resource/resource.h"

struct procedure {
	const struct resource *of; /* whose {id} the path holds */
	const char *function;      /* (key text, body jsonb) returns json; NULL: done in C (operation/key.c) */
	struct resource body;      /* the fields of what is sent; its plural is the path's last segment */
};

extern const struct procedure procedures[];
extern const size_t n_procedures;

/* That of a path such as "/v1/plans/{id}/carry-forwards", or NULL. */
const struct procedure *procedure_at(const char *path);

/*
 * The body in full, as draft_create() makes it; there is a draft even when it is
 * complained of. A list that was left out is null, so that the function can tell it
 * from one that names nothing, which is a complaint.
 */
int procedure_draft(const struct procedure *p, const json_t *body, json_t **ret_draft, struct error *err) _must_check_;

#endif
