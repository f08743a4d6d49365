/* Which columns a statement answers with: the fields that were chosen, then those that a row is told apart by. */
#include "repository/statement.h"

#include <string.h>

#include "core/banned.h"

void columns_chosen(const struct list_query *q, struct columns *ret_columns)
{
	const struct resource *r = q->resource;

	*ret_columns = (struct columns){ .n = 0 };
	for (size_t i = 0; i < r->n_fields; i++)
		if (q->chosen[i] && !(r->fields[i].flags & WRITE_ONLY))
			ret_columns->field[ret_columns->n++] = &r->fields[i];
	ret_columns->id = ret_columns->n;
	ret_columns->version = ret_columns->id + 1;
	ret_columns->sort = ret_columns->version + 1;
	ret_columns->expand = ret_columns->sort + q->n_sort;
}

static size_t place_of(const struct columns *columns, const char *name)
{
	size_t i = 0;

	while (i < columns->n && strcmp(columns->field[i]->name, name) != 0)
		i++;
	return i;
}

void columns_mark(const struct resource *r, struct columns *columns)
{
	if (!resource_field(r, "sensitivity"))
		return;
	columns->marked = true;
	columns->sensitivity = place_of(columns, "sensitivity");
	if (columns->sensitivity < columns->n)
		return;
	columns->sensitivity = columns->version + 1;
	columns->sort++;
	columns->expand++;
}

void columns_all(const struct resource *r, struct columns *ret_columns)
{
	struct list_query everything = { .resource = r };

	memset(everything.chosen, true, sizeof(everything.chosen));
	columns_chosen(&everything, ret_columns);
}
