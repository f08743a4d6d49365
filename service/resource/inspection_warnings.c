/*
 * What is odd about an inspection, but real: it is stored, and said. The
 * patterns are those measured over the published reports of 2013 to 2026.
 */
#include <string.h>

#include "core/text.h"
#include "resource/inspection_rules.h"
#include "resource/rule.h"

#include "core/banned.h"

#define LATE_WORKING_DAYS 60
#define COUNTED_DAYS      1500 /* beyond these, facts do not count working days */
#define NOT_JUDGED        "not_judged"
#define INADEQUATE        "inadequate"

static const json_t *framework_of(const struct change *c, const json_t *holder)
{
	return rule_find(json_object_get(c->facts, "frameworks"), "id", member_text(holder, "framework_id"));
}

/* --- other visits, and the framework ---------------------------------------------------- */

static void warn_overlaps(const struct change *c, json_t *warnings)
{
	const json_t *other;
	size_t i;

	if (rule_is(c->draft, "status", "cancelled"))
		return;
	json_array_foreach(json_object_get(c->facts, "overlapping"), i, other)
		if (!inspection_rules_clash(c, other))
			warning_add(
				warnings, "overlapping_visit", "/start_on",
				"Shares days with the %s of %s (%s); check that they are not one visit entered twice.",
				member_text(other, "kind"), member_text(other, "start_on"), member_text(other, "id"));
}

/* The client may have chosen it; but where the old one no longer fits, it is worth saying. */
static void warn_framework(const struct change *c, json_t *warnings)
{
	const json_t *old = framework_of(c, c->stored);
	const char *is = member_text(c->draft, "framework_id");

	if (!c->stored || !rule_is(c->stored, "status", "planned") || rule_is(c->stored, "framework_id", is))
		return;
	if (!rule_is_true(old, "in_force"))
		warning_add(warnings, "framework_changed", "/framework_id",
			    "The visit now falls under %s instead of %s, by its kind and the start of fieldwork.", is,
			    member_text(c->stored, "framework_id"));
}

/* --- dates -------------------------------------------------------------------------------- */

static void warn_publication(const struct change *c, json_t *warnings)
{
	const char *end_on = member_text(c->draft, "end_on");
	const char *published_on = member_text(c->draft, "published_on");
	long days = rule_number(c->facts, "working_days_to_publication");

	if (!end_on || !published_on)
		return;
	if (days > LATE_WORKING_DAYS)
		warning_add(
			warnings, "published_late", "/published_on",
			"Published %ld working days after fieldwork ended; 21 to 36 are usual, so check both dates.",
			days);
	else if (text_date_number(published_on) - text_date_number(end_on) >= COUNTED_DAYS)
		warning_add(
			warnings, "published_late", "/published_on",
			"Published years after fieldwork ended; 21 to 36 working days are usual, so check both dates.");
}

static void warn_fieldwork(const struct change *c, json_t *warnings)
{
	const char *published_on = member_text(c->draft, "published_on");
	bool has_report = rule_is(c->draft, "status", "reported") || rule_is(c->draft, "status", "published");

	if (rule_is(c->draft, "start_on", published_on) || rule_is(c->draft, "end_on", published_on))
		warning_add(
			warnings, "fieldwork_ends_on_publication", "/published_on",
			"Fieldwork cannot well start or end on the day of publication; one of the dates may be the other's.");
	if (has_report && !member_text(c->draft, "start_on"))
		warning_add(warnings, "no_fieldwork_dates", "/start_on",
			    "There is a report but no start of fieldwork; the framework was taken from another date.");
}

/* Typed in one place and meant in another: dates that are in order one by one, but not together. */
static void warn_order(const struct change *c, json_t *warnings)
{
	const char *start_on = member_text(c->draft, "start_on"), *received_on = member_text(c->draft, "received_on");
	const char *published_on = member_text(c->draft, "published_on");
	bool begun = !rule_is(c->draft, "status", "planned") && !rule_is(c->draft, "status", "cancelled");

	if (begun && start_on && strcmp(start_on, c->today) > 0)
		warning_add(warnings, "begun_in_future", "/start_on",
			    "The visit is said to have begun, but start_on is still to come.");
	if (received_on && published_on && strcmp(published_on, received_on) < 0)
		warning_add(
			warnings, "published_before_received", "/received_on",
			"Published before the authority received the report; the statutory clock runs from receipt.");
}

/* --- judgements ----------------------------------------------------------------------------- */

/* A grade's place in its framework, 1 for the best; 0 for what is not on the scale. */
static size_t place_of(const json_t *framework, const char *grade)
{
	const json_t *item;
	size_t i;

	if (!grade || strcmp(grade, NOT_JUDGED) == 0)
		return 0;
	json_array_foreach(json_object_get(framework, "grades"), i, item)
		if (rule_is(item, "grade", grade))
			return i + 1;
	return 0;
}

/* What the judgements beside the overall one amount to. */
struct others {
	size_t n, best, worst;
	bool any_inadequate;
	const char *limiting; /* a strand that limits overall and is inadequate, or NULL */
};

static void add_other(struct others *o, const json_t *framework, const json_t *judgement)
{
	const char *strand = member_text(judgement, "strand");
	size_t place = place_of(framework, member_text(judgement, "grade"));

	if (place == 0)
		return;
	o->best = o->n == 0 || place < o->best ? place : o->best;
	o->worst = place > o->worst ? place : o->worst;
	o->n++;
	if (!rule_is(judgement, "grade", INADEQUATE))
		return;
	o->any_inadequate = true;
	if (rule_is_true(rule_find(json_object_get(framework, "strands"), "strand", strand), "limits_overall"))
		o->limiting = strand;
}

static void warn_overall(const char *overall, size_t place, const struct others *o, const char *pointer,
			 json_t *warnings)
{
	bool is_inadequate = strcmp(overall, INADEQUATE) == 0;

	if (o->limiting && !is_inadequate)
		warning_add(warnings, "limiting_judgement_pattern", pointer,
			    "Overall is %s although %s is inadequate, which has always limited it; check both grades.",
			    overall, o->limiting);
	else if (is_inadequate && !o->any_inadequate)
		warning_add(
			warnings, "limiting_judgement_pattern", pointer,
			"Overall is inadequate although no other judgement is, which no report has shown; check it.");
	else if (place < o->best || place > o->worst)
		warning_add(
			warnings, "limiting_judgement_pattern", pointer,
			"Overall is %s, outside the range of the other judgements, which no report has shown; check it.",
			overall);
}

static void warn_judgements(const struct change *c, json_t *warnings)
{
	const json_t *framework = framework_of(c, c->draft);
	const json_t *judgement;
	struct others others = { 0 };
	const char *overall = NULL;
	struct pointer pointer = { "" };
	size_t i;

	json_array_foreach(json_object_get(c->draft, "judgements"), i, judgement) {
		if (rule_is(judgement, "strand", STRAND_OVERALL)) {
			overall = member_text(judgement, "grade");
			pointer = pointer_member(pointer_item("/judgements", i).text, "grade");
		} else {
			add_other(&others, framework, judgement);
		}
	}
	if (overall && others.n > 0 && place_of(framework, overall) > 0)
		warn_overall(overall, place_of(framework, overall), &others, pointer.text, warnings);
}

/* --- what came before ------------------------------------------------------------------------- */

/* Best first. Adequate is the older word for the third. */
static int badness(const char *grade)
{
	static const char *const scale[] = { "outstanding", "good", "requires_improvement", INADEQUATE };

	for (size_t i = 0; grade && i < ARRAY_LEN(scale); i++)
		if (strcmp(scale[i], grade) == 0)
			return (int)i + 1;
	return grade && strcmp(grade, "adequate") == 0 ? 3 : 0;
}

/* The overall grade among {strand: grade}; without one, the worst. NULL when there is none. */
static const char *grade_standing(const json_t *grades)
{
	const char *worst = NULL, *strand;
	json_t *grade;

	if (member_text(grades, STRAND_OVERALL))
		return member_text(grades, STRAND_OVERALL);
	json_object_foreach((json_t *)grades, strand, grade)
		if (badness(json_string_value(grade)) > badness(worst))
			worst = json_string_value(grade);
	return worst;
}

static void warn_focused(const struct change *c, json_t *warnings)
{
	const char *standing = grade_standing(json_object_get(c->facts, "standing_grades"));

	if (rule_is(c->draft, "kind", "focused_visit") && standing && strcmp(standing, INADEQUATE) == 0)
		warning_add(
			warnings, "focused_visit_to_inadequate", "/kind",
			"The authority stood at inadequate, where monitoring visits are usual; focused visits there "
			"are known from 2020 and 2021 only.");
}

static void warn_monitoring(const struct change *c, json_t *warnings)
{
	const char *standing = grade_standing(json_object_get(c->facts, "standing_grades"));

	if (rule_is(c->draft, "kind", "monitoring_visit") && standing && strcmp(standing, INADEQUATE) != 0)
		warning_add(warnings, "unusual_kind_after_grade", "/kind",
			    "Monitoring visits follow an inadequate judgement, and the authority stood at %s.",
			    standing);
}

static void warn_kind(const struct change *c, json_t *warnings)
{
	const char *before = grade_standing(json_object_get(json_object_get(c->facts, "previous"), "grades"));
	int bad = badness(before);

	if (bad >= 3 && rule_is(c->draft, "kind", "short_inspection"))
		warning_add(warnings, "unusual_kind_after_grade", "/kind",
			    "A standard inspection usually follows %s, and this is a short one; check the kind.",
			    before);
	else if (bad > 0 && bad < 3 && rule_is(c->draft, "kind", "standard_inspection"))
		warning_add(warnings, "unusual_kind_after_grade", "/kind",
			    "A short inspection usually follows %s; a standard one does now and then.", before);
}

void inspection_warnings_add(const struct change *c, json_t *warnings)
{
	warn_overlaps(c, warnings);
	warn_framework(c, warnings);
	warn_publication(c, warnings);
	warn_fieldwork(c, warnings);
	warn_order(c, warnings);
	warn_judgements(c, warnings);
	warn_focused(c, warnings);
	warn_monitoring(c, warnings);
	warn_kind(c, warnings);
}
