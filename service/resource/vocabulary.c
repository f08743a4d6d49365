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

const struct vocabulary *const vocabularies[] = {
	&action_statuses,       &authority_statuses,
	&authority_types,       &date_precisions,
	&finding_kinds,         &finding_polarities,
	&finding_relations,     &finding_stages,
	&finding_statuses,      &inspection_bodies,
	&inspection_deliveries, &inspection_kinds,
	&inspection_statuses,   &rags,
	&sensitivities,
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
