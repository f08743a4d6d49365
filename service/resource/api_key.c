/*
 * What is known of an API key, which is not the key: that is shown once, when
 * operation/key.c makes it, and only a keyed hash of it is kept, apart from this.
 */
#include "resource/common.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY | SORT },
	{ "client_id", F_REF, READ_ONLY | FILTER, .ref = RES_CLIENT },
	{ "hint", F_TEXT, READ_ONLY | NULLABLE, .max = 4 },
	{ "status", F_ENUM, READ_ONLY | FILTER, .values = &access_statuses },
	{ "status_on", F_DATE, READ_ONLY | NULLABLE },
	{ "allowed_transitions", F_TRANSITIONS, READ_ONLY },
	{ "expires_on", F_DATE, READ_ONLY | NULLABLE | FILTER | RANGE },
	{ "ends_at", F_TIME, READ_ONLY | NULLABLE },
	{ "last_used_at", F_TIME, READ_ONLY | NULLABLE | DERIVED },
	{ "version", F_INT, READ_ONLY },
	{ "created_at", F_TIME, READ_ONLY | FILTER | RANGE | SORT },
	{ "updated_at", F_TIME, READ_ONLY | FILTER | RANGE | SORT },
};

static const struct status_step steps[] = {
	{ "active", "revoked", false },
};

static const struct status_table statuses = { &access_statuses, steps, ARRAY_LEN(steps) };

const struct resource api_key_resource = {
	.id = RES_API_KEY,
	.name = "api_key",
	.plural = "api_keys",
	.noun = "key",
	.path = "keys",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.status = &statuses,
	.default_sort = "-created_at",
	.read_scope = "admin",
	.write_scope = "admin",
	.writable = true,
	.rules = { .moved = rule_moved },
};
