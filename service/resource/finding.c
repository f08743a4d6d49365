/*
 * A finding: one thing that inspectors said, and whether it has been put right.
 * Its authority is its inspection's.
 */
#include "resource/common.h"
#include "resource/known.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct field link_fields[] = {
	{ "earlier_id", F_REF, REQUIRED | SAME_AUTHORITY | OR_EARLIER, .ref = RES_FINDING },
	{ "relation", F_ENUM, REQUIRED, .values = &finding_relations },
};

static const struct rows links = { .table = "finding_link",
				   .owner = "finding_id",
				   .inherits = "authority_id, sensitivity",
				   .fields = link_fields,
				   .n_fields = ARRAY_LEN(link_fields),
				   .key = "earlier_id" };

LINK(themes, "finding_theme", "finding_id", "theme_id");

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY | SORT },
	{ "external_refs", F_EXTERNAL, 0 },
	{ "authority_id", F_REF, READ_ONLY | FILTER | SORT | COUNT, .ref = RES_AUTHORITY },
	{ "inspection_id", F_REF, REQUIRED | CREATE_ONLY | FILTER | SORT | COUNT, .ref = RES_INSPECTION },
	{ "number", F_INT, NULLABLE | FILTER | RANGE | SORT, .min = 1, .max = 9999 },
	{ "parent_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_FINDING },
	{ "printed_label", F_TEXT, NULLABLE, .max = 200 },
	{ "document_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_DOCUMENT },
	{ "kind", F_ENUM, REQUIRED | FILTER | SORT | COUNT, .values = &finding_kinds },
	{ "not_assessed_reason", F_TEXT, NULLABLE },
	{ "polarity", F_ENUM, NULLABLE | FILTER | COUNT, .values = &finding_polarities },
	{ "extent", F_TEXT, NULLABLE, .max = 200 },
	{ "stage", F_ENUM, FILTER | COUNT, .values = &finding_stages, .initial = "final" },
	{ "status", F_ENUM, READ_ONLY | FILTER | SORT | COUNT, .values = &finding_statuses, .initial = "open" },
	{ "status_on", F_DATE, READ_ONLY | NULLABLE | FILTER | RANGE },
	{ "allowed_transitions", F_TRANSITIONS, READ_ONLY },
	{ "suggested_status", F_ENUM, READ_ONLY | DERIVED, .values = &finding_statuses },
	{ "confirmed_by_inspection_id", F_REF, READ_ONLY | NULLABLE | BY_MOVE | SAME_AUTHORITY | OR_LATER,
	  .ref = RES_INSPECTION },
	{ "confirmed_by_decision_id", F_REF, READ_ONLY | NULLABLE | BY_MOVE | SAME_AUTHORITY | OR_LATER,
	  .ref = RES_DECISION },
	{ "sensitivity", F_ENUM, FILTER | COUNT, .values = &sensitivities, .initial = "council" },
	{ "strand", F_TEXT, NULLABLE | FILTER | SORT | COUNT, .max = 64, .pattern = "slug", .known = KNOWN_STRANDS },
	{ "theme_ids", F_REFS, FILTER | COUNT, .ref = RES_THEME, .rows = &themes, .known = KNOWN_THEMES },
	{ "text", F_TEXT, 0, .initial = "" },
	{ "gloss", F_TEXT, NULLABLE },
	{ "source_paragraph", F_TEXT, NULLABLE, .max = 200 },
	{ "source_url", F_TEXT, NULLABLE, .max = 1000, .pattern = "url" },
	{ "national_framework_ref", F_TEXT, NULLABLE | FILTER | COUNT, .max = 64, .pattern = "slug" },
	{ "contested", F_BOOL, FILTER, .initial = "false" },
	{ "contested_response", F_TEXT, NULLABLE },
	{ "links", F_OBJECTS, 0, .rows = &links },
	{ "later_links", F_JSON, READ_ONLY | DERIVED },
	{ "action_ids", F_JSON, READ_ONLY | DERIVED },
	FIELD_REASON,
	FIELDS_TRACE,
};

static const struct filter filters[] = {
	{ "action_id", F_REF, .ref = RES_ACTION,
	  .sql = "id IN (SELECT l.finding_id FROM {s}.action_finding l WHERE l.action_id = ANY ({v}))" },
	{ "earlier_id", F_REF, .ref = RES_FINDING,
	  .sql = "id IN (SELECT l.finding_id FROM {s}.finding_link l WHERE l.earlier_id = ANY ({v}))" },
	{ "relation", F_ENUM, .values = &finding_relations,
	  .sql = "id IN (SELECT l.finding_id FROM {s}.finding_link l WHERE l.relation = ANY ({v}))" },
};

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
	{ "inspection", RES_INSPECTION, .column = "inspection_id" },
	{ "parent", RES_FINDING, .column = "parent_id" },
	{ "document", RES_DOCUMENT, .column = "document_id" },
	{ "earlier", RES_FINDING, .many = true,
	  .sql = "{s}.finding_link l JOIN {s}.findings t ON t.id = l.earlier_id WHERE l.finding_id = {p}" },
	{ "later", RES_FINDING, .many = true,
	  .sql = "{s}.finding_link l JOIN {s}.findings t ON t.id = l.finding_id WHERE l.earlier_id = {p}" },
	{ "actions", RES_ACTION, .many = true,
	  .sql = "{s}.action_finding l JOIN {s}.actions t ON t.id = l.action_id WHERE l.finding_id = {p}" },
	{ "themes", RES_THEME, .many = true,
	  .sql = "{s}.finding_theme l JOIN {s}.themes t ON t.id = l.theme_id WHERE l.finding_id = {p}" },
};

#define BY_VISIT    "confirmed_by_inspection_id"
#define BY_DECISION "confirmed_by_decision_id"

/* Addressed is the council's word. That it is resolved, a later visit confirms, or a decision that says so. */
static const struct status_step steps[] = {
	{ "open", "being_addressed", false },
	{ "open", "addressed", false },
	{ "being_addressed", "addressed", false },
	{ "being_addressed", "open", true },
	{ "addressed", "confirmed_resolved", false, { BY_VISIT, BY_DECISION } },
	{ "addressed", "being_addressed", true },
	{ "confirmed_resolved", "being_addressed", true },
};

static const struct status_table statuses = { &finding_statuses, steps, ARRAY_LEN(steps) };

/* A strength has nothing to put right, so its status says so; what stops being one is open. */
static void complete_status(json_t *draft)
{
	bool is_strength = rule_is(draft, "kind", "strength");
	bool was_strength = rule_is(draft, "status", "not_applicable");

	if (is_strength == was_strength)
		return;
	rule_set(draft, "status", is_strength ? "not_applicable" : "open");
	rule_set(draft, "status_on", NULL);
}

/* What confirmed it goes when the status does. Where nothing is named, a later finding that says so is enough. */
static void complete_confirmation(json_t *draft, const json_t *stored, const json_t *facts)
{
	if (!rule_is(draft, "status", "confirmed_resolved")) {
		rule_set(draft, BY_VISIT, NULL);
		rule_set(draft, BY_DECISION, NULL);
	} else if (!rule_is(stored, "status", "confirmed_resolved") && !member_text(draft, BY_DECISION)) {
		rule_fill(draft, BY_VISIT, member_text(json_object_get(facts, "resolved_at"), "id"));
	}
}

static void complete(json_t *draft, const json_t *stored, const json_t *facts)
{
	rule_fill(draft, "authority_id", member_text(json_object_get(facts, "inspection"), "authority_id"));
	complete_status(draft);
	complete_confirmation(draft, stored, facts);
}

/* Strands are a list of codes here. */
static void check_strand(const struct change *c, const json_t *inspection, struct error *err)
{
	const json_t *strands = json_object_get(inspection, "strands");
	const char *strand = member_text(c->draft, "strand");
	const char *framework = member_text(inspection, "framework_id");
	char possible[200];

	if (!strand || rule_find(strands, NULL, strand))
		return;
	rule_list(strands, NULL, possible, sizeof possible);
	if (possible[0])
		error_member(err, "/strand", "unknown_strand", "%s has no strand %s; it has: %s", framework, strand,
			     possible);
	else
		error_member(err, "/strand", "unknown_strand",
			     "must be left out: the inspection's framework, %s, has no strands", framework);
}

/* What its inspection allows. */
static void check_against(const struct change *c, const json_t *inspection, struct error *err)
{
	check_strand(c, inspection, err);
	if (rule_is(c->draft, "sensitivity", "public") && !rule_is(inspection, "sensitivity", "public"))
		error_member(err, "/sensitivity", "inspection_not_public",
			     "cannot be public while its inspection is %s; make the inspection public first",
			     member_text(inspection, "sensitivity"));
}

static void check_actions(const struct change *c, struct error *err)
{
	if (rule_number(c->facts, "public_actions") > 0 && !rule_is(c->draft, "sensitivity", "public"))
		error_member(err, "/sensitivity", "public_actions",
			     "must stay public while an action that answers it is public");
}

static void check_parent(const struct change *c, struct error *err)
{
	const char *parent_id = member_text(c->draft, "parent_id");
	const char *its_inspection = member_text(c->facts, "parent_inspection_id");

	if (!parent_id)
		return;
	if (rule_is(c->draft, "id", parent_id))
		error_member(err, "/parent_id", "self", "names this finding itself");
	else if (rule_is_true(c->facts, "parent_is_descendant"))
		error_member(err, "/parent_id", "circle", "names a finding that is itself beneath this one");
	if (its_inspection && !rule_is(c->draft, "inspection_id", its_inspection))
		error_member(err, "/parent_id", "other_inspection",
			     "names a finding of another inspection; to refer to it, use links");
}

/* The facts tell the places in the list. */
static void complain_of_links(const json_t *facts, const char *which, const char *code, const char *why,
			      struct error *err)
{
	const json_t *index;
	size_t i;

	json_array_foreach(json_object_get(facts, which), i, index) {
		struct pointer p = pointer_item("/links", (size_t)json_integer_value(index));

		error_member(err, pointer_member(p.text, "earlier_id").text, code, "%s", why);
	}
}

static void check_links(const struct change *c, struct error *err)
{
	const json_t *link;
	size_t i;

	json_array_foreach(json_object_get(c->draft, "links"), i, link)
		if (member_text(c->draft, "id") && rule_is(link, "earlier_id", member_text(c->draft, "id")))
			error_member(err, pointer_member(pointer_item("/links", i).text, "earlier_id").text, "self",
				     "names this finding itself; a link is to an earlier finding");
	complain_of_links(c->facts, "later_links", "later_finding",
			  "names a finding of a later visit; write the link there, to this one", err);
	complain_of_links(c->facts, "circular_links", "circle",
			  "names a finding whose own links lead to this one; of the two only one is the earlier", err);
	if (rule_is_changed(c, "links")) /* older rows may hold some */
		complain_of_links(c->facts, "own_links", "same_inspection",
				  "names a finding of the same visit; a link is to one of an earlier visit, and what "
				  "stands beneath another has parent_id",
				  err);
}

/* The visit that confirms must have begun, and later than the one that found it. */
static void check_visit(const struct change *c, struct error *err)
{
	const json_t *visit = json_object_get(c->facts, "confirming");
	const char *begin_on = member_text(visit, "begin_on");
	const char *found_on = member_text(json_object_get(c->facts, "inspection"), "begin_on");

	if (!json_is_object(visit))
		return;
	if (rule_is(visit, "status", "planned") || rule_is(visit, "status", "cancelled"))
		error_member(err, "/" BY_VISIT, "not_begun", "names a visit that is %s; it has confirmed nothing yet",
			     member_text(visit, "status"));
	else if (!rule_is_after(begin_on, found_on))
		error_member(err, "/" BY_VISIT, "not_later",
			     "names a visit that did not begin later than the finding's own: %s is not after %s",
			     begin_on ? begin_on : "no known day", found_on ? found_on : "no known day");
}

/* Nothing is confirmed before what confirms it. */
static void check_day(const struct change *c, const char *since, const char *what, struct error *err)
{
	const char *on = member_text(c->draft, "status_on");

	if (rule_is_after(since, on))
		error_member(err, "/on", "before_confirmation", "cannot be before %s, %s", what, since);
}

static void check_days(const struct change *c, struct error *err)
{
	const char *visit_id = member_text(c->draft, BY_VISIT);
	const json_t *visit = json_object_get(c->facts, "confirming"),
		     *found = json_object_get(c->facts, "resolved_at");

	if (!json_is_object(visit) && rule_is(found, "id", visit_id))
		visit = found;
	check_day(c, visit_id ? member_text(visit, "begin_on") : NULL, "the beginning of the visit that confirms", err);
	check_day(c, member_text(json_object_get(c->facts, "decision"), "taken_on"),
		  "the day on which the decision was taken", err);
}

static void check_confirmation(const struct change *c, struct error *err)
{
	unsigned before = err->n_complaints;

	if (!rule_is_moving(c) || !rule_is(c->draft, "status", "confirmed_resolved"))
		return;
	if (!member_text(c->draft, BY_VISIT) && !member_text(c->draft, BY_DECISION))
		error_member(
			err, "/to", "confirmation_required",
			"needs one of three: " BY_VISIT ", a visit that began later; " BY_DECISION
			", a decision that was taken; or a finding of a later visit that links to this one as resolved");
	check_visit(c, err);
	rule_check_taken(c, BY_DECISION, err);
	if (err->n_complaints == before)
		check_days(c, err);
}

static void check(const struct change *c, struct error *err)
{
	const json_t *inspection = json_object_get(c->facts, "inspection");

	if (json_is_object(inspection)) /* one that is not there is complained of as a reference */
		check_against(c, inspection, err);
	check_parent(c, err);
	check_links(c, err);
	check_confirmation(c, err);
	check_actions(c, err);
	if (member_text(c->draft, "not_assessed_reason") && !rule_is(c->draft, "kind", "not_assessed"))
		error_member(err, "/not_assessed_reason", "assessed", "has a meaning only when kind is not_assessed");
	if (member_text(c->draft, "contested_response") && !rule_is_true(c->draft, "contested"))
		error_member(err, "/contested_response", "not_contested", "has a meaning only when contested is true");
}

static void warn(const struct change *c, json_t *warnings)
{
	const json_t *inspection = json_object_get(c->facts, "inspection");

	if (rule_is(c->draft, "stage", "provisional") &&
	    (rule_is(inspection, "status", "reported") || rule_is(inspection, "status", "published")))
		warning_add(warnings, "still_provisional", "/stage",
			    "The visit is %s, yet this is still as it was said before the report; check its wording.",
			    member_text(inspection, "status"));
	if (rule_is(c->draft, "kind", "not_assessed") && !member_text(c->draft, "not_assessed_reason"))
		warning_add(warnings, "reason_missing", "/not_assessed_reason",
			    "Why it was not assessed is not said; the next visit will want to know.");
}

const struct resource finding_resource = {
	.id = RES_FINDING,
	.name = "finding",
	.plural = "findings",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.filters = filters,
	.n_filters = ARRAY_LEN(filters),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.status = &statuses,
	.default_sort = "id",
	.searchable = true,
	.label = "coalesce(nullif(t.text, ''), t.printed_label, t.gloss)",
	.owned = true,
	.writable = true,
	.open = "t.stage = 'final' AND " OPEN_INSPECTION,
	.facts = "finding_facts",
	.rules = { .complete = complete, .check = check, .warn = warn, .moved = rule_moved },
};
