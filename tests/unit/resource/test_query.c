/* Tests of service/resource/query.c: every parameter, where it has a meaning and in which form. */
#include "query_support.h"

#include <time.h>

#include "core/clock.h"

static const struct {
	const struct resource *r;
	enum query_kind kind;
	const char *text, *pointer, *code;
} cases[] = {
	{ &action_resource, QUERY_LIST, "", NULL, NULL },
	{ &action_resource, QUERY_LIST, "limit=1", NULL, NULL },
	{ &action_resource, QUERY_LIST, "limit=200", NULL, NULL },
	{ &action_resource, QUERY_LIST, "limit=0", "/limit", "out_of_range" },
	{ &action_resource, QUERY_LIST, "limit=201", "/limit", "out_of_range" },
	{ &action_resource, QUERY_LIST, "limit=-1", "/limit", "out_of_range" },
	{ &action_resource, QUERY_LIST, "limit=+5", "/limit", "out_of_range" },
	{ &action_resource, QUERY_LIST, "limit=05", "/limit", "out_of_range" },
	{ &action_resource, QUERY_LIST, "limit= 5", "/limit", "out_of_range" },
	{ &action_resource, QUERY_LIST, "limit=5.0", "/limit", "out_of_range" },
	{ &action_resource, QUERY_LIST, "limit=", "/limit", "out_of_range" },
	{ &action_resource, QUERY_LIST, "limit=99999999999999999999", "/limit", "out_of_range" },
	{ &action_resource, QUERY_LIST, "limit=all", "/limit", "out_of_range" },
	{ &action_resource, QUERY_EXPORT, "limit=201", NULL, NULL },
	{ &action_resource, QUERY_EXPORT, "limit=1000000000", NULL, NULL },
	{ &action_resource, QUERY_EXPORT, "limit=1000000001", "/limit", "out_of_range" },
	{ &action_resource, QUERY_EXPORT, "limit=0", "/limit", "out_of_range" },
	{ &action_resource, QUERY_EXPORT, "cursor=abc", "/cursor", "unknown_parameter" },
	{ &action_resource, QUERY_EXPORT, "include_total=true", "/include_total", "unknown_parameter" },
	{ &action_resource, QUERY_EXPORT, "expand=authority", "/expand", "unknown_parameter" },
	{ &action_resource, QUERY_EXPORT, "fields=id,title&sort=-due_on&overdue=true&q=x", NULL, NULL },
	{ &action_resource, QUERY_LIST, "include_total=true", NULL, NULL },
	{ &action_resource, QUERY_LIST, "include_total=false", NULL, NULL },
	{ &action_resource, QUERY_LIST, "include_total=1", "/include_total", "not_a_boolean" },
	{ &action_resource, QUERY_LIST, "include_total=", "/include_total", "not_a_boolean" },
	{ &action_resource, QUERY_LIST, "q=supervision", NULL, NULL },
	{ &action_resource, QUERY_LIST, "q=", "/q", "empty" },
	{ &action_resource, QUERY_LIST, "q=  ", "/q", "empty" },
	{ &inspection_resource, QUERY_LIST, "q=supervision", "/q", "unknown_parameter" },
	{ &action_resource, QUERY_LIST, "as_recorded_at=2026-01-01T00:00:00Z", NULL, NULL },
	{ &action_resource, QUERY_LIST, "as_recorded_at=2026-01-01", "/as_recorded_at", "not_a_time" },
	{ &action_resource, QUERY_LIST, "as_recorded_at=9999-01-01T00:00:00Z", "/as_recorded_at", "in_future" },
	{ &action_resource, QUERY_ITEM, "as_recorded_at=2026-01-01T00:00:00Z", NULL, NULL },
	{ &action_resource, QUERY_ITEM, "limit=5", "/limit", "unknown_parameter" },
	{ &action_resource, QUERY_ITEM, "status=complete", "/status", "unknown_parameter" },
	{ &action_resource, QUERY_ITEM, "id=x", "/id", "unknown_parameter" },
	{ &action_resource, QUERY_COUNTS, "by=status&limit=5", "/limit", "unknown_parameter" },
	{ &action_resource, QUERY_COUNTS, "by=status&cursor=x", "/cursor", "unknown_parameter" },
	{ &action_resource, QUERY_COUNTS, "by=status&sort=title", "/sort", "unknown_parameter" },
	{ &action_resource, QUERY_COUNTS, "by=status&fields=id", "/fields", "unknown_parameter" },
	{ &action_resource, QUERY_COUNTS, "by=status&expand=authority", "/expand", "unknown_parameter" },
	{ &action_resource, QUERY_COUNTS, "by=status&overdue=true&q=x&as_recorded_at=2026-01-01T00:00:00Z", NULL,
	  NULL },
	{ &action_resource, QUERY_LIST, "by=status", "/by", "unknown_parameter" },
	{ &action_resource, QUERY_LIST, "validate_only=true", "/validate_only", "unknown_parameter" },
	{ &action_resource, QUERY_LIST, "page=2", "/page", "unknown_parameter" },
	{ &action_resource, QUERY_LIST, "offset=10", "/offset", "unknown_parameter" },
	{ &action_resource, QUERY_LIST, "=5", "/", "empty_name" },
	{ &action_resource, QUERY_LIST, "limit=5&limit=5", "/limit", "repeated" },
	{ &action_resource, QUERY_LIST, "status=complete&status=on_hold", "/status", "repeated" },
	{ &action_resource, QUERY_LIST, "a/b~c=1", "/a~1b~0c", "unknown_parameter" },
	{ &action_resource, QUERY_LIST, "Limit=5", "/Limit", "unknown_parameter" },
};

static void each_parameter_is_taken_or_refused_where_it_stands(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		QUERY(q, cases[i].r, cases[i].kind, cases[i].text);

		CHECK(complains_only(&q->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].text);
		CHECK((q->result == 0) == (cases[i].pointer == NULL), "case %zu", i);
		CHECK(q->result == 0 || (q->err.code == ERR_MALFORMED && q->err.complaint[0].place == IN_QUERY),
		      "case %zu", i);
	}
}

static void everything_wrong_is_said_at_once_and_nothing_is_written(void **state)
{
	struct params params = {
		.n = 4, .item = { { "limit", "x" }, { "staus", "open" }, { "sort", "y" }, { "due_on", "z" } }
	};
	struct list_query query = { .limit = 77 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(query_read(&action_resource, QUERY_LIST, &params, NULL, &query, &err), -1);
	assert_int_equal(err.n_complaints, 4);
	assert_int_equal(query.limit, 77);
}

static void what_is_left_out_has_a_default(void **state)
{
	QUERY(list, &action_resource, QUERY_LIST, "");
	QUERY(export, &action_resource, QUERY_EXPORT, "");
	QUERY(asked, &action_resource, QUERY_LIST, "limit=7&include_total=true&q=a b");

	(void)state;
	assert_int_equal(list->query.limit, 50);
	assert_false(list->query.limit_given || list->query.include_total || list->query.export_all);
	assert_null(list->query.search);
	assert_null(list->query.as_recorded_at);
	assert_int_equal(export->query.limit, 0);
	assert_true(export->query.export_all);
	assert_int_equal(asked->query.limit, 7);
	assert_true(asked->query.limit_given && asked->query.include_total);
	assert_string_equal(asked->query.search, "a b");
}

static void a_search_has_at_most_500_characters(void **state)
{
	char text[2 + 500 * 3 + 4] = "q=";

	(void)state;
	for (size_t i = 0; i < 500; i++)
		memcpy(text + strlen(text), "\xe2\x82\xac", 4);
	{
		QUERY(q, &action_resource, QUERY_LIST, text);

		assert_int_equal(q->result, 0);
	}
	memcpy(text + strlen(text), "x", 2);
	{
		QUERY(q, &action_resource, QUERY_LIST, text);

		assert_true(complains_only(&q->err, "/q", "too_long"));
	}
}

/* The same moment in different words; one second ahead is let pass for the database's clock. */
static void the_future_is_told_from_the_past_in_every_offset(void **state)
{
	static const struct {
		int shift_s;
		bool future;
	} shifts[] = { { -3600, false }, { -5, false }, { 0, false }, { 60, true }, { 3600, true } };
	static const struct {
		const char *zone;
		int offset_s;
	} zones[] = { { "Z", 0 }, { "+01:00", 3600 }, { "-05:30", -19800 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shifts) * ARRAY_LEN(zones); i++) {
		const char *zone = zones[i % ARRAY_LEN(zones)].zone;
		int64_t moment = time(NULL) + shifts[i / ARRAY_LEN(zones)].shift_s;
		char local[32], text[80];

		clock_utc(moment + zones[i % ARRAY_LEN(zones)].offset_s, 250, local);
		local[strlen(local) - 1] = '\0';
		snprintf(text, sizeof text, "as_recorded_at=%s%s", local, zone);
		{
			QUERY(q, &action_resource, QUERY_LIST, text);

			CHECK((q->result < 0) == shifts[i / ARRAY_LEN(zones)].future, "%s", text);
		}
	}
}

static void any_bytes_are_answered_without_harm(void **state)
{
	static const char *const names[] = {
		"limit",  "cursor",     "sort",          "fields",       "expand",         "id",      "q", "by",
		"status", "due_on_gte", "updated_since", "external_ref", "as_recorded_at", "overdue", ""
	};
	unsigned seed = 7;

	(void)state;
	for (size_t round = 0; round < 3000; round++) {
		char values[8][40];
		struct params params = { .n = 8 };
		struct list_query query;
		struct error err = { 0 };

		for (size_t i = 0; i < 8; i++) {
			size_t len = (seed = seed * 1103515245 + 12345) >> 16 & 31;

			for (size_t j = 0; j < len; j++)
				values[i][j] = (char)((seed = seed * 1103515245 + 12345) >> 16 | 1);
			values[i][len] = '\0';
			params.item[i].name = i % 3 ? names[(seed >> 8) % ARRAY_LEN(names)] : values[(i + 1) % 8];
			params.item[i].value = values[i];
			values[(i + 1) % 8][0] = '\0';
		}
		if (query_read(&action_resource, (enum query_kind)(round % 4), &params, NULL, &query, &err) == 0)
			query_done(&query);
	}
}

static void an_unknown_parameter_is_told_with_a_way_on(void **state)
{
	static const struct {
		enum query_kind kind;
		const char *name, *summary;
	} hints[] = {
		{ QUERY_LIST, "page",
		  "parameter page: is not known here; lists are paged with `limit` and `links.next`" },
		{ QUERY_LIST, "offset",
		  "parameter offset: is not known here; lists are paged with `limit` and `links.next`" },
		{ QUERY_LIST, "per_page",
		  "parameter per_page: is not known here; lists are paged with `limit` and `links.next`" },
		{ QUERY_LIST, "statsu", "parameter statsu: is not known here; did you mean status?" },
		{ QUERY_LIST, "zzzzz", "parameter zzzzz: is not known here; /v1/openapi.yaml lists those that are" },
		{ QUERY_ITEM, "page", "parameter page: is not known here; possible: as_recorded_at, expand, fields" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
		struct params params = { .item = { { hints[i].name, "2" } }, .n = 1 };
		struct list_query query;
		struct error err = { 0 };

		assert_int_equal(query_read(&action_resource, hints[i].kind, &params, NULL, &query, &err), -1);
		assert_string_equal(err.detail, hints[i].summary);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unknown_parameter_is_told_with_a_way_on),
		cmocka_unit_test(each_parameter_is_taken_or_refused_where_it_stands),
		cmocka_unit_test(everything_wrong_is_said_at_once_and_nothing_is_written),
		cmocka_unit_test(what_is_left_out_has_a_default),
		cmocka_unit_test(a_search_has_at_most_500_characters),
		cmocka_unit_test(the_future_is_told_from_the_past_in_every_offset),
		cmocka_unit_test(any_bytes_are_answered_without_harm),
	};

	return RUN(tests);
}
