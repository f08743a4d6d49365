/* Tests of service/repository/builder.c: values, array literals, types, and what happens when it is too much. */
#include "../unit.h"

#include "repository/statement.h"
#include "resource/registry.h"

static void array_literal_quotes_every_element(void **state)
{
	static const struct {
		const char *texts[3];
		size_t n;
		const char *literal, *why;
	} cases[] = {
		{ { NULL }, 0, "{}", "none" },
		{ { "a" }, 1, "{\"a\"}", "one" },
		{ { "a", "b", "c" }, 3, "{\"a\",\"b\",\"c\"}", "three" },
		{ { "" }, 1, "{\"\"}", "an empty text is not null" },
		{ { "NULL" }, 1, "{\"NULL\"}", "nor is this one" },
		{ { "a,b", "{c}" }, 2, "{\"a,b\",\"{c}\"}", "commas and braces" },
		{ { "say \"hi\"" }, 1, "{\"say \\\"hi\\\"\"}", "quotes" },
		{ { "a\\b", "\\" }, 2, "{\"a\\\\b\",\"\\\\\"}", "backslashes" },
		{ { "\\\"" }, 1, "{\"\\\\\\\"\"}", "both" },
		{ { " a ", "\n\t" }, 2, "{\" a \",\"\n\t\"}", "white space stays" },
		{ { "it's %s $1 --" }, 1, "{\"it's %s $1 --\"}", "nothing else has a meaning" },
		{ { "é中💥" }, 1, "{\"é中💥\"}", "UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(freep) char *literal = array_literal(cases[i].texts, cases[i].n);

		CHECK(literal && strcmp(literal, cases[i].literal) == 0, "%s: %s", cases[i].why, literal);
	}
}

static void a_builder_numbers_its_values_and_keeps_arrays_till_it_is_done(void **state)
{
	char first[] = "a", second[] = "b\"";
	char *const texts[] = { first, second };
	struct statement s = { 0 };
	struct error err = { 0 };
	struct builder b;

	(void)state;
	builder_init(&b, SCHEMA_INSPECTD);
	assert_string_equal(b.schema, "inspectd");
	assert_int_equal(builder_value(&b, "x"), 1);
	assert_int_equal(builder_array(&b, texts, 2), 2);
	assert_int_equal(builder_value(&b, NULL), 3);
	assert_int_equal(builder_number(&b, 1234567890123), 4);
	first[0] = 'z';
	buf_adds(&b.sql, "SELECT 1");
	assert_int_equal(builder_statement(&b, &s, &err), 0);
	assert_string_equal(s.sql, "SELECT 1");
	assert_int_equal(s.n_values, 4);
	assert_string_equal(s.values[3], "1234567890123");
	assert_string_equal(s.values[0], "x");
	assert_string_equal(s.values[1], "{\"a\",\"b\\\"\"}");
	assert_null(s.values[2]);
	builder_done(&b);
	builder_init(&b, SCHEMA_RECORDED);
	assert_string_equal(b.schema, "recorded");
	builder_done(&b);
}

static void expect_failure(const struct builder *b)
{
	struct statement s = { 0 };
	struct error err = { 0 };

	assert_int_equal(builder_statement(b, &s, &err), -1);
	assert_int_equal(err.code, ERR_INTERNAL);
	assert_string_equal(err.detail, "the statement for this request does not fit");
	assert_null(s.sql);
}

static void a_value_too_many_latches_and_is_reported(void **state)
{
	struct statement s = { 0 };
	struct error err = { 0 };
	struct builder b;

	(void)state;
	builder_init(&b, SCHEMA_INSPECTD);
	for (size_t i = 0; i < STATEMENT_PARAMS_MAX; i++)
		assert_int_equal(builder_value(&b, "x"), i + 1);
	assert_int_equal(builder_statement(&b, &s, &err), 0);
	(void)builder_value(&b, "one more");
	assert_int_equal(b.n_values, STATEMENT_PARAMS_MAX);
	expect_failure(&b);
	buf_adds(&b.sql, "nothing that follows mends it");
	expect_failure(&b);
	builder_done(&b);
}

static void an_array_too_many_latches_and_is_reported(void **state)
{
	char x[] = "x", *const texts[] = { x };
	struct builder b;

	(void)state;
	builder_init(&b, SCHEMA_INSPECTD);
	for (size_t i = 0; i < STATEMENT_PARAMS_MAX + 2; i++)
		(void)builder_array(&b, texts, 1);
	assert_int_equal(b.n_values, STATEMENT_PARAMS_MAX);
	expect_failure(&b);
	builder_done(&b);
}

static void an_array_after_the_last_value_is_not_lost(void **state)
{
	char x[] = "x", *const texts[] = { x };
	struct builder b;

	(void)state;
	builder_init(&b, SCHEMA_INSPECTD);
	for (size_t i = 0; i < STATEMENT_PARAMS_MAX; i++)
		(void)builder_value(&b, "x");
	(void)builder_array(&b, texts, 1);
	(void)builder_number(&b, 1);
	expect_failure(&b);
	builder_done(&b);
}

static void a_text_too_long_latches_and_is_reported(void **state)
{
	struct builder b;

	(void)state;
	builder_init(&b, SCHEMA_INSPECTD);
	for (size_t i = 0; i <= LIMIT_SQL_BYTES; i++)
		buf_addc(&b.sql, 'x');
	expect_failure(&b);
	builder_done(&b);
}

static void each_type_of_field_has_a_type_of_column(void **state)
{
	static const struct {
		struct field field;
		const char *type;
	} cases[] = {
		{ { "x", F_TEXT }, "text" },
		{ { "x", F_ENUM }, "text" },
		{ { "x", F_REF, .ref = RES_AUTHORITY }, "text" },
		{ { "x", F_REF, .ref = RES_THEME }, "text" },
		{ { "x", F_REF, .ref = RES_FINDING }, "uuid" },
		{ { "x", F_REFS, .ref = RES_THEME }, "text" },
		{ { "x", F_REFS, .ref = RES_DOCUMENT }, "uuid" },
		{ { "x", F_NUMBER }, "numeric" },
		{ { "x", F_DATE }, "date" },
		{ { "x", F_TIME }, "timestamptz" },
		{ { "x", F_INT }, "bigint" },
		{ { "x", F_BOOL }, "boolean" },
		{ { "x", F_TEXTS }, "text[]" },
		{ { "x", F_OBJECTS }, "jsonb" },
		{ { "x", F_EXTERNAL }, "jsonb" },
		{ { "x", F_JSON }, "jsonb" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(strcmp(sql_type(&cases[i].field), cases[i].type) == 0, "case %zu: %s", i,
		      sql_type(&cases[i].field));
	assert_string_equal(key_type(&authority_resource), "text");
	assert_string_equal(key_type(&action_resource), "uuid");
}

static void a_field_is_a_column_unless_it_lives_elsewhere(void **state)
{
	static const struct {
		const struct resource *resource;
		const char *field;
		bool column;
		const char *why;
	} cases[] = {
		{ &finding_resource, "id", true, "its key" },
		{ &finding_resource, "status", true, "plain" },
		{ &finding_resource, "external_refs", true, "jsonb" },
		{ &finding_resource, "warnings", true, "the one JSON that is stored" },
		{ &finding_resource, "theme_ids", false, "a link table" },
		{ &finding_resource, "links", false, "a table of its own" },
		{ &finding_resource, "action_ids", false, "made by the view" },
		{ &finding_resource, "suggested_status", false, "derived" },
		{ &finding_resource, "reason", false, "for the journal only" },
		{ &finding_resource, "allowed_transitions", false, "from the status table" },
		{ &inspection_resource, "inspectors", true, "objects in a jsonb column" },
		{ &inspection_resource, "judgements", false, "objects in a table" },
		{ &authority_resource, "aliases", true, "text[]" },
		{ &authority_resource, "predecessor_ids", false, "made by the view" },
		{ &action_resource, "rag", false, "derived" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(field_is_column(resource_field(cases[i].resource, cases[i].field)) == cases[i].column, "%s: %s",
		      cases[i].field, cases[i].why);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(array_literal_quotes_every_element),
		cmocka_unit_test(a_builder_numbers_its_values_and_keeps_arrays_till_it_is_done),
		cmocka_unit_test(a_value_too_many_latches_and_is_reported),
		cmocka_unit_test(an_array_too_many_latches_and_is_reported),
		cmocka_unit_test(an_array_after_the_last_value_is_not_lost),
		cmocka_unit_test(a_text_too_long_latches_and_is_reported),
		cmocka_unit_test(each_type_of_field_has_a_type_of_column),
		cmocka_unit_test(a_field_is_a_column_unless_it_lives_elsewhere),
	};

	return RUN(tests);
}
