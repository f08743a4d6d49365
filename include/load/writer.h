/*
 * load/writer.h - writes the rows of a step through the operations that the API
 * uses, so that nothing is loaded that the API would refuse.
 *
 * What somebody else wrote last, or deleted, is left as it is. So is a row that is
 * refused where a council has written: what it wrote may be the reason, and one
 * council's work must not keep reference data from all the others.
 *
 * THREADS    None shared.   BLOCKING  On the database.
 */
#ifndef LOAD_WRITER_H
#define LOAD_WRITER_H

#include "load/batch.h"

/* What a load goes by, all of it. */
struct session {
	struct call call; /* as actor "loader" */
	struct connection *connection;
	struct known *known;
	json_t *written_in; /* {authority_id: true} where others than the loader wrote; "*": in authorities themselves */
	struct report report;
};

struct tally {
	size_t created, changed, left;
	size_t refused; /* of those left */
};

/* Asks who wrote where; once, before the rest. */
int writer_prepare(struct session *s, struct error *err) _must_check_;

/*
 * Before the transaction: writes each row on trial where a council has written,
 * and leaves those that are refused, telling why.
 */
void writer_try(struct session *s, struct batch *b);

/* Within a transaction that the caller begins and ends. -1: something was told to the report. */
int writer_run(struct session *s, struct batch *b, struct tally *tally) _must_check_;

#endif
