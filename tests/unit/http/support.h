/* support.h - an exchange made by hand, for tests of what works on one. */
#ifndef TESTS_UNIT_HTTP_SUPPORT_H
#define TESTS_UNIT_HTTP_SUPPORT_H

#include "../unit.h"

#include "http/dispatch.h"
#include "http/exchange.h"
#include "http/problem.h"

static const struct config test_config = { .body_max = 1024, .idempotency_wait_ms = 10 };
static struct app test_app = { .config = &test_config };

__attribute__((unused)) static void make_exchange(struct exchange *x, const char *method, const char *url)
{
	*x = (struct exchange){
		.app = &test_app,
		.method_name = method,
		.method = router_method(method),
		.url = url,
		.request_id = "test",
	};
	answer_init(&x->answer);
}

/* Answers a request as the server would, without one. */
__attribute__((unused)) static void ask(struct exchange *x, const char *method, const char *url)
{
	make_exchange(x, method, url);
	dispatch(x);
}

__attribute__((unused)) static unsigned status_of(enum err_code code)
{
	return problem_kinds[code].status;
}

#endif
