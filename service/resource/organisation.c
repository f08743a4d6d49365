/*
 * A council service or a partner (police, health, a school, a district, a trust)
 * that owns actions, answers recommendations or delivers services. Without an
 * authority it is everybody's: one trust may serve several councils.
 */
#include "resource/common.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY | SORT },
	{ "external_refs", F_EXTERNAL, 0 },
	{ "authority_id", F_REF, NULLABLE | CREATE_ONLY | FILTER | SORT | COUNT, .ref = RES_AUTHORITY },
	{ "sensitivity", F_ENUM, FILTER | COUNT, .values = &sensitivities, .initial = "council" },
	{ "name", F_TEXT, REQUIRED | FILTER | SORT, .max = 200, .pattern = "name" },
	{ "short_name", F_TEXT, NULLABLE, .max = 40, .pattern = "name" },
	{ "kind", F_ENUM, REQUIRED | FILTER | SORT | COUNT, .values = &organisation_kinds },
	{ "contact_role", F_TEXT, NULLABLE, .max = 200 },
	{ "url", F_TEXT, NULLABLE, .max = 1000, .pattern = "url" },
	{ "started_on", F_DATE, NULLABLE | FILTER | RANGE | SORT, .min = 1850 },
	{ "ended_on", F_DATE, NULLABLE | FILTER | RANGE | SORT, .min = 1850 },
	FIELDS_TRACE,
};

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
};

static void check(const struct change *c, struct error *err)
{
	rule_check_order(c, "started_on", "ended_on", err);
}

const struct resource organisation_resource = {
	.id = RES_ORGANISATION,
	.name = "organisation",
	.plural = "organisations",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.default_sort = "name",
	.searchable = true,
	.owned = true,
	.shared = true,
	.writable = true,
	.rules = { .check = check },
};
