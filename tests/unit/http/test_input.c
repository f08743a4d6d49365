/* Tests of service/http/input.c. */
#include "support.h"

#include "http/input.h"

#include "core/banned.h"

/* An exchange whose address and query are read. */
static void make_read(struct exchange *x, const char *method, const char *url, struct error *err)
{
	*err = (struct error){ 0 };
	make_exchange(x, method, url);
	assert_int_equal(address_read(&x->address, url, err), 0);
	address_read_query(&x->address, err);
}

static void give_body(struct exchange *x, const char *type, const char *body)
{
	x->header[H_CONTENT_TYPE] = type;
	x->body = body;
	x->body_len = strlen(body);
}

static void a_body_is_json_of_its_type(void **state)
{
	static const struct {
		const char *type, *body;
		bool patch;
		enum err_code code;
	} cases[] = {
		{ "application/json", "{}", false, ERR_NONE },
		{ "application/json; charset=utf-8", "{}", false, ERR_NONE },
		{ "application/merge-patch+json", "{}", true, ERR_NONE },
		{ "application/json", "{}", true, ERR_NONE },
		{ "application/merge-patch+json", "{}", false, ERR_MEDIA_TYPE },
		{ "application/json; charset=latin1", "{}", false, ERR_MEDIA_TYPE },
		{ "text/json", "{}", false, ERR_MEDIA_TYPE },
		{ "x-application/json", "{}", false, ERR_MEDIA_TYPE },
		{ NULL, "{}", false, ERR_MEDIA_TYPE },
		{ NULL, "", false, ERR_MALFORMED },
		{ "application/json", "{", false, ERR_MALFORMED },
		{ "application/json", "[]", true, ERR_INVALID },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_auto_t *value = NULL;
		struct exchange x;
		struct error err;
		int outcome;

		make_read(&x, "POST", "/v1/actions", &err);
		give_body(&x, cases[i].type, cases[i].body);
		outcome = input_object(&x, cases[i].patch, &value, &err);
		CHECK((outcome == 0) == (cases[i].code == ERR_NONE) && err.code == cases[i].code, "case %zu", i);
		exchange_done(&x);
	}
}

static void a_wrong_type_is_told_with_the_right_one(void **state)
{
	static const struct {
		const char *type;
		bool patch;
		const char *detail;
	} cases[] = {
		{ "application/x-www-form-urlencoded", false,
		  "send Content-Type: application/json, in UTF-8; received was application/x-www-form-urlencoded" },
		{ NULL, false, "send Content-Type: application/json, in UTF-8; received was none" },
		{ "text/\xFFplain", true,
		  "send Content-Type: application/merge-patch+json or application/json, in UTF-8; received was "
		  "text/?plain" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_auto_t *value = NULL;
		struct exchange x;
		struct error err;

		make_read(&x, "POST", "/v1/actions", &err);
		give_body(&x, cases[i].type, "{}");
		assert_int_equal(input_object(&x, cases[i].patch, &value, &err), -1);
		assert_string_equal(err.detail, cases[i].detail);
		exchange_done(&x);
	}
}

static void what_is_possible_is_said_of_an_unknown_parameter(void **state)
{
	static const char *const known[] = { "q", "limit", NULL };
	struct exchange x;
	struct error err;

	(void)state;
	make_read(&x, "GET", "/v1/search?page=2", &err);
	input_only(&x, known, &err);
	assert_string_equal(err.complaint[0].detail, "is not known here; possible: q, limit");
	err = (struct error){ 0 };
	assert_int_equal(input_no_params(&x, &err), -1);
	assert_string_equal(err.detail, "parameter page: is not known here; this address takes no parameters");
	exchange_done(&x);
}

static void a_compressed_body_is_refused(void **state)
{
	json_auto_t *value = NULL;
	struct exchange x;
	struct error err;

	(void)state;
	make_read(&x, "POST", "/v1/actions", &err);
	give_body(&x, "application/json", "{}");
	x.header[H_CONTENT_ENCODING] = "gzip";
	assert_int_equal(input_object(&x, false, &value, &err), -1);
	assert_int_equal(err.code, ERR_MEDIA_TYPE);
	exchange_done(&x);
}

static void if_match_is_required(void **state)
{
	struct if_match m;
	struct exchange x;
	struct error err;

	(void)state;
	make_read(&x, "PATCH", "/v1/actions/1", &err);
	assert_int_equal(input_if_match(&x, &m, &err), -1);
	assert_int_equal(err.code, ERR_PRECONDITION);
	err = (struct error){ 0 };
	x.header[H_IF_MATCH] = "3";
	assert_int_equal(input_if_match(&x, &m, &err), -1);
	assert_int_equal(err.code, ERR_MALFORMED);
	assert_int_equal(err.complaint[0].place, IN_HEADER);
	assert_string_equal(err.complaint[0].pointer, "/If-Match");
	exchange_done(&x);
}

static void hash_of(char out[65], const char *method, const char *url, const char *body, bool dry)
{
	static const struct client client = { .actor = "client:1" };
	struct input_key key;
	struct exchange x;
	struct error err;
	bool has;

	make_read(&x, method, url, &err);
	give_body(&x, "application/json", body);
	x.client = &client;
	x.call.validate_only = dry;
	x.header[H_IDEMPOTENCY_KEY] = "\"k\"";
	assert_int_equal(input_idempotency(&x, &key, &has, &err), 0);
	assert_true(has);
	assert_string_equal(key.idempotency.key, "k");
	assert_string_equal(key.idempotency.caller, "client:1");
	snprintf(out, 65, "%s", key.idempotency.request_hash);
	exchange_done(&x);
}

static void an_idempotency_key_is_bound_to_the_whole_request(void **state)
{
	char first[65], other[65];

	(void)state;
	hash_of(first, "POST", "/v1/actions", "{}", false);
	hash_of(other, "POST", "/v1/actions", "{}", false);
	assert_string_equal(first, other);
	hash_of(other, "POST", "/v1/actions", "{ }", false);
	assert_string_not_equal(first, other);
	hash_of(other, "POST", "/v1/findings", "{}", false);
	assert_string_not_equal(first, other);
	hash_of(other, "POST", "/v1/actions", "{}", true);
	assert_string_not_equal(first, other);
}

static void a_bad_idempotency_key_is_malformed(void **state)
{
	struct input_key key;
	struct exchange x;
	struct error err;
	bool has = true;

	(void)state;
	make_read(&x, "POST", "/v1/actions", &err);
	assert_int_equal(input_idempotency(&x, &key, &has, &err), 0);
	assert_false(has);
	x.header[H_IDEMPOTENCY_KEY] = "\"open";
	assert_int_equal(input_idempotency(&x, &key, &has, &err), -1);
	assert_string_equal(err.complaint[0].pointer, "/Idempotency-Key");
	exchange_done(&x);
}

static void a_write_takes_validate_only_and_little_else(void **state)
{
	static const struct {
		const char *url;
		int outcome;
		bool dry;
	} cases[] = {
		{ "/x", 0, false },
		{ "/x?validate_only=true", 0, true },
		{ "/x?validate_only=false", 0, false },
		{ "/x?validate_only=1", -1, false },
		{ "/x?validate_only", -1, false },
		{ "/x?dry_run=true", -1, false },
		{ "/x?validate_only=true&=1", -1, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct exchange x;
		struct error err;

		make_read(&x, "POST", cases[i].url, &err);
		CHECK(input_write_query(&x, &err) == cases[i].outcome, "%s", cases[i].url);
		CHECK(cases[i].outcome < 0 || x.call.validate_only == cases[i].dry, "%s", cases[i].url);
		exchange_done(&x);
	}
}

static void why_identifiers_are_let_through_is_told_in_one_line(void **state)
{
	static const struct {
		const char *why, *code; /* NULL: it is taken */
	} cases[] = {
		{ "a+test+case", NULL },
		{ "abcdefghij", NULL },
		{ "caf%C3%A9s+%2B+12", NULL },
		{ "", "too_short" },
		{ "123456789", "too_short" },
		{ "%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9", "too_short" },
		{ "++++++++++++", "bad_form" },
		{ "two+lines%0Aare+too+many", "control_character" },
		{ "because+943+476+5919+asked", "identifier" },
		{ "ask+jane@gmail.com+about+it", "identifier" },
		{ "ask+office@acklam.sch.uk+about+it", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct exchange x;
		struct error err;
		char url[200];

		(void)snprintf(url, sizeof url, "/x?allow_identifiers=%s", cases[i].why);
		make_read(&x, "POST", url, &err);
		CHECK(input_write_query(&x, &err) == (cases[i].code ? -1 : 0), "%s", url);
		if (cases[i].code) {
			assert_string_equal(err.complaint[0].pointer, "/allow_identifiers");
			CHECK(strcmp(err.complaint[0].code, cases[i].code) == 0, "%s: %s", url, err.complaint[0].code);
			assert_int_equal(err.code, ERR_MALFORMED);
			assert_null(strstr(err.detail, "943"));
		} else {
			assert_non_null(x.call.allow_identifiers);
		}
		exchange_done(&x);
	}
}

/* An override is not replayed as if it had not been there, nor the other way round. */
static void why_identifiers_are_let_through_is_part_of_the_request(void **state)
{
	char hash[3][65];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hash); i++) {
		static const char *const whys[] = { NULL, "it is a test", "it is another" };
		static const struct client client = { .actor = "client:1" };
		struct input_key key;
		struct exchange x;
		struct error err;
		bool has;

		make_read(&x, "POST", "/v1/actions", &err);
		x.client = &client;
		x.call.allow_identifiers = whys[i];
		x.header[H_IDEMPOTENCY_KEY] = "k";
		assert_int_equal(input_idempotency(&x, &key, &has, &err), 0);
		memcpy(hash[i], key.request_hash, sizeof hash[i]);
		exchange_done(&x);
	}
	assert_string_not_equal(hash[0], hash[1]);
	assert_string_not_equal(hash[1], hash[2]);
}

static void numbers_are_never_clamped(void **state)
{
	static const struct {
		const char *url;
		unsigned n, complaints;
	} cases[] = {
		{ "/x", 50, 0 },
		{ "/x?limit=1", 1, 0 },
		{ "/x?limit=200", 200, 0 },
		{ "/x?limit=201", 50, 1 },
		{ "/x?limit=0", 50, 1 },
		{ "/x?limit=-1", 50, 1 },
		{ "/x?limit=", 50, 1 },
		{ "/x?limit=1.0", 50, 1 },
		{ "/x?limit=05", 50, 1 },
		{ "/x?limit=99999999999999999999", 50, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct exchange x;
		struct error err;

		make_read(&x, "GET", cases[i].url, &err);
		CHECK(input_uint(&x, "limit", 50, 200, &err) == cases[i].n, "%s", cases[i].url);
		CHECK(err.n_complaints == cases[i].complaints, "%s", cases[i].url);
		exchange_done(&x);
	}
}

static void what_is_offered_is_listed_in_the_refusal(void **state)
{
	static const char *const offers[] = { "application/json", "text/csv" };
	struct exchange x;
	struct error err;
	int offer = 7;

	(void)state;
	make_read(&x, "GET", "/x", &err);
	x.header[H_ACCEPT] = "image/png";
	assert_int_equal(input_accept(&x, offers, 2, &offer, &err), -1);
	assert_int_equal(offer, 7);
	assert_int_equal(err.code, ERR_NOT_ACCEPTABLE);
	assert_non_null(strstr(err.detail, "application/json, text/csv"));
	exchange_done(&x);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_is_json_of_its_type),
		cmocka_unit_test(a_wrong_type_is_told_with_the_right_one),
		cmocka_unit_test(what_is_possible_is_said_of_an_unknown_parameter),
		cmocka_unit_test(a_compressed_body_is_refused),
		cmocka_unit_test(if_match_is_required),
		cmocka_unit_test(an_idempotency_key_is_bound_to_the_whole_request),
		cmocka_unit_test(a_bad_idempotency_key_is_malformed),
		cmocka_unit_test(a_write_takes_validate_only_and_little_else),
		cmocka_unit_test(why_identifiers_are_let_through_is_told_in_one_line),
		cmocka_unit_test(why_identifiers_are_let_through_is_part_of_the_request),
		cmocka_unit_test(numbers_are_never_clamped),
		cmocka_unit_test(what_is_offered_is_listed_in_the_refusal),
	};

	return RUN(tests);
}
