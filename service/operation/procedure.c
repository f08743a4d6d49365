/*
 * Many rows in one step: the row that it hangs from is locked, and the function of
 * the procedure does all of it, or answers with every reason why not.
 */
#include <stdio.h>
#include <string.h>

#include "operation/internal.h"
#include "resource/guard.h"
#include "resource/procedure.h"
#include "resource/rule.h"

#include "core/banned.h"

/* What was found there stays so until the end. */
static int lock_row(struct connection *c, const struct call *call, const struct resource *r, const char *id,
		    struct error *err)
{
	static const struct lock live = { "id", " AND deleted_at IS NULL", "NO KEY UPDATE" };
	_cleanup_(result_freep) struct result *locked = NULL;

	if (write_lock(c, call, r, id, &live, &locked, err) < 0)
		return -1;
	return result_rows(locked) > 0 ? 0 : error_set(err, ERR_NOT_FOUND, "there is no such %s", resource_noun(r));
}

/* A handover writes for both: the authority that the path names, and the one that the body does. */
static int check_authorities(const struct call *call, const struct procedure *p, const char *id, const json_t *body,
			     struct error *err)
{
	const char *to = member_text(body, "to_authority_id");

	if (p->of->id == RES_AUTHORITY && reach_check_authority(call, id, err) < 0)
		return -1;
	return to ? reach_check_authority(call, to, err) : 0;
}

/* Whether the form of this member was complained of: then nothing that follows from it is news. */
static bool is_known(const struct error *err, unsigned n, const char *pointer)
{
	for (unsigned i = 0; i < n && i < ERROR_COMPLAINTS_MAX; i++)
		if (strcmp(err->complaint[i].pointer, pointer) == 0)
			return true;
	return false;
}

/* Without a pointer it is about the row that the path names. */
static int check_errors(const json_t *errors, struct error *err)
{
	unsigned before = err->n_complaints;
	const json_t *item;
	size_t i;

	json_array_foreach(errors, i, item) {
		const char *pointer = member_text(item, "pointer");

		if (!pointer || !is_known(err, before, pointer))
			error_add(err, rule_is_true(item, "conflict") ? ERR_CONFLICT : ERR_INVALID,
				  pointer ? IN_BODY : IN_PATH, pointer ? pointer : "/id", member_text(item, "code"),
				  "%s", member_text(item, "detail"));
	}
	if (err->n_complaints > before)
		err->detail[0] = '\0'; /* it summed up fewer */
	return error_check(err);
}

static int run(struct connection *c, const struct call *call, const struct procedure *p, const char *id,
	       const json_t *draft, struct buf *out, struct error *err)
{
	char sql[96];
	_cleanup_(freep) char *text = json_dumps(draft, JSON_COMPACT);
	struct statement s = { .sql = sql, .values = { id, text }, .n_values = 2 };
	_cleanup_(result_freep) struct result *answer = NULL;
	_cleanup_(json_decrefp) json_t *said = NULL;

	(void)snprintf(sql, sizeof(sql), "SELECT %s.%s($1, $2::jsonb)", seen_schemas[reach_schema(call)], p->function);
	if (!text)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (connection_run(c, &call->context, &s, 1, &answer, err) < 0)
		return -1;
	said = json_loads(result_text(answer, 0, 0), 0, NULL);
	if (!said)
		return error_set(err, ERR_INTERNAL, "the answer of %s could not be read", p->function);
	if (check_errors(json_object_get(said, "errors"), err) < 0)
		return -1;
	row_json_compact(out, (struct cell){ result_text(answer, 0, 0), result_length(answer, 0, 0) });
	return 0;
}

/* What the body says is kept: in the journal, and in the rows that are made. */
static void check_texts(const struct call *call, const struct procedure *p, const json_t *draft, struct told *ret_told,
			struct error *err)
{
	struct guarded write = { .resource = &p->body, .draft = draft };

	if (!call->allow_identifiers)
		guard_check(&write, err);
	if (err->n_complaints > 0)
		err->detail[0] = '\0'; /* it summed up fewer */
	write.reason = member_text(draft, "reason");
	reason_tell(call, &write, ret_told);
}

int operation_procedure(const struct call *call, const struct procedure *p, const char *id, const json_t *body,
			const struct idempotency *idempotency, struct written *written, struct error *err)
{
	_cleanup_(connection_abandonp) struct connection *open = NULL;
	_cleanup_(json_decrefp) json_t *draft = NULL;
	struct told told;
	int answered;

	if (check_authorities(call, p, id, body, err) < 0)
		return -1;
	answered = write_begin_once(call, &idempotency, &open, written, err);
	if (answered != 0)
		return answered > 0 ? 0 : -1;
	if (lock_row(open, call, p->of, id, err) < 0)
		return -1;
	if (procedure_draft(p, body, &draft, err) < 0 && !draft)
		return -1; /* what is only ill-formed is judged by the function too, so that all is said at once */
	check_texts(call, p, draft, &told, err);
	connection_retell(open, &told.call.context);
	if (run(open, &told.call, p, id, draft, &written->body, err) < 0)
		return -1;
	return write_commit(&open, &told.call, idempotency, 200, written, err);
}
