/* Tests of service/core/redact.c. */
#include "../unit.h"

#include "core/redact.h"

#define KEY   "ik_9f8Zr4-QmT_0pLxWvB2nKd7sHc3yJ6uEaG1tRqXoYiM"
#define TOKEN "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl-_x"

static void keys_and_tokens_are_taken_out_of_whatever_quotes_them(void **state)
{
	static const struct {
		const char *text, *after;
	} cases[] = {
		{ "", "" },
		{ KEY, "ik_***" },
		{ "parameter " KEY ": is not known here", "parameter ik_***: is not known here" },
		{ KEY KEY, "ik_***" },
		{ KEY "," KEY " " TOKEN, "ik_***,ik_*** eyJ***" },
		{ "{\"detail\":\"\\\"" KEY "\\\"\"}", "{\"detail\":\"\\\"ik_***\\\"\"}" },
		{ "/v1/actions/" KEY "/updates", "/v1/actions/ik_***/updates" },
		{ "Bearer " TOKEN "\n", "Bearer eyJ***\n" },
		{ "send `Authorization: Bearer ik_...`", "send `Authorization: Bearer ik_...`" },
		{ "ik_ and 43 letters", "ik_ and 43 letters" },
		{ "ik_1234567", "ik_1234567" },
		{ "ik_12345678", "ik_***" },
		{ "ik_ik_ik_ik_ik_", "ik_***" },
		{ "eyJ", "eyJ" },
		{ "nothing of the kind", "nothing of the kind" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[256];
		size_t len = strlen(cases[i].text);

		memset(text, '!', sizeof text);
		memcpy(text, cases[i].text, len);
		len = redact_keys(text, len);
		CHECK(len == strlen(cases[i].after) && memcmp(text, cases[i].after, len) == 0, "case %zu: %.*s", i,
		      (int)len, text);
		CHECK(redact_finds_key(cases[i].text) == (strcmp(cases[i].text, cases[i].after) != 0), "case %zu", i);
	}
}

static void a_text_may_hold_any_byte(void **state)
{
	char text[] = "a\0b " KEY "\0c";
	size_t len = redact_keys(text, sizeof text - 1);

	(void)state;
	assert_int_equal(len, sizeof "a\0b ik_***\0c" - 1);
	assert_memory_equal(text, "a\0b ik_***\0c", len);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_and_tokens_are_taken_out_of_whatever_quotes_them),
		cmocka_unit_test(a_text_may_hold_any_byte),
	};

	return RUN(tests);
}
