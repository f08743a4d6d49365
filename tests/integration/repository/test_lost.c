/*
 * Tests of service/repository/connection.c and of what the others do when the
 * database is slow, gone, or silent.
 */
#include "session.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "relay.h"

/* Milliseconds since `start`. */
static unsigned elapsed(uint64_t start)
{
	return (unsigned)((clock_us() - start) / 1000);
}

/* --- slow ------------------------------------------------------------------------- */

static void a_statement_that_takes_too_long_is_stopped_and_the_session_goes_on(void **state)
{
	struct database *d = database_at(test_url(), 2000, 150);
	struct connection *c = mine(d);
	int pid = pid_of(c);
	uint64_t start = clock_us();

	(void)state;
	ask_in_vain(c, "SELECT pg_sleep(30)", ERR_TIMEOUT);
	CHECK(elapsed(start) >= 100 && elapsed(start) < 1500, "%u ms", elapsed(start));
	assert_int_equal(pid_of(c), pid);
	database_free(d);
}

static void a_statement_that_takes_too_long_in_a_transaction_takes_it_all_back(void **state)
{
	struct database *d = database_at(test_url(), 2000, 150);
	struct connection *c = mine(d);
	int pid = pid_of(c);
	struct error err = { 0 };

	(void)state;
	assert_int_equal(connection_begin(c, NULL, &err), 0);
	ask(c, NULL, "SELECT set_config('repository.mark', 'set', false)");
	ask_in_vain(c, "SELECT pg_sleep(30)", ERR_TIMEOUT);
	connection_abandon(c);
	assert_string_equal(ask(c, NULL, "SELECT current_setting('repository.mark', true)"), "");
	assert_int_equal(pid_of(c), pid);
	database_free(d);
}

static void a_lock_that_is_not_to_be_had_is_not_waited_for(void **state)
{
	struct database *d = database_here();
	struct connection *c = mine(d);
	uint64_t start;

	(void)state;
	look_text("CREATE TABLE IF NOT EXISTS repository_lock ()");
	look_text("BEGIN");
	look_text("LOCK TABLE repository_lock");
	start = clock_us();
	ask_in_vain(c, "SELECT count(*) FROM public.repository_lock", ERR_UNAVAILABLE);
	CHECK(elapsed(start) < 1500, "%u ms", elapsed(start));
	look_text("ROLLBACK");
	assert_string_equal(ask(c, NULL, "SELECT count(*) FROM public.repository_lock"), "0");
	look_text("DROP TABLE repository_lock");
	database_free(d);
}

/* --- gone --------------------------------------------------------------------------- */

static void a_session_that_was_ended_is_opened_again_at_the_next_use(void **state)
{
	struct database *d = database_here();

	(void)state;
	for (int round = 0; round < 20; round++) {
		struct connection *c = mine(d);
		int pid = pid_of(c);

		ask(c, &(struct context){ .actor = "one" }, "SELECT 1");
		end_session(pid);
		c = mine(d);
		assert_int_not_equal(pid_of(c), pid);
		assert_string_equal(
			ask(c, &(struct context){ .actor = "one" }, "SELECT current_setting('inspectd.actor')"), "one");
	}
	database_free(d);
}

static void a_session_that_ends_in_a_transaction_fails_it_and_is_opened_again(void **state)
{
	struct database *d = database_here();
	struct connection *c = mine(d);
	struct error err = { 0 };
	int pid;

	(void)state;
	assert_int_equal(connection_begin(c, NULL, &err), 0);
	pid = pid_of(c);
	end_session(pid);
	ask_in_vain(c, "SELECT 1", ERR_UNAVAILABLE);
	assert_false(connection_is_open(c));
	ask_in_vain(c, "SELECT 1", ERR_UNAVAILABLE);
	assert_int_equal(connection_commit(c, &err), -1);
	connection_abandon(c);
	c = mine(d);
	assert_true(connection_is_open(c));
	assert_string_equal(state_of(pid_of(c)), "idle");
	database_free(d);
}

/* To open it anew half-way would let the rest run without the transaction it belongs to. */
static void a_session_that_ended_in_a_transaction_is_not_opened_again_before_that_is_over(void **state)
{
	struct database *d = database_here();
	struct connection *c = mine(d), *again = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(connection_begin(c, NULL, &err), 0);
	end_session(pid_of(c));
	if (database_mine(d, &again, &err) == 0)
		ask_in_vain(again, "SELECT 1", ERR_UNAVAILABLE);
	connection_abandon(c);
	assert_string_equal(ask(mine(d), NULL, "SELECT 1"), "1");
	database_free(d);
}

static void a_session_that_ends_while_it_waits_is_a_database_that_is_away(void **state)
{
	struct database *d = database_here();
	struct connection *c = mine(d);

	(void)state;
	ask_in_vain(c, "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)", ERR_UNAVAILABLE);
	assert_string_equal(ask(mine(d), NULL, "SELECT 'back'"), "back");
	database_free(d);
}

/* --- silent ---------------------------------------------------------------------------- */

static void expect_no_session(const char *url, unsigned least_ms, unsigned most_ms)
{
	struct database *d = database_at(url, 300, 5000);
	struct connection *c = NULL;
	struct error err = { 0 };
	uint64_t start = clock_us();

	assert_int_equal(database_mine(d, &c, &err), -1);
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	assert_null(c);
	CHECK(elapsed(start) >= least_ms && elapsed(start) <= most_ms, "%s: %u ms", url, elapsed(start));
	memset(&err, 0, sizeof err);
	assert_false(database_ready(d, &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	database_free(d);
}

static void a_server_that_is_not_there_is_told_at_once(void **state)
{
	(void)state;
	expect_no_session("host=/nonexistent user=owner dbname=x", 0, 200);
	expect_no_session("host=127.0.0.1 port=1 user=owner dbname=x", 0, 200);
	expect_no_session("not a conninfo at all", 0, 200);
	expect_no_session("", 0, 400);
}

static void a_socket_that_accepts_and_never_answers_is_waited_for_no_longer_than_allowed(void **state)
{
	char folder[64], path[96], url[128];
	int fd = listen_as_postgres(folder, path, sizeof path);

	(void)state;
	snprintf(url, sizeof url, "host=%s port=5432 user=owner dbname=x", folder);
	expect_no_session(url, 290, 600);
	close(fd);
	unlink(path);
	rmdir(folder);
}

static int listen_on_tcp(int backlog, struct sockaddr_in *address)
{
	socklen_t len = sizeof *address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)address, len), 0);
	assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)address, &len), 0);
	return fd;
}

static void a_host_that_accepts_and_never_answers_is_waited_for_no_longer_than_allowed(void **state)
{
	struct sockaddr_in address;
	int fd = listen_on_tcp(8, &address);
	char url[128];

	(void)state;
	snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=owner dbname=x", ntohs(address.sin_port));
	expect_no_session(url, 290, 600);
	close(fd);
}

/* A full queue drops what knocks, as a host does that has gone or that a firewall hides. */
static void a_host_that_does_not_even_accept_is_waited_for_no_longer_than_allowed(void **state)
{
	struct sockaddr_in address;
	int fd = listen_on_tcp(0, &address), waiting[4];
	char url[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(waiting); i++) {
		waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)connect(waiting[i], (struct sockaddr *)&address, sizeof address);
	}
	snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=owner dbname=x", ntohs(address.sin_port));
	expect_no_session(url, 290, 600);
	for (size_t i = 0; i < ARRAY_LEN(waiting); i++)
		close(waiting[i]);
	close(fd);
}

/* After statement_timeout and a second's grace in which the server could have said so itself. */
static void check_frozen(const struct statement *s, bool in_transaction)
{
	struct relay relay;
	struct database *d;
	struct connection *c;
	struct result *r = NULL;
	struct error err = { 0 };
	uint64_t start;

	relay_start(&relay);
	d = database_at(relay.url, 2000, 200);
	c = mine(d);
	assert_string_equal(ask(c, NULL, "SELECT 'well'"), "well");
	if (in_transaction) {
		assert_int_equal(connection_begin(c, NULL, &err), 0);
		ask(c, NULL, "SELECT 1");
	}
	relay.frozen = true;
	start = clock_us();
	assert_int_equal(connection_run(c, NULL, s, 1, &r, &err), -1);
	CHECK(err.code == ERR_TIMEOUT, "%d: %s", (int)err.code, err.detail);
	CHECK(elapsed(start) >= 1100 && elapsed(start) < 1700, "%u ms", elapsed(start));
	connection_abandon(c);
	CHECK(elapsed(start) < 1700, "%u ms", elapsed(start));
	relay.frozen = false;
	assert_string_equal(ask(mine(d), NULL, "SELECT 'well again'"), "well again");
	database_free(d);
	relay_stop(&relay);
}

static void a_server_that_falls_silent_is_waited_for_no_longer_than_allowed(void **state)
{
	const struct statement s = { .sql = "SELECT 1" };

	(void)state;
	check_frozen(&s, false);
	check_frozen(&s, true);
}

/* More than sockets hold: sending it would wait for a server that reads nothing. */
static void a_server_that_reads_nothing_is_waited_for_no_longer_than_allowed(void **state)
{
	size_t len = 8 << 20;
	_cleanup_(freep) char *much = malloc(len + 1);
	struct statement s = { .sql = "SELECT length($1)", .values = { much }, .n_values = 1 };

	(void)state;
	assert_non_null(much);
	memset(much, 'x', len);
	much[len] = '\0';
	check_frozen(&s, false);
}

static void a_transaction_that_cannot_be_rolled_back_is_given_up_in_time(void **state)
{
	struct relay relay;
	struct database *d;
	struct connection *c;
	struct error err = { 0 };
	uint64_t start;

	(void)state;
	relay_start(&relay);
	d = database_at(relay.url, 2000, 200);
	c = mine(d);
	assert_int_equal(connection_begin(c, NULL, &err), 0);
	ask(c, NULL, "SELECT 1");
	relay.frozen = true;
	start = clock_us();
	connection_abandon(c);
	CHECK(elapsed(start) < 3000, "%u ms", elapsed(start));
	relay.frozen = false;
	assert_string_equal(ask(mine(d), NULL, "SELECT 'well again'"), "well again");
	database_free(d);
	relay_stop(&relay);
}

static void much_goes_and_comes_in_one_round_trip(void **state)
{
	size_t len = 4 << 20;
	_cleanup_(freep) char *much = malloc(len + 1);
	struct database *d = database_here();
	struct connection *c = mine(d);
	struct statement s[8];
	struct result *r[8] = { NULL };
	struct error err = { 0 };

	(void)state;
	assert_non_null(much);
	memset(much, 'x', len);
	much[len] = '\0';
	for (size_t i = 0; i < 8; i++)
		s[i] = (struct statement){ .sql = "SELECT $1::text", .values = { much }, .n_values = 1 };
	CHECK(connection_run(c, NULL, s, 8, r, &err) == 0, "%s", err.detail);
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(result_length(r[i], 0, 0), len);
		result_free(r[i]);
	}
	database_free(d);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_statement_that_takes_too_long_is_stopped_and_the_session_goes_on),
		cmocka_unit_test(a_statement_that_takes_too_long_in_a_transaction_takes_it_all_back),
		cmocka_unit_test(a_lock_that_is_not_to_be_had_is_not_waited_for),
		cmocka_unit_test(a_session_that_was_ended_is_opened_again_at_the_next_use),
		cmocka_unit_test(a_session_that_ends_in_a_transaction_fails_it_and_is_opened_again),
		cmocka_unit_test(a_session_that_ended_in_a_transaction_is_not_opened_again_before_that_is_over),
		cmocka_unit_test(a_session_that_ends_while_it_waits_is_a_database_that_is_away),
		cmocka_unit_test(a_server_that_is_not_there_is_told_at_once),
		cmocka_unit_test(a_socket_that_accepts_and_never_answers_is_waited_for_no_longer_than_allowed),
		cmocka_unit_test(a_host_that_accepts_and_never_answers_is_waited_for_no_longer_than_allowed),
		cmocka_unit_test(a_host_that_does_not_even_accept_is_waited_for_no_longer_than_allowed),
		cmocka_unit_test(a_server_that_falls_silent_is_waited_for_no_longer_than_allowed),
		cmocka_unit_test(a_server_that_reads_nothing_is_waited_for_no_longer_than_allowed),
		cmocka_unit_test(a_transaction_that_cannot_be_rolled_back_is_given_up_in_time),
		cmocka_unit_test(much_goes_and_comes_in_one_round_trip),
	};

	return RUN_WITH_DATABASE(tests);
}
