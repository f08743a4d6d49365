/*
 * resource/query.h - from query parameters to the shape of a list.
 *
 * Strict: an unknown, empty-named, repeated or malformed parameter is a
 * complaint (IN_QUERY) that names it. What comes out holds only table entries and
 * parameter values; request bytes never become SQL text.
 *
 * OWNERSHIP  A struct list_query owns its values (query_done); strings it points
 *            to otherwise are table entries or the caller's parameters.
 * THREADS    Safe from any; reads the clock, and is otherwise pure.   BLOCKING  Never.
 */
#ifndef RESOURCE_QUERY_H
#define RESOURCE_QUERY_H

#include "core/limits.h"
#include "resource/resource.h"

/* Decoded query parameters in the order they came. Names and values are UTF-8, NUL-terminated. */
struct param {
	const char *name, *value;
};
struct params {
	struct param item[LIMIT_QUERY_PARAMS];
	size_t n;
};

enum compare { OP_IN, OP_NOT_IN, OP_GT, OP_GTE, OP_LT, OP_LTE };

/* One predicate: a field compared, or a filter (of the resource's table, or shared: id=, external_ref=). */
struct predicate {
	const struct field *field; /* or */
	const struct filter *filter;
	enum compare op;
	bool yes;      /* F_BOOL: the value; a filter of this type has no values */
	char **values; /* owned; n_values strings, each of the type's form; ids in lower case */
	size_t n_values;
};

struct sort_key {
	const struct field *field;
	bool descending;
};

/* `findings.actions` is two of these, the second within the first. None comes twice. */
struct expand {
	const struct expansion *expansion;
	int within; /* second level: which of list_query.expand it stands in; first: -1 */
};

struct list_query {
	const struct resource *resource;
	const char *scope; /* what the list hangs from, or NULL: part of what a cursor is bound to */
	struct predicate predicate[LIMIT_QUERY_PARAMS + 1]; /* a diary adds one of its own */
	size_t n_predicates;
	struct sort_key sort[LIMIT_SORT_KEYS + 1]; /* the id is always the last */
	size_t n_sort;
	bool chosen[LIMIT_FIELDS]; /* by field index; all true without fields= */
	struct expand expand[LIMIT_EXPANSIONS];
	size_t n_expand;
	unsigned limit; /* 0 in an export without limit= */
	bool limit_given;
	bool include_total;
	const char *search;                       /* q=, or NULL */
	const char *as_recorded_at;               /* or NULL */
	char *cursor_values[LIMIT_SORT_KEYS + 1]; /* owned; NULL entry: null */
	bool has_cursor;
	const char *count_by[LIMIT_COUNT_DIMENSIONS]; /* names of COUNT fields; theme_id for theme_ids */
	size_t n_count_by;
	bool export_all; /* CSV or JSON Lines: the whole list */
};

enum query_kind { QUERY_LIST, QUERY_EXPORT, QUERY_COUNTS, QUERY_ITEM };

/*
 * Reads `params` for a list, an export, counts or an item of `r`. QUERY_ITEM
 * takes fields, expand and as_recorded_at only. Complaints are ERR_MALFORMED.
 *
 * `scope` names what a nested list hangs from ("inspections/<id>"; NULL at the
 * top), so that a cursor of one parent's list is not taken for another's. In a
 * comma list, \, is a comma within a value and \\ a backslash.
 */
int query_read(const struct resource *r, enum query_kind kind, const struct params *params, const char *scope,
	       struct list_query *ret_query, struct error *err) _must_check_;
void query_done(struct list_query *q);

/* Whether text can be searched for; complains of the parameter q otherwise. */
bool query_check_search(const char *text, struct error *err);

/*
 * The cursor after a row, from the texts of its n_sort sort values (NULL: null):
 * base64url over JSON of them and a digest of resource, scope, filters and sort,
 * to which it is bound. NULL when there is no memory. Caller frees with free().
 */
char *cursor_after(const struct list_query *q, const char *const values[]);

#endif
