/*
 * An entry of the audit: one change to one row, or to one of its lists; that it
 * was read, where it is restricted; or that its text was erased. The database writes
 * them (sql/migrations/0016_audit.sql), whoever makes the change; read only here,
 * all of them together or those of one row: /v1/<resource>/{id}/history.
 */
#include "resource/known.h"
#include "resource/registry.h"

#include "core/banned.h"

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY | SORT },
	{ "at", F_TIME, READ_ONLY | FILTER | RANGE | SORT },
	{ "op", F_ENUM, READ_ONLY | FILTER | COUNT, .values = &audit_ops },
	{ "resource", F_TEXT, READ_ONLY | FILTER | COUNT, .known = KNOWN_JOURNALED },
	{ "row_id", F_TEXT, READ_ONLY | NULLABLE | FILTER },
	{ "member", F_TEXT, READ_ONLY | NULLABLE },
	{ "version", F_INT, READ_ONLY | NULLABLE },
	{ "authority_id", F_REF, READ_ONLY | NULLABLE | FILTER | COUNT | DERIVED, .ref = RES_AUTHORITY },
	{ "sensitivity", F_ENUM, READ_ONLY | NULLABLE | FILTER | COUNT, .values = &sensitivities },
	{ "actor", F_TEXT, READ_ONLY | FILTER | COUNT },
	{ "person", F_TEXT, READ_ONLY | NULLABLE | FILTER },
	{ "request_id", F_TEXT, READ_ONLY | NULLABLE | FILTER },
	{ "reason", F_TEXT, READ_ONLY | NULLABLE },
	{ "changes", F_JSON, READ_ONLY | DERIVED },
};

const struct resource audit_entry_resource = {
	.id = RES_AUDIT_ENTRY,
	.name = "audit_entry",
	.plural = "audit_entries",
	.noun = "audit entry",
	.path = "audit",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.default_sort = "-at",
	.numbered = true,
	.read_scope = "audit:read",
};
