/*
 * Who has seen what is restricted: the ids of the restricted rows of an answer are
 * gathered while it is made, and logged before it goes out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operation/internal.h"

#include "core/banned.h"

#define ID_BYTES   (sizeof("0190a000-0000-7000-8000-000000000001") - 1)
#define ITEM_BYTES (ID_BYTES + 1) /* with a comma behind it */
#define EACH       1000           /* ids to an entry */

bool readings_wanted(const struct call *call)
{
	return call->readings && call->client && client_clears(call->client, "restricted");
}

void readings_add(const struct call *call, const struct resource *r, const char *id, const char *sensitivity)
{
	struct buf *ids = &call->readings->ids[r->id];
	char number[ID_BYTES + 1];

	if (!sensitivity || strcmp(sensitivity, "restricted") != 0)
		return;
	if (r->numbered) { /* an entry of the audit shows what its row held: its number, as long as any other id */
		(void)snprintf(number, sizeof number, "%0*lld", (int)ID_BYTES, strtoll(id, NULL, 10));
		id = number;
	}
	if (strlen(id) != ID_BYTES)
		return;
	if (!ids->data)
		buf_init(ids, LIMIT_ANSWER_BYTES);
	buf_add(ids, id, ID_BYTES);
	buf_addc(ids, ',');
}

void readings_add_shown(const struct call *call, const struct resource *r, const json_t *stored)
{
	if (readings_wanted(call))
		readings_add(call, r, member_text(stored, "id"), member_text(stored, "sensitivity"));
}

void readings_add_row(const struct call *call, const struct resource *r, const struct columns *columns,
		      const struct result *rows, size_t row, size_t first)
{
	if (columns->marked)
		readings_add(call, r, result_text(rows, row, first + columns->id),
			     result_text(rows, row, first + columns->sensitivity));
}

void readings_done(struct readings *readings)
{
	for (size_t i = 0; i < RES_COUNT_; i++)
		if (readings->ids[i].data)
			buf_done(&readings->ids[i]);
}

/* A row may be beside several others; it is named once. What is shown of the audit counts as its rows. */
static int tell(struct connection *c, const struct call *call, const struct resource *r, const char *ids, size_t n,
		struct error *err)
{
	static const char sql[] =
		"SELECT inspectd.note_reading($1, ARRAY(SELECT DISTINCT id FROM unnest($2::uuid[]) AS u (id) ORDER BY id))";
	static const char sql_entries[] =
		"SELECT inspectd.note_reading(t.resource, array_agg(DISTINCT j.row_id::uuid)) FROM inspectd.journal j "
		"JOIN inspectd.journaled_table t USING (table_name) "
		"WHERE j.seq = ANY ($2::bigint[]) AND j.op NOT IN ('read', 'erased') AND $1 <> '' GROUP BY t.resource";
	_cleanup_(freep) char *list = NULL;
	_cleanup_(result_freep) struct result *done = NULL;
	struct statement s = { .sql = r->numbered ? sql_entries : sql,
			       .values = { resource_path(r), NULL },
			       .n_values = 2 };

	if (asprintf(&list, "{%.*s}", (int)(n * ITEM_BYTES - 1), ids) < 0)
		return error_set(err, ERR_INTERNAL, "out of memory");
	s.values[1] = list;
	return connection_run(c, &call->context, &s, 1, &done, err);
}

static int tell_all(struct connection *c, const struct call *call, const struct resource *r, const struct buf *ids,
		    struct error *err)
{
	size_t n = ids->len / ITEM_BYTES;

	if (!buf_ok(ids))
		return error_set(err, ERR_INTERNAL,
				 "the restricted rows of this answer do not fit in the log of readings");
	for (size_t i = 0; i < n; i += EACH)
		if (tell(c, call, r, ids->data + i * ITEM_BYTES, n - i < EACH ? n - i : EACH, err) < 0)
			return -1;
	return 0;
}

int operation_tell_readings(const struct call *call, struct error *err)
{
	struct connection *c = NULL;

	for (size_t i = RES_NONE + 1; call->readings && i < RES_COUNT_; i++) {
		const struct buf *ids = &call->readings->ids[i];

		if (!ids->data)
			continue;
		if (!c && database_mine(call->database, &c, err) < 0)
			return -1;
		if (tell_all(c, call, resources[i], ids, err) < 0)
			return -1;
	}
	return 0;
}
