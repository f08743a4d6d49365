/*
 * The field's closed vocabularies. Codes are what clients send and rely on;
 * labels are for people and may be improved.
 */
#include "resource/vocabulary.h"

#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"

#include "core/banned.h"

#define VOCABULARY(variable, as_named, ...)                                                                            \
	static const struct term variable##_terms[] = { __VA_ARGS__ };                                                 \
	const struct vocabulary variable = { as_named, variable##_terms, ARRAY_LEN(variable##_terms) }

VOCABULARY(access_statuses, "access_status", { "active", "Active" }, { "revoked", "Revoked" });

VOCABULARY(audit_ops, "audit_op", { "created", "Created" }, { "updated", "Changed" }, { "deleted", "Deleted" },
	   { "restored", "Restored" }, { "read", "Read" }, { "erased", "Erased" });

VOCABULARY(authority_types, "authority_type", { "unitary", "Unitary authority" },
	   { "metropolitan_district", "Metropolitan district" }, { "london_borough", "London borough" },
	   { "city_corporation", "City of London Corporation" }, { "county", "County council" });

VOCABULARY(authority_statuses, "authority_status", { "current", "Current" }, { "abolished", "Abolished" });

VOCABULARY(inspection_kinds, "inspection_kind", { "standard_inspection", "Standard inspection" },
	   { "short_inspection", "Short inspection" },
	   { "sif_inspection", "Inspection under the single inspection framework" },
	   { "sif_reinspection", "Re-inspection under the single inspection framework" },
	   { "looked_after_children_inspection", "Inspection of services for looked after children" },
	   { "lscb_review", "Review of the Local Safeguarding Children Board" }, { "focused_visit", "Focused visit" },
	   { "monitoring_visit", "Monitoring visit" }, { "assurance_visit", "Assurance visit" },
	   { "jtai", "Joint targeted area inspection" },
	   { "commissioner_review", "Commissioner's or adviser's review" },
	   { "annual_engagement_meeting", "Annual engagement meeting" }, { "peer_review", "Peer review" },
	   { "unknown", "Not known" });

VOCABULARY(inspection_bodies, "inspection_body", { "ofsted", "Ofsted" }, { "joint", "Joint inspectorates" },
	   { "dfe", "Department for Education" }, { "sector", "The sector itself" });

VOCABULARY(inspection_statuses, "inspection_status", { "planned", "Planned" }, { "in_progress", "In progress" },
	   { "reported", "Reported to the authority" }, { "published", "Published" }, { "cancelled", "Cancelled" });

VOCABULARY(inspection_deliveries, "inspection_delivery", { "on_site", "On site" }, { "remote", "Remote" });

VOCABULARY(date_precisions, "date_precision", { "day", "On this day" }, { "month", "In this month" },
	   { "tentative", "Tentative" });

VOCABULARY(finding_kinds, "finding_kind", { "strength", "Strength" },
	   { "area_for_improvement", "Area for improvement" }, { "recommendation", "Recommendation" },
	   { "area_for_priority_action", "Area for priority action" }, { "observation", "Observation" },
	   { "not_assessed", "Not assessed" });

VOCABULARY(finding_polarities, "finding_polarity", { "positive", "Positive" }, { "mixed", "Mixed" },
	   { "negative", "Negative" });

VOCABULARY(finding_stages, "finding_stage", { "provisional", "Provisional (verbal feedback)" },
	   { "final", "Final (written)" });

VOCABULARY(finding_statuses, "finding_status", { "open", "Open" }, { "being_addressed", "Being addressed" },
	   { "addressed", "Addressed" }, { "confirmed_resolved", "Confirmed resolved" },
	   { "not_applicable", "Not applicable (a strength)" });

VOCABULARY(finding_relations, "finding_relation", { "repeats", "Repeats the earlier finding" },
	   { "improved", "Improved since the earlier finding" }, { "resolved", "Resolves the earlier finding" },
	   { "worsened", "Worse than the earlier finding" });

VOCABULARY(action_statuses, "action_status", { "proposed", "Proposed" }, { "not_started", "Not started" },
	   { "in_progress", "In progress" }, { "complete", "Complete (done)" },
	   { "embedded", "Embedded (shown to have changed practice)" }, { "on_hold", "On hold" },
	   { "cancelled", "Cancelled" }, { "superseded", "Superseded" });

VOCABULARY(rags, "rag", { "red", "Red" }, { "amber", "Amber" }, { "green", "Green" }, { "blue", "Blue" },
	   { "not_rated", "Not rated" });

VOCABULARY(sensitivities, "sensitivity", { "public", "Public" }, { "council", "Council" },
	   { "restricted", "Restricted" });

VOCABULARY(organisation_kinds, "organisation_kind", { "council_service", "Council service" }, { "police", "Police" },
	   { "health", "Health body" }, { "school", "School, college or academy trust" },
	   { "district_council", "District council" }, { "childrens_trust", "Children's trust or council company" },
	   { "voluntary_sector", "Voluntary sector" }, { "improvement_partner", "Improvement partner" },
	   { "inspectorate", "Inspectorate" }, { "government_department", "Government department" },
	   { "partnership", "Partnership" }, { "other", "Other" });

VOCABULARY(document_roles, "document_role", { "letter", "Letter" }, { "report", "Report" }, { "plan", "Plan" },
	   { "slides", "Slides" }, { "minutes", "Minutes" }, { "agenda", "Agenda" }, { "evidence", "Evidence" },
	   { "background_paper", "Background paper" }, { "other", "Other" });

VOCABULARY(plan_kinds, "plan_kind", { "statutory_statement", "Written statement of action" },
	   { "focused_visit_plan", "Plan after a focused visit" },
	   { "joint_statement", "Multi-agency statement after a joint inspection" },
	   { "practice_improvement_plan", "Practice improvement plan" }, { "improvement_plan", "Improvement plan" },
	   { "year_plan", "Plan for a year" }, { "business_plan", "Business plan (plan on a page)" },
	   { "other", "Other" });

VOCABULARY(plan_statuses, "plan_status", { "draft", "Draft" }, { "agreed", "Agreed" }, { "submitted", "Submitted" },
	   { "in_force", "In force" }, { "superseded", "Superseded" }, { "closed", "Closed" });

VOCABULARY(plan_responses, "plan_response", { "accepted", "Accepted" },
	   { "accepted_with_comments", "Accepted with comments" },
	   { "rejected", "Rejected: does not reflect the findings" });

VOCABULARY(cadences, "cadence", { "weekly", "Weekly" }, { "fortnightly", "Fortnightly" },
	   { "four_weekly", "Every four weeks" }, { "monthly", "Monthly" }, { "six_weekly", "Every six weeks" },
	   { "every_two_months", "Every two months" }, { "quarterly", "Quarterly" }, { "six_monthly", "Six-monthly" },
	   { "annually", "Annually" }, { "by_exception", "By exception" }, { "as_needed", "As needed" });

VOCABULARY(action_precisions, "action_precision", { "day", "On this day" }, { "month", "In this month" },
	   { "tentative", "Tentative" }, { "ongoing", "Ongoing, without an end" });

VOCABULARY(impacts, "impact", { "not_yet_evident", "Not yet evident" }, { "emerging", "Emerging" },
	   { "evidenced", "Evidenced" });

VOCABULARY(extension_statuses, "extension_status", { "requested", "Asked for" }, { "granted", "Granted" },
	   { "refused", "Refused" }, { "withdrawn", "Withdrawn" });

VOCABULARY(deadline_kinds, "deadline_kind", { "publish_report", "Publish the report" },
	   { "written_statement", "Written statement of action" }, { "draft_action_plan", "Draft action plan" },
	   { "final_action_plan", "Final action plan" }, { "joint_statement", "Multi-agency statement" });

VOCABULARY(deadline_statuses, "deadline_status", { "unknown", "Not known: no day of receipt" },
	   { "upcoming", "Still to come" }, { "overdue", "Overdue" }, { "met", "Met in time" },
	   { "met_late", "Met late" });

VOCABULARY(deadline_bases, "deadline_basis", { "regulation", "Regulation" },
	   { "framework", "Inspection framework, not statute" }, { "letter", "Date stated in the letter" });

VOCABULARY(measure_polarities, "measure_polarity", { "higher_is_better", "Higher is better" },
	   { "lower_is_better", "Lower is better" }, { "neutral", "Neither" });

VOCABULARY(tolerance_kinds, "tolerance_kind", { "points", "In the measure's own unit" },
	   { "percent", "Per cent of the target" });

VOCABULARY(comparators, "comparator", { "=", "Exactly" }, { ">", "More than" }, { ">=", "At least" },
	   { "<", "Fewer than" }, { "<=", "At most" });

VOCABULARY(directions, "direction_of_travel", { "improving", "Improving" }, { "worsening", "Worsening" },
	   { "unchanged", "Unchanged" }, { "unknown", "Not known" });

VOCABULARY(board_kinds, "board_kind", { "improvement_board", "Improvement board" },
	   { "scrutiny_panel", "Scrutiny panel or committee" }, { "executive", "Executive or cabinet" },
	   { "safeguarding_partnership", "Safeguarding partnership or board" },
	   { "corporate_parenting_board", "Corporate parenting board" }, { "council", "Full council" },
	   { "task_and_finish_group", "Task and finish group" }, { "working_group", "Working group" },
	   { "leadership_team", "Leadership team" }, { "partnership_board", "Partnership board" },
	   { "other", "Other" });

VOCABULARY(meeting_statuses, "meeting_status", { "planned", "Planned" }, { "held", "Held" },
	   { "cancelled", "Cancelled" });

VOCABULARY(meeting_modes, "meeting_mode", { "in_person", "In person" }, { "virtual", "Virtual" },
	   { "hybrid", "Hybrid" });

VOCABULARY(attendances, "attendance", { "present", "Present" }, { "apologies", "Apologies for absence" },
	   { "absent", "Absent" }, { "expected", "Expected" });

VOCABULARY(capacities, "capacity", { "chair", "Chair" }, { "vice_chair", "Vice-chair" }, { "member", "Member" },
	   { "co_opted_member", "Co-opted member" }, { "officer", "Officer" }, { "partner", "Partner" },
	   { "guest", "Invited to attend" }, { "observer", "Observer" });

VOCABULARY(decision_kinds, "decision_kind", { "noted", "Noted" }, { "agreed", "Agreed" }, { "resolved", "Resolved" },
	   { "recommended", "Recommended" }, { "requested", "Requested" });

VOCABULARY(decision_statuses, "decision_status", { "proposed", "Proposed" }, { "taken", "Taken" },
	   { "done", "Done: what it asked for has happened" }, { "withdrawn", "Withdrawn" });

VOCABULARY(decision_answers, "decision_answer", { "accepted", "Accepted" }, { "partly", "Accepted in part" },
	   { "rejected", "Rejected" });

VOCABULARY(intervention_kinds, "intervention_kind", { "adviser", "Department's adviser" },
	   { "improvement_notice", "Improvement notice" }, { "statutory_direction", "Statutory direction" },
	   { "commissioner", "Commissioner" }, { "trust_direction", "Direction to set up a trust" },
	   { "support_and_supervision", "Support and supervision" }, { "improvement_partner", "Improvement partner" });

VOCABULARY(delivery_model_kinds, "delivery_model_kind", { "in_house", "In house" },
	   { "childrens_trust", "Children's trust" }, { "council_company", "Council-owned company" },
	   { "shared_service", "Service shared with other councils" }, { "other", "Other" });

const struct vocabulary *const vocabularies[] = {
	&access_statuses,
	&action_precisions,
	&action_statuses,
	&attendances,
	&audit_ops,
	&authority_statuses,
	&authority_types,
	&board_kinds,
	&cadences,
	&capacities,
	&comparators,
	&date_precisions,
	&deadline_bases,
	&deadline_kinds,
	&deadline_statuses,
	&decision_answers,
	&decision_kinds,
	&decision_statuses,
	&delivery_model_kinds,
	&directions,
	&document_roles,
	&extension_statuses,
	&finding_kinds,
	&finding_polarities,
	&finding_relations,
	&finding_stages,
	&finding_statuses,
	&impacts,
	&inspection_bodies,
	&inspection_deliveries,
	&inspection_kinds,
	&inspection_statuses,
	&intervention_kinds,
	&measure_polarities,
	&meeting_modes,
	&meeting_statuses,
	&organisation_kinds,
	&plan_kinds,
	&plan_responses,
	&plan_statuses,
	&rags,
	&sensitivities,
	&tolerance_kinds,
};
const size_t n_vocabularies = ARRAY_LEN(vocabularies);

bool vocabulary_has(const struct vocabulary *v, const char *code)
{
	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->terms[i].code, code) == 0)
			return true;
	return false;
}

void vocabulary_list(const struct vocabulary *v, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < v->n && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s", i ? ", " : "", v->terms[i].code);
}
