/*
 * resource/vocabulary.h - the field's closed vocabularies, each code with its label.
 *
 * Strands and grades are not here: they are data of a framework, in the database.
 * Constant tables; nothing to own, safe from any thread.
 */
#ifndef RESOURCE_VOCABULARY_H
#define RESOURCE_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>

struct term {
	const char *code, *label;
};

struct vocabulary {
	const char *name; /* as /v1/vocabularies names it */
	const struct term *terms;
	size_t n;
};

bool vocabulary_has(const struct vocabulary *v, const char *code);
void vocabulary_list(const struct vocabulary *v, char *out, size_t size); /* "a, b, c", cut to fit */

extern const struct vocabulary *const vocabularies[];
extern const size_t n_vocabularies;

extern const struct vocabulary access_statuses, action_precisions, action_statuses, attendances, authority_statuses,
	audit_ops, authority_types, board_kinds, cadences, capacities, comparators, date_precisions, deadline_bases,
	deadline_kinds, deadline_statuses, decision_answers, decision_kinds, decision_statuses, delivery_model_kinds,
	directions, document_roles, extension_statuses, finding_kinds, finding_polarities, finding_relations,
	finding_stages, finding_statuses, impacts, inspection_bodies, inspection_deliveries, inspection_kinds,
	inspection_statuses, intervention_kinds, measure_polarities, meeting_modes, meeting_statuses,
	organisation_kinds, plan_kinds, plan_responses, plan_statuses, rags, sensitivities, tolerance_kinds;

#endif
