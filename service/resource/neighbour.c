/* The DfE's ten statistical neighbours of an authority, ranked. Read only, beneath an authority. */
#include "resource/resource.h"

#include "resource/registry.h"

#include "core/banned.h"

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY },
	{ "authority_id", F_REF, READ_ONLY, .ref = RES_AUTHORITY },
	{ "rank", F_INT, READ_ONLY | SORT },
	{ "neighbour_id", F_REF, READ_ONLY | FILTER, .ref = RES_AUTHORITY },
	{ "name", F_TEXT, READ_ONLY | SORT },
	{ "region", F_TEXT, READ_ONLY | NULLABLE },
};

static const struct expansion expansions[] = {
	{ "neighbour", RES_AUTHORITY, .column = "neighbour_id" },
};

const struct resource neighbour_resource = {
	.id = RES_NEIGHBOUR,
	.name = "neighbour",
	.plural = "neighbours",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.default_sort = "rank",
	.own_key = true,
	.read_scope = "authorities:read",
};
