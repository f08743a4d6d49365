/* Making API keys: the only answers that ever hold one. */
#include <string.h>

#include "http/handler.h"
#include "http/input.h"

#include "core/banned.h"

/* The row as it is kept for a replay, with the key where that has none. */
static void add_body(struct buf *out, const struct buf *row, const char *key)
{
	size_t end = strlen(KEY_NOT_SHOWN "}");

	if (key[0] == '\0') {
		buf_add(out, row->data, row->len);
		return;
	}
	buf_add(out, row->data, row->len - end);
	buf_add_json(out, key, strlen(key));
	buf_addc(out, '}');
}

static void answer_key(struct exchange *x, const struct written *w, const char *key)
{
	struct answer *a = &x->answer;

	answer_as(a, w->replayed ? w->status : x->call.validate_only ? 200 : 201, "application/json");
	answer_header(a, "ETag", w->etag);
	answer_header(a, "Cache-Control", "no-store");
	if (!x->call.validate_only)
		answer_header(a, "Location", w->location);
	if (w->replayed)
		answer_header(a, "Idempotency-Replayed", "true");
	add_body(&a->body, &w->body, key);
}

int keys_add(struct exchange *x, struct error *err)
{
	_cleanup_(written_done) struct written w = { 0 };
	json_auto_t *body = NULL;
	struct input_key idempotency_key;
	char key[API_KEY_SIZE];
	bool is_once;

	if (input_accept_json(x, err) < 0 || input_optional_object(x, &body, err) < 0 ||
	    input_write_query(x, err) < 0 || input_idempotency(x, &idempotency_key, &is_once, err) < 0)
		return -1;
	written_init(&w);
	if (operation_add_key(&x->call, x->app->secret, x->argument, body,
			      is_once ? &idempotency_key.idempotency : NULL, &w, key, err) < 0)
		return -1;
	answer_key(x, &w, key);
	explicit_bzero(key, sizeof key);
	return 0;
}
