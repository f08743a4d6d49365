/* Tests of service/http/dispatch.c: what is refused before a database is needed, and in which order. */
#include "support.h"

#include "core/log.h"

#include "core/banned.h"

static void each_refusal_comes_in_its_order(void **state)
{
	static const struct {
		const char *method, *url, *announced;
		enum err_code code;
	} cases[] = {
		{ "BREW", "/%zz", "99999", ERR_MALFORMED },
		{ "POST", "/nope", "99999", ERR_TOO_LARGE },
		{ "POST", "/nope", "1024", ERR_NOT_FOUND },
		{ "BREW", "/nope", NULL, ERR_NOT_FOUND },
		{ "PUT", "/v1/actions", NULL, ERR_METHOD },
		{ "GET", "/v1/actions?=x", NULL, ERR_UNAUTHENTICATED },
		{ "POST", "/v1/actions", NULL, ERR_UNAUTHENTICATED },
		{ "GET", "/v1/actions/not-an-id", NULL, ERR_UNAUTHENTICATED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct exchange x;

		make_exchange(&x, cases[i].method, cases[i].url);
		x.header[H_CONTENT_LENGTH] = cases[i].announced;
		dispatch(&x);
		CHECK(x.answer.status == status_of(cases[i].code), "%s %s gave %u", cases[i].method, cases[i].url,
		      x.answer.status);
		assert_int_equal(x.answer.close, cases[i].code == ERR_TOO_LARGE);
		exchange_done(&x);
	}
}

static void limits_hold_at_their_edge(void **state)
{
	struct exchange x;

	(void)state;
	make_exchange(&x, "POST", "/v1/actions");
	x.body_len = test_config.body_max;
	dispatch(&x);
	assert_int_equal(x.answer.status, status_of(ERR_UNAUTHENTICATED));
	exchange_done(&x);
	make_exchange(&x, "POST", "/v1/actions");
	x.body_len = test_config.body_max + 1;
	dispatch(&x);
	assert_int_equal(x.answer.status, status_of(ERR_TOO_LARGE));
	exchange_done(&x);
	make_exchange(&x, "GET", "/livez");
	x.head_bytes = LIMIT_HEADERS_BYTES;
	dispatch(&x);
	assert_int_equal(x.answer.status, 200);
	exchange_done(&x);
	make_exchange(&x, "GET", "/livez");
	x.head_bytes = LIMIT_HEADERS_BYTES + 1;
	dispatch(&x);
	assert_int_equal(x.answer.status, status_of(ERR_HEADERS_TOO_LARGE));
	exchange_done(&x);
}

static void options_need_no_key(void **state)
{
	struct exchange x;

	(void)state;
	ask(&x, "OPTIONS", "/v1/actions/1");
	assert_int_equal(x.answer.status, 204);
	assert_string_equal(answer_header_of(&x.answer, "Allow"), "DELETE, GET, HEAD, OPTIONS, PATCH");
	assert_string_equal(answer_header_of(&x.answer, "Accept-Patch"), ROUTER_ACCEPT_PATCH);
	exchange_done(&x);
	ask(&x, "OPTIONS", "/v1/actions");
	assert_null(answer_header_of(&x.answer, "Accept-Patch"));
	exchange_done(&x);
}

static void a_key_is_looked_at_before_it_is_looked_up(void **state)
{
	static const char *const values[] = { "Basic eDp5",
					      "Bearer",
					      "Bearer x",
					      "Bearer ik_",
					      "Bearer ik_a b",
					      "Bearer ik_'--",
					      "Bearer ik_a, Bearer ik_b" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct exchange x;

		make_exchange(&x, "GET", "/v1/me");
		x.header[H_AUTHORIZATION] = values[i];
		dispatch(&x); /* without a database, to look one up would end the test */
		CHECK(x.answer.status == status_of(ERR_UNAUTHENTICATED), "%s", values[i]);
		exchange_done(&x);
	}
}

static void readiness_ends_when_draining_begins(void **state)
{
	struct exchange x;

	(void)state;
	atomic_store(&test_app.draining, true);
	ask(&x, "GET", "/readyz");
	assert_int_equal(x.answer.status, status_of(ERR_UNAVAILABLE));
	assert_non_null(answer_header_of(&x.answer, "Retry-After"));
	exchange_done(&x);
	ask(&x, "GET", "/livez");
	assert_int_equal(x.answer.status, 200);
	exchange_done(&x);
	atomic_store(&test_app.draining, false);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_refusal_comes_in_its_order),
		cmocka_unit_test(limits_hold_at_their_edge),
		cmocka_unit_test(options_need_no_key),
		cmocka_unit_test(a_key_is_looked_at_before_it_is_looked_up),
		cmocka_unit_test(readiness_ends_when_draining_begins),
	};

	log_init(LOG_ERROR);
	return RUN(tests);
}
