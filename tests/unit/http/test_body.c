/* Tests of service/http/body.c. */
#include "../unit.h"

#include "core/limits.h"
#include "http/body.h"

#include "core/banned.h"

static void an_object_is_read(void **state)
{
	static const char text[] = "{\"a\": [1, {\"b\": \"[[[{{{\\\"]]\"}]}";
	json_auto_t *value = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(body_read(text, sizeof text - 1, &value, &err), 0);
	assert_true(json_is_object(value));
}

static void what_cannot_be_read_is_told_with_its_place(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *slug, *place;
	} cases[] = {
		{ "", 0, "empty", "" },
		{ "{\"a\":1,\n \"a\":2}", 16, "duplicate_member", "line 2, column 4:" },
		{ "{\"a\":\"\\u0000\"}", 14, "nul", "line 1" },
		{ "{\"a\":\"\\u0000", 12, "bad_json", "line 1" },
		{ "{\"a\":\"\0\"}", 9, "bad_json", "line 1" },
		{ "{\"a\":\"\xFF\"}", 9, "invalid_utf8", "line 1" },
		{ "{\"a\":1} x", 9, "bad_json", "line 1" },
		{ "{\"a\":1e400}", 11, "bad_json", "line 1" },
		{ "{\"a\":99999999999999999999}", 26, "bad_json", "line 1" },
		{ "{'a':1}", 7, "bad_json", "line 1" },
		{ "{\"a\":1,}", 8, "bad_json", "line 1" },
		{ "\xEF\xBB\xBF{}", 5, "bad_json", "line 1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *value = NULL;
		struct error err = { 0 };

		CHECK(body_read(cases[i].text, cases[i].len, &value, &err) == -1, "case %zu", i);
		assert_null(value);
		assert_int_equal(err.code, ERR_MALFORMED);
		CHECK(strcmp(err.complaint[0].code, cases[i].slug) == 0, "case %zu is %s: %s", i, err.complaint[0].code,
		      err.detail);
		CHECK(strstr(err.detail, cases[i].place) != NULL, "case %zu: %s", i, err.detail);
		assert_int_equal(err.complaint[0].place, IN_BODY);
	}
}

static void a_mistake_in_the_syntax_comes_with_the_usual_cures(void **state)
{
	static const struct {
		const char *text;
		bool cured;
	} cases[] = { { "{'a':1}", true }, { "{a:1}", true }, { "{\"a\":1,}", true }, { "{\"a\":1e400}", false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *value = NULL;
		struct error err = { 0 };

		assert_int_equal(body_read(cases[i].text, strlen(cases[i].text), &value, &err), -1);
		CHECK((strstr(err.detail, "need double quotes") != NULL) == cases[i].cured, "%s", err.detail);
	}
}

static void what_is_no_object_breaks_a_rule(void **state)
{
	static const char *const texts[] = { "[]", "null", "1", "\"a\"", " true " };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		json_t *value = NULL;
		struct error err = { 0 };

		assert_int_equal(body_read(texts[i], strlen(texts[i]), &value, &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
	}
}

/* {"a":{"a":…{}…}} */
static int read_nested(int depth, struct error *err)
{
	json_auto_t *value = NULL;
	char text[256];
	size_t len = 0;

	for (int i = 1; i < depth; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "{\"a\":");
	len += (size_t)snprintf(text + len, sizeof text - len, "{}");
	for (int i = 1; i < depth; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "}");
	return body_read(text, len, &value, err);
}

static void nesting_is_held_to_its_limit(void **state)
{
	struct error err = { 0 };
	json_t *value = NULL;
	char deep[5000];

	(void)state;
	assert_int_equal(read_nested(LIMIT_JSON_DEPTH, &err), 0);
	assert_int_equal(read_nested(LIMIT_JSON_DEPTH + 1, &err), -1);
	assert_string_equal(err.complaint[0].code, "too_deep");
	assert_non_null(strstr(err.detail, "line 1, column 81:"));
	memset(deep, '[', sizeof deep);
	err = (struct error){ 0 };
	assert_int_equal(body_read(deep, sizeof deep, &value, &err), -1);
	assert_string_equal(err.complaint[0].code, "too_deep");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_object_is_read),
		cmocka_unit_test(what_cannot_be_read_is_told_with_its_place),
		cmocka_unit_test(a_mistake_in_the_syntax_comes_with_the_usual_cures),
		cmocka_unit_test(what_is_no_object_breaks_a_rule),
		cmocka_unit_test(nesting_is_held_to_its_limit),
	};

	return RUN(tests);
}
