/*
 * A plan: what a council sets out to do about one or more inspections, which
 * boards watch it, and what became of it. Its own words for red, amber and green
 * are data, because no two councils mean the same by them (DOMAIN 2.1).
 */
#include <string.h>

#include "resource/common.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct field label_fields[] = {
	{ "rag", F_ENUM, REQUIRED, .values = &rags },
	{ "label", F_TEXT, REQUIRED, .max = 60, .pattern = "filled" },
	{ "meaning", F_TEXT, NULLABLE, .max = 500 },
};

static const struct rows labels = { .fields = label_fields, .n_fields = ARRAY_LEN(label_fields), .key = "rag" };

static const struct field board_fields[] = {
	{ "board_id", F_REF, REQUIRED | SAME_AUTHORITY, .ref = RES_BOARD },
	{ "cadence", F_ENUM, NULLABLE, .values = &cadences },
	{ "by_exception", F_BOOL, 0, .initial = "false" },
};

static const struct rows boards = { .table = "plan_board",
				    .owner = "plan_id",
				    .inherits = "authority_id, sensitivity",
				    .fields = board_fields,
				    .n_fields = ARRAY_LEN(board_fields),
				    .key = "board_id" };

LINK(inspections, "plan_inspection", "plan_id", "inspection_id");

static const struct field fields[] = {
	FIELDS_OWNED,
	{ "title", F_TEXT, REQUIRED | SORT, .max = 300, .pattern = "filled" },
	{ "kind", F_ENUM, REQUIRED | FILTER | SORT | COUNT, .values = &plan_kinds },
	{ "edition", F_TEXT, NULLABLE, .max = 40 },
	{ "supersedes_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_PLAN },
	FIELDS_STATUS(plan_statuses, "draft"),
	{ "inspection_ids", F_REFS, SAME_AUTHORITY | OR_EARLIER | FILTER, .ref = RES_INSPECTION, .rows = &inspections },
	{ "summary", F_TEXT, NULLABLE },
	{ "starts_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "ends_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "draft_due_on", F_DATE, READ_ONLY | NULLABLE | DERIVED },
	{ "final_due_on", F_DATE, READ_ONLY | NULLABLE | DERIVED },
	{ "draft_shared_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "shared_with", F_TEXT, NULLABLE, .max = 300 },
	{ "agreed_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "agreed_by", F_TEXT, NULLABLE, .max = 200 },
	{ "agreed_by_board_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_BOARD },
	{ "agreed_at_meeting_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_MEETING },
	{ "submitted_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "published_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "response", F_ENUM, NULLABLE | FILTER | COUNT, .values = &plan_responses },
	{ "response_on", F_DATE, NULLABLE | FILTER | RANGE | SORT },
	{ "response_detail", F_TEXT, NULLABLE },
	{ "rag_labels", F_OBJECTS, 0, .rows = &labels },
	{ "boards", F_OBJECTS, 0, .rows = &boards },
	{ "action_ids", F_JSON, READ_ONLY | DERIVED },
	FIELD_REASON,
	FIELDS_TRACE,
};

static const struct filter filters[] = {
	{ "board_id", F_REF, .ref = RES_BOARD,
	  .sql = "id IN (SELECT l.plan_id FROM {s}.plan_board l WHERE l.board_id = ANY ({v}))" },
	{ "action_id", F_REF, .ref = RES_ACTION,
	  .sql = "id IN (SELECT l.plan_id FROM {s}.action_plan l WHERE l.action_id = ANY ({v}))" },
};

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
	{ "supersedes", RES_PLAN, .column = "supersedes_id" },
	{ "inspections", RES_INSPECTION, .many = true,
	  .sql = "{s}.plan_inspection l JOIN {s}.inspections t ON t.id = l.inspection_id WHERE l.plan_id = {p}" },
	{ "actions", RES_ACTION, .many = true,
	  .sql = "{s}.action_plan l JOIN {s}.actions t ON t.id = l.action_id WHERE l.plan_id = {p}" },
	{ "deadlines", RES_DEADLINE, .many = true,
	  .sql = "{s}.deadline_plan l JOIN {s}.deadlines t ON t.id = l.deadline_id WHERE l.plan_id = {p}" },
	{ "measures", RES_MEASURE, .many = true,
	  .sql = "{s}.measure_plan l JOIN {s}.measures t ON t.id = l.measure_id WHERE l.plan_id = {p}" },
};

static const struct status_step steps[] = {
	{ "draft", "agreed", false },        { "draft", "closed", true },        { "agreed", "draft", true },
	{ "agreed", "submitted", false },    { "agreed", "in_force", false },    { "agreed", "superseded", true },
	{ "agreed", "closed", true },        { "submitted", "in_force", false }, { "submitted", "draft", true },
	{ "submitted", "superseded", true }, { "submitted", "closed", true },    { "in_force", "superseded", true },
	{ "in_force", "closed", true },
};

static const struct status_table statuses = { &plan_statuses, steps, ARRAY_LEN(steps) };

/* An agreement at a meeting is its board's. What is entered as agreed or submitted has been so since that day. */
static void complete(json_t *draft, const json_t *stored, const json_t *facts)
{
	rule_fill(draft, "agreed_by_board_id", member_text(json_object_get(facts, "meeting"), "board_id"));
	if (!stored && rule_is(draft, "status", "agreed"))
		rule_fill(draft, "status_on", member_text(draft, "agreed_on"));
	if (!stored && rule_is(draft, "status", "submitted"))
		rule_fill(draft, "status_on", member_text(draft, "submitted_on"));
}

static void check_supersedes(const struct change *c, struct error *err)
{
	const char *earlier = member_text(c->draft, "supersedes_id");

	if (!earlier)
		return;
	if (rule_is(c->draft, "id", earlier))
		error_member(err, "/supersedes_id", "circle", "names this plan itself; it is for the one before");
	else if (rule_is_true(c->facts, "supersedes_circle"))
		error_member(err, "/supersedes_id", "circle",
			     "names a plan that itself supersedes this one, directly or through others");
}

/* Only one plan of a kind is in force for an inspection. */
static void check_in_force(const struct change *c, struct error *err)
{
	const json_t *other = json_object_get(c->facts, "in_force");
	const char *pointer = "/status";

	if (!json_is_object(other) || !rule_is(c->draft, "status", "in_force"))
		return;
	if (rule_is_moving(c))
		pointer = "/to";
	else if (c->stored && rule_is_changed(c, "inspection_ids"))
		pointer = "/inspection_ids";
	error_add(err, ERR_CONFLICT, IN_BODY, pointer, "another_in_force",
		  "plan %s, '%.80s', is in force already, is of the same kind and answers the same inspection, %s; "
		  "move it to superseded or closed first",
		  member_text(other, "id"), member_text(other, "title"), member_text(other, "inspection_id"));
}

static void check_dates(const struct change *c, struct error *err)
{
	static const char *const happened[] = { "draft_shared_on", "agreed_on", "submitted_on", "published_on",
						"response_on" };

	for (size_t i = 0; i < ARRAY_LEN(happened); i++)
		rule_check_past(c, happened[i], err);
	rule_check_order(c, "starts_on", "ends_on", err);
	rule_check_order(c, "draft_shared_on", "submitted_on", err);
	rule_check_order(c, "submitted_on", "response_on", err);
	if (rule_is(c->draft, "status", "agreed") && !member_text(c->draft, "agreed_on"))
		error_member(err, "/agreed_on", "required", "is required of a plan that is agreed");
	if (rule_is(c->draft, "status", "submitted") && !member_text(c->draft, "submitted_on"))
		error_member(err, "/submitted_on", "required", "is required of a plan that is submitted");
}

static void check_response(const struct change *c, struct error *err)
{
	static const char *const members[] = { "response", "response_on" };

	if (member_text(c->draft, "submitted_on"))
		return;
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (member_text(c->draft, members[i]))
			error_member(
				err, pointer_member("", members[i]).text, "not_submitted",
				"has no place in a plan without submitted_on: a response is to what was submitted");
}

static void check_board(const struct change *c, struct error *err)
{
	const char *board_id = member_text(c->draft, "agreed_by_board_id");
	const char *its_board_id = member_text(json_object_get(c->facts, "meeting"), "board_id");

	if (board_id && its_board_id && strcmp(board_id, its_board_id) != 0)
		error_member(err, "/agreed_at_meeting_id", "other_board",
			     "names a meeting of board %s, not of the board in agreed_by_board_id", its_board_id);
}

/* Once it was. One that was closed may have been so without. */
static bool is_agreed(const json_t *plan)
{
	if (rule_is(plan, "status", "closed"))
		return member_text(plan, "agreed_on");
	return member_text(plan, "status") && !rule_is(plan, "status", "draft");
}

/* What a meeting agrees is agreed when it meets. */
static void check_meeting(const struct change *c, struct error *err)
{
	const char *pointer = "/status";

	if (!is_agreed(c->draft) || !rule_is_before_meeting(c))
		return;
	if (rule_is_moving(c))
		pointer = "/to";
	else if (c->stored)
		pointer = "/agreed_at_meeting_id";
	rule_refuse_before_meeting(c, pointer, "nothing has been agreed at it", err);
}

static void check(const struct change *c, struct error *err)
{
	check_supersedes(c, err);
	check_in_force(c, err);
	check_dates(c, err);
	check_response(c, err);
	check_board(c, err);
	check_meeting(c, err);
}

static bool answers_an_inspection(const json_t *plan)
{
	return rule_is(plan, "kind", "statutory_statement") || rule_is(plan, "kind", "focused_visit_plan") ||
	       rule_is(plan, "kind", "joint_statement");
}

static void warn(const struct change *c, json_t *warnings)
{
	const char *submitted_on = member_text(c->draft, "submitted_on");
	const char *kind = member_text(c->draft, "kind");
	const char *its_kind = member_text(c->facts, "supersedes_kind");
	const char *due_on = member_text(c->facts, "final_due_on");
	const char *agreed_on = member_text(c->draft, "agreed_on");
	const char *held_on = member_text(json_object_get(c->facts, "meeting"), "held_on");

	if (its_kind && kind && strcmp(its_kind, kind) != 0)
		warning_add(warnings, "other_kind", "/supersedes_id",
			    "The plan that it supersedes is of another kind, %s.", its_kind);
	if (answers_an_inspection(c->draft) && json_array_size(json_object_get(c->draft, "inspection_ids")) == 0)
		warning_add(warnings, "no_inspection", "/inspection_ids",
			    "A plan of this kind answers an inspection, and none is named.");
	if (agreed_on && held_on && strcmp(agreed_on, held_on) != 0)
		warning_add(warnings, "agreed_on_another_day", "/agreed_on",
			    "The meeting that agreed it is of %s; check both dates.", held_on);
	if (rule_is_after(agreed_on, submitted_on))
		warning_add(warnings, "agreed_after_submission", "/agreed_on",
			    "Agreed after it was submitted on %s; check both dates.", submitted_on);
	if (rule_is(c->draft, "status", "closed") && rule_number(c->facts, "open_actions") > 0)
		warning_add(warnings, "open_actions", "/status",
			    "Closed with %ld actions still open; a later plan can carry them forward.",
			    rule_number(c->facts, "open_actions"));
	if (rule_is_after(submitted_on, due_on))
		warning_add(warnings, "submitted_late", "/submitted_on", "It was due on %s.", due_on);
}

/* Back to draft, the agreement no longer stands; the history keeps it. What was submitted once stays so. */
static void moved(json_t *draft, const struct move *move)
{
	rule_moved(draft, move);
	if (rule_is(draft, "status", "agreed"))
		rule_fill(draft, "agreed_on", move->on);
	if (rule_is(draft, "status", "submitted"))
		rule_fill(draft, "submitted_on", move->on);
	if (rule_is(draft, "status", "draft")) {
		rule_set(draft, "agreed_on", NULL);
		rule_set(draft, "agreed_by", NULL);
		rule_set(draft, "agreed_by_board_id", NULL);
		rule_set(draft, "agreed_at_meeting_id", NULL);
	}
}

const struct resource plan_resource = {
	.id = RES_PLAN,
	.name = "plan",
	.plural = "plans",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.filters = filters,
	.n_filters = ARRAY_LEN(filters),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.status = &statuses,
	.default_sort = "id",
	.searchable = true,
	.owned = true,
	.writable = true,
	.open = "t.status <> 'draft'",
	.facts = "plan_facts",
	.rules = { .complete = complete, .check = check, .warn = warn, .moved = moved },
};
