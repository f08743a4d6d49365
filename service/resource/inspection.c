/*
 * An inspection, visit or review: who came, when, under which framework, and the
 * judgements made. DOMAIN sections 1.1 to 1.4 are where the rules come from.
 */
#include "resource/common.h"
#include "resource/inspection_rules.h"
#include "resource/known.h"
#include "resource/registry.h"

#include "core/banned.h"

static const struct field judgement_fields[] = {
	{ "strand", F_TEXT, REQUIRED, .max = 64, .pattern = "slug" },
	{ "grade", F_TEXT, REQUIRED, .max = 64, .pattern = "slug" },
	{ "wording", F_TEXT, NULLABLE, .max = 200 },
	{ "title", F_TEXT, NULLABLE, .max = 300 },
};

static const struct field inspector_fields[] = {
	{ "name", F_TEXT, REQUIRED, .max = 120, .pattern = "name" },
	{ "role", F_TEXT, NULLABLE, .max = 120 },
	{ "body", F_TEXT, NULLABLE, .max = 120 },
};

static const struct rows judgements = { .table = "judgement",
					.owner = "inspection_id",
					.inherits = "authority_id, framework_id, sensitivity",
					.fields = judgement_fields,
					.n_fields = ARRAY_LEN(judgement_fields),
					.key = "strand" };

/* What another source says of a member: the slides say on site where the letter says remote. */
static const struct field discrepancy_fields[] = {
	{ "member", F_TEXT, REQUIRED, .max = 64 },
	{ "value", F_TEXT, REQUIRED, .max = 300, .pattern = "filled" },
	{ "source", F_TEXT, NULLABLE, .max = 300 },
};

static const struct rows discrepancies = { .fields = discrepancy_fields, .n_fields = ARRAY_LEN(discrepancy_fields) };

static const struct rows inspectors = { .fields = inspector_fields, .n_fields = ARRAY_LEN(inspector_fields) };

static const struct rows themes = { .table = "inspection_theme",
				    .owner = "inspection_id",
				    .inherits = "authority_id, framework_id, sensitivity",
				    .member = "theme_id" };

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY | SORT },
	{ "external_refs", F_EXTERNAL, 0 },
	{ "authority_id", F_REF, REQUIRED | CREATE_ONLY | FILTER | SORT | COUNT, .ref = RES_AUTHORITY },
	{ "framework_id", F_REF, FILTER | SORT | COUNT, .ref = RES_FRAMEWORK },
	{ "kind", F_ENUM, REQUIRED | FILTER | SORT | COUNT, .values = &inspection_kinds },
	{ "body", F_ENUM, FILTER | SORT | COUNT, .values = &inspection_bodies },
	{ "status", F_ENUM, CREATE_ONLY | FILTER | SORT | COUNT, .values = &inspection_statuses, .initial = "planned" },
	{ "status_on", F_DATE, READ_ONLY | NULLABLE | FILTER | RANGE },
	{ "allowed_transitions", F_TRANSITIONS, READ_ONLY },
	{ "sensitivity", F_ENUM, FILTER | COUNT, .values = &sensitivities, .initial = "council" },
	{ "start_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "end_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "planned_start_on", F_DATE, NULLABLE | FILTER | RANGE | SORT | MOVES, .precision = "planned_precision" },
	{ "planned_precision", F_ENUM, NULLABLE | FILTER, .values = &date_precisions },
	{ "preparation_days", F_INT, NULLABLE, .min = 0, .max = 60 },
	{ "verbal_feedback_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "received_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "published_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "delivery", F_ENUM, NULLABLE | FILTER | COUNT, .values = &inspection_deliveries },
	{ "theme_ids", F_REFS, FILTER | COUNT, .ref = RES_THEME, .rows = &themes, .known = KNOWN_THEMES },
	{ "focus", F_TEXTS, 0, .max = 200, .pattern = "filled" },
	{ "inspectors", F_OBJECTS, 0, .rows = &inspectors },
	{ "inspectors_count", F_INT, NULLABLE, .min = 1, .max = 100 },
	{ "follows_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_INSPECTION },
	{ "sequence_number", F_INT, NULLABLE, .min = 1, .max = 100 },
	{ "judgements", F_OBJECTS, 0, .rows = &judgements },
	{ "statement_required", F_BOOL, NULLABLE },
	{ "principal_authority_id", F_REF, NULLABLE | FILTER, .ref = RES_AUTHORITY },
	{ "report_url", F_TEXT, NULLABLE, .max = 1000, .pattern = "url" },
	{ "discrepancies", F_OBJECTS, 0, .rows = &discrepancies },
	{ "reschedule_count", F_INT, READ_ONLY | DERIVED },
	FIELD_REASON,
	FIELDS_TRACE,
};

static const struct filter filters[] = {
	{ "strand", F_TEXT, .known = KNOWN_STRANDS,
	  .sql = "id IN (SELECT j.inspection_id FROM {s}.judgement j WHERE j.strand = ANY ({v}))" },
	{ "grade", F_TEXT, .known = KNOWN_GRADES,
	  .sql = "id IN (SELECT j.inspection_id FROM {s}.judgement j WHERE j.grade = ANY ({v}))" },
	{ "judgement", F_TEXT, .known = KNOWN_JUDGEMENTS,
	  .sql = "id IN (SELECT j.inspection_id FROM {s}.judgement j WHERE j.strand || ':' || j.grade = ANY ({v}))" },
};

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
	{ "framework", RES_FRAMEWORK, .column = "framework_id" },
	{ "follows", RES_INSPECTION, .column = "follows_id" },
	{ "principal_authority", RES_AUTHORITY, .column = "principal_authority_id" },
	{ "findings", RES_FINDING, .many = true, .sql = "{s}.findings t WHERE t.inspection_id = {p}" },
	{ "deadlines", RES_DEADLINE, .many = true, .sql = "{s}.deadlines t WHERE t.inspection_id = {p}" },
	{ "themes", RES_THEME, .many = true,
	  .sql = "{s}.inspection_theme l JOIN {s}.themes t ON t.id = l.theme_id WHERE l.inspection_id = {p}" },
};

/* A published report is a public record: what was wrong with it is corrected by PATCH, not by going back. */
static const struct status_step steps[] = {
	{ "planned", "in_progress", false },  { "planned", "cancelled", true },   { "in_progress", "reported", false },
	{ "in_progress", "cancelled", true }, { "reported", "published", false },
};

static const struct status_table statuses = { &inspection_statuses, steps, ARRAY_LEN(steps) };

const struct resource inspection_resource = {
	.id = RES_INSPECTION,
	.name = "inspection",
	.plural = "inspections",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.filters = filters,
	.n_filters = ARRAY_LEN(filters),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.status = &statuses,
	.default_sort = "-start_on",
	.owned = true,
	.writable = true,
	.open = "t.status = 'published'",
	.facts = "inspection_facts",
	.rules = { .complete = inspection_rules_complete,
		   .check = inspection_rules_check,
		   .warn = inspection_warnings_add,
		   .moved = inspection_rules_moved },
};
