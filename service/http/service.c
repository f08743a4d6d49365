/* The service about itself, and what spans resources. */
#include <string.h>

#include "core/text.h"
#include "http/handler.h"
#include "http/input.h"

#include "core/banned.h"

static int answer_json(struct exchange *x, struct error *err)
{
	answer_as(&x->answer, 200, "application/json");
	answer_digest(&x->answer);
	return input_not_modified(x, err);
}

/* --- health: answered as it is, whatever the probe says it accepts ---------------------- */

static void answer_pass(struct exchange *x)
{
	answer_as(&x->answer, 200, "application/json");
	buf_adds(&x->answer.body, "{\"status\":\"pass\"}");
}

int service_live(struct exchange *x, struct error *err)
{
	(void)err;
	answer_pass(x);
	return 0;
}

int service_ready(struct exchange *x, struct error *err)
{
	if (atomic_load(&x->app->draining))
		return error_set(err, ERR_UNAVAILABLE, "the service is stopping");
	if (!database_ready(x->app->database, err))
		return err->code == ERR_UNAVAILABLE ? -1 : error_set(err, ERR_UNAVAILABLE, "the database is not ready");
	answer_pass(x);
	return 0;
}

/* --- where to go, who one is ------------------------------------------------------------- */

static int check_plain_get(struct exchange *x, struct error *err)
{
	if (input_accept_json(x, err) < 0 || input_no_body(x, err) < 0)
		return -1;
	return input_no_params(x, err);
}

/* Links to every address beneath /v1 that needs nothing to be filled in, but counts, which need to be told of what. */
int service_index(struct exchange *x, struct error *err)
{
	struct buf *b = &x->answer.body;
	const char *separator = "";

	if (check_plain_get(x, err) < 0)
		return -1;
	buf_adds(b, "{\"links\":{");
	for (size_t i = 0; i < n_routes; i++) {
		const char *path = routes[i].path;

		if (routes[i].method != M_GET || strncmp(path, "/v1/", 4) != 0 || strchr(path, '{') ||
		    routes[i].handler == collection_counts)
			continue;
		buf_addf(b, "%s\"%s\":\"%s\"", separator, path + 4, path);
		separator = ",";
	}
	buf_adds(b, "}}");
	return answer_json(x, err);
}

static void add_texts(struct buf *b, char *const *texts)
{
	if (!texts) {
		buf_adds(b, "null");
		return;
	}
	buf_addc(b, '[');
	for (size_t i = 0; texts[i]; i++) {
		if (i > 0)
			buf_addc(b, ',');
		buf_add_json(b, texts[i], strlen(texts[i]));
	}
	buf_addc(b, ']');
}

int service_me(struct exchange *x, struct error *err)
{
	const struct client *client = x->client;
	const char *person = x->call.context.person;
	struct buf *b = &x->answer.body;

	if (check_plain_get(x, err) < 0)
		return -1;
	buf_adds(b, "{\"client_id\":");
	buf_add_json(b, client->id, strlen(client->id));
	buf_adds(b, ",\"name\":");
	buf_add_json(b, client->name, strlen(client->name));
	buf_adds(b, ",\"scopes\":");
	add_texts(b, client->scopes);
	buf_adds(b, ",\"authority_ids\":");
	add_texts(b, client->authority_ids);
	buf_addf(b, ",\"clearance\":\"%s\"", client->clearance);
	buf_adds(b, ",\"person\":");
	if (person)
		buf_add_json(b, person, strlen(person));
	else
		buf_adds(b, "null");
	buf_addc(b, '}');
	return answer_json(x, err);
}

/* --- vocabularies and search ---------------------------------------------------------------- */

static void add_vocabulary(struct buf *b, const struct vocabulary *v)
{
	buf_addf(b, "\"%s\":[", v->name);
	for (size_t i = 0; i < v->n; i++) {
		buf_addf(b, "%s{\"code\":\"%s\",\"label\":", i ? "," : "", v->terms[i].code);
		buf_add_json(b, v->terms[i].label, strlen(v->terms[i].label));
		buf_addc(b, '}');
	}
	buf_adds(b, "],");
}

int service_vocabularies(struct exchange *x, struct error *err)
{
	struct buf *b = &x->answer.body;

	if (check_plain_get(x, err) < 0)
		return -1;
	buf_adds(b, "{\"data\":{");
	for (size_t i = 0; i < n_vocabularies; i++)
		add_vocabulary(b, vocabularies[i]);
	if (operation_framework_vocabularies(&x->call, b, err) < 0)
		return -1;
	buf_adds(b, "}}");
	return answer_json(x, err);
}

int service_search(struct exchange *x, struct error *err)
{
	static const char *const known[] = { "q", "limit", NULL };
	const char *text = address_param(&x->address, "q");
	struct buf *b = &x->answer.body;
	unsigned limit;

	if (input_accept_json(x, err) < 0 || input_no_body(x, err) < 0)
		return -1;
	input_only(x, known, err);
	limit = input_uint(x, "limit", LIMIT_PAGE_DEFAULT, LIMIT_PAGE_ROWS, err);
	if (!text || text_is_blank(text))
		error_add(err, ERR_MALFORMED, IN_QUERY, "/q", "required", "say what to look for");
	else
		(void)query_check_search(text, err);
	if (error_check(err) < 0)
		return -1;
	buf_adds(b, "{\"data\":");
	if (operation_search(&x->call, x->client, text, limit, b, err) < 0)
		return -1;
	buf_addc(b, '}');
	return answer_json(x, err);
}
