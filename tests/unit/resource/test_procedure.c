/* Tests of service/resource/procedure.c: the table of procedures, and the form of what is sent to one. */
#include "support.h"

#include "resource/procedure.h"
#include "resource/registry.h"

#define SUCCESSOR "'to_authority_id':'943','reason':'Cumbria was abolished.'"
#define ACTION    "01900000-0000-7000-8000-000000000001"

static void a_path_names_its_procedure(void **state)
{
	(void)state;
	assert_ptr_equal(procedure_at("/v1/plans/{id}/carry-forwards")->of, &plan_resource);
	assert_ptr_equal(procedure_at("/v1/authorities/{id}/handovers")->of, &authority_resource);
	assert_ptr_equal(procedure_at("/v1/clients/{id}/keys")->of, &client_resource);
	assert_null(procedure_at("/v1/plans/{id}"));
	assert_null(procedure_at("carry-forwards"));
	assert_null(procedure_at(""));
}

static void no_two_procedures_share_a_path(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_procedures; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(procedures[i].body.plural, procedures[j].body.plural);
}

static void a_body_is_held_to_its_table(void **state)
{
	static const struct {
		const char *path, *body, *pointer, *code;
	} cases[] = {
		{ "/carry-forwards", "{}", NULL, NULL },
		{ "/carry-forwards", "{'from_plan_id':null,'reason':null}", NULL, NULL },
		{ "/carry-forwards", "{'from_plan_id':'" ACTION "','reason':'Year two'}", NULL, NULL },
		{ "/carry-forwards", "{'from_plan_id':'the old one'}", "/from_plan_id", "not_an_id" },
		{ "/carry-forwards", "{'reason':' '}", "/reason", "bad_form" },
		{ "/carry-forwards", "{'plan_id':'" ACTION "'}", "/plan_id", "unknown_member" },
		{ "/keys", "{}", NULL, NULL },
		{ "/keys", "{'overlap_hours':0,'expires_on':'2099-12-31'}", NULL, NULL },
		{ "/keys", "{'overlap_hours':null,'expires_on':null}", NULL, NULL },
		{ "/keys", "{'overlap_hours':720}", NULL, NULL },
		{ "/keys", "{'overlap_hours':721}", "/overlap_hours", "out_of_range" },
		{ "/keys", "{'overlap_hours':-1}", "/overlap_hours", "out_of_range" },
		{ "/keys", "{'overlap_hours':'24'}", "/overlap_hours", "not_an_integer" },
		{ "/keys", "{'expires_on':'soon'}", "/expires_on", "not_a_date" },
		{ "/keys", "{'key':'ik_mine'}", "/key", "unknown_member" },
		{ "/handovers", "{" SUCCESSOR "}", NULL, NULL },
		{ "/handovers", "{" SUCCESSOR ",'action_ids':null}", NULL, NULL },
		{ "/handovers", "{" SUCCESSOR ",'action_ids':['" ACTION "']}", NULL, NULL },
		{ "/handovers", "{" SUCCESSOR ",'action_ids':[]}", "/action_ids", "empty" },
		{ "/handovers", "{" SUCCESSOR ",'action_ids':'" ACTION "'}", "/action_ids", "not_a_list" },
		{ "/handovers", "{" SUCCESSOR ",'action_ids':['1.1']}", "/action_ids/0", "not_an_id" },
		{ "/handovers", "{" SUCCESSOR ",'action_ids':['" ACTION "','" ACTION "']}", "/action_ids/1",
		  "duplicate_item" },
		{ "/handovers", "{'to_authority_id':'943'}", "/reason", "required" },
		{ "/handovers", "{'reason':'Gone','to_authority_id':null}", "/to_authority_id", "required" },
		{ "/handovers", "{'reason':'Gone','to_authority_id':'Cumberland'}", "/to_authority_id", "not_an_id" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(json_decrefp) json_t *body = js(cases[i].body), *draft = NULL;
		struct error err = { 0 };
		int outcome = procedure_draft(procedure_at(cases[i].path), body, &draft, &err);

		CHECK(complains_only(&err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].body);
		CHECK(outcome == (cases[i].pointer ? -1 : 0), "case %zu", i);
		CHECK(json_is_object(draft), "case %zu: there is a draft all the same", i);
	}
}

static void what_was_left_out_is_null(void **state)
{
	static const struct {
		const char *path, *body, *draft;
	} cases[] = {
		{ "/carry-forwards", "{}", "{'from_plan_id':null,'reason':null}" },
		{ "/handovers", "{" SUCCESSOR "}", "{" SUCCESSOR ",'action_ids':null}" },
		{ "/handovers", "{" SUCCESSOR ",'action_ids':null}", "{" SUCCESSOR ",'action_ids':null}" },
		{ "/handovers", "{" SUCCESSOR ",'action_ids':['" ACTION "']}",
		  "{" SUCCESSOR ",'action_ids':['" ACTION "']}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(json_decrefp) json_t *body = js(cases[i].body), *draft = NULL;
		struct error err = { 0 };

		assert_int_equal(procedure_draft(procedure_at(cases[i].path), body, &draft, &err), 0);
		CHECK(same_json(draft, cases[i].draft), "case %zu", i);
	}
}

static void what_is_no_object_gives_no_draft(void **state)
{
	_cleanup_(json_decrefp) json_t *body = js("[]"), *draft = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(procedure_draft(procedure_at("/handovers"), body, &draft, &err), -1);
	assert_null(draft);
	assert_int_equal(err.code, ERR_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_names_its_procedure),       cmocka_unit_test(no_two_procedures_share_a_path),
		cmocka_unit_test(a_body_is_held_to_its_table),      cmocka_unit_test(what_was_left_out_is_null),
		cmocka_unit_test(what_is_no_object_gives_no_draft),
	};

	return RUN(tests);
}
