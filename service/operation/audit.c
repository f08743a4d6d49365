/* The chain of the audit, and what seals it. The work is the database's: sql/migrations/0016_audit.sql. */
#include <inttypes.h>
#include <stdio.h>

#include "operation/operation.h"
#include "repository/rows.h"

#include "core/banned.h"

int operation_verify_audit(const struct call *call, const char *after, double seconds, struct buf *out,
			   struct error *err)
{
	_cleanup_(result_freep) struct result *found = NULL;
	struct connection *c;
	char most[16];
	struct statement s = { .sql = "SELECT inspectd.verify_audit($1, $2)",
			       .values = { after, most },
			       .n_values = 2 };

	(void)snprintf(most, sizeof most, "%.1f", seconds);
	if (database_mine(call->database, &c, err) < 0 || connection_run(c, &call->context, &s, 1, &found, err) < 0)
		return -1;
	row_json_compact(out, (struct cell){ result_text(found, 0, 0), result_length(found, 0, 0) });
	return 0;
}

/* The first call marks how far it sees; the second seals up to there, unless somebody is still writing. */
int operation_seal(const struct call *call, struct error *err)
{
	const struct statement seal = { .sql = "SELECT inspectd.seal()" };
	struct connection *c;

	if (database_mine(call->database, &c, err) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		_cleanup_(result_freep) struct result *done = NULL;

		if (connection_run(c, &call->context, &seal, 1, &done, err) < 0)
			return -1;
	}
	return 0;
}

int operation_has_seal(const struct call *call, int64_t id, const char *digest, bool *ret_same, struct error *err)
{
	_cleanup_(result_freep) struct result *found = NULL;
	struct connection *c;
	char number[24];
	struct statement s = { .sql = "SELECT FROM inspectd.seals WHERE id = $1::bigint AND digest = $2",
			       .values = { number, digest },
			       .n_values = 2 };

	(void)snprintf(number, sizeof number, "%" PRId64, id);
	if (database_mine(call->database, &c, err) < 0 || connection_run(c, &call->context, &s, 1, &found, err) < 0)
		return -1;
	*ret_same = result_rows(found) == 1;
	return 0;
}
