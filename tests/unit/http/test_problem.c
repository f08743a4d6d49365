/* Tests of service/http/problem.c. */
#include "support.h"

#include <jansson.h>

#include "core/banned.h"

static void every_error_has_its_problem(void **state)
{
	(void)state;
	for (size_t code = ERR_NONE + 1; code < ERR_CODE_COUNT_; code++) {
		const struct problem_kind *k = &problem_kinds[code];

		CHECK(k->status >= 400 && k->status < 600, "code %zu has status %u", code, k->status);
		CHECK(k->slug && k->slug[0] && k->title && k->title[0], "code %zu", code);
		CHECK(strspn(k->slug, "abcdefghijklmnopqrstuvwxyz-") == strlen(k->slug), "%s", k->slug);
		CHECK(strpbrk(k->title, "\"\\") == NULL, "%s", k->title);
		CHECK(k->status != 503 || k->retry_after > 0, "%s is without Retry-After", k->slug);
		for (size_t other = ERR_NONE + 1; other < code; other++)
			CHECK(strcmp(problem_kinds[other].slug, k->slug) != 0, "%s", k->slug);
	}
}

/* The answer to an error, as JSON. The caller releases it. */
static json_t *render(struct exchange *x, const struct error *err)
{
	json_t *value;

	problem_answer(x, err);
	value = json_loadb(x->answer.body.data, x->answer.body.len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(value);
	return value;
}

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void a_problem_tells_everything(void **state)
{
	json_auto_t *p = NULL;
	struct error err = { 0 };
	struct exchange x;
	json_t *first;

	(void)state;
	make_exchange(&x, "GET", "/v1/a%22b?x");
	assert_int_equal(address_read(&x.address, x.url, &err), 0);
	error_member(&err, "/a\"b", "unknown_member", "no \"such\"\nmember");
	error_add(&err, ERR_INVALID, IN_QUERY, "/limit", "out_of_range", "x");
	assert_int_equal(error_check(&err), -1);
	p = render(&x, &err);
	assert_int_equal(x.answer.status, 422);
	assert_string_equal(answer_header_of(&x.answer, "Content-Type"), "application/problem+json");
	assert_string_equal(text_of(p, "type"), "/problems/invalid-content");
	assert_string_equal(text_of(p, "instance"), "/v1/a%22b");
	assert_string_equal(text_of(p, "request_id"), "test");
	assert_int_equal(json_integer_value(json_object_get(p, "status")), 422);
	assert_int_equal(json_array_size(json_object_get(p, "errors")), 2);
	first = json_array_get(json_object_get(p, "errors"), 0);
	assert_string_equal(text_of(first, "in"), "body");
	assert_string_equal(text_of(first, "pointer"), "/a\"b");
	assert_string_equal(text_of(first, "detail"), "no \"such\"\nmember");
	exchange_done(&x);
}

static void more_complaints_than_fit_are_only_counted(void **state)
{
	json_auto_t *p = NULL;
	struct error err = { 0 };
	struct exchange x;

	(void)state;
	make_exchange(&x, "GET", "/");
	for (size_t i = 0; i < ERROR_COMPLAINTS_MAX + 5; i++)
		error_member(&err, "/a", "x", "y");
	assert_int_equal(error_check(&err), -1);
	p = render(&x, &err);
	assert_int_equal(json_array_size(json_object_get(p, "errors")), ERROR_COMPLAINTS_MAX);
	exchange_done(&x);
}

static void a_stale_version_names_the_current_one(void **state)
{
	json_auto_t *p = NULL;
	struct error err = { .code = ERR_STALE, .current_etag = "\"3.a\"", .changed = "[\"title\"]" };
	struct exchange x;

	(void)state;
	make_exchange(&x, "PATCH", "/");
	p = render(&x, &err);
	assert_string_equal(text_of(p, "current_etag"), "\"3.a\"");
	assert_int_equal(json_array_size(json_object_get(p, "changed")), 1);
	exchange_done(&x);
}

static void headers_follow_the_kind(void **state)
{
	struct error err = { .code = ERR_METHOD, .allowed = "GET, HEAD" };
	struct exchange x;

	(void)state;
	make_exchange(&x, "PATCH", "/");
	problem_answer(&x, &err);
	assert_string_equal(answer_header_of(&x.answer, "Allow"), "GET, HEAD");
	err = (struct error){ .code = ERR_UNAVAILABLE };
	problem_answer(&x, &err);
	assert_string_equal(answer_header_of(&x.answer, "Retry-After"), "2");
	assert_null(answer_header_of(&x.answer, "Allow"));
	err = (struct error){ .code = ERR_UNAVAILABLE, .retry_after = 30 };
	problem_answer(&x, &err);
	assert_string_equal(answer_header_of(&x.answer, "Retry-After"), "30");
	err = (struct error){ .code = ERR_UNAUTHENTICATED };
	problem_answer(&x, &err);
	assert_string_equal(answer_header_of(&x.answer, "WWW-Authenticate"), "Bearer realm=\"inspectd\"");
	x.header[H_AUTHORIZATION] = "Bearer ik_wrong";
	problem_answer(&x, &err);
	assert_non_null(strstr(answer_header_of(&x.answer, "WWW-Authenticate"), "error=\"invalid_token\""));
	err = (struct error){ .code = ERR_MEDIA_TYPE };
	problem_answer(&x, &err);
	assert_string_equal(answer_header_of(&x.answer, "Accept-Patch"), ROUTER_ACCEPT_PATCH);
	exchange_done(&x);
}

static void a_fault_of_ours_keeps_its_cause_to_the_log(void **state)
{
	struct error err = { .code = ERR_INTERNAL, .detail = "42P01: relation secret does not exist" };
	struct exchange x;

	(void)state;
	make_exchange(&x, "GET", "/");
	problem_answer(&x, &err);
	assert_int_equal(x.answer.status, 500);
	assert_null(strstr(x.answer.body.data, "secret"));
	err.code = ERR_NONE; /* an operation that failed without a word */
	problem_answer(&x, &err);
	assert_int_equal(x.answer.status, 500);
	exchange_done(&x);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_its_problem),
		cmocka_unit_test(a_problem_tells_everything),
		cmocka_unit_test(more_complaints_than_fit_are_only_counted),
		cmocka_unit_test(a_stale_version_names_the_current_one),
		cmocka_unit_test(headers_follow_the_kind),
		cmocka_unit_test(a_fault_of_ours_keeps_its_cause_to_the_log),
	};

	return RUN(tests);
}
