/* Tests of service/core/buf.c. */
#include "../unit.h"

#include <jansson.h>
#include <orcania.h>

#include "core/buf.h"

/* The invariants of core/buf.h, looked at after every step. */
static void assert_sane(const struct buf *b)
{
	assert_non_null(b->data);
	assert_true(b->len <= b->ceiling);
	assert_int_equal(b->data[b->len], '\0');
	assert_true(b->cap == 0 || b->cap > b->len);
	assert_true(b->cap <= b->ceiling + 1);
}

static void buf_starts_as_an_empty_string(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	assert_sane(&b);
	assert_string_equal(b.data, "");
	assert_true(buf_ok(&b));
	buf_done(&b);
	assert_sane(&b);
	buf_done(&b); /* twice does no harm */
}

static void buf_grows_byte_by_byte_and_keeps_everything(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100000);
	for (int i = 0; i < 5000; i++) {
		buf_addc(&b, (char)('a' + i % 26));
		assert_sane(&b);
	}
	assert_int_equal(b.len, 5000);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
	buf_done(&b);
}

static void buf_takes_exactly_its_ceiling(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	buf_adds(&b, "0123456789");
	assert_true(buf_ok(&b));
	assert_sane(&b);
	buf_addc(&b, 'x');
	assert_false(buf_ok(&b));
	assert_string_equal(b.data, "0123456789");
	buf_done(&b);
}

static void buf_latches_at_the_first_failure(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	buf_adds(&b, "012345678");
	buf_adds(&b, "too much");
	assert_false(buf_ok(&b));
	buf_addc(&b, 'x'); /* there would be room */
	buf_addf(&b, "%d", 1);
	buf_add_json(&b, "", 0);
	assert_false(buf_ok(&b));
	assert_string_equal(b.data, "012345678");
	assert_sane(&b);
	buf_reset(&b);
	assert_true(buf_ok(&b));
	assert_string_equal(b.data, "");
	buf_adds(&b, "0123456789");
	assert_true(buf_ok(&b));
	buf_done(&b);
}

static void buf_with_no_room_takes_only_nothing(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	buf_add(&b, "", 0);
	buf_adds(&b, "");
	buf_addf(&b, "%s", "");
	assert_true(buf_ok(&b));
	buf_addc(&b, 'x');
	assert_false(buf_ok(&b));
	assert_string_equal(b.data, "");
	buf_done(&b);
}

static void buf_refuses_a_length_near_the_end_of_memory(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, SIZE_MAX);
	buf_adds(&b, "x");
	buf_add(&b, "y", SIZE_MAX - 1);
	assert_false(buf_ok(&b));
	buf_reset(&b);
	buf_add_json(&b, "y", SIZE_MAX);
	assert_false(buf_ok(&b));
	buf_done(&b);
}

static void buf_add_keeps_nul_bytes(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	buf_add(&b, "a\0b", 3);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "a\0b", 4);
	buf_done(&b);
}

static void buf_addf_formats_what_is_longer_than_the_room_left(void **state)
{
	char long_text[2000];
	struct buf b;

	(void)state;
	memset(long_text, 'x', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	buf_init(&b, 10000);
	buf_addf(&b, "%s|%d|%s", long_text, -42, "");
	assert_int_equal(b.len, 1999 + 5);
	assert_string_equal(b.data + 1999, "|-42|");
	assert_sane(&b);
	buf_done(&b);
}

static void buf_take_hands_over_and_starts_again(void **state)
{
	struct buf b;
	size_t len = 99;
	char *text;

	(void)state;
	buf_init(&b, 100);
	text = buf_take(&b, &len);
	assert_string_equal(text, "");
	assert_int_equal(len, 0);
	o_free(text);
	buf_adds(&b, "abc");
	text = buf_take(&b, &len);
	assert_string_equal(text, "abc");
	assert_int_equal(len, 3);
	o_free(text);
	assert_sane(&b);
	assert_string_equal(b.data, "");
	buf_adds(&b, "again");
	text = buf_take(&b, NULL);
	assert_string_equal(text, "again");
	o_free(text);
}

static void buf_take_of_a_failed_buffer_is_null(void **state)
{
	struct buf b;
	size_t len = 99;

	(void)state;
	buf_init(&b, 3);
	buf_adds(&b, "ab");
	buf_adds(&b, "cd");
	assert_null(buf_take(&b, &len));
	assert_int_equal(len, 0);
	assert_true(buf_ok(&b));
	assert_sane(&b);
	buf_done(&b);
}

static void buf_add_json_escapes_what_must_be_and_nothing_else(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *json;
	} cases[] = {
		{ "", 0, "\"\"" },
		{ "plain", 5, "\"plain\"" },
		{ "\"", 1, "\"\\\"\"" },
		{ "\\", 1, "\"\\\\\"" },
		{ "/", 1, "\"/\"" },
		{ "\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\"" },
		{ "\0", 1, "\"\\u0000\"" },
		{ "\x01\x1f\x0b", 3, "\"\\u0001\\u001f\\u000b\"" },
		{ "\x7f", 1, "\"\x7f\"" },
		{ "\u2028\u2029", 6, "\"\u2028\u2029\"" },
		{ "na\u00efve \u20ac \U0001F600", 15, "\"na\u00efve \u20ac \U0001F600\"" },
		{ "12345678\"2345678", 16, "\"12345678\\\"2345678\"" },
		{ "1234567\\12345678", 16, "\"1234567\\\\12345678\"" },
		{ "1234567812345678\x1f", 17, "\"1234567812345678\\u001f\"" },
		{ "say \"hi\"\n", 9, "\"say \\\"hi\\\"\\n\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf b;

		buf_init(&b, 1000);
		buf_add_json(&b, cases[i].text, cases[i].len);
		assert_true(buf_ok(&b));
		CHECK(strcmp(b.data, cases[i].json) == 0, "case %zu: %s", i, b.data);
		buf_done(&b);
	}
}

static void buf_add_json_replaces_bytes_that_are_not_utf8(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *json;
	} cases[] = {
		{ "\xff", 1, "\"\\ufffd\"" },
		{ "a\xC3", 2, "\"a\\ufffd\"" },
		{ "\xC3(", 2, "\"\\ufffd(\"" },
		{ "\xED\xA0\x80", 3, "\"\\ufffd\\ufffd\\ufffd\"" },
		{ "\xE2\x82\xAC\x80", 4, "\"\u20ac\\ufffd\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf b;

		buf_init(&b, 1000);
		buf_add_json(&b, cases[i].text, cases[i].len);
		CHECK(strcmp(b.data, cases[i].json) == 0, "case %zu: %s", i, b.data);
		buf_done(&b);
	}
}

/* Any bytes at all, of any length and at any place: the result is one JSON string. */
static void buf_add_json_makes_json_of_random_bytes(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		char bytes[64];
		size_t len = (size_t)(round % 64);
		struct buf b;
		json_t *json;

		for (size_t i = 0; i < len; i++) {
			seed = seed * 1103515245 + 12345;
			bytes[i] = (char)(seed >> 16);
		}
		buf_init(&b, 1000);
		buf_add_json(&b, bytes, len);
		json = json_loadb(b.data, b.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		CHECK(json_is_string(json), "round %d: %s", round, b.data);
		json_decref(json);
		buf_done(&b);
	}
}

/* Each byte at each place of a word that is otherwise clean, against the slow and certain way. */
static void buf_add_json_sees_every_byte_at_every_place(void **state)
{
	(void)state;
	for (unsigned byte = 1; byte < 0x80; byte++) {
		for (size_t place = 0; place < 16; place++) {
			char text[17] = "abcdefghijklmnop";
			bool escaped = byte < 0x20 || byte == '"' || byte == '\\';
			struct buf b;

			text[place] = (char)byte;
			buf_init(&b, 100);
			buf_add_json(&b, text, 16);
			CHECK((b.len > 18) == escaped, "byte %u at %zu: %s", byte, place, b.data);
			buf_done(&b);
		}
	}
}

static void buf_add_json_latches_over_the_ceiling(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 8);
	buf_add_json(&b, "123456", 6);
	assert_true(buf_ok(&b));
	buf_reset(&b);
	buf_add_json(&b, "1234567", 7);
	assert_false(buf_ok(&b));
	buf_reset(&b);
	buf_add_json(&b, "12345\n", 6);
	assert_false(buf_ok(&b));
	assert_sane(&b);
	buf_done(&b);
	buf_init(&b, 3);
	buf_add_json(&b, "\x01", 1);
	assert_false(buf_ok(&b));
	assert_sane(&b);
	buf_done(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(buf_starts_as_an_empty_string),
		cmocka_unit_test(buf_grows_byte_by_byte_and_keeps_everything),
		cmocka_unit_test(buf_takes_exactly_its_ceiling),
		cmocka_unit_test(buf_latches_at_the_first_failure),
		cmocka_unit_test(buf_with_no_room_takes_only_nothing),
		cmocka_unit_test(buf_refuses_a_length_near_the_end_of_memory),
		cmocka_unit_test(buf_add_keeps_nul_bytes),
		cmocka_unit_test(buf_addf_formats_what_is_longer_than_the_room_left),
		cmocka_unit_test(buf_take_hands_over_and_starts_again),
		cmocka_unit_test(buf_take_of_a_failed_buffer_is_null),
		cmocka_unit_test(buf_add_json_escapes_what_must_be_and_nothing_else),
		cmocka_unit_test(buf_add_json_replaces_bytes_that_are_not_utf8),
		cmocka_unit_test(buf_add_json_makes_json_of_random_bytes),
		cmocka_unit_test(buf_add_json_sees_every_byte_at_every_place),
		cmocka_unit_test(buf_add_json_latches_over_the_ceiling),
	};

	return RUN(tests);
}
