/* Tests of service/operation/references.c: what is collected, and what of it is held. The rest asks the database. */
#include "../resource/support.h"

#include "operation/internal.h"
#include "resource/registry.h"

#define ID_1 "0190a000-0000-7000-8000-000000000001"
#define ID_2 "0190a000-0000-7000-8000-000000000002"
#define ID_3 "0190a000-0000-7000-8000-000000000003"

static void expect(const struct reference *x, const char *field, const char *list, size_t index, const char *id)
{
	assert_string_equal(x->field->name, field);
	CHECK(list ? x->list && strcmp(x->list->name, list) == 0 : !x->list, "%s", field);
	assert_int_equal(x->index, index);
	assert_string_equal(x->id, id);
}

static void rows_are_named_by_columns_lists_and_objects(void **state)
{
	_cleanup_(json_decrefp) json_t *draft = js("{'authority_id':'806','supersedes_id':null,"
						   "'agreed_by_board_id':'" ID_1 "','inspection_ids':['" ID_1 "','" ID_2
						   "'],'boards':[{'board_id':'" ID_2 "'},{'board_id':'" ID_3 "'}]}");
	_cleanup_(references_done) struct references all = { NULL };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(references_collect(&plan_resource, draft, &all, &err), 0);
	assert_int_equal(all.n, 6);
	expect(&all.item[0], "authority_id", NULL, 0, "806");
	expect(&all.item[1], "inspection_ids", "inspection_ids", 0, ID_1);
	expect(&all.item[2], "inspection_ids", "inspection_ids", 1, ID_2);
	expect(&all.item[3], "agreed_by_board_id", NULL, 0, ID_1);
	expect(&all.item[4], "board_id", "boards", 0, ID_2);
	expect(&all.item[5], "board_id", "boards", 1, ID_3);
}

/* What the service makes is right already; what a transition brings is somebody's word. */
static void what_is_read_only_is_no_reference_unless_it_was_brought(void **state)
{
	_cleanup_(json_decrefp)
		json_t *draft = js("{'authority_id':'806','action_id':'" ID_1 "','decision_id':'" ID_2 "'}");
	_cleanup_(references_done) struct references all = { NULL };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(references_collect(&extension_resource, draft, &all, &err), 0);
	assert_int_equal(all.n, 2);
	expect(&all.item[0], "action_id", NULL, 0, ID_1);
	expect(&all.item[1], "decision_id", NULL, 0, ID_2);
}

/* Themes are never deleted, nor are updates; the ids of one resource go into one statement. */
static void what_could_go_is_held_by_resource(void **state)
{
	_cleanup_(json_decrefp) json_t *action = js("{'authority_id':'806','finding_ids':['" ID_1 "'],'plan_ids':[],"
						    "'lead_organisation_id':'" ID_2 "',"
						    "'partners':[{'organisation_id':'" ID_3 "'}]}");
	_cleanup_(json_decrefp) json_t *update = js("{'action_id':'" ID_1 "','corrects_id':'" ID_2 "'}");
	_cleanup_(references_done) struct references of_action = { NULL }, of_update = { NULL };
	_cleanup_(statements_freep) struct statements *s = calloc(1, sizeof *s), *t = calloc(1, sizeof *t);
	struct error err = { 0 };

	(void)state;
	assert_int_equal(references_collect(&action_resource, action, &of_action, &err), 0);
	assert_int_equal(references_hold(&of_action, s, &err), 0);
	assert_int_equal(s->n, 3);
	assert_non_null(strstr(s->builder[0].sql.data, "inspectd.authority "));
	assert_non_null(strstr(s->builder[1].sql.data, "inspectd.finding "));
	assert_non_null(strstr(s->builder[2].sql.data, "inspectd.organisation "));
	assert_string_equal(s->builder[2].values[0], "{\"" ID_2 "\",\"" ID_3 "\"}");
	assert_int_equal(references_collect(&update_resource, update, &of_update, &err), 0);
	assert_int_equal(references_hold(&of_update, t, &err), 0);
	assert_int_equal(t->n, 1);
	assert_non_null(strstr(t->builder[0].sql.data, "inspectd.action "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_named_by_columns_lists_and_objects),
		cmocka_unit_test(what_is_read_only_is_no_reference_unless_it_was_brought),
		cmocka_unit_test(what_could_go_is_held_by_resource),
	};

	return RUN(tests);
}
