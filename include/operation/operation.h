/*
 * operation/operation.h - what a caller may do to a resource, each in one
 * transaction. The HTTP handlers and the loader both come through here, so that
 * nothing is written by one that the other would refuse.
 *
 * OWNERSHIP  Inputs are borrowed for the call; a struct written owns its body.
 * THREADS    Safe from any; each uses the calling thread's connection.
 * BLOCKING   On the database, bounded by its timeouts.
 */
#ifndef OPERATION_OPERATION_H
#define OPERATION_OPERATION_H

#include <stdint.h>

#include "repository/database.h"
#include "resource/draft.h"
#include "resource/procedure.h"
#include "resource/query.h"
#include "resource/resource.h"

struct client;
struct secret;

/* The restricted rows that an answer shows, by resource: their ids, each with a comma behind it. Zeroes to begin with. */
struct readings {
	struct buf ids[RES_COUNT_];
};
void readings_done(struct readings *readings);

/* Who calls, and how. */
struct call {
	struct database *database;
	struct context context;
	const struct client *client; /* NULL: nobody is held to anything, as when the loader calls */
	struct readings *readings;   /* is filled while reading; NULL: nobody asks */
	bool validate_only;          /* check everything, write nothing */
	const char
		*allow_identifiers; /* why what tells of one child is let through; NULL: it is not (resource/guard.h) */
};

/* The row that a nested path hangs from: /v1/inspections/{id}/findings. NULL where there is none. */
struct parent {
	const struct resource *resource;
	const char *id;
};

/* The If-Match header: any version, or one of these. */
struct if_match {
	bool any;
	bool weak; /* one or more of its tags is weak, and so matches nothing */
	uint64_t version[16];
	size_t n;
};

/* An Idempotency-Key and what it is bound to. NULL where the request had none. */
struct idempotency {
	const char *caller, *method, *path, *key, *request_hash;
	unsigned wait_ms;
};

struct written {
	struct buf body; /* the new representation; empty after a removal or a dry run of one */
	char etag[80];
	char location[160]; /* of a created row */
	bool replayed;      /* the answer given before to the same Idempotency-Key */
	unsigned status;    /* of a replayed answer */
};
void written_init(struct written *w);
void written_done(struct written *w);

struct page {
	bool has_more;
	char *next_cursor; /* owned by the caller: free(); NULL on the last page */
	int64_t total;     /* -1 unless asked for */
	size_t rows;
};

/* --- access --------------------------------------------------------------- */

/*
 * A caller, as its API key or its access token tells: what it may do (scopes),
 * whose rows it may change and see though they are not public (authority_ids),
 * and how restricted a row it may see at most (clearance). Of every authority it
 * sees what is public.
 */
struct client {
	char id[129];           /* of the client; a token's client_id */
	char name[4 * 120 + 1]; /* 120 characters */
	char actor[160];        /* "client:<id>", "token:<client_id>" */
	char *person;           /* a token's subject, where that is somebody else; NULL. Owned, as all that follows */
	char **scopes;          /* NULL-terminated */
	char **authority_ids;   /* NULL-terminated; NULL: every authority */
	char *scopes_array;     /* scopes and authority_ids as the context tells them (repository/database.h) */
	char *authorities_array;
	const char *clearance; /* a code of `sensitivities`; lent */
};
void client_free(struct client *client);
DEFINE_CLEANUP(struct client *, client_free)

/* Fills the two arrays from the lists. -1: out of memory. */
int client_complete(struct client *client) _must_check_;

/* Tells the context who calls; what the client holds must outlive it. */
void client_tell(const struct client *client, struct context *context);

/*
 * `admin` may everything, unless it is bound to authorities or not cleared for
 * all: then it would grant others more than it has.
 */
bool client_may(const struct client *client, const char *scope);
bool client_reaches(const struct client *client,
		    const char *authority_id); /* may write for it; NULL: for all of them */
bool client_clears(const struct client *client, const char *sensitivity);
bool client_sees_all(const struct client *client); /* bound to no authorities, and cleared for all */
bool client_writes(const struct client *client);   /* the public view only looks */

/*
 * The client of an API key. ERR_UNAUTHENTICATED when it is unknown, expired or
 * revoked. Remembered per thread for at most a second, so that a revocation
 * holds within one.
 */
int client_of_key(struct database *database, const struct secret *secret, const char *key,
		  const struct client **ret_client, struct error *err) _must_check_;

#define API_KEY_SIZE  48 /* ik_ and 43 letters; and what hash_random() wants besides */
#define KEY_NOT_SHOWN "null"

/*
 * A new key for a client, as the body asks: {"expires_on": …, "overlap_hours": …}. After so many
 * hours the client's other keys end; left out, they stay as they are. `written` shows the row
 * with a last member `key` that is KEY_NOT_SHOWN, and so it is kept for a replay. The key itself
 * is in `key` alone, once: "" in a replay and in a dry run. The caller wipes it.
 */
int operation_add_key(const struct call *call, const struct secret *secret, const char *client_id, const json_t *body,
		      const struct idempotency *idempotency, struct written *written, char key[API_KEY_SIZE],
		      struct error *err) _must_check_;

/*
 * Keys, once, the plain hashes that an earlier version kept. For the owner of the database.
 * ERR_INVALID: there are some, and no secret (NULL).
 */
int operation_take_over_keys(struct database *database, const struct secret *secret, size_t *ret_n,
			     struct error *err) _must_check_;

/* --- reading -------------------------------------------------------------- */

/* Logs who has read what is restricted, if anything in call->readings is; before the answer goes out. */
int operation_tell_readings(const struct call *call, struct error *err) _must_check_;

/* Appends `[row,row,…]`. A parent that is absent is ERR_NOT_FOUND. */
int operation_list(const struct call *call, const struct list_query *query, const struct parent *parent,
		   struct buf *out, struct page *ret_page, struct error *err) _must_check_;

/* Appends the representation; etag is "<version>.<digest>" with its quotes. */
int operation_read(const struct call *call, const struct list_query *query, const char *id, struct buf *out,
		   char etag[80], struct error *err) _must_check_;

/* Appends `[{"status":"open","count":3},…]`. */
int operation_counts(const struct call *call, const struct list_query *query, const struct parent *parent,
		     struct buf *out, struct error *err) _must_check_;

/* Writes every row to fd as CSV with a header line, or as JSON Lines. Constant memory. */
enum export_format { EXPORT_CSV, EXPORT_JSON_LINES };
int operation_export(const struct call *call, const struct list_query *query, const struct parent *parent,
		     enum export_format format, int fd, struct error *err) _must_check_;

/*
 * Appends `[{"resource":…,"id":…,"title":…,"authority_id":…,"rank":…},…]`, the best
 * first, of those resources that the client may read.
 */
int operation_search(const struct call *call, const struct client *client, const char *text, unsigned limit,
		     struct buf *out, struct error *err) _must_check_;

/* Appends the strands and grades that frameworks use: `{"strand":[{code,label}…],"grade":[…]}` without the braces. */
int operation_framework_vocabularies(const struct call *call, struct buf *out, struct error *err) _must_check_;

/* --- audit ----------------------------------------------------------------- */

/*
 * Appends how far the chain of the audit was verified from `after` on ("0": from the start) within about that many
 * seconds, and the first broken link: {"verified","checked","from_seq","to_seq","complete","next_after","seals","broken"}.
 * For who sees all.
 */
int operation_verify_audit(const struct call *call, const char *after, double seconds, struct buf *out,
			   struct error *err) _must_check_;

/* Seals what has been written and is not on its way any more. */
int operation_seal(const struct call *call, struct error *err) _must_check_;

/* Whether the database has a seal of this number with this digest. */
int operation_has_seal(const struct call *call, int64_t id, const char *digest, bool *ret_same,
		       struct error *err) _must_check_;

/* --- days ------------------------------------------------------------------ */

/* From which day, and either how many working days or until which day; each in its own form already. */
struct working_days {
	const char *from, *days, *to;
};

/*
 * Appends {"from","days","to","holidays_skipped":[{"date","title"}],"calendar_version"}. ERR_INVALID names the year
 * for which no calendar is loaded.
 */
int operation_working_days(const struct call *call, const struct working_days *question, struct buf *out,
			   struct error *err) _must_check_;

/* One row as a diary shows it. Lent for the callback, whose -1 stops. */
struct diary_entry {
	const char *id, *authority, *kind, *due_on, *explanation, *updated_at;
	const char *met_on;           /* NULL: not yet */
	const char *visit, *visit_on; /* the inspection's kind, and the first day of fieldwork; NULL: not known */
};
typedef int (*diary_callback)(void *data, const struct diary_entry *entry, struct error *err);

/* Each row of a deadlines' list that has a day. */
int operation_diary(const struct call *call, const struct list_query *query, const struct parent *parent,
		    diary_callback each, void *data, struct error *err) _must_check_;

/* --- writing -------------------------------------------------------------- */

int operation_create(const struct call *call, const struct resource *r, const struct parent *parent, const json_t *body,
		     const struct idempotency *idempotency, struct written *written, struct error *err) _must_check_;
int operation_change(const struct call *call, const struct resource *r, const char *id, const struct if_match *if_match,
		     const json_t *patch, struct written *written, struct error *err) _must_check_;
int operation_move(const struct call *call, const struct resource *r, const char *id, const struct if_match *if_match,
		   const json_t *body, const struct idempotency *idempotency, struct written *written,
		   struct error *err) _must_check_;
int operation_remove(const struct call *call, const struct resource *r, const char *id, const struct if_match *if_match,
		     struct error *err) _must_check_;
int operation_restore(const struct call *call, const struct resource *r, const char *id,
		      const struct idempotency *idempotency, struct written *written, struct error *err) _must_check_;

/* `written` holds what the procedure answers, or would. */
int operation_procedure(const struct call *call, const struct procedure *p, const char *id, const json_t *body,
			const struct idempotency *idempotency, struct written *written, struct error *err) _must_check_;

#endif
