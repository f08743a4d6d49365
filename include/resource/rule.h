/*
 * resource/rule.h - what the rules of several resources say alike. Pure.
 *
 * Everything takes absent, null and NULL for the same thing, so that a rule can
 * ask about what a draft or the facts may not have.
 */
#ifndef RESOURCE_RULE_H
#define RESOURCE_RULE_H

#include "resource/pointer.h"
#include "resource/resource.h"

void rule_set(json_t *draft, const char *name, const char *text);  /* NULL: null */
void rule_fill(json_t *draft, const char *name, const char *text); /* only what is null */

bool rule_is(const json_t *object, const char *name, const char *text);
bool rule_is_true(const json_t *object, const char *name);
long rule_number(const json_t *object, const char *name);       /* 0 when absent */
bool rule_is_after(const char *date, const char *other);        /* false when either is NULL */
bool rule_is_changed(const struct change *c, const char *name); /* true of every member on create */
bool rule_is_moving(const struct change *c);                    /* a transition, which carries no members but dates */

/* Complains of a day on which something happened when it is still to come. */
void rule_check_past(const struct change *c, const char *name, struct error *err);

/* Complains of `later` when it is before `earlier`. */
void rule_check_order(const struct change *c, const char *earlier, const char *later, struct error *err);

/* Complains of a decision, newly named by `name` and told of in facts.decision, that was not taken. */
void rule_check_taken(const struct change *c, const char *name, struct error *err);

/* Whether facts.meeting is one that has not been held, so that nothing can have come of it. */
bool rule_is_before_meeting(const struct change *c);

/* Says so: a conflict at `pointer`. `nothing` is what has not come of it: "nothing has been taken at it". */
void rule_refuse_before_meeting(const struct change *c, const char *pointer, const char *nothing, struct error *err);

/* Where a date came from: /on in the body of a transition that brought it, else its own member. */
struct pointer rule_date_pointer(const struct change *c, const char *name);

/* Lists of objects, by one member of theirs; or of texts, where member is NULL. */
const json_t *rule_find(const json_t *list, const char *member, const char *text);
void rule_list(const json_t *list, const char *member, char *out, size_t size); /* "a, b, c", cut to fit */

/* Every transition: the status and its day. */
void rule_moved(json_t *draft, const struct move *move);

#endif
