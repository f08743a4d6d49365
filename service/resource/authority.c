/*
 * A local authority with children's services. Known by its DfE LA number, which
 * survives the boundary changes that alter its GSS code.
 */
#include <string.h>

#include "resource/common.h"
#include "resource/known.h"
#include "resource/registry.h"
#include "resource/resource.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct rows successors = { .table = "authority_succession",
					.owner = "predecessor_id",
					.member = "successor_id" };

static const struct field fields[] = {
	{ "id", F_ID, REQUIRED | CREATE_ONLY | SORT, .pattern = "la" },
	{ "name", F_TEXT, REQUIRED | SORT, .max = 200, .pattern = "name" },
	{ "official_name", F_TEXT, NULLABLE | SORT, .max = 200, .pattern = "name" },
	{ "aliases", F_TEXTS, 0, .max = 200, .pattern = "name" },
	{ "gss_code", F_TEXT, NULLABLE | SORT, .pattern = "gss" },
	{ "former_gss_codes", F_TEXTS, 0, .pattern = "gss" },
	{ "urn", F_TEXT, NULLABLE | FILTER | SORT, .pattern = "urn" },
	{ "type", F_ENUM, REQUIRED | FILTER | SORT | COUNT, .values = &authority_types },
	{ "region", F_TEXT, NULLABLE | FILTER | SORT | COUNT, .max = 100, .known = KNOWN_REGIONS },
	{ "region_code", F_TEXT, NULLABLE | FILTER | SORT | COUNT, .pattern = "region" },
	{ "status", F_ENUM, READ_ONLY | FILTER | SORT | COUNT, .values = &authority_statuses, .initial = "current" },
	{ "status_on", F_DATE, READ_ONLY | NULLABLE },
	{ "allowed_transitions", F_TRANSITIONS, READ_ONLY },
	{ "started_on", F_DATE, NULLABLE | FILTER | RANGE | SORT, .min = 1850 },
	{ "ended_on", F_DATE, READ_ONLY | NULLABLE | FILTER | RANGE | SORT, .min = 1850 },
	{ "predecessor_ids", F_JSON, READ_ONLY },
	{ "successor_ids", F_REFS, 0, .ref = RES_AUTHORITY, .rows = &successors },
	{ "standing_judgements", F_JSON, READ_ONLY | DERIVED },
	FIELDS_TRACE,
};

/*
 * Names and codes that were superseded still find their authority. A name may
 * hold a comma, which elsewhere parts two values, so the whole is tried as well.
 */
static const struct filter filters[] = {
	{ "gss_code", F_TEXT,
	  .sql = "gss_code = ANY (SELECT upper(v) FROM unnest({v}) v) OR "
		 "former_gss_codes && ARRAY(SELECT upper(v) FROM unnest({v}) v)" },
	{ "name", F_TEXT,
	  .sql = "EXISTS (SELECT FROM unnest(aliases || name || official_name) a WHERE lower(a) = "
		 "ANY (SELECT lower(v) FROM unnest({v} || array_to_string({v}, ',')) v))" },
	{ "standing_grade", F_TEXT, .known = KNOWN_GRADES,
	  .sql = "EXISTS (SELECT FROM jsonb_array_elements(standing_judgements) j WHERE j ->> 'grade' = ANY ({v}))" },
	{ "standing", F_TEXT, .known = KNOWN_JUDGEMENTS,
	  .sql = "EXISTS (SELECT FROM jsonb_array_elements(standing_judgements) j "
		 "WHERE (j ->> 'strand') || ':' || (j ->> 'grade') = ANY ({v}))" },
};

static const struct expansion expansions[] = {
	{ "inspections", RES_INSPECTION, .many = true, .sql = "{s}.inspections t WHERE t.authority_id = {p}" },
	{ "successors", RES_AUTHORITY, .many = true,
	  .sql = "{s}.authority_succession l JOIN {s}.authorities t ON t.id = l.successor_id WHERE l.predecessor_id = {p}" },
	{ "predecessors", RES_AUTHORITY, .many = true,
	  .sql = "{s}.authority_succession l JOIN {s}.authorities t ON t.id = l.predecessor_id WHERE l.successor_id = {p}" },
};

static const struct status_step steps[] = {
	{ "current", "abolished", true },
	{ "abolished", "current", true },
};

static const struct status_table statuses = { &authority_statuses, steps, ARRAY_LEN(steps) };

/* "Yorkshire and the Humber" and "Yorkshire and The Humber" are one region: it keeps one spelling. */
static void complete(json_t *draft, const json_t *stored, const json_t *facts)
{
	const char *region = member_text(draft, "region");
	const char *known = member_text(facts, "region_of_code");

	(void)stored;
	if (region && known && strcasecmp(region, known) == 0)
		rule_set(draft, "region", known);
}

static void check_holder(const struct change *c, const char *name, const char *fact, struct error *err)
{
	const char *holder = member_text(c->facts, fact);

	if (holder)
		error_add(err, ERR_CONFLICT, IN_BODY, pointer_member("", name).text, "duplicate",
			  "%s is held by authority %s; no two can have it at once", member_text(c->draft, name),
			  holder);
}

static void check_region(const struct change *c, struct error *err)
{
	const char *region = member_text(c->draft, "region");
	const char *known = member_text(c->facts, "region_of_code");

	if (region && known && strcasecmp(region, known) != 0)
		error_member(err, "/region", "region_mismatch", "does not go with its region_code: %s is %s",
			     member_text(c->draft, "region_code"), known);
}

static void check_successors(const struct change *c, struct error *err)
{
	const json_t *id;
	size_t i;

	json_array_foreach(json_object_get(c->draft, "successor_ids"), i, id)
		if (rule_is(c->draft, "id", json_string_value(id)))
			error_member(err, pointer_item("/successor_ids", i).text, "self",
				     "names this authority itself; a successor is another one");
	json_array_foreach(json_object_get(c->facts, "circular_successors"), i, id)
		error_member(err, pointer_item("/successor_ids", (size_t)json_integer_value(id)).text, "circle",
			     "names an authority that this one succeeded, directly or in the end");
}

static void check(const struct change *c, struct error *err)
{
	const char *started_on = member_text(c->draft, "started_on");
	const char *ended_on = member_text(c->draft, "ended_on");

	check_region(c, err);
	check_holder(c, "gss_code", "code_holder", err);
	check_holder(c, "urn", "urn_holder", err);
	check_successors(c, err);
	if (rule_is_after(started_on, ended_on))
		error_member(err, rule_is_moving(c) ? "/on" : "/started_on", "before_start",
			     "an authority that started on %s cannot have ended on %s", started_on, ended_on);
}

static void moved(json_t *draft, const struct move *move)
{
	rule_moved(draft, move);
	rule_set(draft, "ended_on", strcmp(move->to, "abolished") == 0 ? move->on : NULL);
}

const struct resource authority_resource = {
	.id = RES_AUTHORITY,
	.name = "authority",
	.plural = "authorities",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.filters = filters,
	.n_filters = ARRAY_LEN(filters),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.status = &statuses,
	.default_sort = "name",
	.searchable = true,
	.own_key = true,
	.writable = true,
	.write_scope = "admin",
	.facts = "authority_facts",
	.rules = { .complete = complete, .check = check, .moved = moved },
};
