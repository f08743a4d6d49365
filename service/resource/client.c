/*
 * Who may call: a system, a team or a page, with what it may do, whose rows it
 * reaches and how restricted a row it sees. How it shows who it is stands apart:
 * its keys are api_key.c. A client is revoked, never deleted, for the journal
 * names it for good.
 */
#include <string.h>

#include "resource/common.h"
#include "resource/registry.h"
#include "resource/rule.h"
#include "resource/scope.h"

#include "core/banned.h"

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY | SORT },
	{ "name", F_TEXT, REQUIRED | FILTER | SORT, .max = 120, .pattern = "name" },
	{ "scopes", F_TEXTS, REQUIRED, .max = 64, .pattern = "filled" },
	{ "authority_ids", F_TEXTS, NULLABLE, .pattern = "la" },
	{ "clearance", F_ENUM, FILTER | COUNT, .values = &sensitivities, .initial = "council" },
	{ "expires_on", F_DATE, NULLABLE | FILTER | RANGE },
	{ "status", F_ENUM, READ_ONLY | FILTER | COUNT, .values = &access_statuses, .initial = "active" },
	{ "status_on", F_DATE, READ_ONLY | NULLABLE },
	{ "allowed_transitions", F_TRANSITIONS, READ_ONLY },
	FIELDS_TRACE,
};

static const struct filter filters[] = {
	{ "authority_id", F_REF, .ref = RES_AUTHORITY, .sql = "authority_ids && {v}" },
};

static const struct status_step steps[] = {
	{ "active", "revoked", false },
};

static const struct status_table statuses = { &access_statuses, steps, ARRAY_LEN(steps) };

/* Whoever grants must hold all that there is to grant: every authority's rows, the restricted too. */
static bool is_whole(const json_t *draft)
{
	return json_is_null(json_object_get(draft, "authority_ids")) && rule_is(draft, "clearance", "restricted");
}

static void check_scope(const struct change *c, const char *scope, const char *pointer, struct error *err)
{
	char hint[160];

	if (!scope_is_known(scope)) {
		scope_hint(scope, hint, sizeof hint);
		error_member(err, pointer, "no_such_scope", "is not a scope known here%s", hint);
	} else if (strcmp(scope, "admin") == 0 && !is_whole(c->draft)) {
		error_member(err, pointer, "admin_is_whole",
			     "admin is for clients of every authority (authority_ids null) with the clearance "
			     "restricted: it grants to others, and nobody can grant more than it has");
	} else if (scope_is_write(scope) && rule_is(c->draft, "clearance", "public")) {
		error_member(err, pointer, "public_does_not_write",
			     "a client with the clearance public writes nothing; leave this scope out");
	}
}

static void check_authorities(const struct change *c, struct error *err)
{
	const json_t *ids = json_object_get(c->draft, "authority_ids"), *index;
	size_t i;

	json_array_foreach(json_object_get(c->facts, "unknown_authorities"), i, index) {
		const char *id = json_string_value(json_array_get(ids, (size_t)json_integer_value(index)));

		if (id)
			error_member(err, pointer_item("/authority_ids", (size_t)json_integer_value(index)).text,
				     "no_such_row", "there is no authority '%s'", id);
	}
}

static void check(const struct change *c, struct error *err)
{
	const json_t *scope;
	size_t i;

	json_array_foreach(json_object_get(c->draft, "scopes"), i, scope)
		if (json_is_string(scope))
			check_scope(c, json_string_value(scope), pointer_item("/scopes", i).text, err);
	check_authorities(c, err);
	if (rule_is_changed(c, "expires_on") && rule_is_after(c->today, member_text(c->draft, "expires_on")))
		error_member(err, "/expires_on", "in_past",
			     "is the last day on which its keys work, so it cannot be before today, %s; to end it at "
			     "once, move it to revoked",
			     c->today);
}

/* Most often the list was forgotten. */
static void warn(const struct change *c, json_t *warnings)
{
	const json_t *ids = json_object_get(c->draft, "authority_ids");

	if (json_is_array(ids) && json_array_size(ids) == 0)
		warning_add(warnings, "no_authority", "/authority_ids",
			    "Names no authority, so the client sees only what is open to all and writes nothing; null "
			    "stands for every authority.");
}

const struct resource client_resource = {
	.id = RES_CLIENT,
	.name = "client",
	.plural = "clients",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.filters = filters,
	.n_filters = ARRAY_LEN(filters),
	.status = &statuses,
	.default_sort = "name",
	.writable = true,
	.facts = "client_facts",
	.read_scope = "admin",
	.write_scope = "admin",
	.rules = { .check = check, .warn = warn, .moved = rule_moved },
};
