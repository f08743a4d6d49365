/* Tests of service/load/lines.c. */
#include "support.h"

#include "load/lines.h"

static void a_blank_line_is_no_row_and_the_others_keep_their_number(void **state)
{
	static const char text[] = "{\"resource\":\"boards\",\"ref\":\"s:a\",\"body\":{}}\r\n \r\n\n"
				   "{\"resource\":\"plans\",\"ref\":\"s:b\",\"body\":{},\"then\":[]}";
	_cleanup_(listener_done) struct listener l;
	_cleanup_(csv_table_done) struct csv_table table = { 0 };

	(void)state;
	listener_init(&l);
	assert_int_equal(lines_read("s.jsonl", text, strlen(text), &l.report, &table), 0);
	assert_int_equal(table.n, 2);
	assert_int_equal(table.rows[1].line, 4);
	assert_string_equal(lines_resource(table.rows[1].cells)->name, "plan");
}

static void a_line_of_the_wrong_form_is_told(void **state)
{
	static const struct {
		const char *line, *said;
	} cases[] = {
		{ "[]", "s.jsonl:1: not a JSON object on one line: it is a list" },
		{ "{\"resource\":", "s.jsonl:1: not a JSON object on one line: " },
		{ "{\"ref\":\"s:a\",\"ref\":\"s:b\"}", "s.jsonl:1: not a JSON object on one line: duplicate" },
		{ "{\"resource\":\"boards\",\"ref\":\"s:\xff\",\"body\":{}}", "not a JSON object on one line: " },
		{ "{\"resource\":\"boards\",\"ref\":\"s:a\",\"body\":{},\"moves\":[]}",
		  "s.jsonl:1: moves: unknown member" },
		{ "{\"resource\":\"board\",\"ref\":\"s:a\",\"body\":{}}",
		  "s.jsonl:1: resource: \"board\": must be one of: inspections" },
		{ "{\"resource\":\"themes\",\"ref\":\"s:a\",\"body\":{}}", "resource: \"themes\": must be one of" },
		{ "{\"resource\":\"reschedules\",\"ref\":\"s:a\",\"body\":{}}", "resource: \"reschedules\": must be" },
		{ "{\"ref\":\"s:a\",\"body\":{}}", "resource: \"\": must be one of" },
		{ "{\"resource\":\"boards\",\"ref\":\"a\",\"body\":{}}", "s.jsonl:1: ref: \"a\": must be system:ref" },
		{ "{\"resource\":\"boards\",\"body\":{}}", "s.jsonl:1: ref: \"\": must be system:ref" },
		{ "{\"resource\":\"boards\",\"ref\":\"s:a\"}", "s.jsonl:1: body: must be an object" },
		{ "{\"resource\":\"boards\",\"ref\":\"s:a\",\"body\":{},\"then\":{}}",
		  "s.jsonl:1: then: must be a list" },
		{ "{\"resource\":\"boards\",\"ref\":\"s:a\",\"body\":{},\"then\":[1]}",
		  "s.jsonl:1: then: must be a list" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(listener_done) struct listener l;
		struct csv_table table = { 0 };

		listener_init(&l);
		CHECK(lines_read("s.jsonl", cases[i].line, strlen(cases[i].line), &l.report, &table) < 0,
		      "case %zu is refused", i);
		CHECK(strstr(said(&l), cases[i].said), "case %zu: said %s", i, said(&l));
	}
}

/* Knows one row of each resource: "s:there", whose id tells the resource. */
static const char *resolve(void *data, enum resource_id target, const char *key)
{
	(void)data;
	return strcmp(key, "s:there") == 0 ? resources[target]->name : NULL;
}

static json_t *resolved(const char *text, json_t *(*part)(const struct lines_row *, struct report *),
			struct listener *l)
{
	_cleanup_(json_decrefp) json_t *line = json_loads(text, 0, NULL);
	const struct place place = { "s.jsonl", 7, NULL };
	const struct lines_row row = { line, &place, resolve, NULL };

	assert_non_null(line);
	return part(&row, &l->report);
}

#define ACTION(members) "{\"resource\":\"actions\",\"ref\":\"s:a\",\"body\":{" members "}"

static void assert_body(const char *text, const char *expected)
{
	_cleanup_(listener_done) struct listener l;
	_cleanup_(json_decrefp) json_t *body = NULL, *wanted = json_loads(expected, 0, NULL);
	_cleanup_(freep) char *got = NULL;

	listener_init(&l);
	body = resolved(text, lines_body, &l);
	got = json_dumps(body, JSON_COMPACT);
	CHECK(json_equal(body, wanted), "got %s, said %s", got, said(&l));
	assert_int_equal(l.report.complaints, 0);
}

static void references_become_identifiers_wherever_the_field_tables_have_any(void **state)
{
	(void)state;
	assert_body(ACTION("\"authority_id\":\"806\",\"title\":\"ref:s:there\"") "}",
		    "{\"authority_id\":\"806\",\"title\":\"ref:s:there\",\"external_refs\":{\"s\":\"a\"}}");
	assert_body(ACTION("\"plan_ids\":[\"ref:s:there\",\"x\"]") "}",
		    "{\"plan_ids\":[\"plan\",\"x\"],\"external_refs\":{\"s\":\"a\"}}");
	assert_body(
		"{\"resource\":\"plans\",\"ref\":\"s:a\",\"body\":{\"supersedes_id\":\"ref:s:there\",\"boards\":[{\"board_id\":"
		"\"ref:s:there\",\"cadence\":\"monthly\"}]}}",
		"{\"supersedes_id\":\"plan\",\"boards\":[{\"board_id\":\"board\",\"cadence\":\"monthly\"}],"
		"\"external_refs\":{\"s\":\"a\"}}");
}

static void what_is_no_member_or_of_another_form_is_left_for_the_draft_to_refuse(void **state)
{
	(void)state;
	assert_body(
		ACTION("\"nonsense\":\"ref:s:gone\",\"plan_ids\":\"ref:s:gone\",\"partners\":[1]") "}",
		"{\"nonsense\":\"ref:s:gone\",\"plan_ids\":\"ref:s:gone\",\"partners\":[1],\"external_refs\":{\"s\":\"a\"}}");
}

static void further_references_of_the_row_stay_beside_its_own(void **state)
{
	(void)state;
	assert_body(ACTION("\"external_refs\":{\"plan\":\"1.1\"}") "}",
		    "{\"external_refs\":{\"plan\":\"1.1\",\"s\":\"a\"}}");
}

static void a_reference_that_leads_nowhere_is_told_with_its_place(void **state)
{
	static const struct {
		json_t *(*part)(const struct lines_row *, struct report *);
		const char *line, *said;
	} cases[] = {
		{ lines_body, ACTION("\"lead_organisation_id\":\"ref:s:gone\"") "}",
		  "s.jsonl:7: lead_organisation_id: \"s:gone\": there is no such organisation before this line" },
		{ lines_body, ACTION("\"plan_ids\":[\"ref:s:gone\"]") "}",
		  "s.jsonl:7: plan_ids: \"s:gone\": there is no such plan" },
		{ lines_body, ACTION("\"partners\":[{},{\"organisation_id\":\"ref:gone\"}]") "}",
		  "s.jsonl:7: partners/1/organisation_id: \"gone\": there is no such organisation" },
		{ lines_then,
		  ACTION("") ",\"then\":[{},{\"to\":\"embedded\",\"embedded_decision_id\":\"ref:s:gone\"}]}",
		  "s.jsonl:7: then/1/embedded_decision_id: \"s:gone\": there is no such decision" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(listener_done) struct listener l;

		listener_init(&l);
		json_decref(resolved(cases[i].line, cases[i].part, &l));
		CHECK(strstr(said(&l), cases[i].said), "case %zu: said %s", i, said(&l));
	}
}

static void a_line_without_then_has_an_empty_list(void **state)
{
	_cleanup_(listener_done) struct listener l;
	_cleanup_(json_decrefp) json_t *then = NULL;

	(void)state;
	listener_init(&l);
	then = resolved(ACTION("") "}", lines_then, &l);
	assert_true(json_is_array(then) && json_array_size(then) == 0);
}

static void the_last_move_tells_the_status_and_else_the_body(void **state)
{
	_cleanup_(json_decrefp) json_t *moved = json_loads(
		ACTION("\"status\":\"proposed\"") ",\"then\":[{\"to\":\"in_progress\",\"on\":\"2024-01-02\"},{\"to\":\"complete\","
						  "\"reason\":\"x\"},{\"due_on\":null}]}",
		0, NULL);
	_cleanup_(json_decrefp) json_t *begun = json_loads(ACTION("\"status\":\"proposed\"") "}", 0, NULL);
	_cleanup_(json_decrefp) json_t *neither = json_loads(ACTION("") "}", 0, NULL);

	(void)state;
	assert_string_equal(lines_move(moved, "to"), "complete");
	assert_string_equal(lines_move(moved, "reason"), "x");
	assert_null(lines_move(moved, "on"));
	assert_string_equal(lines_move(begun, "to"), "proposed");
	assert_null(lines_move(begun, "on"));
	assert_null(lines_move(neither, "to"));
}

static void the_outcome_is_the_body_with_every_later_patch_and_no_status(void **state)
{
	_cleanup_(json_decrefp) json_t *body = json_loads("{\"status\":\"planned\",\"a\":1,\"b\":2}", 0, NULL);
	_cleanup_(json_decrefp) json_t *then = json_loads(
		"[{\"a\":3},{\"to\":\"held\",\"on\":\"2024-01-02\"},{\"a\":null,\"c\":4}]", 0, NULL);
	_cleanup_(json_decrefp) json_t *wanted = json_loads("{\"a\":null,\"b\":2,\"c\":4}", 0, NULL);
	_cleanup_(json_decrefp) json_t *outcome = lines_outcome(body, then);

	(void)state;
	assert_true(json_equal(outcome, wanted));
	assert_int_equal(json_object_size(body), 3);
}

static void a_member_that_is_a_reference_tells_it(void **state)
{
	_cleanup_(json_decrefp) json_t *line = json_loads(
		ACTION("\"continues_id\":\"ref:s:b\",\"lead_organisation_id\":\"s:b\",\"number\":1") "}", 0, NULL);

	(void)state;
	assert_string_equal(lines_reference(line, "continues_id"), "s:b");
	assert_null(lines_reference(line, "lead_organisation_id"));
	assert_null(lines_reference(line, "number"));
	assert_null(lines_reference(line, "plan_ids"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_blank_line_is_no_row_and_the_others_keep_their_number),
		cmocka_unit_test(a_line_of_the_wrong_form_is_told),
		cmocka_unit_test(references_become_identifiers_wherever_the_field_tables_have_any),
		cmocka_unit_test(what_is_no_member_or_of_another_form_is_left_for_the_draft_to_refuse),
		cmocka_unit_test(further_references_of_the_row_stay_beside_its_own),
		cmocka_unit_test(a_reference_that_leads_nowhere_is_told_with_its_place),
		cmocka_unit_test(a_line_without_then_has_an_empty_list),
		cmocka_unit_test(the_last_move_tells_the_status_and_else_the_body),
		cmocka_unit_test(the_outcome_is_the_body_with_every_later_patch_and_no_status),
		cmocka_unit_test(a_member_that_is_a_reference_tells_it),
	};

	return RUN(tests);
}
