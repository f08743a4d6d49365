/*
 * One move of what was planned: a date, its precision or a visit's focus, with
 * what it was, what it became, why and by whom. Written by the database itself
 * whenever the plan changes; read only here.
 */
#include "resource/common.h"
#include "resource/registry.h"

#include "core/banned.h"

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY | SORT },
	{ "authority_id", F_REF, READ_ONLY | FILTER | SORT | COUNT, .ref = RES_AUTHORITY },
	{ "sensitivity", F_ENUM, READ_ONLY | FILTER | COUNT, .values = &sensitivities },
	{ "action_id", F_REF, READ_ONLY | NULLABLE | FILTER | COUNT, .ref = RES_ACTION },
	{ "inspection_id", F_REF, READ_ONLY | NULLABLE | FILTER | COUNT, .ref = RES_INSPECTION },
	{ "member", F_TEXT, READ_ONLY | FILTER | COUNT, .max = 64 },
	{ "was", F_JSON, READ_ONLY },
	{ "became", F_JSON, READ_ONLY },
	{ "days_moved", F_INT, READ_ONLY | NULLABLE | DERIVED },
	{ "reason", F_TEXT, READ_ONLY | NULLABLE },
	{ "moved_by", F_TEXT, READ_ONLY | NULLABLE },
	{ "created_at", F_TIME, READ_ONLY | FILTER | RANGE | SORT },
};

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
	{ "action", RES_ACTION, .column = "action_id" },
	{ "inspection", RES_INSPECTION, .column = "inspection_id" },
};

const struct resource reschedule_resource = {
	.id = RES_RESCHEDULE,
	.name = "reschedule",
	.plural = "reschedules",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.default_sort = "created_at",
	.attached = true,
	.open = "t.inspection_id IS NULL OR " OPEN_INSPECTION,
};
