/*
 * resource/belonging.h - rows that belong to another row: their authority is that
 * row's, and they are never less restricted. Pure.
 *
 * Which row that is says `belongs_to` in the table; what it holds are the facts
 * "parent" and "more_open" (see struct change).
 */
#ifndef RESOURCE_BELONGING_H
#define RESOURCE_BELONGING_H

#include "resource/resource.h"

/* The authority and the sensitivity that the row it belongs to gives. What a client may say itself stays as it was said. */
void belonging_complete(const struct resource *r, json_t *draft, const json_t *facts);

void belonging_check(const struct resource *r, const struct change *change, struct error *err);

/* Whether rows of `child` belong to rows of `r` and say themselves how restricted they are. */
bool belonging_is_free(const struct resource *child, const struct resource *r);

#endif
