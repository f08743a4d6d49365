/*
 * http/problem.h - the one place where errors become HTTP: a table of status,
 * slug and title, and the writer of application/problem+json (RFC 9457).
 * Constant; safe from any thread.
 */
#ifndef HTTP_PROBLEM_H
#define HTTP_PROBLEM_H

#include "core/error.h"

struct exchange;

struct problem_kind {
	unsigned status;
	const char *slug; /* /problems/<slug> explains it */
	const char *title;
	unsigned retry_after; /* seconds; 0: says nothing of it */
};

extern const struct problem_kind problem_kinds[ERR_CODE_COUNT_];

/* Replaces whatever answer was being made. */
void problem_answer(struct exchange *x, const struct error *err);

#endif
