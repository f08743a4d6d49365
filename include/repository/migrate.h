/*
 * repository/migrate.h - bringing a database to the shape this binary needs.
 *
 * Migrations are embedded, go forward only, and are remembered with a checksum:
 * one that was applied and has changed since is refused. Views, facts and schema
 * `recorded` are made anew whenever their text, or the tables beneath, changed.
 * All that is due is one transaction, which fails as a whole.
 *
 * BLOCKING  On an advisory lock, so that many instances may start at once.
 */
#ifndef REPOSITORY_MIGRATE_H
#define REPOSITORY_MIGRATE_H

#include "core/embedded.h"
#include "repository/database.h"

/* Tells what was done: called with the name of each migration applied. */
typedef void (*migrate_report)(const char *name);

/* `database` connects as the owner of the schema, with no role of its own. */
int migrate(struct database *database, migrate_report report, struct error *err) _must_check_;

#endif
