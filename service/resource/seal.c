/*
 * What holds the entries of the audit between two numbers together: how many they
 * are, and a digest over them and the seal before. Made by inspectd.seal(); whoever
 * keeps a copy elsewhere can hold the database to it.
 */
#include "resource/registry.h"

#include "core/banned.h"

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY | SORT },
	{ "at", F_TIME, READ_ONLY | FILTER | RANGE },
	{ "first_seq", F_INT, READ_ONLY },
	{ "last_seq", F_INT, READ_ONLY },
	{ "entries", F_INT, READ_ONLY },
	{ "digest", F_TEXT, READ_ONLY },
	{ "previous", F_TEXT, READ_ONLY | NULLABLE },
};

const struct resource seal_resource = {
	.id = RES_SEAL,
	.name = "seal",
	.plural = "seals",
	.path = "audit/heads",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.default_sort = "id",
	.numbered = true,
	.read_scope = "audit:read",
};
