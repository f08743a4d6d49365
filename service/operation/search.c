/* Across resources: full-text search, and the vocabularies that are data of frameworks. */
#include <stdio.h>

#include "operation/internal.h"

#include "core/banned.h"

static const char vocabularies_sql[] =
	"SELECT '\"strand\":' || (SELECT coalesce(json_agg(json_build_object('code', strand, 'label', title) ORDER BY strand), "
	"'[]') FROM (SELECT DISTINCT ON (s.strand) s.strand, s.title FROM inspectd.framework_strand s JOIN inspectd.framework f "
	"ON f.id = s.framework_id ORDER BY s.strand, f.starts_on DESC NULLS LAST) x)::text || ',\"grade\":' || "
	"(SELECT coalesce(json_agg(json_build_object('code', grade, 'label', title) ORDER BY position, grade), '[]') FROM "
	"(SELECT DISTINCT ON (g.grade) g.grade, g.title, g.position FROM inspectd.framework_grade g JOIN inspectd.framework f "
	"ON f.id = g.framework_id ORDER BY g.grade, f.starts_on DESC NULLS LAST) y)::text";

static int answer_of(const struct call *call, const struct statement *s, struct buf *out, struct error *err)
{
	_cleanup_(result_freep) struct result *answer = NULL;
	struct connection *c;

	if (database_mine(call->database, &c, err) < 0 || connection_run(c, &call->context, s, 1, &answer, err) < 0)
		return -1;
	row_json_compact(out, (struct cell){ result_text(answer, 0, 0), (size_t)result_length(answer, 0, 0) });
	return buf_ok(out) ? 0 : error_set(err, ERR_INTERNAL, "the answer does not fit");
}

/* What stands for a row in a line: as its table says, else its title or its name. */
static void add_label(struct builder *b, const struct resource *r)
{
	if (r->label)
		buf_adds(&b->sql, r->label);
	else
		buf_adds(&b->sql, resource_field(r, "title") ? "t.title" : "t.name");
}

static const char *authority_of(const struct resource *r)
{
	if (r->id == RES_AUTHORITY)
		return "t.id";
	return resource_field(r, "authority_id") ? "t.authority_id" : "NULL";
}

static void add_hits(struct builder *b, const struct resource *r)
{
	buf_addf(&b->sql, "SELECT '%s' AS resource, t.id::text, %s AS authority_id, left(coalesce(", resource_path(r),
		 authority_of(r));
	add_label(b, r);
	buf_addf(&b->sql, ", ''), 200) AS title, ts_rank(t.search, q) AS rank FROM inspectd.%s t WHERE t.search @@ q",
		 r->plural);
}

static bool may_read(const struct client *client, const struct resource *r)
{
	char scope[64];

	(void)snprintf(scope, sizeof(scope), "%s:read", r->plural);
	return client_may(client, scope);
}

/* Every resource with text whose list the client could read. How many there are. */
static size_t add_readable(struct builder *b, const struct client *client)
{
	size_t n = 0;

	for (size_t i = RES_NONE + 1; i < RES_COUNT_; i++) {
		if (!resources[i]->searchable || !may_read(client, resources[i]))
			continue;
		buf_adds(&b->sql, n++ ? " UNION ALL " : "");
		add_hits(b, resources[i]);
	}
	return n;
}

int operation_search(const struct call *call, const struct client *client, const char *text, unsigned limit,
		     struct buf *out, struct error *err)
{
	struct builder b;
	struct statement s;
	int outcome = 0;

	builder_init(&b, false);
	buf_adds(&b.sql,
		 "SELECT coalesce(json_agg(json_build_object('resource', resource, 'id', id, 'authority_id', "
		 "authority_id, 'title', title, 'rank', round(rank::numeric, 4)) ORDER BY rank DESC, resource, id), "
		 "'[]') FROM (SELECT * FROM websearch_to_tsquery('english', $1) AS q, LATERAL (");
	(void)builder_value(&b, text);
	if (add_readable(&b, client) == 0) {
		buf_adds(out, "[]");
	} else {
		buf_addf(&b.sql, ") hit ORDER BY rank DESC, resource, id LIMIT $%u::int) best",
			 builder_number(&b, limit));
		outcome = builder_statement(&b, &s, err);
		if (outcome == 0)
			outcome = answer_of(call, &s, out, err);
	}
	builder_done(&b);
	return outcome;
}

int operation_framework_vocabularies(const struct call *call, struct buf *out, struct error *err)
{
	struct statement s = { .sql = vocabularies_sql };

	return answer_of(call, &s, out, err);
}
