/*
 * Who delivers an authority's children's services, as a dated episode. The council
 * stays accountable and is the inspected body; one trust may serve several councils.
 */
#include "resource/common.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct field fields[] = {
	FIELDS_OWNED,
	{ "kind", F_ENUM, REQUIRED | FILTER | SORT | COUNT, .values = &delivery_model_kinds },
	{ "name", F_TEXT, NULLABLE | FILTER | SORT, .max = 200, .pattern = "name" },
	{ "organisation_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_ORGANISATION },
	{ "started_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "started_precision", F_ENUM, NULLABLE, .values = &date_precisions },
	{ "ended_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "in_force", F_BOOL, READ_ONLY | DERIVED },
	{ "served_authority_ids", F_JSON, READ_ONLY | DERIVED },
	{ "summary", F_TEXT, NULLABLE },
	{ "source_url", F_TEXT, NULLABLE, .max = 1000, .pattern = "url" },
	FIELDS_TRACE,
};

static const struct filter filters[] = {
	{ "in_force", F_BOOL, .sql = "in_force", .otherwise = "NOT in_force" },
};

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
	{ "organisation", RES_ORGANISATION, .column = "organisation_id" },
};

static void check(const struct change *c, struct error *err)
{
	if (member_text(c->draft, "kind") && !rule_is(c->draft, "kind", "in_house") && !member_text(c->draft, "name") &&
	    !member_text(c->draft, "organisation_id"))
		error_member(err, "/name", "required",
			     "is required, or organisation_id, unless the council delivers the services itself");
	rule_check_order(c, "started_on", "ended_on", err);
}

/* Services may pass in stages, so two at once are odd but real. */
static void warn(const struct change *c, json_t *warnings)
{
	const json_t *others = json_object_get(c->facts, "overlapping");
	const json_t *other = json_array_get(others, 0);
	const char *name = member_text(other, "name"), *from = member_text(other, "started_on");
	const char *to = member_text(other, "ended_on");

	if (other)
		warning_add(warnings, "overlaps", "/started_on",
			    "The authority has another delivery model for some of that time: %s (%s to %s); check "
			    "when each began and ended.",
			    name ? name : member_text(other, "kind"), from ? from : "not known", to ? to : "today");
}

const struct resource delivery_model_resource = {
	.id = RES_DELIVERY_MODEL,
	.name = "delivery_model",
	.plural = "delivery_models",
	.noun = "delivery model",
	.path = "delivery-models",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.filters = filters,
	.n_filters = ARRAY_LEN(filters),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.default_sort = "-started_on",
	.searchable = true,
	.label = "coalesce(t.name, t.summary)",
	.owned = true,
	.writable = true,
	.facts = "delivery_model_facts",
	.rules = { .check = check, .warn = warn },
};
