/*
 * An empty list may be the truth or a slip of the pen. Only when a list is empty
 * are the values of its filters held against those that there are.
 */
#include <stdio.h>

#include "operation/internal.h"

#include "core/banned.h"

static const char *name_of(const struct predicate *p)
{
	return p->filter ? p->filter->name : p->field->name;
}

static const char *known_of(const struct predicate *p)
{
	if (p->op != OP_IN)
		return NULL;
	return p->filter ? p->filter->known : p->field->known;
}

static int check_values(struct connection *c, const struct call *call, const struct predicate *p, struct error *err)
{
	_cleanup_(result_freep) struct result *strangers = NULL;
	struct builder b;
	char pointer[80];

	builder_init(&b, false);
	buf_addf(&b.sql, "SELECT v FROM unnest($%u::text[]) v WHERE v NOT IN (%s)",
		 builder_array(&b, p->values, p->n_values), known_of(p));
	if (builder_run(&b, c, &call->context, &strangers, err) < 0)
		return -1;
	(void)snprintf(pointer, sizeof(pointer), "/%s", name_of(p));
	for (size_t i = 0; i < result_rows(strangers); i++)
		error_add(err, ERR_MALFORMED, IN_QUERY, pointer, "unknown_value",
			  "there is no '%.80s'; /v1/vocabularies, /v1/themes and /v1/frameworks list what there is",
			  result_text(strangers, i, 0));
	return 0;
}

int known_check(struct connection *c, const struct call *call, const struct list_query *q, struct error *err)
{
	for (size_t i = 0; i < q->n_predicates; i++)
		if (known_of(&q->predicate[i]) && check_values(c, call, &q->predicate[i], err) < 0)
			return -1;
	return error_check(err);
}
