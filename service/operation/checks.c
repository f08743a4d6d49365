/*
 * What about a draft needs the database: the facts that rules are judged by,
 * whether the rows it refers to exist, and whether its external references are
 * free. Two round trips, whatever the draft holds; what it names is locked from the first on.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "operation/internal.h"

#include "core/banned.h"

/* --- references ------------------------------------------------------------------ */

/* One place in a draft that names another row. */
struct reference {
	char pointer[128];
	const char *id; /* borrowed from the draft */
	const struct field *field;
};

struct references {
	struct reference item[2 * LIMIT_LIST_ITEMS];
	size_t n;
};

static void add_reference(struct references *all, const struct field *f, const char *id, const char *fmt, ...)
	_printf_(4, 5);

static void add_reference(struct references *all, const struct field *f, const char *id, const char *fmt, ...)
{
	struct reference *x = &all->item[all->n];
	va_list arguments;

	if (!id || all->n == ARRAY_LEN(all->item))
		return;
	x->field = f;
	x->id = id;
	va_start(arguments, fmt);
	(void)vsnprintf(x->pointer, sizeof(x->pointer), fmt, arguments);
	va_end(arguments);
	all->n++;
}

static void collect_list(struct references *all, const struct field *f, const json_t *list)
{
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item) {
		if (f->type == F_REFS) {
			add_reference(all, f, json_string_value(item), "/%s/%zu", f->name, i);
			continue;
		}
		for (size_t k = 0; k < f->rows->n_fields; k++)
			if (f->rows->fields[k].type == F_REF)
				add_reference(all, &f->rows->fields[k], member_text(item, f->rows->fields[k].name),
					      "/%s/%zu/%s", f->name, i, f->rows->fields[k].name);
	}
}

static void collect(struct references *all, const struct resource *r, const json_t *draft)
{
	all->n = 0;
	for (size_t i = 0; i < r->n_fields; i++) {
		const struct field *f = &r->fields[i];

		if (f->type == F_REF && !(f->flags & READ_ONLY))
			add_reference(all, f, member_text(draft, f->name), "/%s", f->name);
		else if (f->type == F_REFS || f->type == F_OBJECTS)
			collect_list(all, f, json_object_get(draft, f->name));
	}
}

/* The references from `first` that one field holds end here. */
static size_t group_end(const struct references *all, size_t first)
{
	size_t end = first + 1;

	while (end < all->n && all->item[end].field == all->item[first].field)
		end++;
	return end;
}

static unsigned add_ids(struct builder *b, const struct references *all, size_t first, size_t end)
{
	char *ids[2 * LIMIT_LIST_ITEMS];

	for (size_t i = first; i < end; i++)
		ids[i - first] = (char *)all->item[i].id;
	return builder_array(b, ids, end - first);
}

/* The ids of one field, as one member of a UNION that answers with the places of those that are missing. */
static void add_lookup(struct builder *b, const struct references *all, size_t first, size_t end, const char *authority)
{
	const struct field *f = all->item[first].field;
	const struct resource *target = resources[f->ref];
	unsigned n = add_ids(b, all, first, end);

	if (b->sql.len > 0)
		buf_adds(&b->sql, " UNION ALL ");
	buf_addf(&b->sql,
		 "SELECT v.n + $%u::bigint AS place FROM unnest($%u::%s[]) WITH ORDINALITY AS v (id, n) "
		 "WHERE NOT EXISTS (SELECT FROM inspectd.%s t WHERE t.id = v.id",
		 builder_value(b, NULL), n, key_type(target), target->plural);
	if (f->flags & SAME_AUTHORITY)
		buf_addf(&b->sql, " AND t.authority_id = $%u", builder_value(b, authority));
	buf_adds(&b->sql, ")");
}

/* Absent, deleted and another council's answer alike. */
static void complain_of(const struct references *all, size_t place, struct error *err)
{
	const struct reference *x = &all->item[place];

	if (place < all->n)
		error_member(err, x->pointer, "no_such_row", "there is no %s '%.64s'%s", resources[x->field->ref]->name,
			     x->id, x->field->flags & SAME_AUTHORITY ? " of this authority" : "");
}

static int check_references(struct connection *c, const struct call *call, const struct resource *r,
			    const json_t *draft, struct references *all, struct error *err)
{
	_cleanup_(result_freep) struct result *missing = NULL;
	char offsets[64][24];
	struct builder b;
	struct statement s;
	int outcome = 0;
	size_t groups = 0;

	collect(all, r, draft);
	builder_init(&b, false);
	for (size_t first = 0, end; first < all->n && groups < ARRAY_LEN(offsets); first = end, groups++) {
		size_t offset_value;

		end = group_end(all, first);
		(void)snprintf(offsets[groups], sizeof(offsets[0]), "%zu", first);
		offset_value = b.n_values + 1; /* after the ids */
		add_lookup(&b, all, first, end, member_text(draft, "authority_id"));
		if (offset_value < ARRAY_LEN(b.values))
			b.values[offset_value] = offsets[groups];
	}
	if (groups > 0) {
		outcome = builder_statement(&b, &s, err);
		if (outcome == 0)
			outcome = connection_run(c, &call->context, &s, 1, &missing, err);
	}
	builder_done(&b);
	for (size_t i = 0; outcome == 0 && missing && i < result_rows(missing); i++)
		complain_of(all, strtoul(result_text(missing, i, 0), NULL, 10) - 1, err);
	return outcome;
}

/* --- facts --------------------------------------------------------------------- */

#define LOCKS_MAX 7 /* beside the facts, in one round trip */

/*
 * Holds the rows that a draft names as they are until the write is over: what is being deleted must not gain
 * a row that depends on it, nor what is being restricted a public one. Reference data is never deleted, and
 * the service's role could not lock it.
 */
static size_t add_locks(const struct references *all, struct builder *lock)
{
	size_t n = 0;

	for (size_t first = 0, end; first < all->n && n < LOCKS_MAX; first = end) {
		const struct resource *target = resources[all->item[first].field->ref];

		end = group_end(all, first);
		if (!target->writable)
			continue;
		builder_init(&lock[n], false);
		buf_addf(&lock[n].sql, "SELECT FROM inspectd.%s WHERE id = ANY ($%u::%s[]) ORDER BY id FOR KEY SHARE",
			 target->name, add_ids(&lock[n], all, first, end), key_type(target));
		n++;
	}
	return n;
}

/* Takes the locks first: what was waited for is among the facts. */
static int run_facts(struct connection *c, const struct call *call, const struct references *named,
		     const struct statement *facts, struct result **ret_answer, struct error *err)
{
	struct builder lock[LOCKS_MAX];
	struct statement s[LOCKS_MAX + 1];
	struct result *answer[LOCKS_MAX + 1] = { NULL };
	size_t n = add_locks(named, lock);
	int outcome = 0;

	for (size_t i = 0; i < n && outcome == 0; i++)
		outcome = builder_statement(&lock[i], &s[i], err);
	s[n] = *facts;
	if (outcome == 0)
		outcome = connection_run(c, &call->context, s, n + 1, answer, err);
	for (size_t i = 0; i < n; i++) {
		result_free(answer[i]);
		builder_done(&lock[i]);
	}
	*ret_answer = answer[n];
	return outcome;
}

static int fetch_facts(struct connection *c, const struct call *call, const struct resource *r, const json_t *draft,
		       struct references *named, json_t **ret_facts, struct error *err)
{
	char sql[96];
	_cleanup_(freep) char *text = json_dumps(draft, JSON_COMPACT);
	struct statement s = { .sql = sql, .values = { text }, .n_values = 1 };
	_cleanup_(result_freep) struct result *answer = NULL;

	if (!text)
		return error_set(err, ERR_INTERNAL, "out of memory");
	collect(named, r, draft);
	(void)snprintf(sql, sizeof(sql), "SELECT inspectd.%s_facts($1::jsonb)", r->name);
	if (run_facts(c, call, named, &s, &answer, err) < 0)
		return -1;
	*ret_facts = json_loads(result_text(answer, 0, 0), 0, NULL);
	return *ret_facts ? 0 : error_set(err, ERR_INTERNAL, "the facts of a %s could not be read", r->name);
}

/* --- external references ------------------------------------------------------------- */

static int check_external_refs(struct connection *c, const struct call *call, const struct resource *r,
			       const json_t *draft, struct error *err)
{
	_cleanup_(freep) char *refs = json_dumps(json_object_get(draft, "external_refs"), JSON_COMPACT);
	const char *id = member_text(draft, "id");
	struct statement s = { .sql = "SELECT x.system, x.ref FROM inspectd.external_ref x "
				      "JOIN jsonb_each_text($3::jsonb) e ON x.system = e.key AND x.ref = e.value "
				      "WHERE x.resource = $1 AND x.authority_id = $2 AND x.row_id::text <> $4",
			       .values = { r->name, member_text(draft, "authority_id"), refs, id ? id : "" },
			       .n_values = 4 };
	_cleanup_(result_freep) struct result *taken = NULL;

	if (!r->owned || json_object_size(json_object_get(draft, "external_refs")) == 0)
		return 0;
	if (connection_run(c, &call->context, &s, 1, &taken, err) < 0)
		return -1;
	for (size_t i = 0; i < result_rows(taken); i++) {
		char pointer[128];

		(void)snprintf(pointer, sizeof(pointer), "/external_refs/%s", result_text(taken, i, 0));
		error_add(err, ERR_CONFLICT, IN_BODY, pointer, "duplicate",
			  "another %s of this authority is '%.64s' in %s", r->name, result_text(taken, i, 1),
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
			  r->name, member_text(draft, "id"));
	return 0;
}

/* --- all together ------------------------------------------------------------------------ */

static int set_warnings(const struct resource *r, json_t *draft, const struct change *change, struct error *err)
{
	json_t *warnings = json_array();

	if (!warnings)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (r->rules.warn)
		r->rules.warn(change, warnings);
	return json_object_set_new(draft, "warnings", warnings) == 0 ? 0
								     : error_set(err, ERR_INTERNAL, "out of memory");
}

int check_draft(struct connection *c, const struct call *call, const struct resource *r, json_t *draft,
		const json_t *stored, struct error *err)
{
	_cleanup_(json_decrefp) json_t *facts = NULL;
	_cleanup_(freep) struct references *named = calloc(1, sizeof(*named));
	char today[11];
	struct change change;

	if (!named)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (fetch_facts(c, call, r, draft, named, &facts, err) < 0)
		return -1;
	clock_today(today);
	if (r->rules.complete)
		r->rules.complete(draft, stored, facts);
	change = (struct change){ .draft = draft, .stored = stored, .facts = facts, .today = today };
	resource_check(r, &change, err);
	if (check_references(c, call, r, draft, named, err) < 0 || check_external_refs(c, call, r, draft, err) < 0 ||
	    check_own_key(c, call, r, draft, stored, err) < 0)
		return -1;
	if (err->n_complaints > 0)
		err->detail[0] = '\0'; /* it summed up fewer */
	if (error_check(err) < 0)
		return -1;
	return set_warnings(r, draft, &change, err);
}

int check_dependants(struct connection *c, const struct call *call, const struct resource *r, const char *id,
		     struct error *err)
{
	struct statement s[8];
	struct result *counts[8] = { NULL };
	char what[256] = "";

	for (size_t i = 0; i < r->n_dependants; i++)
		s[i] = (struct statement){ .sql = r->dependants[i].sql, .values = { id }, .n_values = 1 };
	if (r->n_dependants == 0)
		return 0;
	if (connection_run(c, &call->context, s, r->n_dependants, counts, err) < 0)
		return -1;
	for (size_t i = 0; i < r->n_dependants; i++) {
		const char *n = result_text(counts[i], 0, 0);
		size_t used = strlen(what);

		if (strcmp(n, "0") != 0)
			(void)snprintf(what + used, sizeof(what) - used, "%s%s %s", used ? ", " : "", n,
				       r->dependants[i].plural);
		result_free(counts[i]);
	}
	if (*what)
		return error_set(err, ERR_CONFLICT,
				 "this %s still has %s that depend on it; remove or move those first", r->name, what);
	return 0;
}
