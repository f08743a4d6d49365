/* Tests of service/http/router.c. */
#include "support.h"

#include "core/banned.h"

static int find(const char *method, const char *url, struct router_match *ret_match, char argument[64],
		struct error *err)
{
	struct address a;
	int outcome;

	*err = (struct error){ 0 };
	*ret_match = (struct router_match){ 0 };
	assert_int_equal(address_read(&a, url, err), 0);
	outcome = router_find(&a, router_method(method), ret_match, err);
	snprintf(argument, 64, "%s", ret_match->argument ? ret_match->argument : "");
	address_done(&a);
	return outcome;
}

static void an_address_finds_its_route(void **state)
{
	static const struct {
		const char *method, *url, *operation, *argument;
	} cases[] = {
		{ "GET", "/v1/actions", "listActions", "" },
		{ "HEAD", "/v1/actions?x", "listActions", "" },
		{ "POST", "/v1/actions", "createAction", "" },
		{ "GET", "/v1/actions/counts", "countActions", "" },
		{ "GET", "/v1/actions/count", "getAction", "count" },
		{ "PATCH", "/v1/actions/a%2Fb", "changeAction", "a/b" },
		{ "GET", "/v1/authorities/806/inspections", "listInspectionsOfAuthority", "806" },
		{ "POST", "/v1/findings/x/transitions", "moveFinding", "x" },
		{ "GET", "/v1/agenda-items/counts", "countAgendaItems", "" },
		{ "POST", "/v1/meetings/x/agenda-items", "addAgendaItemToMeeting", "x" },
		{ "GET", "/v1/delivery-models/x", "getDeliveryModel", "x" },
		{ "POST", "/v1/plans/x/carry-forwards", "carryForwardActions", "x" },
		{ "GET", "/v1/openapi.json", "getOpenapiJson", "" },
		{ "GET", "/v1", "index", "" },
		{ "GET", "/problems/not-found", "getProblem", "not-found" },
		{ "GET", "/%76%31/me", "getMe", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct router_match m;
		struct error err;
		char argument[64];

		CHECK(find(cases[i].method, cases[i].url, &m, argument, &err) == 0, "%s", cases[i].url);
		assert_string_equal(m.route->operation_id, cases[i].operation);
		assert_string_equal(argument, cases[i].argument);
	}
}

static void an_address_that_is_none_is_not_found(void **state)
{
	static const char *const urls[] = { "/",
					    "/v2",
					    "/v1/",
					    "/v1/nope",
					    "/v1/actions/",
					    "/v1/actions/1/x",
					    "/V1/actions",
					    "/livez/x",
					    "//livez",
					    "/v1/actions/1/restore/x",
					    "/v1/actions%2Fcounts",
					    "/v1%2Factions",
					    "/v1/actions/1%2Frestore/x",
					    "/v1/agenda_items",
					    "/v1/updates/1/restore" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		struct router_match m;
		struct error err;
		char argument[64];

		CHECK(find("GET", urls[i], &m, argument, &err) == -1 && err.code == ERR_NOT_FOUND, "%s", urls[i]);
		CHECK(find("OPTIONS", urls[i], &m, argument, &err) == -1, "%s", urls[i]);
	}
}

static void an_underscore_for_a_hyphen_is_told_of(void **state)
{
	static const struct {
		const char *url, *meant;
	} cases[] = {
		{ "/v1/agenda_items", "/v1/agenda-items" },
		{ "/v1/delivery_models/1", "/v1/delivery-models/{id}" },
		{ "/v1/plans/1/carry_forwards", "/v1/plans/{id}/carry-forwards" },
		{ "/v1/working_days", "/v1/working-days" },
		{ "/v1/agenda_itemz", NULL },
		{ "/v1/actions_", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct router_match m;
		struct error err;
		char argument[64], hint[80] = "/docs lists";

		if (cases[i].meant)
			(void)snprintf(hint, sizeof hint, "did you mean %s?", cases[i].meant);
		CHECK(find("GET", cases[i].url, &m, argument, &err) == -1 && err.code == ERR_NOT_FOUND, "%s",
		      cases[i].url);
		CHECK(strstr(err.detail, hint), "%s: %s", cases[i].url, err.detail);
	}
}

static void another_method_is_told_what_is_allowed(void **state)
{
	static const struct {
		const char *method, *url, *allow;
	} cases[] = {
		{ "PUT", "/v1/actions", "GET, HEAD, OPTIONS, POST" },
		{ "get", "/v1/actions", "GET, HEAD, OPTIONS, POST" },
		{ "BREW", "/v1/actions/1", "DELETE, GET, HEAD, OPTIONS, PATCH" },
		{ "GET", "/v1/actions/1/restore", "OPTIONS, POST" },
		{ "HEAD", "/v1/actions/1/restore", "OPTIONS, POST" },
		{ "POST", "/livez", "GET, HEAD, OPTIONS" },
		{ "OTHER", "/livez", "GET, HEAD, OPTIONS" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct router_match m;
		struct error err;
		char argument[64];

		CHECK(find(cases[i].method, cases[i].url, &m, argument, &err) == -1, "%s", cases[i].url);
		assert_int_equal(err.code, ERR_METHOD);
		assert_string_equal(err.allowed, cases[i].allow);
		assert_non_null(m.path);
	}
}

static void options_are_found_everywhere(void **state)
{
	struct router_match m;
	struct error err;
	char argument[64];

	(void)state;
	assert_int_equal(find("OPTIONS", "/v1/actions/1", &m, argument, &err), 0);
	assert_null(m.route);
	assert_string_equal(m.path, "/v1/actions/{id}");
	assert_true(router_has(m.path, M_PATCH));
	assert_false(router_has(m.path, M_POST));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_finds_its_route),
		cmocka_unit_test(an_address_that_is_none_is_not_found),
		cmocka_unit_test(an_underscore_for_a_hyphen_is_told_of),
		cmocka_unit_test(another_method_is_told_what_is_allowed),
		cmocka_unit_test(options_are_found_everywhere),
	};

	return RUN(tests);
}
