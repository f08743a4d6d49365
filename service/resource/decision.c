/*
 * What a board decided, recommended or asked for, in the words proposed and the
 * words taken; to whom, and what they answered. A delegated decision has no meeting.
 */
#include <string.h>

#include "resource/common.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct field part_fields[] = {
	{ "number", F_TEXT, REQUIRED, .max = 20, .pattern = "filled" },
	{ "wording", F_TEXT, REQUIRED, .max = 2000, .pattern = "filled" },
	{ "kind", F_ENUM, NULLABLE, .values = &decision_kinds },
	{ "addressed_to", F_TEXT, NULLABLE, .max = 200 },
	{ "due_on", F_DATE, NULLABLE },
	{ "done_on", F_DATE, NULLABLE },
};

static const struct rows parts = { .fields = part_fields, .n_fields = ARRAY_LEN(part_fields), .key = "number" };

LINK(inspections, "decision_inspection", "decision_id", "inspection_id");
LINK(plans, "decision_plan", "decision_id", "plan_id");
LINK(findings, "decision_finding", "decision_id", "finding_id");
LINK(actions, "decision_action", "decision_id", "action_id");
LINK(measures, "decision_measure", "decision_id", "measure_id");

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY | SORT },
	{ "external_refs", F_EXTERNAL, 0 },
	{ "authority_id", F_REF, CREATE_ONLY | FILTER | SORT | COUNT, .ref = RES_AUTHORITY },
	{ "sensitivity", F_ENUM, FILTER | COUNT, .values = &sensitivities },
	{ "meeting_id", F_REF, NULLABLE | CREATE_ONLY | FILTER | SORT | COUNT | SAME_AUTHORITY, .ref = RES_MEETING },
	{ "board_id", F_REF, NULLABLE | FILTER | SORT | COUNT | SAME_AUTHORITY, .ref = RES_BOARD },
	{ "agenda_item_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_AGENDA_ITEM },
	{ "delegated_to", F_TEXT, NULLABLE | FILTER, .max = 200 },
	{ "number", F_TEXT, NULLABLE | FILTER | SORT, .max = 20 },
	{ "kind", F_ENUM, REQUIRED | FILTER | SORT | COUNT, .values = &decision_kinds },
	FIELDS_STATUS(decision_statuses, "proposed"),
	{ "wording_proposed", F_TEXT, NULLABLE },
	{ "wording_taken", F_TEXT, NULLABLE },
	{ "parts", F_OBJECTS, 0, .rows = &parts },
	{ "taken_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "effective_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "key_decision", F_BOOL, FILTER, .initial = "false" },
	{ "confidential", F_BOOL, FILTER, .initial = "false" },
	{ "urgent", F_BOOL, FILTER, .initial = "false" },
	{ "called_in_on", F_DATE, NULLABLE | FILTER | RANGE },
	{ "addressed_to", F_TEXT, NULLABLE | FILTER, .max = 200 },
	{ "addressed_to_board_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_BOARD },
	{ "addressed_to_organisation_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_ORGANISATION },
	{ "due_on", F_DATE, NULLABLE | FILTER | RANGE | SORT | MOVES },
	{ "answer", F_ENUM, NULLABLE | FILTER | COUNT, .values = &decision_answers },
	{ "answer_reason", F_TEXT, NULLABLE },
	{ "answered_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "done_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "overdue", F_BOOL, READ_ONLY | DERIVED },
	{ "url", F_TEXT, NULLABLE, .max = 1000, .pattern = "url" },
	{ "inspection_ids", F_REFS, SAME_AUTHORITY | OR_EARLIER | FILTER, .ref = RES_INSPECTION, .rows = &inspections },
	{ "plan_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_PLAN, .rows = &plans },
	{ "finding_ids", F_REFS, SAME_AUTHORITY | OR_EARLIER | FILTER, .ref = RES_FINDING, .rows = &findings },
	{ "action_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_ACTION, .rows = &actions },
	{ "measure_ids", F_REFS, SAME_AUTHORITY | FILTER, .ref = RES_MEASURE, .rows = &measures },
	FIELD_REASON,
	FIELDS_TRACE,
};

static const struct filter filters[] = {
	{ "overdue", F_BOOL, .sql = "overdue", .otherwise = "NOT overdue" },
};

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
	{ "meeting", RES_MEETING, .column = "meeting_id" },
	{ "board", RES_BOARD, .column = "board_id" },
	{ "agenda_item", RES_AGENDA_ITEM, .column = "agenda_item_id" },
	{ "addressed_to_board", RES_BOARD, .column = "addressed_to_board_id" },
	{ "addressed_to_organisation", RES_ORGANISATION, .column = "addressed_to_organisation_id" },
};

static const struct status_step steps[] = {
	{ "proposed", "taken", false },
	{ "proposed", "withdrawn", true },
	{ "taken", "done", false },
	{ "done", "taken", true },
};

static const struct status_table statuses = { &decision_statuses, steps, ARRAY_LEN(steps) };

static bool is_taken(const json_t *decision)
{
	return rule_is(decision, "status", "taken") || rule_is(decision, "status", "done");
}

/*
 * The board is the meeting's. A decision is taken on the day of its meeting, a delegated one on the day of its
 * transition. What is entered as taken or done has been so since then.
 */
static void complete(json_t *draft, const json_t *stored, const json_t *facts)
{
	const json_t *meeting = json_object_get(facts, "meeting");

	rule_fill(draft, "board_id", member_text(meeting, "board_id"));
	if (!is_taken(draft))
		return;
	if (rule_is(meeting, "status", "held"))
		rule_fill(draft, "taken_on", member_text(meeting, "held_on"));
	else if (!json_is_object(meeting))
		rule_fill(draft, "taken_on", member_text(draft, "status_on"));
	if (!stored)
		rule_fill(draft, "status_on",
			  member_text(draft, rule_is(draft, "status", "done") ? "done_on" : "taken_on"));
}

static void check_where(const struct change *c, struct error *err)
{
	const char *meeting_id = member_text(c->draft, "meeting_id");
	const char *board_id = member_text(c->draft, "board_id");
	const char *its_board_id = member_text(json_object_get(c->facts, "meeting"), "board_id");
	const char *item_meeting_id = member_text(c->facts, "agenda_item_meeting_id");
	const char *delegated_to = member_text(c->draft, "delegated_to");

	if (!meeting_id && !delegated_to)
		error_member(err, "/meeting_id", "required", "is required, unless delegated_to says who decided");
	if (meeting_id && delegated_to)
		error_member(err, "/meeting_id", "not_both",
			     "has no place beside delegated_to: a delegated decision is taken without a meeting");
	if (board_id && its_board_id && strcmp(board_id, its_board_id) != 0)
		error_member(err, "/board_id", "other_board", "must be the meeting's board, %s, or be left out",
			     its_board_id);
	if (item_meeting_id && !rule_is(c->draft, "meeting_id", item_meeting_id))
		error_member(err, "/agenda_item_id", "other_meeting", "names an item of another meeting, %s",
			     item_meeting_id);
}

/* What a meeting decides is taken when it meets. */
static void check_held(const struct change *c, struct error *err)
{
	if (is_taken(c->draft) && rule_is_before_meeting(c))
		rule_refuse_before_meeting(c, rule_is_moving(c) ? "/to" : "/status", "nothing has been taken at it",
					   err);
}

static void check_taken(const struct change *c, struct error *err)
{
	const char *status = member_text(c->draft, "status");

	if (!is_taken(c->draft) && status && member_text(c->draft, "taken_on"))
		error_member(err, "/taken_on", "not_taken",
			     "has no place in a decision that is %s; the move to taken sets it", status);
	if (!is_taken(c->draft) || rule_is_before_meeting(c))
		return; /* nothing was taken, so there are no words of it */
	if (!member_text(c->draft, "wording_taken"))
		error_member(err, "/wording_taken", "required",
			     "is required of a decision that is taken, even where it is the wording proposed");
	if (!member_text(c->draft, "taken_on") && member_text(c->draft, "delegated_to"))
		error_member(err, "/taken_on", "required", "is required of a delegated decision that is taken");
}

static void check_done(const struct change *c, struct error *err)
{
	const char *status = member_text(c->draft, "status");
	bool is_done = rule_is(c->draft, "status", "done");

	if (is_done && !member_text(c->draft, "done_on"))
		error_member(err, "/done_on", "required", "is required of a decision that is done");
	if (!is_done && status && member_text(c->draft, "done_on"))
		error_member(err, "/done_on", "not_done",
			     "has no place in a decision that is %s; move it to done instead", status);
}

static void check_dates(const struct change *c, struct error *err)
{
	static const char *const happened[] = { "called_in_on", "answered_on", "done_on", "taken_on" };
	const char *taken_on = member_text(c->draft, "taken_on");
	/* That it was not taken, or that its meeting has not been held, says enough of that day. */
	size_t n = !is_taken(c->draft) || rule_is_before_meeting(c) ? ARRAY_LEN(happened) - 1 : ARRAY_LEN(happened);

	for (size_t i = 0; i < n; i++)
		rule_check_past(c, happened[i], err);
	rule_check_order(c, "taken_on", "due_on", err);
	rule_check_order(c, "taken_on", "done_on", err);
	if (is_taken(c->draft) && rule_is_after(taken_on, member_text(c->draft, "answered_on")))
		error_member(err, "/answered_on", "before_taken",
			     "cannot be before the decision was taken, on %s: there was nothing yet to answer",
			     taken_on);
}

static void check(const struct change *c, struct error *err)
{
	check_where(c, err);
	check_held(c, err);
	check_taken(c, err);
	check_done(c, err);
	check_dates(c, err);
	if ((rule_is(c->draft, "answer", "partly") || rule_is(c->draft, "answer", "rejected")) &&
	    !member_text(c->draft, "answer_reason"))
		error_member(err, "/answer_reason", "required", "is required when the answer is %s",
			     member_text(c->draft, "answer"));
}

static void warn(const struct change *c, json_t *warnings)
{
	const char *taken_on = member_text(c->draft, "taken_on");
	const char *held_on = member_text(json_object_get(c->facts, "meeting"), "held_on");

	if (taken_on && held_on && is_taken(c->draft) && strcmp(taken_on, held_on) != 0)
		warning_add(warnings, "taken_on_another_day", "/taken_on",
			    "The meeting was held on %s; check both dates.", held_on);
	if (member_text(c->draft, "answer") && !member_text(c->draft, "answered_on"))
		warning_add(warnings, "answered_on_missing", "/answered_on",
			    "It was answered, but no day is given on which.");
}

static void moved(json_t *draft, const struct move *move)
{
	rule_moved(draft, move);
	if (rule_is(draft, "status", "done"))
		rule_fill(draft, "done_on", move->on);
	else
		rule_set(draft, "done_on", NULL);
}

const struct resource decision_resource = {
	.id = RES_DECISION,
	.name = "decision",
	.plural = "decisions",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.filters = filters,
	.n_filters = ARRAY_LEN(filters),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.status = &statuses,
	.default_sort = "id",
	.searchable = true,
	.label = "coalesce(t.wording_taken, t.wording_proposed, t.parts -> 0 ->> 'wording')",
	.owned = true,
	.writable = true,
	.belongs_to = "meeting_id",
	.facts = "decision_facts",
	.rules = { .complete = complete, .check = check, .warn = warn, .moved = moved },
};
