/*
 * An action: what the council does about findings, by whom and by when. Complete
 * means done; embedded means shown to have changed practice.
 */
#include "resource/known.h"
#include "resource/registry.h"
#include "resource/resource.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct rows findings = {
	.table = "action_finding", .owner = "action_id", .inherits = "authority_id, sensitivity", .member = "finding_id"
};

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
	{ "start_on", F_DATE, NULLABLE | FILTER | RANGE | SORT | MOVES },
	{ "due_on", F_DATE, NULLABLE | FILTER | RANGE | SORT | MOVES },
	{ "forecast_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "completed_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "success_criteria", F_TEXT, NULLABLE },
	{ "finding_ids", F_REFS, SAME_AUTHORITY, .ref = RES_FINDING, .rows = &findings },
	{ "rag", F_ENUM, READ_ONLY | FILTER | COUNT | DERIVED, .values = &rags },
	{ "overdue", F_BOOL, READ_ONLY | DERIVED },
	{ "days_late", F_INT, READ_ONLY | NULLABLE | DERIVED },
	{ "reason", F_TEXT, WRITE_ONLY, .max = 1000, .pattern = "filled" },
	{ "warnings", F_JSON, READ_ONLY },
	{ "version", F_INT, READ_ONLY },
	{ "created_at", F_TIME, READ_ONLY | FILTER | RANGE | SORT },
	{ "updated_at", F_TIME, READ_ONLY | FILTER | RANGE | SORT },
};

#define UNFINISHED "status IN ('proposed', 'not_started', 'in_progress', 'on_hold')"

static const struct filter filters[] = {
	{ "overdue", F_BOOL, .sql = "due_on < inspectd.today() AND " UNFINISHED,
	  .otherwise = "coalesce(due_on >= inspectd.today(), true) OR NOT " UNFINISHED },
	{ "finding_id", F_REF, .ref = RES_FINDING,
	  .sql = "id IN (SELECT l.action_id FROM {s}.action_finding l WHERE l.finding_id = ANY ({v}))" },
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

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
	{ "findings", RES_FINDING, .many = true,
	  .sql = "{s}.action_finding l JOIN {s}.findings t ON t.id = l.finding_id WHERE l.action_id = {p}" },
};

/*
 * To embedded there is no step yet: it needs evidence, and a second person or a
 * board's decision, which the improvement work brings.
 */
static const struct status_step steps[] = {
	{ "proposed", "not_started", false },    { "proposed", "in_progress", false },
	{ "proposed", "cancelled", true },       { "proposed", "superseded", true },
	{ "not_started", "in_progress", false }, { "not_started", "complete", false },
	{ "not_started", "on_hold", true },      { "not_started", "cancelled", true },
	{ "not_started", "superseded", true },   { "in_progress", "complete", false },
	{ "in_progress", "on_hold", true },      { "in_progress", "cancelled", true },
	{ "in_progress", "superseded", true },   { "on_hold", "not_started", false },
	{ "on_hold", "in_progress", false },     { "on_hold", "cancelled", true },
	{ "on_hold", "superseded", true },       { "complete", "in_progress", true },
	{ "complete", "superseded", true },      { "embedded", "in_progress", true },
};

static const struct status_table statuses = { &action_statuses, steps, ARRAY_LEN(steps) };

static bool is_done(const json_t *action)
{
	return rule_is(action, "status", "complete") || rule_is(action, "status", "embedded");
}

/* Under a finding, the authority need not be said. */
static void complete(json_t *draft, const json_t *stored, const json_t *facts)
{
	rule_fill(draft, "authority_id", member_text(facts, "findings_authority_id"));
	if (!stored && is_done(draft))
		rule_fill(draft, "status_on", member_text(draft, "completed_on"));
}

static void check_completion(const struct change *c, struct error *err)
{
	const char *completed_on = member_text(c->draft, "completed_on");
	const char *status = member_text(c->draft, "status");

	if (!completed_on && is_done(c->draft))
		error_member(err, "/completed_on", "required", "is required of an action that is complete");
	if (completed_on && status && !is_done(c->draft))
		error_member(err, "/completed_on", "not_complete",
			     "has no place in an action that is %s; move it to complete instead", status);
	if (rule_is_after(completed_on, c->today))
		error_member(err, "/completed_on", "in_future",
			     "cannot be later than today, %s; when it will be done is forecast_on", c->today);
}

static void check(const struct change *c, struct error *err)
{
	if (!member_text(c->draft, "authority_id"))
		error_member(err, "/authority_id", "required",
			     "is required, unless finding_ids name a finding whose authority it is");
	if (!c->stored && rule_is(c->draft, "status", "embedded"))
		error_add(
			err, ERR_CONFLICT, IN_BODY, "/status", "not_yet_embedded",
			"an action cannot begin as embedded: that takes evidence and a second person; begin as complete");
	check_completion(c, err);
	if (rule_is(c->draft, "sensitivity", "public") && rule_number(c->facts, "non_public_findings") > 0)
		error_member(err, "/sensitivity", "finding_not_public",
			     "cannot be public while a finding that it answers is not");
}

static void warn(const struct change *c, json_t *warnings)
{
	const json_t *authority = json_object_get(c->facts, "authority");
	const char *start_on = member_text(c->draft, "start_on");
	const char *due_on = member_text(c->draft, "due_on");

	if (rule_is_after(start_on, member_text(c->draft, "completed_on")))
		warning_add(warnings, "completed_before_start", "/completed_on",
			    "Completed before its planned start on %s; check both dates.", start_on);
	if (due_on && json_is_false(json_object_get(c->facts, "due_is_working_day")))
		warning_add(warnings, "due_on_non_working_day", "/due_on",
			    "%s is a weekend or a bank holiday; the working day before may be meant.", due_on);
	if (rule_is_after(start_on, due_on))
		warning_add(warnings, "due_before_start", "/due_on",
			    "Due before its planned start on %s; check both dates.", start_on);
	if (rule_is(authority, "status", "abolished") && rule_is_after(due_on, member_text(authority, "ended_on")))
		warning_add(warnings, "authority_abolished", "/authority_id",
			    "Due after the authority was abolished on %s; a successor may have taken it over.",
			    member_text(authority, "ended_on"));
}

static void moved(json_t *draft, const char *to, const char *on)
{
	rule_moved(draft, to, on);
	if (is_done(draft))
		rule_fill(draft, "completed_on", on);
	else
		rule_set(draft, "completed_on", NULL);
}

const struct resource action_resource = {
	.id = RES_ACTION,
	.name = "action",
	.plural = "actions",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.filters = filters,
	.n_filters = ARRAY_LEN(filters),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.status = &statuses,
	.default_sort = "id",
	.searchable = true,
	.owned = true,
	.writable = true,
	.rules = { .complete = complete, .check = check, .warn = warn, .moved = moved },
};
