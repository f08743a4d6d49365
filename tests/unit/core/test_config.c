/* Tests of service/core/config.c. */
#include "../unit.h"

#include "core/config.h"
#include "core/limits.h"

static int clean_environment(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_config_options; i++)
		unsetenv(config_options[i].name);
	return 0;
}

static void config_options_are_sorted_named_alike_and_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_config_options; i++) {
		const struct option *o = &config_options[i];

		CHECK(i == 0 || strcmp(config_options[i - 1].name, o->name) < 0, "%s is out of order", o->name);
		CHECK(strncmp(o->name, "INSPECTD_", 9) == 0, "%s", o->name);
		CHECK(o->meaning[0] != '\0', "%s", o->name);
		CHECK(o->type != O_UINT || (o->initial && o->min < o->max), "%s", o->name);
		CHECK(o->offset < sizeof(struct config), "%s", o->name);
		for (size_t j = 0; j < i; j++)
			CHECK(config_options[j].offset != o->offset, "%s shares a member with %s", o->name,
			      config_options[j].name);
	}
}

static void config_read_has_a_default_for_everything_but_the_database(void **state)
{
	struct error err = { 0 };
	struct config c;

	(void)state;
	assert_int_equal(config_read(&c, &err), 0);
	assert_string_equal(c.bind, "127.0.0.1");
	assert_int_equal(c.port, 8080);
	assert_null(c.database_url);
	assert_null(c.owner_url);
	assert_null(c.secret_file);
	assert_int_equal(c.workers, 8);
	assert_int_equal(c.connections, 1024);
	assert_int_equal(c.idle_s, 60);
	assert_int_equal(c.body_max, 65536);
	assert_int_equal(c.connect_ms, 2000);
	assert_int_equal(c.statement_ms, 5000);
	assert_int_equal(c.lock_ms, 2000);
	assert_int_equal(c.idempotency_wait_ms, 5000);
	assert_int_equal(c.drain_ms, 10000);
	assert_int_equal(c.notice_ms, 0);
	assert_int_equal(c.rate, 6000);
	assert_int_equal(c.rate_s, 60);
	assert_int_equal(c.connections_per_address, 0);
	assert_int_equal(c.trust_proxy, 0);
	assert_int_equal(c.core_dumps, 0);
	assert_null(c.cors_origins);
	assert_null(c.tls_certificate);
	assert_null(c.tls_key);
	assert_int_equal(c.log_level, LOG_INFO);
	assert_null(c.issuer);
	assert_null(c.audience);
	assert_string_equal(c.token_algorithms, "RS256,ES256,EdDSA");
	assert_string_equal(c.claim_scopes, "scope");
	assert_string_equal(c.claim_authorities, "authorities");
	assert_string_equal(c.claim_clearance, "clearance");
	assert_int_equal(c.clock_skew_s, 60);
	assert_int_equal(c.jwks_s, 300);
	assert_string_equal(c.reference_dir, INSPECTD_SOURCE_DIR "/sql/reference");
	assert_int_equal(err.code, ERR_NONE);
}

static void config_read_takes_the_bounds_and_nothing_beyond(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_config_options; i++) {
		const struct option *o = &config_options[i];
		const long long values[] = { (long long)o->min - 1, o->min, o->max, (long long)o->max + 1 };

		if (o->type != O_UINT)
			continue;
		for (size_t j = 0; j < ARRAY_LEN(values); j++) {
			struct error err = { 0 };
			struct config c = { 0 };
			char text[32];

			clean_environment(NULL);
			if (strcmp(o->name, "INSPECTD_CONNECTIONS") == 0)
				setenv("INSPECTD_WORKERS", "2", 1);
			snprintf(text, sizeof text, "%lld", values[j]);
			setenv(o->name, text, 1);
			CHECK((config_read(&c, &err) == 0) == (j == 1 || j == 2), "%s=%s: %s", o->name, text,
			      err.detail);
		}
	}
}

static void config_read_names_the_variable_the_value_and_the_bounds(void **state)
{
	struct config before, c;
	struct error err = { 0 };

	(void)state;
	memset(&c, 0x5A, sizeof c);
	before = c;
	setenv("INSPECTD_PORT", "70000", 1);
	assert_int_equal(config_read(&c, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_string_equal(err.detail, "INSPECTD_PORT is \"70000\"; it must be a whole number from 0 to 65535");
	assert_memory_equal(&c, &before, sizeof c);
}

static void config_read_refuses_what_is_not_a_number(void **state)
{
	static const char *const values[] = { "abc",
					      "8080 ",
					      " 8080",
					      "+8080",
					      "08080",
					      "8e3",
					      "80.0",
					      "-1",
					      "0x50",
					      "4294967296",
					      "99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct error err = { 0 };
		struct config c;

		setenv("INSPECTD_PORT", values[i], 1);
		CHECK(config_read(&c, &err) == -1, "%s", values[i]);
		CHECK(strstr(err.detail, values[i]) != NULL, "%s", err.detail);
	}
}

static void config_read_takes_an_empty_variable_as_unset(void **state)
{
	struct error err = { 0 };
	struct config c;

	(void)state;
	setenv("INSPECTD_PORT", "", 1);
	setenv("INSPECTD_DATABASE_URL", "", 1);
	assert_int_equal(config_read(&c, &err), 0);
	assert_int_equal(c.port, 8080);
	assert_null(c.database_url);
}

static void config_read_knows_four_log_levels(void **state)
{
	static const struct {
		const char *text;
		int result;
		enum log_level level;
	} cases[] = {
		{ "error", 0, LOG_ERROR }, { "warn", 0, LOG_WARN }, { "info", 0, LOG_INFO }, { "debug", 0, LOG_DEBUG },
		{ "INFO", -1, 0 },         { "trace", -1, 0 },      { "1", -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { 0 };
		struct config c;

		setenv("INSPECTD_LOG_LEVEL", cases[i].text, 1);
		CHECK(config_read(&c, &err) == cases[i].result, "%s", cases[i].text);
		CHECK(cases[i].result < 0 || c.log_level == cases[i].level, "%s", cases[i].text);
		CHECK(cases[i].result == 0 || strstr(err.detail, "error, warn, info or debug"), "%s", err.detail);
	}
}

static void config_read_lets_the_owner_default_to_the_database(void **state)
{
	struct error err = { 0 };
	struct config c;

	(void)state;
	setenv("INSPECTD_DATABASE_URL", "host=a", 1);
	assert_int_equal(config_read(&c, &err), 0);
	assert_string_equal(c.owner_url, "host=a");
	setenv("INSPECTD_OWNER_URL", "host=b", 1);
	assert_int_equal(config_read(&c, &err), 0);
	assert_string_equal(c.database_url, "host=a");
	assert_string_equal(c.owner_url, "host=b");
}

static void config_read_makes_whole_lists_with_half_of_the_workers(void **state)
{
	static const struct {
		const char *workers, *exports;
		unsigned made;
	} cases[] = { { "8", "", 4 }, { "2", "", 1 }, { "3", "0", 1 }, { "4", "3", 3 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { 0 };
		struct config c;

		setenv("INSPECTD_WORKERS", cases[i].workers, 1);
		setenv("INSPECTD_EXPORTS", cases[i].exports, 1);
		assert_int_equal(config_read(&c, &err), 0);
		CHECK(c.exports == cases[i].made, "case %zu: %u", i, c.exports);
	}
}

static void config_read_takes_a_certificate_only_with_its_key(void **state)
{
	static const char *const names[] = { "INSPECTD_TLS_CERTIFICATE", "INSPECTD_TLS_KEY" };
	struct error err = { 0 };
	struct config c;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		clean_environment(NULL);
		setenv(names[i], "/some/file.pem", 1);
		assert_int_equal(config_read(&c, &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
		assert_non_null(strstr(err.detail, "go together"));
	}
	setenv("INSPECTD_TLS_CERTIFICATE", "/some/file.pem", 1);
	assert_int_equal(config_read(&c, &err), 0);
}

static void config_read_refuses_fewer_connections_than_workers(void **state)
{
	struct error err = { 0 };
	struct config c;

	(void)state;
	setenv("INSPECTD_CONNECTIONS", "7", 1);
	assert_int_equal(config_read(&c, &err), -1);
	assert_non_null(strstr(err.detail, "INSPECTD_CONNECTIONS is 7"));
	setenv("INSPECTD_CONNECTIONS", "8", 1);
	assert_int_equal(config_read(&c, &err), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(config_options_are_sorted_named_alike_and_explained),
		cmocka_unit_test_setup(config_read_has_a_default_for_everything_but_the_database, clean_environment),
		cmocka_unit_test_setup(config_read_takes_the_bounds_and_nothing_beyond, clean_environment),
		cmocka_unit_test_setup(config_read_names_the_variable_the_value_and_the_bounds, clean_environment),
		cmocka_unit_test_setup(config_read_refuses_what_is_not_a_number, clean_environment),
		cmocka_unit_test_setup(config_read_takes_an_empty_variable_as_unset, clean_environment),
		cmocka_unit_test_setup(config_read_knows_four_log_levels, clean_environment),
		cmocka_unit_test_setup(config_read_lets_the_owner_default_to_the_database, clean_environment),
		cmocka_unit_test_setup(config_read_makes_whole_lists_with_half_of_the_workers, clean_environment),
		cmocka_unit_test_setup(config_read_takes_a_certificate_only_with_its_key, clean_environment),
		cmocka_unit_test_setup(config_read_refuses_fewer_connections_than_workers, clean_environment),
	};

	return RUN(tests);
}
