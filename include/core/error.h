/*
 * core/error.h - the one error type. Says what went wrong, never how HTTP says it.
 *
 * A function that can fail takes `struct error *err` last and returns 0 or -1.
 * On -1, *err is filled; on 0 it is untouched, except that complaints may have
 * been collected for the caller to look at. The status line and title for each
 * code live in one table, service/http/problem.c.
 *
 * OWNERSHIP  A struct error owns nothing; it is plain memory and may be copied.
 * THREADS    None shared.   BLOCKING  Never.
 */
#ifndef CORE_ERROR_H
#define CORE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include "core/cleanup.h"

enum err_code {
	ERR_NONE = 0,
	ERR_MALFORMED,       /* the request cannot be read at all */
	ERR_UNAUTHENTICATED, /* no key, or one that is not valid */
	ERR_FORBIDDEN,       /* the key lacks the scope */
	ERR_NOT_FOUND,       /* absent, or not the caller's to see */
	ERR_METHOD,          /* the address exists, the method does not */
	ERR_NOT_ACCEPTABLE,  /* no media type that the client accepts */
	ERR_CONFLICT,        /* duplicate, dependants, illegal transition */
	ERR_EXPIRED,         /* a position too old to continue from */
	ERR_STALE,           /* If-Match does not name the current version */
	ERR_TOO_LARGE,       /* the body is over the limit */
	ERR_URI_TOO_LONG,
	ERR_MEDIA_TYPE,   /* the body's type is not one that is read here */
	ERR_INVALID,      /* it can be read, and breaks a stated rule */
	ERR_PRECONDITION, /* If-Match is required and absent */
	ERR_LIMITED,      /* the client has sent as many requests as it may for now */
	ERR_HEADERS_TOO_LARGE,
	ERR_INTERNAL,    /* our bug or a broken dependency */
	ERR_UNAVAILABLE, /* the database is away, busy or draining */
	ERR_TIMEOUT,     /* a statement took longer than allowed */
	ERR_CODE_COUNT_
};

/* Where a complaint's pointer points. */
enum complaint_place { IN_BODY, IN_QUERY, IN_HEADER, IN_PATH };

#define ERROR_COMPLAINTS_MAX 32

struct complaint {
	enum complaint_place place;
	char pointer[128]; /* JSON Pointer into the body, "/limit" into the query, "/If-Match" into headers */
	char code[32];     /* stable slug for programs: required, unknown_member, not_a_date ... */
	char detail[512];  /* for people: what is wrong and the cure */
};

struct error {
	enum err_code code;
	char detail[512];
	unsigned n_complaints; /* may exceed ERROR_COMPLAINTS_MAX; the rest are only counted */
	struct complaint complaint[ERROR_COMPLAINTS_MAX];
	/* Extra members of the problem, each a complete JSON value, or "". */
	char current_etag[80]; /* with ERR_STALE */
	char changed[1024];    /* with ERR_STALE: JSON array of member names */
	char allowed[256];     /* with ERR_CONFLICT on a transition: JSON array; with ERR_METHOD: the Allow header */
	char cause[256];       /* what lay beneath, for the log and the operator; never sent to a client */
	unsigned retry_after;  /* seconds; 0: no Retry-After header */
};

/* Fills code and detail and returns -1, so that a caller can write `return error_set(...)`. */
int error_set(struct error *err, enum err_code code, const char *fmt, ...) _printf_(3, 4);

/*
 * Adds one complaint; validation reports them all, not only the first. `code`
 * raises err->code to the gravest seen so far: ERR_MALFORMED over ERR_INVALID
 * over ERR_CONFLICT. What does not fit is cut after a whole word and ends in "…";
 * a character of UTF-8 is never split.
 */
void error_add(struct error *err, enum err_code code, enum complaint_place place, const char *pointer, const char *slug,
	       const char *fmt, ...) _printf_(6, 7);

/* Shorthand for the commonest case: a member of the body that breaks a rule (ERR_INVALID). */
void error_member(struct error *err, const char *pointer, const char *slug, const char *fmt, ...) _printf_(4, 5);

/* -1 when complaints were added (and fills a summarising detail if there is none), else 0. */
int error_check(struct error *err) _must_check_;

#endif
