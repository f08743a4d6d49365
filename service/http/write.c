/*
 * Everything that changes a row. Each handler reads what the request must bring,
 * lets the operation do it, and says what came of it.
 */
#include <stdio.h>

#include "http/handler.h"
#include "http/input.h"

#include "core/banned.h"

/* What a POST may carry besides its content. */
struct post {
	struct input_key key;
	bool has_key;
};

static int read_post(struct exchange *x, struct post *ret_post, struct error *err)
{
	if (input_write_query(x, err) < 0)
		return -1;
	return input_idempotency(x, &ret_post->key, &ret_post->has_key, err);
}

static const struct idempotency *key_of(const struct post *post)
{
	return post->has_key ? &post->key.idempotency : NULL;
}

static void move_body(struct buf *to, struct buf *from)
{
	struct buf was = *to;

	*to = *from;
	*from = was;
}

/* The answer to a write: what is now stored, or would be. A replay is the first answer, word for word. */
static void answer_written(struct exchange *x, struct written *w, unsigned status)
{
	struct answer *a = &x->answer;

	answer_as(a, w->replayed ? w->status : status, "application/json");
	if (w->etag[0] != '\0')
		answer_header(a, "ETag", w->etag);
	if (w->location[0] != '\0' && !x->call.validate_only)
		answer_header(a, "Location", w->location);
	if (w->replayed)
		answer_header(a, "Idempotency-Replayed", "true");
	move_body(&a->body, &w->body);
}

int write_create(struct exchange *x, struct error *err)
{
	_cleanup_(written_done) struct written w = { 0 };
	json_auto_t *body = NULL;
	struct parent parent = { x->route->parent, x->argument };
	struct post post;

	if (input_accept_json(x, err) < 0 || input_object(x, false, &body, err) < 0 || read_post(x, &post, err) < 0)
		return -1;
	written_init(&w);
	if (operation_create(&x->call, x->route->resource, parent.resource ? &parent : NULL, body, key_of(&post), &w,
			     err) < 0)
		return -1;
	answer_written(x, &w, x->call.validate_only ? 200 : 201);
	return 0;
}

int write_change(struct exchange *x, struct error *err)
{
	_cleanup_(written_done) struct written w = { 0 };
	json_auto_t *patch = NULL;
	struct if_match if_match;

	if (input_accept_json(x, err) < 0 || input_object(x, true, &patch, err) < 0)
		return -1;
	if (input_if_match(x, &if_match, err) < 0 || input_write_query(x, err) < 0)
		return -1;
	written_init(&w);
	if (operation_change(&x->call, x->route->resource, x->argument, &if_match, patch, &w, err) < 0)
		return -1;
	answer_written(x, &w, 200);
	return 0;
}

int write_remove(struct exchange *x, struct error *err)
{
	struct if_match if_match;

	if (input_no_body(x, err) < 0 || input_if_match(x, &if_match, err) < 0 || input_write_query(x, err) < 0)
		return -1;
	if (operation_remove(&x->call, x->route->resource, x->argument, &if_match, err) < 0)
		return -1;
	x->answer.status = 204;
	return 0;
}

int write_move(struct exchange *x, struct error *err)
{
	_cleanup_(written_done) struct written w = { 0 };
	json_auto_t *body = NULL;
	struct if_match if_match;
	struct post post;

	if (input_accept_json(x, err) < 0 || input_object(x, false, &body, err) < 0)
		return -1;
	if (input_if_match(x, &if_match, err) < 0 || read_post(x, &post, err) < 0)
		return -1;
	written_init(&w);
	if (operation_move(&x->call, x->route->resource, x->argument, &if_match, body, key_of(&post), &w, err) < 0)
		return -1;
	answer_written(x, &w, 200);
	return 0;
}

int write_procedure(struct exchange *x, struct error *err)
{
	_cleanup_(written_done) struct written w = { 0 };
	json_auto_t *body = NULL;
	struct post post;

	if (input_accept_json(x, err) < 0 || input_optional_object(x, &body, err) < 0 || read_post(x, &post, err) < 0)
		return -1;
	written_init(&w);
	if (operation_procedure(&x->call, procedure_at(x->route->path), x->argument, body, key_of(&post), &w, err) < 0)
		return -1;
	answer_written(x, &w, 200);
	return 0;
}

/* Nothing to say but the address: an empty body, or an empty object. */
static int check_empty(const struct exchange *x, struct error *err)
{
	json_auto_t *body = NULL;
	const char *name;
	json_t *value;

	if (x->body_len == 0)
		return 0;
	if (input_object(x, false, &body, err) < 0)
		return -1;
	json_object_foreach(body, name, value) {
		char pointer[128];

		(void)value;
		snprintf(pointer, sizeof pointer, "/%s", name);
		error_member(err, pointer, "unknown_member", "no such member here");
	}
	return error_check(err);
}

int write_restore(struct exchange *x, struct error *err)
{
	_cleanup_(written_done) struct written w = { 0 };
	struct post post;

	if (input_accept_json(x, err) < 0 || check_empty(x, err) < 0 || read_post(x, &post, err) < 0)
		return -1;
	written_init(&w);
	if (operation_restore(&x->call, x->route->resource, x->argument, key_of(&post), &w, err) < 0)
		return -1;
	answer_written(x, &w, 200);
	return 0;
}
