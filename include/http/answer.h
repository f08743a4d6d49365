/*
 * http/answer.h - what will be sent, put together without the HTTP library.
 *
 * OWNERSHIP  An answer owns its body, headers and file (answer_done).
 * THREADS    None shared.   BLOCKING  Never.
 */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"

#define ANSWER_HEADERS_MAX 16

struct answer_header {
	const char *name; /* constant */
	char *value;      /* owned */
};

struct answer {
	unsigned status;
	struct buf body;
	int file; /* sent instead of the body; -1: none */
	uint64_t file_size;
	struct answer_header header[ANSWER_HEADERS_MAX];
	size_t n_headers;
	bool close; /* the connection, afterwards */
};

void answer_init(struct answer *a);
void answer_done(struct answer *a);

/* Forgets everything said so far, for a problem to take its place. */
void answer_reset(struct answer *a);

/* The last value set under a name counts. A value is cut before a control character: it never starts a new line. */
void answer_header(struct answer *a, const char *name, const char *value);
void answer_headerf(struct answer *a, const char *name, const char *fmt, ...) _printf_(3, 4);
const char *answer_header_of(const struct answer *a, const char *name); /* or NULL */

/* Status and Content-Type. */
void answer_as(struct answer *a, unsigned status, const char *type);

/* Sets the ETag "0.<digest of the body>" (or of the file). */
void answer_digest(struct answer *a);

/*
 * 304, without the headers that it has no need of. The body stays: it is not
 * sent, but Content-Length has to be that of the answer it stands for, or a cache
 * would take the length for nought (RFC 9110, 8.6).
 */
void answer_not_modified(struct answer *a);

/* HTML text: & < > " ' escaped. */
void answer_html(struct answer *a, const char *text, size_t len);

#endif
