/* A body that watches improvement: improvement board, scrutiny panel, executive, safeguarding partnership and others. */
#include "resource/common.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct field fields[] = {
	FIELDS_OWNED,
	{ "name", F_TEXT, REQUIRED | FILTER | SORT, .max = 200, .pattern = "name" },
	{ "kind", F_ENUM, REQUIRED | FILTER | SORT | COUNT, .values = &board_kinds },
	{ "statutory", F_BOOL, NULLABLE | FILTER },
	{ "cadence", F_ENUM, NULLABLE | FILTER | COUNT, .values = &cadences },
	{ "chair_role", F_TEXT, NULLABLE, .max = 200 },
	{ "independent_chair", F_BOOL, NULLABLE | FILTER },
	{ "organisation_id", F_REF, NULLABLE | FILTER | SAME_AUTHORITY, .ref = RES_ORGANISATION },
	{ "url", F_TEXT, NULLABLE, .max = 1000, .pattern = "url" },
	{ "started_on", F_DATE, NULLABLE | FILTER | RANGE | SORT, .min = 1850 },
	{ "ended_on", F_DATE, NULLABLE | FILTER | RANGE | SORT, .min = 1850 },
	FIELDS_TRACE,
};

static const struct expansion expansions[] = {
	{ "authority", RES_AUTHORITY, .column = "authority_id" },
	{ "meetings", RES_MEETING, .many = true, .sql = "{s}.meetings t WHERE t.board_id = {p}" },
};

static void check(const struct change *c, struct error *err)
{
	rule_check_order(c, "started_on", "ended_on", err);
}

const struct resource board_resource = {
	.id = RES_BOARD,
	.name = "board",
	.plural = "boards",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.expansions = expansions,
	.n_expansions = ARRAY_LEN(expansions),
	.default_sort = "name",
	.searchable = true,
	.owned = true,
	.writable = true,
	.rules = { .check = check },
};
