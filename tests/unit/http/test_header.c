/* Tests of service/http/header.c. */
#include "../unit.h"

#include "http/header.h"

#include "core/banned.h"

static void if_match_takes_the_versions_of_strong_tags(void **state)
{
	static const struct {
		const char *value;
		bool any;
		size_t n;
		uint64_t first;
	} cases[] = {
		{ "\"3.abc\"", false, 1, 3 },
		{ " \"3.abc\" , \"12.d\"", false, 2, 3 },
		{ ",, \"3.abc\",", false, 1, 3 },
		{ "\"3.abc\", \"3.def\"", false, 1, 3 },
		{ "*", true, 0, 0 },
		{ " * ", true, 0, 0 },
		{ "W/\"3.abc\"", false, 0, 0 },
		{ "\"abc\", \"x.1\", \"\", \".1\", \"-1.a\", \"03.a\"", false, 0, 0 },
		{ "\"9223372036854775808.a\"", false, 0, 0 },
		{ "\"99999999999999999999999999.a\"", false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct if_match m;

		CHECK(header_if_match(cases[i].value, &m) == 0, "%s", cases[i].value);
		CHECK(m.any == cases[i].any && m.n == cases[i].n, "%s", cases[i].value);
		CHECK(m.n == 0 || m.version[0] == cases[i].first, "%s", cases[i].value);
	}
}

static void if_match_tells_of_weak_tags(void **state)
{
	struct if_match m;

	(void)state;
	assert_int_equal(header_if_match("\"3.abc\", W/\"4.abc\"", &m), 0);
	assert_true(m.weak && m.n == 1);
	assert_int_equal(header_if_match("\"3.abc\"", &m), 0);
	assert_false(m.weak);
}

static void if_match_refuses_what_is_no_list_of_tags(void **state)
{
	static const char *const values[] = { "",           " ",         ",",
					      "3.abc",      "\"3.abc",   "\"3.a\" \"4.b\"",
					      "*, \"3.a\"", "w/\"3.a\"", "\"3 .a\"",
					      "W/",         "\"3.a\";x" };
	char many[512];
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct if_match m = { .n = 7 };

		CHECK(header_if_match(values[i], &m) == -1 && m.n == 7, "%s", values[i]);
	}
	for (unsigned i = 1; i <= 17; i++)
		len += (size_t)snprintf(many + len, sizeof many - len, "\"%u.a\",", i);
	assert_int_equal(header_if_match(many, &(struct if_match){ 0 }), -1);
}

static void if_none_match_compares_the_whole_tag_weakly(void **state)
{
	static const struct {
		const char *value;
		int outcome;
		bool matches;
	} cases[] = {
		{ "\"3.abc\"", 0, true }, { "W/\"3.abc\"", 0, true }, { "\"1.x\", \"3.abc\"", 0, true },
		{ "*", 0, true },         { "\"3.abd\"", 0, false },  { "\"3\"", 0, false },
		{ "3.abc", -1, false },   { "", -1, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool matches = false;

		CHECK(header_if_none_match(cases[i].value, "\"3.abc\"", &matches) == cases[i].outcome, "%s",
		      cases[i].value);
		CHECK(matches == cases[i].matches, "%s", cases[i].value);
	}
}

static void accept_picks_what_is_liked_best(void **state)
{
	static const char *const offers[] = { "application/json", "text/csv", "application/x-ndjson" };
	static const struct {
		const char *value;
		int offer;
	} cases[] = {
		{ NULL, 0 },
		{ "", 0 },
		{ "*/*", 0 },
		{ "text/csv", 1 },
		{ "TEXT/CSV", 1 },
		{ "text/*", 1 },
		{ "application/*", 0 },
		{ "text/csv;q=0.5, application/x-ndjson;q=0.8", 2 },
		{ "text/csv;q=0.5, */*;q=0.1", 1 },
		{ "application/json;q=0, */*", 1 },
		{ "application/json ; charset=\"utf-8,;\" ; q=0.9, text/csv;q=0.8", 0 },
		{ "text/html, */*;q=0.001", 0 },
		{ "application/json;q=0.000", -1 },
		{ "text/html", -1 },
		{ "json", -1 },
		{ "text/csv;q=2", -1 },
		{ "text/csv;q=", -1 },
		{ "text/csv;q=0.1234, application/json;q=0.1", 0 },
		{ ", ,text/csv", 1 },
		{ "text/csv garbage, application/json;q=0.1", 0 },
		{ "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", 0 },
		{ "*/csv", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(header_accept(cases[i].value, offers, ARRAY_LEN(offers)) == cases[i].offer, "%s",
		      cases[i].value ? cases[i].value : "(none)");
}

static void media_types_are_parsed_not_searched(void **state)
{
	static const struct {
		const char *value, *type; /* NULL: refused */
	} cases[] = {
		{ "application/json", "application/json" },
		{ "Application/JSON; Charset=UTF-8", "application/json" },
		{ "application/merge-patch+json;charset=\"utf-8\"", "application/merge-patch+json" },
		{ "application/json; profile=\"a;b\"", "application/json" },
		{ "application/json;", "application/json" },
		{ "application/jsonx", "application/jsonx" },
		{ "application/json; charset=latin1", NULL },
		{ "application/json, text/plain", NULL },
		{ "application/json x", NULL },
		{ "application/json; charset", NULL },
		{ "application", NULL },
		{ "/json", NULL },
		{ "", NULL },
	};
	char type[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int outcome = header_media_type(cases[i].value, type, sizeof type);

		CHECK((outcome == 0) == (cases[i].type != NULL), "%s", cases[i].value);
		CHECK(outcome < 0 || strcmp(type, cases[i].type) == 0, "%s gave %s", cases[i].value, type);
	}
	assert_int_equal(header_media_type("application/json", type, 8), -1);
}

static void an_idempotency_key_may_be_bare_or_quoted(void **state)
{
	static const struct {
		const char *value, *key; /* NULL: refused */
	} cases[] = {
		{ "abc-123", "abc-123" },
		{ "\"abc-123\"", "abc-123" },
		{ "\"a\\\"b\\\\c\"", "a\"b\\c" },
		{ "two words", "two words" },
		{ "a\\b", "a\\b" },
		{ "", NULL },
		{ "\"\"", NULL },
		{ "\"", NULL },
		{ "\"abc", NULL },
		{ "\"abc\"x", NULL },
		{ "\"a\\bc\"", NULL },
		{ "\"a\\", NULL },
		{ "caf\xC3\xA9", NULL },
		{ "a\tb", NULL },
	};
	char key[LIMIT_IDEMPOTENCY_KEY + 1], longest[LIMIT_IDEMPOTENCY_KEY + 2];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int outcome = header_idempotency_key(cases[i].value, key);

		CHECK((outcome == 0) == (cases[i].key != NULL), "%s", cases[i].value);
		CHECK(outcome < 0 || strcmp(key, cases[i].key) == 0, "%s gave %s", cases[i].value, key);
	}
	memset(longest, 'k', sizeof longest);
	longest[LIMIT_IDEMPOTENCY_KEY + 1] = '\0';
	assert_int_equal(header_idempotency_key(longest, key), -1);
	longest[LIMIT_IDEMPOTENCY_KEY] = '\0';
	assert_int_equal(header_idempotency_key(longest, key), 0);
}

static void a_request_id_is_plain(void **state)
{
	char longest[LIMIT_REQUEST_ID + 2];

	(void)state;
	assert_true(header_is_request_id("01a2068c-7b9e:A/_=+@~."));
	assert_false(header_is_request_id(""));
	assert_false(header_is_request_id("a b"));
	assert_false(header_is_request_id("a\"b"));
	assert_false(header_is_request_id("a\r\nX: y"));
	assert_false(header_is_request_id("\xC3\xA9"));
	memset(longest, 'r', sizeof longest);
	longest[LIMIT_REQUEST_ID + 1] = '\0';
	assert_false(header_is_request_id(longest));
	longest[LIMIT_REQUEST_ID] = '\0';
	assert_true(header_is_request_id(longest));
	assert_false(header_is_request_id("ik_9f8Zr4-QmT_0pLxWvB2nKd7sHc3yJ6uEaG1tRqXoYiM"));
	assert_false(header_is_request_id("a:ik_9f8Zr4-QmT_0pLxWvB2nKd7sHc3yJ6uEaG1tRqXoYiM"));
	assert_true(header_is_request_id("ik_1"));
}

static void traceparent_is_as_w3c_says(void **state)
{
#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN  "00f067aa0ba902b7"
	(void)state;
	assert_true(header_is_traceparent("00-" TRACE "-" SPAN "-01"));
	assert_true(header_is_traceparent("01-" TRACE "-" SPAN "-01-more"));
	assert_false(header_is_traceparent("00-" TRACE "-" SPAN "-01-more"));
	assert_false(header_is_traceparent("ff-" TRACE "-" SPAN "-01"));
	assert_false(header_is_traceparent("00-" TRACE "-0000000000000000-01"));
	assert_false(header_is_traceparent("00-00000000000000000000000000000000-" SPAN "-01"));
	assert_false(header_is_traceparent("00-4BF92F3577b34da6a3ce929d0e0e4736-" SPAN "-01"));
	assert_false(header_is_traceparent("00-" TRACE "-" SPAN "-0"));
	assert_false(header_is_traceparent(""));
}

static void a_person_is_printable(void **state)
{
	static const char *const none[] = { "", "  ", "\xC2\xA0\t", "a\tb", "\xFF", "a\x7f" };
	char person[LIMIT_PERSON_BYTES + 1];

	(void)state;
	assert_int_equal(header_person("a.smith@example.gov.uk", person), 0);
	assert_string_equal(person, "a.smith@example.gov.uk");
	assert_int_equal(header_person("Si\xC3\xA2n Rhys", person), 0);
	assert_string_equal(person, "Si\xC3\xA2n Rhys");
	assert_int_equal(header_person("ik_9f8Zr4-QmT_0pLxWvB2nKd7sHc3yJ6uEaG1tRqXoYiM", person), -1);
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		CHECK(header_person(none[i], person) == -1, "case %zu", i);
}

static void a_person_is_known_without_blanks_around_the_name(void **state)
{
	static const char *const same[] = { "j smith", " j smith", "j smith  ", "\tj smith\t",
					    "\xC2\xA0j smith\xE2\x80\x83" };
	char person[LIMIT_PERSON_BYTES + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		CHECK(header_person(same[i], person) == 0, "case %zu", i);
		assert_string_equal(person, "j smith");
	}
}

static void a_person_has_at_most_200_characters(void **state)
{
	char longest[LIMIT_PERSON_BYTES + 3] = "", person[LIMIT_PERSON_BYTES + 1];

	(void)state;
	for (size_t i = 0; i < LIMIT_PERSON_CHARS; i++)
		memcpy(longest + 4 * i, "\xF0\x9F\x98\x80", 5);
	assert_int_equal(header_person(longest, person), 0);
	assert_string_equal(person, longest);
	memcpy(longest + LIMIT_PERSON_BYTES, "p", 2);
	assert_int_equal(header_person(longest, person), -1);
	memset(longest, 'p', sizeof longest);
	longest[LIMIT_PERSON_CHARS + 1] = '\0';
	assert_int_equal(header_person(longest, person), -1);
	longest[LIMIT_PERSON_CHARS] = '\0';
	assert_int_equal(header_person(longest, person), 0);
}

static void only_bearer_carries_a_key(void **state)
{
	(void)state;
	assert_string_equal(header_bearer("Bearer ik_x"), "ik_x");
	assert_string_equal(header_bearer("bearer   ik_x"), "ik_x");
	assert_null(header_bearer("Bearer"));
	assert_null(header_bearer("Bearer "));
	assert_null(header_bearer("Bearerik_x"));
	assert_null(header_bearer("Basic eDp5"));
	assert_null(header_bearer(""));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(if_match_takes_the_versions_of_strong_tags),
		cmocka_unit_test(if_match_tells_of_weak_tags),
		cmocka_unit_test(if_match_refuses_what_is_no_list_of_tags),
		cmocka_unit_test(if_none_match_compares_the_whole_tag_weakly),
		cmocka_unit_test(accept_picks_what_is_liked_best),
		cmocka_unit_test(media_types_are_parsed_not_searched),
		cmocka_unit_test(an_idempotency_key_may_be_bare_or_quoted),
		cmocka_unit_test(a_request_id_is_plain),
		cmocka_unit_test(traceparent_is_as_w3c_says),
		cmocka_unit_test(a_person_is_printable),
		cmocka_unit_test(a_person_is_known_without_blanks_around_the_name),
		cmocka_unit_test(a_person_has_at_most_200_characters),
		cmocka_unit_test(only_bearer_carries_a_key),
	};

	return RUN(tests);
}
