/*
 * What the database holds, kept as JSON objects: their hash tables are what is
 * wanted here.
 */
#include "load/known.h"

#include <stdio.h>
#include <string.h>

#include "core/banned.h"

struct known {
	json_t *rows[RES_COUNT_]; /* {key: {id, authority_id, version, deleted, foreign}} */
};

#define SQL_SIZE 1600

/*
 * Columns: key, id, authority_id, version, deleted, foreign. Of several rows with
 * one key the last counts: live before deleted, the loader's before others'.
 */
static const char owned_sql[] =
	"WITH journal AS MATERIALIZED (SELECT seq, row_key, op, actor, image -> 'external_refs' AS refs "
	"FROM inspectd.journal WHERE table_name = '%1$s'), "
	"made AS (SELECT row_key, refs FROM journal WHERE op = 'created' AND actor = 'loader'), "
	"last AS (SELECT DISTINCT ON (row_key) row_key, actor FROM journal ORDER BY row_key, seq DESC) "
	"SELECT k.key, t.id, t.authority_id, t.version, t.deleted_at IS NOT NULL AS deleted, "
	"last.actor IS DISTINCT FROM 'loader' "
	"FROM inspectd.%1$s t LEFT JOIN made ON made.row_key = t.id::text "
	"LEFT JOIN last ON last.row_key = t.id::text, "
	"LATERAL (SELECT key || ':' || value AS key FROM jsonb_each_text(t.external_refs) "
	"UNION SELECT key || ':' || value FROM jsonb_each_text(made.refs)) k "
	"ORDER BY t.deleted_at IS NULL, made.row_key IS NOT NULL";

static const char *const reference_sql[RES_COUNT_] = {
	[RES_FRAMEWORK] = "SELECT id, id, NULL, 0, false, false FROM inspectd.framework",
	[RES_THEME] = "SELECT id, id, NULL, 0, false, false FROM inspectd.theme",
	[RES_AUTHORITY] =
		"SELECT t.id, t.id, t.id, t.version, t.deleted_at IS NOT NULL, "
		"(SELECT j.actor FROM inspectd.journal j WHERE j.row_id = t.id AND j.table_name = 'authority' "
		"AND j.row_key = j.row_id ORDER BY j.n DESC LIMIT 1) IS DISTINCT FROM 'loader' FROM inspectd.authority t",
};

int known_new(struct known **ret_known, struct error *err)
{
	struct known *known = calloc(1, sizeof *known);

	if (!known)
		return error_set(err, ERR_INTERNAL, "out of memory");
	*ret_known = known;
	return 0;
}

void known_forget(struct known *known, enum resource_id resource)
{
	json_decref(known->rows[resource]);
	known->rows[resource] = NULL;
}

void known_free(struct known *known)
{
	for (int i = 0; known && i < RES_COUNT_; i++)
		known_forget(known, i);
	free(known);
}

void known_add(struct known *known, enum resource_id resource, const char *key, const struct known_row *row)
{
	(void)json_object_set_new(known->rows[resource], key,
				  json_pack("{s:s, s:s*, s:I, s:b, s:b}", "id", row->id, "authority_id",
					    row->authority_id, "version", (json_int_t)row->version, "deleted",
					    row->deleted, "foreign", row->foreign));
}

static bool is_true(const char *text)
{
	return text && text[0] == 't';
}

int known_read(struct known *known, struct connection *c, enum resource_id resource, struct error *err)
{
	char sql[SQL_SIZE];
	struct statement ask = { .sql = reference_sql[resource] ? reference_sql[resource] : sql };
	_cleanup_(result_freep) struct result *found = NULL;

	if (known->rows[resource])
		return 0;
	(void)snprintf(sql, sizeof sql, owned_sql, resources[resource]->name);
	if (connection_run(c, NULL, &ask, 1, &found, err) < 0)
		return -1;
	known->rows[resource] = json_object();
	for (size_t i = 0; i < result_rows(found); i++) {
		struct known_row row = { .id = result_text(found, i, 1),
					 .authority_id = result_text(found, i, 2),
					 .version = strtoull(result_text(found, i, 3), NULL, 10),
					 .deleted = is_true(result_text(found, i, 4)),
					 .foreign = is_true(result_text(found, i, 5)) };

		known_add(known, resource, result_text(found, i, 0), &row);
	}
	return 0;
}

bool known_find(const struct known *known, enum resource_id resource, const char *key, struct known_row *ret_row)
{
	const json_t *row = json_object_get(known->rows[resource], key);

	if (!row)
		return false;
	*ret_row = (struct known_row){ .id = member_text(row, "id"),
				       .authority_id = member_text(row, "authority_id"),
				       .version = (uint64_t)json_integer_value(json_object_get(row, "version")),
				       .deleted = json_is_true(json_object_get(row, "deleted")),
				       .foreign = json_is_true(json_object_get(row, "foreign")) };
	return true;
}
