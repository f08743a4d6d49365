/* Bringing a database to the shape this binary needs, once, however many instances start together. */
#include "repository/migrate.h"

#include <string.h>

#include "core/hash.h"
#include "repository/seen.h"

#include "core/banned.h"

/* Any number that nothing else in the database uses as an advisory lock. */
#define LOCK_KEY "7216053"

static int ask(struct connection *c, const char *sql, const char *p1, const char *p2, struct result **ret_result,
	       struct error *err)
{
	struct statement s = { .sql = sql, .values = { p1, p2 }, .n_values = (p1 ? 1 : 0) + (p2 ? 1 : 0) };

	return connection_run(c, NULL, &s, 1, ret_result, err);
}

/* As ask(), where only the doing matters. */
static int tell(struct connection *c, const char *sql, const char *p1, const char *p2, struct error *err)
{
	_cleanup_(result_freep) struct result *done = NULL;

	return ask(c, sql, p1, p2, &done, err);
}

/* For what is done on the way out, where the failure that led here is the one to tell. */
static void attempt(struct connection *c, const char *script)
{
	struct error ignored = { 0 };

	if (connection_script(c, script, &ignored) < 0)
		connection_abandon(c);
}

static int ledger_exists(struct connection *c, bool *ret_exists, struct error *err)
{
	_cleanup_(result_freep) struct result *found = NULL;

	if (ask(c, "SELECT to_regclass('inspectd.migration') IS NOT NULL", NULL, NULL, &found, err) < 0)
		return -1;
	*ret_exists = strcmp(result_text(found, 0, 0), "t") == 0;
	return 0;
}

/* 1: applied already. 0: to be applied. -1: applied, but its text was another. */
static int applied(struct connection *c, const char *name, const char *checksum, struct error *err)
{
	_cleanup_(result_freep) struct result *found = NULL;
	bool exists = false;

	if (ledger_exists(c, &exists, err) < 0)
		return -1;
	if (!exists)
		return 0;
	if (ask(c, "SELECT checksum FROM inspectd.migration WHERE name = $1", name, NULL, &found, err) < 0)
		return -1;
	if (result_rows(found) == 0)
		return 0;
	if (strcmp(result_text(found, 0, 0), checksum) != 0)
		return error_set(err, ERR_INVALID, "migration %s was applied with another text than this version has",
				 name);
	return 1;
}

static int remember(struct connection *c, const char *name, const char *checksum, struct error *err)
{
	return tell(c,
		    "INSERT INTO inspectd.migration (name, checksum) VALUES ($1, $2) "
		    "ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, at = now()",
		    name, checksum, err);
}

static int apply(struct connection *c, const struct embedded *m, const char *checksum, struct error *err)
{
	if (connection_script(c, m->text, err) < 0)
		return -1;
	return remember(c, m->name, checksum, err);
}

/*
 * The first change of all: the views go, because a table cannot gain every column while something reads its rows.
 * They come back before the end, so that whoever reads meanwhile waits and never finds half.
 */
static int begin_once(struct connection *c, bool *begun, struct error *err)
{
	static const char begin[] =
		"BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;" SEEN_DROP
		"DO $$ BEGIN IF to_regproc('inspectd.drop_derived') IS NOT NULL THEN PERFORM inspectd.drop_derived(); "
		"END IF; END $$;";

	if (*begun)
		return connection_script(c, "SET CONSTRAINTS ALL IMMEDIATE", err);
	*begun = true;
	return connection_script(c, begin, err);
}

static int apply_all(struct connection *c, migrate_report report, bool *begun, struct error *err)
{
	for (size_t i = 0; i < n_embedded_migrations; i++) {
		const struct embedded *m = &embedded_migrations[i];
		char checksum[65];
		int done;

		hash_sha256(m->text, m->len, checksum);
		done = applied(c, m->name, checksum, err);
		if (done < 0)
			return -1;
		if (done)
			continue;
		if (begin_once(c, begun, err) < 0 || apply(c, m, checksum, err) < 0)
			return -1;
		report(m->name);
	}
	return 0;
}

/* --- what is derived: views over the tables, the same over the journal, both as some see them, facts --- */

static void add_all(struct buf *script, const struct embedded *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_add(script, files[i].text, files[i].len);
}

/* A name without a schema in these files is one of the schema that they are made in. */
static void add_in(struct buf *script, enum schema schema, const struct embedded *files, size_t n)
{
	buf_addf(script, "SET LOCAL search_path = %s;\n", seen_schemas[schema]);
	add_all(script, files, n);
}

static void derived_script(struct buf *script)
{
	buf_adds(script, SEEN_DROP "SELECT inspectd.drop_derived(); SELECT inspectd.rebuild_recorded(); "
				   "SELECT inspectd.rebuild_words();\n");
	seen_script(script);
	for (size_t i = 0; i < SCHEMA_COUNT_; i++)
		add_in(script, i, embedded_views, n_embedded_views);
	add_in(script, SCHEMA_INSPECTD, embedded_rules, n_embedded_rules);
	add_in(script, SCHEMA_SEEN, embedded_rules, n_embedded_rules);
}

/* Only when their text, or a table beneath them, has changed. */
static int rebuild_derived(struct connection *c, migrate_report report, bool *begun, struct error *err)
{
	static const char name[] = "views and rules";
	struct buf script;
	char checksum[65];
	struct error ignored = { 0 };
	struct embedded derived = { .name = name };
	int outcome = 0;

	buf_init(&script, 1 << 24);
	derived_script(&script);
	if (!buf_ok(&script)) {
		buf_done(&script);
		return error_set(err, ERR_INTERNAL, "the views and rules do not fit");
	}
	hash_sha256(script.data, script.len, checksum);
	if (*begun || applied(c, name, checksum, &ignored) != 1) {
		derived.text = script.data;
		derived.len = script.len;
		outcome = begin_once(c, begun, err);
		if (outcome == 0)
			outcome = apply(c, &derived, checksum, err);
		if (outcome == 0)
			report(name);
	}
	buf_done(&script);
	return outcome;
}

/* All of it or nothing: what could not be finished leaves the database as the earlier version had it. */
static int change_all(struct connection *c, migrate_report report, struct error *err)
{
	bool begun = false;

	if (apply_all(c, report, &begun, err) == 0 && rebuild_derived(c, report, &begun, err) == 0)
		return begun ? connection_script(c, "COMMIT", err) : 0;
	if (begun)
		attempt(c, "ROLLBACK");
	return -1;
}

int migrate(struct database *database, migrate_report report, struct error *err)
{
	struct connection *c;
	int outcome;

	if (database_mine(database, &c, err) < 0)
		return -1;
	if (connection_script(c,
			      "SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock(" LOCK_KEY ")",
			      err) < 0)
		return -1;
	outcome = change_all(c, report, err);
	attempt(c, "SELECT pg_advisory_unlock(" LOCK_KEY ")");
	return outcome;
}
