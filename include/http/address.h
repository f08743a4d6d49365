/*
 * http/address.h - a request's address, read strictly from its raw form: the
 * path's decoded segments, and the query's parameters.
 *
 * Ulfius decodes leniently, joins repeated parameters and mixes those of the path
 * with those of the query, so that one could stand for the other.
 *
 * OWNERSHIP  A struct address owns its strings (address_done).
 * THREADS    Pure.   BLOCKING  Never.
 */
#ifndef HTTP_ADDRESS_H
#define HTTP_ADDRESS_H

#include "core/buf.h"
#include "core/error.h"
#include "core/limits.h"
#include "resource/query.h"

struct address {
	char *path;    /* as it was sent, without the query; cut if it is too long */
	char *query;   /* as it was sent; decoded in place by address_read_query() */
	char *decoded; /* what the segments point into */
	const char *segment[LIMIT_PATH_SEGMENTS];
	size_t n_segments;
	bool exact; /* false: an empty or dot segment, a trailing slash, or too many: no route can match */
	struct params params;
};

/*
 * ERR_URI_TOO_LONG, or ERR_MALFORMED when the path is ill-encoded. `url` is path
 * and query as sent. What could be read is there even on failure, for the
 * problem's `instance`: address_done() is due in any case.
 */
int address_read(struct address *ret_address, const char *url, struct error *err) _must_check_;
void address_done(struct address *a);

/* Decodes the query into params. Everything wrong with it becomes a complaint (IN_QUERY, ERR_MALFORMED). */
void address_read_query(struct address *a, struct error *err);

/* The value of a parameter, or NULL. */
const char *address_param(const struct address *a, const char *name);

/* Appends path and query, encoded afresh. A cursor that is not NULL takes the place of the one that was sent. */
void address_link(const struct address *a, const char *cursor, struct buf *out);

/* Appends the path that was sent, with whatever may not stand in a URI percent-encoded. */
void address_instance(const struct address *a, struct buf *out);

#endif
