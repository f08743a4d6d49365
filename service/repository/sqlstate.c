/*
 * What a failure in PostgreSQL means to a caller. Constraints are the last word:
 * the rules in resource/ have been polite before, so what arrives here is a race
 * with another writer, a database in trouble, or a bug.
 */
#include "repository/sqlstate.h"

#include <stdio.h>
#include <string.h>

#include "core/banned.h"

/* The first match decides; a class (two characters) stands for all its states. */
static const struct meaning {
	const char *prefix;
	enum err_code code;
	const char *detail;
} meanings[] = {
	{ "23505", ERR_CONFLICT, "another row already holds this key" },
	{ "23503", ERR_CONFLICT, "a row that this one refers to, or that refers to it, has changed meanwhile" },
	{ "23", ERR_INVALID, "the row breaks a constraint" },
	{ "22", ERR_INVALID, "a value does not have the form that its member needs" },
	{ "40", ERR_UNAVAILABLE, "another change to the same rows was under way; try again" },
	{ "55P03", ERR_UNAVAILABLE, "another change to the same rows is under way; try again" },
	{ "57014", ERR_TIMEOUT, "the database took longer than is allowed" },
	{ "54", ERR_MALFORMED, "the request is more than the database can work through; ask for something simpler" },
	{ "53", ERR_UNAVAILABLE, "the database is at capacity" },
	{ "57", ERR_UNAVAILABLE, "the database is stopping or starting" },
	{ "08", ERR_UNAVAILABLE, "the database cannot be reached" },
	{ "25006", ERR_UNAVAILABLE, "the database accepts no writes at present" },
	{ "0A000", ERR_UNAVAILABLE, "the database was migrated meanwhile; try again" },
	{ "26000", ERR_UNAVAILABLE, "the database has forgotten this session's statements; try again" },
};

static const struct meaning *meaning_of(const char *sqlstate)
{
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++)
		if (strncmp(sqlstate, meanings[i].prefix, strlen(meanings[i].prefix)) == 0)
			return &meanings[i];
	return NULL;
}

/* A right that the service's role lacks is a bug of ours; a row that a policy refuses is the caller's doing. */
static bool is_policy(const char *sqlstate, const char *message)
{
	return sqlstate && strcmp(sqlstate, "42501") == 0 && message && strstr(message, "row-level security");
}

int sqlstate_error(struct error *err, const char *sqlstate, const char *constraint, const char *message)
{
	const struct meaning *m = meaning_of(sqlstate ? sqlstate : "08006");

	if (is_policy(sqlstate, message)) {
		(void)snprintf(err->cause, sizeof(err->cause), "%s", message);
		return error_set(err, ERR_FORBIDDEN, "this key may not write that");
	}
	if (!m)
		return error_set(err, ERR_INTERNAL, "%s: %s", sqlstate, message ? message : "");
	if (constraint && *constraint)
		return error_set(err, m->code, "%s (%s)", m->detail, constraint);
	return error_set(err, m->code, "%s", m->detail);
}
