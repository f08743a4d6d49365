/* Tests of service/http/cors.c. What a browser is told is in tests/integration/test_cors.py. */
#include "support.h"

#include "http/cors.h"

#include "core/banned.h"

static void only_origins_as_browsers_write_them_may_be_listed(void **state)
{
	static const struct {
		const char *list, *named; /* NULL: taken */
	} cases[] = {
		{ NULL, NULL },
		{ "", NULL },
		{ " , ", NULL },
		{ "https://front.example", NULL },
		{ "https://front.example,http://localhost:3000", NULL },
		{ " https://front.example , http://[::1]:3000 ", NULL },
		{ "*", "\"*\"" },
		{ "null", "\"null\"" },
		{ "https://", "\"https://\"" },
		{ "front.example", "\"front.example\"" },
		{ "https://front.example/", "\"https://front.example/\"" },
		{ "https://front.example/app", "/app\"" },
		{ "https://Front.example", "Front" },
		{ "HTTPS://front.example", "HTTPS" },
		{ "https://front.example:443", ":443" },
		{ "http://front.example:80", ":80" },
		{ "https://*.example", "*" },
		{ "https://user@front.example", "@" },
		{ "https://a.example,https://b.example/", "b.example/" },
		{ "https://a.example https://b.example", " " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = { 0 };
		int outcome = cors_check(cases[i].list, &err);

		CHECK(outcome == (cases[i].named ? -1 : 0), "case %zu: %s", i, cases[i].list);
		CHECK(!cases[i].named || (err.code == ERR_INVALID && strstr(err.detail, cases[i].named)),
		      "case %zu: %s", i, err.detail);
	}
}

static void an_origin_is_let_in_only_as_it_is_listed(void **state)
{
	static const char list[] = "https://front.example, http://localhost:3000";
	static const struct {
		const char *origin;
		bool listed;
	} cases[] = {
		{ "https://front.example", true },
		{ "http://localhost:3000", true },
		{ "http://front.example", false },
		{ "https://front.example:8443", false },
		{ "https://front.example.evil", false },
		{ "https://front.exampl", false },
		{ "https://evil.example", false },
		{ "https://front.example, http://localhost:3000", false },
		{ "null", false },
		{ "", false },
		{ "HTTPS://FRONT.EXAMPLE", false },
		{ ",", false },
		{ "https://evil.front.example", false },
		{ NULL, false },
	};
	struct config config = { .cors_origins = list };
	struct app app = { .config = &config };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct exchange x;
		const char *found;

		make_exchange(&x, "GET", "/v1/actions");
		x.app = &app;
		x.header[H_ORIGIN] = cases[i].origin;
		found = cors_origin(&x);
		CHECK((found != NULL) == cases[i].listed, "case %zu", i);
		CHECK(!found || strcmp(found, cases[i].origin) == 0, "case %zu", i);
		exchange_done(&x);
	}
}

static void without_a_list_nobody_is_let_in(void **state)
{
	struct exchange x;

	(void)state;
	make_exchange(&x, "GET", "/v1/actions");
	x.header[H_ORIGIN] = "https://front.example";
	assert_null(cors_origin(&x));
	exchange_done(&x);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_origins_as_browsers_write_them_may_be_listed),
		cmocka_unit_test(an_origin_is_let_in_only_as_it_is_listed),
		cmocka_unit_test(without_a_list_nobody_is_let_in),
	};

	return RUN(tests);
}
