/*
 * How far a caller sees and writes. Reading is narrowed by where a statement reads
 * (repository/seen.h); writing is refused here, in words that tell nothing of what
 * the caller does not see: whoever gets as far as these has seen the row, or has
 * named the authority.
 */
#include "operation/internal.h"

#include "core/banned.h"

enum schema reach_schema(const struct call *call)
{
	bool recorded = call->context.recorded_at != NULL;

	if (call->client && !client_sees_all(call->client))
		return recorded ? SCHEMA_SEEN_RECORDED : SCHEMA_SEEN;
	return recorded ? SCHEMA_RECORDED : SCHEMA_INSPECTD;
}

bool reach_is_bounded(const struct call *call)
{
	return reach_schema(call) == SCHEMA_SEEN || reach_schema(call) == SCHEMA_SEEN_RECORDED;
}

int reach_check_authority(const struct call *call, const char *authority_id, struct error *err)
{
	if (!call->client || (client_writes(call->client) && client_reaches(call->client, authority_id)))
		return 0;
	err->n_complaints = 0; /* whose it is weighs more than what is wrong with it */
	if (!client_writes(call->client))
		return error_set(err, ERR_FORBIDDEN, "this key is for the public view, which only looks");
	if (!authority_id)
		return error_set(err, ERR_FORBIDDEN,
				 "what belongs to no authority is everybody's; this key is bound to some, and so may "
				 "not write it");
	return error_set(err, ERR_FORBIDDEN, "this key is not bound to authority %.64s", authority_id);
}

int reach_check_draft(const struct call *call, const struct resource *r, const json_t *draft, struct error *err)
{
	const char *authority = member_text(draft, "authority_id"), *sensitivity = member_text(draft, "sensitivity");
	bool is_known = authority || (r->shared && err->n_complaints == 0); /* else what was said may be ill-formed */

	if (!call->client)
		return 0;
	if ((is_known || !client_writes(call->client)) && reach_check_authority(call, authority, err) < 0)
		return -1;
	if (sensitivity && !client_clears(call->client, sensitivity))
		error_member(err, "/sensitivity", "above_clearance",
			     "cannot be %s: this key is cleared for what is %s, and nobody makes what they may not see",
			     sensitivity, call->client->clearance);
	return 0;
}
