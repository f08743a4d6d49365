/*
 * A letter, report, plan, slides, minutes or evidence: where it is, or what its
 * SHA-256 is, and what it is about. No file is stored. Evidence is a role.
 */
#include "resource/common.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

LINK(inspections, "document_inspection", "document_id", "inspection_id");
LINK(findings, "document_finding", "document_id", "finding_id");
LINK(plans, "document_plan", "document_id", "plan_id");
LINK(actions, "document_action", "document_id", "action_id");
LINK(measures, "document_measure", "document_id", "measure_id");
LINK(boards, "document_board", "document_id", "board_id");
LINK(meetings, "document_meeting", "document_id", "meeting_id");
LINK(agenda_items, "document_agenda_item", "document_id", "agenda_item_id");
LINK(decisions, "document_decision", "document_id", "decision_id");
LINK(organisations, "document_organisation", "document_id", "organisation_id");
LINK(interventions, "document_intervention", "document_id", "intervention_id");
LINK(delivery_models, "document_delivery_model", "document_id", "delivery_model_id");

static const struct field fields[] = {
	FIELDS_OWNED,
	{ "title", F_TEXT, REQUIRED | SORT, .max = 500, .pattern = "filled" },
	{ "role", F_ENUM, REQUIRED | FILTER | SORT | COUNT, .values = &document_roles },
	{ "url", F_TEXT, NULLABLE, .max = 1000, .pattern = "url" },
	{ "sha256", F_TEXT, NULLABLE | FILTER, .pattern = "sha256" },
	{ "dated_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "received_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "review_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "review_overdue", F_BOOL, READ_ONLY | DERIVED },
	{ "author", F_TEXT, NULLABLE, .max = 200 },
	{ "addressed_to", F_TEXT, NULLABLE, .max = 200 },
	{ "copied_to", F_TEXTS, 0, .max = 200, .pattern = "filled" },
	{ "appendix", F_TEXT, NULLABLE, .max = 40 },
	{ "pages", F_INT, NULLABLE, .min = 1, .max = 99999 },
	{ "summary", F_TEXT, NULLABLE },
	{ "inspection_ids", F_REFS, SAME_AUTHORITY | OR_EARLIER | FILTER, .ref = RES_INSPECTION, .rows = &inspections },
	{ "finding_ids", F_REFS, SAME_AUTHORITY | OR_EARLIER | FILTER, .ref = RES_FINDING, .rows = &findings },
	{ "plan_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_PLAN, .rows = &plans },
	{ "action_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_ACTION, .rows = &actions },
	{ "measure_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_MEASURE, .rows = &measures },
	{ "board_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_BOARD, .rows = &boards },
	{ "meeting_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_MEETING, .rows = &meetings },
	{ "agenda_item_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_AGENDA_ITEM, .rows = &agenda_items },
	{ "decision_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_DECISION, .rows = &decisions },
	{ "organisation_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_ORGANISATION, .rows = &organisations },
	{ "intervention_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_INTERVENTION, .rows = &interventions },
	{ "delivery_model_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_DELIVERY_MODEL, .rows = &delivery_models },
	FIELDS_TRACE,
};

static const struct filter filters[] = {
	{ "review_overdue", F_BOOL, .sql = "review_on < inspectd.today()",
	  .otherwise = "coalesce(review_on >= inspectd.today(), true)" },
};

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
};

/* An action is embedded for as long as something shows it. */
static void complain_of_evidence(const json_t *action, enum complaint_place place, const char *pointer,
				 struct error *err)
{
	error_add(err, ERR_CONFLICT, place, pointer, "evidence_of_embedded",
		  "is all the evidence of the action '%.100s' (%s), which is embedded; link other evidence to that, or "
		  "move it back to in_progress first",
		  member_text(action, "title"), member_text(action, "id"));
}

/* What an update of the action names stays its evidence, whatever the document itself is linked to. */
static void check_evidence(const struct change *c, struct error *err)
{
	bool is_evidence = rule_is(c->draft, "role", "evidence");
	const json_t *linked = json_object_get(c->draft, "action_ids"), *action;
	size_t i;

	json_array_foreach(json_object_get(c->facts, "sole_evidence_of"), i, action)
		if (!is_evidence)
			complain_of_evidence(action, IN_BODY, "/role", err);
		else if (!rule_is_true(action, "by_update") && !rule_find(linked, NULL, member_text(action, "id")))
			complain_of_evidence(action, IN_BODY, "/action_ids", err);
}

static void check(const struct change *c, struct error *err)
{
	if (!member_text(c->draft, "url") && !member_text(c->draft, "sha256"))
		error_member(err, "/url", "required",
			     "is required, unless sha256 says which file is meant: a document must be findable");
	rule_check_past(c, "dated_on", err);
	rule_check_order(c, "dated_on", "review_on", err);
	check_evidence(c, err);
}

static void remove_evidence(const json_t *facts, struct error *err)
{
	const json_t *action;
	size_t i;

	json_array_foreach(json_object_get(facts, "sole_evidence_of"), i, action)
		complain_of_evidence(action, IN_PATH, "/id", err);
}

const struct resource document_resource = {
	.id = RES_DOCUMENT,
	.name = "document",
	.plural = "documents",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.filters = filters,
	.n_filters = ARRAY_LEN(filters),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.default_sort = "-dated_on",
	.searchable = true,
	.owned = true,
	.writable = true,
	.facts = "document_facts",
	.rules = { .check = check, .remove = remove_evidence },
};
