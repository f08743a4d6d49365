/* Tests of service/http/metrics.c. */
#include "support.h"

#include "core/log.h"
#include "http/metrics.h"

#include "core/banned.h"

static void the_table_has_room_for_every_route(void **state)
{
	struct exchange x;

	(void)state;
	for (size_t i = 0; i < n_routes; i++) {
		char expected[256];

		make_exchange(&x, router_method_name(routes[i].method), "/");
		x.route_path = routes[i].path;
		x.answer.status = 200;
		metrics_count(&x, NULL, 700);
		exchange_done(&x);
		ask(&x, "GET", "/metrics");
		snprintf(expected, sizeof expected,
			 "inspectd_requests_total{route=\"%s\",method=\"%s\",status=\"200\",problem=\"\"} ",
			 routes[i].path, router_method_name(routes[i].method));
		CHECK(strstr(x.answer.body.data, expected) != NULL, "%s", routes[i].path);
		exchange_done(&x);
	}
}

static void what_a_client_makes_up_is_one_row(void **state)
{
	struct exchange x;

	(void)state;
	ask(&x, "BREW", "/made/up");
	exchange_done(&x);
	ask(&x, "XYZ", "/made/up/too");
	exchange_done(&x);
	ask(&x, "GET", "/metrics");
	assert_null(strstr(x.answer.body.data, "/made"));
	assert_non_null(strstr(x.answer.body.data, "{route=\"(none)\",method=\"OTHER\",status=\"404\","
						   "problem=\"not-found\"} 2\n"));
	exchange_done(&x);
}

static void the_histogram_adds_up(void **state)
{
	static const uint64_t durations[] = { 100, 500, 501, 2500, 9999999 };
	struct exchange x;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(durations); i++) {
		make_exchange(&x, "GET", "/readyz");
		x.route_path = "/readyz";
		x.answer.status = 200;
		metrics_count(&x, NULL, durations[i]);
		exchange_done(&x);
	}
	ask(&x, "GET", "/metrics");
	/* One more, of 700 us, was counted by the first test. */
	assert_non_null(strstr(x.answer.body.data, "bucket{route=\"/readyz\",le=\"0.0005\"} 2\n"));
	assert_non_null(strstr(x.answer.body.data, "bucket{route=\"/readyz\",le=\"0.001\"} 4\n"));
	assert_non_null(strstr(x.answer.body.data, "bucket{route=\"/readyz\",le=\"0.0025\"} 5\n"));
	assert_non_null(strstr(x.answer.body.data, "bucket{route=\"/readyz\",le=\"5\"} 5\n"));
	assert_non_null(strstr(x.answer.body.data, "bucket{route=\"/readyz\",le=\"+Inf\"} 6\n"));
	assert_non_null(strstr(x.answer.body.data, "seconds_count{route=\"/readyz\"} 6\n"));
	exchange_done(&x);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_has_room_for_every_route),
		cmocka_unit_test(what_a_client_makes_up_is_one_row),
		cmocka_unit_test(the_histogram_adds_up),
	};

	log_init(LOG_ERROR);
	return RUN(tests);
}
