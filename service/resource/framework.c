/*
 * A judgement framework: which strands and grades an inspection may have, by the
 * start of its fieldwork. Reference data; read only here.
 */
#include "resource/resource.h"

#include "resource/registry.h"

#include "core/banned.h"

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY | FILTER | SORT },
	{ "name", F_TEXT, READ_ONLY | SORT },
	{ "body", F_ENUM, READ_ONLY | FILTER, .values = &inspection_bodies },
	{ "kinds", F_TEXTS, READ_ONLY },
	{ "graded", F_BOOL, READ_ONLY | FILTER },
	{ "full_inspection", F_BOOL, READ_ONLY | FILTER },
	{ "starts_on", F_DATE, READ_ONLY | FILTER | RANGE | SORT | NULLABLE },
	{ "ends_on", F_DATE, READ_ONLY | FILTER | RANGE | SORT | NULLABLE },
	{ "strands", F_JSON, READ_ONLY },
	{ "grades", F_JSON, READ_ONLY },
	{ "source", F_TEXT, READ_ONLY | NULLABLE },
};

static const struct filter filters[] = {
	{ "kind", F_ENUM, .values = &inspection_kinds, .sql = "kinds && {v}" },
};

const struct resource framework_resource = {
	.id = RES_FRAMEWORK,
	.name = "framework",
	.plural = "frameworks",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.filters = filters,
	.n_filters = ARRAY_LEN(filters),
	.default_sort = "starts_on,id",
	.own_key = true,
};
