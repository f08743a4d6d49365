/* Tests of service/core/hash.c. */
#include "../unit.h"

#include "core/hash.h"

static void hash_sha256_agrees_with_fips_180(void **state)
{
	char out[65];

	(void)state;
	hash_sha256("", 0, out);
	assert_string_equal(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hash_sha256("abc", 3, out);
	assert_string_equal(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void hash_hmac_agrees_with_rfc_4231(void **state)
{
	static const struct {
		const char *key, *bytes, *mac;
	} cases[] = {
		{ "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b", "Hi There",
		  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
		{ "Jefe", "what do ya want for nothing?",
		  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	};
	unsigned char mac[HASH_BYTES];
	char out[65];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		hash_hmac(cases[i].key, strlen(cases[i].key), cases[i].bytes, strlen(cases[i].bytes), mac);
		hash_hex(mac, sizeof mac, out);
		assert_string_equal(out, cases[i].mac);
	}
}

static void hash_equal_looks_at_every_byte(void **state)
{
	char a[33] = "0123456789abcdef0123456789abcdef", b[33];

	(void)state;
	memcpy(b, a, sizeof b);
	assert_true(hash_equal(a, b, 32));
	for (size_t i = 0; i < 32; i++) {
		b[i] ^= 1;
		CHECK(!hash_equal(a, b, 32), "byte %zu", i);
		b[i] ^= 1;
	}
	b[31] = 'x';
	assert_true(hash_equal(a, b, 31));
}

static void hash_fast_is_xxh3_with_no_seed(void **state)
{
	char out[33], other[33];

	(void)state;
	hash_fast("", 0, out);
	assert_string_equal(out, "99aa06d3014798d86001c324468d497f");
	hash_fast("abc", 3, out);
	hash_fast("abd", 3, other);
	assert_int_equal(strlen(out), 32);
	assert_string_not_equal(out, other);
	hash_fast("abc", 3, other);
	assert_string_equal(out, other);
}

static void hash_random_writes_base64url_of_the_right_length(void **state)
{
	static const size_t lengths[] = { 0, 1, 2, 3, 4, 16, 24, 32, 191, 192, 193, 384, 400 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		size_t n = lengths[i], size = 4 * ((n + 2) / 3) + 1;
		char out[600];

		memset(out, '!', sizeof out);
		CHECK(hash_random(n, out, size) == 0, "%zu", n);
		CHECK(strlen(out) == (4 * n + 2) / 3, "%zu: %zu", n, strlen(out));
		CHECK(out[size] == '!', "%zu: wrote past the end", n);
		assert_int_equal(strspn(out, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
				 strlen(out));
	}
}

static void hash_random_refuses_too_little_room(void **state)
{
	char out[45] = "untouched";

	(void)state;
	assert_int_equal(hash_random(32, out, 40), -1);
	assert_int_equal(hash_random(1, out, 0), -1);
	assert_int_equal(hash_random(SIZE_MAX, out, sizeof out), -1);
	assert_string_equal(out, "untouched");
	assert_int_equal(hash_random(32, out, sizeof out), 0);
}

static void hash_random_never_repeats(void **state)
{
	char last[45] = "";

	(void)state;
	for (int i = 0; i < 100; i++) {
		char out[45];

		assert_int_equal(hash_random(32, out, sizeof out), 0);
		assert_string_not_equal(out, last);
		memcpy(last, out, sizeof last);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_sha256_agrees_with_fips_180),
		cmocka_unit_test(hash_hmac_agrees_with_rfc_4231),
		cmocka_unit_test(hash_equal_looks_at_every_byte),
		cmocka_unit_test(hash_fast_is_xxh3_with_no_seed),
		cmocka_unit_test(hash_random_writes_base64url_of_the_right_length),
		cmocka_unit_test(hash_random_refuses_too_little_room),
		cmocka_unit_test(hash_random_never_repeats),
	};

	return RUN(tests);
}
