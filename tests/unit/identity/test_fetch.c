/* Tests of service/identity/fetch.c: where it goes. What comes of it: tests/integration/test_tokens.py. */
#include "../unit.h"

#include "identity/fetch.h"

static void https_leads_anywhere_and_http_to_this_machine(void **state)
{
	static const struct {
		const char *url;
		enum fetch_place place;
	} cases[] = {
		{ "https://idp.example", FETCH_ANYWHERE },
		{ "HTTPS://idp.example:8443/a/b", FETCH_ANYWHERE },
		{ "https://[2001:db8::1]/a", FETCH_ANYWHERE },
		{ "http://127.0.0.1", FETCH_LOOPBACK },
		{ "http://127.0.0.1:8080/a", FETCH_LOOPBACK },
		{ "http://[::1]:8080", FETCH_LOOPBACK },
		{ "http://LOCALHOST/a?b", FETCH_LOOPBACK },
		{ "http://idp.example", FETCH_NOT },
		{ "http://127.0.0.1.idp.example", FETCH_NOT },
		{ "http://127.1", FETCH_NOT },
		{ "http://2130706433", FETCH_NOT },
		{ "http://127.0.0.1@idp.example", FETCH_NOT },
		{ "http://localhost:80@idp.example", FETCH_NOT },
		{ "http://localhost\\@idp.example", FETCH_NOT },
		{ "http://localhost#@idp.example", FETCH_NOT },
		{ "http://localhost idp.example", FETCH_NOT },
		{ "http://[::1", FETCH_NOT },
		{ "http://[::1].idp.example", FETCH_NOT },
		{ "http://", FETCH_NOT },
		{ "http:///a", FETCH_NOT },
		{ "https://", FETCH_NOT },
		{ "https:///a", FETCH_NOT },
		{ "https://user:word@idp.example", FETCH_NOT },
		{ "https://idp.example/a b", FETCH_NOT },
		{ "https://idp.example/\r\nHost: a", FETCH_NOT },
		{ "file:///etc/passwd", FETCH_NOT },
		{ "ftp://127.0.0.1", FETCH_NOT },
		{ "//idp.example", FETCH_NOT },
		{ "idp.example", FETCH_NOT },
		{ "", FETCH_NOT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(fetch_place(cases[i].url) == cases[i].place, "%s", cases[i].url);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(https_leads_anywhere_and_http_to_this_machine),
	};

	return RUN(tests);
}
