/* Tests of service/resource/draft_member.c: what each type of member takes, and in which words it refuses. */
#include "support.h"

#include "core/limits.h"
#include "resource/draft_member.h"

static const struct field text = { "title", F_TEXT, 0, .max = 10, .pattern = "filled" };
static const struct field free_text = { "detail", F_TEXT, 0 };
static const struct field slug = { "strand", F_TEXT, 0, .max = 64, .pattern = "slug" };
static const struct field kind = { "kind", F_ENUM, 0, .values = &inspection_kinds };
static const struct field date = { "due_on", F_DATE, 0 };
static const struct field moment = { "at", F_TIME, 0 };
static const struct field number = { "number", F_INT, 0, .min = 1, .max = 9999 };
static const struct field amount = { "value", F_NUMBER, 0 };
static const struct field flag = { "contested", F_BOOL, 0 };
static const struct field authority = { "authority_id", F_REF, 0, .ref = RES_AUTHORITY };
static const struct field theme = { "theme_id", F_REF, 0, .ref = RES_THEME };
static const struct field inspection = { "inspection_id", F_REF, 0, .ref = RES_INSPECTION };

static const struct {
	const struct field *field;
	const char *value;
	const char *code; /* NULL: taken */
	const char *kept; /* NULL: as it was */
} cases[] = {
	{ &text, "'Review'", NULL, NULL },
	{ &text, "'1234567890'", NULL, NULL },
	{ &text, "'12345678901'", "too_long", NULL },
	{ &text, "'\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80'", NULL, NULL },
	{ &text, "''", "bad_form", NULL },
	{ &text, "'  '", "bad_form", NULL },
	{ &text, "3", "not_a_string", NULL },
	{ &text, "true", "not_a_string", NULL },
	{ &text, "[]", "not_a_string", NULL },
	{ &text, "{}", "not_a_string", NULL },
	{ &text, "null", "not_a_string", NULL },
	{ &text, "'a\\u0007b'", "control_character", NULL },
	{ &text, "'a\\u001fb'", "control_character", NULL },
	{ &free_text, "'a\\tb\\r\\nc'", NULL, NULL },
	{ &free_text, "''", NULL, NULL },
	{ &free_text, "'\\u25fc \\uf06e \\u2500 \\u201ccurly\\u201d'", NULL, NULL },
	{ &slug, "'help_and_protection'", NULL, NULL },
	{ &slug, "'Help and protection'", "bad_form", NULL },
	{ &kind, "'focused_visit'", NULL, NULL },
	{ &kind, "'focussed_visit'", "not_a_code", NULL },
	{ &kind, "'Focused_visit'", "not_a_code", NULL },
	{ &kind, "''", "not_a_code", NULL },
	{ &kind, "1", "not_a_string", NULL },
	{ &date, "'2026-02-28'", NULL, NULL },
	{ &date, "'2026-02-29'", "not_a_date", NULL },
	{ &date, "'09/05/25'", "not_a_date", NULL },
	{ &date, "'1900-01-01'", "not_a_date", NULL },
	{ &date, "'Next inspection time frame not found'", "not_a_date", NULL },
	{ &date, "'2026-02-28T00:00:00Z'", "not_a_date", NULL },
	{ &date, "''", "not_a_date", NULL },
	{ &date, "20260228", "not_a_string", NULL },
	{ &moment, "'2026-02-28T09:30:00Z'", NULL, NULL },
	{ &moment, "'2026-02-28'", "not_a_time", NULL },
	{ &number, "1", NULL, NULL },
	{ &number, "9999", NULL, NULL },
	{ &number, "0", "out_of_range", NULL },
	{ &number, "-1", "out_of_range", NULL },
	{ &number, "10000", "out_of_range", NULL },
	{ &number, "4294967297", "out_of_range", NULL },
	{ &number, "9223372036854775807", "out_of_range", NULL },
	{ &number, "1.0", "not_an_integer", NULL },
	{ &number, "1e2", "not_an_integer", NULL },
	{ &number, "'1'", "not_an_integer", NULL },
	{ &number, "true", "not_an_integer", NULL },
	{ &number, "[1]", "not_an_integer", NULL },
	{ &amount, "0", NULL, NULL },
	{ &amount, "20", NULL, NULL },
	{ &amount, "20.0", NULL, "20" },
	{ &amount, "2e1", NULL, "20" },
	{ &amount, "-0.0", NULL, "0" },
	{ &amount, "0.1", NULL, NULL },
	{ &amount, "-12.75", NULL, NULL },
	{ &amount, "123456789012.345", NULL, NULL },
	{ &amount, "999999999999", NULL, NULL },
	{ &amount, "0.30000000000000004", "too_precise", NULL },
	{ &amount, "123456789012.3456", "too_precise", NULL },
	{ &amount, "1000000000000", "out_of_range", NULL },
	{ &amount, "-1e12", "out_of_range", NULL },
	{ &amount, "9223372036854775807", "out_of_range", NULL },
	{ &amount, "1e300", "out_of_range", NULL },
	{ &amount, "'20'", "not_a_number", NULL },
	{ &amount, "true", "not_a_number", NULL },
	{ &amount, "[20]", "not_a_number", NULL },
	{ &flag, "true", NULL, NULL },
	{ &flag, "false", NULL, NULL },
	{ &flag, "'true'", "not_a_boolean", NULL },
	{ &flag, "1", "not_a_boolean", NULL },
	{ &authority, "'806'", NULL, NULL },
	{ &authority, "'E06000002'", "not_an_id", NULL },
	{ &authority, "806", "not_a_string", NULL },
	{ &theme, "'supervision'", NULL, NULL },
	{ &theme, "'Supervision'", "not_an_id", NULL },
	{ &inspection, "'01890a5d-ac96-774b-bcce-b302099a8057'", NULL, NULL },
	{ &inspection, "'01890A5D-AC96-774B-BCCE-B302099A8057'", NULL, "'01890a5d-ac96-774b-bcce-b302099a8057'" },
	{ &inspection, "'806'", "not_an_id", NULL },
	{ &inspection, "''", "not_an_id", NULL },
};

static void each_type_takes_its_own_form_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { 0 };
		_cleanup_(json_decrefp) json_t *value = js(cases[i].value);
		_cleanup_(json_decrefp) json_t *read = draft_member_read(cases[i].field, value, "/m", &err);
		const char *kept = cases[i].kept ? cases[i].kept : cases[i].value;

		CHECK(complains_only(&err, cases[i].code ? "/m" : NULL, cases[i].code), "case %zu: %s", i,
		      cases[i].value);
		CHECK(same_json(read, cases[i].code ? "null" : kept), "case %zu: %s", i, cases[i].value);
		CHECK(err.n_complaints == 0 || err.complaint[0].place == IN_BODY, "case %zu", i);
	}
}

static void details_say_the_cure(void **state)
{
	static const struct {
		const struct field *field;
		const char *value, *words;
	} words[] = {
		{ &kind, "'focussed_visit'", "did you mean focused_visit?" },
		{ &kind, "'xyzzy'", "standard_inspection, short_inspection" },
		{ &date, "'x'", "write YYYY-MM-DD, a real day from 2000-01-01 to 2099-12-31" },
		{ &date, "'2026-04'", "write a day of that month, such as 2026-04-01" },
		{ &date, "'2026-13'", "write YYYY-MM-DD, a real day" },
		{ &date, "'ongoing'", "or null where there is no end" },
		{ &date, "'tentative'", "'tentative' is said by the precision of a date" },
		{ &number, "'1'", "leave out the quotes" },
		{ &number, "1.0", "without a decimal point" },
		{ &number, "0", "from 1 to 9999" },
		{ &text, "'12345678901'", "at most 10 characters; it has 11" },
		{ &authority, "'x'", "806" },
		{ &inspection, "'x'", "cannot be the id of an inspection" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct error err = { 0 };
		_cleanup_(json_decrefp) json_t *value = js(words[i].value);

		json_decref(draft_member_read(words[i].field, value, "/m", &err));
		CHECK(strstr(err.complaint[0].detail, words[i].words), "case %zu: %s", i, err.complaint[0].detail);
	}
}

static void a_nul_inside_a_text_is_refused(void **state)
{
	static const struct field *const fields[] = { &text, &free_text, &date };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		struct error err = { 0 };
		_cleanup_(json_decrefp) json_t *value = json_stringn("2026-01-01\0x", 12);

		json_decref(draft_member_read(fields[i], value, "/m", &err));
		CHECK(err.n_complaints == 1, "case %zu", i);
	}
}

static void text_without_a_maximum_is_held_to_the_limit(void **state)
{
	char *at_limit = malloc(LIMIT_TEXT_CHARS + 2);

	(void)state;
	assert_non_null(at_limit);
	memset(at_limit, 'x', LIMIT_TEXT_CHARS + 1);
	for (size_t extra = 0; extra < 2; extra++) {
		struct error err = { 0 };
		_cleanup_(json_decrefp) json_t *value = json_stringn(at_limit, LIMIT_TEXT_CHARS + extra);

		json_decref(draft_member_read(&free_text, value, "/m", &err));
		assert_int_equal(err.n_complaints, extra);
	}
	free(at_limit);
}

static void drafts_hold_what_is_written_and_what_rules_set(void **state)
{
	static const struct {
		enum resource_id id;
		const char *name;
		bool kept;
	} held[] = {
		{ RES_ACTION, "title", true },
		{ RES_ACTION, "reason", false },
		{ RES_ACTION, "id", true },
		{ RES_ACTION, "status_on", true },
		{ RES_ACTION, "rag", false },
		{ RES_ACTION, "overdue", false },
		{ RES_ACTION, "version", false },
		{ RES_ACTION, "warnings", false },
		{ RES_ACTION, "created_at", false },
		{ RES_ACTION, "allowed_transitions", false },
		{ RES_FINDING, "authority_id", true },
		{ RES_FINDING, "suggested_status", false },
		{ RES_FINDING, "status", true },
		{ RES_AUTHORITY, "ended_on", true },
		{ RES_AUTHORITY, "predecessor_ids", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(held); i++)
		CHECK(draft_member_kept(resource_field(resources[held[i].id], held[i].name)) == held[i].kept, "%s",
		      held[i].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_takes_its_own_form_and_nothing_else),
		cmocka_unit_test(details_say_the_cure),
		cmocka_unit_test(a_nul_inside_a_text_is_refused),
		cmocka_unit_test(text_without_a_maximum_is_held_to_the_limit),
		cmocka_unit_test(drafts_hold_what_is_written_and_what_rules_set),
	};

	return RUN(tests);
}
