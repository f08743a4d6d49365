/* Tests of service/resource/draft.c: what may be written, and what a draft then holds. */
#include "support.h"

#include "resource/draft.h"
#include "resource/registry.h"

#define ID "01890a5d-ac96-774b-bcce-b302099a8057"

/* Whether the draft has these members, of these values. */
static bool holds(const json_t *draft, const char *members)
{
	_cleanup_(json_decrefp) json_t *expected = js(members);
	const char *name;
	json_t *value;

	json_object_foreach(expected, name, value) {
		if (json_equal(json_object_get(draft, name), value))
			continue;
		print_error("%s differs\n", name);
		return false;
	}
	return true;
}

/* --- creating ----------------------------------------------------------------- */

static void a_new_draft_holds_every_writable_member(void **state)
{
	struct error err = { 0 };
	_cleanup_(json_decrefp) json_t *body = js("{'authority_id':'806','title':'Train managers','reason':'new'}");
	_cleanup_(json_decrefp) json_t *draft = NULL;

	(void)state;
	assert_int_equal(draft_create(&action_resource, body, &draft, &err), 0);
	for (size_t i = 0; i < action_resource.n_fields; i++) {
		const struct field *f = &action_resource.fields[i];

		CHECK((json_object_get(draft, f->name) != NULL) == !(f->flags & (READ_ONLY | WRITE_ONLY)), "%s",
		      f->name);
	}
	assert_true(holds(draft, "{'authority_id':'806','completed_on':null,'due_on':null,'external_refs':{},"
				 "'finding_ids':[],'sensitivity':'council','status':'not_started',"
				 "'title':'Train managers'}"));
}

static void initial_values_have_their_types(void **state)
{
	struct error err = { 0 };
	_cleanup_(json_decrefp) json_t *body = js("{'inspection_id':'" ID "','kind':'strength'}");
	_cleanup_(json_decrefp) json_t *draft = NULL;

	(void)state;
	assert_int_equal(draft_create(&finding_resource, body, &draft, &err), 0);
	assert_true(json_is_false(json_object_get(draft, "contested")));
	assert_string_equal(member_text(draft, "text"), "");
	assert_string_equal(member_text(draft, "status"), "open");
	assert_string_equal(member_text(draft, "stage"), "final");
	assert_null(json_object_get(draft, "authority_id"));
}

/* A day that rules fill, and a yes or no that nobody may know. */
static void what_may_be_left_out_is_null_until_it_is_filled(void **state)
{
	struct error err = { 0 };
	_cleanup_(json_decrefp) json_t *body = js("{'action_id':'" ID "','to_due_on':'2026-09-30','reason':'x'}");
	_cleanup_(json_decrefp) json_t *board = js("{'authority_id':'806','name':'Board','kind':'council'}");
	_cleanup_(json_decrefp) json_t *extension_draft = NULL, *board_draft = NULL;

	(void)state;
	assert_int_equal(draft_create(&extension_resource, body, &extension_draft, &err), 0);
	assert_true(json_is_null(json_object_get(extension_draft, "requested_on")));
	assert_int_equal(draft_create(&board_resource, board, &board_draft, &err), 0);
	assert_true(json_is_null(json_object_get(board_draft, "statutory")));
}

static void creating_complains_of_each_wrong_member(void **state)
{
	static const struct {
		const struct resource *r;
		const char *body, *pointer, *code;
	} cases[] = {
		{ &action_resource, "{'authority_id':'806'}", "/title", "required" },
		{ &action_resource, "{'authority_id':'806','title':null}", "/title", "required" },
		{ &action_resource, "{'title':'x','titel':'y'}", "/titel", "unknown_member" },
		{ &action_resource, "{'title':'x','a/b~':1}", "/a~1b~0", "unknown_member" },
		{ &action_resource, "{'title':'x','':1}", "/", "unknown_member" },
		{ &action_resource, "{'title':'x','version':1}", "/version", "read_only" },
		{ &action_resource, "{'title':'x','id':'" ID "'}", "/id", "read_only" },
		{ &action_resource, "{'title':'x','overdue':true}", "/overdue", "read_only" },
		{ &action_resource, "{'title':'x','sensitivity':null}", "/sensitivity", "not_nullable" },
		{ &action_resource, "{'title':'x','finding_ids':null}", "/finding_ids", "not_nullable" },
		{ &action_resource, "{'title':'x','external_refs':null}", "/external_refs", "not_nullable" },
		{ &action_resource, "{'title':'x','due_on':null}", NULL, NULL },
		{ &action_resource, "{'title':'x','reason':null}", NULL, NULL },
		{ &action_resource, "{'title':'x','reason':7}", "/reason", "not_a_string" },
		{ &action_resource, "{'title':'x','reason':' '}", "/reason", "bad_form" },
		{ &action_resource, "{'title':'x','status':'complete'}", NULL, NULL },
		{ &action_resource, "{'title':'x','status':'done'}", "/status", "not_a_code" },
		{ &finding_resource, "{'inspection_id':'" ID "','kind':'strength','status':'open'}", "/status",
		  "read_only" },
		{ &extension_resource,
		  "{'action_id':'" ID "','to_due_on':'2026-09-30','reason':'x','decision_id':'" ID "'}", "/decision_id",
		  "read_only" },
		{ &extension_resource, "{'action_id':'" ID "','to_due_on':'2026-09-30','reason':'x'}", NULL, NULL },
		{ &authority_resource, "{'id':'806','name':'301','type':'unitary'}", "/name", "bad_form" },
		{ &authority_resource, "{'id':'80','name':'X','type':'unitary'}", "/id", "bad_form" },
		{ &authority_resource, "{'name':'X','type':'unitary'}", "/id", "required" },
		{ &authority_resource, "{'id':'806','name':'X','type':'unitary','started_on':'1974-04-01'}", NULL,
		  NULL },
		{ &inspection_resource, "{'authority_id':'806','kind':'jtai','framework_id':null}", "/framework_id",
		  "not_nullable" },
		{ &inspection_resource, "{'authority_id':'806','kind':'jtai','start_on':'1900-01-01'}", "/start_on",
		  "not_a_date" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { 0 };
		_cleanup_(json_decrefp) json_t *body = js(cases[i].body);
		json_t *draft = NULL;
		int result = draft_create(cases[i].r, body, &draft, &err);

		CHECK(complains_only(&err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].body);
		CHECK((result == 0) == (cases[i].pointer == NULL) && draft != NULL, "case %zu", i);
		CHECK(result == 0 || err.code == ERR_INVALID, "case %zu", i);
		json_decref(draft);
	}
}

static void everything_wrong_is_said_at_once(void **state)
{
	struct error err = { 0 };
	_cleanup_(json_decrefp) json_t *body = js(
		"{'title':'','due_on':'soon','finding_ids':['x',7],'colour':'red','version':3,'sensitivity':'secret'}");
	json_t *draft = NULL;

	(void)state;
	assert_int_equal(draft_create(&action_resource, body, &draft, &err), -1);
	json_decref(draft);
	assert_int_equal(err.n_complaints, 7);
	assert_non_null(complaint_of(&err, "/finding_ids/0", "not_an_id"));
	assert_non_null(complaint_of(&err, "/finding_ids/1", "not_a_string"));
	assert_non_null(complaint_of(&err, "/colour", "unknown_member"));
}

/* A plan has a version of its own on its cover. */
static void which_version_of_a_plan_it_is_goes_into_edition(void **state)
{
	struct error err = { 0 }, other = { 0 };
	_cleanup_(json_decrefp) json_t *body = js("{'version':'1.2'}");
	json_t *plan = NULL, *action = NULL;

	(void)state;
	assert_int_equal(draft_create(&plan_resource, body, &plan, &err), -1);
	json_decref(plan);
	assert_non_null(strstr(complaint_of(&err, "/version", "read_only")->detail, "goes into edition"));
	assert_int_equal(draft_create(&action_resource, body, &action, &other), -1);
	json_decref(action);
	assert_null(strstr(complaint_of(&other, "/version", "read_only")->detail, "edition"));
}

static void a_body_that_is_no_object_is_malformed(void **state)
{
	static const char *const bodies[] = { "[]", "null", "3", "'x'", "true" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		_cleanup_(json_decrefp) json_t *body = js(bodies[i]);
		json_t *draft = NULL;
		const char *reason = NULL;
		struct error created = { 0 }, changed = { 0 };

		assert_int_equal(draft_create(&action_resource, body, &draft, &created), -1);
		assert_int_equal(created.code, ERR_MALFORMED);
		assert_int_equal(draft_change(&action_resource, body, body, &draft, &reason, &changed), -1);
		assert_int_equal(changed.code, ERR_MALFORMED);
		assert_null(draft);
	}
}

static void hints_name_what_was_meant(void **state)
{
	struct error err = { 0 };
	_cleanup_(json_decrefp) json_t *body = js("{'title':'x','due_om':'2026-01-01','status_on':'2026-01-01'}");
	json_t *draft = NULL;

	(void)state;
	assert_int_equal(draft_create(&action_resource, body, &draft, &err), -1);
	assert_non_null(strstr(complaint_of(&err, "/due_om", "unknown_member")->detail, "did you mean due_on?"));
	assert_non_null(complaint_of(&err, "/status_on", "read_only"));
	json_decref(draft);
}

static void a_transition_is_said_by_its_address(void **state)
{
	struct error err = { 0 };
	_cleanup_(json_decrefp) json_t *stored = js("{'status':'requested'}");
	_cleanup_(json_decrefp) json_t *patch = js("{'status':'granted','decision_id':'" ID "'}");
	_cleanup_(json_decrefp) json_t *draft = NULL;
	const char *reason = NULL;

	(void)state;
	assert_int_equal(draft_change(&extension_resource, stored, patch, &draft, &reason, &err), -1);
	for (size_t i = 0; i < 2; i++)
		assert_non_null(strstr(
			complaint_of(&err, i ? "/status" : "/decision_id", i ? "create_only" : "read_only")->detail,
			"POST to /v1/extensions/{id}/transitions"));
}

static void what_is_ill_formed_is_nothing_in_a_new_draft(void **state)
{
	struct error err = { 0 };
	_cleanup_(json_decrefp) json_t *body = js(
		"{'authority_id':'806','kind':'x','start_on':'x','judgements':[{'strand':'a'}],'theme_ids':'x',"
		"'external_refs':[],'status':'x','end_on':'2026-01-01'}");
	_cleanup_(json_decrefp) json_t *draft = NULL;

	(void)state;
	assert_int_equal(draft_create(&inspection_resource, body, &draft, &err), -1);
	assert_true(json_is_null(json_object_get(draft, "kind")));
	assert_true(json_is_null(json_object_get(draft, "start_on")));
	assert_true(json_is_null(json_object_get(draft, "status")));
	assert_true(same_json(json_object_get(draft, "judgements"), "[]"));
	assert_true(same_json(json_object_get(draft, "theme_ids"), "[]"));
	assert_true(same_json(json_object_get(draft, "external_refs"), "{}"));
	assert_string_equal(member_text(draft, "end_on"), "2026-01-01");
}

/* --- changing ----------------------------------------------------------------- */

static const char stored_action[] =
	"{'id':'" ID "','external_refs':{'a':'1','b':'2'},'authority_id':'806','number':null,'title':'Train managers',"
	"'detail':null,'status':'in_progress','status_on':'2026-01-05','allowed_transitions':['complete'],"
	"'sensitivity':'council','lead_role':'Director','start_on':null,'due_on':'2026-03-01','forecast_on':null,"
	"'completed_on':null,'success_criteria':null,'finding_ids':['" ID "'],'rag':'not_rated','overdue':false,"
	"'days_late':0,'warnings':[],'version':3,'created_at':'2026-01-01T00:00:00Z','updated_at':'2026-01-05T00:00:00Z'}";

static void changing_complains_of_each_wrong_member(void **state)
{
	static const struct {
		const char *patch, *pointer, *code;
	} cases[] = {
		{ "{}", NULL, NULL },
		{ "{'title':'Train every manager'}", NULL, NULL },
		{ "{'title':null}", "/title", "required" },
		{ "{'title':''}", "/title", "bad_form" },
		{ "{'title':{'a':1}}", "/title", "not_a_string" },
		{ "{'sensitivity':null}", "/sensitivity", "not_nullable" },
		{ "{'lead_role':null}", NULL, NULL },
		{ "{'colour':null}", "/colour", "unknown_member" },
		{ "{'version':3}", "/version", "read_only" },
		{ "{'id':'" ID "'}", "/id", "read_only" },
		{ "{'status_on':null}", "/status_on", "read_only" },
		{ "{'authority_id':'806'}", NULL, NULL },
		{ "{'authority_id':'870'}", "/authority_id", "create_only" },
		{ "{'authority_id':'x'}", "/authority_id", "not_an_id" },
		{ "{'authority_id':null}", "/authority_id", "not_nullable" },
		{ "{'status':'in_progress'}", NULL, NULL },
		{ "{'status':'complete'}", "/status", "create_only" },
		{ "{'due_on':'2026-03-01'}", NULL, NULL },
		{ "{'due_on':'2026-04-01'}", "/reason", "reason_required" },
		{ "{'due_on':null}", "/reason", "reason_required" },
		{ "{'due_on':'2026-04-01','reason':'Staff left'}", NULL, NULL },
		{ "{'due_on':'2026-04-01','reason':null}", "/reason", "reason_required" },
		{ "{'due_on':null,'reason':'No longer dated'}", NULL, NULL },
		{ "{'start_on':'2026-02-01'}", NULL, NULL }, /* none was set before */
		{ "{'forecast_on':'2026-05-01'}", NULL, NULL },
		{ "{'finding_ids':[]}", NULL, NULL },
		{ "{'finding_ids':null}", "/finding_ids", "not_nullable" },
		{ "{'external_refs':{'a':null}}", NULL, NULL },
		{ "{'external_refs':{'a':7}}", "/external_refs/a", "not_a_string" },
		{ "{'external_refs':[]}", "/external_refs", "not_an_object" },
		{ "{'external_refs':null}", "/external_refs", "not_nullable" },
	};
	_cleanup_(json_decrefp) json_t *stored = js(stored_action);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { 0 };
		_cleanup_(json_decrefp) json_t *patch = js(cases[i].patch);
		json_t *draft = NULL;
		const char *reason = NULL;
		int result = draft_change(&action_resource, stored, patch, &draft, &reason, &err);

		CHECK(complains_only(&err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].patch);
		CHECK((result == 0) == (cases[i].pointer == NULL) && draft != NULL, "case %zu", i);
		json_decref(draft);
	}
	assert_true(same_json(stored, stored_action));
}

static void what_is_ill_formed_stays_as_stored_in_a_changed_draft(void **state)
{
	struct error err = { 0 };
	_cleanup_(json_decrefp) json_t *stored = js(stored_action);
	_cleanup_(json_decrefp) json_t *patch = js("{'title':7,'finding_ids':'x','due_on':'x','authority_id':'870'}");
	_cleanup_(json_decrefp) json_t *draft = NULL;
	const char *reason = NULL;

	(void)state;
	assert_int_equal(draft_change(&action_resource, stored, patch, &draft, &reason, &err), -1);
	assert_int_equal(err.n_complaints, 4);
	assert_false(draft_differs(&action_resource, draft, stored));
}

static void what_a_patch_does_not_name_stays(void **state)
{
	struct error err = { 0 };
	_cleanup_(json_decrefp) json_t *stored = js(stored_action);
	_cleanup_(json_decrefp) json_t *patch = js("{'external_refs':{'a':null,'c':'3'},'number':'1.1'}");
	_cleanup_(json_decrefp) json_t *draft = NULL;
	const char *reason = "untouched";

	(void)state;
	assert_int_equal(draft_change(&action_resource, stored, patch, &draft, &reason, &err), 0);
	assert_true(holds(draft,
			  "{'id':'" ID "','external_refs':{'b':'2','c':'3'},'authority_id':'806','number':'1.1',"
			  "'title':'Train managers','detail':null,'status':'in_progress','status_on':'2026-01-05',"
			  "'sensitivity':'council','lead_role':'Director','start_on':null,'due_on':'2026-03-01',"
			  "'forecast_on':null,'completed_on':null,'success_criteria':null,'finding_ids':['" ID "']}"));
	assert_null(reason);
}

static void the_reason_is_handed_out_and_not_kept(void **state)
{
	struct error err = { 0 };
	_cleanup_(json_decrefp) json_t *stored = js(stored_action);
	_cleanup_(json_decrefp) json_t *patch = js("{'due_on':'2026-04-01','reason':'Staff left'}");
	_cleanup_(json_decrefp) json_t *draft = NULL;
	const char *reason = NULL;

	(void)state;
	assert_int_equal(draft_change(&action_resource, stored, patch, &draft, &reason, &err), 0);
	assert_string_equal(reason, "Staff left");
	assert_null(json_object_get(draft, "reason"));
	assert_string_equal(member_text(draft, "due_on"), "2026-04-01");
}

static void a_missing_reason_names_the_dates_moved(void **state)
{
	struct error err = { 0 };
	_cleanup_(json_decrefp) json_t *stored = js("{'due_on':'2026-03-01','start_on':'2026-02-01'}");
	_cleanup_(json_decrefp) json_t *patch = js("{'due_on':null,'start_on':'2026-02-02','reason':' '}");
	json_t *draft = NULL;
	const char *reason = NULL;

	(void)state;
	assert_int_equal(draft_change(&action_resource, stored, patch, &draft, &reason, &err), -1);
	assert_non_null(strstr(complaint_of(&err, "/reason", "reason_required")->detail, "start_on, due_on"));
	json_decref(draft);
}

/* A month stands for its last day, everything else for the day itself. */
static void how_exact_a_date_is_moves_it_where_it_then_stands_for_another_day(void **state)
{
	static const struct {
		const char *stored, *patch;
		bool moved;
	} cases[] = {
		{ "{'due_on':'2026-03-01'}", "{'due_precision':'month'}", true },
		{ "{'due_on':'2026-03-01','due_precision':'tentative'}", "{'due_precision':'month'}", true },
		{ "{'due_on':'2026-03-01','due_precision':'month'}", "{'due_precision':null}", true },
		{ "{'due_on':'2026-03-31','due_precision':'month'}", "{'due_precision':'day'}", false },
		{ "{'due_on':'2026-03-31'}", "{'due_precision':'month'}", false },
		{ "{'due_on':'2026-03-01'}", "{'due_precision':'tentative'}", false },
		{ "{'due_on':'2026-03-01','due_precision':'day'}", "{'due_precision':null}", false },
		{ "{'due_on':null}", "{'due_precision':'month'}", false },
		{ "{'due_on':null}", "{'due_on':'2026-03-01','due_precision':'month'}", false },
		{ "{'start_on':'2026-03-01'}", "{'start_precision':'month'}", true },
		{ "{'forecast_on':'2026-03-01'}", "{'forecast_precision':'month'}", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { 0 };
		_cleanup_(json_decrefp) json_t *stored = js(cases[i].stored), *patch = js(cases[i].patch);
		_cleanup_(json_decrefp) json_t *draft = NULL;
		const char *reason = NULL;

		(void)!draft_change(&action_resource, stored, patch, &draft, &reason, &err);
		CHECK(complains_only(&err, cases[i].moved ? "/reason" : NULL, "reason_required"), "case %zu", i);
		CHECK(!cases[i].moved || strstr(err.complaint[0].detail, "_precision"), "case %zu", i);
	}
}

static void an_id_in_other_case_is_the_same_id(void **state)
{
	struct error err = { 0 };
	_cleanup_(json_decrefp) json_t *stored = js("{'inspection_id':'" ID "','kind':'observation'}");
	_cleanup_(json_decrefp) json_t *patch = js("{'inspection_id':'01890A5D-AC96-774B-BCCE-B302099A8057'}");
	_cleanup_(json_decrefp) json_t *draft = NULL;
	const char *reason = NULL;

	(void)state;
	assert_int_equal(draft_change(&finding_resource, stored, patch, &draft, &reason, &err), 0);
	assert_string_equal(member_text(draft, "inspection_id"), ID);
}

static void a_draft_of_a_row_shares_nothing_with_it(void **state)
{
	_cleanup_(json_decrefp) json_t *stored = js(stored_action);
	_cleanup_(json_decrefp) json_t *draft = draft_of(&action_resource, stored);

	(void)state;
	json_array_clear(json_object_get(draft, "finding_ids"));
	json_object_set_new(draft, "title", json_string("x"));
	assert_true(same_json(stored, stored_action));
}

/* --- no memory ------------------------------------------------------------------ */

static int allocations_left;

static void *scarce_malloc(size_t size)
{
	return allocations_left-- > 0 ? malloc(size) : NULL;
}

static int try_to_create(const json_t *body, int allocations, struct error *err)
{
	_cleanup_(json_decrefp) json_t *draft = NULL;

	allocations_left = allocations;
	return draft_create(&inspection_resource, body, &draft, err);
}

static int try_to_change(const json_t *stored, const json_t *patch, int allocations, struct error *err)
{
	_cleanup_(json_decrefp) json_t *draft = NULL;
	const char *reason = NULL;

	allocations_left = allocations;
	return draft_change(&action_resource, stored, patch, &draft, &reason, err);
}

/* With ever more allocations that succeed, until all do: nothing leaks, and each failure is ours, not the client's. */
static void a_lack_of_memory_is_an_internal_error(void **state)
{
	_cleanup_(json_decrefp) json_t *body = js(
		"{'authority_id':'806','kind':'short_inspection','theme_ids':['a','b'],'external_refs':{'a':'1'},"
		"'judgements':[{'strand':'a','grade':'good'}],'reason':'new','inspectors':[{'name':'A'}]}");
	_cleanup_(json_decrefp) json_t *stored = js(stored_action);
	_cleanup_(json_decrefp) json_t *patch = js("{'due_on':null,'external_refs':{'a':null,'c':'1'},'reason':'x'}");
	int created = -1, changed = -1;

	(void)state;
	json_set_alloc_funcs(scarce_malloc, free);
	for (int n = 0; n < 2000 && (created < 0 || changed < 0); n++) {
		struct error create_err = { 0 }, change_err = { 0 };

		created = try_to_create(body, n, &create_err);
		changed = try_to_change(stored, patch, n, &change_err);
		CHECK(created == 0 || create_err.code == ERR_INTERNAL, "creating with %d", n);
		CHECK(changed == 0 || change_err.code == ERR_INTERNAL, "changing with %d", n);
	}
	json_set_alloc_funcs(malloc, free);
	assert_int_equal(created, 0);
	assert_int_equal(changed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_draft_holds_every_writable_member),
		cmocka_unit_test(initial_values_have_their_types),
		cmocka_unit_test(what_may_be_left_out_is_null_until_it_is_filled),
		cmocka_unit_test(creating_complains_of_each_wrong_member),
		cmocka_unit_test(everything_wrong_is_said_at_once),
		cmocka_unit_test(which_version_of_a_plan_it_is_goes_into_edition),
		cmocka_unit_test(a_body_that_is_no_object_is_malformed),
		cmocka_unit_test(hints_name_what_was_meant),
		cmocka_unit_test(a_transition_is_said_by_its_address),
		cmocka_unit_test(what_is_ill_formed_is_nothing_in_a_new_draft),
		cmocka_unit_test(changing_complains_of_each_wrong_member),
		cmocka_unit_test(what_is_ill_formed_stays_as_stored_in_a_changed_draft),
		cmocka_unit_test(what_a_patch_does_not_name_stays),
		cmocka_unit_test(the_reason_is_handed_out_and_not_kept),
		cmocka_unit_test(a_missing_reason_names_the_dates_moved),
		cmocka_unit_test(how_exact_a_date_is_moves_it_where_it_then_stands_for_another_day),
		cmocka_unit_test(an_id_in_other_case_is_the_same_id),
		cmocka_unit_test(a_draft_of_a_row_shares_nothing_with_it),
		cmocka_unit_test(a_lack_of_memory_is_an_internal_error),
	};

	return RUN(tests);
}
