/* Tests of service/resource/move.c. */
#include "support.h"

#include "resource/draft.h"
#include "resource/registry.h"

#define TODAY "2026-06-15"

static int move(const struct resource *r, const char *from, const json_t *body, struct move *ret_move,
		struct error *err)
{
	_cleanup_(json_decrefp) json_t *stored = json_pack("{s:s}", "status", from);

	return move_read(r, stored, body, TODAY, ret_move, err);
}

static void a_move_is_held_to_its_form(void **state)
{
	static const struct {
		const char *body, *pointer, *code;
	} cases[] = {
		{ "{'to':'complete'}", NULL, NULL },
		{ "{'to':'complete','on':'2026-06-15'}", NULL, NULL },
		{ "{'to':'complete','on':null,'reason':null}", NULL, NULL },
		{ "{'to':'complete','on':'2026-06-16'}", "/on", "in_future" },
		{ "{'to':'complete','on':'yesterday'}", "/on", "not_a_date" },
		{ "{'to':'complete','on':20260615}", "/on", "not_a_string" },
		{ "{'to':'complete','reason':7}", "/reason", "not_a_string" },
		{ "{'to':'complete','when':'2026-06-15'}", "/when", "unknown_member" },
		{ "{}", "/to", "required" },
		{ "{'to':null}", "/to", "required" },
		{ "{'to':'finished'}", "/to", "not_a_code" },
		{ "{'to':7}", "/to", "not_a_string" },
		{ "{'to':'on_hold'}", "/reason", "reason_required" },
		{ "{'to':'on_hold','reason':'Waiting for the police'}", NULL, NULL },
		{ "{'to':'embedded'}", "/to", "not_allowed" },
		{ "{'to':'in_progress'}", "/to", "not_allowed" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { 0 };
		struct move m = { "poison", "poison", "poison" };
		_cleanup_(json_decrefp) json_t *body = js(cases[i].body);
		int result = move(&action_resource, "in_progress", body, &m, &err);

		CHECK(complains_only(&err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].body);
		CHECK((result == 0) == (cases[i].pointer == NULL), "case %zu", i);
		CHECK(result == 0 || strcmp(m.to, "poison") == 0, "case %zu writes on failure", i);
		CHECK(result < 0 || strcmp(m.on, TODAY) == 0, "case %zu: on is %s", i, m.on);
	}
}

static void a_blank_or_long_reason_is_refused(void **state)
{
	char reason[1002];
	_cleanup_(json_decrefp) json_t *blank = js("{'to':'on_hold','reason':'  '}");
	_cleanup_(json_decrefp) json_t *over = NULL;
	struct error err = { 0 }, err_over = { 0 };
	struct move m;

	(void)state;
	assert_int_equal(move(&action_resource, "in_progress", blank, &m, &err), -1);
	assert_non_null(complaint_of(&err, "/reason", "reason_required"));
	memset(reason, 'x', sizeof reason - 1);
	reason[sizeof reason - 1] = '\0';
	over = json_pack("{s:s, s:s}", "to", "complete", "reason", reason);
	assert_int_equal(move(&action_resource, "in_progress", over, &m, &err_over), -1);
	assert_true(complains_only(&err_over, "/reason", "too_long"));
}

/* Walks every pair of statuses of every resource: what the table has is taken, all else is a conflict. */
static void an_illegal_step_is_a_conflict_that_lists_the_legal_ones(void **state)
{
	static const struct resource *const moved[] = { &authority_resource, &inspection_resource, &finding_resource,
							&action_resource };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(moved); i++) {
		const struct status_table *t = moved[i]->status;

		for (size_t j = 0; j < t->statuses->n * t->statuses->n; j++) {
			const char *from = t->statuses->terms[j / t->statuses->n].code;
			const char *to = t->statuses->terms[j % t->statuses->n].code;
			_cleanup_(json_decrefp) json_t *body = json_pack("{s:s, s:s}", "to", to, "reason", "because");
			_cleanup_(json_decrefp) json_t *allowed = NULL;
			struct error err = { 0 };
			struct move m;
			int result = move(moved[i], from, body, &m, &err);

			CHECK((result == 0) == (status_step(t, from, to) != NULL), "%s to %s", from, to);
			if (result == 0)
				continue;
			CHECK(err.code == ERR_CONFLICT, "%s to %s", from, to);
			allowed = json_loads(err.allowed, 0, NULL);
			CHECK(json_is_array(allowed), "%s", err.allowed);
			CHECK(err.detail[0] != '\0', "%s to %s", from, to);
		}
	}
}

static void a_conflict_says_what_can_follow(void **state)
{
	_cleanup_(json_decrefp) json_t *body = js("{'to':'published'}");
	struct error err = { 0 }, final = { 0 }, twice = { 0 };
	struct move m;

	(void)state;
	assert_int_equal(move(&inspection_resource, "planned", body, &m, &err), -1);
	assert_string_equal(err.allowed, "[\"in_progress\",\"cancelled\"]");
	assert_non_null(strstr(err.detail, "planned"));
	assert_int_equal(move(&inspection_resource, "cancelled", body, &m, &final), -1);
	assert_string_equal(final.allowed, "[]");
	assert_non_null(strstr(final.detail, "final"));
	assert_int_equal(move(&inspection_resource, "published", body, &m, &twice), -1);
	assert_non_null(strstr(twice.detail, "already"));
}

static void a_body_that_is_no_object_is_malformed(void **state)
{
	_cleanup_(json_decrefp) json_t *body = js("['complete']");
	struct error err = { 0 };
	struct move m;

	(void)state;
	assert_int_equal(move(&action_resource, "in_progress", body, &m, &err), -1);
	assert_int_equal(err.code, ERR_MALFORMED);
}

static void what_has_no_status_cannot_move(void **state)
{
	_cleanup_(json_decrefp) json_t *body = js("{'to':'x'}");
	struct error err = { 0 };
	struct move m;

	(void)state;
	assert_int_equal(move(&theme_resource, "x", body, &m, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_move_is_held_to_its_form),
		cmocka_unit_test(a_blank_or_long_reason_is_refused),
		cmocka_unit_test(an_illegal_step_is_a_conflict_that_lists_the_legal_ones),
		cmocka_unit_test(a_conflict_says_what_can_follow),
		cmocka_unit_test(a_body_that_is_no_object_is_malformed),
		cmocka_unit_test(what_has_no_status_cannot_move),
	};

	return RUN(tests);
}
