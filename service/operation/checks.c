/*
 * What about a draft needs the database: the facts that rules are judged by,
 * whether the rows it refers to exist, and whether its external references are
 * free. Two round trips, whatever the draft holds; what it names is held from the first on.
 */
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "operation/internal.h"
#include "resource/belonging.h"
#include "resource/guard.h"
#include "resource/number.h"

#include "core/banned.h"

/* --- facts --------------------------------------------------------------------- */

/* What the database knows: an object, empty when there is nothing to ask. The rows that are named are held first. */
static int ask_facts(struct connection *c, const struct call *call, const struct resource *r, const json_t *draft,
		     json_t **ret_facts, struct error *err)
{
	_cleanup_(freep) char *text = json_dumps(draft, JSON_COMPACT | JSON_REAL_PRECISION(NUMBER_DIGITS));
	_cleanup_(references_done) struct references named = { NULL };
	_cleanup_(statements_freep) struct statements *s = calloc(1, sizeof *s);
	_cleanup_(result_freep) struct result *answer = NULL;
	bool asked = false;

	if (!text || !s)
		return error_set(err, ERR_INTERNAL, "out of memory");
	s->schema = reach_schema(call);
	if (references_collect(r, draft, &named, err) < 0 || references_hold(&named, s, err) < 0)
		return -1;
	if (statement_has_facts(r)) {
		statement_facts(statements_next(s), r, text);
		asked = true;
	}
	if (statements_run(c, call, s, &answer, err) < 0)
		return -1;
	*ret_facts = asked ? json_loads(result_text(answer, 0, 0), 0, NULL) : json_object();
	return *ret_facts ? 0 : error_set(err, ERR_INTERNAL, "the facts of a %s could not be read", r->name);
}

/* And what every rule may ask for: who is writing, and on which day. */
static int fetch_facts(struct connection *c, const struct call *call, const struct resource *r, const json_t *draft,
		       const char *today, json_t **ret_facts, struct error *err)
{
	const char *me = call->context.person ? call->context.person : call->context.actor;
	_cleanup_(json_decrefp) json_t *facts = NULL;

	if (ask_facts(c, call, r, draft, &facts, err) < 0)
		return -1;
	if (json_object_set_new(facts, "me", me ? json_string(me) : json_null()) < 0 ||
	    json_object_set_new(facts, "today", json_string(today)) < 0)
		return error_set(err, ERR_INTERNAL, "out of memory");
	*ret_facts = TAKE(facts);
	return 0;
}

/* --- external references ------------------------------------------------------------- */

/* Taken is what an equally restricted row has: of another the writer might not be told. */
static int check_external_refs(struct connection *c, const struct call *call, const struct resource *r,
			       const json_t *draft, struct error *err)
{
	_cleanup_(freep) char *refs = json_dumps(json_object_get(draft, "external_refs"), JSON_COMPACT);
	const char *id = member_text(draft, "id"), *authority = member_text(draft, "authority_id");
	const char *sensitivity = member_text(draft, "sensitivity");
	struct statement s = { .sql = "SELECT x.system, x.ref FROM inspectd.external_ref x "
				      "JOIN jsonb_each_text($3::jsonb) e ON x.system = e.key AND x.ref = e.value "
				      "WHERE x.resource = $1 AND x.authority_id = $2 AND x.row_id::text <> $4 "
				      "AND x.sensitivity = $5",
			       .values = { r->name, authority ? authority : "", refs, id ? id : "", sensitivity },
			       .n_values = 5 };
	_cleanup_(result_freep) struct result *taken = NULL;

	if (!r->owned || json_object_size(json_object_get(draft, "external_refs")) == 0)
		return 0;
	if (connection_run(c, &call->context, &s, 1, &taken, err) < 0)
		return -1;
	for (size_t i = 0; i < result_rows(taken); i++) {
		char pointer[128];

		(void)snprintf(pointer, sizeof(pointer), "/external_refs/%s", result_text(taken, i, 0));
		error_add(err, ERR_CONFLICT, IN_BODY, pointer, "duplicate",
			  "another %s of this authority has this key in %s", resource_noun(r),
			  result_text(taken, i, 0));
	}
	return 0;
}

/* A key that the client names may be taken already. */
static int check_own_key(struct connection *c, const struct call *call, const struct resource *r, const json_t *draft,
			 const json_t *stored, struct error *err)
{
	char sql[96];
	struct statement s = { .sql = sql, .values = { member_text(draft, "id") }, .n_values = 1 };
	_cleanup_(result_freep) struct result *found = NULL;

	if (!r->own_key || stored)
		return 0;
	(void)snprintf(sql, sizeof(sql), "SELECT deleted_at IS NULL FROM inspectd.%s WHERE id = $1", r->name);
	if (connection_run(c, &call->context, &s, 1, &found, err) < 0)
		return -1;
	if (result_rows(found) > 0)
		error_add(err, ERR_CONFLICT, IN_BODY, "/id", "duplicate",
			  strcmp(result_text(found, 0, 0), "t") == 0 ? "%s '%s' exists already"
								     : "%s '%s' was deleted; restore it instead",
			  resource_noun(r), member_text(draft, "id"));
	return 0;
}

/* --- all together ------------------------------------------------------------------------ */

static int set_warnings(const struct guarded *write, json_t *draft, const struct change *change, struct error *err)
{
	const struct resource *r = write->resource;
	json_t *warnings = json_array();

	if (!warnings)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (r->rules.warn)
		r->rules.warn(change, warnings);
	guard_warn(write, warnings);
	return json_object_set_new(draft, "warnings", warnings) == 0 ? 0
								     : error_set(err, ERR_INTERNAL, "out of memory");
}

int check_draft(struct connection *c, const struct call *call, const struct resource *r, json_t *draft,
		const json_t *stored, struct error *err)
{
	_cleanup_(json_decrefp) json_t *facts = NULL;
	const struct guarded write = { r, draft, stored, call->context.reason };
	char today[11];
	struct change change;

	clock_today(today);
	if (fetch_facts(c, call, r, draft, today, &facts, err) < 0)
		return -1;
	belonging_complete(r, draft, facts);
	if (r->rules.complete)
		r->rules.complete(draft, stored, facts);
	if (reach_check_draft(call, r, draft, err) < 0)
		return -1;
	change = (struct change){ .draft = draft, .stored = stored, .facts = facts, .today = today };
	resource_check(r, &change, err);
	if (!call->allow_identifiers)
		guard_check(&write, err);
	if (references_check(c, call, r, draft, stored, err) < 0 || check_external_refs(c, call, r, draft, err) < 0 ||
	    check_own_key(c, call, r, draft, stored, err) < 0)
		return -1;
	if (err->n_complaints > 0)
		err->detail[0] = '\0'; /* it summed up fewer */
	if (error_check(err) < 0)
		return -1;
	return set_warnings(&write, draft, &change, err);
}

/* "1 agenda item", "2 agenda items", behind what stands there already. */
static void add_count(char *out, size_t size, const struct resource *r, const char *n)
{
	size_t used = strlen(out);

	(void)snprintf(out + used, size - used, "%s%s %s", used ? ", " : "", n,
		       strcmp(n, "1") == 0 ? r->name : r->plural);
	for (char *c = out + used; *c; c++)
		if (*c == '_')
			*c = ' ';
}

static const struct resource *resource_found(const struct result *found, size_t row)
{
	return resources[strtoul(result_text(found, row, 0), NULL, 10)];
}

/* What ends a row that cannot go: "cancelled", where it has that status. NULL: nothing does. */
static const char *ending_of(const struct resource *r)
{
	return r->status && vocabulary_has(r->status->statuses, "cancelled") ? "cancelled" : NULL;
}

/* What is only ever added to stays for good, and so does what it hangs from: `kept`, or NULL where all can go. */
static int refuse_removal_for(const struct resource *r, const char *what, const char *depends,
			      const struct resource *kept, struct error *err)
{
	const char *ending = ending_of(r);

	if (!kept)
		return error_set(err, ERR_CONFLICT, "this %s still has %s that %s on it; remove or move %s first",
				 resource_noun(r), what, depends, strcmp(depends, "depends") == 0 ? "that" : "those");
	return error_set(err, ERR_CONFLICT,
			 "this %s still has %s that %s on it; %s cannot be removed, so it stays%s%s%s",
			 resource_noun(r), what, depends, kept->plural, ending ? ": a transition to " : "",
			 ending ? ending : "", ending ? " ends it instead" : "");
}

static int refuse_removal(const struct resource *r, const struct result *found, struct error *err)
{
	bool one = result_rows(found) == 1 && strcmp(result_text(found, 0, 1), "1") == 0;
	const struct resource *kept = NULL;
	char what[400] = "";

	for (size_t i = 0; i < result_rows(found); i++) {
		const struct resource *other = resource_found(found, i);

		add_count(what, sizeof(what), other, result_text(found, i, 1));
		kept = other->append_only ? other : kept;
	}
	return refuse_removal_for(r, what, one ? "depends" : "depend", kept, err);
}

static int check_dependants(struct connection *c, const struct call *call, const struct resource *r, const char *id,
			    struct error *err)
{
	_cleanup_(result_freep) struct result *found = NULL;
	struct builder b;

	builder_init(&b, reach_schema(call));
	if (!statement_dependants(&b, r, id)) {
		builder_done(&b);
		return 0;
	}
	if (builder_run(&b, c, &call->context, &found, err) < 0)
		return -1;
	return result_rows(found) > 0 ? refuse_removal(r, found, err) : 0;
}

int check_removal(struct connection *c, const struct call *call, const struct resource *r, const json_t *stored,
		  struct error *err)
{
	_cleanup_(json_decrefp) json_t *row = NULL, *facts = NULL;
	char today[11];

	if (check_dependants(c, call, r, member_text(stored, "id"), err) < 0)
		return -1;
	if (!r->rules.remove)
		return 0;
	clock_today(today);
	row = draft_of(r, stored);
	if (!row)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (fetch_facts(c, call, r, row, today, &facts, err) < 0)
		return -1;
	r->rules.remove(facts, err);
	return error_check(err);
}
