/* Tests of service/resource/draft_differs.c. */
#include "support.h"

#include "resource/draft.h"
#include "resource/registry.h"

static void only_what_a_client_could_tell_apart_is_a_difference(void **state)
{
	static const struct {
		const struct resource *r;
		const char *draft, *stored;
		bool differs;
	} cases[] = {
		{ &action_resource, "{}", "{}", false },
		{ &action_resource, "{'title':'a'}", "{'title':'a'}", false },
		{ &action_resource, "{'title':'a'}", "{'title':'b'}", true },
		{ &action_resource, "{'due_on':null}", "{}", false },
		{ &action_resource, "{}", "{'due_on':'2026-01-01'}", true },
		{ &action_resource, "{'finding_ids':['a','b']}", "{'finding_ids':['b','a']}", false },
		{ &action_resource, "{'finding_ids':['a','b']}", "{'finding_ids':['b','c']}", true },
		{ &action_resource, "{'finding_ids':['a']}", "{'finding_ids':['b','a']}", true },
		{ &action_resource, "{'finding_ids':[]}", "{'finding_ids':[]}", false },
		{ &action_resource, "{'external_refs':{'a':'1','b':'2'}}", "{'external_refs':{'b':'2','a':'1'}}",
		  false },
		{ &action_resource, "{'external_refs':{'a':'1'}}", "{'external_refs':{'a':'2'}}", true },
		{ &action_resource, "{'status':'complete'}", "{'status':'in_progress'}", true },
		{ &action_resource, "{'status_on':'2026-01-01'}", "{'status_on':null}", true },
		{ &action_resource, "{}", "{'version':7,'overdue':true,'updated_at':'x','warnings':[1]}", false },
		{ &authority_resource, "{'ended_on':'2026-01-01'}", "{'ended_on':null}", true },
		{ &authority_resource, "{'aliases':['a','b']}", "{'aliases':['b','a']}",
		  true }, /* kept in their order */
		{ &inspection_resource, "{'judgements':[{'strand':'a','grade':'good','wording':null,'title':null}]}",
		  "{'judgements':[{'grade':'good','strand':'a'}]}", false },
		{ &inspection_resource, "{'judgements':[{'strand':'a','grade':'good'},{'strand':'b','grade':'good'}]}",
		  "{'judgements':[{'strand':'b','grade':'good'},{'strand':'a','grade':'good'}]}", false },
		{ &inspection_resource, "{'judgements':[{'strand':'a','grade':'good','wording':'Good'}]}",
		  "{'judgements':[{'strand':'a','grade':'good','wording':null}]}", true },
		{ &inspection_resource, "{'judgements':[{'strand':'a','grade':'good'}]}",
		  "{'judgements':[{'strand':'a','grade':'inadequate'}]}", true },
		{ &inspection_resource, "{'inspectors':[{'name':'A'},{'name':'B'}]}",
		  "{'inspectors':[{'name':'B'},{'name':'A'}]}", true },
		{ &inspection_resource, "{'inspectors':[{'name':'A','role':null}]}", "{'inspectors':[{'name':'A'}]}",
		  false },
		{ &measure_resource, "{'target':20,'tolerance':0.1}", "{'target':20.0,'tolerance':0.1}", false },
		{ &measure_resource, "{'target':20}", "{'target':20.5}", true },
		{ &measure_resource, "{'target':0}", "{'target':null}", true },
		{ &measure_resource, "{'benchmarks':[{'label':'England','value':20,'on':null}]}",
		  "{'benchmarks':[{'label':'England','value':20.0}]}", false },
		{ &board_resource, "{'statutory':null}", "{'statutory':false}", true },
		{ &extension_resource, "{'decision_id':'x'}", "{'decision_id':null}", true },
		{ &finding_resource, "{'contested':false}", "{'contested':true}", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(json_decrefp) json_t *draft = js(cases[i].draft);
		_cleanup_(json_decrefp) json_t *stored = js(cases[i].stored);

		CHECK(draft_differs(cases[i].r, draft, stored) == cases[i].differs, "case %zu: %s", i, cases[i].draft);
	}
}

static void a_draft_of_a_row_does_not_differ_from_it(void **state)
{
	_cleanup_(json_decrefp) json_t *stored = js(
		"{'id':'x','kind':'jtai','judgements':[{'strand':'a','grade':'b','wording':null}],'theme_ids':['a'],"
		"'external_refs':{'a':'b'},'status':'planned','inspectors':[{'name':'A'}]}");
	_cleanup_(json_decrefp) json_t *draft = draft_of(&inspection_resource, stored);

	(void)state;
	assert_false(draft_differs(&inspection_resource, draft, stored));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_a_client_could_tell_apart_is_a_difference),
		cmocka_unit_test(a_draft_of_a_row_does_not_differ_from_it),
	};

	return RUN(tests);
}
