/*
 * That the words of one row were taken away: which, why, and by whom; on request,
 * or by the schedule. The database does it as the erasure is written down: the row,
 * all that the journal holds of it, and the answers kept for retries lose the words
 * for good; that there were some stays (sql/migrations/0017_retention.sql).
 * UK GDPR, Article 17.
 */
#include <string.h>

#include "resource/common.h"
#include "resource/pointer.h"
#include "resource/registry.h"
#include "resource/rule.h"

#include "core/banned.h"

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY | SORT },
	{ "resource", F_TEXT, REQUIRED | FILTER | COUNT, .max = 64 },
	{ "row_id", F_TEXT, REQUIRED | FILTER, .max = 36 },
	{ "members", F_TEXTS, 0, .max = 64, .pattern = "slug" },
	{ "reason", F_TEXT, REQUIRED, .max = 1000, .pattern = "filled" },
	{ "entries", F_INT, READ_ONLY },
	{ "erased_by", F_TEXT, READ_ONLY | NULLABLE | FILTER, .max = 200 },
	FIELDS_TRACE,
};

/* Nothing named: all that holds words. */
static void complete(json_t *draft, const json_t *stored, const json_t *facts)
{
	json_t *members = json_object_get(facts, "members");

	if (stored)
		return;
	rule_set(draft, "erased_by", member_text(facts, "me"));
	if (member_text(facts, "row"))
		rule_set(draft, "row_id", member_text(facts, "row"));
	if (json_array_size(json_object_get(draft, "members")) == 0 && json_is_array(members))
		(void)json_object_set(draft, "members", members);
}

static bool is_among(const json_t *texts, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach(texts, i, item)
		if (strcmp(json_string_value(item), text) == 0)
			return true;
	return false;
}

static void check(const struct change *c, struct error *err)
{
	const json_t *erasable = json_object_get(c->facts, "members"), *member;
	size_t i;

	if (!json_is_array(erasable)) {
		error_member(err, "/resource", "no_such_resource",
			     "is no resource whose rows hold words; /v1/retention-rules lists those there are");
		return;
	}
	if (!member_text(c->facts, "row"))
		error_member(err, "/row_id", "no_such_row", "there is no such row, deleted or not");
	json_array_foreach(json_object_get(c->draft, "members"), i, member)
		if (json_is_string(member) && !is_among(erasable, json_string_value(member)))
			error_member(err, pointer_item("/members", i).text, "not_erasable",
				     "is no member that holds words; /v1/retention-rules/%s lists those there are",
				     member_text(c->draft, "resource"));
}

const struct resource erasure_resource = {
	.id = RES_ERASURE,
	.name = "erasure",
	.plural = "erasures",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.default_sort = "-created_at",
	.writable = true,
	.append_only = true,
	.facts = "erasure_facts",
	.read_scope = "audit:read",
	.write_scope = "admin",
	.rules = { .complete = complete, .check = check },
};
