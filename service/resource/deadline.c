/*
 * What is due after an inspection, by when, and on what legal basis. The database
 * sets it when the inspection's dates become known and never again by itself: a
 * bank holiday declared later is a warning. The date that a letter states wins.
 * The basis of each kind is a row of inspectd.deadline_rule.
 */
#include "resource/common.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY | SORT },
	{ "authority_id", F_REF, READ_ONLY | FILTER | SORT | COUNT, .ref = RES_AUTHORITY },
	{ "sensitivity", F_ENUM, READ_ONLY | FILTER | COUNT, .values = &sensitivities },
	{ "inspection_id", F_REF, READ_ONLY | FILTER | COUNT, .ref = RES_INSPECTION },
	{ "kind", F_ENUM, READ_ONLY | FILTER | SORT | COUNT, .values = &deadline_kinds },
	{ "responsible_authority_id", F_REF, READ_ONLY | NULLABLE | FILTER, .ref = RES_AUTHORITY },
	{ "status", F_ENUM, READ_ONLY | FILTER | COUNT | DERIVED, .values = &deadline_statuses },
	{ "due_on", F_DATE, READ_ONLY | NULLABLE | FILTER | RANGE | SORT | DERIVED },
	{ "computed_on", F_DATE, READ_ONLY | NULLABLE },
	{ "stated_on", F_DATE, NULLABLE | FILTER | RANGE },
	{ "stated_source", F_TEXT, NULLABLE, .max = 300 },
	{ "document_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_DOCUMENT },
	{ "difference_days", F_INT, READ_ONLY | NULLABLE | DERIVED },
	{ "indicative_on", F_DATE, READ_ONLY | NULLABLE | DERIVED },
	{ "start_on", F_DATE, READ_ONLY | NULLABLE },
	{ "days", F_INT, READ_ONLY },
	{ "holidays_skipped", F_JSON, READ_ONLY },
	{ "calendar_version", F_TEXT, READ_ONLY | NULLABLE },
	{ "basis", F_ENUM, READ_ONLY | FILTER | COUNT | DERIVED, .values = &deadline_bases },
	{ "statutory", F_BOOL, READ_ONLY | FILTER },
	{ "source", F_TEXT, READ_ONLY | NULLABLE },
	{ "explanation", F_TEXT, READ_ONLY | DERIVED },
	{ "met_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "plan_ids", F_JSON, READ_ONLY | DERIVED },
	{ "overdue", F_BOOL, READ_ONLY | DERIVED },
	{ "days_left", F_INT, READ_ONLY | NULLABLE | DERIVED },
	{ "working_days_left", F_INT, READ_ONLY | NULLABLE | DERIVED },
	FIELDS_TRACE,
};

static const struct filter filters[] = {
	{ "overdue", F_BOOL, .sql = "overdue", .otherwise = "NOT overdue" },
	{ "plan_id", F_REF, .ref = RES_PLAN,
	  .sql = "id IN (SELECT l.deadline_id FROM {s}.deadline_plan l WHERE l.plan_id = ANY ({v}))" },
};

/* An authority has those of its own inspections, and those that fall to it after another's. */
static const struct filter of_authority = { "authority_id", F_REF, .ref = RES_AUTHORITY,
					    .sql = "authority_id = ANY ({v}) OR responsible_authority_id = ANY ({v})" };

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
	{ "inspection", RES_INSPECTION, .column = "inspection_id" },
};

static void check(const struct change *c, struct error *err)
{
	const char *start_on = member_text(c->draft, "start_on");
	const char *stated_on = member_text(c->draft, "stated_on");

	if (member_text(c->draft, "stated_source") && !stated_on)
		error_member(err, "/stated_source", "nothing_stated",
			     "says where a date is stated; stated_on, the date, is missing");
	if (rule_is_changed(c, "stated_on") && rule_is_after(start_on, stated_on))
		error_member(err, "/stated_on", "before_start",
			     "cannot be before %s, the day of receipt; correct received_on of the inspection if that "
			     "is wrong",
			     start_on);
	rule_check_past(c, "met_on", err);
}

/* Two of the 62 letters after joint inspections that state a date name a Saturday. */
static void warn(const struct change *c, json_t *warnings)
{
	const char *stated_on = member_text(c->draft, "stated_on");

	if (stated_on && json_is_false(json_object_get(c->facts, "stated_is_working_day")))
		warning_add(warnings, "stated_on_non_working_day", "/stated_on",
			    "%s is a weekend or a bank holiday; check the letter.", stated_on);
}

const struct resource deadline_resource = {
	.id = RES_DEADLINE,
	.name = "deadline",
	.plural = "deadlines",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.filters = filters,
	.n_filters = ARRAY_LEN(filters),
	.within = &of_authority,
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.default_sort = "due_on",
	.writable = true,
	.attached = true,
	.diary = true,
	.open = OPEN_INSPECTION,
	.facts = "deadline_facts",
	.rules = { .check = check, .warn = warn },
};
