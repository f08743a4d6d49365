/*
 * The tables as a client sees them that does not see all: one view for each, made
 * from the resource tables. A row is seen that is of one of the client's
 * authorities and within its clearance, and one that is open to everybody.
 */
#include "repository/seen.h"

#include <string.h>

#include "resource/resource.h"

#include "core/banned.h"

const char *const seen_schemas[SCHEMA_COUNT_] = {
	[SCHEMA_INSPECTD] = "inspectd",
	[SCHEMA_RECORDED] = "recorded",
	[SCHEMA_SEEN] = "seen",
	[SCHEMA_SEEN_RECORDED] = "seen_recorded",
};

/* One schema, made over another. */
struct layer {
	const char *name, *beneath;
	const char *now; /* as it was, only what is seen as it is now is seen; NULL: it is now */
};

static const struct layer layers[] = {
	{ "seen", "inspectd", NULL },
	{ "seen_recorded", "recorded", "seen" },
};

/* What belongs to no authority is told to all who have the scope: the frame in which councils are inspected. */
static const char *const reference_tables[] = {
	"authority", "authority_succession", "bank_holiday",     "calendar_version", "deadline_rule",
	"framework", "framework_grade",      "framework_strand", "retention_rule",   "statistical_neighbour",
	"theme",
};

/* --- what a row must be ------------------------------------------------------------ */

/* What is nobody's is everybody's, as far as the clearance goes. */
static void add_own(struct buf *out, bool shared)
{
	buf_addf(out,
		 "(%s(SELECT inspectd.every_authority()) OR t.authority_id = ANY ((SELECT "
		 "inspectd.own_authorities())::text[])) AND t.sensitivity = ANY ((SELECT inspectd.cleared())::text[])",
		 shared ? "t.authority_id IS NULL OR " : "");
}

/* Of a template, {s} is the schema beneath. */
static void add_template(struct buf *out, const char *template, const char *schema)
{
	for (const char *c = template; *c; c++) {
		if (strncmp(c, "{s}", 3) == 0) {
			buf_adds(out, schema);
			c += 2;
		} else {
			buf_addc(out, *c);
		}
	}
}

static void begin(struct buf *out, const struct layer *l, const char *table)
{
	buf_addf(out, "CREATE VIEW %s.%s WITH (security_invoker = true) AS SELECT t.* FROM %s.%s t WHERE ", l->name,
		 table, l->beneath, table);
}

/*
 * By its key, and not by EXISTS: of that PostgreSQL makes joins, which as it was recorded begin with all the rows. And by
 * a key that is reckoned before: beneath a policy no index is used for what is reckoned on the way.
 */
static void add_seen(struct buf *out, const char *schema, const struct resource *r, const char *column)
{
	buf_addf(out, " AND (SELECT true FROM (SELECT t.%s AS id OFFSET 0) k JOIN %s.%s x ON x.id = k.id)", column,
		 schema, r->name);
}

/* --- a view for each table ----------------------------------------------------------- */

static bool has_authority(const struct resource *r)
{
	return r->owned || r->attached;
}

static void add_rows(struct buf *out, const struct layer *l, const struct resource *r)
{
	begin(out, l, r->name);
	buf_adds(out, "(");
	add_own(out, r->shared);
	buf_adds(out, " OR t.sensitivity = 'public' AND (SELECT inspectd.is_told())");
	if (r->open) {
		buf_adds(out, " AND (");
		add_template(out, r->open, l->beneath);
		buf_adds(out, ")");
	}
	buf_adds(out, ")");
	if (l->now)
		add_seen(out, l->now, r, "id");
	buf_adds(out, ";\n");
}

/* A link that leads to what is not seen would tell of it. Of a link as it was, that its end is seen now is enough. */
static void add_other_end(struct buf *out, const struct layer *l, const struct field *f, const char *column)
{
	if (f->ref != RES_NONE && has_authority(resources[f->ref]))
		add_seen(out, l->now ? l->now : l->name, resources[f->ref], column);
}

/* A list that is kept in a table of its own: each row has authority and sensitivity of the row that owns it. */
static void add_list(struct buf *out, const struct layer *l, const struct resource *r, const struct field *f)
{
	const struct rows *x = f->rows;

	begin(out, l, x->table);
	buf_adds(out, "(");
	add_own(out, r->shared);
	buf_adds(out, " OR t.sensitivity = 'public' AND (SELECT inspectd.is_told())");
	if (r->open)
		add_seen(out, l->name, r, x->owner);
	buf_adds(out, ")");
	if (l->now)
		add_seen(out, l->now, r, x->owner);
	if (x->member)
		add_other_end(out, l, f, x->member);
	for (size_t i = 0; i < x->n_fields; i++)
		add_other_end(out, l, &x->fields[i], x->fields[i].name);
	buf_adds(out, ";\n");
}

static bool has_table(const struct field *f)
{
	return (f->type == F_REFS || f->type == F_OBJECTS) && f->rows->table;
}

/* Rows before lists, which ask for both their ends. */
static void add_owned(struct buf *out, const struct layer *l)
{
	for (size_t i = RES_NONE + 1; i < RES_COUNT_; i++)
		if (has_authority(resources[i]))
			add_rows(out, l, resources[i]);
	for (size_t i = RES_NONE + 1; i < RES_COUNT_; i++)
		for (size_t j = 0; j < resources[i]->n_fields; j++)
			if (has_authority(resources[i]) && has_table(&resources[i]->fields[j]))
				add_list(out, l, resources[i], &resources[i]->fields[j]);
}

void seen_reference_tables(struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(reference_tables); i++)
		buf_addf(out, "%s%s", i ? "," : "'{", reference_tables[i]);
	buf_adds(out, "}'");
}

static void add_reference(struct buf *out, const struct layer *l)
{
	for (size_t i = 0; i < ARRAY_LEN(reference_tables); i++) {
		begin(out, l, reference_tables[i]);
		buf_adds(out, "true;\n");
	}
}

/* Of any other table a client that does not see all sees nothing: clients and their keys, and what is not known here. */
static void add_rest(struct buf *out, const struct layer *l)
{
	buf_addf(
		out,
		"DO $$ DECLARE name text; BEGIN FOR name IN SELECT table_name FROM inspectd.journaled_table "
		"WHERE to_regclass('%s.' || quote_ident(table_name)) IS NULL LOOP EXECUTE format('CREATE VIEW %s.%%I "
		"WITH (security_invoker = true) AS SELECT t.* FROM %s.%%1$I t WHERE false', name); END LOOP; END $$;\n",
		l->name, l->name, l->beneath);
}

/*
 * What is locked is locked through these views, so that nobody waits for what they do not see. The tables' own
 * grants hold beneath.
 */
static void add_grants(struct buf *out, const struct layer *l)
{
	buf_addf(out, "GRANT USAGE ON SCHEMA %s TO inspectd_api;\n", l->name);
	buf_addf(out, "GRANT SELECT%s ON ALL TABLES IN SCHEMA %s TO inspectd_api;\n", l->now ? "" : ", UPDATE",
		 l->name);
}

void seen_script(struct buf *script)
{
	for (size_t i = 0; i < ARRAY_LEN(layers); i++) {
		buf_addf(script, "CREATE SCHEMA %s;\n", layers[i].name);
		add_owned(script, &layers[i]);
		add_reference(script, &layers[i]);
		add_rest(script, &layers[i]);
		seen_journal(script, layers[i].name, layers[i].beneath);
		add_grants(script, &layers[i]);
	}
}
