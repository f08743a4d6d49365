/* Origins: a list to compare with, and what a browser asks before it lets a page send a request. */
#include "http/cors.h"

#include <ctype.h>
#include <string.h>

#include "http/exchange.h"

#include "core/banned.h"

/* As much as Chromium keeps one; Firefox would keep it for a day. */
#define PREFLIGHT_S "7200"

const char cors_exposed[] = "Accept-Patch, Allow, Content-Disposition, ETag, Idempotency-Replayed, Link, Location, "
			    "RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-ID";

static const char allowed_headers[] = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
				      "X-Acting-User, X-Request-ID, traceparent";

/* The next item of a comma list, without blanks around it; an empty one at the end. */
static const char *next_item(const char **rest, size_t *ret_len)
{
	const char *start = *rest + strspn(*rest, ", \t");
	size_t len = strcspn(start, ",");

	*rest = start + len;
	while (len > 0 && (start[len - 1] == ' ' || start[len - 1] == '\t'))
		len--;
	*ret_len = len;
	return start;
}

/* As a browser writes it (RFC 6454, 6.2): scheme, host and any port but the scheme's own, in small letters. */
static bool is_origin(const char *text, size_t len)
{
	static const char *const schemes[] = { "https://", "http://" };
	static const char *const own_ports[] = { ":443", ":80" };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		size_t scheme = strlen(schemes[i]), own = strlen(own_ports[i]);

		if (len <= scheme || strncmp(text, schemes[i], scheme) != 0)
			continue;
		if (len > own && strncmp(text + len - own, own_ports[i], own) == 0)
			return false;
		for (size_t j = scheme; j < len; j++)
			if (!islower((unsigned char)text[j]) && !isdigit((unsigned char)text[j]) &&
			    !strchr("-._:[]", text[j]))
				return false;
		return true;
	}
	return false;
}

int cors_check(const char *origins, struct error *err)
{
	size_t len;

	for (const char *rest = origins ? origins : "", *item = next_item(&rest, &len); len > 0;
	     item = next_item(&rest, &len))
		if (!is_origin(item, len))
			return error_set(
				err, ERR_INVALID,
				"INSPECTD_CORS_ORIGINS holds \"%.*s\", which is no origin: write it as browsers do, "
				"https://front.example or http://localhost:3000, without a path, and name each",
				(int)len, item);
	return 0;
}

const char *cors_origin(const struct exchange *x)
{
	const char *origin = x->header[H_ORIGIN], *rest = x->app->config->cors_origins;
	size_t len;

	if (!origin || !rest)
		return NULL;
	for (const char *item = next_item(&rest, &len); len > 0; item = next_item(&rest, &len))
		if (strlen(origin) == len && memcmp(origin, item, len) == 0)
			return origin;
	return NULL;
}

void cors_answer_preflight(struct exchange *x, const char *allow)
{
	if (!x->header[H_REQUESTED_METHOD] || !cors_origin(x))
		return;
	answer_header(&x->answer, "Access-Control-Allow-Methods", allow);
	answer_header(&x->answer, "Access-Control-Allow-Headers", allowed_headers);
	answer_header(&x->answer, "Access-Control-Max-Age", PREFLIGHT_S);
}
