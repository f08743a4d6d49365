/*
 * What is counted to see whether practice changed: its unit, which way is better,
 * where it began and where it is to go. What was seen since are its observations.
 */
#include "resource/common.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct field benchmark_fields[] = {
	{ "label", F_TEXT, REQUIRED, .max = 200, .pattern = "filled" },
	{ "value", F_NUMBER, REQUIRED },
	{ "on", F_DATE, NULLABLE },
	{ "source", F_TEXT, NULLABLE, .max = 300 },
};

static const struct rows benchmarks = { .fields = benchmark_fields,
					.n_fields = ARRAY_LEN(benchmark_fields),
					.key = "label" };

LINK(plans, "measure_plan", "measure_id", "plan_id");
LINK(actions, "measure_action", "measure_id", "action_id");
LINK(findings, "measure_finding", "measure_id", "finding_id");

static const struct field fields[] = {
	FIELDS_OWNED,
	{ "title", F_TEXT, REQUIRED | SORT, .max = 300, .pattern = "filled" },
	{ "definition", F_TEXT, NULLABLE },
	{ "unit", F_TEXT, REQUIRED | FILTER, .max = 60, .pattern = "filled" },
	{ "polarity", F_ENUM, REQUIRED | FILTER | COUNT, .values = &measure_polarities },
	{ "baseline", F_NUMBER, NULLABLE },
	{ "baseline_on", F_DATE, NULLABLE },
	{ "baseline_caveat", F_TEXT, NULLABLE, .max = 500 },
	{ "target", F_NUMBER, NULLABLE },
	{ "target_on", F_DATE, NULLABLE | FILTER | RANGE | SORT | MOVES },
	{ "tolerance", F_NUMBER, NULLABLE },
	{ "tolerance_kind", F_ENUM, NULLABLE, .values = &tolerance_kinds },
	{ "benchmarks", F_OBJECTS, 0, .rows = &benchmarks },
	{ "cadence", F_ENUM, NULLABLE | FILTER | COUNT, .values = &cadences },
	{ "organisation_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_ORGANISATION },
	{ "plan_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_PLAN, .rows = &plans },
	{ "action_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_ACTION, .rows = &actions },
	{ "finding_ids", F_REFS, SAME_AUTHORITY | OR_EARLIER | FILTER, .ref = RES_FINDING, .rows = &findings },
	{ "latest", F_JSON, READ_ONLY | DERIVED },
	{ "latest_on", F_DATE, READ_ONLY | NULLABLE | DERIVED },
	{ "rag", F_ENUM, READ_ONLY | FILTER | COUNT | DERIVED, .values = &rags },
	{ "direction", F_ENUM, READ_ONLY | FILTER | COUNT | DERIVED, .values = &directions },
	{ "suppressed", F_BOOL, READ_ONLY | DERIVED },
	FIELD_REASON,
	FIELDS_TRACE,
};

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
	{ "observations", RES_OBSERVATION, .many = true, .sql = "{s}.observations t WHERE t.measure_id = {p}" },
	{ "organisation", RES_ORGANISATION, .column = "organisation_id" },
};

static bool is_given(const json_t *draft, const char *name)
{
	const json_t *value = json_object_get(draft, name);

	return value && !json_is_null(value);
}

/* A member that says nothing without the other. */
static void check_with(const struct change *c, const char *name, const char *other, struct error *err)
{
	if (is_given(c->draft, name) && !is_given(c->draft, other))
		error_member(err, pointer_member("", other).text, "required", "is required with %s", name);
}

static void check_tolerance(const struct change *c, struct error *err)
{
	check_with(c, "tolerance", "tolerance_kind", err);
	check_with(c, "tolerance_kind", "tolerance", err);
	if (json_number_value(json_object_get(c->draft, "tolerance")) < 0)
		error_member(err, "/tolerance", "negative",
			     "cannot be less than 0: it is by how much the target may be missed");
}

/* Its observations keep the unit in which they were made. */
static void check_unit(const struct change *c, struct error *err)
{
	long n = c->stored ? rule_number(c->facts, "in_other_unit") : 0;

	if (n > 0)
		error_add(
			err, ERR_CONFLICT, IN_BODY, "/unit", "has_observations",
			"cannot change while %ld observation%s in another unit; for another unit make another measure",
			n, n == 1 ? " is" : "s are");
}

static void check(const struct change *c, struct error *err)
{
	check_with(c, "baseline", "baseline_on", err);
	check_with(c, "baseline_on", "baseline", err);
	check_with(c, "target_on", "target", err);
	check_tolerance(c, err);
	if (rule_is_after(member_text(c->draft, "baseline_on"), c->today))
		error_member(err, "/baseline_on", "in_future",
			     "cannot be later than today, %s; where it is to go is the target", c->today);
	rule_check_order(c, "baseline_on", "target_on", err);
	check_unit(c, err);
}

const struct resource measure_resource = {
	.id = RES_MEASURE,
	.name = "measure",
	.plural = "measures",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.default_sort = "title",
	.searchable = true,
	.owned = true,
	.writable = true,
	.facts = "measure_facts",
	.rules = { .check = check },
};
