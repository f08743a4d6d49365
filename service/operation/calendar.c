/* Working days, and what is due for diaries: both are reckoned in the database, by the calendar loaded there. */
#include <string.h>

#include "core/limits.h"
#include "operation/internal.h"

#include "core/banned.h"

/* --- working days ------------------------------------------------------------------ */

/* A year for which nothing is loaded: no guess is made, and the caller learns which. */
static int refuse_year(const struct working_days *q, const json_t *answer, struct error *err)
{
	long year = (long)json_integer_value(json_object_get(answer, "missing_year"));
	const char *calendar = member_text(answer, "calendar_version");
	bool before = year <= strtol(q->from, NULL, 10);

	error_add(err, ERR_INVALID, IN_QUERY,
		  before    ? "/from"
		  : q->days ? "/days"
			    : "/to",
		  "calendar_missing",
		  "the bank holidays of %ld are not loaded, so its working days are not known; the calendar is %s",
		  year, calendar ? calendar : "empty");
	return error_check(err);
}

static int check_answer(const struct working_days *q, const char *text, struct error *err)
{
	_cleanup_(json_decrefp) json_t *answer = json_loads(text, 0, NULL);

	if (!answer)
		return error_set(err, ERR_INTERNAL, "the working days could not be read");
	if (json_object_get(answer, "missing_year"))
		return refuse_year(q, answer, err);
	if (json_integer_value(json_object_get(answer, "days")) > LIMIT_WORKING_DAYS)
		error_add(err, ERR_MALFORMED, IN_QUERY, "/to", "out_of_range",
			  "is more than %d working days after from; ask for less", LIMIT_WORKING_DAYS);
	return error_check(err);
}

int operation_working_days(const struct call *call, const struct working_days *question, struct buf *out,
			   struct error *err)
{
	struct statement s = { .sql = question->days ? "SELECT inspectd.add_working_days($1::date, $2::integer)"
						     : "SELECT inspectd.count_working_days($1::date, $2::date)",
			       .values = { question->from, question->days ? question->days : question->to },
			       .n_values = 2 };
	_cleanup_(result_freep) struct result *answer = NULL;
	struct connection *c;

	if (database_mine(call->database, &c, err) < 0 || connection_run(c, &call->context, &s, 1, &answer, err) < 0 ||
	    check_answer(question, result_text(answer, 0, 0), err) < 0)
		return -1;
	row_json_compact(out, (struct cell){ result_text(answer, 0, 0), result_length(answer, 0, 0) });
	return 0;
}

/* --- diaries ------------------------------------------------------------------------- */

enum {
	ENTRY_ID,
	ENTRY_AUTHORITY,
	ENTRY_KIND,
	ENTRY_DUE,
	ENTRY_EXPLANATION,
	ENTRY_UPDATED,
	ENTRY_MET,
	ENTRY_VISIT,
	ENTRY_VISIT_ON,
	ENTRY_SENSITIVITY,
};

struct diary {
	const struct call *call;
	const struct resource *resource;
	diary_callback each;
	void *data;
	size_t rows;
};

static int tell_entry(void *data, const char *const *values, const int *lengths, int n_columns, struct error *err)
{
	struct diary *d = data;
	struct diary_entry entry = { .id = values[ENTRY_ID],
				     .authority = values[ENTRY_AUTHORITY],
				     .kind = values[ENTRY_KIND],
				     .due_on = values[ENTRY_DUE],
				     .explanation = values[ENTRY_EXPLANATION],
				     .updated_at = values[ENTRY_UPDATED],
				     .met_on = values[ENTRY_MET],
				     .visit = values[ENTRY_VISIT],
				     .visit_on = values[ENTRY_VISIT_ON] };

	(void)lengths;
	(void)n_columns;
	d->rows++;
	if (readings_wanted(d->call))
		readings_add(d->call, d->resource, entry.id, values[ENTRY_SENSITIVITY]);
	return d->each(d->data, &entry, err);
}

/* What has no date has no place in a diary, and so none in the limit either. */
static const struct filter has_date = { "due_on", F_BOOL, .sql = "due_on IS NOT NULL" };

/* The list as an export has it, with what people know each row by beside it: not by a join, which would lose the order. */
static void diary_sql(struct builder *b, const struct list_query *q, const struct within *within)
{
	static const char *const names[] = { "authority_id", "inspection_id", "kind",   "due_on",
					     "explanation",  "updated_at",    "met_on", "sensitivity" };
	struct list_query dated = *q; /* what it points to stays the original's */
	struct columns columns = { .n = 0 };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		columns.field[columns.n++] = resource_field(q->resource, names[i]);
	dated.predicate[dated.n_predicates++] = (struct predicate){ .filter = &has_date, .yes = true };
	buf_addf(
		&b->sql,
		"SELECT d.id, (SELECT a.name FROM %s.authority a WHERE a.id = d.authority_id), d.kind, d.due_on, "
		"d.explanation, d.updated_at, d.met_on, (SELECT i.kind FROM %s.inspection i WHERE i.id = d.inspection_id), "
		"(SELECT i.start_on FROM %s.inspection i WHERE i.id = d.inspection_id), d.sensitivity FROM (",
		b->schema, b->schema, b->schema);
	statement_export(b, &dated, &columns, within);
	buf_adds(&b->sql, ") d");
}

int operation_diary(const struct call *call, const struct list_query *query, const struct parent *parent,
		    diary_callback each, void *data, struct error *err)
{
	struct call reader = read_call(call, query);
	struct diary diary = { .call = &reader, .resource = query->resource, .each = each, .data = data };
	struct within within = { 0 };
	struct connection *c;
	struct statement s;
	struct builder b;
	char name[64];
	int outcome = -1;

	if (database_mine(call->database, &c, err) < 0 ||
	    read_within(c, &reader, query->resource, parent, name, sizeof(name), &within, err) < 0)
		return -1;
	builder_init(&b, reach_schema(&reader));
	diary_sql(&b, query, &within);
	if (builder_statement(&b, &s, err) == 0)
		outcome = connection_stream(c, &reader.context, &s, tell_entry, &diary, err);
	builder_done(&b);
	if (outcome == 0 && diary.rows == 0)
		return known_check(c, &reader, query, err);
	return outcome;
}
