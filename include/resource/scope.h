/*
 * resource/scope.h - every scope there is: what the tables of resources ask for,
 * and a few that belong to none. Pure; safe from any thread.
 */
#ifndef RESOURCE_SCOPE_H
#define RESOURCE_SCOPE_H

#include "resource/resource.h"

#define SCOPE_BYTES 80

/* The i-th of all. False: there are fewer. */
bool scope_at(size_t i, char out[SCOPE_BYTES]);

bool scope_is_known(const char *scope);
bool scope_is_write(const char *scope); /* "<plural>:write" */

/* What reading a resource takes: its own scope, or another's. */
void scope_to_read(const struct resource *r, char out[SCOPE_BYTES]);

/* "; did you mean findings:read?", or which there are. For a message about one that is not known. */
void scope_hint(const char *wanted, char *out, size_t size);

#endif
