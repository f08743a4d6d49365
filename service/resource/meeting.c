/* One meeting of a board: when and where, or virtually, and who came by role. Its items and decisions hang from it. */
#include <string.h>

#include "resource/common.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct field attendee_fields[] = {
	{ "name", F_TEXT, NULLABLE, .max = 120, .pattern = "name" },
	{ "role", F_TEXT, NULLABLE, .max = 200 },
	{ "capacity", F_ENUM, REQUIRED, .values = &capacities },
	{ "attendance", F_ENUM, REQUIRED, .values = &attendances },
	{ "organisation", F_TEXT, NULLABLE, .max = 200 },
};

static const struct rows attendees = { .fields = attendee_fields, .n_fields = ARRAY_LEN(attendee_fields) };

static const struct field fields[] = {
	FIELDS_OWNED_BENEATH,
	{ "board_id", F_REF, REQUIRED | CREATE_ONLY | FILTER | SORT | COUNT, .ref = RES_BOARD },
	{ "title", F_TEXT, NULLABLE, .max = 300 },
	FIELDS_STATUS(meeting_statuses, "planned"),
	{ "held_on", F_DATE, NULLABLE | FILTER | RANGE | SORT | MOVES },
	{ "precision", F_ENUM, NULLABLE, .values = &date_precisions },
	{ "date_note", F_TEXT, NULLABLE, .max = 500 },
	{ "starts_at", F_TEXT, NULLABLE, .pattern = "clock" },
	{ "ends_at", F_TEXT, NULLABLE, .pattern = "clock" },
	{ "mode", F_ENUM, NULLABLE | FILTER | COUNT, .values = &meeting_modes },
	{ "venue", F_TEXT, NULLABLE, .max = 300 },
	{ "livestream_url", F_TEXT, NULLABLE, .max = 1000, .pattern = "url" },
	{ "url", F_TEXT, NULLABLE, .max = 1000, .pattern = "url" },
	{ "attendees", F_OBJECTS, 0, .rows = &attendees },
	{ "previous_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_MEETING },
	{ "previous_minutes", F_TEXT, NULLABLE, .max = 300 },
	{ "agenda_item_ids", F_JSON, READ_ONLY | DERIVED },
	{ "decision_ids", F_JSON, READ_ONLY | DERIVED },
	FIELD_REASON,
	FIELDS_TRACE,
};

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
	{ "board", RES_BOARD, .column = "board_id" },
	{ "previous", RES_MEETING, .column = "previous_id" },
	{ "agenda_items", RES_AGENDA_ITEM, .many = true, .sql = "{s}.agenda_items t WHERE t.meeting_id = {p}" },
	{ "decisions", RES_DECISION, .many = true, .sql = "{s}.decisions t WHERE t.meeting_id = {p}" },
};

static const struct status_step steps[] = {
	{ "planned", "held", false },
	{ "planned", "cancelled", true },
	{ "cancelled", "planned", true },
};

static const struct status_table statuses = { &meeting_statuses, steps, ARRAY_LEN(steps) };

/* What is entered as held has been so since that day. */
static void complete(json_t *draft, const json_t *stored, const json_t *facts)
{
	(void)facts;
	if (!stored && rule_is(draft, "status", "held"))
		rule_fill(draft, "status_on", member_text(draft, "held_on"));
}

static void check_held(const struct change *c, struct error *err)
{
	const char *held_on = member_text(c->draft, "held_on");

	if (!rule_is(c->draft, "status", "held"))
		return;
	if (!held_on)
		error_member(err, "/held_on", "required", "is required of a meeting that was held");
	if (rule_is_after(held_on, c->today))
		error_member(err, rule_date_pointer(c, "held_on").text, "in_future",
			     "cannot be later than today, %s, for a meeting that was held", c->today);
}

static void check_previous(const struct change *c, struct error *err)
{
	const char *previous_id = member_text(c->draft, "previous_id");
	const char *its_board_id = member_text(c->facts, "previous_board_id");

	if (!previous_id)
		return;
	if (rule_is(c->draft, "id", previous_id))
		error_member(err, "/previous_id", "circle", "names this meeting itself; it is for the one before");
	else if (rule_is_true(c->facts, "previous_circle"))
		error_member(err, "/previous_id", "circle", "names a meeting that itself comes after this one");
	if (its_board_id && !rule_is(c->draft, "board_id", its_board_id))
		error_member(err, "/previous_id", "other_board", "names a meeting of another board, %s", its_board_id);
}

static void check(const struct change *c, struct error *err)
{
	const char *starts_at = member_text(c->draft, "starts_at");
	const char *ends_at = member_text(c->draft, "ends_at");

	check_held(c, err);
	check_previous(c, err);
	if (starts_at && ends_at && strcmp(ends_at, starts_at) <= 0)
		error_member(err, "/ends_at", "before_start", "must be after starts_at, %s", starts_at);
}

static void warn(const struct change *c, json_t *warnings)
{
	long others = rule_number(c->facts, "decisions_on_another_day");

	if (others > 0 && rule_is(c->draft, "status", "held"))
		warning_add(warnings, "decisions_on_another_day", "/held_on",
			    "%ld of its decisions %s taken on another day; check the dates.", others,
			    others == 1 ? "was" : "were");
}

static void moved(json_t *draft, const struct move *move)
{
	rule_moved(draft, move);
	if (rule_is(draft, "status", "held"))
		rule_fill(draft, "held_on", move->on);
}

const struct resource meeting_resource = {
	.id = RES_MEETING,
	.name = "meeting",
	.plural = "meetings",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.status = &statuses,
	.default_sort = "-held_on",
	.searchable = true,
	.label = "coalesce(t.title, t.venue, t.date_note, t.previous_minutes)",
	.owned = true,
	.writable = true,
	.belongs_to = "board_id",
	.facts = "meeting_facts",
	.rules = { .complete = complete, .check = check, .warn = warn, .moved = moved },
};
