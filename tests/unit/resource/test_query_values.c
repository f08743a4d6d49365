/* Tests of service/resource/query_values.c. */
#include "support.h"

#include "resource/query_reader.h"
#include "resource/registry.h"

#define READER(name)                                                                                                   \
	struct error err = { 0 };                                                                                      \
	struct query_reader name = { &action_resource, QUERY_LIST, NULL, .err = &err }

static void commas_part_values_unless_escaped(void **state)
{
	static const struct {
		const char *text;
		const char *values[4];
	} cases[] = {
		{ "a", { "a" } },
		{ "a,b,c", { "a", "b", "c" } },
		{ "Director\\, Children", { "Director, Children" } },
		{ "a\\,b,c", { "a,b", "c" } },
		{ "a\\\\,b", { "a\\", "b" } },
		{ "a\\b", { "a\\b" } },
		{ "a\\", { "a\\" } },
		{ "\\,", { "," } },
		{ " a , b ", { " a ", " b " } },
		{ "\xc3\xa9,\xe2\x82\xac", { "\xc3\xa9", "\xe2\x82\xac" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		READER(q);
		_cleanup_(query_values_done) struct values v = { NULL, 0 };

		CHECK(query_values_read(&q, "x", cases[i].text, 4, &v), "case %zu", i);
		for (size_t j = 0; j < ARRAY_LEN(cases[i].values); j++)
			CHECK(cases[i].values[j] ? j < v.n && strcmp(v.item[j], cases[i].values[j]) == 0 : j >= v.n,
			      "case %zu, value %zu", i, j);
	}
}

static void empty_values_and_too_many_are_refused(void **state)
{
	static const struct {
		const char *text, *code;
	} cases[] = {
		{ "", "empty" },     { ",", "empty" },  { "a,,b", "empty" },  { ",a", "empty" },
		{ "a,", "empty" },   { "  ", "empty" }, { "a, ,b", "empty" }, { "a,b,c,d,e", "too_many" },
		{ "a,b,c,d", NULL }, { "a\\,", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		READER(q);
		_cleanup_(query_values_done) struct values v = { NULL, 0 };

		CHECK(query_values_read(&q, "x", cases[i].text, 4, &v) == (cases[i].code == NULL), "case %zu", i);
		CHECK(complains_only(&err, cases[i].code ? "/x" : NULL, cases[i].code), "case %zu: %s", i,
		      cases[i].text);
		CHECK(err.n_complaints == 0 || err.complaint[0].place == IN_QUERY, "case %zu", i);
	}
}

static void values_that_repeat_are_found(void **state)
{
	READER(q);
	_cleanup_(query_values_done) struct values once = { NULL, 0 }, twice = { NULL, 0 };

	(void)state;
	assert_true(query_values_read(&q, "x", "a,b", 9, &once));
	assert_true(query_values_read(&q, "x", "a,b,a", 9, &twice));
	assert_true(query_values_differ(&q, "x", &once));
	assert_false(query_values_differ(&q, "x", &twice));
	assert_true(complains_only(&err, "/x", "repeated"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_part_values_unless_escaped),
		cmocka_unit_test(empty_values_and_too_many_are_refused),
		cmocka_unit_test(values_that_repeat_are_found),
	};

	return RUN(tests);
}
