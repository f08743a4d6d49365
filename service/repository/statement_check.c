/*
 * SQL by which a write is checked, from the resource tables: the facts about a
 * draft, the rows that it names, and what depends on a row that is to go.
 */
#include "repository/statement.h"
#include "resource/belonging.h"

#include "core/banned.h"

/* --- facts -------------------------------------------------------------------- */

/* A member of the draft, $1, as an id of `target`. */
static void add_id(struct builder *b, const char *member, const struct resource *target)
{
	buf_addf(&b->sql, "($1::jsonb ->> '%s')::%s", member, key_type(target));
}

static void add_parent(struct builder *b, const struct resource *r)
{
	const struct resource *parent = resources[resource_field(r, r->belongs_to)->ref];

	buf_addf(&b->sql,
		 " || jsonb_build_object('parent', (SELECT jsonb_build_object('authority_id', p.authority_id, "
		 "'sensitivity', p.sensitivity) FROM %s.%s p WHERE p.id = ",
		 b->schema, parent->plural);
	add_id(b, r->belongs_to, parent);
	buf_adds(&b->sql, "))");
}

/* The sensitivities in their order, as an array. */
static void add_scale(struct builder *b)
{
	for (size_t i = 0; i < sensitivities.n; i++)
		buf_addf(&b->sql, "%s'%s'", i ? ", " : "ARRAY[", sensitivities.terms[i].code);
	buf_adds(&b->sql, "]");
}

static void add_more_open(struct builder *b, const struct resource *r, const struct resource *child)
{
	buf_addf(&b->sql, "(SELECT count(*) FROM %s.%s c WHERE c.%s = ", b->schema, child->plural, child->belongs_to);
	add_id(b, "id", r);
	buf_adds(&b->sql, " AND array_position(");
	add_scale(b);
	buf_adds(&b->sql, ", c.sensitivity) < array_position(");
	add_scale(b);
	buf_adds(&b->sql, ", $1::jsonb ->> 'sensitivity'))");
}

static bool has_children(const struct resource *r)
{
	for (size_t i = RES_NONE + 1; i < RES_COUNT_; i++)
		if (belonging_is_free(resources[i], r))
			return true;
	return false;
}

static void add_children(struct builder *b, const struct resource *r)
{
	const char *before = " || jsonb_build_object('more_open', ";

	for (size_t i = RES_NONE + 1; i < RES_COUNT_; i++) {
		if (!belonging_is_free(resources[i], r))
			continue;
		buf_adds(&b->sql, before);
		add_more_open(b, r, resources[i]);
		before = " + ";
	}
	buf_adds(&b->sql, ")");
}

bool statement_has_facts(const struct resource *r)
{
	return r->facts || r->belongs_to || has_children(r);
}

void statement_facts(struct builder *b, const struct resource *r, const char *draft)
{
	if (r->facts)
		buf_addf(&b->sql, "SELECT %s.%s($1::jsonb)", b->schema, r->facts);
	else
		buf_adds(&b->sql, "SELECT '{}'::jsonb");
	if (r->belongs_to)
		add_parent(b, r);
	if (has_children(r))
		add_children(b, r);
	(void)builder_value(b, draft);
}

/* --- the rows that a draft names ------------------------------------------------ */

void statement_hold(struct builder *b, const struct resource *target, char *const *ids, size_t n)
{
	buf_addf(&b->sql, "SELECT FROM %s.%s WHERE id = ANY ($%u::%s[]) ORDER BY id FOR KEY SHARE", b->schema,
		 target->name, builder_array(b, ids, n), key_type(target));
}

/* What is everybody's is everybody's to name; and one council may take another's place. */
static void add_same_authority(struct builder *b, const struct field *f, const struct resource *target,
			       const char *authority)
{
	unsigned n = builder_value(b, authority);

	if (f->flags & OR_EARLIER)
		buf_addf(&b->sql, " AND inspectd.answers_for($%u, t.authority_id)", n);
	else if (f->flags & OR_LATER)
		buf_addf(&b->sql, " AND inspectd.answers_for(t.authority_id, $%u)", n);
	else if (target->shared)
		buf_addf(&b->sql, " AND coalesce(t.authority_id, $%u) = $%u", n, n);
	else
		buf_addf(&b->sql, " AND t.authority_id = $%u", n);
}

void statement_missing(struct builder *b, const struct field *f, char *const *ids, size_t n, size_t first,
		       const char *authority)
{
	const struct resource *target = resources[f->ref];

	if (b->sql.len > 0)
		buf_adds(&b->sql, " UNION ALL ");
	buf_addf(&b->sql, "SELECT v.n - 1 + $%u::bigint AS place FROM ", builder_number(b, first));
	buf_addf(&b->sql, "unnest($%u::%s[]) WITH ORDINALITY AS v (id, n) ", builder_array(b, ids, n),
		 key_type(target));
	buf_addf(&b->sql, "WHERE NOT EXISTS (SELECT FROM %s.%s t WHERE t.id = v.id", b->schema, target->plural);
	if ((f->flags & SAME_AUTHORITY) && authority)
		add_same_authority(b, f, target, authority);
	buf_adds(&b->sql, ")");
}

/* --- what depends on a row -------------------------------------------------------- */

/* The next of several selections, each of the rows of one resource that name $1. */
static void add_selection(struct builder *b, size_t *n, const struct resource *r)
{
	buf_addf(&b->sql, "%sSELECT %d AS resource, t.id::text FROM %s.%s t ", (*n)++ ? " UNION " : "", (int)r->id,
		 b->schema, r->plural);
}

static void add_naming(struct builder *b, size_t *n, const struct resource *r, const char *column,
		       const struct resource *named)
{
	add_selection(b, n, r);
	buf_addf(&b->sql, "WHERE t.%s = $1::%s", column, key_type(named));
}

static void add_linking(struct builder *b, size_t *n, const struct resource *r, const struct rows *x,
			const char *member, const struct resource *named)
{
	add_selection(b, n, r);
	buf_addf(&b->sql, "JOIN %s.%s l ON l.%s = t.id WHERE l.%s = $1::%s", b->schema, x->table, x->owner, member,
		 key_type(named));
}

/* By one field, whether it is a column, a list of ids or a list of objects with ids. */
static void add_by_field(struct builder *b, size_t *n, const struct resource *r, const struct field *f,
			 const struct resource *named)
{
	if (f->type == F_REF && f->ref == named->id)
		add_naming(b, n, r, f->name, named);
	else if (f->type == F_REFS && f->ref == named->id)
		add_linking(b, n, r, f->rows, f->rows->member, named);
	else if (f->type == F_OBJECTS && f->rows->table)
		for (size_t i = 0; i < f->rows->n_fields; i++)
			if (f->rows->fields[i].ref == named->id)
				add_linking(b, n, r, f->rows, f->rows->fields[i].name, named);
}

/* What comes and goes with a row is no reason to keep that; what somebody has written of it by hand is one to keep this. */
static bool is_reason_to_keep(const struct resource *r, const struct field *f)
{
	return !(f->flags & DERIVED) && !(r->attached && (f->flags & READ_ONLY));
}

bool statement_dependants(struct builder *b, const struct resource *r, const char *id)
{
	size_t n = 0;

	buf_adds(&b->sql, "SELECT resource, count(*) FROM (");
	for (size_t i = RES_NONE + 1; i < RES_COUNT_; i++)
		for (size_t j = 0; j < resources[i]->n_fields; j++)
			if (is_reason_to_keep(resources[i], &resources[i]->fields[j]))
				add_by_field(b, &n, resources[i], &resources[i]->fields[j], r);
	buf_adds(&b->sql, ") d GROUP BY resource ORDER BY resource");
	(void)builder_value(b, id);
	return n > 0;
}
