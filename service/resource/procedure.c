/* The table of procedures, and the form of what is sent to one. */
#include "resource/procedure.h"

#include <string.h>

#include "resource/draft.h"
#include "resource/pointer.h"
#include "resource/registry.h"

#include "core/banned.h"

static const struct field carry_forward[] = {
	{ "from_plan_id", F_REF, NULLABLE, .ref = RES_PLAN },
	{ "reason", F_TEXT, NULLABLE, .max = 1000, .pattern = "filled" },
};

static const struct field handover[] = {
	{ "to_authority_id", F_REF, REQUIRED, .ref = RES_AUTHORITY },
	{ "reason", F_TEXT, REQUIRED, .max = 1000, .pattern = "filled" },
	{ "action_ids", F_REFS, NULLABLE, .ref = RES_ACTION },
};

static const struct field key[] = {
	{ "expires_on", F_DATE, NULLABLE },
	{ "overlap_hours", F_INT, NULLABLE, .min = 0, .max = 720 },
};

const struct procedure procedures[] = {
	{ &plan_resource,
	  "carry_forward",
	  { .name = "carry-forward",
	    .plural = "carry-forwards",
	    .fields = carry_forward,
	    .n_fields = ARRAY_LEN(carry_forward) } },
	{ &client_resource, NULL, { .name = "key", .plural = "keys", .fields = key, .n_fields = ARRAY_LEN(key) } },
	{ &authority_resource,
	  "handover",
	  { .name = "handover", .plural = "handovers", .fields = handover, .n_fields = ARRAY_LEN(handover) } },
};
const size_t n_procedures = ARRAY_LEN(procedures);

const struct procedure *procedure_at(const char *path)
{
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; slash && i < n_procedures; i++)
		if (strcmp(procedures[i].body.plural, slash + 1) == 0)
			return &procedures[i];
	return NULL;
}

static int tell_left_out(const struct field *f, const json_t *sent, json_t *draft, struct error *err)
{
	if (f->type != F_REFS)
		return 0;
	if (!sent || json_is_null(sent))
		return json_object_set_new(draft, f->name, json_null());
	if (json_is_array(sent) && json_array_size(sent) == 0)
		error_member(err, pointer_member("", f->name).text, "empty",
			     "names nothing; leave it out where everything is meant");
	return 0;
}

int procedure_draft(const struct procedure *p, const json_t *body, json_t **ret_draft, struct error *err)
{
	_cleanup_(json_decrefp) json_t *draft = NULL;

	if (draft_create(&p->body, body, &draft, err) < 0 && !draft)
		return -1;
	for (size_t i = 0; i < p->body.n_fields; i++) {
		const struct field *f = &p->body.fields[i];

		if (tell_left_out(f, json_object_get(body, f->name), draft, err) < 0)
			return error_set(err, ERR_INTERNAL, "out of memory");
	}
	*ret_draft = TAKE(draft);
	return error_check(err);
}
