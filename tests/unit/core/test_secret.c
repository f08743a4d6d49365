/* Tests of service/core/secret.c. */
#include "../unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/secret.h"

/* --- a file to read ------------------------------------------------------------- */

static char path[64];

static int make_path(void **state)
{
	int fd;

	(void)state;
	snprintf(path, sizeof path, "/tmp/inspectd-secret-XXXXXX");
	fd = mkstemp(path);
	return fd < 0 || close(fd) < 0 ? -1 : 0;
}

static int remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

static void write_file(const char *bytes, size_t len, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

/* The MAC of "a" for label "x" under a secret of these bytes. */
static void mac_under(const char *bytes, size_t len, char out[65])
{
	_cleanup_(secret_freep) struct secret *secret = NULL;
	struct error err = { 0 };

	write_file(bytes, len, 0600);
	CHECK(secret_read(path, &secret, &err) == 0, "%s", err.detail);
	secret_mac(secret, "x", "a", 1, out);
}

static void check_refused(const char *file, const char *words)
{
	struct secret *secret = NULL;
	struct error err = { 0 };

	CHECK(secret_read(file, &secret, &err) == -1 && !secret, "%s", words);
	assert_int_equal(err.code, ERR_INVALID);
	CHECK(strstr(err.detail, "INSPECTD_SECRET_FILE"), "%s", err.detail);
	CHECK(strstr(err.detail, words), "%s: %s", words, err.detail);
}

/* --- tests ------------------------------------------------------------------------ */

static const char bytes_of_64[] = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF";

/* Worked out with another program: the subkey of "api key", and the MAC of "abc" under it. */
static void a_mac_is_hmac_sha256_under_the_subkey_of_its_label(void **state)
{
	_cleanup_(secret_freep) struct secret *secret = NULL;
	struct error err = { 0 };
	char out[65];

	(void)state;
	write_file(bytes_of_64, 32, 0600);
	assert_int_equal(secret_read(path, &secret, &err), 0);
	secret_mac(secret, "api key", "abc", 3, out);
	assert_string_equal(out, "dfb56a3b1e185e83740647904a3653704a1082779686bfa2802032c3a106e32a");
}

static void label_bytes_and_secret_each_make_another_mac(void **state)
{
	_cleanup_(secret_freep) struct secret *secret = NULL;
	struct error err = { 0 };
	char first[65], other[65];

	(void)state;
	write_file(bytes_of_64, 32, 0600);
	assert_int_equal(secret_read(path, &secret, &err), 0);
	secret_mac(secret, "x", "a", 1, first);
	secret_mac(secret, "x", "a", 1, other);
	assert_string_equal(first, other);
	secret_mac(secret, "y", "a", 1, other);
	assert_string_not_equal(first, other);
	secret_mac(secret, "x", "b", 1, other);
	assert_string_not_equal(first, other);
	mac_under(bytes_of_64 + 1, 32, other);
	assert_string_not_equal(first, other);
}

static void line_breaks_at_the_end_of_the_file_do_not_count(void **state)
{
	char first[65], other[65];

	(void)state;
	mac_under("0123456789abcdef0123456789abcdef", 32, first);
	mac_under("0123456789abcdef0123456789abcdef\n", 33, other);
	assert_string_equal(first, other);
	mac_under("0123456789abcdef0123456789abcdef\r\n", 34, other);
	assert_string_equal(first, other);
	mac_under("\n0123456789abcdef0123456789abcdef", 33, other);
	assert_string_not_equal(first, other);
}

/* Random bytes may be any. */
static void a_nul_is_a_byte_like_any_other(void **state)
{
	char bytes[40] = { 0 }, first[65], other[65];

	(void)state;
	memset(bytes + 1, 'x', sizeof bytes - 1);
	mac_under(bytes, sizeof bytes, first);
	bytes[39] = 'y';
	mac_under(bytes, sizeof bytes, other);
	assert_string_not_equal(first, other);
}

static void without_a_file_it_says_how_to_make_one(void **state)
{
	(void)state;
	check_refused(NULL, "is not set");
	check_refused(NULL, "/dev/urandom");
	check_refused("/nonexistent/secret", "No such file");
	check_refused("/nonexistent/secret", "/dev/urandom");
	check_refused("/tmp", "not a file");
	check_refused("/dev/urandom", "not a file");
}

static void a_file_that_others_may_read_or_write_is_refused(void **state)
{
	static const struct {
		mode_t mode;
		bool fine;
	} cases[] = { { 0600, true },  { 0400, true },  { 0640, true },  { 0440, true },
		      { 0644, false }, { 0604, false }, { 0602, false }, { 0660, false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(secret_freep) struct secret *secret = NULL;
		struct error err = { 0 };

		write_file(bytes_of_64, 32, cases[i].mode);
		CHECK((secret_read(path, &secret, &err) == 0) == cases[i].fine, "mode %o: %s", cases[i].mode,
		      err.detail);
		CHECK(cases[i].fine || strstr(err.detail, "chmod 600"), "mode %o: %s", cases[i].mode, err.detail);
	}
}

static void a_file_that_is_too_short_or_too_long_is_refused(void **state)
{
	static char bytes[SECRET_BYTES_MAX + 2];
	char out[65];

	(void)state;
	memset(bytes, 'x', sizeof bytes);
	write_file(bytes, 0, 0600);
	check_refused(path, "at least");
	write_file(bytes, SECRET_BYTES_MIN - 1, 0600);
	check_refused(path, "at least");
	mac_under(bytes, SECRET_BYTES_MIN, out);
	mac_under(bytes, SECRET_BYTES_MAX, out);
	write_file(bytes, SECRET_BYTES_MAX + 1, 0600);
	check_refused(path, "at most");
}

static void a_refusal_tells_nothing_of_what_the_file_holds(void **state)
{
	struct secret *secret = NULL;
	struct error err = { 0 };

	(void)state;
	write_file("hush-hush", 9, 0600);
	assert_int_equal(secret_read(path, &secret, &err), -1);
	assert_null(strstr(err.detail, "hush"));
	write_file(bytes_of_64, 64, 0644);
	assert_int_equal(secret_read(path, &secret, &err), -1);
	assert_null(strstr(err.detail, "0123"));
}

static void nothing_can_be_freed(void **state)
{
	(void)state;
	secret_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_mac_is_hmac_sha256_under_the_subkey_of_its_label, make_path,
						remove_path),
		cmocka_unit_test_setup_teardown(label_bytes_and_secret_each_make_another_mac, make_path, remove_path),
		cmocka_unit_test_setup_teardown(line_breaks_at_the_end_of_the_file_do_not_count, make_path,
						remove_path),
		cmocka_unit_test_setup_teardown(a_nul_is_a_byte_like_any_other, make_path, remove_path),
		cmocka_unit_test(without_a_file_it_says_how_to_make_one),
		cmocka_unit_test_setup_teardown(a_file_that_others_may_read_or_write_is_refused, make_path,
						remove_path),
		cmocka_unit_test_setup_teardown(a_file_that_is_too_short_or_too_long_is_refused, make_path,
						remove_path),
		cmocka_unit_test_setup_teardown(a_refusal_tells_nothing_of_what_the_file_holds, make_path, remove_path),
		cmocka_unit_test(nothing_can_be_freed),
	};

	return RUN(tests);
}
