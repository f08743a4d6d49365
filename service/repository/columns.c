/* Which columns a statement answers with: the fields that were chosen, then those that a row is told apart by. */
#include "repository/statement.h"

#include <string.h>

#include "core/banned.h"

void columns_chosen(const struct list_query *q, struct columns *ret_columns)
{
	const struct resource *r = q->resource;

	ret_columns->n = 0;
	for (size_t i = 0; i < r->n_fields; i++)
		if (q->chosen[i] && !(r->fields[i].flags & WRITE_ONLY))
			ret_columns->field[ret_columns->n++] = &r->fields[i];
	ret_columns->id = ret_columns->n;
	ret_columns->version = ret_columns->id + 1;
	ret_columns->sort = ret_columns->version + 1;
	ret_columns->expand = ret_columns->sort + q->n_sort;
}

void columns_all(const struct resource *r, struct columns *ret_columns)
{
	struct list_query everything = { .resource = r };

	memset(everything.chosen, true, sizeof(everything.chosen));
	columns_chosen(&everything, ret_columns);
}
