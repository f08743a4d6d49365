/* Tests of service/load/batch.c, on the real steps. */
#include "support.h"

#include "load/batch.h"
#include "load/lines.h"

static const char judgement_header[] = "inspection,strand,grade,wording,title\n";
static const char inspection_header[] =
	"ref,authority_id,framework_id,kind,body,status,sensitivity,start_on,end_on,published_on,lead_inspector,theme_ids,"
	"report_url\n";

/* A batch of inspections with what it was made from. */
struct made {
	struct listener listener;
	struct csv_table table, part;
	struct batch batch;
	int outcome;
};

static void read_into(struct csv_table *t, const struct column_list *columns, const char *header, const char *rows,
		      struct report *report)
{
	const char *names[32];
	char csv[4096];

	for (size_t i = 0; i < columns->n; i++)
		names[i] = columns->column[i].name;
	(void)snprintf(csv, sizeof csv, "%s%s", header, rows);
	assert_int_equal(csv_table_read("x.csv", csv, strlen(csv),
					&(struct csv_table_columns){ names, columns->n, false }, report, t),
			 0);
}

static void make(struct made *m, const char *inspections, const char *judgements)
{
	const struct step *step = &steps[STEP_INSPECTIONS];

	*m = (struct made){ .outcome = 0 };
	listener_init(&m->listener);
	read_into(&m->table, &step->columns, inspection_header, inspections, &m->listener.report);
	read_into(&m->part, &step->part->columns, judgement_header, judgements, &m->listener.report);
	m->outcome = batch_make(step, &m->table, &m->part, "i.csv", "j.csv", &m->listener.report, &m->batch);
}

static void made_done(struct made *m)
{
	batch_done(&m->batch);
	csv_table_done(&m->table);
	csv_table_done(&m->part);
	listener_done(&m->listener);
}

static void judgements_go_to_their_inspections(void **state)
{
	_cleanup_(made_done) struct made m;

	(void)state;
	make(&m, "o:1,806,,jtai,,,,,,,,,\no:2,806,,jtai,,,,,,,,,\n",
	     "o:2,overall_effectiveness,good,Good,\no:1,care_leavers,good,,\no:2,care_leavers,inadequate,,\n");
	assert_int_equal(m.outcome, 0);
	assert_int_equal(json_array_size(m.batch.items[0].parts), 1);
	assert_int_equal(json_array_size(m.batch.items[1].parts), 2);
	assert_string_equal(member_text(json_array_get(m.batch.items[1].parts, 1), "grade"), "inadequate");
	assert_true(json_is_null(json_object_get(json_array_get(m.batch.items[1].parts, 1), "wording")));
}

static void a_row_that_stands_twice_is_told_with_both_lines(void **state)
{
	_cleanup_(made_done) struct made m;

	(void)state;
	make(&m, "o:1,806,,jtai,,,,,,,,,\no:2,806,,jtai,,,,,,,,,\no:1,806,,jtai,,,,,,,,,\n", "");
	assert_int_equal(m.outcome, -1);
	assert_said(&m.listener, "i.csv:4: \"o:1\" stands in line 2 already");
}

static void a_judgement_of_no_inspection_is_told(void **state)
{
	_cleanup_(made_done) struct made m;

	(void)state;
	make(&m, "o:1,806,,jtai,,,,,,,,,\n", "o:9,care_leavers,good,,\n,care_leavers,good,,\n");
	assert_int_equal(m.outcome, -1);
	assert_said(&m.listener, "j.csv:2: inspection: \"o:9\": inspections.csv has no such row");
	assert_said(&m.listener, "j.csv:3: inspection: is required");
}

static void complaints_are_traced_back_to_the_cell(void **state)
{
	static const struct {
		const char *pointer, *said;
	} cases[] = {
		{ "/start_on", "i.csv:2: start_on: \"2024-01-01\": bad" },
		{ "/theme_ids/2", "i.csv:2: theme_ids: \"a;b\": bad" },
		{ "/external_refs/o", "i.csv:2: ref: \"o:1\": bad" },
		{ "/inspectors/0/name", "i.csv:2: lead_inspector: \"Jan Edwards\": bad" },
		{ "/judgements/1/grade", "j.csv:3: grade: \"requires improvement\": bad" },
		{ "/judgements/7/grade", "i.csv:2: judgements: bad" },
		{ "/status", "i.csv:2: status: \"published\": bad" },
		{ "/end_on", "i.csv:2: end_on: bad" },
		{ "/reason", "i.csv:2: reason: bad" },
		{ "", "i.csv:2: bad" },
	};
	_cleanup_(made_done) struct made m;

	(void)state;
	make(&m, "o:1,806,,jtai,,published,,2024-01-01,,,Jan Edwards,a;b,\n",
	     "o:1,help_and_protection,good,,\no:1,overall_effectiveness,requires improvement,,\n");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { 0 };

		error_member(&err, cases[i].pointer, "bad", "bad");
		batch_complain(&m.batch, &m.batch.items[0], &err, &m.listener.report);
		CHECK(strstr(said(&m.listener), cases[i].said), "case %zu: said %s", i, said(&m.listener));
	}
}

static void a_failure_without_complaints_is_told_of_the_row(void **state)
{
	_cleanup_(made_done) struct made m;
	struct error err = { 0 };

	(void)state;
	make(&m, "o:1,806,,jtai,,,,,,,,,\n", "");
	(void)error_set(&err, ERR_UNAVAILABLE, "the database is away");
	batch_complain(&m.batch, &m.batch.items[0], &err, &m.listener.report);
	(void)snprintf(err.cause, sizeof err.cause, "it is being upgraded");
	batch_complain(&m.batch, &m.batch.items[0], &err, &m.listener.report);
	assert_string_equal(said(&m.listener),
			    "i.csv:2: the database is away\ni.csv:2: the database is away: it is being upgraded\n");
}

static void a_long_cell_is_cut_between_characters(void **state)
{
	_cleanup_(made_done) struct made m;
	struct error err = { 0 };
	char rows[256] = "o:1,806,,jtai,,,,,,,";

	(void)state;
	for (int i = 0; i < 60; i++)
		strncat(rows, "\xC3\xA9", sizeof rows - strlen(rows) - 1);
	strncat(rows, ",,\n", sizeof rows - strlen(rows) - 1);
	make(&m, rows, "");
	error_member(&err, "/inspectors/0/name", "bad", "bad");
	batch_complain(&m.batch, &m.batch.items[0], &err, &m.listener.report);
	assert_said(&m.listener, "\xC3\xA9\xE2\x80\xA6\": bad");
}

/* Lines of several resources, in the place of CSV. */
static void make_lines(struct made *m, const char *lines)
{
	*m = (struct made){ .outcome = 0 };
	listener_init(&m->listener);
	assert_int_equal(lines_read("s.jsonl", lines, strlen(lines), &m->listener.report, &m->table), 0);
	m->outcome = batch_make(&steps[STEP_SAMPLE_EVERYBODY], &m->table, NULL, "s.jsonl", NULL, &m->listener.report,
				&m->batch);
}

static void two_resources_may_have_rows_of_one_reference(void **state)
{
	_cleanup_(made_done) struct made m;

	(void)state;
	make_lines(&m, "{\"resource\":\"boards\",\"ref\":\"s:a\",\"body\":{}}\n"
		       "{\"resource\":\"organisations\",\"ref\":\"s:a\",\"body\":{}}\n");
	assert_int_equal(m.outcome, 0);
	assert_string_equal(m.batch.items[1].resource->name, "organisation");
}

static void a_line_that_stands_twice_is_told_with_both_lines(void **state)
{
	_cleanup_(made_done) struct made m;

	(void)state;
	make_lines(&m, "{\"resource\":\"boards\",\"ref\":\"s:a\",\"body\":{}}\n\n"
		       "{\"resource\":\"boards\",\"ref\":\"s:a\",\"body\":{}}\n");
	assert_int_equal(m.outcome, -1);
	assert_said(&m.listener, "s.jsonl:3: \"s:a\" stands in line 1 already");
}

static void complaints_are_traced_back_to_the_member_of_the_line(void **state)
{
	static const struct {
		int step; /* -1: of the body */
		const char *pointer, *said;
	} cases[] = {
		{ -1, "/kind", "s.jsonl:1: kind: \"panel\": bad" },
		{ -1, "/boards/1/cadence", "s.jsonl:1: boards/1/cadence: \"daily\": bad" },
		{ -1, "/boards/7/cadence", "s.jsonl:1: boards/7/cadence: bad" },
		{ -1, "/title", "s.jsonl:1: title: bad" },
		{ -1, "", "s.jsonl:1: bad" },
		{ 0, "/to", "s.jsonl:1: then/0/to: \"agreed\": bad" },
		{ 1, "", "s.jsonl:1: then/1: bad" },
	};
	_cleanup_(made_done) struct made m;

	(void)state;
	make_lines(&m,
		   "{\"resource\":\"plans\",\"ref\":\"s:a\",\"body\":{\"kind\":\"panel\",\"boards\":[{},{\"cadence\":"
		   "\"daily\"}]},\"then\":[{\"to\":\"agreed\"},{}]}");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { 0 };

		error_member(&err, cases[i].pointer, "bad", "bad");
		if (cases[i].step < 0)
			batch_complain(&m.batch, &m.batch.items[0], &err, &m.listener.report);
		else
			batch_complain_then(&m.batch, &m.batch.items[0], (size_t)cases[i].step, &err,
					    &m.listener.report);
		CHECK(strstr(said(&m.listener), cases[i].said), "case %zu: said %s", i, said(&m.listener));
	}
}

static void every_step_depends_on_earlier_ones_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < STEP_COUNT_; i++) {
		CHECK(steps[i].name && steps[i].file, "step %zu is there", i);
		CHECK(steps[i].after >> i == 0, "step %zu (%s) depends on a later one", i, steps[i].name);
		CHECK((steps[i].resource != NULL) + (steps[i].sql[0] != NULL) + (steps[i].columns.n == 0) == 1,
		      "step %zu has one way to be written", i);
	}
}

static void every_column_of_a_resource_is_a_member_that_can_be_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < STEP_COUNT_; i++)
		for (size_t k = 0; steps[i].resource && k < steps[i].columns.n; k++) {
			const struct column *c = &steps[i].columns.column[k];
			const struct field *f = resource_field(steps[i].resource, c->member ? c->member : c->name);

			if (c->how == COL_MOVE)
				continue;
			CHECK(f && !(f->flags & READ_ONLY), "%s: %s", steps[i].name, c->name);
			CHECK((f->type == F_INT) == (c->how == COL_INT), "%s: %s is a number", steps[i].name, c->name);
			CHECK((f->type == F_BOOL) == (c->how == COL_BOOL), "%s: %s is true or false", steps[i].name,
			      c->name);
			CHECK(f->ref == c->ref, "%s: %s refers to the same", steps[i].name, c->name);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judgements_go_to_their_inspections),
		cmocka_unit_test(a_row_that_stands_twice_is_told_with_both_lines),
		cmocka_unit_test(a_judgement_of_no_inspection_is_told),
		cmocka_unit_test(complaints_are_traced_back_to_the_cell),
		cmocka_unit_test(a_failure_without_complaints_is_told_of_the_row),
		cmocka_unit_test(a_long_cell_is_cut_between_characters),
		cmocka_unit_test(two_resources_may_have_rows_of_one_reference),
		cmocka_unit_test(a_line_that_stands_twice_is_told_with_both_lines),
		cmocka_unit_test(complaints_are_traced_back_to_the_member_of_the_line),
		cmocka_unit_test(every_step_depends_on_earlier_ones_only),
		cmocka_unit_test(every_column_of_a_resource_is_a_member_that_can_be_written),
	};

	return RUN(tests);
}
