/* Across resources: full-text search, and the vocabularies that are data of frameworks. */
#include <stdio.h>
#include <string.h>

#include "operation/internal.h"
#include "resource/scope.h"

#include "core/banned.h"

static const char vocabularies_sql[] =
	"SELECT '\"strand\":' || (SELECT coalesce(json_agg(json_build_object('code', strand, 'label', title) ORDER BY strand), "
	"'[]') FROM (SELECT DISTINCT ON (s.strand) s.strand, s.title FROM inspectd.framework_strand s JOIN inspectd.framework f "
	"ON f.id = s.framework_id ORDER BY s.strand, f.starts_on DESC NULLS LAST) x)::text || ',\"grade\":' || "
	"(SELECT coalesce(json_agg(json_build_object('code', grade, 'label', title) ORDER BY position, grade), '[]') FROM "
	"(SELECT DISTINCT ON (g.grade) g.grade, g.title, g.position FROM inspectd.framework_grade g JOIN inspectd.framework f "
	"ON f.id = g.framework_id ORDER BY g.grade, f.starts_on DESC NULLS LAST) y)::text";

static int answer_of(const struct call *call, const struct statement *s, struct buf *out, struct result **ret_answer,
		     struct error *err)
{
	struct connection *c;

	if (database_mine(call->database, &c, err) < 0 || connection_run(c, &call->context, s, 1, ret_answer, err) < 0)
		return -1;
	row_json_compact(out, (struct cell){ result_text(*ret_answer, 0, 0), result_length(*ret_answer, 0, 0) });
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
	buf_addf(&b->sql, ", ''), 200) AS title, ts_rank(%s, q) AS rank, %s AS sensitivity FROM %s.%s t",
		 r->owned ? "w.words" : "t.search", resource_field(r, "sensitivity") ? "t.sensitivity" : "NULL",
		 b->schema, r->plural);
	if (r->owned) /* see add_search() in repository/statement.c */
		buf_addf(&b->sql, " JOIN inspectd.%s_words w ON w.id = t.id WHERE w.words @@ q", r->name);
	else
		buf_adds(&b->sql, " WHERE t.search @@ q");
}

static bool may_read(const struct client *client, const struct resource *r)
{
	char scope[SCOPE_BYTES];

	scope_to_read(r, scope);
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

/* Each line is the path of a resource and the id of a restricted row. */
static void add_readings(const struct call *call, char *lines)
{
	for (char *line = strsep(&lines, "\n"); line; line = strsep(&lines, "\n")) {
		size_t len = strcspn(line, " ");
		const struct resource *r = resource_at(line, len);

		if (r && line[len] == ' ')
			readings_add(call, r, line + len + 1, "restricted");
	}
}

static void search_sql(struct builder *b, const struct client *client, const char *text, unsigned limit, size_t *ret_n)
{
	buf_adds(
		&b->sql,
		"SELECT coalesce(json_agg(json_build_object('resource', resource, 'id', id, 'authority_id', "
		"authority_id, 'title', title, 'rank', round(rank::numeric, 4)) ORDER BY rank DESC, resource, id), "
		"'[]'), coalesce(string_agg(resource || ' ' || id, E'\n') FILTER (WHERE sensitivity = 'restricted'), '') "
		"FROM (SELECT * FROM websearch_to_tsquery('english', $1) AS q, LATERAL (");
	(void)builder_value(b, text);
	*ret_n = add_readable(b, client);
	buf_addf(&b->sql, ") hit ORDER BY rank DESC, resource, id LIMIT $%u::int) best", builder_number(b, limit));
}

int operation_search(const struct call *call, const struct client *client, const char *text, unsigned limit,
		     struct buf *out, struct error *err)
{
	_cleanup_(result_freep) struct result *answer = NULL;
	_cleanup_(freep) char *restricted = NULL;
	struct builder b;
	struct statement s;
	size_t readable = 0;
	int outcome;

	builder_init(&b, reach_schema(call));
	search_sql(&b, client, text, limit, &readable);
	if (readable == 0) {
		builder_done(&b);
		buf_adds(out, "[]");
		return 0;
	}
	outcome = builder_statement(&b, &s, err);
	if (outcome == 0)
		outcome = answer_of(call, &s, out, &answer, err);
	builder_done(&b);
	if (outcome < 0 || !readings_wanted(call))
		return outcome;
	restricted = strdup(result_text(answer, 0, 1));
	if (!restricted)
		return error_set(err, ERR_INTERNAL, "out of memory");
	add_readings(call, restricted);
	return 0;
}

int operation_framework_vocabularies(const struct call *call, struct buf *out, struct error *err)
{
	_cleanup_(result_freep) struct result *answer = NULL;
	struct statement s = { .sql = vocabularies_sql };

	return answer_of(call, &s, out, &answer, err);
}
