/*
 * How long the words of deleted rows are kept, one rule for each kind of row. The
 * database has them all from the start; a council sets the months. What acts on
 * them is the job `retention` (job/job.c, sql/migrations/0017_retention.sql).
 */
#include "resource/common.h"
#include "resource/registry.h"

#include "core/banned.h"

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY | SORT },
	{ "members", F_TEXTS, READ_ONLY },
	{ "months", F_INT, NULLABLE | FILTER | RANGE, .min = 1, .max = 1200 },
	{ "basis", F_TEXT, REQUIRED, .max = 500, .pattern = "filled" },
	FIELDS_TRACE,
};

const struct resource retention_rule_resource = {
	.id = RES_RETENTION_RULE,
	.name = "retention_rule",
	.plural = "retention_rules",
	.noun = "retention rule",
	.path = "retention-rules",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.default_sort = "id",
	.own_key = true,
	.writable = true,
	.read_scope = "audit:read",
	.write_scope = "admin",
};
