/* More time asked for an action: by whom it was granted or refused, and why. A granted one moves the due date. */
#include <string.h>

#include "resource/action_rules.h"
#include "resource/common.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct field fields[] = {
	FIELDS_BENEATH,
	{ "action_id", F_REF, REQUIRED | CREATE_ONLY | FILTER | SORT | COUNT, .ref = RES_ACTION },
	FIELDS_STATUS(extension_statuses, "requested"),
	{ "requested_on", F_DATE, CREATE_ONLY | FILTER | RANGE | SORT },
	{ "requested_by", F_TEXT, READ_ONLY | NULLABLE, .max = 200 },
	{ "from_due_on", F_DATE, READ_ONLY | NULLABLE },
	{ "to_due_on", F_DATE, REQUIRED | CREATE_ONLY | FILTER | RANGE | SORT },
	{ "reason", F_TEXT, REQUIRED | CREATE_ONLY, .max = 1000, .pattern = "filled" },
	{ "decided_by", F_TEXT, READ_ONLY | NULLABLE, .max = 200 },
	{ "decision_reason", F_TEXT, READ_ONLY | NULLABLE, .max = 1000 },
	{ "decision_id", F_REF, READ_ONLY | NULLABLE | BY_MOVE | SAME_AUTHORITY, .ref = RES_DECISION },
	FIELDS_TRACE,
};

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
	{ "action", RES_ACTION, .column = "action_id" },
};

static const struct status_step steps[] = {
	{ "requested", "granted", false, { "decision_id" } },
	{ "requested", "refused", true, { "decision_id" } },
	{ "requested", "withdrawn", false },
};

static const struct status_table statuses = { &extension_statuses, steps, ARRAY_LEN(steps) };

static void complete(json_t *draft, const json_t *stored, const json_t *facts)
{
	bool is_decided = rule_is(draft, "status", "granted") || rule_is(draft, "status", "refused");

	rule_fill(draft, "requested_on", member_text(facts, "today"));
	if (!stored) {
		rule_set(draft, "requested_by", member_text(facts, "me"));
		rule_set(draft, "from_due_on", member_text(json_object_get(facts, "action"), "due_on"));
	} else if (is_decided && rule_is(stored, "status", "requested")) {
		rule_set(draft, "decided_by", member_text(facts, "me"));
	}
}

/* Where the due date stands for its month, another day of that month is no later. */
static bool is_later(const char *day, const char *other, bool by_month)
{
	return strncmp(day, other, by_month ? strlen("YYYY-MM") : strlen("YYYY-MM-DD")) > 0;
}

static void check_request(const struct change *c, const json_t *action, struct error *err)
{
	const char *from = member_text(c->draft, "from_due_on"), *to = member_text(c->draft, "to_due_on");

	if (!rule_is(c->draft, "status", "requested"))
		error_add(err, ERR_CONFLICT, IN_BODY, "/status", "not_yet_decided",
			  "more time is asked for first; whether it is granted is a transition");
	rule_check_past(c, "requested_on", err);
	if (!json_is_object(action))
		return; /* complained of as a reference */
	if (!from)
		error_member(err, "/action_id", "no_due_on",
			     "names an action without a due date; there is none to extend");
	else if (to && !is_later(to, from, rule_is(action, "due_precision", "month")))
		error_member(err, "/to_due_on", "earlier_date", "must be later than the action is due now, %s", from);
}

/* What happened to the action since more time was asked for. */
static void check_grant(const struct change *c, const json_t *action, struct error *err)
{
	const char *due_on = member_text(action, "due_on"), *to = member_text(c->draft, "to_due_on");

	if (!due_on)
		error_add(err, ERR_CONFLICT, IN_BODY, "/to", "no_due_on",
			  "the action has no due date any more; refuse or withdraw this");
	else if (to && strcmp(due_on, to) >= 0)
		error_add(err, ERR_CONFLICT, IN_BODY, "/to", "due_later_already",
			  "the action is due on %s by now, which is no earlier; refuse or withdraw this", due_on);
	else if (rule_is_after(member_text(action, "start_on"), to))
		error_add(err, ERR_CONFLICT, IN_BODY, "/to", "before_start",
			  "the action is to start on %s by now, which is later; refuse or withdraw this",
			  member_text(action, "start_on"));
}

static void check_open(const struct change *c, const json_t *action, struct error *err)
{
	const char *other = member_text(c->facts, "other_requested_id");
	const char *status = member_text(action, "status"); /* NULL: there is no such action, which is said elsewhere */
	bool is_granting = rule_is_moving(c) && rule_is(c->draft, "status", "granted");

	if (status && (!c->stored || is_granting) && !action_rules_is_open(action))
		error_add(err, ERR_CONFLICT, IN_BODY, is_granting ? "/to" : "/action_id", "action_closed",
			  "the action is %s, so it needs no more time", status);
	else if (is_granting)
		check_grant(c, action, err);
	if (other && rule_is(c->draft, "status", "requested"))
		error_add(err, ERR_CONFLICT, IN_BODY, "/action_id", "another_requested",
			  "more time is asked for this action already (%s); decide that first", other);
}

static void check(const struct change *c, struct error *err)
{
	const json_t *action = json_object_get(c->facts, "action");

	if (!c->stored)
		check_request(c, action, err);
	check_open(c, action, err);
	rule_check_taken(c, "decision_id", err);
}

static void warn(const struct change *c, json_t *warnings)
{
	const char *to = member_text(c->draft, "to_due_on");

	if (to && json_is_false(json_object_get(c->facts, "to_is_working_day")))
		warning_add(warnings, "due_on_non_working_day", "/to_due_on",
			    "%s is a weekend or a bank holiday; the working day before may be meant.", to);
}

static void moved(json_t *draft, const struct move *move)
{
	rule_moved(draft, move);
	rule_set(draft, "decision_reason", move->reason);
}

const struct resource extension_resource = {
	.id = RES_EXTENSION,
	.name = "extension",
	.plural = "extensions",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.status = &statuses,
	.default_sort = "-requested_on",
	.searchable = true,
	.label = "t.reason",
	.owned = true,
	.writable = true,
	.belongs_to = "action_id",
	.facts = "extension_facts",
	.rules = { .complete = complete, .check = check, .warn = warn, .moved = moved },
};
