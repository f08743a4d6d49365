/*
 * resource/query_reader.h - the parts of query_read(), one file each. For
 * query*.c and cursor.c only.
 *
 * A reader collects complaints in err and goes on; what it has no memory for it
 * says by no_memory, and query_read() then fails as a whole.
 *
 * OWNERSHIP  Borrows everything but what it puts into `query`.
 * THREADS    None shared.   BLOCKING  Never.
 */
#ifndef RESOURCE_QUERY_READER_H
#define RESOURCE_QUERY_READER_H

#include "resource/nearest.h"
#include "resource/query.h"

struct query_reader {
	const struct resource *resource;
	enum query_kind kind;
	struct list_query *query;
	const char *cursor; /* as sent; read last, because it is bound to everything else */
	struct error *err;
	bool no_memory;
};

/* One complaint of the parameter `name`. */
void query_reader_complain(struct query_reader *q, const char *name, const char *slug, const char *fmt, ...)
	_printf_(4, 5);

/* --- query_values.c: comma lists ------------------------------------------- */

/* The pointers and what they point to are one block: free(item). */
struct values {
	char **item;
	size_t n;
};
void query_values_done(struct values *v);
/* false after a complaint: an item is empty, or there are too many. */
bool query_values_read(struct query_reader *q, const char *name, const char *text, size_t max,
		       struct values *ret_values);
/* false after a complaint: one stands there twice. */
bool query_values_differ(struct query_reader *q, const char *name, const struct values *v);

/* --- query_filter.c: predicates --------------------------------------------- */

bool query_filter_read(struct query_reader *q, const char *name, const char *value); /* false: no such filter */
void query_filter_offer(const struct resource *r, struct nearest *nearest);

/* --- query_shape.c: what is shown, and in which order ------------------------ */

void query_shape_sort(struct query_reader *q, const char *value);
void query_shape_fields(struct query_reader *q, const char *value);
void query_shape_expand(struct query_reader *q, const char *value);
void query_shape_by(struct query_reader *q, const char *value);

/* --- cursor.c ----------------------------------------------------------------- */

void cursor_read(struct query_reader *q, const char *text);

#endif
