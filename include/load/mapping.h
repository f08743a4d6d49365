/*
 * load/mapping.h - from a CSV row's cells to a JSON body, by a table of columns.
 *
 * What the table says is only how a cell is read (a number, a list, another
 * row's key); whether its value may stand is for the resource's own field table
 * and rules, so that the loader is as strict as the API.
 *
 * OWNERSHIP  A body is the caller's (json_decref).
 * THREADS    Pure.   BLOCKING  Never.
 */
#ifndef LOAD_MAPPING_H
#define LOAD_MAPPING_H

#include <jansson.h>

#include "load/report.h"
#include "resource/resource.h"

enum column_how {
	COL_TEXT,
	COL_CODE, /* of `values`; COL_LIST holds each item to them */
	COL_DATE, /* checked here: for tables that no resource checks */
	COL_INT,
	COL_BOOL,      /* true, false */
	COL_LIST,      /* a;b */
	COL_REF,       /* the key of a row of `ref` */
	COL_REFS,      /* several: a;b */
	COL_EXTERNAL,  /* system:ref, the row's own key */
	COL_INSPECTOR, /* the name of the lead inspector */
	COL_MOVE,      /* not a member: where, when and why its status moves */
	COL_OWNER,     /* not a member: the key of the row that this one belongs to */
};

enum column_flag {
	COL_KEY = 1 << 0,      /* part of what may stand in a file once only */
	COL_REQUIRED = 1 << 1, /* must not be empty; for tables that no resource checks */
};

struct column {
	const char *name;
	enum column_how how;
	const char *member; /* NULL: the column's name */
	enum resource_id ref;
	unsigned flags;
	const struct vocabulary *values;
};

struct column_list {
	const struct column *column;
	size_t n;
};

/* The id behind the key of a row of `target`; NULL is a complaint. Called for each key that a row names. */
typedef const char *(*mapping_resolver)(void *data, enum resource_id target, const char *key);

struct mapping {
	struct column_list columns;
	const struct resource *resource; /* NULL: a table of its own; every column is a member, empty ones null */
	mapping_resolver resolve;
	void *data;
};

/*
 * The body. What an empty cell becomes is what clears the member: [], null, or
 * the field's initial value. What cannot be read is told to `report`, each cell
 * by itself, and is left out.
 */
json_t *mapping_body(const struct mapping *m, const json_t *cells, const struct place *row, struct report *report);

/* {"system": "ref"} from "system:ref"; NULL when it has not that form. */
json_t *mapping_external(const char *key);

/* The column behind a member, or NULL. */
const struct column *mapping_column(struct column_list columns, const char *member);

/* "2014-01-02|301": the cells of the COL_KEY columns. */
#define MAPPING_KEY_SIZE 512
void mapping_key(struct column_list columns, const json_t *cells, char out[MAPPING_KEY_SIZE]);

#endif
