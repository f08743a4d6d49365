/* The way of a request: each step may refuse it, and the first refusal is the answer. */
#include "http/dispatch.h"

#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/text.h"
#include "http/auth.h"
#include "http/cors.h"
#include "http/exchange.h"
#include "http/metrics.h"
#include "http/problem.h"

#include "core/banned.h"

/* The length that was announced decides where the body was cut off (or never sent). */
static int check_size(const struct exchange *x, struct error *err)
{
	const char *announced = x->header[H_CONTENT_LENGTH];
	unsigned max = x->app->config->body_max;
	int64_t length = 0;

	if (announced && text_to_int(announced, &length) < 0)
		length = 0; /* libmicrohttpd has read it its own way and refused what it must */
	if (x->body_len > max || length > max)
		return error_set(err, ERR_TOO_LARGE, "the body is over the limit of %u bytes", max);
	return 0;
}

/* What Authorization takes counts apart: an access token that is too long is a bad token first (auth.c). */
static size_t bearer_bytes(const struct exchange *x)
{
	size_t len = x->header[H_AUTHORIZATION] ? strlen(x->header[H_AUTHORIZATION]) : 0;

	return len < LIMIT_BEARER_BYTES ? len : LIMIT_BEARER_BYTES;
}

/* Beyond this there would be no room for the headers of the answer. */
static int check_headers(const struct exchange *x, struct error *err)
{
	if (x->head_bytes > LIMIT_HEADERS_BYTES + bearer_bytes(x))
		return error_set(err, ERR_HEADERS_TOO_LARGE, "address and headers together are over %d bytes",
				 LIMIT_HEADERS_BYTES);
	return 0;
}

static int find_route(struct exchange *x, struct error *err)
{
	struct router_match match = { 0 };
	int failed = router_find(&x->address, x->method, &match, err);

	x->route = match.route;
	x->route_path = match.path;
	x->argument = match.argument;
	return failed;
}

/* OPTIONS: what the address takes. No key is needed, for browsers send none with it. */
static void answer_options(struct exchange *x)
{
	char allow[64];

	router_allow(x->route_path, allow, sizeof allow);
	x->answer.status = 204;
	answer_header(&x->answer, "Allow", allow);
	if (router_has(x->route_path, M_PATCH))
		answer_header(&x->answer, "Accept-Patch", ROUTER_ACCEPT_PATCH);
	cors_answer_preflight(x, allow);
}

/* An identifier of some other form is most often one that somebody else gave; by that the row can be looked up. */
static int refuse_argument(const struct resource *r, struct error *err)
{
	if (r->id == RES_AUTHORITY)
		return error_set(err, ERR_NOT_FOUND,
				 "an authority's id is its three-digit DfE number, such as 806; look it up by "
				 "/v1/authorities?gss_code= or ?name=");
	if (r->own_key)
		return error_set(err, ERR_NOT_FOUND, "no %s has this id; /v1/%s lists those there are",
				 resource_noun(r), resource_path(r));
	return error_set(err, ERR_NOT_FOUND,
			 "the id of %s %s is a UUID; look up another system's key by /v1/%s?external_ref=",
			 strchr("aeiou", r->name[0]) ? "an" : "a", resource_noun(r), resource_path(r));
}

/* What cannot be an identifier identifies nothing: no need to ask the database. */
static int check_argument(const struct exchange *x, struct error *err)
{
	const struct resource *r = x->route->parent ? x->route->parent : x->route->resource;

	if (r && x->argument && !resource_has_key_form(r, x->argument))
		return refuse_argument(r, err);
	return 0;
}

/* Not where only the headers go out. */
static bool shows_rows(const struct exchange *x)
{
	return x->method != M_HEAD && x->answer.status == 200;
}

static int serve(struct exchange *x, struct error *err)
{
	if (address_read(&x->address, x->url, err) < 0 || check_headers(x, err) < 0 || check_size(x, err) < 0)
		return -1;
	if (find_route(x, err) < 0)
		return -1;
	if (x->method == M_OPTIONS) {
		answer_options(x);
		return 0;
	}
	if (auth_check(x, err) < 0 || check_argument(x, err) < 0)
		return -1;
	address_read_query(&x->address, err);
	if (x->route->handler(x, err) < 0)
		return -1;
	return shows_rows(x) ? operation_tell_readings(&x->call, err) : 0;
}

static size_t bytes_sent(const struct exchange *x)
{
	const struct answer *a = &x->answer;

	if (x->method == M_HEAD || a->status == 304)
		return 0;
	return a->file >= 0 ? a->file_size : a->body.len;
}

static void log_it(const struct exchange *x, const struct error *err, uint64_t duration_us)
{
	struct log_request line = {
		.method = x->method == M_OTHER ? "OTHER" : x->method_name,
		.route = x->route_path ? x->route_path : "(none)",
		.request_id = x->request_id,
		.traceparent = x->traceparent,
		.caller = x->client ? x->client->actor : NULL,
		.problem = x->problem,
		.detail = err ? err->detail : NULL,
		.cause = err && err->cause[0] ? err->cause : NULL,
		.status = x->answer.status,
		.duration_us = duration_us,
		.bytes = bytes_sent(x),
	};

	log_request(&line);
}

void dispatch(struct exchange *x)
{
	struct error err = { 0 };
	bool failed = serve(x, &err) < 0;
	uint64_t duration_us;

	if (!failed && !buf_ok(&x->answer.body))
		failed = error_set(&err, ERR_INTERNAL, "the answer is over the limit, or memory ran out") < 0;
	if (failed)
		problem_answer(x, &err);
	duration_us = clock_us() - x->started_us;
	metrics_count(x, failed ? &err : NULL, duration_us);
	log_it(x, failed ? &err : NULL, duration_us);
}
