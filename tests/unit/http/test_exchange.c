/*
 * Tests of service/http/exchange.c: what is taken of an Ulfius request. Answers
 * are seen over a socket, in tests/integration.
 */
#include "support.h"

#define params params_of_gnutls /* as in exchange.c */
#include <ulfius.h>
#undef params

#include "core/banned.h"

static void take(struct exchange *x, struct _u_request *request, const char *const headers[][2], size_t n)
{
	static char verb[] = "GET", url[] = "/v1/actions?x=%2F";

	ulfius_init_request(request);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(u_map_put(request->map_header, headers[i][0], headers[i][1]), U_OK);
	request->http_verb = o_strdup(verb);
	request->http_url = o_strdup(url);
	exchange_read(x, &test_app, request);
}

static void drop(struct exchange *x, struct _u_request *request)
{
	exchange_done(x);
	ulfius_clean_request(request);
}

static void a_request_is_taken_as_it_came(void **state)
{
	static const char *const headers[][2] = { { "aCCept", "text/csv" }, { "Host", "example.org" } };
	struct _u_request request;
	struct exchange x;

	(void)state;
	take(&x, &request, headers, ARRAY_LEN(headers));
	assert_int_equal(x.method, M_GET);
	assert_string_equal(x.url, "/v1/actions?x=%2F");
	assert_string_equal(x.header[H_ACCEPT], "text/csv");
	assert_null(x.header[H_AUTHORIZATION]);
	assert_int_equal(x.body_len, 0);
	assert_true(x.head_bytes >= strlen("GET/v1/actions?x=%2FaCCepttext/csvHostexample.org"));
	drop(&x, &request);
}

static void a_header_in_two_spellings_is_one_list(void **state)
{
	static const char *const headers[][2] = { { "If-Match", "\"1.a\"" },
						  { "if-match", "\"2.b\"" },
						  { "IF-MATCH", "\"3.c\"" } };
	struct _u_request request;
	struct exchange x;

	(void)state;
	take(&x, &request, headers, ARRAY_LEN(headers));
	assert_string_equal(x.header[H_IF_MATCH], "\"1.a\", \"2.b\", \"3.c\"");
	drop(&x, &request);
}

static void a_request_id_is_the_callers_if_it_can_be_logged(void **state)
{
	static const struct {
		const char *id;
		bool kept;
	} cases[] = { { "req-1", true }, { "a b", false }, { "", false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *const headers[][2] = { { "X-Request-ID", cases[i].id } };
		struct _u_request request;
		struct exchange x;

		take(&x, &request, headers, 1);
		CHECK((strcmp(x.request_id, cases[i].id) == 0) == cases[i].kept, "case %zu: %s", i, x.request_id);
		CHECK(cases[i].kept || strlen(x.request_id) == 36, "case %zu: %s", i, x.request_id);
		drop(&x, &request);
	}
}

static void a_traceparent_that_is_none_is_left_out(void **state)
{
	static const char *const good[][2] = { { "traceparent",
						 "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } };
	static const char *const bad[][2] = { { "traceparent", "00-0af7651916cd43dd" } };
	struct _u_request request;
	struct exchange x;

	(void)state;
	take(&x, &request, good, 1);
	assert_string_equal(x.traceparent, good[0][1]);
	drop(&x, &request);
	take(&x, &request, bad, 1);
	assert_null(x.traceparent);
	drop(&x, &request);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_taken_as_it_came),
		cmocka_unit_test(a_header_in_two_spellings_is_one_list),
		cmocka_unit_test(a_request_id_is_the_callers_if_it_can_be_logged),
		cmocka_unit_test(a_traceparent_that_is_none_is_left_out),
	};

	return RUN(tests);
}
