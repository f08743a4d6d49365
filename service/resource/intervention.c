/*
 * The Government's intervention in an authority, as a dated episode: an
 * instrument, from when to when, and by whom (DOMAIN 1.5).
 */
#include "resource/common.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct field fields[] = {
	FIELDS_OWNED,
	{ "kind", F_ENUM, REQUIRED | FILTER | SORT | COUNT, .values = &intervention_kinds },
	{ "instrument", F_TEXT, NULLABLE, .max = 300 },
	{ "started_on", F_DATE, REQUIRED | FILTER | RANGE | SORT },
	{ "started_precision", F_ENUM, NULLABLE, .values = &date_precisions },
	{ "ended_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "ended_precision", F_ENUM, NULLABLE, .values = &date_precisions },
	{ "in_force", F_BOOL, READ_ONLY | DERIVED },
	{ "person_name", F_TEXT, NULLABLE, .max = 120, .pattern = "name" },
	{ "person_role", F_TEXT, NULLABLE, .max = 200 },
	{ "organisation_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_ORGANISATION },
	{ "inspection_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_INSPECTION },
	{ "summary", F_TEXT, NULLABLE },
	{ "source_url", F_TEXT, NULLABLE, .max = 1000, .pattern = "url" },
	FIELDS_TRACE,
};

static const struct filter filters[] = {
	{ "in_force", F_BOOL, .sql = "in_force", .otherwise = "NOT in_force" },
};

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
	{ "inspection", RES_INSPECTION, .column = "inspection_id" },
	{ "organisation", RES_ORGANISATION, .column = "organisation_id" },
};

static void check(const struct change *c, struct error *err)
{
	rule_check_order(c, "started_on", "ended_on", err);
}

const struct resource intervention_resource = {
	.id = RES_INTERVENTION,
	.name = "intervention",
	.plural = "interventions",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.filters = filters,
	.n_filters = ARRAY_LEN(filters),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.default_sort = "-started_on",
	.searchable = true,
	.label = "coalesce(t.instrument, t.summary, t.person_role, t.person_name)",
	.owned = true,
	.writable = true,
	.rules = { .check = check },
};
