/* operation/internal.h - what the files of operation/ share; nobody else includes it. */
#ifndef OPERATION_INTERNAL_H
#define OPERATION_INTERNAL_H

#include "operation/operation.h"
#include "repository/rows.h"
#include "repository/statement.h"

/* --- representation.c: a row as clients see it ------------------------------ */

void representation_etag(char etag[80], const char *version, const char *bytes, size_t len);
void representation_cells(const struct result *rows, size_t row, size_t first, size_t n, struct cell *cells);

/* The full representation of a live row within the open transaction; ERR_NOT_FOUND. */
int representation_read(struct connection *c, const struct call *call, const struct resource *r, const char *id,
			struct buf *out, char etag[80], struct error *err) _must_check_;

/* The same as a JSON object. */
int representation_load(struct connection *c, const struct call *call, const struct resource *r, const char *id,
			json_t **ret_object, struct error *err) _must_check_;

/* Fills err with ERR_STALE: the current ETag, and what changed since `version`. Returns -1. */
int representation_stale(struct connection *c, const struct call *call, const struct resource *r, const char *id,
			 uint64_t version, struct error *err);

/* --- expansions.c -------------------------------------------------------------- */

struct expansion_rows {
	const struct expand *expand;
	const struct resource *target;
	struct columns columns;
	struct result *rows; /* owned; column 0 is the parent's ordinal, from 1 */
	size_t position;     /* of the next row to write */
};

struct expansions {
	struct expansion_rows item[LIMIT_EXPANSIONS];
	size_t n;
};

/* Fetches every expansion of the rows of a page, in a number of queries that does not depend on the rows. */
int expansions_fetch(struct connection *c, const struct call *call, const struct list_query *q,
		     const struct columns *columns, const struct result *page, size_t n_rows,
		     struct expansions *ret_expansions, struct error *err) _must_check_;
void expansions_write(struct buf *out, struct expansions *x, size_t row);
void expansions_done(struct expansions *x);

/* --- known.c ------------------------------------------------------------------ */

/* ERR_MALFORMED for each value of a filter that nothing could have. For lists that turned out empty. */
int known_check(struct connection *c, const struct call *call, const struct list_query *q,
		struct error *err) _must_check_;

/* --- checks.c ---------------------------------------------------------------- */

/*
 * Everything about a draft that needs the database: facts, the rules, references,
 * duplicate external references; then the warnings, into draft.warnings.
 */
int check_draft(struct connection *c, const struct call *call, const struct resource *r, json_t *draft,
		const json_t *stored, struct error *err) _must_check_;

/* ERR_CONFLICT that says what depends on the row, or 0. */
int check_dependants(struct connection *c, const struct call *call, const struct resource *r, const char *id,
		     struct error *err) _must_check_;

/* --- store.c ------------------------------------------------------------------ */

int store_insert(struct connection *c, const struct call *call, const struct resource *r, const json_t *draft,
		 struct error *err) _must_check_;
int store_update(struct connection *c, const struct call *call, const struct resource *r, const json_t *draft,
		 struct error *err) _must_check_;

/* --- idempotency.c -------------------------------------------------------------- */

/* 1: answered before, `written` is filled. 0: ours to answer. -1: ERR_CONFLICT in flight, ERR_INVALID another body. */
int idempotency_claim(struct connection *c, const struct call *call, const struct idempotency *key,
		      struct written *written, struct error *err) _must_check_;
int idempotency_keep(struct connection *c, const struct call *call, const struct idempotency *key,
		     const struct written *written, unsigned status, struct error *err) _must_check_;

#endif
