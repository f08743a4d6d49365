/*
 * The journal as a client sees it that does not see all. The public view has none.
 * An entry is shown where the row is seen as it is now, and its image is of a row
 * that would have been: one of the client's own authorities within its clearance,
 * or an open one.
 */
#include "repository/seen.h"

#include <string.h>

#include "resource/resource.h"

#include "core/banned.h"

/* The inspection that an image's row hangs from, as it was then. */
static const char inspection_then[] =
	"(SELECT r.* FROM inspectd.journal p, jsonb_populate_record(NULL::inspectd.inspection, p.image) r "
	"WHERE p.row_id = t.inspection_id::text AND p.table_name = 'inspection' AND p.op NOT IN ('read', 'erased') "
	"AND p.at <= moment ORDER BY p.n DESC LIMIT 1)";

/* What an image has of its row is enough to tell whether it was open, but for the inspection that it hangs from. */
static void add_open(struct buf *out, const struct resource *r)
{
	buf_adds(out, "sensitivity = 'public'");
	if (!r->open)
		return;
	buf_adds(out, " AND (SELECT ");
	for (const char *c = r->open; *c; c++) {
		static const char named[] = "{s}.inspection";

		if (strncmp(c, named, sizeof(named) - 1) == 0) {
			buf_adds(out, inspection_then);
			c += sizeof(named) - 2;
		} else {
			buf_addc(out, *c);
		}
	}
	buf_addf(out, " FROM jsonb_populate_record(NULL::inspectd.%s, image) t)", r->name);
}

/* What a list leads to must be seen too. */
static void add_other_end(struct buf *out, const struct field *f, const char *column)
{
	const struct resource *r = resources[f->ref];

	if (r && (r->owned || r->attached))
		buf_addf(out, " AND EXISTS (SELECT FROM seen.%s x WHERE x.id = (image ->> '%s')::uuid)", r->name,
			 column);
}

static void add_list(struct buf *out, const struct resource *r, const struct field *f)
{
	const struct rows *x = f->rows;

	buf_addf(out,
		 "WHEN name = '%s' THEN RETURN EXISTS (SELECT FROM seen.%s x WHERE x.id = row_id::uuid) "
		 "AND (op = 'erased' OR true",
		 x->table, r->name);
	if (x->member)
		add_other_end(out, f, x->member);
	for (size_t i = 0; i < x->n_fields; i++)
		add_other_end(out, &x->fields[i], x->fields[i].name);
	buf_adds(out, ");\n");
}

/* One branch for a resource, and one for each of its lists: whose row that is, they follow. */
static void add_branches(struct buf *out, const struct resource *r)
{
	buf_addf(out, "WHEN name = '%s' THEN RETURN (own OR ", r->name);
	add_open(out, r);
	buf_addf(out, ") AND EXISTS (SELECT FROM seen.%s x WHERE x.id = row_id::uuid);\n", r->name);
	for (size_t i = 0; i < r->n_fields; i++) {
		const struct field *f = &r->fields[i];

		if ((f->type == F_REFS || f->type == F_OBJECTS) && f->rows->table)
			add_list(out, r, f);
	}
}

/* Whether the entry is for the client; `own`, whether its image is of a row within the client's reach. */
static void add_shows(struct buf *out, const char *schema)
{
	buf_addf(out,
		 "CREATE FUNCTION %s.shows(name text, op text, row_id text, sensitivity text, moment timestamptz, "
		 "image jsonb, own boolean) "
		 "RETURNS boolean LANGUAGE plpgsql STABLE COST 1000 AS $$ BEGIN CASE\n"
		 "WHEN op = 'read' OR (op = 'erased' AND NOT own) THEN RETURN own;\n",
		 schema);
	for (size_t i = RES_NONE + 1; i < RES_COUNT_; i++)
		if (resources[i]->owned || resources[i]->attached)
			add_branches(out, resources[i]);
	buf_adds(out, "ELSE RETURN name = ANY (");
	seen_reference_tables(out);
	buf_adds(out, "); END CASE; END $$;\n");
}

void seen_journal(struct buf *script, const char *schema, const char *beneath)
{
	add_shows(script, schema);
	buf_addf(
		script,
		"CREATE VIEW %1$s.journal WITH (security_invoker = true) AS SELECT j.* FROM %2$s.journal j, "
		"LATERAL (SELECT coalesce(j.authority_id IS NULL OR (SELECT inspectd.every_authority()) "
		"OR j.authority_id = ANY ((SELECT inspectd.own_authorities())::text[]), false) "
		"AND coalesce(j.sensitivity = ANY ((SELECT inspectd.cleared())::text[]), true) AS own) reach "
		"WHERE (SELECT inspectd.is_told() AND inspectd.cleared() <> '{}') "
		"AND (reach.own OR j.sensitivity = 'public') AND %1$s.shows(j.table_name, j.op, j.row_id, j.sensitivity, "
		"j.at, j.image, reach.own);\n"
		"CREATE VIEW %1$s.seal WITH (security_invoker = true) AS SELECT s.* FROM %2$s.seal s WHERE false;\n",
		schema, beneath);
}
