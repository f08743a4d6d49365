/*
 * An action: what the council does about findings, with whom and by when. Complete
 * means done; embedded means shown to have changed practice. What is reported of it
 * are its updates, which never change the action itself.
 */
#include "resource/action_rules.h"
#include "resource/common.h"
#include "resource/known.h"
#include "resource/registry.h"

#include "core/banned.h"

LINK(findings, "action_finding", "action_id", "finding_id");
LINK(plans, "action_plan", "action_id", "plan_id");
LINK(boards, "action_board", "action_id", "board_id");

static const struct field partner_fields[] = {
	{ "organisation_id", F_REF, REQUIRED | SAME_AUTHORITY, .ref = RES_ORGANISATION },
	{ "role", F_TEXT, NULLABLE, .max = 200 },
	{ "agreed", F_BOOL, NULLABLE },
	{ "agreed_on", F_DATE, NULLABLE },
};

static const struct rows partners = { .table = "action_partner",
				      .owner = "action_id",
				      .inherits = "authority_id, sensitivity",
				      .fields = partner_fields,
				      .n_fields = ARRAY_LEN(partner_fields),
				      .key = "organisation_id" };

/* Amounts are pounds. */
static const struct field funding_fields[] = {
	{ "source", F_TEXT, REQUIRED, .max = 200, .pattern = "filled" },
	{ "amount", F_NUMBER, NULLABLE },
	{ "purpose", F_TEXT, NULLABLE, .max = 500 },
	{ "conditions", F_TEXT, NULLABLE, .max = 500 },
};

static const struct rows funding = { .fields = funding_fields, .n_fields = ARRAY_LEN(funding_fields) };

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY | SORT },
	{ "external_refs", F_EXTERNAL, 0 },
	{ "authority_id", F_REF, CREATE_ONLY | FILTER | SORT | COUNT, .ref = RES_AUTHORITY },
	{ "number", F_TEXT, NULLABLE | FILTER | SORT, .max = 32 },
	{ "title", F_TEXT, REQUIRED | SORT, .max = 500, .pattern = "filled" },
	{ "detail", F_TEXT, NULLABLE },
	{ "status", F_ENUM, CREATE_ONLY | FILTER | SORT | COUNT, .values = &action_statuses, .initial = "not_started" },
	{ "status_on", F_DATE, READ_ONLY | NULLABLE | FILTER | RANGE },
	{ "allowed_transitions", F_TRANSITIONS, READ_ONLY },
	{ "sensitivity", F_ENUM, FILTER | COUNT, .values = &sensitivities, .initial = "council" },
	{ "lead_role", F_TEXT, NULLABLE | FILTER | SORT | COUNT, .max = 200 },
	{ "lead_organisation_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_ORGANISATION },
	{ "partners", F_OBJECTS, 0, .rows = &partners },
	{ "start_on", F_DATE, NULLABLE | FILTER | RANGE | SORT | MOVES, .precision = "start_precision" },
	{ "start_precision", F_ENUM, NULLABLE, .values = &action_precisions },
	{ "due_on", F_DATE, NULLABLE | FILTER | RANGE | SORT | MOVES, .precision = "due_precision" },
	{ "due_precision", F_ENUM, NULLABLE, .values = &action_precisions },
	{ "forecast_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "forecast_precision", F_ENUM, NULLABLE, .values = &action_precisions },
	{ "completed_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "completed_by", F_TEXT, READ_ONLY | NULLABLE, .max = 200 },
	{ "embedded_on", F_DATE, READ_ONLY | NULLABLE },
	{ "embedded_by", F_TEXT, READ_ONLY | NULLABLE, .max = 200 },
	{ "embedded_decision_id", F_REF, READ_ONLY | NULLABLE | BY_MOVE | SAME_AUTHORITY, .ref = RES_DECISION },
	{ "success_criteria", F_TEXT, NULLABLE },
	{ "funding", F_OBJECTS, 0, .rows = &funding },
	{ "finding_ids", F_REFS, SAME_AUTHORITY | OR_EARLIER | FILTER, .ref = RES_FINDING, .rows = &findings },
	{ "plan_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_PLAN, .rows = &plans },
	{ "board_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_BOARD, .rows = &boards },
	{ "continues_id", F_REF, READ_ONLY | NULLABLE | FILTER, .ref = RES_ACTION },
	{ "continued_by_ids", F_JSON, READ_ONLY | DERIVED },
	{ "rag", F_ENUM, READ_ONLY | FILTER | COUNT | DERIVED, .values = &rags },
	{ "rag_on", F_DATE, READ_ONLY | NULLABLE | DERIVED },
	{ "impact", F_ENUM, READ_ONLY | NULLABLE | FILTER | COUNT | DERIVED, .values = &impacts },
	{ "last_update_on", F_DATE, READ_ONLY | NULLABLE | FILTER | RANGE | SORT | DERIVED },
	{ "update_count", F_INT, READ_ONLY | DERIVED },
	{ "evidence_ids", F_JSON, READ_ONLY | DERIVED },
	{ "overdue", F_BOOL, READ_ONLY | DERIVED },
	{ "days_late", F_INT, READ_ONLY | NULLABLE | DERIVED },
	{ "age_days", F_INT, READ_ONLY | DERIVED },
	{ "times_moved", F_INT, READ_ONLY | DERIVED },
	{ "days_moved", F_INT, READ_ONLY | NULLABLE | DERIVED },
	FIELD_REASON,
	FIELDS_TRACE,
};

static const struct filter filters[] = {
	/* The first comparison follows from the second, and an index answers it. */
	{ "overdue", F_BOOL,
	  .sql = "due_on < inspectd.today() AND inspectd.last_day(due_on, due_precision) < inspectd.today() "
		 "AND inspectd.action_is_open(status)",
	  .otherwise = "coalesce(inspectd.last_day(due_on, due_precision) >= inspectd.today(), true) "
		       "OR NOT inspectd.action_is_open(status)" },
	/* Of all that was reported, the latest counts; where none of it says so, the latest need not be looked for. */
	{ "rag", F_ENUM, .values = &rags,
	  .sql = "('not_rated' = ANY ({v}) OR id IN (SELECT u.action_id FROM {s}.update u WHERE u.rag = ANY ({v}))) "
		 "AND rag = ANY ({v})" },
	{ "impact", F_ENUM, .values = &impacts,
	  .sql = "id IN (SELECT u.action_id FROM {s}.update u WHERE u.impact = ANY ({v})) AND impact = ANY ({v})" },
	{ "organisation_id", F_REF, .ref = RES_ORGANISATION,
	  .sql = "id IN (SELECT a.id FROM {s}.action a WHERE a.lead_organisation_id = ANY ({v}) UNION "
		 "SELECT l.action_id FROM {s}.action_partner l WHERE l.organisation_id = ANY ({v}))" },
	{ "inspection_id", F_REF, .ref = RES_INSPECTION,
	  .sql = "id IN (SELECT l.action_id FROM {s}.action_finding l JOIN {s}.findings f ON f.id = l.finding_id "
		 "WHERE f.inspection_id = ANY ({v}))" },
	{ "theme_id", F_REF, .ref = RES_THEME, .known = KNOWN_THEMES,
	  .sql = "id IN (SELECT l.action_id FROM {s}.action_finding l JOIN {s}.finding_theme t "
		 "ON t.finding_id = l.finding_id WHERE t.theme_id = ANY ({v}))" },
	{ "strand", F_TEXT, .known = KNOWN_STRANDS,
	  .sql = "id IN (SELECT l.action_id FROM {s}.action_finding l JOIN {s}.findings f ON f.id = l.finding_id "
		 "WHERE f.strand = ANY ({v}))" },
};

/* A board watches actions by themselves, and all those of the plans that it watches. */
static const struct filter of_board = {
	"board_id", F_REF, .ref = RES_BOARD,
	.sql = "id IN (SELECT l.action_id FROM {s}.action_board l WHERE l.board_id = ANY ({v}) UNION "
	       "SELECT l.action_id FROM {s}.action_plan l JOIN {s}.plan_board b ON b.plan_id = l.plan_id "
	       "WHERE b.board_id = ANY ({v}))"
};

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
	{ "findings", RES_FINDING, .many = true,
	  .sql = "{s}.action_finding l JOIN {s}.findings t ON t.id = l.finding_id WHERE l.action_id = {p}" },
	{ "plans", RES_PLAN, .many = true,
	  .sql = "{s}.action_plan l JOIN {s}.plans t ON t.id = l.plan_id WHERE l.action_id = {p}" },
	{ "boards", RES_BOARD, .many = true,
	  .sql = "{s}.action_board l JOIN {s}.boards t ON t.id = l.board_id WHERE l.action_id = {p}" },
	{ "lead_organisation", RES_ORGANISATION, .column = "lead_organisation_id" },
	{ "updates", RES_UPDATE, .many = true, .sql = "{s}.updates t WHERE t.action_id = {p}" },
	{ "extensions", RES_EXTENSION, .many = true, .sql = "{s}.extensions t WHERE t.action_id = {p}" },
};

static const struct status_step steps[] = {
	{ "proposed", "not_started", false },    { "proposed", "in_progress", false },
	{ "proposed", "cancelled", true },       { "proposed", "superseded", true },
	{ "not_started", "in_progress", false }, { "not_started", "complete", false },
	{ "not_started", "on_hold", true },      { "not_started", "cancelled", true },
	{ "not_started", "superseded", true },   { "in_progress", "complete", false },
	{ "in_progress", "on_hold", true },      { "in_progress", "cancelled", true },
	{ "in_progress", "superseded", true },   { "on_hold", "not_started", false },
	{ "on_hold", "in_progress", false },     { "on_hold", "cancelled", true },
	{ "on_hold", "superseded", true },       { "complete", "embedded", false, { "embedded_decision_id" } },
	{ "complete", "in_progress", true },     { "complete", "superseded", true },
	{ "embedded", "in_progress", true },
};

static const struct status_table statuses = { &action_statuses, steps, ARRAY_LEN(steps) };

const struct resource action_resource = {
	.id = RES_ACTION,
	.name = "action",
	.plural = "actions",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.filters = filters,
	.n_filters = ARRAY_LEN(filters),
	.within = &of_board,
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.status = &statuses,
	.default_sort = "id",
	.searchable = true,
	.owned = true,
	.writable = true,
	.facts = "action_facts",
	.rules = { .complete = action_rules_complete,
		   .check = action_rules_check,
		   .warn = action_rules_warn,
		   .moved = action_rules_moved },
};
