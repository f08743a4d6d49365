/*
 * What must hold of an action: its dates, each as exact as it is said to be; and
 * that embedded takes evidence and a second person, or a board's decision.
 */
#include "resource/action_rules.h"

#include <string.h>
#include <strings.h>

#include "resource/rule.h"

#include "core/banned.h"

static bool is_done(const json_t *action)
{
	return rule_is(action, "status", "complete") || rule_is(action, "status", "embedded");
}

/* --- who completed it, and who confirmed that it changed practice ------------------------- */

#define CLIENT "client:"

static bool is_client(const char *who)
{
	return strncmp(who, CLIENT, strlen(CLIENT)) == 0;
}

/* The loader copies what others did. */
static bool is_copied(const json_t *facts)
{
	return rule_is(facts, "me", "loader");
}

/* Who writes is who did it; of what is copied, nobody is known. */
static const char *doer(const json_t *facts)
{
	return is_copied(facts) ? NULL : member_text(facts, "me");
}

/* What is taken up again was neither completed nor embedded by anybody. */
static void complete_people(json_t *draft, const json_t *stored, const json_t *facts)
{
	bool is_embedded = rule_is(draft, "status", "embedded");

	if (rule_is(draft, "status", "complete") && !rule_is(stored, "status", "complete"))
		rule_set(draft, "completed_by", doer(facts));
	else if (!is_done(draft))
		rule_set(draft, "completed_by", NULL);
	if (is_embedded && !rule_is(stored, "status", "embedded")) {
		rule_set(draft, "embedded_by", doer(facts));
		rule_set(draft, "embedded_on", member_text(draft, "status_on"));
	} else if (!is_embedded) {
		rule_set(draft, "embedded_by", NULL);
		rule_set(draft, "embedded_on", NULL);
		rule_set(draft, "embedded_decision_id", NULL);
	}
}

/*
 * One person is told from another by name, and a client that names nobody from other clients. A client that may name
 * persons is trusted to name them; so a person is another than a client that did the first step by itself. But where
 * a person did that, a client that names nobody may be used by the same one.
 */
static bool is_second_person(const struct change *c)
{
	const char *first = member_text(c->stored, "completed_by");
	const char *second = doer(c->facts);

	if (!first || !second || strcasecmp(first, second) == 0)
		return false;
	return is_client(first) || !is_client(second);
}

/* A decision that was delegated to one person is no board's. */
static void check_decision(const struct change *c, struct error *err)
{
	const json_t *decision = json_object_get(c->facts, "decision");

	rule_check_taken(c, "embedded_decision_id", err);
	if (json_is_object(decision) && !member_text(decision, "board_id"))
		error_member(err, "/embedded_decision_id", "not_a_board",
			     "names a decision that was delegated; only a board's counts");
}

static void check_embedding(const struct change *c, struct error *err)
{
	const char *first = member_text(c->stored, "completed_by");

	if (!rule_is_moving(c) || !rule_is(c->draft, "status", "embedded"))
		return;
	if (rule_number(c->facts, "evidence") == 0)
		error_member(err, "/to", "evidence_required",
			     "needs evidence: link a document of the role evidence to this action, or name one in an "
			     "update");
	if (member_text(c->draft, "embedded_decision_id"))
		check_decision(c, err);
	else if (!is_second_person(c))
		error_member(
			err, "/to", "second_person_required",
			"needs another person than the one who completed it (%s; say who acts in X-Acting-User), or "
			"embedded_decision_id with a board's decision",
			first ? first : "not known");
}

/* --- dates ---------------------------------------------------------------------------------- */

static const struct planned {
	const char *day, *precision;
} start = { "start_on", "start_precision" }, due = { "due_on", "due_precision" },
  forecast = { "forecast_on", "forecast_precision" };

static bool is_month(const json_t *draft, const struct planned *p)
{
	return p->precision && rule_is(draft, p->precision, "month");
}

/* Surely before it starts: of two dates, of which one stands for its month, only the months can be compared. */
static bool is_before_start(const json_t *draft, const struct planned *p)
{
	const char *start_on = member_text(draft, start.day), *day = member_text(draft, p->day);
	size_t exact = is_month(draft, &start) || is_month(draft, p) ? strlen("YYYY-MM") : strlen("YYYY-MM-DD");

	return start_on && day && strncmp(day, start_on, exact) < 0;
}

/* Rows that were written before this was a rule are left in peace until their dates change. */
static bool is_redated(const struct change *c, const struct planned *p)
{
	return rule_is_changed(c, start.day) || rule_is_changed(c, start.precision) || rule_is_changed(c, p->day) ||
	       rule_is_changed(c, p->precision);
}

static void check_order(const struct change *c, const struct planned *p, struct error *err)
{
	if (is_before_start(c->draft, p) && is_redated(c, p))
		error_member(err, pointer_member("", p->day).text, "before_start", "cannot be before %s, %s", start.day,
			     member_text(c->draft, start.day));
}

static void check_ongoing(const struct change *c, const struct planned *p, struct error *err)
{
	if (rule_is(c->draft, p->precision, "ongoing") && member_text(c->draft, p->day))
		error_member(err, pointer_member("", p->day).text, "ongoing",
			     "must be left out where %s is ongoing: there is no day", p->precision);
}

static void check_completion(const struct change *c, struct error *err)
{
	const char *completed_on = member_text(c->draft, "completed_on");
	const char *status = member_text(c->draft, "status");

	if (!completed_on && is_done(c->draft))
		error_member(err, "/completed_on", "required", "is required of an action that is complete");
	if (completed_on && status && !is_done(c->draft))
		error_member(err, "/completed_on", "not_complete",
			     "has no place in an action that is %s; move it to complete instead", status);
	if (rule_is_after(completed_on, c->today))
		error_member(err, "/completed_on", "in_future",
			     "cannot be later than today, %s; when it will be done is forecast_on", c->today);
}

static void check_dates(const struct change *c, struct error *err)
{
	check_order(c, &due, err);
	check_order(c, &forecast, err);
	check_ongoing(c, &start, err);
	check_ongoing(c, &due, err);
	check_ongoing(c, &forecast, err);
	check_completion(c, err);
	if (rule_is_after(member_text(c->draft, "completed_on"), member_text(c->draft, "embedded_on")))
		error_member(err, rule_is_moving(c) ? "/on" : "/completed_on", "embedded_first",
			     "an action is complete before it is embedded: completed_on cannot be after embedded_on");
}

/* --- partners ----------------------------------------------------------------------------------- */

static void check_partners(const struct change *c, struct error *err)
{
	const json_t *partner;
	size_t i;

	json_array_foreach(json_object_get(c->draft, "partners"), i, partner) {
		struct pointer p = pointer_member(pointer_item("/partners", i).text, "agreed_on");
		const char *agreed_on = member_text(partner, "agreed_on");

		if (agreed_on && !rule_is_true(partner, "agreed"))
			error_member(err, p.text, "not_agreed", "has a meaning only when agreed is true");
		if (rule_is_after(agreed_on, c->today))
			error_member(err, p.text, "in_future", "cannot be later than today, %s", c->today);
	}
}

static bool is_lead_among_partners(const json_t *draft)
{
	return rule_find(json_object_get(draft, "partners"), "organisation_id",
			 member_text(draft, "lead_organisation_id")) != NULL;
}

/* --- plans ---------------------------------------------------------------------------------------- */

/* A file tells of a plan to its end before it tells of the actions that were in it. */
static void check_plans(const struct change *c, struct error *err)
{
	const json_t *plan;
	size_t i;

	json_array_foreach(json_object_get(c->facts, "over_plans"), i, plan)
		if (!is_copied(c->facts))
			error_add(err, ERR_CONFLICT, IN_BODY, "/plan_ids", "plan_over",
				  "the plan '%.100s' is %s, and takes no more actions; name one that is still to be "
				  "worked to",
				  member_text(plan, "title"), member_text(plan, "status"));
}

/* --- all together --------------------------------------------------------------------------------- */

/* Under a finding, the authority need not be said. */
void action_rules_complete(json_t *draft, const json_t *stored, const json_t *facts)
{
	rule_fill(draft, "authority_id", member_text(facts, "findings_authority_id"));
	if (!stored && is_done(draft))
		rule_fill(draft, "status_on", member_text(draft, "completed_on"));
	complete_people(draft, stored, facts);
}

void action_rules_check(const struct change *c, struct error *err)
{
	if (!member_text(c->draft, "authority_id"))
		error_member(err, "/authority_id", "required",
			     "is required, unless finding_ids name a finding whose authority it is");
	if (!c->stored && rule_is(c->draft, "status", "embedded"))
		error_add(
			err, ERR_CONFLICT, IN_BODY, "/status", "not_yet_embedded",
			"an action cannot begin as embedded: that takes evidence and a second person; begin as complete");
	check_dates(c, err);
	check_embedding(c, err);
	check_partners(c, err);
	check_plans(c, err);
	if (rule_is(c->draft, "sensitivity", "public") && rule_number(c->facts, "non_public_findings") > 0)
		error_member(err, "/sensitivity", "finding_not_public",
			     "cannot be public while a finding that it answers is not");
}

static void warn_dates(const struct change *c, json_t *warnings)
{
	static const struct planned completed = { "completed_on", NULL };
	const char *start_on = member_text(c->draft, start.day);
	const char *due_on = member_text(c->draft, due.day);

	if (is_before_start(c->draft, &completed))
		warning_add(warnings, "completed_before_start", "/completed_on",
			    "Completed before its planned start on %s; check both dates.", start_on);
	if (is_before_start(c->draft, &due))
		warning_add(warnings, "due_before_start", "/due_on",
			    "Due before its planned start on %s; check both dates.", start_on);
	if (due_on && !is_month(c->draft, &due) && json_is_false(json_object_get(c->facts, "due_is_working_day")))
		warning_add(warnings, "due_on_non_working_day", "/due_on",
			    "%s is a weekend or a bank holiday; the working day before may be meant.", due_on);
}

void action_rules_warn(const struct change *c, json_t *warnings)
{
	const json_t *authority = json_object_get(c->facts, "authority");

	warn_dates(c, warnings);
	if (rule_is(authority, "status", "abolished") &&
	    rule_is_after(member_text(c->draft, due.day), member_text(authority, "ended_on")))
		warning_add(warnings, "authority_abolished", "/authority_id",
			    "Due after the authority was abolished on %s; a successor may have taken it over.",
			    member_text(authority, "ended_on"));
	if (member_text(c->draft, "embedded_decision_id") &&
	    json_is_false(json_object_get(json_object_get(c->facts, "decision"), "names_it")))
		warning_add(
			warnings, "decision_about_others", "/embedded_decision_id",
			"The decision does not name this action in its action_ids; check that it is the one meant.");
	if (is_lead_among_partners(c->draft))
		warning_add(warnings, "lead_is_partner", "/lead_organisation_id",
			    "The organisation that leads is among the partners as well; once is enough.");
}

bool action_rules_is_open(const json_t *action)
{
	static const char *const open[] = { "proposed", "not_started", "in_progress", "on_hold" };

	for (size_t i = 0; i < ARRAY_LEN(open); i++)
		if (rule_is(action, "status", open[i]))
			return true;
	return false;
}

void action_rules_moved(json_t *draft, const struct move *move)
{
	rule_moved(draft, move);
	if (is_done(draft))
		rule_fill(draft, "completed_on", move->on);
	else
		rule_set(draft, "completed_on", NULL);
}
