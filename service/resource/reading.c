/*
 * One time that restricted rows of an authority were shown to somebody. Written by
 * inspectd.note_reading() before the answer goes out; read only here.
 */
#include "resource/known.h"
#include "resource/registry.h"

#include "core/banned.h"

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY | SORT },
	{ "at", F_TIME, READ_ONLY | FILTER | RANGE | SORT },
	{ "actor", F_TEXT, READ_ONLY | FILTER },
	{ "person", F_TEXT, READ_ONLY | NULLABLE | FILTER },
	{ "request_id", F_TEXT, READ_ONLY | NULLABLE | FILTER },
	{ "authority_id", F_REF, READ_ONLY | NULLABLE | FILTER | DERIVED, .ref = RES_AUTHORITY },
	{ "resource", F_TEXT, READ_ONLY | FILTER, .known = KNOWN_JOURNALED },
	{ "row_ids", F_JSON, READ_ONLY },
};

static const struct filter filters[] = {
	{ "row_id", F_TEXT, .sql = "row_ids ?| {v}" },
};

const struct resource reading_resource = {
	.id = RES_READING,
	.name = "reading",
	.plural = "readings",
	.path = "audit/readings",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.filters = filters,
	.n_filters = ARRAY_LEN(filters),
	.default_sort = "-at",
	.numbered = true,
	.read_scope = "audit:read",
};
