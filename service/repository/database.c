/*
 * One connection for each thread that asks: no queue, no lock on the way of a
 * request, and PostgreSQL sees exactly as many sessions as there are workers.
 */
#include "repository/database.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/embedded.h"
#include "core/log.h"
#include "repository/connection.h"
#include "repository/migrate.h"
#include "repository/sqlstate.h"

#include "core/banned.h"

struct database {
	struct database_options options;
	atomic_bool roles_checked;
	int ending; /* an eventfd: readable after database_hurry() */
	pthread_key_t mine;
	pthread_mutex_t lock; /* guards `connections` */
	struct connection *connections;
};

int database_new(struct database **ret_database, const struct database_options *options, struct error *err)
{
	struct database *d = calloc(1, sizeof(*d));

	if (!d || pthread_key_create(&d->mine, NULL) != 0) {
		free(d);
		return error_set(err, ERR_INTERNAL, "out of memory");
	}
	d->ending = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	(void)pthread_mutex_init(&d->lock, NULL);
	d->options = *options;
	*ret_database = d;
	return 0;
}

void database_free(struct database *d)
{
	if (!d)
		return;
	while (d->connections) {
		struct connection *c = d->connections;

		d->connections = c->next;
		connection_close(c);
		free(c);
	}
	if (d->ending >= 0)
		(void)close(d->ending);
	(void)pthread_key_delete(d->mine);
	(void)pthread_mutex_destroy(&d->lock);
	free(d);
}

void database_hurry(struct database *d)
{
	(void)eventfd_write(d->ending, 1);
}

static struct connection *slot_of_thread(struct database *d)
{
	struct connection *c = pthread_getspecific(d->mine);

	if (c)
		return c;
	c = calloc(1, sizeof(*c));
	if (!c || pthread_setspecific(d->mine, c) != 0) {
		free(c);
		return NULL;
	}
	c->options = &d->options;
	c->ending = d->ending;
	(void)pthread_mutex_lock(&d->lock);
	c->next = d->connections;
	d->connections = c;
	(void)pthread_mutex_unlock(&d->lock);
	return c;
}

int database_mine(struct database *d, struct connection **ret_connection, struct error *err)
{
	struct connection *c = slot_of_thread(d);

	if (!c)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!connection_usable(c)) {
		connection_close(c);
		if (connection_open(c, err) < 0)
			return -1;
	}
	*ret_connection = c;
	return 0;
}

/*
 * What the service's role may do by which the policies would be worth nothing; and whether the login could
 * do so by leaving its role.
 */
static const char roles_sql[] =
	"SELECT string_agg(r.rolname || ' ' || may.what, ', ' ORDER BY r.rolname, may.what) "
	"FILTER (WHERE r.rolname <> session_user), count(*) FILTER (WHERE r.rolname = session_user) FROM pg_roles r "
	"CROSS JOIN LATERAL (VALUES (r.rolsuper, 'is a superuser'), (r.rolbypassrls, 'is exempt from policies'), "
	"(EXISTS (SELECT FROM pg_class c WHERE c.relnamespace IN ('inspectd'::regnamespace, 'history'::regnamespace) "
	"AND pg_has_role(r.oid, c.relowner, 'MEMBER')), 'owns tables'), "
	"(EXISTS (SELECT FROM pg_class c WHERE c.relkind = 'r' AND (c.relnamespace = 'history'::regnamespace "
	"OR c.oid IN ('inspectd.journal'::regclass, 'inspectd.seal'::regclass, 'inspectd.seal_mark'::regclass)) "
	"AND (has_table_privilege(r.oid, c.oid, 'DELETE, TRUNCATE') "
	"OR has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE'))), 'may write the journal')) "
	"AS may (is_so, what) WHERE may.is_so AND r.rolname IN ('inspectd_api', session_user)";

/* Once, or until there is nothing to complain of. */
static bool check_roles(struct database *d, struct connection *c, struct error *err)
{
	const struct statement ask = { .sql = roles_sql };
	_cleanup_(result_freep) struct result *answer = NULL;

	if (!d->options.role || atomic_load(&d->roles_checked))
		return true;
	if (connection_run(c, NULL, &ask, 1, &answer, err) < 0)
		return false;
	if (result_text(answer, 0, 0)) {
		(void)snprintf(err->cause, sizeof(err->cause), "%s", result_text(answer, 0, 0));
		(void)error_set(err, ERR_UNAVAILABLE,
				"the service may do more in the database than it should, which its log tells");
		return false;
	}
	if (strcmp(result_text(answer, 0, 1), "0") != 0)
		log_warn("the database login may do more than the role %s that it takes; better a login that is only "
			 "a member of it",
			 d->options.role);
	atomic_store(&d->roles_checked, true);
	return true;
}

bool database_ready(struct database *d, struct error *err)
{
	struct connection *c = NULL;
	struct statement ask = { .sql = "SELECT count(*) FROM inspectd.migration WHERE name LIKE '____\\_%'" };
	_cleanup_(result_freep) struct result *answer = NULL;
	char expected[16];

	if (database_mine(d, &c, err) < 0 || connection_run(c, NULL, &ask, 1, &answer, err) < 0)
		return false;
	(void)snprintf(expected, sizeof(expected), "%zu", n_embedded_migrations);
	if (strcmp(result_text(answer, 0, 0), expected) == 0)
		return check_roles(d, c, err);
	(void)error_set(err, ERR_UNAVAILABLE,
			"the database has %s migrations applied, this version needs %s: run `inspectd migrate`",
			result_text(answer, 0, 0), expected);
	return false;
}
