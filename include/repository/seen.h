/*
 * repository/seen.h - the tables as a client sees them that does not see all.
 *
 * Schema `seen` shows of each table the rows that the told client sees, and
 * `seen_recorded` the same of schema `recorded`; the views of sql/views and the
 * facts of sql/rules are made over these too, from the same text. So whatever is
 * read there, and whatever is derived from it (counts, links, the latest value of a
 * measure, what a rule asks about other rows), is of seen rows only. Who sees
 * what stands in the resource tables (`open`) and in seen.c. The policies of
 * sql/migrations/0014_isolation.sql say the same once more, each without the other.
 *
 * THREADS  Pure.   BLOCKING  Never.
 */
#ifndef REPOSITORY_SEEN_H
#define REPOSITORY_SEEN_H

#include "core/buf.h"

/* Where a statement reads. The first two are for who sees all. */
enum schema { SCHEMA_INSPECTD, SCHEMA_RECORDED, SCHEMA_SEEN, SCHEMA_SEEN_RECORDED, SCHEMA_COUNT_ };

extern const char *const seen_schemas[SCHEMA_COUNT_]; /* their names */

/* The script that makes the tables of both schemas, over inspectd and recorded; views and rules come after it. */
void seen_script(struct buf *script);

/* For seen.c: the journal of one of these schemas, over that of another (seen_journal.c). */
void seen_journal(struct buf *script, const char *schema, const char *beneath);

/* The tables that are shown to everybody, as an array in SQL. */
void seen_reference_tables(struct buf *out);

/* Takes both away, with all that is in them. */
#define SEEN_DROP "DROP SCHEMA IF EXISTS seen, seen_recorded CASCADE;"

#endif
