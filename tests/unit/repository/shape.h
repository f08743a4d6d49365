/*
 * shape.h - from what a client sends to the text of a statement, through the
 * real parser: what the tests of the statement builder share.
 */
#ifndef TESTS_UNIT_REPOSITORY_SHAPE_H
#define TESTS_UNIT_REPOSITORY_SHAPE_H

#include "../unit.h"

#include "repository/statement.h"
#include "resource/registry.h"

enum making { LIST, EXPORT, TOTAL, COUNTS, ITEM, EXPAND };

/* One request. `query` is as in a URL, already decoded: no name or value in it holds an & or an =. */
struct shape {
	const char *name;
	const struct resource *resource;
	enum making making;
	const char *query;
	struct within within;
	const char *after[LIMIT_SORT_KEYS + 1]; /* sort values of the last row seen; n_after 0: the first page */
	size_t n_after;
	bool nulls;            /* the second segment rather than the one that comes first */
	bool seen;             /* for a client that does not see all */
	bool marked;           /* for one that is cleared for what is restricted */
	const char *expansion; /* EXPAND: its name */
	const char *values[8]; /* what $1, $2 ... must be */
};

/* The parameters of `query`, which is cut up in `text`. */
static inline void shape_params(const char *query, char *text, size_t size, struct params *ret_params)
{
	char *next = text;

	ret_params->n = 0;
	assert_true((size_t)snprintf(text, size, "%s", query ? query : "") < size);
	for (char *pair = strsep(&next, "&"); pair && *pair; pair = strsep(&next, "&")) {
		struct param *p = &ret_params->item[ret_params->n++];

		p->name = strsep(&pair, "=");
		p->value = pair;
		assert_non_null(p->value);
	}
}

static inline enum query_kind shape_kind(enum making making)
{
	switch (making) {
	case EXPORT:
		return QUERY_EXPORT;
	case COUNTS:
		return QUERY_COUNTS;
	case ITEM:
	case EXPAND:
		return QUERY_ITEM;
	default:
		return QUERY_LIST;
	}
}

static inline void shape_read(const struct resource *r, enum making making, const struct params *params,
			      struct list_query *ret_query)
{
	struct error err = { 0 };

	CHECK(query_read(r, shape_kind(making), params, NULL, ret_query, &err) == 0, "%s: %s %s", r->plural,
	      err.complaint[0].pointer, err.complaint[0].detail);
}

/* Reads the query twice when it goes on from a row: as a client does, with the cursor that the first gave. */
static inline void shape_read_after(const struct shape *s, struct params *params, struct list_query *ret_query)
{
	struct list_query first;
	_cleanup_(freep) char *cursor = NULL;

	shape_read(s->resource, s->making, params, s->n_after ? &first : ret_query);
	if (s->n_after == 0)
		return;
	CHECK(first.n_sort == s->n_after, "%s: sorted by %zu, after %zu", s->name, first.n_sort, s->n_after);
	cursor = cursor_after(&first, s->after);
	query_done(&first);
	assert_non_null(cursor);
	params->item[params->n++] = (struct param){ "cursor", cursor };
	shape_read(s->resource, s->making, params, ret_query);
}

static inline const struct expansion *shape_expansion(const struct shape *s)
{
	for (size_t i = 0; i < s->resource->n_expansions; i++)
		if (strcmp(s->resource->expansions[i].name, s->expansion) == 0)
			return &s->resource->expansions[i];
	fail_msg("%s has no expansion %s", s->resource->plural, s->expansion);
	return NULL;
}

/* The statement of a query, as service/operation/ would have it. */
static inline void shape_build(const struct shape *s, const struct list_query *q, struct builder *b)
{
	char one[] = "one", two[] = "two", *const parents[] = { one, two };
	enum segment segment = s->nulls ? SEGMENT_NULLS : statement_first_segment(q);
	const struct expansion *e = s->making == EXPAND ? shape_expansion(s) : NULL;
	struct columns columns;

	columns_chosen(q, &columns);
	if (s->marked)
		columns_mark(q->resource, &columns);
	if (s->seen)
		builder_init(b, q->as_recorded_at ? SCHEMA_SEEN_RECORDED : SCHEMA_SEEN);
	else
		builder_init(b, q->as_recorded_at ? SCHEMA_RECORDED : SCHEMA_INSPECTD);
	if (s->making == LIST)
		statement_list(b, q, &columns, &s->within, segment, q->limit + 1);
	else if (s->making == EXPORT)
		statement_export(b, q, &columns, &s->within);
	else if (s->making == TOTAL)
		statement_total(b, q, &s->within);
	else if (s->making == COUNTS)
		statement_counts(b, q, &s->within);
	else if (s->making == ITEM)
		statement_item(b, s->resource, &columns, q, "an id");
	if (!e)
		return;
	columns_all(resources[e->target], &columns);
	statement_expand(b, s->resource, e, &columns, parents, ARRAY_LEN(parents));
}

#endif
