/*
 * Problems. The only place that knows which HTTP status an error becomes; every
 * slug has its section in api/problems.md, served at /problems/<slug>.
 */
#include "http/problem.h"

#include <string.h>

#include "core/redact.h"
#include "http/auth.h"
#include "http/exchange.h"

#include "core/banned.h"

/* clang-format off */
const struct problem_kind problem_kinds[ERR_CODE_COUNT_] = {
	[ERR_MALFORMED]         = { 400, "malformed-request",      "The request cannot be read",                  0 },
	[ERR_UNAUTHENTICATED]   = { 401, "unauthenticated",        "A valid API key or access token is needed",   0 },
	[ERR_FORBIDDEN]         = { 403, "forbidden",              "The API key does not allow this",             0 },
	[ERR_NOT_FOUND]         = { 404, "not-found",              "There is nothing here for you to see",        0 },
	[ERR_METHOD]            = { 405, "method-not-allowed",     "The address does not take this method",       0 },
	[ERR_NOT_ACCEPTABLE]    = { 406, "not-acceptable",         "No media type that you accept is offered",    0 },
	[ERR_CONFLICT]          = { 409, "conflict",               "The change conflicts with what is stored",    0 },
	[ERR_EXPIRED]           = { 410, "expired-position",       "The position is too old to continue from",    0 },
	[ERR_STALE]             = { 412, "stale-version",          "Someone else has changed this since",         0 },
	[ERR_TOO_LARGE]         = { 413, "body-too-large",         "The body is over the limit",                  0 },
	[ERR_URI_TOO_LONG]      = { 414, "uri-too-long",           "The address is over the limit",               0 },
	[ERR_MEDIA_TYPE]        = { 415, "unsupported-media-type", "The body is of a type that is not read here", 0 },
	[ERR_INVALID]           = { 422, "invalid-content",        "The content breaks a rule",                   0 },
	[ERR_PRECONDITION]      = { 428, "precondition-required",  "If-Match is required",                        0 },
	[ERR_LIMITED]           = { 429, "rate-limited",           "Too many requests for now",                   1 },
	[ERR_HEADERS_TOO_LARGE] = { 431, "headers-too-large",      "The headers are over the limit",              0 },
	[ERR_INTERNAL]          = { 500, "internal",               "Something failed on our side",                0 },
	[ERR_UNAVAILABLE]       = { 503, "unavailable",            "The service cannot answer just now",          2 },
	[ERR_TIMEOUT]           = { 503, "database-timeout",       "The database took too long",                  2 },
};
/* clang-format on */

static void add_member(struct buf *b, const char *name, const char *text)
{
	buf_addf(b, ",\"%s\":", name);
	buf_add_json(b, text, strlen(text));
}

/* A member whose value is JSON already. */
static void add_json(struct buf *b, const char *name, const char *json)
{
	if (json[0] != '\0')
		buf_addf(b, ",\"%s\":%s", name, json);
}

static void add_complaints(struct buf *b, const struct error *err)
{
	static const char *const places[] = {
		[IN_BODY] = "body", [IN_QUERY] = "query", [IN_HEADER] = "header", [IN_PATH] = "path"
	};
	size_t n = err->n_complaints < ERROR_COMPLAINTS_MAX ? err->n_complaints : ERROR_COMPLAINTS_MAX;

	if (n == 0)
		return;
	buf_adds(b, ",\"errors\":[");
	for (size_t i = 0; i < n; i++) {
		const struct complaint *c = &err->complaint[i];

		buf_addf(b, "%s{\"in\":\"%s\"", i ? "," : "", places[c->place]);
		add_member(b, "pointer", c->pointer);
		add_member(b, "code", c->code);
		add_member(b, "detail", c->detail);
		buf_addc(b, '}');
	}
	buf_addc(b, ']');
}

/* What went wrong on our side is for the log; the client gets the id to find it by. */
static const char *detail_of(const struct error *err, const struct problem_kind *kind)
{
	if (kind == &problem_kinds[ERR_INTERNAL])
		return "this is a fault of the service; its log has the cause under the request_id given here";
	return err->detail[0] ? err->detail : kind->title;
}

static void write_body(struct exchange *x, const struct error *err, const struct problem_kind *kind)
{
	struct buf *b = &x->answer.body;

	buf_addf(b, "{\"type\":\"/problems/%s\",\"title\":\"%s\",\"status\":%u", kind->slug, kind->title, kind->status);
	add_member(b, "detail", detail_of(err, kind));
	buf_adds(b, ",\"instance\":\"");
	address_instance(&x->address, b); /* percent-encoded: nothing left for JSON to escape */
	buf_addc(b, '"');
	add_member(b, "request_id", x->request_id);
	add_complaints(b, err);
	if (err->code == ERR_STALE) {
		if (err->current_etag[0] != '\0')
			add_member(b, "current_etag", err->current_etag);
		add_json(b, "changed", err->changed);
	}
	if (err->code == ERR_CONFLICT)
		add_json(b, "allowed", err->allowed);
	buf_addc(b, '}');
	b->len = redact_keys(b->data, b->len);
}

void problem_answer(struct exchange *x, const struct error *err)
{
	enum err_code code = err->code > ERR_NONE && err->code < ERR_CODE_COUNT_ ? err->code : ERR_INTERNAL;
	const struct problem_kind *kind = &problem_kinds[code];
	unsigned retry_after = err->retry_after ? err->retry_after : kind->retry_after;

	answer_reset(&x->answer);
	answer_as(&x->answer, kind->status, "application/problem+json");
	write_body(x, err, kind);
	x->problem = kind->slug;
	if (code == ERR_METHOD)
		answer_header(&x->answer, "Allow", err->allowed);
	if (code == ERR_MEDIA_TYPE && x->method == M_PATCH)
		answer_header(&x->answer, "Accept-Patch", ROUTER_ACCEPT_PATCH);
	if (retry_after > 0)
		answer_headerf(&x->answer, "Retry-After", "%u", retry_after);
	auth_challenge(x, err);
	x->answer.close = code == ERR_TOO_LARGE;
}
