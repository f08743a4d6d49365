/* Tests of service/identity/token.c. */
#include "support.h"

#include "identity/token.h"

static const char claims[] = "{\"iss\":\"https://idp.example\"}";

static void a_token_is_taken_apart(void **state)
{
	char *text = join("{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"at+jwt\"}", claims, "AAAA");
	struct error err = { 0 };
	struct token t;

	(void)state;
	assert_int_equal(token_read(&t, text, &err), 0);
	assert_string_equal(t.alg, "RS256");
	assert_string_equal(t.kid, "k1");
	assert_int_equal(t.signature_len, 3);
	assert_int_equal(t.len, strlen(text));
	assert_string_equal(json_string_value(json_object_get(t.claims, "iss")), "https://idp.example");
	token_done(&t);
	free(text);
}

static void a_header_says_what_may_be_said(void **state)
{
	static const struct {
		const char *header, *why; /* NULL: it may */
	} cases[] = {
		{ "{\"alg\":\"RS256\"}", NULL },
		{ "{\"alg\":\"RS256\",\"typ\":\"JWT\"}", NULL },
		{ "{\"alg\":\"RS256\",\"typ\":\"jwt\"}", NULL },
		{ "{\"alg\":\"RS256\",\"typ\":\"application/at+jwt\"}", NULL },
		{ "{\"alg\":\"RS256\",\"typ\":\"AT+JWT\",\"x5t\":\"abc\"}", NULL },
		{ "{\"alg\":\"RS256\",\"typ\":\"rt+jwt\"}", "typ" },
		{ "{\"alg\":\"RS256\",\"typ\":\"logout+jwt\"}", "typ" },
		{ "{\"alg\":\"RS256\",\"typ\":\"dpop+jwt\"}", "typ" },
		{ "{\"alg\":\"RS256\",\"typ\":null}", "typ" },
		{ "{\"alg\":\"RS256\",\"typ\":\"\"}", "typ" },
		{ "{\"alg\":\"RS256\",\"crit\":[\"exp\"]}", "crit" },
		{ "{\"alg\":\"RS256\",\"crit\":null}", "crit" },
		{ "{\"alg\":\"RS256\",\"cty\":\"JWT\"}", "cty" },
		{ "{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\"}", "enc" },
		{ "{\"alg\":\"RS256\",\"jwk\":{\"kty\":\"RSA\"}}", "jwk" },
		{ "{\"alg\":\"RS256\",\"jku\":\"https://evil.example/jwks\"}", "jku" },
		{ "{\"alg\":\"RS256\",\"x5u\":\"https://evil.example/crt\"}", "x5u" },
		{ "{\"alg\":\"RS256\",\"x5c\":[\"MIIB\"]}", "x5c" },
		{ "{\"alg\":\"RS256\",\"zip\":\"DEF\"}", "zip" },
		{ "{\"alg\":\"RS256\",\"b64\":false}", "b64" },
		{ "{}", "alg" },
		{ "{\"alg\":null}", "alg" },
		{ "{\"alg\":256}", "alg" },
		{ "{\"alg\":[\"RS256\"]}", "alg" },
		{ "{\"alg\":\"RS256\",\"kid\":7}", "kid" },
		{ "{\"alg\":\"RS256\",\"kid\":null}", "kid" },
		{ "{\"alg\":\"none\",\"alg\":\"RS256\"}", "JSON" },
		{ "{\"alg\":\"RS256\"} ", NULL },
		{ "{\"alg\":\"RS256\"}x", "JSON" },
		{ "[\"alg\"]", "JSON" },
		{ "\"RS256\"", "JSON" },
		{ "{\"alg\":\"RS256\\u0000\"}", "JSON" },
		{ "{\"alg\":\"RS256\xFF\"}", "JSON" },
		{ "{'alg':'RS256'}", "JSON" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *text = join(cases[i].header, claims, "AAAA");
		struct error err = { 0 };
		struct token t = { 0 };
		int failed = token_read(&t, text, &err);

		CHECK(failed == (cases[i].why ? -1 : 0), "%s: %s", cases[i].header, err.detail);
		CHECK(!failed || (err.code == ERR_UNAUTHENTICATED && strstr(err.detail, cases[i].why)), "%s: %s",
		      cases[i].header, err.detail);
		token_done(&t);
		free(text);
	}
}

static void claims_are_one_object_and_name_nothing_twice(void **state)
{
	static const char *const refused[] = {
		"{\"exp\":1,\"exp\":2}",
		"{\"a\":{\"b\":1,\"b\":2}}",
		"[]",
		"eyJhbGciOiJub25lIn0.e30.",
		"{",
		"7",
		"\"x\"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		char *text = join("{\"alg\":\"RS256\"}", refused[i], "AAAA");
		struct error err = { 0 };
		struct token t;

		CHECK(token_read(&t, text, &err) < 0 && strstr(err.detail, "claims"), "%s", refused[i]);
		free(text);
	}
}

static void anything_else_is_no_token(void **state)
{
	static const char *const refused[] = {
		"",
		".",
		"..",
		"...",
		"e30",
		"e30.e30",
		"e30.e30.",
		".e30.AAAA",
		"e30..AAAA",
		"e30.e30.AAAA.AAAA",
		"e30.e30.AAAA.AAAA.AAAA",
		"eyJhbGciOiJSUzI1NiJ9.e30.AAA=",
		"eyJhbGciOiJSUzI1NiJ9.e30.AAAA, eyJhbGciOiJSUzI1NiJ9.e30.AAAA",
		"eyJhbGciOiJSUzI1NiJ9=.e30.AAAA",
		"eyJhbGciOiJSUzI1NiJ9.e30.A A",
		" eyJhbGciOiJSUzI1NiJ9.e30.AAAA",
		"{\"payload\":\"e30\"}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct error err = { 0 };
		struct token t;

		CHECK(token_read(&t, refused[i], &err) < 0 && err.code == ERR_UNAUTHENTICATED, "%s", refused[i]);
	}
}

static void a_token_has_a_greatest_length(void **state)
{
	const size_t rest = strlen("eyJhbGciOiJSUzI1NiJ9.") + strlen(".AAAA");
	char *long_claims = malloc(LIMIT_TOKEN_BYTES), *text;
	struct error err = { 0 };
	struct token t;
	size_t most = (LIMIT_TOKEN_BYTES - rest) / 4 * 3;

	(void)state;
	for (size_t len = most - 3; len <= most + 3; len += 3) {
		memset(long_claims, ' ', len);
		memcpy(long_claims, "{}", 2);
		long_claims[len] = '\0';
		text = join("{\"alg\":\"RS256\"}", long_claims, "AAAA");
		CHECK((token_read(&t, text, &err) == 0) == (strlen(text) <= LIMIT_TOKEN_BYTES), "%zu", strlen(text));
		if (strlen(text) <= LIMIT_TOKEN_BYTES)
			token_done(&t);
		else
			assert_non_null(strstr(err.detail, "16384"));
		free(text);
	}
	free(long_claims);
}

static void a_signature_is_not_longer_than_that_of_any_key(void **state)
{
	char *signature = calloc(TOKEN_SIGNATURE_MAX * 2, 1), *text;
	struct error err = { 0 };
	struct token t;

	(void)state;
	memset(signature, 'A', (TOKEN_SIGNATURE_MAX + 3) / 3 * 4);
	text = join("{\"alg\":\"RS256\"}", "{}", signature);
	assert_int_equal(token_read(&t, text, &err), -1);
	assert_non_null(strstr(err.detail, "signature"));
	free(text);
	free(signature);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_taken_apart),
		cmocka_unit_test(a_header_says_what_may_be_said),
		cmocka_unit_test(claims_are_one_object_and_name_nothing_twice),
		cmocka_unit_test(anything_else_is_no_token),
		cmocka_unit_test(a_token_has_a_greatest_length),
		cmocka_unit_test(a_signature_is_not_longer_than_that_of_any_key),
	};

	return RUN(tests);
}
