/* One item of a meeting's agenda: the report it rests on, as committee systems describe it, and what was discussed. */
#include "resource/common.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct field point_fields[] = {
	{ "number", F_INT, NULLABLE, .min = 1, .max = 999 },
	{ "theme", F_TEXT, NULLABLE, .max = 200 },
	{ "raised_by", F_TEXT, NULLABLE, .max = 200 },
	{ "point", F_TEXT, REQUIRED, .max = 2000, .pattern = "filled" },
	{ "answer", F_TEXT, NULLABLE, .max = 2000 },
};

static const struct rows points = { .fields = point_fields, .n_fields = ARRAY_LEN(point_fields) };

LINK(inspections, "agenda_item_inspection", "agenda_item_id", "inspection_id");
LINK(plans, "agenda_item_plan", "agenda_item_id", "plan_id");
LINK(findings, "agenda_item_finding", "agenda_item_id", "finding_id");
LINK(actions, "agenda_item_action", "agenda_item_id", "action_id");
LINK(measures, "agenda_item_measure", "agenda_item_id", "measure_id");

static const struct field fields[] = {
	FIELDS_BENEATH,
	{ "meeting_id", F_REF, REQUIRED | CREATE_ONLY | FILTER | SORT | COUNT, .ref = RES_MEETING },
	{ "number", F_TEXT, NULLABLE | FILTER | SORT, .max = 20 },
	{ "title", F_TEXT, REQUIRED | SORT, .max = 300, .pattern = "filled" },
	{ "pages", F_TEXT, NULLABLE, .max = 40 },
	{ "by_exception", F_BOOL, FILTER, .initial = "false" },
	{ "for_information", F_BOOL, FILTER, .initial = "false" },
	{ "summary", F_TEXT, NULLABLE },
	{ "points", F_OBJECTS, 0, .rows = &points },
	{ "owner_member", F_TEXT, NULLABLE, .max = 200 },
	{ "owner_officer", F_TEXT, NULLABLE, .max = 200 },
	{ "contact", F_TEXT, NULLABLE, .max = 200 },
	{ "strategic_priority", F_TEXT, NULLABLE, .max = 300 },
	{ "wards", F_TEXTS, 0, .max = 100, .pattern = "filled" },
	{ "legal_implications", F_TEXT, NULLABLE },
	{ "financial_implications", F_TEXT, NULLABLE },
	{ "equality_implications", F_TEXT, NULLABLE },
	{ "risk_implications", F_TEXT, NULLABLE },
	{ "url", F_TEXT, NULLABLE, .max = 1000, .pattern = "url" },
	{ "inspection_ids", F_REFS, SAME_AUTHORITY | OR_EARLIER | FILTER, .ref = RES_INSPECTION, .rows = &inspections },
	{ "plan_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_PLAN, .rows = &plans },
	{ "finding_ids", F_REFS, SAME_AUTHORITY | OR_EARLIER | FILTER, .ref = RES_FINDING, .rows = &findings },
	{ "action_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_ACTION, .rows = &actions },
	{ "measure_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_MEASURE, .rows = &measures },
	FIELDS_TRACE,
};

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
	{ "meeting", RES_MEETING, .column = "meeting_id" },
	{ "decisions", RES_DECISION, .many = true, .sql = "{s}.decisions t WHERE t.agenda_item_id = {p}" },
};

const struct resource agenda_item_resource = {
	.id = RES_AGENDA_ITEM,
	.name = "agenda_item",
	.plural = "agenda_items",
	.noun = "agenda item",
	.path = "agenda-items",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.default_sort = "id",
	.searchable = true,
	.owned = true,
	.writable = true,
	.belongs_to = "meeting_id",
};
