/*
 * resource/resource.h - what a resource is: a table of fields, a table of
 * statuses, and a few rules in plain C.
 *
 * The table is read by the validator (draft), the query parser (query), the
 * statement builder (repository) and `inspectd describe`. A new field is one
 * line in its resource's file, one migration and one property in
 * api/openapi.yaml; a contract test fails until all three agree.
 *
 * The table holds data only. What would be a flag for one field is a rule.
 *
 * OWNERSHIP  Constant tables. Rules borrow what they are given.
 * THREADS    Safe from any.   BLOCKING  Never; rules are pure and need no database.
 */
#ifndef RESOURCE_RESOURCE_H
#define RESOURCE_RESOURCE_H

#include <jansson.h>

#include "core/error.h"
#include "resource/vocabulary.h"

enum resource_id {
	RES_NONE = 0,
	RES_FRAMEWORK,
	RES_THEME,
	RES_AUTHORITY,
	RES_NEIGHBOUR,
	RES_INSPECTION,
	RES_FINDING,
	RES_ACTION,
	RES_ORGANISATION,
	RES_DOCUMENT,
	RES_PLAN,
	RES_UPDATE,
	RES_EXTENSION,
	RES_RESCHEDULE,
	RES_DEADLINE,
	RES_MEASURE,
	RES_OBSERVATION,
	RES_BOARD,
	RES_MEETING,
	RES_AGENDA_ITEM,
	RES_DECISION,
	RES_INTERVENTION,
	RES_DELIVERY_MODEL,
	RES_CLIENT,
	RES_API_KEY,
	RES_AUDIT_ENTRY,
	RES_READING,
	RES_SEAL,
	RES_ERASURE,
	RES_RETENTION_RULE,
	RES_COUNT_
};

enum field_type {
	F_ID,     /* the row's own identifier */
	F_REF,    /* identifier of a row of resource `ref` */
	F_TEXT,   /* string; `max` characters, `pattern` if set */
	F_ENUM,   /* code of `values` */
	F_DATE,   /* YYYY-MM-DD */
	F_TIME,   /* RFC 3339, UTC */
	F_INT,    /* `min`..`max` */
	F_NUMBER, /* a decimal number; numeric in the database, up to 15 significant digits */
	F_BOOL,
	F_TEXTS,       /* list of strings (text[]) */
	F_REFS,        /* list of identifiers of `ref`, kept in link table `rows` */
	F_OBJECTS,     /* list of objects with fields `rows` */
	F_EXTERNAL,    /* {"system": "ref"} */
	F_JSON,        /* read-only JSON made by the view */
	F_TRANSITIONS, /* the statuses that may follow, from the status table; column `status` */
};

enum field_flag {
	REQUIRED = 1 << 0,    /* on create; may never be null */
	NULLABLE = 1 << 1,    /* null removes it */
	READ_ONLY = 1 << 2,   /* made by the service; writing it is 422 */
	CREATE_ONLY = 1 << 3, /* fixed once created */
	WRITE_ONLY = 1 << 4,  /* accepted, recorded in the journal, not a column */
	FILTER = 1 << 5,      /* name= and name_ne=; of F_REFS theme_ids: theme_id= alone */
	RANGE = 1 << 6,       /* name_gt= name_gte= name_lt= name_lte= (with FILTER) */
	SORT = 1 << 7,
	COUNT = 1 << 8,           /* a dimension of /counts */
	MOVES = 1 << 9,           /* a planned date: moving one already set needs the member reason */
	SAME_AUTHORITY = 1 << 10, /* the row referred to must be of this row's authority */
	DERIVED = 1 << 11,        /* changes without a write; left out of "what changed" */
	BY_MOVE = 1 << 12,        /* READ_ONLY, but for a transition whose step takes it */
	OR_EARLIER = 1 << 13,     /* SAME_AUTHORITY, or of one that this row's authority succeeded */
	OR_LATER = 1 << 14,       /* SAME_AUTHORITY, or of one that succeeded this row's authority */
};

/* Where a list lives: a table of its own (whose rows follow their owner's key), or a jsonb column. */
struct rows {
	const char *table;          /* NULL: a jsonb column of the resource's table */
	const char *owner;          /* column that holds the owner's id */
	const char *inherits;       /* columns copied from the owner: "authority_id, sensitivity" */
	const char *member;         /* F_REFS: column that holds the id referred to */
	const struct field *fields; /* F_OBJECTS: the members of each object */
	size_t n_fields;
	const char *key; /* F_OBJECTS: member that may appear once only, or NULL */
};

struct field {
	const char *name;
	enum field_type type;
	unsigned flags;
	int min, max;                    /* F_INT bounds; F_TEXT characters (max; 0: LIMIT_TEXT_CHARS);
	                                    F_DATE first year (min; 0: 2000) */
	const struct vocabulary *values; /* F_ENUM */
	enum resource_id ref;            /* F_REF, F_REFS */
	const struct rows *rows;         /* F_REFS, F_OBJECTS */
	const char *pattern;             /* F_TEXT: "slug", "gss", "region", "urn", "la", "url" ... */
	const char *initial;             /* on create, when left out: text of the value */
	const char *known;               /* FILTER: SQL that lists the values there are (known.h) */
	const char *precision;           /* MOVES: the member that says how exact the date is, if any */
};

/*
 * A filter that is not simply a column. In `sql`, {s} stands for the schema and
 * {v} for the values' parameter (an array); for an F_BOOL, `sql` is used for
 * true and `otherwise` for false. F_TEXT values may be of any form.
 */
struct filter {
	const char *name;
	enum field_type type;
	enum resource_id ref;
	const struct vocabulary *values;
	const char *sql, *otherwise;
	const char *known; /* as a field's */
};

/* Rows that `expand=` puts beside their ids. */
struct expansion {
	const char *name; /* the member that appears: "authority", "findings" */
	enum resource_id target;
	bool many;
	const char *sql; /* many: {s} schema; a FROM-clause tail giving target rows `t` of parent {p}; */
			 /* one: NULL, and `column` holds the target's id */
	const char *column;
};

#define STEP_TAKES 3

struct status_step {
	const char *from, *to;
	bool needs_reason;
	const char *takes[STEP_TAKES]; /* BY_MOVE members that the request may bring */
};

struct status_table {
	const struct vocabulary *statuses;
	const struct status_step *steps;
	size_t n;
};

/* A request to change the status. */
struct move {
	const char *to, *on, *reason; /* reason: NULL when none was given */
};

/*
 * One write, as the rules see it. `stored` is NULL on create. `facts` is what the
 * resource's SQL function answered, and for every resource besides:
 *
 *	"me"         who is writing: the person, else the client
 *	"today"      the date in London, for complete(), which is told no other way
 *	"parent"     of one that belongs to another: {"authority_id", "sensitivity"}; null: no such row
 *	"more_open"  of one that others belong to: how many of those are less restricted than the draft
 */
struct change {
	const json_t *draft; /* every writable member and, once stored, id and status; absent means null */
	const json_t *stored;
	const json_t *facts;
	const char *today;
};

struct rules {
	/* Fills what follows from other members and facts (authority of a finding, framework of an inspection). */
	void (*complete)(json_t *draft, const json_t *stored, const json_t *facts);
	/* Complaints through error_add(): everything wrong at once. A draft may hold null for what was ill-formed. */
	void (*check)(const struct change *change, struct error *err);
	/* What is odd but real: appends {code, pointer, detail}. */
	void (*warn)(const struct change *change, json_t *warnings);
	/* What a transition brings with it, applied before complete(); what its step takes is in the draft already. */
	void (*moved)(json_t *draft, const struct move *move);
	/* Why the row cannot go, beside the rows that name it; the facts are of the row as it stands. */
	void (*remove)(const json_t *facts, struct error *err);
};

struct resource {
	enum resource_id id;
	const char *name;   /* singular; its table */
	const char *plural; /* its view, and its scope prefix */
	const char *noun;   /* what people call one; NULL: the name */
	const char *path;   /* its path segment; NULL: the plural */
	const struct field *fields;
	size_t n_fields;
	const struct filter *filters;
	size_t n_filters;
	const struct filter *within; /* what a list beneath another row keeps to, in place of the column of its name */
	const struct expansion *expansions;
	size_t n_expansions;
	const struct status_table *status; /* NULL: no status */
	const char *default_sort;          /* as sort= would say it */
	bool searchable;                   /* q=, and /v1/search */
	const char *label;                 /* SQL of the line that /v1/search shows of row t; NULL: its title or name */
	bool own_key;                      /* the client names the id (authorities) */
	bool numbered;                     /* the id is a number that the database counts up */
	bool owned;                        /* belongs to an authority: authority_id, external_refs, sensitivity */
	bool writable;
	bool append_only;       /* rows are added, and never changed or deleted */
	bool shared;            /* authority_id may be null: the row is everybody's */
	bool attached;          /* comes and goes with the row it hangs from, and so is no reason to keep that */
	bool diary;             /* its lists come as text/calendar too: deadlines (http/calendar.h) */
	const char *belongs_to; /* the F_REF to the row that gives this one its authority; NULL: none */
	const char *open; /* SQL of what else than being public makes a row t open to all; {s}: schema; NULL: no more */
	const char *facts;       /* SQL function that tells the rules what they need to know; NULL: none */
	const char *read_scope;  /* NULL: "<plural>:read" (scope.h) */
	const char *write_scope; /* NULL: "<plural>:write" */
	struct rules rules;
};

extern const struct resource *const resources[RES_COUNT_]; /* [RES_NONE] is NULL */

const struct field *resource_field(const struct resource *r, const char *name);
bool resource_has_key_form(const struct resource *r, const char *id); /* could be an id of this resource */
const char *resource_path(const struct resource *r);                  /* "agenda-items", as in /v1/agenda-items */
const struct resource *resource_at(const char *path, size_t len);     /* by that segment; NULL: no such */
const char *resource_noun(const struct resource *r);                  /* "agenda item", for messages */

/* The name of the filter that a field makes: its own, but theme_id for a list theme_ids. */
#define FILTER_NAME_BYTES 64
void resource_filter_name(const struct field *f, char out[FILTER_NAME_BYTES]);

/* Statuses. An unknown pair is not allowed. */
const struct status_step *status_step(const struct status_table *t, const char *from, const char *to);
void status_allowed_json(const struct status_table *t, const char *from, char *out, size_t size); /* ["a","b"] */

/*
 * Holds the row to what it belongs to (belonging.h) and to its own rules. Of a
 * member that is complained of already, it says nothing more; nor of what is
 * missing, while the form of something is wrong.
 */
void resource_check(const struct resource *r, const struct change *change, struct error *err);

/* For rules: text of a member, or NULL when absent or null. */
const char *member_text(const json_t *object, const char *name);
void warning_add(json_t *warnings, const char *code, const char *pointer, const char *fmt, ...) _printf_(4, 5);

#endif
