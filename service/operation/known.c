/*
 * An empty list may be the truth or a slip of the pen. Only when a list is empty
 * are the values of its filters held against those that there are.
 */
#include "operation/internal.h"
#include "resource/pointer.h"

#include "core/banned.h"

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
	char name[FILTER_NAME_BYTES];
	struct pointer pointer;

	builder_init(&b, SCHEMA_INSPECTD); /* what is known of is told to everybody */
	buf_addf(&b.sql, "SELECT v FROM unnest($%u::text[]) v WHERE v NOT IN (%s)",
		 builder_array(&b, p->values, p->n_values), known_of(p));
	if (builder_run(&b, c, &call->context, &strangers, err) < 0)
		return -1;
	if (p->field)
		resource_filter_name(p->field, name);
	pointer = pointer_member("", p->filter ? p->filter->name : name);
	for (size_t i = 0; i < result_rows(strangers); i++)
		error_add(err, ERR_MALFORMED, IN_QUERY, pointer.text, "unknown_value",
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
