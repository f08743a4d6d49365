/* Days: working days reckoned for other systems, and deadlines for people's diaries. */
#include "http/calendar.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "http/handler.h"
#include "http/icalendar.h"
#include "http/input.h"
#include "resource/day.h"

#include "core/banned.h"

/* --- working days -------------------------------------------------------------------- */

static void refuse(struct error *err, const char *pointer, const char *code, const char *detail)
{
	error_add(err, ERR_MALFORMED, IN_QUERY, pointer, code, "%s", detail);
}

static void check_day(const char *value, const char *pointer, struct error *err)
{
	if (value && !day_is_real(value))
		refuse(err, pointer, "not_a_date", "write YYYY-MM-DD, a real day");
}

static void check_number(const char *value, struct error *err)
{
	int64_t number;

	if (value && (text_to_int(value, &number) < 0 || number < 0 || number > LIMIT_WORKING_DAYS))
		error_add(err, ERR_MALFORMED, IN_QUERY, "/days", "out_of_range",
			  "must be a whole number of working days, from 0 to %d", LIMIT_WORKING_DAYS);
}

/* Where to count from, and one of how far and until when. */
static int read_question(const struct exchange *x, struct working_days *ret_question, struct error *err)
{
	static const char *const known[] = { "from", "days", "to", NULL };
	struct working_days q = { .from = address_param(&x->address, "from"),
				  .days = address_param(&x->address, "days"),
				  .to = address_param(&x->address, "to") };

	input_only(x, known, err);
	if (!q.from)
		refuse(err, "/from", "required",
		       "say from which day to count; day 1 is the first working day after it");
	if (!q.days && !q.to)
		refuse(err, "/days", "required", "say how many working days (days), or until which day (to)");
	if (q.days && q.to)
		refuse(err, "/to", "one_of_two", "leave out days or to: each follows from the other");
	check_day(q.from, "/from", err);
	check_day(q.to, "/to", err);
	check_number(q.days, err);
	if (error_check(err) < 0)
		return -1;
	if (q.from && q.to && strcmp(q.to, q.from) < 0)
		refuse(err, "/to", "before_from", "cannot be before from");
	*ret_question = q;
	return error_check(err);
}

int calendar_working_days(struct exchange *x, struct error *err)
{
	struct working_days question;

	if (input_accept_json(x, err) < 0 || input_no_body(x, err) < 0 || read_question(x, &question, err) < 0 ||
	    operation_working_days(&x->call, &question, &x->answer.body, err) < 0)
		return -1;
	answer_as(&x->answer, 200, "application/json");
	answer_digest(&x->answer);
	return input_not_modified(x, err);
}

/* --- diaries --------------------------------------------------------------------------- */

static const char *label_of(const struct vocabulary *v, const char *code)
{
	for (size_t i = 0; code && i < v->n; i++)
		if (strcmp(v->terms[i].code, code) == 0)
			return v->terms[i].label;
	return code ? code : "";
}

/* "Middlesbrough: Final action plan (Focused visit, 2026-09-08)": nothing that goes stale in a diary. */
static int add_entry(void *data, const struct diary_entry *entry, struct error *err)
{
	struct buf *out = data;
	char uid[64], summary[400];
	struct icalendar_event event = { .uid = uid,
					 .day = entry->due_on,
					 .changed_at = entry->updated_at,
					 .summary = summary,
					 .description = entry->explanation };

	(void)snprintf(uid, sizeof uid, "%s@inspectd", entry->id);
	(void)snprintf(summary, sizeof summary, "%.200s: %s%s%s (%s%s%s)", entry->authority,
		       label_of(&deadline_kinds, entry->kind), entry->met_on ? ", met " : "",
		       entry->met_on ? entry->met_on : "", label_of(&inspection_kinds, entry->visit),
		       entry->visit_on ? ", " : "", entry->visit_on ? entry->visit_on : "");
	icalendar_add(out, &event);
	return buf_ok(out) ? 0 : error_set(err, ERR_INTERNAL, "the calendar could not be written");
}

static int check_whole(const struct exchange *x, struct error *err)
{
	if (address_param(&x->address, "fields"))
		refuse(err, "/fields", "unknown_parameter", "a calendar has no fields to choose from");
	return error_check(err);
}

int calendar_list(struct exchange *x, const struct parent *parent, struct error *err)
{
	_cleanup_(query_done) struct list_query query = { 0 };
	struct buf *b = &x->answer.body;

	if (check_whole(x, err) < 0 || input_query(x, QUERY_EXPORT, &query, err) < 0)
		return -1;
	icalendar_begin(b);
	if (operation_diary(&x->call, &query, parent, add_entry, b, err) < 0)
		return -1;
	icalendar_end(b);
	answer_as(&x->answer, 200, "text/calendar; charset=utf-8");
	answer_headerf(&x->answer, "Content-Disposition", "attachment; filename=\"%s.ics\"",
		       x->route->resource->plural);
	answer_digest(&x->answer);
	return input_not_modified(x, err);
}
