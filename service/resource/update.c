/*
 * Progress on an action, as told at one time. Never edited: a later update that
 * names it corrects it, and both stay.
 */
#include "core/text.h"
#include "resource/common.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

LINK(evidence, "update_document", "update_id", "document_id");

static const struct field fields[] = {
	FIELDS_BENEATH,
	{ "action_id", F_REF, REQUIRED | CREATE_ONLY | FILTER | SORT | COUNT, .ref = RES_ACTION },
	{ "reported_on", F_DATE, FILTER | RANGE | SORT },
	{ "rag", F_ENUM, NULLABLE | FILTER | COUNT, .values = &rags },
	{ "distance_to_target", F_TEXT, NULLABLE, .max = 300 },
	{ "impact", F_ENUM, NULLABLE | FILTER | COUNT, .values = &impacts },
	{ "narrative", F_TEXT, NULLABLE },
	{ "next_step", F_TEXT, NULLABLE },
	{ "evidence_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_DOCUMENT, .rows = &evidence },
	{ "corrects_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_UPDATE },
	{ "corrected_by_id", F_REF, READ_ONLY | NULLABLE | DERIVED, .ref = RES_UPDATE },
	{ "reported_by", F_TEXT, READ_ONLY | NULLABLE, .max = 200 },
	FIELDS_TRACE,
};

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
	{ "action", RES_ACTION, .column = "action_id" },
	{ "evidence", RES_DOCUMENT, .many = true,
	  .sql = "{s}.update_document l JOIN {s}.documents t ON t.id = l.document_id WHERE l.update_id = {p}" },
};

/* A correction that names no day is of the day that it corrects. */
static void complete(json_t *draft, const json_t *stored, const json_t *facts)
{
	rule_fill(draft, "reported_on", member_text(json_object_get(facts, "corrected"), "reported_on"));
	rule_fill(draft, "reported_on", member_text(facts, "today"));
	if (!stored)
		rule_set(draft, "reported_by", member_text(facts, "me"));
}

static bool says_something(const json_t *draft)
{
	static const char *const texts[] = { "rag", "distance_to_target", "impact", "narrative", "next_step" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (member_text(draft, texts[i]) && !text_is_blank(member_text(draft, texts[i])))
			return true;
	return json_array_size(json_object_get(draft, "evidence_ids")) > 0;
}

static void check_action(const struct change *c, struct error *err)
{
	const json_t *action = json_object_get(c->facts, "action");

	if (rule_is(action, "status", "cancelled") || rule_is(action, "status", "superseded"))
		error_add(err, ERR_CONFLICT, IN_BODY, "/action_id", "action_closed",
			  "the action is %s, so there is no progress to report", member_text(action, "status"));
}

static void check_correction(const struct change *c, struct error *err)
{
	const json_t *corrected = json_object_get(c->facts, "corrected");
	const char *by = member_text(corrected, "corrected_by_id");

	if (!json_is_object(corrected))
		return; /* nothing is corrected, or what is not there is complained of as a reference */
	if (!rule_is(corrected, "action_id", member_text(c->draft, "action_id")))
		error_member(err, "/corrects_id", "other_action", "names an update of another action");
	else if (by)
		error_add(err, ERR_CONFLICT, IN_BODY, "/corrects_id", "corrected_already",
			  "that update was corrected already, by %s; correct that one", by);
	else if (rule_is_true(c->facts, "ends_evidence"))
		error_add(
			err, ERR_CONFLICT, IN_BODY, "/corrects_id", "evidence_of_embedded",
			"that update names all the evidence of the action, which is embedded; name evidence here too, or "
			"move the action back to in_progress first");
}

static void check(const struct change *c, struct error *err)
{
	check_action(c, err);
	check_correction(c, err);
	rule_check_past(c, "reported_on", err);
	if (!says_something(c->draft))
		error_member(err, "/narrative", "required",
			     "is required, unless rag, distance_to_target, impact, next_step or evidence_ids say "
			     "something");
}

static void warn(const struct change *c, json_t *warnings)
{
	const json_t *index;
	size_t i;

	json_array_foreach(json_object_get(c->facts, "not_evidence"), i, index)
		warning_add(warnings, "not_evidence",
			    pointer_item("/evidence_ids", (size_t)json_integer_value(index)).text,
			    "Names a document whose role is not evidence, so it does not count as such.");
}

const struct resource update_resource = {
	.id = RES_UPDATE,
	.name = "update",
	.plural = "updates",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.default_sort = "-reported_on",
	.searchable = true,
	.label = "coalesce(t.narrative, t.next_step, t.distance_to_target)",
	.owned = true,
	.writable = true,
	.append_only = true,
	.belongs_to = "action_id",
	.facts = "update_facts",
	.rules = { .complete = complete, .check = check, .warn = warn },
};
