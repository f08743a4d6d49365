/* Tests of service/resource/belonging.c. */
#include "support.h"

#include "resource/belonging.h"
#include "resource/registry.h"

#define PARENT(sensitivity) "{'parent':{'authority_id':'806','sensitivity':'" sensitivity "'}}"

/* meeting: a sensitivity of its own; agenda_item: its meeting's; decision: both may be without a meeting. */
static void a_row_takes_from_the_one_it_belongs_to_what_it_does_not_say(void **state)
{
	static const struct {
		const struct resource *r;
		const char *draft, *facts, *result;
	} cases[] = {
		{ &meeting_resource, "{'sensitivity':null}", PARENT("public"),
		  "{'authority_id':'806','sensitivity':'public'}" },
		{ &meeting_resource, "{'sensitivity':'restricted'}", PARENT("public"),
		  "{'authority_id':'806','sensitivity':'restricted'}" },
		{ &agenda_item_resource, "{}", PARENT("restricted"),
		  "{'authority_id':'806','sensitivity':'restricted'}" },
		{ &agenda_item_resource, "{'authority_id':'806','sensitivity':'public'}", PARENT("restricted"),
		  "{'authority_id':'806','sensitivity':'restricted'}" },
		{ &decision_resource, "{'authority_id':'807','sensitivity':null}", PARENT("council"),
		  "{'authority_id':'807','sensitivity':'council'}" },
		{ &decision_resource, "{'authority_id':null,'sensitivity':null}", "{'parent':null}",
		  "{'authority_id':null,'sensitivity':'council'}" },
		{ &board_resource, "{'authority_id':null}", PARENT("public"), "{'authority_id':null}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(json_decrefp) json_t *draft = js(cases[i].draft), *facts = js(cases[i].facts);

		belonging_complete(cases[i].r, draft, facts);
		CHECK(same_json(draft, cases[i].result), "case %zu", i);
	}
}

static void nothing_is_less_restricted_than_what_it_belongs_to(void **state)
{
	static const struct {
		const struct resource *r;
		const char *draft, *stored, *facts, *pointer, *code;
	} cases[] = {
		{ &meeting_resource, "{'authority_id':'806','sensitivity':'public'}", NULL, PARENT("public"), NULL,
		  NULL },
		{ &meeting_resource, "{'authority_id':'806','sensitivity':'public'}", NULL, PARENT("council"),
		  "/sensitivity", "parent_not_so_open" },
		{ &meeting_resource, "{'authority_id':'806','sensitivity':'council'}", NULL, PARENT("restricted"),
		  "/sensitivity", "parent_not_so_open" },
		{ &meeting_resource, "{'authority_id':'806','sensitivity':'restricted'}", NULL, PARENT("council"), NULL,
		  NULL },
		{ &meeting_resource, "{'sensitivity':'council'}", NULL, "{'parent':null}", NULL, NULL },
		{ &decision_resource, "{'authority_id':null,'sensitivity':'council'}", NULL, "{'parent':null}",
		  "/authority_id", "required" },
		{ &board_resource, "{'sensitivity':'restricted'}", "{'sensitivity':'public'}", "{'more_open':2}",
		  "/sensitivity", "children_more_open" },
		{ &board_resource, "{'sensitivity':'restricted'}", "{'sensitivity':'restricted'}", "{'more_open':2}",
		  NULL, NULL },
		{ &board_resource, "{'sensitivity':'restricted'}", "{'sensitivity':'public'}", "{'more_open':0}", NULL,
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(json_decrefp) json_t *draft = js(cases[i].draft), *facts = js(cases[i].facts);
		_cleanup_(json_decrefp) json_t *stored = cases[i].stored ? js(cases[i].stored) : NULL;
		struct change change = { draft, stored, facts, "2026-06-15" };
		struct error err = { 0 };

		belonging_check(cases[i].r, &change, &err);
		CHECK(complains_only(&err, cases[i].pointer, cases[i].code), "case %zu", i);
	}
}

static void a_row_is_free_where_it_says_itself_how_restricted_it_is(void **state)
{
	(void)state;
	assert_true(belonging_is_free(&meeting_resource, &board_resource));
	assert_true(belonging_is_free(&decision_resource, &meeting_resource));
	assert_false(belonging_is_free(&agenda_item_resource, &meeting_resource));
	assert_false(belonging_is_free(&meeting_resource, &meeting_resource));
	assert_false(belonging_is_free(&plan_resource, &board_resource));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_takes_from_the_one_it_belongs_to_what_it_does_not_say),
		cmocka_unit_test(nothing_is_less_restricted_than_what_it_belongs_to),
		cmocka_unit_test(a_row_is_free_where_it_says_itself_how_restricted_it_is),
	};

	return RUN(tests);
}
