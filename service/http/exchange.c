/*
 * Between Ulfius and the rest: copies nothing that it can borrow, and hands the
 * body over as it is. Of Ulfius' own reading only the raw address, the headers
 * and the body are used; its decoded paths and parameters are not to be trusted.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define params params_of_gnutls /* gnutls.h, by way of ulfius.h, has a tag of this name too */
#include <ulfius.h>
#undef params

#include "core/clock.h"
#include "core/uuid.h"
#include "http/cors.h"
#include "http/exchange.h"
#include "http/peer.h"

#include "core/banned.h"

#define FILE_BLOCK_BYTES 65536

/* A header sent twice counts as one list (RFC 9110, 5.3); Ulfius joins only those spelt alike. */
static void add_header(struct exchange *x, enum header h, const char *value)
{
	char *joined;

	if (!x->header[h]) {
		x->header[h] = value;
		return;
	}
	if (asprintf(&joined, "%s, %s", x->header[h], value) < 0)
		return;
	free(x->joined[h]);
	x->header[h] = x->joined[h] = joined;
}

static void read_headers(struct exchange *x, const struct _u_request *request)
{
	const struct _u_map *map = request->map_header;

	x->head_bytes = strlen(x->method_name) + strlen(x->url);
	for (int i = 0; i < map->nb_values; i++) {
		x->head_bytes += strlen(map->keys[i]) + map->lengths[i] + 4; /* ": " and the line's end */
		for (enum header h = 0; h < H_COUNT_; h++)
			if (strcasecmp(map->keys[i], header_names[h]) == 0)
				add_header(x, h, map->values[i]);
	}
}

void exchange_read(struct exchange *x, struct app *app, const struct _u_request *request)
{
	*x = (struct exchange){
		.app = app,
		.started_us = clock_us(),
		.method_name = request->http_verb,
		.method = router_method(request->http_verb),
		.url = request->http_url,
		.body = request->binary_body,
		.body_len = request->binary_body_length,
	};
	answer_init(&x->answer);
	read_headers(x, request);
	if (x->header[H_REQUEST_ID] && header_is_request_id(x->header[H_REQUEST_ID]))
		snprintf(x->request_id, sizeof x->request_id, "%s", x->header[H_REQUEST_ID]);
	else
		uuid_v7(x->request_id);
	x->peer = request->timeout; /* where server.c puts it: meant for requests that Ulfius sends itself */
	if (app->config->trust_proxy && x->header[H_FORWARDED_FOR])
		(void)!peer_forwarded(x->header[H_FORWARDED_FOR], &x->peer);
	if (x->header[H_TRACEPARENT] && header_is_traceparent(x->header[H_TRACEPARENT]))
		x->traceparent = x->header[H_TRACEPARENT];
}

void exchange_done(struct exchange *x)
{
	for (enum header h = 0; h < H_COUNT_; h++)
		free(x->joined[h]);
	address_done(&x->address);
	answer_done(&x->answer);
	readings_done(&x->readings);
}

/* --- the answer ------------------------------------------------------------------- */

static ssize_t read_file(void *data, uint64_t offset, char *out, size_t max)
{
	ssize_t n = pread(*(int *)data, out, max, (off_t)offset);

	if (n < 0)
		return U_STREAM_ERROR;
	return n == 0 ? U_STREAM_END : n;
}

static void close_file(void *data)
{
	(void)close(*(int *)data);
	free(data);
}

/* The stream outlives the exchange: it owns the file from here on. */
static void send_file(struct answer *a, struct _u_response *response)
{
	int *file = malloc(sizeof *file);

	if (!file)
		return;
	*file = a->file;
	if (ulfius_set_stream_response(response, a->status, read_file, close_file, a->file_size, FILE_BLOCK_BYTES,
				       file) == U_OK)
		a->file = -1;
	else
		free(file);
}

/* What browsers are told of every answer, whatever it is; a page for people has a policy of its own. */
static void send_security(const struct exchange *x, struct _u_map *map)
{
	(void)u_map_put(map, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
	(void)u_map_put(map, "Cross-Origin-Resource-Policy", "same-origin");
	(void)u_map_put(map, "Referrer-Policy", "no-referrer");
	(void)u_map_put(map, "X-Content-Type-Options", "nosniff");
	if (x->app->config->tls_certificate)
		(void)u_map_put(map, "Strict-Transport-Security", "max-age=31536000");
}

/* Caches keep an answer apart for each origin as soon as there is one that answers differ for. */
static void send_cors(const struct exchange *x, struct _u_map *map)
{
	const char *origin = cors_origin(x);

	(void)u_map_put(map, "Vary",
			x->app->config->cors_origins ? "Authorization, Accept, Origin" : "Authorization, Accept");
	if (!origin)
		return;
	(void)u_map_put(map, "Access-Control-Allow-Origin", origin);
	(void)u_map_put(map, "Access-Control-Expose-Headers", cors_exposed);
}

/* draft-ietf-httpapi-ratelimit-headers, 3 and 4: structured fields. */
static void send_rate(const struct exchange *x, struct _u_map *map)
{
	char text[64];

	if (x->left.reset_s == 0)
		return;
	snprintf(text, sizeof text, "\"default\";q=%u;w=%u", x->app->config->rate, x->app->config->rate_s);
	(void)u_map_put(map, "RateLimit-Policy", text);
	snprintf(text, sizeof text, "\"default\";r=%u;t=%u", x->left.remaining, x->left.reset_s);
	(void)u_map_put(map, "RateLimit", text);
}

static void send_headers(const struct exchange *x, struct _u_map *map)
{
	const struct answer *a = &x->answer;

	(void)u_map_put(map, "Cache-Control", "private, no-cache");
	(void)u_map_put(map, "X-Request-ID", x->request_id);
	send_security(x, map);
	send_cors(x, map);
	send_rate(x, map);
	if (a->close || atomic_load(&x->app->draining))
		(void)u_map_put(map, "Connection", "close");
	for (size_t i = 0; i < a->n_headers; i++)
		if (a->header[i].value)
			(void)u_map_put(map, a->header[i].name, a->header[i].value);
}

void exchange_write(struct exchange *x, struct _u_response *response)
{
	struct answer *a = &x->answer;

	response->status = a->status;
	send_headers(x, response->map_header);
	if (a->file >= 0 && a->file_size > 0)
		send_file(a, response);
	else if (a->body.len > 0)
		response->binary_body = buf_take(&a->body, &response->binary_body_length);
}
