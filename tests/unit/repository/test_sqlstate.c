/* Tests of service/repository/sqlstate.c. */
#include "../unit.h"

#include "repository/sqlstate.h"

static void each_state_has_its_meaning(void **state)
{
	static const struct {
		const char *sqlstate;
		enum err_code code;
		const char *detail;
	} cases[] = {
		{ "23505", ERR_CONFLICT, "another row already holds this key" },
		{ "23503", ERR_CONFLICT, "a row that this one refers to, or that refers to it, has changed meanwhile" },
		{ "23514", ERR_INVALID, "the row breaks a constraint" },
		{ "23502", ERR_INVALID, "the row breaks a constraint" },
		{ "23P01", ERR_INVALID, "the row breaks a constraint" },
		{ "22P02", ERR_INVALID, "a value does not have the form that its member needs" },
		{ "22001", ERR_INVALID, "a value does not have the form that its member needs" },
		{ "40001", ERR_UNAVAILABLE, "another change to the same rows was under way; try again" },
		{ "40P01", ERR_UNAVAILABLE, "another change to the same rows was under way; try again" },
		{ "55P03", ERR_UNAVAILABLE, "another change to the same rows is under way; try again" },
		{ "57014", ERR_TIMEOUT, "the database took longer than is allowed" },
		{ "57P01", ERR_UNAVAILABLE, "the database is stopping or starting" },
		{ "57P03", ERR_UNAVAILABLE, "the database is stopping or starting" },
		{ "53300", ERR_UNAVAILABLE, "the database is at capacity" },
		{ "53200", ERR_UNAVAILABLE, "the database is at capacity" },
		{ "08006", ERR_UNAVAILABLE, "the database cannot be reached" },
		{ "08P01", ERR_UNAVAILABLE, "the database cannot be reached" },
		{ "25006", ERR_UNAVAILABLE, "the database accepts no writes at present" },
		{ NULL, ERR_UNAVAILABLE, "the database cannot be reached" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { 0 };

		assert_int_equal(sqlstate_error(&err, cases[i].sqlstate, NULL, "secret: row (1, 2)"), -1);
		CHECK(err.code == cases[i].code, "%s: %d", cases[i].sqlstate, (int)err.code);
		CHECK(strcmp(err.detail, cases[i].detail) == 0, "%s: %s", cases[i].sqlstate, err.detail);
	}
}

static void a_constraint_that_was_broken_is_named(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(sqlstate_error(&err, "23505", "authority_urn", "x"), -1);
	assert_string_equal(err.detail, "another row already holds this key (authority_urn)");
	assert_int_equal(sqlstate_error(&err, "23505", "", "x"), -1);
	assert_string_equal(err.detail, "another row already holds this key");
}

static void what_a_policy_says_is_for_the_log(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(sqlstate_error(&err, "42501", NULL, "new row violates row-level security policy"), -1);
	assert_string_equal(err.detail, "this key may not write that");
	assert_string_equal(err.cause, "new row violates row-level security policy");
}

static void an_unknown_state_is_our_bug_and_keeps_the_message_for_the_log(void **state)
{
	static const struct {
		const char *sqlstate, *message, *detail;
	} cases[] = {
		{ "42P01", "relation \"x\" does not exist", "42P01: relation \"x\" does not exist" },
		{ "42501", "permission denied", "42501: permission denied" },
		{ "25P02", NULL, "25P02: " },
		{ "55000", "no", "55000: no" },
		{ "", "no", ": no" },
		{ "2", "half a class", "2: half a class" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { 0 };

		assert_int_equal(sqlstate_error(&err, cases[i].sqlstate, NULL, cases[i].message), -1);
		CHECK(err.code == ERR_INTERNAL, "%s: %d", cases[i].sqlstate, (int)err.code);
		CHECK(strcmp(err.detail, cases[i].detail) == 0, "%s", err.detail);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_has_its_meaning),
		cmocka_unit_test(a_constraint_that_was_broken_is_named),
		cmocka_unit_test(what_a_policy_says_is_for_the_log),
		cmocka_unit_test(an_unknown_state_is_our_bug_and_keeps_the_message_for_the_log),
	};

	return RUN(tests);
}
