/* operation/internal.h - what the files of operation/ share; nobody else includes it. */
#ifndef OPERATION_INTERNAL_H
#define OPERATION_INTERNAL_H

#include "core/limits.h"
#include "operation/operation.h"
#include "repository/rows.h"
#include "repository/statement.h"

/* --- reach.c: how far the caller sees and writes --------------------------------- */

/* Where its statements read: what it sees, or all there is. */
enum schema reach_schema(const struct call *call);
bool reach_is_bounded(const struct call *call); /* it does not see all */

/* ERR_FORBIDDEN unless it may write what is this authority's (NULL: everybody's). */
int reach_check_authority(const struct call *call, const char *authority_id, struct error *err) _must_check_;

/* So for a draft, as far as it is known whose it is; that it is not above the clearance, or else it complains. */
int reach_check_draft(const struct call *call, const struct resource *r, const json_t *draft,
		      struct error *err) _must_check_;

/* --- readings.c: which restricted rows an answer shows --------------------------- */

/* Whether anybody wants to know: then columns are to be marked (repository/statement.h). */
bool readings_wanted(const struct call *call);
void readings_add(const struct call *call, const struct resource *r, const char *id, const char *sensitivity);
/* A row as it is, where a write answers with it and leaves no trace of its own: it is only read. */
void readings_add_shown(const struct call *call, const struct resource *r, const json_t *stored);
void readings_add_row(const struct call *call, const struct resource *r, const struct columns *columns,
		      const struct result *rows, size_t row, size_t first); /* `first` is the first column's number */

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

/* --- read.c: what every list begins with ---------------------------------------- */

/* The call with the moment that the query asks about. */
struct call read_call(const struct call *call, const struct list_query *q);

/* What a nested list is within, into name[]; ERR_NOT_FOUND when its parent is not there. */
int read_within(struct connection *c, const struct call *call, const struct resource *r, const struct parent *parent,
		char *name, size_t size, struct within *ret_within, struct error *err) _must_check_;

/* --- expansions.c -------------------------------------------------------------- */

struct expansion_rows {
	const struct expand *expand;
	const struct resource *target;
	struct columns columns;
	struct result *rows; /* owned; column 0 is the parent's ordinal, from 1 */
	size_t position;     /* of the next row to write */
};

struct expansions {
	const struct call *call;
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

/* --- statements.c ------------------------------------------------------------ */

#define STATEMENTS_MAX 32 /* a row, and for each of its lists what goes and what comes */

/* Statements of one write, in their order. On the heap: a builder has much room. */
struct statements {
	enum schema schema; /* that they read */
	struct builder builder[STATEMENTS_MAX];
	size_t n;
	bool overflow;
};

struct builder *statements_next(struct statements *s);

/* Runs them within the open transaction. *ret_last, unless NULL, is the result of the last. */
int statements_run(struct connection *c, const struct call *call, const struct statements *s, struct result **ret_last,
		   struct error *err) _must_check_;
void statements_free(struct statements *s);
DEFINE_CLEANUP(struct statements *, statements_free)

/* --- references.c -------------------------------------------------------------- */

/* One place in a draft that names another row. */
struct reference {
	const struct field *field; /* that holds the id */
	const struct field *list;  /* that it stands in: a list of ids (the field itself) or of objects; or NULL */
	size_t index;
	const char *id; /* borrowed from the draft */
};

struct references {
	struct reference *item; /* owned */
	size_t n;
};

int references_collect(const struct resource *r, const json_t *draft, struct references *ret_all,
		       struct error *err) _must_check_;
void references_done(struct references *all);

/*
 * Adds statements that hold the named rows as they are until the write is over:
 * what is being deleted must not gain a row that depends on it, nor what is being
 * restricted a public one.
 */
int references_hold(const struct references *all, struct statements *s, struct error *err) _must_check_;

/*
 * Complains of each id that names no row, or one that this row may not name. What a caller does not see it may still
 * leave as it is `stored` (NULL: in a new row).
 */
int references_check(struct connection *c, const struct call *call, const struct resource *r, const json_t *draft,
		     const json_t *stored, struct error *err) _must_check_;

/* --- checks.c ---------------------------------------------------------------- */

/*
 * Everything about a draft that needs the database: facts, the rules, references,
 * duplicate external references; then the warnings, into draft.warnings.
 */
int check_draft(struct connection *c, const struct call *call, const struct resource *r, json_t *draft,
		const json_t *stored, struct error *err) _must_check_;

/* ERR_CONFLICT that says what depends on the row, or why it cannot go; or 0. `stored` is the row, which is locked. */
int check_removal(struct connection *c, const struct call *call, const struct resource *r, const json_t *stored,
		  struct error *err) _must_check_;

/* --- store.c ------------------------------------------------------------------ */

int store_insert(struct connection *c, const struct call *call, const struct resource *r, const json_t *draft,
		 struct error *err) _must_check_;
int store_update(struct connection *c, const struct call *call, const struct resource *r, const json_t *draft,
		 const json_t *stored, struct error *err) _must_check_;

/* --- reason.c: why something is written ------------------------------------------- */

struct guarded;

/* A call that knows why. Not to be copied: the reason may be its own. */
struct told {
	struct call call;
	char text[4 * (LIMIT_REASON_CHARS + LIMIT_WHY_CHARS) + 32];
};

/*
 * The same call, with the reason for the change; and where the caller lets through what guard_check() would refuse,
 * with why.
 */
void reason_tell(const struct call *call, const struct guarded *write, struct told *ret_told);

/* The reason in the body of a new row, or NULL; where the row has a member of that name it is none of the journal's. */
const char *reason_sent(const struct resource *r, const json_t *body);

/* --- write.c: what every write begins and ends with ---------------------------------- */

/*
 * Opens the transaction of what an Idempotency-Key may protect. 1: it was answered before, and `written` holds the
 * answer. 0: ours to answer.
 */
int write_begin_once(const struct call *call, const struct idempotency **idempotency, struct connection **ret_open,
		     struct written *written, struct error *err) _must_check_;

/* How a row is locked: what is told of it, which rows there may be, and FOR what. */
struct lock {
	const char *column, *only, *strength;
};

/*
 * Locks a row, and before it what it belongs to. *ret_locked has no row where none is there to be seen; ERR_FORBIDDEN
 * where the row is seen and is not the caller's to write. One round trip, whatever there is.
 */
int write_lock(struct connection *c, const struct call *call, const struct resource *r, const char *id,
	       const struct lock *l, struct result **ret_locked, struct error *err) _must_check_;

/* Keeps the answer and commits. Of a dry run nothing is kept: the caller abandons. */
int write_commit(struct connection **open, const struct call *call, const struct idempotency *idempotency,
		 unsigned status, struct written *written, struct error *err) _must_check_;

/* --- key.c -------------------------------------------------------------------------- */

/* What an API key is known by: 64 hexadecimal digits. */
void key_hash(const struct secret *secret, const char *key, char out[65]);

/* --- idempotency.c -------------------------------------------------------------- */

/* 1: answered before, `written` is filled. 0: ours to answer. -1: ERR_CONFLICT in flight, ERR_INVALID another body. */
int idempotency_claim(struct connection *c, const struct call *call, const struct idempotency *key,
		      struct written *written, struct error *err) _must_check_;
int idempotency_keep(struct connection *c, const struct call *call, const struct idempotency *key,
		     const struct written *written, unsigned status, struct error *err) _must_check_;

#endif
