/* Across resources: full-text search, and the vocabularies that are data of frameworks. */
#include <stdio.h>

#include "operation/internal.h"

#include "core/banned.h"

static const char search_sql[] =
	"SELECT coalesce(json_agg(json_build_object('resource', resource, 'id', id, 'authority_id', authority_id, "
	"'title', title, 'rank', round(rank::numeric, 4)) ORDER BY rank DESC, resource, id), '[]') FROM ("
	"SELECT * FROM websearch_to_tsquery('english', $1) AS q, LATERAL ("
	"SELECT 'authorities' AS resource, t.id, t.id AS authority_id, t.name AS title, ts_rank(t.search, q) AS rank "
	"FROM inspectd.authorities t WHERE t.search @@ q AND 'authorities' = ANY ($3::text[]) "
	"UNION ALL SELECT 'themes', t.id, NULL, t.name, ts_rank(t.search, q) "
	"FROM inspectd.themes t WHERE t.search @@ q AND 'themes' = ANY ($3::text[]) "
	"UNION ALL SELECT 'findings', t.id::text, t.authority_id, left(coalesce(nullif(t.text, ''), t.printed_label, "
	"t.gloss, ''), 200), ts_rank(t.search, q) "
	"FROM inspectd.findings t WHERE t.search @@ q AND 'findings' = ANY ($3::text[]) "
	"UNION ALL SELECT 'actions', t.id::text, t.authority_id, t.title, ts_rank(t.search, q) "
	"FROM inspectd.actions t WHERE t.search @@ q AND 'actions' = ANY ($3::text[])"
	") hit ORDER BY rank DESC, resource, id LIMIT $2::int) best";

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

/* The resources with text whose list the client could read. Caller frees. */
static char *readable(const struct client *client)
{
	const char *names[RES_COUNT_];
	size_t n = 0;
	char scope[64];

	for (size_t i = 0; i < RES_COUNT_; i++) {
		if (!resources[i] || !resources[i]->searchable)
			continue;
		(void)snprintf(scope, sizeof(scope), "%s:read", resources[i]->plural);
		if (client_may(client, scope))
			names[n++] = resources[i]->plural;
	}
	return array_literal(names, n);
}

int operation_search(const struct call *call, const struct client *client, const char *text, unsigned limit,
		     struct buf *out, struct error *err)
{
	char number[12];
	_cleanup_(freep) char *names = readable(client);
	struct statement s = { .sql = search_sql, .values = { text, number, names }, .n_values = 3 };

	if (!names)
		return error_set(err, ERR_INTERNAL, "out of memory");
	(void)snprintf(number, sizeof(number), "%u", limit);
	return answer_of(call, &s, out, err);
}

int operation_framework_vocabularies(const struct call *call, struct buf *out, struct error *err)
{
	struct statement s = { .sql = vocabularies_sql };

	return answer_of(call, &s, out, err);
}
