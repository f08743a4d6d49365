/* Tests of service/resource/client.c: what a client may be granted. */
#include "rule_support.h"

#define WHOLE "'authority_ids':null,'clearance':'restricted'"
#define BOUND "'authority_ids':['806'],'clearance':'restricted'"
#define KNOWN "{'unknown_authorities':[]}"

static void a_grant_that_would_give_more_than_it_may_is_refused(void **state)
{
	static const struct {
		const char *draft, *pointer, *code;
	} cases[] = {
		{ "{'scopes':['findings:read','findings:write','act_as','audit:read']," BOUND "}", NULL, NULL },
		{ "{'scopes':['admin']," WHOLE "}", NULL, NULL },
		{ "{'scopes':['admin']," BOUND "}", "/scopes/0", "admin_is_whole" },
		{ "{'scopes':['admin'],'authority_ids':[],'clearance':'restricted'}", "/scopes/0", "admin_is_whole" },
		{ "{'scopes':['themes:read','admin'],'authority_ids':null,'clearance':'council'}", "/scopes/1",
		  "admin_is_whole" },
		{ "{'scopes':['admin'],'authority_ids':null,'clearance':'public'}", "/scopes/0", "admin_is_whole" },
		{ "{'scopes':['findings:read','audit:read'],'authority_ids':null,'clearance':'public'}", NULL, NULL },
		{ "{'scopes':['findings:read','actions:write'],'authority_ids':['806'],'clearance':'public'}",
		  "/scopes/1", "public_does_not_write" },
		{ "{'scopes':[]," WHOLE "}", NULL, NULL },
		{ "{'scopes':[null]," WHOLE "}", NULL, NULL }, /* complained of by its form */
		{ "{'scopes':['findings:reed']," WHOLE "}", "/scopes/0", "no_such_scope" },
		{ "{'scopes':['all']," WHOLE "}", "/scopes/0", "no_such_scope" },
		{ "{'scopes':['clients:read']," WHOLE "}", "/scopes/0", "no_such_scope" },
		{ "{'scopes':['Findings:read']," WHOLE "}", "/scopes/0", "no_such_scope" },
		{ "{'scopes':['themes:write']," WHOLE "}", "/scopes/0", "no_such_scope" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &client_resource, cases[i].draft, NULL, KNOWN);

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
	}
}

static void a_scope_that_is_misspelt_is_told_with_the_nearest(void **state)
{
	OUTCOME(o, &client_resource, "{'scopes':['agenda_item:raed','nonsense']," WHOLE "}", NULL, KNOWN);

	(void)state;
	assert_non_null(
		strstr(complaint_of(&o->err, "/scopes/0", "no_such_scope")->detail, "did you mean agenda_items:read?"));
	assert_non_null(strstr(complaint_of(&o->err, "/scopes/1", "no_such_scope")->detail, "findings:read"));
}

static void an_authority_that_is_not_there_is_told_at_its_place(void **state)
{
	OUTCOME(o, &client_resource, "{'scopes':[],'authority_ids':['806','999',null,'998'],'clearance':'council'}",
		NULL, "{'unknown_authorities':[1,2,3]}");

	(void)state;
	assert_int_equal(o->err.n_complaints, 2);
	assert_non_null(strstr(complaint_of(&o->err, "/authority_ids/1", "no_such_row")->detail, "'999'"));
	assert_non_null(strstr(complaint_of(&o->err, "/authority_ids/3", "no_such_row")->detail, "'998'"));
}

/* What has expired may still be renamed. */
static void a_last_day_is_set_to_today_or_later(void **state)
{
	static const struct {
		const char *draft, *stored, *pointer;
	} cases[] = {
		{ "'2026-06-15'", NULL, NULL },
		{ "'2026-06-14'", NULL, "/expires_on" },
		{ "null", NULL, NULL },
		{ "'2026-06-14'", "'2026-06-14'", NULL },
		{ "'2026-06-13'", "'2026-06-14'", "/expires_on" },
		{ "null", "'2026-06-14'", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char draft[100], stored[100];

		snprintf(draft, sizeof draft, "{'scopes':[]," WHOLE ",'expires_on':%s}", cases[i].draft);
		snprintf(stored, sizeof stored, "{'expires_on':%s}", cases[i].stored ? cases[i].stored : "null");
		OUTCOME(o, &client_resource, draft, cases[i].stored ? stored : NULL, KNOWN);
		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].pointer ? "in_past" : NULL), "case %zu", i);
	}
}

static void a_client_of_no_authority_is_odd(void **state)
{
	OUTCOME(none, &client_resource, "{'scopes':[],'authority_ids':[],'clearance':'council'}", NULL, KNOWN);
	OUTCOME(every, &client_resource, "{'scopes':[]," WHOLE "}", NULL, KNOWN);
	OUTCOME(one, &client_resource, "{'scopes':[]," BOUND "}", NULL, KNOWN);

	(void)state;
	assert_true(warns_only(none, "no_authority"));
	assert_true(warns_only(every, NULL));
	assert_true(warns_only(one, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_grant_that_would_give_more_than_it_may_is_refused),
		cmocka_unit_test(a_scope_that_is_misspelt_is_told_with_the_nearest),
		cmocka_unit_test(an_authority_that_is_not_there_is_told_at_its_place),
		cmocka_unit_test(a_last_day_is_set_to_today_or_later),
		cmocka_unit_test(a_client_of_no_authority_is_odd),
	};

	return RUN(tests);
}
