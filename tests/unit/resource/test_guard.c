/* Tests of service/resource/guard.c: which texts are looked at, and what is said of them. */
#include "support.h"

#include "resource/guard.h"
#include "resource/registry.h"

#define NHS  "943 476 5919"
#define MAIL "office@acklam.sch.uk"

static const struct rows parts = { .fields = (const struct field[]){ { "wording", F_TEXT, REQUIRED },
								     { "kind", F_TEXT, NULLABLE, .pattern = "slug" } },
				   .n_fields = 2 };

/* Every way in which a row may hold text. */
static const struct field fields[] = {
	{ "external_refs", F_EXTERNAL, 0 },
	{ "title", F_TEXT, REQUIRED, .pattern = "filled" },
	{ "detail", F_TEXT, NULLABLE },
	{ "url", F_TEXT, NULLABLE, .pattern = "url" },
	{ "wards", F_TEXTS, 0, .pattern = "name" },
	{ "codes", F_TEXTS, 0, .pattern = "gss" },
	{ "parts", F_OBJECTS, 0, .rows = &parts },
	{ "status", F_ENUM, 0, .values = &sensitivities },
	{ "reported_by", F_TEXT, READ_ONLY },
	{ "answer", F_TEXT, READ_ONLY | BY_MOVE },
	{ "reason", F_TEXT, WRITE_ONLY },
};

static const struct resource texts = { .name = "text", .fields = fields, .n_fields = ARRAY_LEN(fields) };

static struct error check(const char *draft, const char *stored, const char *reason)
{
	_cleanup_(json_decrefp) json_t *is = js(draft), *was = stored ? js(stored) : NULL;
	struct error err = { 0 };

	guard_check(&(struct guarded){ &texts, is, was, reason }, &err);
	return err;
}

static json_t *warn(const char *draft, const char *stored, const char *reason)
{
	_cleanup_(json_decrefp) json_t *is = js(draft), *was = stored ? js(stored) : NULL;
	json_t *warnings = json_array();

	guard_warn(&(struct guarded){ &texts, is, was, reason }, warnings);
	return warnings;
}

static void each_free_text_is_looked_at_and_told_by_its_pointer(void **state)
{
	static const struct {
		const char *draft, *pointer;
	} cases[] = {
		{ "{'title': '" NHS "'}", "/title" },
		{ "{'detail': 'see " NHS "'}", "/detail" },
		{ "{'wards': ['Park', '" NHS " Ward']}", "/wards/1" },
		{ "{'parts': [{'wording': 'a'}, {'wording': '" NHS "'}]}", "/parts/1/wording" },
		{ "{'answer': '" NHS "'}", "/answer" },
		{ "{'external_refs': {'a': '" NHS "'}}", "/external_refs/a" },
		{ "{'external_refs': {'upn': 'B801200005001'}}", "/external_refs/upn" },
		{ "{'external_refs': {'nhs_spine': '9434765919'}}", "/external_refs/nhs_spine" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = check(cases[i].draft, NULL, NULL);

		CHECK(complains_only(&err, cases[i].pointer, "identifier"), "%s", cases[i].draft);
		assert_int_equal(err.code, ERR_INVALID);
	}
}

static void what_has_a_form_of_its_own_is_not_text(void **state)
{
	static const char *const drafts[] = {
		"{'url': 'https://example.org/9434765919'}",
		"{'codes': ['" NHS "']}",
		"{'parts': [{'wording': 'a', 'kind': '9434765919'}]}",
		"{'status': '" NHS "'}",
		"{'reported_by': 'jane@gmail.com'}",
		"{'reason': '" NHS "'}", /* is given apart */
		"{'external_refs': {'mosaic': '9434765919'}}",
		"{'title': null, 'wards': [null], 'parts': [null, {'wording': 5}], 'external_refs': {'a': null}}",
		"{'detail': 5, 'wards': 'x', 'parts': 'x', 'external_refs': []}",
		"{}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(drafts); i++) {
		struct error err = check(drafts[i], NULL, NULL);

		CHECK(complains_only(&err, NULL, NULL), "%s", drafts[i]);
	}
}

static void only_what_is_new_is_complained_of(void **state)
{
	static const char stored[] = "{'title': 'a " NHS "', 'wards': ['" NHS "'], 'parts': [{'wording': '" NHS "'}]}";
	static const struct {
		const char *draft, *pointer;
	} cases[] = {
		{ "{'title': 'a " NHS "', 'wards': ['" NHS "'], 'parts': [{'wording': '" NHS "'}]}", NULL },
		{ "{'title': 'b " NHS "', 'wards': ['" NHS "']}", "/title" },
		{ "{'title': 'a " NHS "', 'wards': ['Park', '" NHS "']}", NULL }, /* it has only moved */
		{ "{'wards': ['" NHS "', '943-476-5919']}", "/wards/1" },
		{ "{'parts': [{'wording': 'a'}, {'wording': '" NHS "'}]}", NULL },
		{ "{'detail': 'a " NHS "'}", "/detail" }, /* another member */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = check(cases[i].draft, stored, NULL);

		CHECK(complains_only(&err, cases[i].pointer, "identifier"), "%s", cases[i].draft);
	}
}

static void the_reason_is_looked_at_each_time(void **state)
{
	struct error err = check("{}", "{}", "as " NHS " asked");
	_cleanup_(json_decrefp) json_t *draft = json_object();

	(void)state;
	assert_true(complains_only(&err, "/reason", "identifier"));
	assert_true(guard_finds(&(struct guarded){ &texts, draft, NULL, NHS }));
	assert_false(guard_finds(&(struct guarded){ &texts, draft, NULL, MAIL }));
	assert_false(guard_finds(&(struct guarded){ &texts, draft, NULL, NULL }));
}

static void a_complaint_says_what_and_where_but_not_which(void **state)
{
	struct error err = check("{'title': 'see " NHS "', 'detail': 'B801200005001 AB123456C jane@gmail.com'}", NULL,
				 NULL);

	(void)state;
	assert_int_equal(err.n_complaints, 4);
	assert_string_equal(
		err.complaint[0].detail,
		"looks like an NHS number, at characters 5 to 16; nothing that tells of one child is kept here: "
		"take it out, or say why it must stay: ?allow_identifiers=<why>");
	for (unsigned i = 0; i < err.n_complaints; i++) {
		assert_null(strstr(err.complaint[i].detail, "943"));
		assert_null(strstr(err.complaint[i].detail, "B801"));
		assert_null(strstr(err.complaint[i].detail, "AB12"));
		assert_null(strstr(err.complaint[i].detail, "jane"));
	}
}

static void a_row_tells_of_all_that_it_holds(void **state)
{
	_cleanup_(json_decrefp)
		json_t *warnings = warn("{'title': '" NHS "', 'detail': 'by " MAIL "'}", "{'title': '" NHS "'}", NULL);

	(void)state;
	assert_true(same_json(
		warnings,
		"[{'code': 'identifier_allowed', 'pointer': '/title', 'detail': 'Looks like an NHS number, at characters "
		"1 to 12; it was let through.'},"
		"{'code': 'address', 'pointer': '/detail', 'detail': 'Looks like an e-mail address, at characters 4 to 23; "
		"see that it is an organisation\\u0027s.'}]"));
}

static void a_row_without_any_tells_nothing(void **state)
{
	_cleanup_(json_decrefp) json_t *warnings = warn("{'title': 'a', 'wards': ['b']}", NULL, "c");

	(void)state;
	assert_int_equal(json_array_size(warnings), 0);
}

static void the_warnings_of_a_row_have_an_end(void **state)
{
	_cleanup_(json_decrefp) json_t *draft = json_object(), *wards = json_array(), *warnings = json_array();
	struct error err = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		json_array_append_new(wards, json_string(NHS " " MAIL));
	json_object_set(draft, "wards", wards);
	guard_warn(&(struct guarded){ &texts, draft, NULL, NULL }, warnings);
	assert_int_equal(json_array_size(warnings), GUARD_WARNINGS_MAX);
	guard_check(&(struct guarded){ &texts, draft, NULL, NULL }, &err);
	assert_int_equal(err.n_complaints, 100);
}

static void a_text_by_itself_is_complained_of_where_it_stands(void **state)
{
	struct error err = { 0 };

	(void)state;
	guard_check_text("because " MAIL " asked", ERR_MALFORMED, IN_QUERY, "/why", &err);
	assert_true(complains_only(&err, NULL, NULL));
	guard_check_text("because " NHS " asked", ERR_MALFORMED, IN_QUERY, "/why", &err);
	assert_true(complains_only(&err, "/why", "identifier"));
	assert_int_equal(err.complaint[0].place, IN_QUERY);
	assert_int_equal(err.code, ERR_MALFORMED);
	assert_null(strstr(err.complaint[0].detail, "allow_identifiers"));
}

/* What is looked at follows from the tables: a member that is added is guarded. */
static void the_texts_of_every_resource_are_guarded(void **state)
{
	(void)state;
	for (size_t r = RES_NONE + 1; r < RES_COUNT_; r++) {
		for (size_t i = 0; i < resources[r]->n_fields; i++) {
			const struct field *f = &resources[r]->fields[i];
			_cleanup_(json_decrefp) json_t *draft = json_object();
			struct error err = { 0 };

			if (f->type != F_TEXT || (f->flags & (READ_ONLY | WRITE_ONLY)) ||
			    (f->pattern && strcmp(f->pattern, "filled") != 0 && strcmp(f->pattern, "name") != 0))
				continue;
			json_object_set_new(draft, f->name, json_string(NHS));
			guard_check(&(struct guarded){ resources[r], draft, NULL, NULL }, &err);
			CHECK(err.n_complaints == 1, "%s.%s", resources[r]->name, f->name);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_free_text_is_looked_at_and_told_by_its_pointer),
		cmocka_unit_test(what_has_a_form_of_its_own_is_not_text),
		cmocka_unit_test(only_what_is_new_is_complained_of),
		cmocka_unit_test(the_reason_is_looked_at_each_time),
		cmocka_unit_test(a_complaint_says_what_and_where_but_not_which),
		cmocka_unit_test(a_row_tells_of_all_that_it_holds),
		cmocka_unit_test(a_row_without_any_tells_nothing),
		cmocka_unit_test(the_warnings_of_a_row_have_an_end),
		cmocka_unit_test(a_text_by_itself_is_complained_of_where_it_stands),
		cmocka_unit_test(the_texts_of_every_resource_are_guarded),
	};

	return RUN(tests);
}
