/*
 * What must hold of an inspection. The judgement sets are data (facts.frameworks);
 * no strand, grade or date of a framework stands here.
 */
#include "resource/inspection_rules.h"

#include <string.h>

#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

/* The first day of fieldwork as far as it is known, or NULL. */
static const char *begin_of(const json_t *draft)
{
	static const char *const dates[] = { "start_on", "planned_start_on", "published_on" };

	for (size_t i = 0; i < ARRAY_LEN(dates); i++)
		if (member_text(draft, dates[i]))
			return member_text(draft, dates[i]);
	return NULL;
}

static const json_t *framework_of(const json_t *draft, const json_t *facts)
{
	return rule_find(json_object_get(facts, "frameworks"), "id", member_text(draft, "framework_id"));
}

/* --- what follows from what was sent ------------------------------------------------- */

static const char *usual_body(const char *kind)
{
	static const struct {
		const char *kind, *body;
	} usual[] = {
		{ "jtai", "joint" },
		{ "commissioner_review", "dfe" },
		{ "peer_review", "sector" },
	};

	for (size_t i = 0; kind && i < ARRAY_LEN(usual); i++)
		if (strcmp(usual[i].kind, kind) == 0)
			return usual[i].body;
	return "ofsted";
}

/* The framework of this kind that is in force; the newest where several are, as they are before a date is known. */
static const char *framework_in_force(const json_t *facts)
{
	const json_t *f, *best = NULL;
	size_t i;

	json_array_foreach(json_object_get(facts, "frameworks"), i, f) {
		const char *starts_on = member_text(f, "starts_on");

		if (!rule_is_true(f, "in_force"))
			continue;
		if (!best || !member_text(best, "starts_on") ||
		    rule_is_after(starts_on, member_text(best, "starts_on")))
			best = f;
	}
	return member_text(best, "id");
}

/* Whether the framework is one that nobody chose in this write, and no longer the right one. */
static bool is_outgrown(const json_t *draft, const json_t *stored, const json_t *facts)
{
	const json_t *framework = framework_of(draft, facts);

	if (!stored || !rule_is(draft, "framework_id", member_text(stored, "framework_id")))
		return false;
	if (!framework)
		return true; /* the kind was changed */
	return rule_is(stored, "status", "planned") && !rule_is_true(framework, "in_force");
}

static void complete_framework(json_t *draft, const json_t *stored, const json_t *facts)
{
	const char *id = framework_in_force(facts);

	if (!member_text(draft, "framework_id") || (id && is_outgrown(draft, stored, facts)))
		rule_set(draft, "framework_id", id);
}

/* The day of the status that a row is created in, where its own dates tell. */
static const char *day_of_status(const json_t *draft)
{
	static const struct {
		const char *status, *date;
	} days[] = {
		{ "in_progress", "start_on" },
		{ "reported", "received_on" },
		{ "published", "published_on" },
	};

	for (size_t i = 0; i < ARRAY_LEN(days); i++)
		if (rule_is(draft, "status", days[i].status))
			return member_text(draft, days[i].date);
	return NULL;
}

void inspection_rules_complete(json_t *draft, const json_t *stored, const json_t *facts)
{
	rule_fill(draft, "body", usual_body(member_text(draft, "kind")));
	complete_framework(draft, stored, facts);
	if (!stored)
		rule_fill(draft, "status_on", day_of_status(draft));
}

void inspection_rules_moved(json_t *draft, const struct move *move)
{
	rule_moved(draft, move);
	if (strcmp(move->to, "in_progress") == 0)
		rule_fill(draft, "start_on", move->on);
	else if (strcmp(move->to, "reported") == 0)
		rule_fill(draft, "received_on", move->on);
	else if (strcmp(move->to, "published") == 0)
		rule_fill(draft, "published_on", move->on);
}

/* --- the framework and the judgements --------------------------------------------------- */

static void check_framework(const struct change *c, struct error *err)
{
	const json_t *framework = framework_of(c->draft, c->facts);
	const char *kind = member_text(c->draft, "kind");
	const char *id = member_text(c->draft, "framework_id");
	const char *begin = begin_of(c->draft);
	const char *starts_on = member_text(framework, "starts_on");
	const char *ends_on = member_text(framework, "ends_on");
	char possible[512];

	if (!kind)
		return; /* it was ill-formed, and every framework is for some kinds */
	rule_list(json_object_get(c->facts, "frameworks"), "id", possible, sizeof possible);
	if (!id)
		error_member(err, "/framework_id", "required",
			     "is required: no framework for %s is in force on %s; known for this kind: %s", kind,
			     begin ? begin : "that day", possible[0] ? possible : "none");
	else if (!framework)
		error_member(err, "/framework_id", "wrong_kind", "%s is not for %s; for this kind: %s", id, kind,
			     possible[0] ? possible : "none");
	else if (!rule_is_true(framework, "in_force"))
		error_member(err, "/framework_id", "not_in_force",
			     "%s applied %s%s%s%s, and the fieldwork starts on %s; leave it out to get the right one",
			     id, starts_on ? "from " : "", starts_on ? starts_on : "", ends_on ? " to " : "",
			     ends_on ? ends_on : "", begin);
}

static void check_judgement(const json_t *framework, const json_t *judgement, const char *base, struct error *err)
{
	const json_t *strands = json_object_get(framework, "strands");
	const json_t *grades = json_object_get(framework, "grades");
	const char *strand = member_text(judgement, "strand");
	const char *grade = member_text(judgement, "grade");
	char possible[220];

	if (!rule_find(strands, "strand", strand)) {
		rule_list(strands, "strand", possible, sizeof possible);
		error_member(err, pointer_member(base, "strand").text, "unknown_strand",
			     "%s has no strand %.64s; it has: %s", member_text(framework, "id"), strand, possible);
	}
	if (!rule_find(grades, "grade", grade)) {
		rule_list(grades, "grade", possible, sizeof possible);
		error_member(err, pointer_member(base, "grade").text, "unknown_grade",
			     "%s has no grade %.64s; it has: %s", member_text(framework, "id"), grade, possible);
	}
}

static void check_judgements(const struct change *c, struct error *err)
{
	const json_t *framework = framework_of(c->draft, c->facts);
	const json_t *judgements = json_object_get(c->draft, "judgements");
	const json_t *judgement;
	size_t i;

	if (!framework || json_array_size(judgements) == 0)
		return;
	if (!rule_is_true(framework, "graded")) {
		error_member(err, "/judgements", "ungraded",
			     "must be empty: %s is not graded; say what was found as findings",
			     member_text(c->draft, "kind"));
		return;
	}
	json_array_foreach(judgements, i, judgement)
		check_judgement(framework, judgement, pointer_item("/judgements", i).text, err);
}

/* --- dates ---------------------------------------------------------------------------------- */

/* What is not earlier than what. Where the end of fieldwork is not known, its start stands in. */
static const struct order {
	const char *first, *second, *slug, *words;
} orders[] = {
	{ "start_on", "end_on", "before_start", "the start of fieldwork" },
	{ "start_on", "verbal_feedback_on", "before_start", "the start of fieldwork" },
	{ "end_on", "received_on", "before_end", "the end of fieldwork" },
	{ "end_on", "published_on", "before_end", "the end of fieldwork" },
};

static void check_order(const struct change *c, const struct order *o, struct error *err)
{
	const char *bound = member_text(c->draft, o->first);
	const char *day = member_text(c->draft, o->second);
	const char *slug = o->slug, *words = o->words;

	if (!bound && strcmp(o->first, "end_on") == 0) {
		bound = member_text(c->draft, "start_on");
		slug = orders[0].slug;
		words = orders[0].words;
	}
	if (rule_is_after(bound, day))
		error_member(err, rule_date_pointer(c, o->second).text, slug, "%s (%s) is before %s, %s", o->second,
			     day, words, bound);
}

/* What has happened, as opposed to planned; a row that was written before this was a rule keeps its dates. */
static void check_past(const struct change *c, const char *name, struct error *err)
{
	if (rule_is_changed(c, name))
		rule_check_past(c, name, err);
}

static void check_dates(const struct change *c, struct error *err)
{
	check_past(c, "verbal_feedback_on", err);
	check_past(c, "received_on", err);
	check_past(c, "published_on", err);
	for (size_t i = 0; i < ARRAY_LEN(orders); i++)
		check_order(c, &orders[i], err);
	if (rule_is(c->draft, "status", "published") && !member_text(c->draft, "published_on"))
		error_member(err, "/published_on", "required", "is required of an inspection that is published");
}

/* Inspections precede the authorities of today, so only the end of an authority is looked at, and only of what is new. */
static void check_authority(const struct change *c, struct error *err)
{
	const json_t *authority = json_object_get(c->facts, "authority");
	const char *begin = begin_of(c->draft);
	const char *ended_on = member_text(authority, "ended_on");

	if (!rule_is(authority, "status", "abolished") || c->stored)
		return;
	if (rule_is_after(begin ? begin : c->today, ended_on))
		error_member(err, "/authority_id", "abolished",
			     "%s was abolished on %s; an inspection after that is of one of its successors",
			     member_text(authority, "name"), ended_on);
}

/* --- other visits ----------------------------------------------------------------------------- */

bool inspection_rules_clash(const struct change *c, const json_t *other)
{
	return rule_is_true(framework_of(c->draft, c->facts), "graded") && rule_is_true(other, "graded") &&
	       member_text(c->draft, "start_on") && member_text(c->draft, "end_on") &&
	       rule_is_true(other, "day_precise") && rule_is(other, "body", member_text(c->draft, "body"));
}

static void check_overlaps(const struct change *c, struct error *err)
{
	const json_t *other;
	size_t i;

	if (rule_is(c->draft, "status", "cancelled"))
		return;
	json_array_foreach(json_object_get(c->facts, "overlapping"), i, other)
		if (inspection_rules_clash(c, other))
			error_add(err, ERR_CONFLICT, IN_BODY, rule_date_pointer(c, "start_on").text,
				  "overlapping_inspection",
				  "the same body's %s from %s to %s (%s) shares days with this inspection",
				  member_text(other, "kind"), member_text(other, "start_on"),
				  member_text(other, "end_on"), member_text(other, "id"));
}

static void check_follows(const struct change *c, struct error *err)
{
	const char *follows_id = member_text(c->draft, "follows_id");
	const char *its_start = member_text(c->facts, "follows_start_on");

	if (!follows_id)
		return;
	if (rule_is(c->draft, "id", follows_id))
		error_member(err, "/follows_id", "self", "names this inspection itself; it must be an earlier visit");
	else if (rule_is_after(its_start, begin_of(c->draft)))
		error_member(err, "/follows_id", "later_inspection", "names a visit that starts later, on %s",
			     its_start);
	else if (rule_is_true(c->facts, "follows_itself"))
		error_member(err, "/follows_id", "circle", "names a visit that itself follows this one");
}

/* Only a joint inspection determines that a statement is due, and who is to write it. */
static void check_joint(const struct change *c, struct error *err)
{
	static const char *const members[] = { "statement_required", "principal_authority_id" };

	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		const json_t *value = json_object_get(c->draft, members[i]);

		if (value && !json_is_null(value) && !rule_is(c->draft, "kind", "jtai"))
			error_member(err, pointer_member("", members[i]).text, "not_joint",
				     "has a meaning only for a joint inspection (jtai)");
	}
}

static void check_discrepancies(const struct change *c, struct error *err)
{
	const json_t *discrepancy;
	size_t i;

	json_array_foreach(json_object_get(c->draft, "discrepancies"), i, discrepancy) {
		const char *member = member_text(discrepancy, "member");

		if (member && !resource_field(&inspection_resource, member))
			error_member(err, pointer_member(pointer_item("/discrepancies", i).text, "member").text,
				     "unknown_member", "must be the name of a member of inspections, such as delivery");
	}
}

static void check_sensitivity(const struct change *c, struct error *err)
{
	long n = rule_number(c->facts, "public_findings");

	if (n > 0 && !rule_is(c->draft, "sensitivity", "public"))
		error_member(err, "/sensitivity", "public_findings",
			     "must stay public while findings are: %ld of its findings %s public", n,
			     n == 1 ? "is" : "are");
}

void inspection_rules_check(const struct change *c, struct error *err)
{
	check_framework(c, err);
	check_judgements(c, err);
	check_dates(c, err);
	check_authority(c, err);
	check_overlaps(c, err);
	check_follows(c, err);
	check_joint(c, err);
	check_discrepancies(c, err);
	check_sensitivity(c, err);
}
