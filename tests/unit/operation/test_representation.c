/*
 * Tests of service/operation/representation.c: the form of an ETag. Reading rows
 * back needs a database: tests/integration/test_conditional.py.
 */
#include "../unit.h"

#include "operation/internal.h"

#include "core/banned.h"

static void etag_of(char etag[80], const char *version, const char *text)
{
	representation_etag(etag, version, text, strlen(text));
}

static void an_etag_is_the_version_and_a_digest_of_what_is_sent(void **state)
{
	char etag[80];

	(void)state;
	etag_of(etag, "12", "{\"id\":\"806\"}");
	assert_int_equal(strlen(etag), strlen("\"12.\"") + 32);
	assert_int_equal(strncmp(etag, "\"12.", 4), 0);
	assert_int_equal(strspn(etag + 4, "0123456789abcdef"), 32);
	assert_string_equal(etag + 4 + 32, "\"");
}

static void another_version_or_other_bytes_are_another_etag(void **state)
{
	char first[80], same[80], other[80];

	(void)state;
	etag_of(first, "1", "{\"a\":1}");
	etag_of(same, "1", "{\"a\":1}");
	assert_string_equal(first, same);
	etag_of(other, "2", "{\"a\":1}");
	assert_string_not_equal(first, other);
	etag_of(other, "1", "{\"a\":2}");
	assert_string_not_equal(first, other);
}

static void the_longest_version_fits(void **state)
{
	char etag[80];

	(void)state;
	etag_of(etag, "9223372036854775807", "");
	assert_int_equal(etag[strlen(etag) - 1], '"');
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_etag_is_the_version_and_a_digest_of_what_is_sent),
		cmocka_unit_test(another_version_or_other_bytes_are_another_etag),
		cmocka_unit_test(the_longest_version_fits),
	};

	return RUN(tests);
}
