/* Tests of service/identity/keys.c: keys made here, tokens signed with them, and what is passed off for either. */
#include "support.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "identity/keys.h"

static const char claims[] = "{\"iss\":\"https://idp.example\"}";

/* Made once: RSA takes its time. */
static struct pair rsa, rsa_other, rsa_weak, p256, p384, ed;
static unsigned every;

static int make_keys(void **state)
{
	struct error err = { 0 };

	(void)state;
	rsa = make_pair(R_KEY_TYPE_RSA, 2048, "rsa");
	rsa_other = make_pair(R_KEY_TYPE_RSA, 2048, "other");
	rsa_weak = make_pair(R_KEY_TYPE_RSA, 1024, "weak");
	p256 = make_pair(R_KEY_TYPE_EC, 256, "p256");
	p384 = make_pair(R_KEY_TYPE_EC, 384, "p384");
	ed = make_pair(R_KEY_TYPE_EDDSA, 256, "ed");
	return keys_algorithms("RS256,RS384,RS512,PS256,ES256,ES384,EdDSA", &every, &err);
}

static int drop_keys(void **state)
{
	(void)state;
	drop_pair(&rsa);
	drop_pair(&rsa_other);
	drop_pair(&rsa_weak);
	drop_pair(&p256);
	drop_pair(&p384);
	drop_pair(&ed);
	return 0;
}

static struct keys *read_set(const char *json)
{
	struct error err = { 0 };
	struct keys *keys = NULL;

	CHECK(keys_read(&keys, json, strlen(json), &err) == 0, "%s: %s", json, err.detail);
	return keys;
}

static struct keys *set_of(size_t n, const struct pair *pairs[])
{
	char *json = key_set(n, pairs);
	struct keys *keys = read_set(json);

	free(json);
	return keys;
}

static struct keys *whole_set(void)
{
	return set_of(6, (const struct pair *[]){ &rsa, &rsa_other, &rsa_weak, &p256, &p384, &ed });
}

static enum keys_verdict verdict_of(const struct keys *keys, unsigned algorithms, const char *text, char *why)
{
	struct error err = { 0 };
	enum keys_verdict verdict;
	struct token t;

	CHECK(token_read(&t, text, &err) == 0, "%s: %s", text, err.detail);
	why[0] = '\0';
	verdict = keys_verify(keys, algorithms, &t, why);
	token_done(&t);
	return verdict;
}

static void check(const struct keys *keys, unsigned algorithms, char *text, enum keys_verdict expected, const char *why)
{
	char said[KEYS_WHY_BYTES];
	enum keys_verdict verdict = verdict_of(keys, algorithms, text, said);

	CHECK(verdict == expected, "%s: %d, %s", text, (int)verdict, said);
	CHECK(strstr(said, why), "%s: %s", text, said);
	free(text);
}

static void each_algorithm_verifies_what_its_key_has_signed(void **state)
{
	const struct {
		const char *header;
		const struct pair *pair;
	} cases[] = {
		{ "{\"alg\":\"RS256\",\"kid\":\"rsa\"}", &rsa },   { "{\"alg\":\"RS384\",\"kid\":\"rsa\"}", &rsa },
		{ "{\"alg\":\"RS512\",\"kid\":\"rsa\"}", &rsa },   { "{\"alg\":\"PS256\",\"kid\":\"rsa\"}", &rsa },
		{ "{\"alg\":\"ES256\",\"kid\":\"p256\"}", &p256 }, { "{\"alg\":\"ES384\",\"kid\":\"p384\"}", &p384 },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"ed\"}", &ed },
	};
	struct keys *keys = whole_set();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (size_t n = 0; n < 20; n++) { /* a coordinate of an ECDSA signature may begin with a zero */
			check(keys, every, sign(cases[i].pair, cases[i].header, claims), KEYS_GOOD, "");
			if (cases[i].pair == &rsa)
				break;
		}
	keys_unref(keys);
}

static void every_other_key_and_any_change_is_noticed(void **state)
{
	const struct {
		const char *header;
		const struct pair *pair;
	} cases[] = {
		{ "{\"alg\":\"RS256\",\"kid\":\"rsa\"}", &rsa },   { "{\"alg\":\"PS256\",\"kid\":\"rsa\"}", &rsa },
		{ "{\"alg\":\"ES256\",\"kid\":\"p256\"}", &p256 }, { "{\"alg\":\"ES384\",\"kid\":\"p384\"}", &p384 },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"ed\"}", &ed },
	};
	struct keys *keys = whole_set();

	(void)state;
	check(keys, every, sign(&rsa_other, "{\"alg\":\"RS256\",\"kid\":\"rsa\"}", claims), KEYS_BAD, "signature");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *good = sign(cases[i].pair, cases[i].header, claims), *text = NULL;
		char *signature = strrchr(good, '.') + 1, *forged;

		assert_true(asprintf(&text, "%s", good) > 0);
		text[signature - good + 10] = text[signature - good + 10] == 'A' ? 'B' : 'A';
		check(keys, every, text, KEYS_BAD, "signature");
		forged = join(cases[i].header, "{\"iss\":\"https://idp.example\",\"scope\":\"admin\"}", signature);
		check(keys, every, forged, KEYS_BAD, "signature");
		free(good);
	}
	keys_unref(keys);
}

static void a_signature_of_another_length_is_none(void **state)
{
	static const size_t lengths[] = { 1, 32, 63, 65, 96, 132, 255, 257, 512 };
	struct keys *keys = whole_set();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		char *signature = calloc(lengths[i] * 2 + 4, 1);

		memset(signature, 'A', (lengths[i] * 8 + 5) / 6);
		check(keys, every, join("{\"alg\":\"ES256\",\"kid\":\"p256\"}", claims, signature), KEYS_BAD,
		      "signature");
		check(keys, every, join("{\"alg\":\"EdDSA\",\"kid\":\"ed\"}", claims, signature), KEYS_BAD,
		      "signature");
		check(keys, every, join("{\"alg\":\"RS256\",\"kid\":\"rsa\"}", claims, signature), KEYS_BAD,
		      "signature");
		free(signature);
	}
	keys_unref(keys);
}

static void a_key_is_for_its_own_kind_of_algorithm(void **state)
{
	static const char *const headers[] = {
		"{\"alg\":\"RS256\",\"kid\":\"p256\"}", "{\"alg\":\"ES256\",\"kid\":\"rsa\"}",
		"{\"alg\":\"ES256\",\"kid\":\"p384\"}", "{\"alg\":\"ES384\",\"kid\":\"p256\"}",
		"{\"alg\":\"EdDSA\",\"kid\":\"p256\"}", "{\"alg\":\"ES256\",\"kid\":\"ed\"}",
		"{\"alg\":\"PS256\",\"kid\":\"ed\"}",
	};
	struct keys *keys = whole_set();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(headers); i++)
		check(keys, every, join(headers[i], claims, "AAAA"), KEYS_BAD, "not for");
	keys_unref(keys);
}

static void a_key_may_name_the_one_algorithm_it_is_for(void **state)
{
	json_t *set = json_pack("{s:[o]}", "keys", r_jwk_export_to_json_t(rsa.public));
	struct keys *keys;
	char *text;

	(void)state;
	json_object_set_new(json_array_get(json_object_get(set, "keys"), 0), "alg", json_string("PS256"));
	text = json_dumps(set, 0);
	keys = read_set(text);
	check(keys, every, sign(&rsa, "{\"alg\":\"PS256\",\"kid\":\"rsa\"}", claims), KEYS_GOOD, "");
	check(keys, every, sign(&rsa, "{\"alg\":\"RS256\",\"kid\":\"rsa\"}", claims), KEYS_BAD, "not for RS256");
	keys_unref(keys);
	free(text);
	json_decref(set);
}

static void what_is_not_listed_is_not_tried(void **state)
{
	static const char *const never[] = { "none",  "None",  "NONE",  "nOnE",   "",      "HS256",  "HS384",
					     "HS512", "ES512", "PS384", "ES256K", "rs256", "RS256 ", "dir" };
	struct keys *keys = whole_set();
	struct error err = { 0 };
	unsigned only;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(never); i++) {
		char header[80];

		snprintf(header, sizeof header, "{\"alg\":\"%s\",\"kid\":\"rsa\"}", never[i]);
		check(keys, every, join(header, claims, "AAAA"), KEYS_BAD, "alg");
	}
	assert_int_equal(keys_algorithms("ES256", &only, &err), 0);
	check(keys, only, sign(&rsa, "{\"alg\":\"RS256\",\"kid\":\"rsa\"}", claims), KEYS_BAD, "alg");
	check(keys, only, sign(&p256, "{\"alg\":\"ES256\",\"kid\":\"p256\"}", claims), KEYS_GOOD, "");
	keys_unref(keys);
}

/* The old trick: a public key is no secret, so whoever knows it could sign with it as one. */
static void a_public_key_is_not_taken_for_a_shared_secret(void **state)
{
	char *pem = calloc(4096, 1), *text = join("{\"alg\":\"HS256\",\"kid\":\"rsa\"}", claims, "");
	size_t pem_len = 4096;
	unsigned char mac[32];
	char hex[65] = "", *forged;
	struct keys *keys = whole_set();

	(void)state;
	assert_int_equal(r_jwk_export_to_pem_der(rsa.public, R_FORMAT_PEM, (unsigned char *)pem, &pem_len, 0), RHN_OK);
	assert_int_equal(gnutls_hmac_fast(GNUTLS_MAC_SHA256, pem, pem_len, text, strlen(text) - 1, mac), 0);
	for (size_t i = 0; i < sizeof mac; i++)
		snprintf(hex + 2 * i, 3, "%02x", mac[i] ? mac[i] : 1);
	forged = join("{\"alg\":\"HS256\",\"kid\":\"rsa\"}", claims, hex);
	check(keys, every, forged, KEYS_BAD, "alg \"HS256\"");
	keys_unref(keys);
	free(text);
	free(pem);
}

static void the_kid_chooses_the_key(void **state)
{
	struct keys *keys = whole_set(), *one = set_of(1, (const struct pair *[]){ &rsa });
	struct keys *none = read_set("{\"keys\":[]}");

	(void)state;
	check(keys, every, sign(&rsa, "{\"alg\":\"RS256\",\"kid\":\"gone\"}", claims), KEYS_UNKNOWN, "no key \"gone\"");
	check(keys, every, sign(&rsa, "{\"alg\":\"RS256\",\"kid\":\"RSA\"}", claims), KEYS_UNKNOWN, "no key");
	check(keys, every, sign(&rsa, "{\"alg\":\"RS256\"}", claims), KEYS_BAD, "no kid");
	check(one, every, sign(&rsa, "{\"alg\":\"RS256\"}", claims), KEYS_GOOD, "");
	check(one, every, sign(&rsa, "{\"alg\":\"RS256\",\"kid\":\"\"}", claims), KEYS_UNKNOWN, "no key");
	check(none, every, sign(&rsa, "{\"alg\":\"RS256\"}", claims), KEYS_BAD, "no kid");
	check(none, every, sign(&rsa, "{\"alg\":\"RS256\",\"kid\":\"rsa\"}", claims), KEYS_UNKNOWN, "no key");
	keys_unref(none);
	keys_unref(one);
	keys_unref(keys);
}

static void two_keys_of_one_name_are_both_tried(void **state)
{
	struct pair twin = make_pair(R_KEY_TYPE_EC, 256, "rsa");
	struct keys *keys = set_of(2, (const struct pair *[]){ &twin, &rsa });

	(void)state;
	check(keys, every, sign(&rsa, "{\"alg\":\"RS256\",\"kid\":\"rsa\"}", claims), KEYS_GOOD, "");
	check(keys, every, sign(&twin, "{\"alg\":\"ES256\",\"kid\":\"rsa\"}", claims), KEYS_GOOD, "");
	keys_unref(keys);
	drop_pair(&twin);
}

static void a_weak_key_verifies_nothing(void **state)
{
	struct keys *keys = whole_set();

	(void)state;
	assert_int_equal(keys_usable(keys), 5);
	check(keys, every, sign(&rsa_weak, "{\"alg\":\"RS256\",\"kid\":\"weak\"}", claims), KEYS_BAD, "1024 bits");
	keys_unref(keys);
}

static void a_point_off_its_curve_verifies_nothing(void **state)
{
	struct keys *keys = read_set("{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}");
	char signature[87] = "";

	(void)state;
	memset(signature, 'A', 86);
	check(keys, every, join("{\"alg\":\"ES256\"}", claims, signature), KEYS_BAD, "signature");
	keys_unref(keys);
}

static void keys_for_other_uses_and_what_is_no_key_are_left_out(void **state)
{
	static const char *const entries[] = {
		"{\"kty\":\"oct\",\"k\":\"c2VjcmV0\",\"kid\":\"a\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\"}",
		"{\"kty\":\"RSA\",\"n\":\"!\",\"e\":\"AQAB\",\"kid\":\"a\"}",
		"{\"kty\":\"RSA\",\"n\":7,\"e\":\"AQAB\",\"kid\":\"a\"}",
		"{\"kty\":\"RSA\",\"x5u\":\"http://127.0.0.1:1/key\",\"kid\":\"a\"}",
		"{\"kty\":\"RSA\",\"x5c\":[\"MIIB\"],\"kid\":\"a\"}",
		"{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"AA\",\"kid\":\"a\"}",
		"{\"n\":\"AA\",\"e\":\"AQAB\"}",
		"{\"kty\":7}",
		"{}",
		"[]",
		"null",
		"\"key\"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		char json[200];
		struct keys *keys;

		snprintf(json, sizeof json, "{\"keys\":[%s]}", entries[i]);
		keys = read_set(json);
		CHECK(keys_usable(keys) == 0, "%s", json);
		keys_unref(keys);
	}
}

static void a_key_is_taken_for_signatures_only_if_it_says_so_or_nothing(void **state)
{
	static const struct {
		const char *use, *operations;
		bool taken;
	} cases[] = {
		{ NULL, NULL, true },
		{ "sig", NULL, true },
		{ "enc", NULL, false },
		{ "SIG", NULL, false },
		{ NULL, "[\"verify\"]", true },
		{ NULL, "[\"encrypt\",\"verify\"]", true },
		{ NULL, "[\"sign\"]", false },
		{ "sig", "[\"verify\"]", true },
		{ "enc", "[\"verify\"]", false },
		{ "sig", "[\"sign\"]", false },
		{ NULL, "[]", false },
		{ NULL, "\"verify\"", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *key = r_jwk_export_to_json_t(p256.public), *set = json_pack("{s:[o]}", "keys", key);
		struct keys *keys;
		char *text;

		if (cases[i].use)
			json_object_set_new(key, "use", json_string(cases[i].use));
		if (cases[i].operations)
			json_object_set_new(key, "key_ops", json_loads(cases[i].operations, JSON_DECODE_ANY, NULL));
		text = json_dumps(set, 0);
		keys = read_set(text);
		CHECK((keys_usable(keys) == 1) == cases[i].taken, "%s", text);
		keys_unref(keys);
		free(text);
		json_decref(set);
	}
}

static void a_private_key_that_the_issuer_shows_is_used_by_its_public_part(void **state)
{
	json_t *set = json_pack("{s:[o]}", "keys", r_jwk_export_to_json_t(rsa.secret));
	char *text = json_dumps(set, 0);
	struct keys *keys = read_set(text);

	(void)state;
	assert_non_null(strstr(text, "\"d\""));
	check(keys, every, sign(&rsa, "{\"alg\":\"RS256\",\"kid\":\"rsa\"}", claims), KEYS_GOOD, "");
	keys_unref(keys);
	free(text);
	json_decref(set);
}

static void what_is_not_a_key_set_is_refused(void **state)
{
	static const char *const refused[] = {
		"", "x", "[]", "{}", "{\"keys\":{}}", "{\"keys\":null}", "{\"keys\":[],\"keys\":[]}", "<html>",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct error err = { 0 };
		struct keys *keys;

		CHECK(keys_read(&keys, refused[i], strlen(refused[i]), &err) < 0 && err.code == ERR_INVALID, "%s",
		      refused[i]);
	}
}

static void a_set_has_a_greatest_number_of_keys(void **state)
{
	json_t *list = json_array(), *set = json_pack("{s:o}", "keys", list);
	struct keys *keys;
	char *text;

	(void)state;
	for (size_t i = 0; i < KEYS_MAX + 10; i++)
		json_array_append_new(list, r_jwk_export_to_json_t(ed.public));
	text = json_dumps(set, 0);
	keys = read_set(text);
	assert_int_equal(keys_usable(keys), KEYS_MAX);
	keys_unref(keys);
	free(text);
	json_decref(set);
}

static void sets_are_equal_by_their_keys_and_not_by_their_order(void **state)
{
	struct keys *ab = set_of(2, (const struct pair *[]){ &rsa, &p256 });
	struct keys *ba = set_of(2, (const struct pair *[]){ &p256, &rsa });
	struct keys *a = set_of(1, (const struct pair *[]){ &rsa });
	struct keys *none = read_set("{\"keys\":[]}");
	struct pair renewed = make_pair(R_KEY_TYPE_EC, 256, "p256");
	struct keys *other = set_of(2, (const struct pair *[]){ &rsa, &renewed });

	(void)state;
	assert_true(keys_equal(ab, ba));
	assert_true(keys_equal(none, none));
	assert_false(keys_equal(ab, a));
	assert_false(keys_equal(a, ab));
	assert_false(keys_equal(a, none));
	assert_false(keys_equal(ab, other)); /* the same name, another key */
	keys_unref(other);
	drop_pair(&renewed);
	keys_unref(none);
	keys_unref(a);
	keys_unref(ba);
	keys_unref(ab);
}

static void only_algorithms_that_there_are_can_be_listed(void **state)
{
	static const char *const refused[] = {
		"",      ",",      "RS256,",       ",RS256", "RS256,,ES256", "none", "HS256", "RS256,HS256",
		"rs256", "RS256 ", "RS256, ES256", "PS512",  "all",
	};
	struct error err = { 0 };
	unsigned one, two;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct error why = { 0 };

		CHECK(keys_algorithms(refused[i], &one, &why) < 0 && why.code == ERR_INVALID, "\"%s\"", refused[i]);
	}
	assert_int_equal(keys_algorithms("RS256,EdDSA", &one, &err), 0);
	assert_int_equal(keys_algorithms("EdDSA,RS256,RS256", &two, &err), 0);
	assert_int_equal(one, two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_algorithm_verifies_what_its_key_has_signed),
		cmocka_unit_test(every_other_key_and_any_change_is_noticed),
		cmocka_unit_test(a_signature_of_another_length_is_none),
		cmocka_unit_test(a_key_is_for_its_own_kind_of_algorithm),
		cmocka_unit_test(a_key_may_name_the_one_algorithm_it_is_for),
		cmocka_unit_test(what_is_not_listed_is_not_tried),
		cmocka_unit_test(a_public_key_is_not_taken_for_a_shared_secret),
		cmocka_unit_test(the_kid_chooses_the_key),
		cmocka_unit_test(two_keys_of_one_name_are_both_tried),
		cmocka_unit_test(a_weak_key_verifies_nothing),
		cmocka_unit_test(a_point_off_its_curve_verifies_nothing),
		cmocka_unit_test(keys_for_other_uses_and_what_is_no_key_are_left_out),
		cmocka_unit_test(a_key_is_taken_for_signatures_only_if_it_says_so_or_nothing),
		cmocka_unit_test(a_private_key_that_the_issuer_shows_is_used_by_its_public_part),
		cmocka_unit_test(what_is_not_a_key_set_is_refused),
		cmocka_unit_test(a_set_has_a_greatest_number_of_keys),
		cmocka_unit_test(sets_are_equal_by_their_keys_and_not_by_their_order),
		cmocka_unit_test(only_algorithms_that_there_are_can_be_listed),
	};

	return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
