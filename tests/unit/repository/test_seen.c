/* Tests of service/repository/seen.c: what a client sees of each table that does not see all. */
#include "../unit.h"

#include "core/buf.h"
#include "repository/seen.h"
#include "resource/registry.h"

#include "core/banned.h"

static char *script(void)
{
	struct buf b;
	char *text;

	buf_init(&b, 1 << 20);
	seen_script(&b);
	assert_true(buf_ok(&b));
	text = strdup(b.data);
	buf_done(&b);
	assert_non_null(text);
	return text;
}

/* The line that makes a view, in line[]. */
static void view_of(const char *text, const char *schema, const char *table, char *line, size_t size)
{
	char begin[128];
	const char *at;

	snprintf(begin, sizeof begin, "CREATE VIEW %s.%s WITH ", schema, table);
	at = strstr(text, begin);
	CHECK(at != NULL, "%s.%s is not made", schema, table);
	snprintf(line, size, "%.*s", (int)strcspn(at, "\n"), at);
}

#define OWN                                                                                                            \
	"((SELECT inspectd.every_authority()) OR t.authority_id = ANY ((SELECT inspectd.own_authorities())::text[])) " \
	"AND t.sensitivity = ANY ((SELECT inspectd.cleared())::text[])"
#define PUBLIC " OR t.sensitivity = 'public' AND (SELECT inspectd.is_told())"
#define SEEN(table, column)                                                                                            \
	" AND (SELECT true FROM (SELECT t." column " AS id OFFSET 0) k JOIN seen." table " x ON x.id = k.id)"
#define VISIT(schema)                                                                                                  \
	"(SELECT i.sensitivity = 'public' AND i.status = 'published' FROM " schema                                     \
	".inspection i WHERE i.id = t.inspection_id)"

static void a_row_is_seen_that_is_ones_own_and_one_that_is_open(void **state)
{
	static const struct {
		const char *schema, *table, *where;
	} cases[] = {
		{ "seen", "action", "(" OWN PUBLIC ");" },
		{ "seen", "organisation", "((t.authority_id IS NULL OR (SELECT inspectd.every_authority())" },
		{ "seen", "inspection", "(" OWN PUBLIC " AND (t.status = 'published'));" },
		{ "seen", "plan", "(" OWN PUBLIC " AND (t.status <> 'draft'));" },
		{ "seen", "finding", "(" OWN PUBLIC " AND (t.stage = 'final' AND " VISIT("inspectd") "));" },
		{ "seen", "deadline", "(" OWN PUBLIC " AND (" VISIT("inspectd") "));" },
		{ "seen", "reschedule", "(" OWN PUBLIC " AND (t.inspection_id IS NULL OR " VISIT("inspectd") "));" },
		{ "seen_recorded", "finding",
		  "(" OWN PUBLIC " AND (t.stage = 'final' AND " VISIT("recorded") "))" SEEN("finding", "id") ";" },
		{ "seen", "authority", "true;" },
		{ "seen_recorded", "framework", "true;" },
	};
	char *text = script(), line[1024];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		view_of(text, cases[i].schema, cases[i].table, line, sizeof line);
		CHECK(strstr(line, cases[i].where), "case %zu: %s", i, line);
	}
	free(text);
}

static void a_link_is_seen_from_an_end_that_is_seen_to_one_that_is_too(void **state)
{
	static const struct {
		const char *schema, *table, *where;
	} cases[] = {
		{ "seen", "action_finding", "(" OWN PUBLIC ")" SEEN("finding", "finding_id") ";" },
		{ "seen", "action_partner", "(" OWN PUBLIC ")" SEEN("organisation", "organisation_id") ";" },
		{ "seen", "finding_link",
		  "(" OWN PUBLIC SEEN("finding", "finding_id") ")" SEEN("finding", "earlier_id") ";" },
		{ "seen", "judgement", "(" OWN PUBLIC SEEN("inspection", "inspection_id") ");" },
		{ "seen", "finding_theme", "(" OWN PUBLIC SEEN("finding", "finding_id") ");" },
		{ "seen_recorded", "action_finding",
		  "(" OWN PUBLIC ")" SEEN("action", "action_id") SEEN("finding", "finding_id") ";" },
	};
	char *text = script(), line[1024];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		view_of(text, cases[i].schema, cases[i].table, line, sizeof line);
		CHECK(strstr(line, cases[i].where), "case %zu: %s", i, line);
	}
	free(text);
}

/* Else a table that is added later would be seen by everybody, or by nobody. */
static void every_table_of_rows_that_belong_to_an_authority_has_its_view_in_both_schemas(void **state)
{
	char *text = script(), line[1024];

	(void)state;
	for (size_t id = RES_NONE + 1; id < RES_COUNT_; id++) {
		const struct resource *r = resources[id];

		if (!resource_field(r, "sensitivity") || !(r->owned || r->attached))
			continue;
		view_of(text, "seen", r->name, line, sizeof line);
		CHECK(!strstr(line, "WHERE true"), "%s", line);
		view_of(text, "seen_recorded", r->name, line, sizeof line);
		for (size_t i = 0; i < r->n_fields; i++) {
			const struct field *f = &r->fields[i];

			if ((f->type != F_REFS && f->type != F_OBJECTS) || !f->rows->table)
				continue;
			view_of(text, "seen", f->rows->table, line, sizeof line);
			CHECK(strstr(line, "inspectd.cleared()"), "%s", line);
			view_of(text, "seen_recorded", f->rows->table, line, sizeof line);
		}
	}
	free(text);
}

static void no_place_of_a_template_is_left_open(void **state)
{
	char *text = script();

	(void)state;
	assert_null(strstr(text, "{s}"));
	assert_null(strstr(text, "%s"));
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_seen_that_is_ones_own_and_one_that_is_open),
		cmocka_unit_test(a_link_is_seen_from_an_end_that_is_seen_to_one_that_is_too),
		cmocka_unit_test(every_table_of_rows_that_belong_to_an_authority_has_its_view_in_both_schemas),
		cmocka_unit_test(no_place_of_a_template_is_left_open),
	};

	return RUN(tests);
}
