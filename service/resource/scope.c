/* All scopes, from the tables of resources. */
#include "resource/scope.h"

#include <stdio.h>
#include <string.h>

#include "resource/nearest.h"

#include "core/banned.h"

static const char *const others[] = { "reports:read", "audit:read", "admin", "act_as" };

void scope_to_read(const struct resource *r, char out[SCOPE_BYTES])
{
	if (r->read_scope)
		(void)snprintf(out, SCOPE_BYTES, "%s", r->read_scope);
	else
		(void)snprintf(out, SCOPE_BYTES, "%s:read", r->plural);
}

/* How many scopes are a resource's own: reading, then writing. */
static size_t own_scopes(const struct resource *r)
{
	if (r->read_scope)
		return 0;
	return r->writable && !r->write_scope ? 2 : 1;
}

bool scope_at(size_t i, char out[SCOPE_BYTES])
{
	for (size_t id = RES_NONE + 1; id < RES_COUNT_; id++) {
		size_t n = own_scopes(resources[id]);

		if (i < n) {
			(void)snprintf(out, SCOPE_BYTES, "%s:%s", resources[id]->plural, i == 0 ? "read" : "write");
			return true;
		}
		i -= n;
	}
	if (i >= ARRAY_LEN(others))
		return false;
	(void)snprintf(out, SCOPE_BYTES, "%s", others[i]);
	return true;
}

bool scope_is_known(const char *scope)
{
	char known[SCOPE_BYTES];

	for (size_t i = 0; scope_at(i, known); i++)
		if (strcmp(scope, known) == 0)
			return true;
	return false;
}

bool scope_is_write(const char *scope)
{
	const char *colon = strchr(scope, ':');

	return colon && strcmp(colon, ":write") == 0;
}

void scope_hint(const char *wanted, char *out, size_t size)
{
	struct nearest nearest = { wanted };
	char known[SCOPE_BYTES];

	for (size_t i = 0; scope_at(i, known); i++)
		nearest_offer(&nearest, known);
	nearest_hint(&nearest, out, size);
	if (!nearest.best[0])
		(void)snprintf(out, size,
			       "; a scope is <resource>:read or <resource>:write, as in findings:read, or one of "
			       "reports:read, audit:read, admin, act_as");
}
