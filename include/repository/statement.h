/*
 * repository/statement.h - SQL for one shape of request, from the resource tables.
 *
 * Every byte of SQL comes from tables in this binary; what a client sent travels
 * as a parameter. Equal shapes give equal text, so each connection prepares a
 * shape once and PostgreSQL plans for exactly the predicates that are there.
 *
 * OWNERSHIP  A struct builder owns its text and the array literals it makes;
 *            plain values are borrowed until the statement has run.
 * THREADS    Pure.   BLOCKING  Never.
 */
#ifndef REPOSITORY_STATEMENT_H
#define REPOSITORY_STATEMENT_H

#include "core/buf.h"
#include "repository/database.h"
#include "repository/seen.h"
#include "resource/query.h"
#include "resource/resource.h"

struct builder {
	struct buf sql;
	const char *schema; /* that it reads; what is written is written to inspectd */
	const char *values[STATEMENT_PARAMS_MAX];
	size_t n_values;
	char *owned[STATEMENT_PARAMS_MAX];
	size_t n_owned;
	bool failed;
};

void builder_init(struct builder *b, enum schema schema);
void builder_done(struct builder *b);
int builder_statement(const struct builder *b, struct statement *ret_statement, struct error *err) _must_check_;

/* Runs what was built and releases the builder, whatever comes of it. */
int builder_run(struct builder *b, struct connection *c, const struct context *context, struct result **ret_result,
		struct error *err) _must_check_;

/* Each adds a value and returns n of its $n. */
unsigned builder_value(struct builder *b, const char *text);
unsigned builder_array(struct builder *b, char *const *texts, size_t n);
unsigned builder_number(struct builder *b, size_t number);

/* An array as PostgreSQL reads it: {"a","b"}. Caller frees. */
char *array_literal(const char *const *texts, size_t n);

/* "uuid", "text", "date" ...: the type of a field's values. */
const char *sql_type(const struct field *f);
const char *key_type(const struct resource *r);
bool field_is_column(const struct field *f); /* kept in the resource's own table */

/* The fields a query chose, in table order, then those that a row is told apart by. */
struct columns {
	const struct field *field[LIMIT_FIELDS];
	size_t n;  /* chosen */
	size_t id; /* column numbers of the hidden ones that follow */
	size_t version;
	size_t sort;        /* the first of n_sort */
	size_t expand;      /* the first of n_expand */
	bool marked;        /* column `sensitivity` tells how restricted each row is, */
	size_t sensitivity; /* and is hidden unless it was chosen */
};

void columns_chosen(const struct list_query *q, struct columns *ret_columns);
void columns_all(const struct resource *r, struct columns *ret_columns);

/* The same, with what tells a restricted row apart; of a resource that has no such rows, nothing. */
void columns_mark(const struct resource *r, struct columns *columns);

/* A row's parent in a nested list: authority_id = …, or a list or filter of that name. */
struct within {
	const char *name, *value;      /* NULL: not nested */
	const struct resource *traced; /* whose history it is: entries about this row of this resource; else NULL */
};

/*
 * A list is read in one or two segments: rows whose first sort key has a value,
 * then those where it is null, so that each is one scan along an index however
 * far in the cursor is. Nulls come last both ways.
 */
enum segment { SEGMENT_WHOLE, SEGMENT_VALUES, SEGMENT_NULLS };

enum segment statement_first_segment(const struct list_query *q);
bool statement_nulls_follow(enum segment s); /* whether another segment comes after this one */

void statement_list(struct builder *b, const struct list_query *q, const struct columns *columns,
		    const struct within *within, enum segment segment, unsigned limit);
void statement_export(struct builder *b, const struct list_query *q, const struct columns *columns,
		      const struct within *within);
void statement_total(struct builder *b, const struct list_query *q, const struct within *within);
void statement_counts(struct builder *b, const struct list_query *q, const struct within *within);
void statement_item(struct builder *b, const struct resource *r, const struct columns *columns,
		    const struct list_query *q, const char *id);

/* Rows of expansion `e` for each of parents[], in their order: the parent's ordinal, then the target's columns and id. */
void statement_expand(struct builder *b, const struct resource *r, const struct expansion *e,
		      const struct columns *columns, char *const *parents, size_t n_parents);

/* --- statement_check.c: what a write is checked by ------------------------------ */

/* One row, one column: the facts about a draft, JSON. Some resources have none to ask for. */
bool statement_has_facts(const struct resource *r);
void statement_facts(struct builder *b, const struct resource *r, const char *draft);

/* Keeps rows of `target` as they are until the transaction ends. */
void statement_hold(struct builder *b, const struct resource *target, char *const *ids, size_t n);

/*
 * Of ids that a field names, the places (from 0, plus `first`) of those that name
 * no live row, or none of this authority where that is asked and it is known. Several may be added
 * to one builder; the one answer tells of them all.
 */
void statement_missing(struct builder *b, const struct field *f, char *const *ids, size_t n, size_t first,
		       const char *authority);

/* How many rows of which resource name this one: (number of the resource, count). False: none could. */
bool statement_dependants(struct builder *b, const struct resource *r, const char *id);

#endif
