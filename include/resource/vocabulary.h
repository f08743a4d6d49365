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

extern const struct vocabulary authority_types, authority_statuses, inspection_kinds, inspection_bodies,
	inspection_statuses, inspection_deliveries, date_precisions, finding_kinds, finding_polarities, finding_stages,
	finding_statuses, finding_relations, action_statuses, rags, sensitivities;

#endif
