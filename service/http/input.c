/* The questions that handlers ask of a request. */
#include "http/input.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/hash.h"
#include "core/text.h"
#include "http/auth.h"
#include "http/body.h"
#include "resource/guard.h"
#include "resource/scope.h"

#include "core/banned.h"

static const char type_merge_patch[] = "application/merge-patch+json";
static const char type_json[] = "application/json";

static int refuse_header(struct error *err, enum header h, const char *slug, const char *detail)
{
	char pointer[64];

	snprintf(pointer, sizeof pointer, "/%s", header_names[h]);
	error_add(err, ERR_MALFORMED, IN_HEADER, pointer, slug, "%s", detail);
	return error_check(err);
}

/* --- media types ------------------------------------------------------------------ */

int input_accept(const struct exchange *x, const char *const offers[], size_t n, int *ret_offer, struct error *err)
{
	int offer = header_accept(x->header[H_ACCEPT], offers, n);
	char list[200] = "";
	size_t len = 0;

	for (size_t i = 0; offer < 0 && i < n && len < sizeof list; i++)
		len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", i ? ", " : "", offers[i]);
	if (offer < 0)
		return error_set(err, ERR_NOT_ACCEPTABLE, "this address offers %s", list);
	*ret_offer = offer;
	return 0;
}

int input_accept_json(const struct exchange *x, struct error *err)
{
	const char *const offers[] = { type_json };
	int offer;

	return input_accept(x, offers, 1, &offer, err);
}

/* What was sent, for the answer: no longer than a type needs to be, and printable. */
static void printable(const char *value, char *out, size_t size)
{
	size_t len = 0;

	for (; value[len] != '\0' && len + 1 < size; len++)
		out[len] = (char)(value[len] >= ' ' && value[len] <= '~' ? value[len] : '?');
	out[len] = '\0';
}

static int refuse_media_type(const char *sent, bool patch, struct error *err)
{
	char received[100] = "none";

	if (sent)
		printable(sent, received, sizeof received);
	return error_set(err, ERR_MEDIA_TYPE, "send Content-Type: %s%s%s, in UTF-8; received was %s",
			 patch ? type_merge_patch : "", patch ? " or " : "", type_json, received);
}

static int check_media_type(const struct exchange *x, bool patch, struct error *err)
{
	const char *encoding = x->header[H_CONTENT_ENCODING], *sent = x->header[H_CONTENT_TYPE];
	char type[128];

	if (encoding && strcasecmp(encoding, "identity") != 0)
		return error_set(err, ERR_MEDIA_TYPE, "the body may not be compressed (Content-Encoding)");
	if (sent && header_media_type(sent, type, sizeof type) == 0 &&
	    (strcmp(type, type_json) == 0 || (patch && strcmp(type, type_merge_patch) == 0)))
		return 0;
	return refuse_media_type(sent, patch, err);
}

int input_object(const struct exchange *x, bool patch, json_t **ret_object, struct error *err)
{
	if (x->body_len > 0 && check_media_type(x, patch, err) < 0)
		return -1;
	return body_read(x->body, x->body_len, ret_object, err);
}

int input_optional_object(const struct exchange *x, json_t **ret_object, struct error *err)
{
	if (x->body_len > 0)
		return input_object(x, false, ret_object, err);
	*ret_object = json_object();
	return *ret_object ? 0 : error_set(err, ERR_INTERNAL, "out of memory");
}

int input_no_body(const struct exchange *x, struct error *err)
{
	if (x->body_len > 0) {
		error_add(err, ERR_MALFORMED, IN_BODY, "", "unexpected", "this request takes no body");
		return error_check(err);
	}
	return 0;
}

/* --- preconditions ------------------------------------------------------------------ */

int input_if_match(const struct exchange *x, struct if_match *ret_if_match, struct error *err)
{
	const char *value = x->header[H_IF_MATCH];

	if (!value)
		return error_set(err, ERR_PRECONDITION,
				 "send the ETag that you last saw as If-Match, so that nobody's change is lost");
	if (header_if_match(value, ret_if_match) < 0)
		return refuse_header(err, H_IF_MATCH, "not_etags",
				     "must be * or a list of at most 16 entity tags, each in double quotes");
	return 0;
}

int input_not_modified(struct exchange *x, struct error *err)
{
	const char *value = x->header[H_IF_NONE_MATCH], *etag = answer_header_of(&x->answer, "ETag");
	bool matches;

	if (!value || !etag)
		return 0;
	if (header_if_none_match(value, etag, &matches) < 0)
		return refuse_header(err, H_IF_NONE_MATCH, "not_etags",
				     "must be * or a list of entity tags, each in double quotes");
	if (matches)
		answer_not_modified(&x->answer);
	return 0;
}

/* Method, path, content, dry run and override, each ended by its length, so that none can pass for part of another. */
static int hash_request(const struct exchange *x, char out[65], struct error *err)
{
	_cleanup_(buf_done) struct buf b = { 0 };
	const char *why = x->call.allow_identifiers;

	buf_init(&b, x->body_len + 2UL * LIMIT_URL_BYTES);
	buf_addf(&b, "%s %s %zu %d\n", x->method_name, x->address.path, x->body_len, x->call.validate_only);
	if (why)
		buf_addf(&b, "%zu %s\n", strlen(why), why);
	buf_add(&b, x->body, x->body_len);
	if (!buf_ok(&b))
		return error_set(err, ERR_INTERNAL, "out of memory");
	hash_sha256(b.data, b.len, out);
	return 0;
}

int input_idempotency(const struct exchange *x, struct input_key *ret_key, bool *ret_has, struct error *err)
{
	const char *value = x->header[H_IDEMPOTENCY_KEY];

	*ret_has = value != NULL;
	if (!value)
		return 0;
	if (header_idempotency_key(value, ret_key->key) < 0)
		return refuse_header(err, H_IDEMPOTENCY_KEY, "bad_key",
				     "must be 1 to 255 printable ASCII characters, bare or in double quotes");
	if (hash_request(x, ret_key->request_hash, err) < 0)
		return -1;
	/* People who come through one client by tokens of their own do not share keys. */
	(void)snprintf(ret_key->caller, sizeof ret_key->caller, "%s%s%s", x->client->actor,
		       x->client->person ? " " : "", x->client->person ? x->client->person : "");
	ret_key->idempotency = (struct idempotency){
		.caller = ret_key->caller,
		.method = x->method_name,
		.path = x->address.path,
		.key = ret_key->key,
		.request_hash = ret_key->request_hash,
		.wait_ms = x->app->config->idempotency_wait_ms,
	};
	return 0;
}

/* --- parameters ----------------------------------------------------------------------- */

static void refuse_param(struct error *err, const char *name, const char *slug, const char *detail)
{
	char pointer[128];

	snprintf(pointer, sizeof pointer, "/%s", name);
	error_add(err, ERR_MALFORMED, IN_QUERY, pointer, slug, "%s", detail);
}

static void refuse_unknown(struct error *err, const char *name, const char *const known[])
{
	char detail[200] = "is not known here; this address takes no parameters";
	size_t len = 0;

	for (size_t i = 0; known[i] && len < sizeof detail; i++)
		len += (size_t)snprintf(detail + len, sizeof detail - len, "%s%s",
					i ? ", " : "is not known here; possible: ", known[i]);
	refuse_param(err, name, "unknown_parameter", detail);
}

void input_only(const struct exchange *x, const char *const known[], struct error *err)
{
	const struct params *params = &x->address.params;

	for (size_t i = 0; i < params->n; i++) {
		size_t k = 0;

		while (known[k] && strcmp(known[k], params->item[i].name) != 0)
			k++;
		if (!known[k])
			refuse_unknown(err, params->item[i].name, known);
	}
}

int input_no_params(const struct exchange *x, struct error *err)
{
	static const char *const none[] = { NULL };

	input_only(x, none, err);
	return error_check(err);
}

static bool read_bool(const struct exchange *x, const char *name, struct error *err)
{
	const char *value = address_param(&x->address, name);

	if (!value || strcmp(value, "false") == 0)
		return false;
	if (strcmp(value, "true") != 0)
		refuse_param(err, name, "not_a_boolean", "must be true or false");
	return true;
}

unsigned input_uint(const struct exchange *x, const char *name, unsigned initial, unsigned max, struct error *err)
{
	const char *value = address_param(&x->address, name);
	char detail[64];
	int64_t number;

	if (!value)
		return initial;
	if (text_to_int(value, &number) == 0 && number >= 1 && number <= max)
		return (unsigned)number;
	snprintf(detail, sizeof detail, "must be a whole number from 1 to %u", max);
	refuse_param(err, name, "out_of_range", detail);
	return initial;
}

static bool has_control_character(const char *text)
{
	while ((unsigned char)*text >= ' ' && *text != 0x7F)
		text++;
	return *text != '\0';
}

/* Why identifiers are let through. It is kept as it stands, and so must not hold one itself. */
static const char *read_why(const struct exchange *x, struct error *err)
{
	static const char name[] = "allow_identifiers";
	const char *value = address_param(&x->address, name);
	char detail[100];
	size_t length;

	if (!value)
		return NULL;
	length = text_length(value);
	snprintf(detail, sizeof detail, "must say why, in %d to %d characters; it has %zu", LIMIT_WHY_LEAST,
		 LIMIT_WHY_CHARS, length);
	if (length < LIMIT_WHY_LEAST || length > LIMIT_WHY_CHARS)
		refuse_param(err, name, length < LIMIT_WHY_LEAST ? "too_short" : "too_long", detail);
	else if (text_is_blank(value))
		refuse_param(err, name, "bad_form", "must say why; it is blank");
	else if (has_control_character(value))
		refuse_param(err, name, "control_character", "must be one line, without control characters");
	else
		guard_check_text(value, ERR_MALFORMED, IN_QUERY, "/allow_identifiers", err);
	return value;
}

int input_write_query(struct exchange *x, struct error *err)
{
	static const char *const known[] = { "validate_only", "allow_identifiers", NULL };

	input_only(x, known, err);
	x->call.validate_only = read_bool(x, "validate_only", err);
	x->call.allow_identifiers = read_why(x, err);
	return error_check(err);
}

static void check_expansion(struct exchange *x, const struct expansion *e, struct error *err)
{
	char scope[SCOPE_BYTES];

	scope_to_read(resources[e->target], scope);
	if (!auth_may(x, scope))
		(void)error_set(err, ERR_FORBIDDEN, "expand=%s needs the scope %s, which this key does not have",
				e->name, scope);
}

/* What an expansion shows needs the scope that its own list would need. */
static int check_expansions(struct exchange *x, const struct list_query *query, struct error *err)
{
	for (size_t i = 0; i < query->n_expand; i++)
		check_expansion(x, query->expand[i].expansion, err);
	return err->code == ERR_FORBIDDEN ? -1 : error_check(err);
}

int input_query(struct exchange *x, enum query_kind kind, struct list_query *ret_query, struct error *err)
{
	const struct resource *parent = x->route->parent;

	if (parent)
		snprintf(x->scope, sizeof x->scope, "%s/%s", resource_path(parent), x->argument);
	if (query_read(x->route->resource, kind, &x->address.params, parent ? x->scope : NULL, ret_query, err) < 0)
		return -1;
	if (check_expansions(x, ret_query, err) == 0)
		return 0;
	query_done(ret_query); /* its own part was in order; the rest of the query was not */
	*ret_query = (struct list_query){ 0 };
	return -1;
}
