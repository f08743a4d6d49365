/* Tests of service/http/document.c. */
#include "support.h"

#include "core/embedded.h"
#include "core/log.h"

#include "core/banned.h"

static void the_page_lists_every_operation(void **state)
{
	struct exchange x;

	(void)state;
	ask(&x, "GET", "/docs");
	assert_int_equal(x.answer.status, 200);
	for (size_t i = 0; i < n_routes; i++)
		CHECK(strstr(x.answer.body.data, routes[i].operation_id) != NULL, "%s", routes[i].operation_id);
	exchange_done(&x);
}

static void a_page_that_is_known_is_not_sent_again(void **state)
{
	char etag[64];
	struct exchange x;

	(void)state;
	ask(&x, "GET", "/docs");
	snprintf(etag, sizeof etag, "%s", answer_header_of(&x.answer, "ETag"));
	exchange_done(&x);
	make_exchange(&x, "GET", "/docs");
	x.header[H_IF_NONE_MATCH] = etag;
	dispatch(&x);
	assert_int_equal(x.answer.status, 304);
	exchange_done(&x);
}

static void every_problem_has_a_page(void **state)
{
	char url[128];

	(void)state;
	for (size_t code = ERR_NONE + 1; code < ERR_CODE_COUNT_; code++) {
		const struct problem_kind *k = &problem_kinds[code];
		struct exchange x;

		snprintf(url, sizeof url, "/problems/%s", k->slug);
		make_exchange(&x, "GET", url);
		x.header[H_ACCEPT] = "text/html,*/*;q=0.8";
		dispatch(&x);
		CHECK(x.answer.status == 200, "%s", url);
		CHECK(strstr(x.answer.body.data, k->title) != NULL, "%s", url);
		exchange_done(&x);
		ask(&x, "GET", url);
		CHECK(x.answer.status == 200 && x.answer.body.len > 0, "%s", url);
		assert_string_equal(answer_header_of(&x.answer, "Content-Type"), "text/markdown; charset=utf-8");
		if (embedded_problems.len > 0)
			CHECK(x.answer.body.data[0] == '#' && strstr(x.answer.body.data, k->slug) != NULL,
			      "api/problems.md has no section %s", k->slug);
		exchange_done(&x);
	}
}

static void a_problem_that_is_none_is_not_found(void **state)
{
	static const char *const urls[] = { "/problems/nope", "/problems/not", "/problems/%3Cscript%3E" };
	struct exchange x;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		ask(&x, "GET", urls[i]);
		assert_int_equal(x.answer.status, status_of(ERR_NOT_FOUND));
		exchange_done(&x);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_lists_every_operation),
		cmocka_unit_test(a_page_that_is_known_is_not_sent_again),
		cmocka_unit_test(every_problem_has_a_page),
		cmocka_unit_test(a_problem_that_is_none_is_not_found),
	};

	log_init(LOG_ERROR);
	return RUN(tests);
}
