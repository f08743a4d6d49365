/*
 * A finding: one thing that inspectors said, and whether it has been put right.
 * Its authority is its inspection's.
 */
#include "resource/known.h"
#include "resource/registry.h"
#include "resource/resource.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct field link_fields[] = {
	{ "earlier_id", F_REF, REQUIRED | SAME_AUTHORITY, .ref = RES_FINDING },
	{ "relation", F_ENUM, REQUIRED, .values = &finding_relations },
};

static const struct rows links = { .table = "finding_link",
				   .owner = "finding_id",
				   .inherits = "authority_id, sensitivity",
				   .fields = link_fields,
				   .n_fields = ARRAY_LEN(link_fields),
				   .key = "earlier_id" };

static const struct rows themes = {
	.table = "finding_theme", .owner = "finding_id", .inherits = "authority_id, sensitivity", .member = "theme_id"
};

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY | SORT },
	{ "external_refs", F_EXTERNAL, 0 },
	{ "authority_id", F_REF, READ_ONLY | FILTER | SORT | COUNT, .ref = RES_AUTHORITY },
	{ "inspection_id", F_REF, REQUIRED | CREATE_ONLY | FILTER | SORT | COUNT, .ref = RES_INSPECTION },
	{ "number", F_INT, NULLABLE | FILTER | RANGE | SORT, .min = 1, .max = 9999 },
	{ "parent_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_FINDING },
	{ "printed_label", F_TEXT, NULLABLE, .max = 200 },
	{ "kind", F_ENUM, REQUIRED | FILTER | SORT | COUNT, .values = &finding_kinds },
	{ "polarity", F_ENUM, NULLABLE | FILTER | COUNT, .values = &finding_polarities },
	{ "extent", F_TEXT, NULLABLE, .max = 200 },
	{ "stage", F_ENUM, FILTER | COUNT, .values = &finding_stages, .initial = "final" },
	{ "status", F_ENUM, READ_ONLY | FILTER | SORT | COUNT, .values = &finding_statuses, .initial = "open" },
	{ "status_on", F_DATE, READ_ONLY | NULLABLE | FILTER | RANGE },
	{ "allowed_transitions", F_TRANSITIONS, READ_ONLY },
	{ "suggested_status", F_ENUM, READ_ONLY | DERIVED, .values = &finding_statuses },
	{ "sensitivity", F_ENUM, FILTER | COUNT, .values = &sensitivities, .initial = "council" },
	{ "strand", F_TEXT, NULLABLE | FILTER | SORT | COUNT, .max = 64, .pattern = "slug", .known = KNOWN_STRANDS },
	{ "theme_ids", F_REFS, COUNT, .ref = RES_THEME, .rows = &themes },
	{ "text", F_TEXT, 0, .initial = "" },
	{ "gloss", F_TEXT, NULLABLE },
	{ "source_paragraph", F_TEXT, NULLABLE, .max = 200 },
	{ "source_url", F_TEXT, NULLABLE, .max = 1000, .pattern = "url" },
	{ "national_framework_ref", F_TEXT, NULLABLE | FILTER | COUNT, .max = 64, .pattern = "slug" },
	{ "contested", F_BOOL, FILTER, .initial = "false" },
	{ "contested_response", F_TEXT, NULLABLE },
	{ "links", F_OBJECTS, 0, .rows = &links },
	{ "action_ids", F_JSON, READ_ONLY | DERIVED },
	{ "reason", F_TEXT, WRITE_ONLY, .max = 1000, .pattern = "filled" },
	{ "warnings", F_JSON, READ_ONLY },
	{ "version", F_INT, READ_ONLY },
	{ "created_at", F_TIME, READ_ONLY | FILTER | RANGE | SORT },
	{ "updated_at", F_TIME, READ_ONLY | FILTER | RANGE | SORT },
};

static const struct filter filters[] = {
	{ "theme_id", F_REF, .ref = RES_THEME, .known = KNOWN_THEMES,
	  .sql = "id IN (SELECT l.finding_id FROM {s}.finding_theme l WHERE l.theme_id = ANY ({v}))" },
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
	{ "actions", RES_ACTION, .many = true,
	  .sql = "{s}.action_finding l JOIN {s}.actions t ON t.id = l.action_id WHERE l.finding_id = {p}" },
	{ "themes", RES_THEME, .many = true,
	  .sql = "{s}.finding_theme l JOIN {s}.themes t ON t.id = l.theme_id WHERE l.finding_id = {p}" },
};

static const struct dependant dependants[] = {
	{ "actions", "SELECT count(*) FROM inspectd.action_finding l JOIN inspectd.actions a ON a.id = l.action_id "
		     "WHERE l.finding_id = $1::uuid" },
	{ "findings", "SELECT count(*) FROM inspectd.findings f WHERE f.parent_id = $1::uuid OR EXISTS (SELECT FROM "
		      "inspectd.finding_link l WHERE l.finding_id = f.id AND l.earlier_id = $1::uuid)" },
};

/* Addressed is the council's word; confirmed resolved is the inspectors', at a later visit. */
static const struct status_step steps[] = {
	{ "open", "being_addressed", false },
	{ "open", "addressed", false },
	{ "being_addressed", "addressed", false },
	{ "being_addressed", "open", true },
	{ "addressed", "confirmed_resolved", false },
	{ "addressed", "being_addressed", true },
	{ "confirmed_resolved", "being_addressed", true },
};

static const struct status_table statuses = { &finding_statuses, steps, ARRAY_LEN(steps) };

/* A strength has nothing to put right, so its status says so; what stops being one is open. */
static void complete(json_t *draft, const json_t *stored, const json_t *facts)
{
	bool is_strength = rule_is(draft, "kind", "strength");
	bool was_strength = rule_is(draft, "status", "not_applicable");

	(void)stored; /* the inspection never changes, so what it gave stays */
	rule_fill(draft, "authority_id", member_text(json_object_get(facts, "inspection"), "authority_id"));
	if (is_strength == was_strength)
		return;
	rule_set(draft, "status", is_strength ? "not_applicable" : "open");
	rule_set(draft, "status_on", NULL);
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

static void check_links(const struct change *c, struct error *err)
{
	const json_t *link, *index;
	size_t i;

	json_array_foreach(json_object_get(c->draft, "links"), i, link)
		if (member_text(c->draft, "id") && rule_is(link, "earlier_id", member_text(c->draft, "id")))
			error_member(err, pointer_member(pointer_item("/links", i).text, "earlier_id").text, "self",
				     "names this finding itself; a link is to an earlier finding");
	json_array_foreach(json_object_get(c->facts, "later_links"), i, index) {
		struct pointer p = pointer_item("/links", (size_t)json_integer_value(index));

		error_member(err, pointer_member(p.text, "earlier_id").text, "later_finding",
			     "names a finding of a later visit; write the link there, to this one");
	}
}

static void check(const struct change *c, struct error *err)
{
	const json_t *inspection = json_object_get(c->facts, "inspection");

	if (json_is_object(inspection)) /* one that is not there is complained of as a reference */
		check_against(c, inspection, err);
	check_parent(c, err);
	check_links(c, err);
	check_actions(c, err);
	if (member_text(c->draft, "contested_response") && !rule_is_true(c->draft, "contested"))
		error_member(err, "/contested_response", "not_contested", "has a meaning only when contested is true");
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
	.dependants = dependants,
	.n_dependants = ARRAY_LEN(dependants),
	.status = &statuses,
	.default_sort = "id",
	.searchable = true,
	.owned = true,
	.writable = true,
	.rules = { .complete = complete, .check = check, .moved = rule_moved },
};
