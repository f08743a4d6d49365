/* Several statements that are run one after the other: in one round trip, as long as they fit in one. */
#include "operation/internal.h"

#include "core/banned.h"

struct builder *statements_next(struct statements *s)
{
	struct builder *b = &s->builder[s->n < STATEMENTS_MAX ? s->n++ : STATEMENTS_MAX - 1];

	s->overflow = s->overflow || b->schema; /* in use already */
	if (!b->schema)
		builder_init(b, s->schema);
	return b;
}

/* One round trip. The last one's result is the caller's. */
static int run_some(struct connection *c, const struct call *call, const struct builder *builders, size_t n,
		    struct result **ret_last, struct error *err)
{
	struct statement statements[CONNECTION_BATCH_MAX];
	struct result *results[CONNECTION_BATCH_MAX] = { NULL };

	for (size_t i = 0; i < n; i++)
		if (builder_statement(&builders[i], &statements[i], err) < 0)
			return -1;
	if (connection_run(c, &call->context, statements, n, results, err) < 0)
		return -1;
	for (size_t i = 0; i + 1 < n; i++)
		result_free(results[i]);
	result_free(*ret_last);
	*ret_last = results[n - 1];
	return 0;
}

int statements_run(struct connection *c, const struct call *call, const struct statements *s, struct result **ret_last,
		   struct error *err)
{
	_cleanup_(result_freep) struct result *last = NULL;

	if (s->overflow)
		return error_set(err, ERR_INTERNAL, "a write of more than %d statements", STATEMENTS_MAX);
	for (size_t first = 0; first < s->n; first += CONNECTION_BATCH_MAX) {
		size_t left = s->n - first;

		if (run_some(c, call, &s->builder[first], left < CONNECTION_BATCH_MAX ? left : CONNECTION_BATCH_MAX,
			     &last, err) < 0)
			return -1;
	}
	if (ret_last)
		*ret_last = TAKE(last);
	return 0;
}

void statements_free(struct statements *s)
{
	for (size_t i = 0; s && i < s->n; i++)
		builder_done(&s->builder[i]);
	free(s);
}
