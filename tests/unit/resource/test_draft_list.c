/* Tests of service/resource/draft_list.c. */
#include "support.h"

#include "core/limits.h"
#include "resource/draft_member.h"

static const struct field *field_of(enum resource_id id, const char *name)
{
	return resource_field(resources[id], name);
}

#define UUID_1 "'01890a5d-ac96-774b-bcce-b302099a8057'"
#define UUID_2 "'01890a5d-ac96-774b-bcce-b302099a8058'"

static void lists_are_checked_item_by_item(void **state)
{
	static const struct {
		enum resource_id id;
		const char *field, *value, *pointer, *code;
	} cases[] = {
		{ RES_INSPECTION, "theme_ids", "[]", NULL, NULL },
		{ RES_INSPECTION, "theme_ids", "['a','b']", NULL, NULL },
		{ RES_INSPECTION, "theme_ids", "['a','b','a']", "/m/2", "duplicate_item" },
		{ RES_INSPECTION, "theme_ids", "['a',3]", "/m/1", "not_a_string" },
		{ RES_INSPECTION, "theme_ids", "['a',null]", "/m/1", "not_a_string" },
		{ RES_INSPECTION, "theme_ids", "['A b']", "/m/0", "not_an_id" },
		{ RES_INSPECTION, "theme_ids", "'a'", "/m", "not_a_list" },
		{ RES_INSPECTION, "theme_ids", "{}", "/m", "not_a_list" },
		{ RES_ACTION, "finding_ids", "[" UUID_1 "," UUID_2 "]", NULL, NULL },
		{ RES_ACTION, "finding_ids", "[" UUID_1 ",'01890A5D-AC96-774B-BCCE-B302099A8057']", "/m/1",
		  "duplicate_item" },
		{ RES_AUTHORITY, "former_gss_codes", "['E08000016']", NULL, NULL },
		{ RES_AUTHORITY, "former_gss_codes", "['E08000016','x']", "/m/1", "bad_form" },
		{ RES_AUTHORITY, "aliases", "['301']", "/m/0", "bad_form" },
		{ RES_INSPECTION, "judgements", "[{'strand':'a','grade':'good'}]", NULL, NULL },
		{ RES_INSPECTION, "judgements", "[{'strand':'a'}]", "/m/0/grade", "required" },
		{ RES_INSPECTION, "judgements", "[{'strand':'a','grade':null}]", "/m/0/grade", "required" },
		{ RES_INSPECTION, "judgements", "[{'strand':'a','grade':'Good'}]", "/m/0/grade", "bad_form" },
		{ RES_INSPECTION, "judgements", "[{'strand':'a','grade':'good','extra':1}]", "/m/0/extra",
		  "unknown_member" },
		{ RES_INSPECTION, "judgements", "[{'strand':'a','grade':'good'},{'strand':'a','grade':'good'}]",
		  "/m/1/strand", "duplicate_item" },
		{ RES_INSPECTION, "judgements", "[null]", "/m/0", "not_an_object" },
		{ RES_INSPECTION, "judgements", "['good']", "/m/0", "not_an_object" },
		{ RES_INSPECTION, "inspectors", "[{'name':'A B'},{'name':'A B'}]", NULL, NULL },
		{ RES_INSPECTION, "inspectors", "[{'name':'A B','role':7}]", "/m/0/role", "not_a_string" },
		{ RES_FINDING, "links", "[{'earlier_id':" UUID_1 ",'relation':'repeats'}]", NULL, NULL },
		{ RES_FINDING, "links", "[{'earlier_id':" UUID_1 ",'relation':'repeat'}]", "/m/0/relation",
		  "not_a_code" },
		{ RES_PLAN, "boards", "[{'board_id':" UUID_1 ",'by_exception':null}]", "/m/0/by_exception",
		  "not_nullable" },
		{ RES_PLAN, "boards", "[{'board_id':" UUID_1 "},{'board_id':" UUID_1 ",'by_exception':true}]",
		  "/m/1/board_id", "duplicate_item" },
		{ RES_PLAN, "rag_labels", "[{'rag':'red','label':'Late'},{'rag':'red','label':'Off track'}]",
		  "/m/1/rag", "duplicate_item" },
		{ RES_MEASURE, "benchmarks", "[{'label':'England','value':12.5}]", NULL, NULL },
		{ RES_MEASURE, "benchmarks", "[{'label':'England','value':'12.5'}]", "/m/0/value", "not_a_number" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { 0 };
		_cleanup_(json_decrefp) json_t *value = js(cases[i].value);
		_cleanup_(json_decrefp)
			json_t *read = draft_member_read(field_of(cases[i].id, cases[i].field), value, "/m", &err);

		assert_non_null(read);
		CHECK(complains_only(&err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].value);
	}
}

static void objects_hold_every_member_afterwards(void **state)
{
	struct error err = { 0 };
	_cleanup_(json_decrefp) json_t *value = js("[{'grade':'good','strand':'a'}]");
	_cleanup_(json_decrefp)
		json_t *read = draft_member_read(field_of(RES_INSPECTION, "judgements"), value, "/m", &err);

	(void)state;
	assert_true(same_json(read, "[{'strand':'a','grade':'good','wording':null,'title':null}]"));
}

static void a_member_left_out_of_an_object_starts_as_its_table_says(void **state)
{
	struct error err = { 0 };
	_cleanup_(json_decrefp) json_t *value = js("[{'board_id':" UUID_1 "}]");
	_cleanup_(json_decrefp) json_t *read = draft_member_read(field_of(RES_PLAN, "boards"), value, "/m", &err);

	(void)state;
	assert_true(same_json(read, "[{'board_id':" UUID_1 ",'cadence':null,'by_exception':false}]"));
}

static void a_list_has_a_limit(void **state)
{
	(void)state;
	for (size_t extra = 0; extra < 2; extra++) {
		struct error err = { 0 };
		_cleanup_(json_decrefp) json_t *list = json_array();

		for (size_t i = 0; i < LIMIT_LIST_ITEMS + extra; i++)
			json_array_append_new(list, json_sprintf("theme_%zu", i));
		json_decref(draft_member_read(field_of(RES_INSPECTION, "theme_ids"), list, "/m", &err));
		assert_true(complains_only(&err, extra ? "/m" : NULL, "too_many"));
	}
}

static void other_systems_keys_are_slugs_with_short_texts(void **state)
{
	static const struct {
		const char *value, *pointer, *code;
	} cases[] = {
		{ "{}", NULL, NULL },
		{ "{'modern_gov':'4711','pentana':'A/1 ~ b'}", NULL, NULL },
		{ "{'Modern Gov':'4711'}", "/m/Modern Gov", "bad_form" },
		{ "{'a/b~c':'4711'}", "/m/a~1b~0c", "bad_form" },
		{ "{'':'4711'}", "/m/", "bad_form" },
		{ "{'a':''}", "/m/a", "bad_form" },
		{ "{'a':'  '}", "/m/a", "bad_form" },
		{ "{'a':7}", "/m/a", "not_a_string" },
		{ "{'a':null}", "/m/a", "not_a_string" },
		{ "{'a':'x\\u0001'}", "/m/a", "control_character" },
		{ "[]", "/m", "not_an_object" },
		{ "'a:b'", "/m", "not_an_object" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { 0 };
		_cleanup_(json_decrefp) json_t *value = js(cases[i].value);

		json_decref(draft_member_read(field_of(RES_ACTION, "external_refs"), value, "/m", &err));
		CHECK(complains_only(&err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].value);
	}
}

static void a_reference_has_at_most_200_characters(void **state)
{
	char text[202];

	(void)state;
	memset(text, 'x', sizeof text);
	for (int length = 200; length <= 201; length++) {
		struct error err = { 0 };
		_cleanup_(json_decrefp) json_t *value = json_pack("{s:s#}", "a", text, length);

		json_decref(draft_member_read(field_of(RES_ACTION, "external_refs"), value, "/m", &err));
		assert_true(complains_only(&err, length > 200 ? "/m/a" : NULL, "too_long"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_checked_item_by_item),
		cmocka_unit_test(objects_hold_every_member_afterwards),
		cmocka_unit_test(a_member_left_out_of_an_object_starts_as_its_table_says),
		cmocka_unit_test(a_list_has_a_limit),
		cmocka_unit_test(other_systems_keys_are_slugs_with_short_texts),
		cmocka_unit_test(a_reference_has_at_most_200_characters),
	};

	return RUN(tests);
}
