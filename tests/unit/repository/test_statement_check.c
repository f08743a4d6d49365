/* Tests of service/repository/statement_check.c. */
#include "../unit.h"

#include "repository/statement.h"
#include "resource/registry.h"

#define ID_1 "0190a000-0000-7000-8000-000000000001"
#define ID_2 "0190a000-0000-7000-8000-000000000002"

static void facts_are_the_resources_own_and_what_it_belongs_to(void **state)
{
	static const struct {
		const struct resource *r;
		const char *sql;
	} cases[] = {
		{ &finding_resource, "SELECT inspectd.finding_facts($1::jsonb)" },
		{ &agenda_item_resource,
		  "SELECT '{}'::jsonb || jsonb_build_object('parent', (SELECT jsonb_build_object('authority_id', "
		  "p.authority_id, 'sensitivity', p.sensitivity) FROM inspectd.meetings p WHERE p.id = "
		  "($1::jsonb ->> 'meeting_id')::uuid))" },
		{ &observation_resource,
		  "SELECT inspectd.observation_facts($1::jsonb) || jsonb_build_object('parent', (SELECT "
		  "jsonb_build_object('authority_id', p.authority_id, 'sensitivity', p.sensitivity) FROM "
		  "inspectd.measures p WHERE p.id = ($1::jsonb ->> 'measure_id')::uuid))" },
		{ &board_resource,
		  "SELECT '{}'::jsonb || jsonb_build_object('more_open', (SELECT count(*) FROM inspectd.meetings c WHERE "
		  "c.board_id = ($1::jsonb ->> 'id')::uuid AND array_position(ARRAY['public', 'council', 'restricted'], "
		  "c.sensitivity) < array_position(ARRAY['public', 'council', 'restricted'], $1::jsonb ->> "
		  "'sensitivity')))" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct builder b;

		builder_init(&b, SCHEMA_INSPECTD);
		assert_true(statement_has_facts(cases[i].r));
		statement_facts(&b, cases[i].r, "{}");
		CHECK(strcmp(b.sql.data, cases[i].sql) == 0, "%s", b.sql.data);
		assert_int_equal(b.n_values, 1);
		assert_string_equal(b.values[0], "{}");
		builder_done(&b);
	}
	assert_false(statement_has_facts(&intervention_resource));
}

static void rows_are_held_in_the_order_of_their_ids(void **state)
{
	char one[] = ID_1, two[] = ID_2, *const ids[] = { one, two };
	struct builder b;

	(void)state;
	builder_init(&b, SCHEMA_INSPECTD);
	statement_hold(&b, &action_resource, ids, 2);
	assert_string_equal(b.sql.data,
			    "SELECT FROM inspectd.action WHERE id = ANY ($1::uuid[]) ORDER BY id FOR KEY SHARE");
	assert_string_equal(b.values[0], "{\"" ID_1 "\",\"" ID_2 "\"}");
	builder_done(&b);
}

/* A theme is everybody's, an action its authority's, and an organisation either. */
static void what_is_missing_is_told_by_its_place(void **state)
{
	static const struct field theme = { "theme_id", F_REF, 0, .ref = RES_THEME };
	static const struct field action = { "action_ids", F_REFS, SAME_AUTHORITY, .ref = RES_ACTION };
	static const struct field partner = { "organisation_id", F_REF, SAME_AUTHORITY, .ref = RES_ORGANISATION };
	char one[] = ID_1, code[] = "neglect", *const ids[] = { one }, *const codes[] = { code };
	struct builder b;

	(void)state;
	builder_init(&b, SCHEMA_INSPECTD);
	statement_missing(&b, &theme, codes, 1, 0, "806");
	statement_missing(&b, &action, ids, 1, 1, "806");
	statement_missing(&b, &partner, ids, 1, 2, "806");
	assert_string_equal(
		b.sql.data,
		"SELECT v.n - 1 + $1::bigint AS place FROM unnest($2::text[]) WITH ORDINALITY AS v (id, n) WHERE NOT EXISTS "
		"(SELECT FROM inspectd.themes t WHERE t.id = v.id) UNION ALL "
		"SELECT v.n - 1 + $3::bigint AS place FROM unnest($4::uuid[]) WITH ORDINALITY AS v (id, n) WHERE NOT EXISTS "
		"(SELECT FROM inspectd.actions t WHERE t.id = v.id AND t.authority_id = $5) UNION ALL "
		"SELECT v.n - 1 + $6::bigint AS place FROM unnest($7::uuid[]) WITH ORDINALITY AS v (id, n) WHERE NOT EXISTS "
		"(SELECT FROM inspectd.organisations t WHERE t.id = v.id AND coalesce(t.authority_id, $8) = $8)");
	assert_string_equal(b.values[2], "1");
	assert_string_equal(b.values[4], "806");
	builder_done(&b);
}

/* What else was wrong hides whose row it is; that the named row is there can be told all the same. */
static void while_the_authority_is_not_known_any_row_will_do(void **state)
{
	static const struct field action = { "action_ids", F_REFS, SAME_AUTHORITY, .ref = RES_ACTION };
	char one[] = ID_1, *const ids[] = { one };
	struct builder b;

	(void)state;
	builder_init(&b, SCHEMA_INSPECTD);
	statement_missing(&b, &action, ids, 1, 0, NULL);
	assert_null(strstr(b.sql.data, "authority_id"));
	builder_done(&b);
}

static void a_council_names_what_is_of_those_that_it_succeeded(void **state)
{
	static const struct field before = { "finding_ids", F_REFS, SAME_AUTHORITY | OR_EARLIER, .ref = RES_FINDING };
	static const struct field after = { "decision_id", F_REF, SAME_AUTHORITY | OR_LATER, .ref = RES_DECISION };
	char one[] = ID_1, *const ids[] = { one };
	struct builder b;

	(void)state;
	builder_init(&b, SCHEMA_INSPECTD);
	statement_missing(&b, &before, ids, 1, 0, "943");
	statement_missing(&b, &after, ids, 1, 1, "909");
	assert_non_null(strstr(b.sql.data, "inspectd.findings t WHERE t.id = v.id AND "
					   "inspectd.answers_for($3, t.authority_id))"));
	assert_non_null(strstr(b.sql.data, "inspectd.decisions t WHERE t.id = v.id AND "
					   "inspectd.answers_for(t.authority_id, $6))"));
	builder_done(&b);
}

/* Whether the statement about what depends on `r` asks for this. */
static bool asks(const struct resource *r, const char *text)
{
	struct builder b;
	bool found;

	builder_init(&b, SCHEMA_INSPECTD);
	found = statement_dependants(&b, r, ID_1) && strstr(b.sql.data, text);
	assert_true(buf_ok(&b.sql));
	assert_int_equal(b.n_values, 1);
	builder_done(&b);
	return found;
}

static void a_row_is_kept_by_those_that_name_it_in_any_way(void **state)
{
	(void)state;
	/* by a column, by a list of ids, by a list of objects, and by rows of its own kind */
	assert_true(asks(&inspection_resource, "inspectd.findings t WHERE t.inspection_id = $1::uuid"));
	assert_true(asks(&finding_resource,
			 "inspectd.actions t JOIN inspectd.action_finding l ON l.action_id = t.id WHERE l.finding_id = "
			 "$1::uuid"));
	assert_true(
		asks(&board_resource,
		     "inspectd.plans t JOIN inspectd.plan_board l ON l.plan_id = t.id WHERE l.board_id = $1::uuid"));
	assert_true(asks(&finding_resource, "inspectd.findings t WHERE t.parent_id = $1::uuid"));
	assert_true(asks(&authority_resource, "inspectd.neighbours t WHERE t.neighbour_id = $1::text"));
	assert_true(asks(&action_resource, "inspectd.updates t WHERE t.action_id = $1::uuid"));
	/* not by what goes with it, by what it names itself, nor by what is derived */
	assert_false(asks(&inspection_resource, "deadline"));
	assert_false(asks(&action_resource, "reschedule"));
	assert_false(asks(&action_resource, "action_finding"));
	assert_false(asks(&update_resource, "corrected_by_id"));
}

static void dependants_are_counted_by_resource(void **state)
{
	struct builder b;

	(void)state;
	builder_init(&b, SCHEMA_INSPECTD);
	assert_true(statement_dependants(&b, &measure_resource, ID_1));
	CHECK(strncmp(b.sql.data, "SELECT resource, count(*) FROM (SELECT ", 39) == 0, "%s", b.sql.data);
	CHECK(strstr(b.sql.data, ") d GROUP BY resource ORDER BY resource"), "%s", b.sql.data);
	builder_done(&b);
	builder_init(&b, SCHEMA_INSPECTD);
	assert_false(statement_dependants(&b, &extension_resource, ID_1));
	builder_done(&b);
}

/* Hidden rows are as absent ones to whatever a write is checked by. */
static void who_does_not_see_all_is_checked_by_what_is_seen(void **state)
{
	static const struct field action = { "action_ids", F_REFS, SAME_AUTHORITY, .ref = RES_ACTION };
	char one[] = ID_1, *const ids[] = { one };
	struct builder b;

	(void)state;
	builder_init(&b, SCHEMA_SEEN);
	statement_facts(&b, &observation_resource, "{}");
	assert_string_equal(b.sql.data,
			    "SELECT seen.observation_facts($1::jsonb) || jsonb_build_object('parent', (SELECT "
			    "jsonb_build_object('authority_id', p.authority_id, 'sensitivity', p.sensitivity) FROM "
			    "seen.measures p WHERE p.id = ($1::jsonb ->> 'measure_id')::uuid))");
	builder_done(&b);
	builder_init(&b, SCHEMA_SEEN);
	statement_hold(&b, &action_resource, ids, 1);
	assert_string_equal(b.sql.data,
			    "SELECT FROM seen.action WHERE id = ANY ($1::uuid[]) ORDER BY id FOR KEY SHARE");
	builder_done(&b);
	builder_init(&b, SCHEMA_SEEN);
	statement_missing(&b, &action, ids, 1, 0, "806");
	assert_non_null(strstr(b.sql.data, "NOT EXISTS (SELECT FROM seen.actions t WHERE t.id = v.id"));
	builder_done(&b);
	builder_init(&b, SCHEMA_SEEN);
	assert_true(statement_dependants(&b, &finding_resource, ID_1));
	assert_non_null(strstr(b.sql.data, "seen.actions t JOIN seen.action_finding l"));
	assert_null(strstr(b.sql.data, "inspectd."));
	builder_done(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_are_the_resources_own_and_what_it_belongs_to),
		cmocka_unit_test(rows_are_held_in_the_order_of_their_ids),
		cmocka_unit_test(what_is_missing_is_told_by_its_place),
		cmocka_unit_test(a_council_names_what_is_of_those_that_it_succeeded),
		cmocka_unit_test(a_row_is_kept_by_those_that_name_it_in_any_way),
		cmocka_unit_test(while_the_authority_is_not_known_any_row_will_do),
		cmocka_unit_test(dependants_are_counted_by_resource),
		cmocka_unit_test(who_does_not_see_all_is_checked_by_what_is_seen),
	};

	return RUN(tests);
}
