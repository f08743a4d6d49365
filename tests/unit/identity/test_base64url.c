/* Tests of service/identity/base64url.c. */
#include "support.h"

#include "identity/base64url.h"

static void what_was_encoded_is_decoded(void **state)
{
	static const char text[] = "any carnal pleas\xC3\xBB?\xFF\x01";

	(void)state;
	for (size_t len = 0; len < sizeof text; len++) {
		char part[sizeof text] = "", *encoded;
		unsigned char out[sizeof text];
		size_t n;

		memcpy(part, text, len);
		encoded = encode(part);
		CHECK(base64url_decode(encoded, strlen(encoded), out, sizeof out, &n) == 0, "%zu", len);
		CHECK(n == len && memcmp(out, text, len) == 0, "%zu", len);
		free(encoded);
	}
}

static void each_sequence_of_bytes_has_one_spelling(void **state)
{
	static const char *const refused[] = {
		"A", "AAAAA", "AA=", "AA==", "AB", "AAB", "A A", "AA\n", "A+", "A/", "A.", "=", "\xC3\xA9",
	};
	unsigned char out[16];
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		CHECK(base64url_decode(refused[i], strlen(refused[i]), out, sizeof out, &n) < 0, "%s", refused[i]);
}

static void more_than_there_is_room_for_is_refused(void **state)
{
	unsigned char out[4] = { 0, 0, 0, 7 };
	size_t n;

	(void)state;
	assert_int_equal(base64url_decode("AAAA", 4, out, 3, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(base64url_decode("AAAAAA", 6, out, 3, &n), -1);
	assert_int_equal(out[3], 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_encoded_is_decoded),
		cmocka_unit_test(each_sequence_of_bytes_has_one_spelling),
		cmocka_unit_test(more_than_there_is_room_for_is_refused),
	};

	return RUN(tests);
}
