/* Tests of service/core/error.c. */
#include "../unit.h"

#include "core/error.h"
#include "core/text.h"

static void error_set_fills_code_and_detail_and_returns_minus_one(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(error_set(&err, ERR_NOT_FOUND, "no %s %d", "finding", 7), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_string_equal(err.detail, "no finding 7");
}

static void error_set_cuts_a_long_detail_between_characters(void **state)
{
	(void)state;
	for (int lead = 0; lead < 4; lead++) {
		struct error err = { 0 };
		char text[4 * 400 + 4] = "";

		/* Shift four-byte characters so that the end falls inside one in each possible way. */
		memset(text, 'x', (size_t)lead);
		for (size_t i = 0; i < 400; i++)
			memcpy(text + lead + 4 * i, "\U0001F600", 5);
		error_set(&err, ERR_INVALID, "%s", text);
		CHECK(text_is_utf8(err.detail, strlen(err.detail)), "lead %d", lead);
		assert_in_range(strlen(err.detail), sizeof err.detail - 4, sizeof err.detail - 1);
	}
}

static void error_add_records_where_and_why(void **state)
{
	struct error err = { 0 };

	(void)state;
	error_add(&err, ERR_MALFORMED, IN_QUERY, "/limit", "out_of_range", "must be %d to %d", 1, 200);
	assert_int_equal(err.code, ERR_MALFORMED);
	assert_int_equal(err.n_complaints, 1);
	assert_int_equal(err.complaint[0].place, IN_QUERY);
	assert_string_equal(err.complaint[0].pointer, "/limit");
	assert_string_equal(err.complaint[0].code, "out_of_range");
	assert_string_equal(err.complaint[0].detail, "must be 1 to 200");
}

static void error_add_raises_the_code_to_the_gravest(void **state)
{
	static const struct {
		enum err_code before, added, after;
	} cases[] = {
		{ ERR_NONE, ERR_CONFLICT, ERR_CONFLICT },       { ERR_NONE, ERR_INVALID, ERR_INVALID },
		{ ERR_CONFLICT, ERR_INVALID, ERR_INVALID },     { ERR_INVALID, ERR_CONFLICT, ERR_INVALID },
		{ ERR_INVALID, ERR_MALFORMED, ERR_MALFORMED },  { ERR_MALFORMED, ERR_INVALID, ERR_MALFORMED },
		{ ERR_MALFORMED, ERR_CONFLICT, ERR_MALFORMED }, { ERR_NOT_FOUND, ERR_INVALID, ERR_NOT_FOUND },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { .code = cases[i].before };

		error_add(&err, cases[i].added, IN_BODY, "/x", "slug", "why");
		CHECK(err.code == cases[i].after, "case %zu: %d", i, (int)err.code);
	}
}

static void error_add_counts_what_it_cannot_keep(void **state)
{
	struct error err = { 0 };

	(void)state;
	for (int i = 0; i < 40; i++)
		error_member(&err, "/x", "bad", "complaint %d", i);
	assert_int_equal(err.n_complaints, 40);
	assert_string_equal(err.complaint[0].detail, "complaint 0");
	assert_string_equal(err.complaint[31].detail, "complaint 31");
	error_add(&err, ERR_MALFORMED, IN_PATH, "", "late", "the code still rises");
	assert_int_equal(err.code, ERR_MALFORMED);
	assert_int_equal(error_check(&err), -1);
	assert_string_equal(err.detail, "41 things are wrong; `errors` lists the first 32");
}

static void error_add_cuts_long_text_between_characters(void **state)
{
	struct error err = { 0 };
	char text[600];

	(void)state;
	for (size_t i = 0; i < 298; i++)
		memcpy(text + 2 * i, "\u00e9", 3);
	error_member(&err, text, text, "%s", text);
	error_member(&err, text + 2, "x", "y%s", text);
	for (size_t i = 0; i < 2; i++) {
		const struct complaint *c = &err.complaint[i];

		assert_true(text_is_utf8(c->pointer, strlen(c->pointer)));
		assert_true(text_is_utf8(c->code, strlen(c->code)));
		assert_true(text_is_utf8(c->detail, strlen(c->detail)));
	}
	assert_int_equal(strlen(err.complaint[0].pointer), 126);
	assert_int_equal(strlen(err.complaint[0].detail), 511);
	assert_int_equal(strlen(err.complaint[1].detail), 510);
}

static void error_add_cuts_a_list_after_a_whole_word(void **state)
{
	struct error err = { 0 };
	char list[700] = "one of: ";
	const char *cut = err.complaint[0].detail;

	(void)state;
	for (size_t len = strlen(list); len + 20 < sizeof list; len = strlen(list))
		(void)snprintf(list + len, sizeof list - len, "annual_meeting, ");
	for (size_t lead = 0; lead < 16; lead++) {
		err = (struct error){ 0 };
		error_member(&err, "/kind", "not_a_code", "%.*s%s", (int)lead, "xxxxxxxxxxxxxxxx", list);
		CHECK(strcmp(cut + strlen(cut) - strlen("meeting…"), "meeting…") == 0, "lead %zu: %s", lead, cut);
		assert_in_range(strlen(cut), 490, 511);
	}
}

static void error_add_takes_a_missing_pointer_as_the_whole(void **state)
{
	struct error err = { 0 };

	(void)state;
	error_add(&err, ERR_INVALID, IN_BODY, NULL, "empty", "nothing was sent");
	assert_string_equal(err.complaint[0].pointer, "");
	assert_int_equal(error_check(&err), -1);
	assert_string_equal(err.detail, "nothing was sent");
}

static void error_check_is_silent_without_complaints(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(error_check(&err), 0);
	assert_int_equal(err.code, ERR_NONE);
	assert_string_equal(err.detail, "");
}

static void error_check_summarises_and_keeps_a_detail_already_there(void **state)
{
	struct error err = { 0 };

	(void)state;
	error_member(&err, "/due_on", "not_a_date", "must be YYYY-MM-DD");
	assert_int_equal(error_check(&err), -1);
	assert_string_equal(err.detail, "/due_on: must be YYYY-MM-DD");
	error_member(&err, "/title", "required", "is required");
	assert_int_equal(error_check(&err), -1);
	assert_string_equal(err.detail, "/due_on: must be YYYY-MM-DD");
	err.detail[0] = '\0';
	assert_int_equal(error_check(&err), -1);
	assert_string_equal(err.detail, "2 things are wrong; `errors` lists them");
}

static void error_check_says_what_kind_of_thing_a_single_complaint_is_about(void **state)
{
	static const struct {
		enum complaint_place place;
		const char *pointer, *summary;
	} cases[] = {
		{ IN_BODY, "/due_on", "/due_on: why" },
		{ IN_BODY, "", "why" },
		{ IN_QUERY, "/region", "parameter region: why" },
		{ IN_QUERY, "", "why" },
		{ IN_HEADER, "/If-Match", "header If-Match: why" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { 0 };

		error_add(&err, ERR_MALFORMED, cases[i].place, cases[i].pointer, "slug", "why");
		assert_int_equal(error_check(&err), -1);
		assert_string_equal(err.detail, cases[i].summary);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(error_set_fills_code_and_detail_and_returns_minus_one),
		cmocka_unit_test(error_set_cuts_a_long_detail_between_characters),
		cmocka_unit_test(error_add_records_where_and_why),
		cmocka_unit_test(error_add_raises_the_code_to_the_gravest),
		cmocka_unit_test(error_add_counts_what_it_cannot_keep),
		cmocka_unit_test(error_add_cuts_long_text_between_characters),
		cmocka_unit_test(error_add_cuts_a_list_after_a_whole_word),
		cmocka_unit_test(error_add_takes_a_missing_pointer_as_the_whole),
		cmocka_unit_test(error_check_is_silent_without_complaints),
		cmocka_unit_test(error_check_summarises_and_keeps_a_detail_already_there),
		cmocka_unit_test(error_check_says_what_kind_of_thing_a_single_complaint_is_about),
	};

	return RUN(tests);
}
