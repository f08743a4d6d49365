/* Tests of service/repository/rows.c: what the database wrote, as JSON and as CSV. */
#include "../unit.h"

#include "repository/rows.h"
#include "resource/registry.h"

#define ROW_BYTES 4096

static const struct field of_id = { "id", F_ID }, of_ref = { "ref", F_REF, .ref = RES_AUTHORITY },
			  of_text = { "text", F_TEXT }, of_enum = { "enum", F_ENUM }, of_date = { "date", F_DATE },
			  of_time = { "time", F_TIME }, of_int = { "int", F_INT }, of_number = { "number", F_NUMBER },
			  of_bool = { "bool", F_BOOL }, of_texts = { "texts", F_TEXTS }, of_refs = { "refs", F_REFS },
			  of_objects = { "objects", F_OBJECTS }, of_external = { "external", F_EXTERNAL },
			  of_json = { "json", F_JSON }, of_transitions = { "transitions", F_TRANSITIONS };

static const struct field *const each_type[] = { &of_id,   &of_ref,     &of_text,     &of_enum, &of_date,
						 &of_time, &of_int,     &of_number,   &of_bool, &of_texts,
						 &of_refs, &of_objects, &of_external, &of_json, &of_transitions };

static struct cell cell(const char *text)
{
	return (struct cell){ text, text ? strlen(text) : 0 };
}

static void row_value_json_writes_each_type_as_its_own(void **state)
{
	static const struct {
		const struct field *field;
		const char *text, *json;
	} cases[] = {
		{ &of_id, "0190a000-0000-7000-8000-000000000001", "\"0190a000-0000-7000-8000-000000000001\"" },
		{ &of_ref, "383", "\"383\"" },
		{ &of_text, "plain", "\"plain\"" },
		{ &of_text, "", "\"\"" },
		{ &of_text, "null", "\"null\"" },
		{ &of_text, "12", "\"12\"" },
		{ &of_text, "say \"hi\" \\ / é", "\"say \\\"hi\\\" \\\\ / é\"" },
		{ &of_text, "a\nb\tc\rd\x01", "\"a\\nb\\tc\\rd\\u0001\"" },
		{ &of_text, "</script>", "\"</script>\"" },
		{ &of_enum, "open", "\"open\"" },
		{ &of_date, "2026-01-31", "\"2026-01-31\"" },
		{ &of_int, "0", "0" },
		{ &of_int, "-42", "-42" },
		{ &of_number, "20", "20" },
		{ &of_number, "20.0", "20" },
		{ &of_number, "20.50", "20.5" },
		{ &of_number, "-0.010", "-0.01" },
		{ &of_number, "100", "100" },
		{ &of_number, "0.00", "0" },
		{ &of_bool, "t", "true" },
		{ &of_bool, "f", "false" },
		{ &of_bool, "true", "true" },
		{ &of_bool, "false", "false" },
		{ &of_texts, "[]", "[]" },
		{ &of_texts, "[\"a\",\"b\"]", "[\"a\",\"b\"]" },
		{ &of_refs, "[\"x\"]", "[\"x\"]" },
		{ &of_objects, "[{\"a\" : 1}, \n {\"b \\\" c\" : [1, 2]}]", "[{\"a\":1},{\"b \\\" c\":[1,2]}]" },
		{ &of_objects, "[{\"a\\\\\": \"x, y\"}]", "[{\"a\\\\\":\"x, y\"}]" },
		{ &of_external, "{\"modern_gov\": \"4 7\"}", "{\"modern_gov\":\"4 7\"}" },
		{ &of_json, "{}", "{}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(buf_done) struct buf out = { 0 };

		buf_init(&out, ROW_BYTES);
		row_value_json(&out, &finding_resource, cases[i].field, cell(cases[i].text));
		CHECK(strcmp(out.data, cases[i].json) == 0, "case %zu: %s", i, out.data);
	}
}

static void row_value_json_writes_null_for_every_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(each_type); i++) {
		_cleanup_(buf_done) struct buf out = { 0 };

		buf_init(&out, ROW_BYTES);
		row_value_json(&out, &finding_resource, each_type[i], cell(NULL));
		CHECK(strcmp(out.data, "null") == 0, "%s: %s", each_type[i]->name, out.data);
	}
}

static void row_value_json_goes_by_length_and_not_by_nul(void **state)
{
	_cleanup_(buf_done) struct buf out = { 0 };

	(void)state;
	buf_init(&out, ROW_BYTES);
	row_value_json(&out, &finding_resource, &of_text, (struct cell){ "abcdef", 3 });
	row_value_json(&out, &finding_resource, &of_int, (struct cell){ "1234", 2 });
	assert_string_equal(out.data, "\"abc\"12");
}

static const struct {
	const char *text, *rfc3339;
} times[] = {
	{ "2026-11-23 03:17:06+00", "2026-11-23T03:17:06Z" },
	{ "2026-11-23 03:17:06.1+00", "2026-11-23T03:17:06.1Z" },
	{ "2026-11-23 03:17:06.123+00", "2026-11-23T03:17:06.123Z" },
	{ "2026-11-23 03:17:06.123456+00", "2026-11-23T03:17:06.123456Z" },
	{ "1999-12-31 23:59:59.999999+00", "1999-12-31T23:59:59.999999Z" },
};

static void times_are_rfc_3339_with_and_without_fractions(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		_cleanup_(buf_done) struct buf out = { 0 };
		char quoted[64];

		buf_init(&out, ROW_BYTES);
		row_value_json(&out, &finding_resource, &of_time, cell(times[i].text));
		snprintf(quoted, sizeof quoted, "\"%s\"", times[i].rfc3339);
		CHECK(strcmp(out.data, quoted) == 0, "%s: %s", times[i].text, out.data);
	}
}

static void transitions_are_the_statuses_that_may_follow(void **state)
{
	static const struct {
		const struct resource *resource;
		const char *status, *json;
	} cases[] = {
		{ &inspection_resource, "planned", "[\"in_progress\",\"cancelled\"]" },
		{ &inspection_resource, "reported", "[\"published\"]" },
		{ &inspection_resource, "published", "[]" },
		{ &authority_resource, "current", "[\"abolished\"]" },
		{ &finding_resource, "no status", "[]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(buf_done) struct buf out = { 0 };

		buf_init(&out, ROW_BYTES);
		row_value_json(&out, cases[i].resource, &of_transitions, cell(cases[i].status));
		CHECK(strcmp(out.data, cases[i].json) == 0, "%s: %s", cases[i].status, out.data);
	}
}

/* 256 bytes hold the longest list of any status there is: a list that did not fit would be cut short in silence. */
static void transitions_of_every_status_fit(void **state)
{
	(void)state;
	for (size_t id = RES_NONE + 1; id < RES_COUNT_; id++) {
		const struct status_table *t = resources[id]->status;

		for (size_t i = 0; t && i < t->n; i++) {
			_cleanup_(buf_done) struct buf out = { 0 };
			char to[80];

			buf_init(&out, ROW_BYTES);
			row_value_json(&out, resources[id], &of_transitions, cell(t->steps[i].from));
			snprintf(to, sizeof to, "\"%s\"", t->steps[i].to);
			CHECK(strstr(out.data, to) != NULL, "%s: %s is not in %s", t->steps[i].from, to, out.data);
		}
	}
}

static void row_members_json_names_each_member_and_leaves_the_braces_to_others(void **state)
{
	_cleanup_(buf_done) struct buf out = { 0 };
	struct columns columns = { .field = { &of_id, &of_text, &of_bool }, .n = 3 };
	const struct cell cells[] = { cell("1"), cell(NULL), cell("t"), cell("hidden") };

	(void)state;
	buf_init(&out, ROW_BYTES);
	row_members_json(&out, &finding_resource, &columns, cells);
	assert_string_equal(out.data, "\"id\":\"1\",\"text\":null,\"bool\":true");
	buf_reset(&out);
	columns.n = 0;
	row_members_json(&out, &finding_resource, &columns, cells);
	assert_string_equal(out.data, "");
}

/* --- CSV ---------------------------------------------------------------------- */

static void check_csv(const struct field *f, const char *text, const char *expected)
{
	_cleanup_(buf_done) struct buf out = { 0 };
	struct columns columns = { .field = { f }, .n = 1 };
	const struct cell one = cell(text);
	char line[256];

	buf_init(&out, ROW_BYTES);
	row_csv(&out, &inspection_resource, &columns, &one);
	snprintf(line, sizeof line, "%s\r\n", expected);
	CHECK(strcmp(out.data, line) == 0, "%s %s: %s", f->name, text, out.data);
}

static void row_csv_quotes_what_rfc_4180_says(void **state)
{
	static const struct {
		const struct field *field;
		const char *text, *csv;
	} cases[] = {
		{ &of_text, "plain", "plain" },
		{ &of_text, "", "" },
		{ &of_text, NULL, "" },
		{ &of_text, "a,b", "\"a,b\"" },
		{ &of_text, "say \"hi\"", "\"say \"\"hi\"\"\"" },
		{ &of_text, "\"", "\"\"\"\"" },
		{ &of_text, "a\nb", "\"a\nb\"" },
		{ &of_text, "a\rb", "\"a\rb\"" },
		{ &of_text, "a b; c|d é", "a b; c|d é" },
		{ &of_enum, "open", "open" },
		{ &of_id, "383", "383" },
		{ &of_ref, "383", "383" },
		{ &of_date, "2026-01-31", "2026-01-31" },
		{ &of_number, "-20.50", "-20.5" },
		{ &of_bool, "t", "true" },
		{ &of_bool, "f", "false" },
		{ &of_texts, "[]", "[]" },
		{ &of_texts, "[\"a\",\"b\"]", "\"[\"\"a\"\",\"\"b\"\"]\"" },
		{ &of_objects, "[{\"a\": 1}]", "\"[{\"\"a\"\":1}]\"" },
		{ &of_transitions, "planned", "\"[\"\"in_progress\"\",\"\"cancelled\"\"]\"" },
		{ &of_transitions, "published", "[]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_csv(cases[i].field, cases[i].text, cases[i].csv);
	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		check_csv(&of_time, times[i].text, times[i].rfc3339);
	for (size_t i = 0; i < ARRAY_LEN(each_type); i++)
		check_csv(each_type[i], NULL, "");
}

static void row_csv_guards_texts_that_a_spreadsheet_would_run(void **state)
{
	static const struct {
		const struct field *field;
		const char *text, *csv;
	} cases[] = {
		{ &of_text, "=1+1", "\"'=1+1\"" },
		{ &of_text, "+44 20", "\"'+44 20\"" },
		{ &of_text, "-1", "\"'-1\"" },
		{ &of_text, "@SUM(A1)", "\"'@SUM(A1)\"" },
		{ &of_text, "\t=1", "\"'\t=1\"" },
		{ &of_text, "\r=1", "\"'\r=1\"" },
		{ &of_text, "'quoted'", "\"''quoted'\"" },
		{ &of_text, "=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"" },
		{ &of_enum, "=x", "\"'=x\"" },
		{ &of_id, "-x", "\"'-x\"" },
		{ &of_ref, "@x", "\"'@x\"" },
		{ &of_text, "a=1", "a=1" },
		{ &of_text, "1-1", "1-1" },
		{ &of_text, "it's", "it's" },
		{ &of_int, "-42", "-42" },
		{ &of_int, "42", "42" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_csv(cases[i].field, cases[i].text, cases[i].csv);
}

static void row_csv_has_a_place_for_every_column(void **state)
{
	_cleanup_(buf_done) struct buf out = { 0 };
	struct columns columns = { .field = { &of_id, &of_text, &of_int, &of_texts }, .n = 4 };
	const struct cell cells[] = { cell("1"), cell(NULL), cell("-3"), cell(NULL), cell("hidden") };

	(void)state;
	buf_init(&out, ROW_BYTES);
	row_csv_header(&out, &columns);
	row_csv(&out, &finding_resource, &columns, cells);
	assert_string_equal(out.data, "id,text,int,texts\r\n1,,-3,\r\n");
}

static void a_row_that_does_not_fit_latches(void **state)
{
	struct columns columns = { .field = { &of_texts, &of_text }, .n = 2 };
	const struct cell cells[] = { cell("[\"0123456789\"]"), cell("0123456789") };

	(void)state;
	for (size_t room = 0; room < 30; room++) {
		_cleanup_(buf_done) struct buf json = { 0 }, csv = { 0 };

		buf_init(&json, room);
		buf_init(&csv, room);
		row_members_json(&json, &finding_resource, &columns, cells);
		row_csv(&csv, &finding_resource, &columns, cells);
		CHECK(!buf_ok(&json), "%zu", room);
		CHECK(!buf_ok(&csv), "%zu", room);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(row_value_json_writes_each_type_as_its_own),
		cmocka_unit_test(row_value_json_writes_null_for_every_type),
		cmocka_unit_test(row_value_json_goes_by_length_and_not_by_nul),
		cmocka_unit_test(times_are_rfc_3339_with_and_without_fractions),
		cmocka_unit_test(transitions_are_the_statuses_that_may_follow),
		cmocka_unit_test(transitions_of_every_status_fit),
		cmocka_unit_test(row_members_json_names_each_member_and_leaves_the_braces_to_others),
		cmocka_unit_test(row_csv_quotes_what_rfc_4180_says),
		cmocka_unit_test(row_csv_guards_texts_that_a_spreadsheet_would_run),
		cmocka_unit_test(row_csv_has_a_place_for_every_column),
		cmocka_unit_test(a_row_that_does_not_fit_latches),
	};

	return RUN(tests);
}
