/*
 * A value of a measure on a day, as exact as its source: "about 10 % in some
 * areas", "more than 10 children" (DOMAIN 2.1).
 */
#include <string.h>

#include "resource/common.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct field fields[] = {
	FIELDS_BENEATH,
	{ "measure_id", F_REF, REQUIRED | CREATE_ONLY | FILTER | SORT | COUNT, .ref = RES_MEASURE },
	{ "observed_on", F_DATE, REQUIRED | FILTER | RANGE | SORT },
	{ "precision", F_ENUM, NULLABLE, .values = &date_precisions },
	{ "value", F_NUMBER, REQUIRED | FILTER | RANGE | SORT },
	{ "unit", F_TEXT, REQUIRED, .max = 60, .pattern = "filled" },
	{ "comparator", F_ENUM, 0, .values = &comparators, .initial = "=" },
	{ "approximate", F_BOOL, FILTER, .initial = "false" },
	{ "scope", F_TEXT, NULLABLE, .max = 300 },
	{ "caveat", F_TEXT, NULLABLE, .max = 500 },
	{ "document_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_DOCUMENT },
	{ "source", F_TEXT, NULLABLE, .max = 300 },
	{ "rag", F_ENUM, READ_ONLY | FILTER | COUNT | DERIVED, .values = &rags },
	{ "suppressed", F_BOOL, READ_ONLY | DERIVED },
	FIELDS_TRACE,
};

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
	{ "measure", RES_MEASURE, .column = "measure_id" },
};

static void check(const struct change *c, struct error *err)
{
	const json_t *measure = json_object_get(c->facts, "measure");
	const char *unit = member_text(c->draft, "unit"), *expected = member_text(measure, "unit");

	if (unit && expected && strcmp(unit, expected) != 0)
		error_member(err, "/unit", "other_unit", "must be the unit of the measure \"%.100s\": %s",
			     member_text(measure, "title"), expected);
	rule_check_past(c, "observed_on", err);
}

static void warn(const struct change *c, json_t *warnings)
{
	double value = json_number_value(json_object_get(c->draft, "value"));

	if (rule_is(c->draft, "unit", "%") && (value < 0 || value > 100))
		warning_add(warnings, "outside_percentage", "/value",
			    "A percentage below 0 or above 100; check the value and what it is a share of.");
}

const struct resource observation_resource = {
	.id = RES_OBSERVATION,
	.name = "observation",
	.plural = "observations",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.default_sort = "-observed_on",
	.searchable = true,
	.label = "coalesce(t.scope, t.caveat, t.source)",
	.owned = true,
	.writable = true,
	.belongs_to = "measure_id",
	.facts = "observation_facts",
	.rules = { .check = check, .warn = warn },
};
