/*
 * query_support.h - queries as text: "status=open,in_progress&limit=5", split at
 * & and the first =, with nothing decoded.
 */
#ifndef TESTS_UNIT_RESOURCE_QUERY_SUPPORT_H
#define TESTS_UNIT_RESOURCE_QUERY_SUPPORT_H

#include "support.h"

#include "resource/query.h"
#include "resource/registry.h"

/* A query, what it was read from, and what was wrong with it. */
struct read_query {
	char text[4096];
	struct params params;
	struct list_query query;
	struct error err;
	int result;
};

__attribute__((unused)) static struct read_query *query_of(const struct resource *r, enum query_kind kind,
							   const char *scope, const char *text)
{
	struct read_query *q = calloc(1, sizeof *q);
	char *at;

	assert_non_null(q);
	assert_true(strlen(text) < sizeof q->text);
	at = memcpy(q->text, text, strlen(text));
	while (*at) {
		char *end = at + strcspn(at, "&");
		char *equals = at + strcspn(at, "=&");
		bool last = *end == '\0';

		*end = '\0';
		q->params.item[q->params.n].name = at;
		q->params.item[q->params.n].value = equals < end ? equals + 1 : end;
		if (equals < end)
			*equals = '\0';
		q->params.n++;
		at = last ? end : end + 1;
	}
	q->result = query_read(r, kind, &q->params, scope, &q->query, &q->err);
	return q;
}

__attribute__((unused)) static void read_query_free(struct read_query *q)
{
	if (q && q->result == 0)
		query_done(&q->query);
	free(q);
}
__attribute__((unused)) DEFINE_CLEANUP(struct read_query *, read_query_free)

#define QUERY(name, r, kind, text) _cleanup_(read_query_freep) struct read_query *name = query_of(r, kind, NULL, text)

#endif
