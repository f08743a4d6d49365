/*
 * What a client may do, and whose rows it sees. Everything that this layer refuses
 * is asked here; row-level security asks once more, beneath.
 *
 * Built with INSPECTD_UNCHECKED (a test's build, never a release), everybody may
 * everything and sees all, as far as this layer goes: what is refused then, the
 * database has refused.
 */
#include <string.h>

#include "operation/operation.h"

#include "core/banned.h"

#ifdef INSPECTD_UNCHECKED
static const bool unchecked = true;
#else
static const bool unchecked = false;
#endif

/* The sensitivities stand from the most open to the most restricted. */
bool client_clears(const struct client *client, const char *sensitivity)
{
	if (unchecked)
		return true;
	for (size_t i = 0; i < sensitivities.n; i++) {
		if (strcmp(sensitivities.terms[i].code, sensitivity) == 0)
			return true;
		if (strcmp(sensitivities.terms[i].code, client->clearance) == 0)
			return false;
	}
	return false;
}

bool client_sees_all(const struct client *client)
{
	return unchecked || (!client->authority_ids && client_clears(client, "restricted"));
}

/* Whoever may grant must hold all there is to grant. */
bool client_may(const struct client *client, const char *scope)
{
	for (size_t i = 0; !unchecked && client->scopes[i]; i++)
		if (strcmp(client->scopes[i], "admin") == 0 ? client_sees_all(client)
							    : strcmp(client->scopes[i], scope) == 0)
			return true;
	return unchecked;
}

bool client_reaches(const struct client *client, const char *authority_id)
{
	if (unchecked || !client->authority_ids)
		return true;
	for (size_t i = 0; authority_id && client->authority_ids[i]; i++)
		if (strcmp(client->authority_ids[i], authority_id) == 0)
			return true;
	return false;
}

bool client_writes(const struct client *client)
{
	return client_clears(client, "council");
}
