/* Tests of service/resource/move.c. */
#include "support.h"

#include "resource/draft.h"
#include "resource/registry.h"

#define TODAY "2026-06-15"

static int move(const struct resource *r, const char *from, const json_t *body, struct move *ret_move,
		struct error *err)
{
	_cleanup_(json_decrefp) json_t *stored = json_pack("{s:s}", "status", from), *draft = NULL;

	return move_read(r, stored, body, TODAY, ret_move, &draft, err);
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
		{ "{'to':'proposed'}", "/to", "not_allowed" },
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

static void a_status_begins_no_earlier_than_the_one_before(void **state)
{
	static const struct {
		const char *on, *code;
	} cases[] = {
		{ "2026-06-09", "before_present_status" },
		{ "2026-06-10", NULL },
		{ "2026-06-15", NULL },
		{ "2026-06-16", "in_future" },
		{ NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(json_decrefp) json_t *stored = js("{'status':'in_progress','status_on':'2026-06-10'}");
		_cleanup_(json_decrefp) json_t *body = json_pack("{s:s, s:s?}", "to", "complete", "on", cases[i].on);
		_cleanup_(json_decrefp) json_t *draft = NULL;
		struct error err = { 0 };
		struct move m;
		int result = move_read(&action_resource, stored, body, TODAY, &m, &draft, &err);

		CHECK(complains_only(&err, cases[i].code ? "/on" : NULL, cases[i].code), "case %zu", i);
		CHECK((result == 0) == (cases[i].code == NULL), "case %zu", i);
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
	(void)state;
	for (size_t i = RES_NONE + 1; i < RES_COUNT_; i++) {
		const struct status_table *t = resources[i]->status;

		for (size_t j = 0; t && j < t->statuses->n * t->statuses->n; j++) {
			const char *from = t->statuses->terms[j / t->statuses->n].code;
			const char *to = t->statuses->terms[j % t->statuses->n].code;
			_cleanup_(json_decrefp) json_t *body = json_pack("{s:s, s:s}", "to", to, "reason", "because");
			_cleanup_(json_decrefp) json_t *allowed = NULL;
			struct error err = { 0 };
			struct move m;
			int result = move(resources[i], from, body, &m, &err);

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

#define DECISION "01890a5d-ac96-774b-bcce-b302099a8057"
#define OTHER    "01890a5d-ac96-774b-bcce-b302099a8058"

/* The decision in the draft after a move of an extension that had OTHER; "" after a complaint, which is held to code. */
static void check_taken(const char *to, const char *member, const char *decision, const char *code)
{
	_cleanup_(json_decrefp) json_t *stored = json_pack("{s:s, s:s, s:s}", "status", "requested", "decision_id",
							   OTHER, "to_due_on", "2026-09-30");
	_cleanup_(json_decrefp) json_t *body = js(member), *draft = NULL;
	struct error err = { 0 };
	struct move m;
	int result;

	json_object_set_new(body, "to", json_string(to));
	json_object_set_new(body, "reason", json_string("because"));
	result = move_read(&extension_resource, stored, body, TODAY, &m, &draft, &err);
	CHECK((result == 0) == (code == NULL), "%s %s", to, member);
	CHECK(result == 0 || (err.n_complaints == 1 && strcmp(err.complaint[0].code, code) == 0), "%s %s: %s", to,
	      member, err.detail);
	if (result < 0)
		return;
	CHECK(decision ? strcmp(member_text(draft, "decision_id"), decision) == 0 : !member_text(draft, "decision_id"),
	      "%s %s", to, member);
	assert_string_equal(member_text(draft, "to_due_on"), "2026-09-30");
	assert_string_equal(member_text(draft, "status"), to);
	assert_string_equal(member_text(draft, "status_on"), TODAY);
}

static void a_step_takes_its_members_and_no_others(void **state)
{
	(void)state;
	check_taken("granted", "{}", OTHER, NULL);
	check_taken("granted", "{'decision_id':'" DECISION "'}", DECISION, NULL);
	check_taken("granted", "{'decision_id':'01890A5D-AC96-774B-BCCE-B302099A8057'}", DECISION, NULL);
	check_taken("granted", "{'decision_id':null}", NULL, NULL);
	check_taken("refused", "{'decision_id':'" DECISION "'}", DECISION, NULL);
	check_taken("granted", "{'decision_id':'806'}", NULL, "not_an_id");
	check_taken("granted", "{'decision_id':7}", NULL, "not_a_string");
	check_taken("withdrawn", "{'decision_id':'" DECISION "'}", NULL, "unknown_member");
	check_taken("granted", "{'to_due_on':'2026-12-01'}", NULL, "unknown_member");
	check_taken("requested", "{'decision_id':'" DECISION "'}", NULL,
		    "not_allowed"); /* as before: a conflict alone */
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
		cmocka_unit_test(a_status_begins_no_earlier_than_the_one_before),
		cmocka_unit_test(a_blank_or_long_reason_is_refused),
		cmocka_unit_test(an_illegal_step_is_a_conflict_that_lists_the_legal_ones),
		cmocka_unit_test(a_conflict_says_what_can_follow),
		cmocka_unit_test(a_step_takes_its_members_and_no_others),
		cmocka_unit_test(a_body_that_is_no_object_is_malformed),
		cmocka_unit_test(what_has_no_status_cannot_move),
	};

	return RUN(tests);
}
