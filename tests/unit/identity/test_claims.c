/* Tests of service/identity/claims.c. */
#include "support.h"

#include "core/limits.h"
#include "identity/claims.h"

#define NOW 1700000000

static const struct config config = { .issuer = "https://idp.example", .audience = "tracker", .clock_skew_s = 60 };

static json_t *read(const char *text)
{
	json_t *object = json_loads(text, 0, NULL);

	CHECK(object, "%s", text);
	return object;
}

static void claims_are_for_us_and_for_now(void **state)
{
	static const struct {
		const char *claims, *why; /* NULL: they hold */
	} cases[] = {
		{ "'iss':'https://idp.example','aud':'tracker','exp':1700000001", NULL },
		{ "'iss':'https://idp.example','aud':['a','tracker'],'exp':1700000001.5", NULL },
		{ "'iss':'https://idp.example','aud':'tracker','exp':1699999941", NULL },
		{ "'iss':'https://idp.example','aud':'tracker','exp':1699999940", "expired" },
		{ "'iss':'https://idp.example','aud':'tracker','exp':0", "expired" },
		{ "'iss':'https://idp.example','aud':'tracker','exp':-1", "no exp" },
		{ "'iss':'https://idp.example','aud':'tracker','exp':1e300", "no exp" },
		{ "'iss':'https://idp.example','aud':'tracker','exp':'1700000001'", "no exp" },
		{ "'iss':'https://idp.example','aud':'tracker','exp':true", "no exp" },
		{ "'iss':'https://idp.example','aud':'tracker','exp':null", "no exp" },
		{ "'iss':'https://idp.example','aud':'tracker'", "no exp" },
		{ "'iss':'https://idp.example','aud':'tracker','exp':1700000001,'nbf':1700000060", NULL },
		{ "'iss':'https://idp.example','aud':'tracker','exp':1700000001,'nbf':1700000061",
		  "nbf is in the future" },
		{ "'iss':'https://idp.example','aud':'tracker','exp':1700000001,'nbf':'soon'", "nbf is not a time" },
		{ "'iss':'https://idp.example','aud':'tracker','exp':1700000001,'iat':1700000060", NULL },
		{ "'iss':'https://idp.example','aud':'tracker','exp':1700000001,'iat':1700000061",
		  "iat is in the future" },
		{ "'iss':'https://idp.example','aud':'tracker','exp':1700000001,'iat':[]", "iat is not a time" },
		{ "'iss':'https://idp.example/','aud':'tracker','exp':1700000001", "iss" },
		{ "'iss':'https://IDP.example','aud':'tracker','exp':1700000001", "iss" },
		{ "'iss':['https://idp.example'],'aud':'tracker','exp':1700000001", "iss" },
		{ "'aud':'tracker','exp':1700000001", "iss" },
		{ "'iss':'https://idp.example','aud':'Tracker','exp':1700000001", "aud" },
		{ "'iss':'https://idp.example','aud':'tracker other','exp':1700000001", "aud" },
		{ "'iss':'https://idp.example','aud':['trackers',['tracker'],7],'exp':1700000001", "aud" },
		{ "'iss':'https://idp.example','aud':{'tracker':1},'exp':1700000001", "aud" },
		{ "'iss':'https://idp.example','aud':[],'exp':1700000001", "aud" },
		{ "'iss':'https://idp.example','exp':1700000001", "aud" },
		{ "'iss':'https://idp.example','aud':'tracker','exp':1700000001,'at_hash':'x'", "at_hash" },
		{ "'iss':'https://idp.example','aud':'tracker','exp':1700000001,'c_hash':'x'", "c_hash" },
		{ "'iss':'https://idp.example','aud':'tracker','exp':1700000001,'cnf':{'jkt':'x'}", "cnf" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[300];
		struct error err = { 0 };
		int64_t expires_s = 0;
		json_t *claims;
		int failed;

		snprintf(text, sizeof text, "{%s}", cases[i].claims);
		for (char *c = text; *c; c++)
			*c = *c == '\'' ? '"' : *c;
		claims = read(text);
		failed = claims_check(claims, &config, NOW, &expires_s, &err);
		CHECK(failed == (cases[i].why ? -1 : 0), "%s: %s", text, err.detail);
		CHECK(!failed || (err.code == ERR_UNAUTHENTICATED && strstr(err.detail, cases[i].why)), "%s: %s", text,
		      err.detail);
		CHECK(failed || expires_s > NOW, "%s", text);
		json_decref(claims);
	}
}

static void the_end_of_a_token_has_the_skew_of_clocks_in_it(void **state)
{
	json_t *claims = read("{\"iss\":\"https://idp.example\",\"aud\":\"tracker\",\"exp\":1700000100}");
	struct error err = { 0 };
	int64_t expires_s;

	(void)state;
	assert_int_equal(claims_check(claims, &config, NOW, &expires_s, &err), 0);
	assert_int_equal(expires_s, 1700000160);
	assert_int_equal(claims_check(claims, &config, 1700000159, &expires_s, &err), 0);
	assert_int_equal(claims_check(claims, &config, 1700000160, &expires_s, &err), -1);
	json_decref(claims);
}

/* The words with "|" between them. */
static const char *words_of(const json_t *claims, const char *path, char *out, size_t size)
{
	struct error err = { 0 };
	char **words;
	size_t len = 0;

	out[0] = '\0';
	if (claims_words(claims, path, &words, &err) < 0) {
		assert_int_equal(err.code, ERR_UNAUTHENTICATED);
		return "refused";
	}
	if (!words)
		return "none";
	for (size_t i = 0; words[i]; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s", i ? "|" : "", words[i]);
	claims_free_words(words);
	return out;
}

static void a_claim_is_a_text_of_words_or_a_list_of_texts(void **state)
{
	static const struct {
		const char *path, *words;
	} cases[] = {
		{ "scope", "a:read|b:write" },
		{ "list", "a|b c" },
		{ "empty", "" },
		{ "blank", "" },
		{ "nothing", "" },
		{ "absent", "none" },
		{ "number", "refused" },
		{ "null", "refused" },
		{ "mixed", "refused" },
		{ "access", "refused" },
		{ "access.tracker.roles", "x|y" },
		{ "access.tracker.absent", "none" },
		{ "access.tracker.roles.more", "none" },
		{ "access..roles", "none" },
		{ ".", "none" },
		{ "https://t.example/roles", "dotted" },
		{ "https://t.example/deep.roles", "within" },
	};
	json_t *claims = read(
		"{\"scope\":\" a:read  b:write a:read\",\"list\":[\"a\",\"b c\",\"a\"],\"empty\":\"\","
		"\"blank\":\"  \",\"nothing\":[],\"number\":806,\"null\":null,\"mixed\":[\"a\",806],"
		"\"access\":{\"tracker\":{\"roles\":[\"x\",\"y\"]}},\"https://t.example/roles\":\"dotted\","
		"\"https://t.example/deep\":{\"roles\":\"within\"}}");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char out[100];
		const char *words = words_of(claims, cases[i].path, out, sizeof out);

		CHECK(strcmp(words, cases[i].words) == 0, "%s: %s", cases[i].path, words);
	}
	json_decref(claims);
}

static void who_calls_is_the_client_and_for_whom_the_subject(void **state)
{
	static const struct {
		const char *claims, *client, *person; /* NULL client: refused */
	} cases[] = {
		{ "{\"client_id\":\"front\",\"azp\":\"other\",\"sub\":\"7f3a\"}", "front", "7f3a" },
		{ "{\"azp\":\"front\",\"sub\":\"7f3a\"}", "front", "7f3a" },
		{ "{\"sub\":\"7f3a\"}", "7f3a", NULL },
		{ "{\"client_id\":\"front\",\"sub\":\"front\"}", "front", NULL },
		{ "{\"client_id\":\"front\"}", "front", NULL },
		{ "{\"client_id\":\"Z\u00fcrich \u2603\",\"sub\":\"\u00e9\"}", "Z\u00fcrich \u2603", "\u00e9" },
		{ "{}", NULL, NULL },
		{ "{\"client_id\":\"\",\"sub\":\"7f3a\"}", NULL, NULL },
		{ "{\"client_id\":null,\"sub\":\"7f3a\"}", NULL, NULL },
		{ "{\"client_id\":7}", NULL, NULL },
		{ "{\"client_id\":\"a\\nb\"}", NULL, NULL },
		{ "{\"client_id\":\" front\"}", NULL, NULL },
		{ "{\"client_id\":\"front\\u00a0\"}", NULL, NULL },
		{ "{\"client_id\":\"front\",\"sub\":\"\"}", NULL, NULL },
		{ "{\"client_id\":\"front\",\"sub\":[\"x\"]}", NULL, NULL },
		{ "{\"client_id\":\"front\",\"sub\":\"a\\tb\"}", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *claims = read(cases[i].claims);
		const char *client = NULL, *person = NULL;
		struct error err = { 0 };
		int failed = claims_client(claims, &client, &err) < 0 ||
			     claims_person(claims, client, &person, &err) < 0;

		CHECK(failed == !cases[i].client, "%s: %s", cases[i].claims, err.detail);
		CHECK(failed || strcmp(client, cases[i].client) == 0, "%s: %s", cases[i].claims, client);
		CHECK(failed || (!person) == (!cases[i].person), "%s", cases[i].claims);
		CHECK(failed || !person || strcmp(person, cases[i].person) == 0, "%s", cases[i].claims);
		json_decref(claims);
	}
}

static void names_are_no_longer_than_can_be_written_down(void **state)
{
	char name[LIMIT_PERSON_CHARS + 2] = "";

	(void)state;
	for (size_t len = 1; len <= LIMIT_PERSON_CHARS + 1; len++) {
		const char *client, *person;
		struct error err = { 0 };
		json_t *claims;

		memset(name, 'a', len);
		claims = json_pack("{s:s}", "client_id", name);
		CHECK((claims_client(claims, &client, &err) == 0) == (len <= LIMIT_CLIENT_ID_BYTES), "%zu", len);
		json_decref(claims);
		claims = json_pack("{s:s}", "sub", name);
		CHECK((claims_person(claims, "b", &person, &err) == 0) == (len <= LIMIT_PERSON_CHARS), "%zu", len);
		json_decref(claims);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_are_for_us_and_for_now),
		cmocka_unit_test(the_end_of_a_token_has_the_skew_of_clocks_in_it),
		cmocka_unit_test(a_claim_is_a_text_of_words_or_a_list_of_texts),
		cmocka_unit_test(who_calls_is_the_client_and_for_whom_the_subject),
		cmocka_unit_test(names_are_no_longer_than_can_be_written_down),
	};

	return RUN(tests);
}
