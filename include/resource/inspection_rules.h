/* resource/inspection_rules.h - the rules and warnings of inspections. For inspection.c only; see struct rules. */
#ifndef RESOURCE_INSPECTION_RULES_H
#define RESOURCE_INSPECTION_RULES_H

#include "resource/resource.h"

#define STRAND_OVERALL "overall_effectiveness"

void inspection_rules_complete(json_t *draft, const json_t *stored, const json_t *facts);
void inspection_rules_check(const struct change *change, struct error *err);
void inspection_rules_moved(json_t *draft, const struct move *move);
void inspection_warnings_add(const struct change *change, json_t *warnings);

/* Two graded inspections by one body, both known to the day, cannot share days. Other visits can. */
bool inspection_rules_clash(const struct change *change, const json_t *other);

#endif
