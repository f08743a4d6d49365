/* Tests of service/resource/query_filter.c: which filters there are, and what their values must be. */
#include "query_support.h"

#define UUID "01890a5d-ac96-774b-bcce-b302099a8057"

static void filters_are_taken_or_refused_by_name_and_value(void **state)
{
	static const struct {
		const struct resource *r;
		const char *text, *pointer, *code;
	} cases[] = {
		{ &action_resource, "status=in_progress", NULL, NULL },
		{ &action_resource, "status=in_progress,on_hold", NULL, NULL },
		{ &action_resource, "status_ne=complete,cancelled", NULL, NULL },
		{ &action_resource, "status=", "/status", "empty" },
		{ &action_resource, "status=open", "/status", "not_a_code" },
		{ &action_resource, "status=in_progress,,on_hold", "/status", "empty" },
		{ &action_resource, "status=In_Progress", "/status", "not_a_code" },
		{ &action_resource, "status_gt=open", "/status_gt", "unknown_parameter" },
		{ &action_resource, "due_on=2026-01-01", NULL, NULL },
		{ &action_resource, "due_on_gte=2026-01-01&due_on_lt=2026-02-01", NULL, NULL },
		{ &action_resource, "due_on_gt=2026-01-01", NULL, NULL },
		{ &action_resource, "due_on_lte=2026-01-01", NULL, NULL },
		{ &action_resource, "due_on_ne=2026-01-01", NULL, NULL },
		{ &action_resource, "due_on_gte=2026-13-01", "/due_on_gte", "not_a_date" },
		{ &action_resource, "due_on_gte=2026-01-01,2026-01-02", "/due_on_gte", "too_many" },
		{ &action_resource, "due_on_gte=today", "/due_on_gte", "not_a_date" },
		{ &action_resource, "due_on_gte=1900-01-01", "/due_on_gte", "not_a_date" },
		{ &action_resource, "due_on_between=2026-01-01", "/due_on_between", "unknown_parameter" },
		{ &action_resource, "due_on[gte]=2026-01-01", "/due_on[gte]", "unknown_parameter" },
		{ &action_resource, "title=x", "/title", "unknown_parameter" },
		{ &action_resource, "reason=x", "/reason", "unknown_parameter" },
		{ &action_resource, "updated_since=2026-01-01T00:00:00Z", NULL, NULL },
		{ &action_resource, "updated_since=1970-01-01T00:00:00Z", NULL, NULL },
		{ &action_resource, "updated_since=2026-01-01T00:00:00+01:00", NULL, NULL },
		{ &action_resource, "updated_since=2026-01-01T00:00:00 01:00", "/updated_since", "not_a_time" },
		{ &action_resource, "updated_since=2026-01-01", "/updated_since", "not_a_time" },
		{ &action_resource, "created_at_gte=2026-01-01T00:00:00.123456Z", NULL, NULL },
		{ &action_resource, "overdue=true", NULL, NULL },
		{ &action_resource, "overdue=false", NULL, NULL },
		{ &action_resource, "overdue=TRUE", "/overdue", "not_a_boolean" },
		{ &action_resource, "overdue=1", "/overdue", "not_a_boolean" },
		{ &action_resource, "overdue=", "/overdue", "empty" },
		{ &action_resource, "overdue=true,false", "/overdue", "too_many" },
		{ &action_resource, "authority_id=806,870", NULL, NULL },
		{ &action_resource, "authority_id=8061", "/authority_id", "not_an_id" },
		{ &action_resource, "finding_id=" UUID, NULL, NULL },
		{ &action_resource, "finding_id=7", "/finding_id", "not_an_id" },
		{ &action_resource, "theme_id=supervision", NULL, NULL },
		{ &action_resource, "lead_role=Director\\, Children", NULL, NULL },
		{ &action_resource, "id=" UUID "," UUID, NULL, NULL },
		{ &action_resource, "id=806", "/id", "not_an_id" },
		{ &action_resource, "external_ref=modern_gov:4711", NULL, NULL },
		{ &action_resource, "external_ref=modern_gov:a:b", NULL, NULL },
		{ &action_resource, "external_ref=4711", "/external_ref", "not_an_external_ref" },
		{ &action_resource, "external_ref=:4711", "/external_ref", "not_an_external_ref" },
		{ &action_resource, "external_ref=a:", "/external_ref", "not_an_external_ref" },
		{ &action_resource, "external_ref=Modern Gov:1", "/external_ref", "not_an_external_ref" },
		{ &authority_resource, "id=806", NULL, NULL },
		{ &authority_resource, "id=" UUID, "/id", "not_an_id" },
		{ &authority_resource, "external_ref=a:b", "/external_ref", "unknown_parameter" },
		{ &authority_resource, "gss_code=E08000016", NULL, NULL },
		{ &authority_resource, "urn=80416", NULL, NULL },
		{ &authority_resource, "urn=abc", "/urn", "bad_form" },
		{ &authority_resource, "started_on_lt=1999-01-01", NULL, NULL },
		{ &authority_resource, "name=Bristol\\, City of", NULL, NULL },
		{ &finding_resource, "number_gte=2&number_lte=5", NULL, NULL },
		{ &finding_resource, "number_gte=02", "/number_gte", "not_an_integer" },
		{ &finding_resource, "number=1.0", "/number", "not_an_integer" },
		{ &finding_resource, "number=99999999999", "/number", "not_an_integer" },
		{ &finding_resource, "number=-1", NULL, NULL },
		{ &finding_resource, "contested=true", NULL, NULL },
		{ &finding_resource, "contested_ne=true", NULL, NULL },
		{ &finding_resource, "contested=yes", "/contested", "not_a_boolean" },
		{ &finding_resource, "strand=help_and_protection", NULL, NULL },
		{ &finding_resource, "strand=Help", "/strand", "bad_form" },
		{ &inspection_resource, "grade=inadequate&strand=care_leavers", NULL, NULL },
		{ &inspection_resource, "grade_ne=inadequate", "/grade_ne", "unknown_parameter" },
		{ &finding_resource, "theme_id=supervision,neglect", NULL, NULL },
		{ &finding_resource, "theme_id=Supervision", "/theme_id", "not_an_id" },
		{ &finding_resource, "theme_id_ne=supervision", "/theme_id_ne", "unknown_parameter" },
		{ &finding_resource, "theme_ids=supervision", "/theme_ids", "unknown_parameter" },
		{ &update_resource, "evidence_id=" UUID, NULL, NULL },
		{ &document_resource, "sha256=abc", "/sha256", "bad_form" },
		{ &board_resource, "statutory=true", NULL, NULL },
		{ &board_resource, "statutory=null", "/statutory", "not_a_boolean" },
		{ &observation_resource, "value=20,20.5,-3e2", NULL, NULL },
		{ &observation_resource, "value_gte=0.1&value_lt=1e3", NULL, NULL },
		{ &observation_resource, "value_ne=20", NULL, NULL },
		{ &observation_resource, "value=twenty", "/value", "not_a_number" },
		{ &observation_resource, "value=007", "/value", "not_a_number" },
		{ &observation_resource, "value=1e13", "/value", "not_a_number" },
		{ &observation_resource, "value=1e9999", "/value", "not_a_number" },
		{ &observation_resource, "value=0x10", "/value", "not_a_number" },
		{ &observation_resource, "value=nan", "/value", "not_a_number" },
		{ &observation_resource, "value=.5", "/value", "not_a_number" },
		{ &observation_resource, "value_gt=1,2", "/value_gt", "too_many" },
		{ &framework_resource, "graded=true&kind=jtai", NULL, NULL },
		{ &framework_resource, "id=sif&id_ne=jtai", NULL, NULL },
		{ &framework_resource, "updated_since=2026-01-01T00:00:00Z", "/updated_since", "unknown_parameter" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		QUERY(q, cases[i].r, QUERY_LIST, cases[i].text);

		CHECK(complains_only(&q->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].text);
		CHECK((q->result == 0) == (cases[i].pointer == NULL), "case %zu", i);
		CHECK(q->result == 0 || q->err.code == ERR_MALFORMED, "case %zu", i);
	}
}

static void each_comparison_becomes_its_predicate(void **state)
{
	static const struct {
		const char *text, *field;
		enum compare op;
		size_t n;
	} cases[] = {
		{ "status=complete,embedded", "status", OP_IN, 2 },
		{ "status_ne=complete", "status", OP_NOT_IN, 1 },
		{ "due_on_gt=2026-01-01", "due_on", OP_GT, 1 },
		{ "due_on_gte=2026-01-01", "due_on", OP_GTE, 1 },
		{ "due_on_lt=2026-01-01", "due_on", OP_LT, 1 },
		{ "due_on_lte=2026-01-01", "due_on", OP_LTE, 1 },
		{ "updated_since=2026-01-01T00:00:00Z", "updated_at", OP_GTE, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		QUERY(q, &action_resource, QUERY_LIST, cases[i].text);
		const struct predicate *p = &q->query.predicate[0];

		CHECK(q->query.n_predicates == 1 && p->field && !p->filter, "case %zu", i);
		CHECK(strcmp(p->field->name, cases[i].field) == 0, "case %zu", i);
		CHECK(p->op == cases[i].op && p->n_values == cases[i].n, "case %zu", i);
	}
}

static void yes_or_no_reaches_filters_and_fields_alike(void **state)
{
	QUERY(overdue, &action_resource, QUERY_LIST, "overdue=true");
	QUERY(in_time, &action_resource, QUERY_LIST, "overdue=false");
	QUERY(contested, &finding_resource, QUERY_LIST, "contested=false");

	(void)state;
	assert_true(overdue->query.predicate[0].filter && overdue->query.predicate[0].yes);
	assert_int_equal(overdue->query.predicate[0].n_values, 0);
	assert_false(in_time->query.predicate[0].yes);
	assert_false(contested->query.predicate[0].yes);
	assert_string_equal(contested->query.predicate[0].values[0], "false");
}

static void ids_are_compared_in_lower_case(void **state)
{
	QUERY(q, &action_resource, QUERY_LIST, "id=01890A5D-AC96-774B-BCCE-B302099A8057");

	(void)state;
	assert_string_equal(q->query.predicate[0].values[0], UUID);
	assert_non_null(strstr(q->query.predicate[0].filter->sql, "uuid[]"));
}

static void a_comma_list_has_a_limit(void **state)
{
	char text[LIMIT_FILTER_VALUES * 4 + 64] = "authority_id=806";

	(void)state;
	for (size_t i = 1; i < LIMIT_FILTER_VALUES; i++)
		memcpy(text + strlen(text), ",806", 5);
	{
		QUERY(q, &action_resource, QUERY_LIST, text);

		assert_int_equal(q->result, 0);
		assert_int_equal(q->query.predicate[0].n_values, LIMIT_FILTER_VALUES);
	}
	memcpy(text + strlen(text), ",806", 5);
	{
		QUERY(q, &action_resource, QUERY_LIST, text);

		assert_true(complains_only(&q->err, "/authority_id", "too_many"));
	}
}

static void hints_name_the_filter_that_was_meant(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "staus=open", "did you mean status?" },
		{ "overdu=true", "did you mean overdue?" },
		{ "limt=5", "did you mean limit?" },
		{ "findingid=5", "did you mean finding_id?" },
		{ "status=in-progress", "did you mean in_progress?" },
		{ "updated_since=2026-01-01T00:00:00 01:00", "%2B" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		QUERY(q, &action_resource, QUERY_LIST, cases[i].text);

		CHECK(strstr(q->err.complaint[0].detail, cases[i].words), "case %zu: %s", i,
		      q->err.complaint[0].detail);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters_are_taken_or_refused_by_name_and_value),
		cmocka_unit_test(each_comparison_becomes_its_predicate),
		cmocka_unit_test(yes_or_no_reaches_filters_and_fields_alike),
		cmocka_unit_test(ids_are_compared_in_lower_case),
		cmocka_unit_test(a_comma_list_has_a_limit),
		cmocka_unit_test(hints_name_the_filter_that_was_meant),
	};

	return RUN(tests);
}
