/* resource/action_rules.h - the rules and warnings of actions, for action.c (see struct rules), and when one is open. */
#ifndef RESOURCE_ACTION_RULES_H
#define RESOURCE_ACTION_RULES_H

#include "resource/resource.h"

void action_rules_complete(json_t *draft, const json_t *stored, const json_t *facts);
void action_rules_check(const struct change *change, struct error *err);
void action_rules_warn(const struct change *change, json_t *warnings);
void action_rules_moved(json_t *draft, const struct move *move);

/* Work that is still to be done: as inspectd.action_is_open() has it. */
bool action_rules_is_open(const json_t *action);

#endif
