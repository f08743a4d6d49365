/* Tests of service/load/mapping.c. */
#include "support.h"

#include "load/mapping.h"
#include "resource/registry.h"

static const struct column columns[] = {
	{ "ref", COL_EXTERNAL, "external_refs", .flags = COL_KEY | COL_REQUIRED },
	{ "inspection", COL_REF, "inspection_id", RES_INSPECTION },
	{ "number", COL_INT },
	{ "kind", COL_TEXT },
	{ "extent", COL_TEXT },
	{ "status", COL_MOVE, "to" },
	{ "sensitivity", COL_TEXT },
	{ "theme_ids", COL_REFS, .ref = RES_THEME },
	{ "contested", COL_BOOL },
};

static const struct column plain[] = {
	{ "id", COL_TEXT, .flags = COL_KEY | COL_REQUIRED },
	{ "rank", COL_INT, .flags = COL_KEY },
	{ "body", COL_CODE, .values = &inspection_bodies },
	{ "kinds", COL_LIST, .values = &inspection_kinds },
	{ "starts_on", COL_DATE },
	{ "lead", COL_INSPECTOR, "inspectors" },
};

static const char *resolve(void *data, enum resource_id target, const char *key)
{
	(void)target;
	return strcmp(key, "nobody") == 0 ? NULL : strcmp(key, "a:1") == 0 ? data : key;
}

static const struct mapping findings = {
	{ columns, ARRAY_LEN(columns) }, &finding_resource, resolve, (char[]){ "id-of-a1" }
};
static const struct mapping table = { { plain, ARRAY_LEN(plain) }, NULL, resolve, NULL };
static const struct place row = { "f.csv", 12, NULL };

/* The body of cells written as JSON, as JSON text; NULL after a complaint. */
static char *map(const struct mapping *m, const char *cells, struct listener *l)
{
	_cleanup_(json_decrefp) json_t *in = json_loads(cells, 0, NULL);
	_cleanup_(json_decrefp) json_t *body = mapping_body(m, in, &row, &l->report);

	return l->report.complaints ? NULL : json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
}

static void assert_maps(const struct mapping *m, const char *cells, const char *member, const char *expected)
{
	_cleanup_(listener_done) struct listener l;
	_cleanup_(freep) char *text = NULL;
	_cleanup_(json_decrefp) json_t *body = NULL, *wanted = json_loads(expected, JSON_DECODE_ANY, NULL);

	listener_init(&l);
	text = map(m, cells, &l);
	CHECK(text, "%s: %s", cells, said(&l));
	body = json_loads(text, 0, NULL);
	CHECK(json_equal(json_object_get(body, member), wanted), "%s: %s", member, text);
}

static void each_kind_of_column_becomes_its_json(void **state)
{
	static const struct {
		const struct mapping *m;
		const char *cells, *member, *json;
	} cases[] = {
		{ &findings, "{\"ref\":\"ofsted:ofsted-1:2\"}", "external_refs", "{\"ofsted\":\"ofsted-1:2\"}" },
		{ &findings, "{\"ref\":\"a:b\",\"inspection\":\"a:1\"}", "inspection_id", "\"id-of-a1\"" },
		{ &findings, "{\"ref\":\"a:b\",\"number\":\"12\"}", "number", "12" },
		{ &findings, "{\"ref\":\"a:b\",\"contested\":\"true\"}", "contested", "true" },
		{ &findings, "{\"ref\":\"a:b\",\"theme_ids\":\"x; y;z\"}", "theme_ids", "[\"x\",\"y\",\"z\"]" },
		{ &table, "{\"id\":\"a\",\"body\":\"joint\"}", "body", "\"joint\"" },
		{ &table, "{\"id\":\"a\",\"kinds\":\"jtai;peer_review\"}", "kinds", "[\"jtai\",\"peer_review\"]" },
		{ &table, "{\"id\":\"a\",\"starts_on\":\"2024-02-29\"}", "starts_on", "\"2024-02-29\"" },
		{ &table, "{\"id\":\"a\",\"lead\":\"M\\u00e1ire Atherton\"}", "inspectors",
		  "[{\"name\":\"M\\u00e1ire Atherton\",\"role\":\"lead inspector\",\"body\":\"Ofsted\"}]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_maps(cases[i].m, cases[i].cells, cases[i].member, cases[i].json);
}

static void an_empty_cell_clears_the_member_as_leaving_it_out_of_a_post_would(void **state)
{
	_cleanup_(listener_done) struct listener l;
	_cleanup_(freep) char *text = NULL;

	(void)state;
	listener_init(&l);
	text = map(&findings, "{\"ref\":\"a:b\"}", &l);
	/* inspection_id and kind cannot be cleared, so they are not spoken of; status is not a member here. */
	assert_string_equal(text, "{\"contested\":false,\"extent\":null,\"external_refs\":{\"a\":\"b\"},"
				  "\"number\":null,\"sensitivity\":\"council\",\"theme_ids\":[]}");
}

static void a_table_of_its_own_has_every_column(void **state)
{
	_cleanup_(listener_done) struct listener l;
	_cleanup_(freep) char *text = NULL;

	(void)state;
	listener_init(&l);
	text = map(&table, "{\"id\":\"a\"}", &l);
	assert_string_equal(
		text, "{\"body\":null,\"id\":\"a\",\"inspectors\":[],\"kinds\":[],\"rank\":null,\"starts_on\":null}");
}

static void a_cell_that_cannot_be_read_is_told_with_its_value_and_the_cure(void **state)
{
	static const struct {
		const struct mapping *m;
		const char *cells, *said;
	} cases[] = {
		{ &findings, "{}", "f.csv:12: ref: is required" },
		{ &findings, "{\"ref\":\"ofsted\"}", "f.csv:12: ref: \"ofsted\": must be system:ref" },
		{ &findings, "{\"ref\":\":1\"}", "must be system:ref" },
		{ &findings, "{\"ref\":\"a:\"}", "must be system:ref" },
		{ &findings, "{\"ref\":\"a:b\",\"number\":\"1.0\"}", "number: \"1.0\": must be a whole number" },
		{ &findings, "{\"ref\":\"a:b\",\"contested\":\"yes\"}", "contested: \"yes\": must be true or false" },
		{ &findings, "{\"ref\":\"a:b\",\"theme_ids\":\"a;;b\"}", "theme_ids: \"a;;b\": has an empty item" },
		{ &findings, "{\"ref\":\"a:b\",\"theme_ids\":\"a;nobody\"}",
		  "theme_ids: \"nobody\": there is no such theme" },
		{ &findings, "{\"ref\":\"a:b\",\"inspection\":\"nobody\"}", "there is no such inspection" },
		{ &table, "{\"id\":\"a\",\"body\":\"Ofsted\"}", "body: \"Ofsted\": is not a code known here" },
		{ &table, "{\"id\":\"a\",\"kinds\":\"jtai;sif\"}", "kinds: \"sif\": is not a code" },
		{ &table, "{\"id\":\"a\",\"starts_on\":\"09/05/25\"}", "starts_on: \"09/05/25\": write YYYY-MM-DD" },
		{ &table, "{\"id\":\"a\",\"starts_on\":\"2023-02-29\"}", "write YYYY-MM-DD" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(listener_done) struct listener l;

		listener_init(&l);
		CHECK(map(cases[i].m, cases[i].cells, &l) == NULL, "case %zu is refused", i);
		CHECK(strstr(said(&l), cases[i].said), "case %zu: said %s", i, said(&l));
	}
}

static void every_wrong_cell_of_a_row_is_told(void **state)
{
	_cleanup_(listener_done) struct listener l;

	(void)state;
	listener_init(&l);
	assert_null(map(&findings, "{\"number\":\"x\",\"contested\":\"x\"}", &l));
	assert_int_equal(l.report.complaints, 3);
}

static void a_key_is_made_of_the_key_columns(void **state)
{
	_cleanup_(json_decrefp) json_t *cells = json_loads("{\"id\":\"301\",\"rank\":\"2\",\"body\":\"dfe\"}", 0, NULL);
	char key[MAPPING_KEY_SIZE];

	(void)state;
	mapping_key((struct column_list){ plain, ARRAY_LEN(plain) }, cells, key);
	assert_string_equal(key, "301|2");
}

static void a_column_is_found_by_its_member(void **state)
{
	const struct column_list list = { columns, ARRAY_LEN(columns) };

	(void)state;
	assert_string_equal(mapping_column(list, "inspection_id")->name, "inspection");
	assert_string_equal(mapping_column(list, "kind")->name, "kind");
	assert_string_equal(mapping_column(list, "to")->name, "status");
	assert_null(mapping_column(list, "status"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_column_becomes_its_json),
		cmocka_unit_test(an_empty_cell_clears_the_member_as_leaving_it_out_of_a_post_would),
		cmocka_unit_test(a_table_of_its_own_has_every_column),
		cmocka_unit_test(a_cell_that_cannot_be_read_is_told_with_its_value_and_the_cure),
		cmocka_unit_test(every_wrong_cell_of_a_row_is_told),
		cmocka_unit_test(a_key_is_made_of_the_key_columns),
		cmocka_unit_test(a_column_is_found_by_its_member),
	};

	return RUN(tests);
}
