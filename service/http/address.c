/*
 * Reading and writing addresses. Each path segment is decoded on its own, after
 * the path was cut at its slashes, so that an encoded slash is part of a name;
 * each parameter likewise. Nothing is repaired and nothing is skipped.
 */
#include "http/address.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

#include "core/banned.h"

/* The path and what follows of a URL: a proxy may send it in absolute form (RFC 9112, 3.2.2). */
static const char *origin_form(const char *url)
{
	const char *host = strncmp(url, "http://", 7) == 0    ? url + 7
			   : strncmp(url, "https://", 8) == 0 ? url + 8
							      : NULL;

	if (!host)
		return url;
	host += strcspn(host, "/?");
	return *host ? host : "/";
}

static bool is_dots(const char *segment)
{
	return strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0;
}

/* Cuts a->decoded into segments and decodes each. */
static int read_segments(struct address *a, struct error *err)
{
	char *at = a->decoded;

	a->exact = *at == '/';
	if (strcmp(at, "/") == 0 || !a->exact)
		return 0;
	for (char *next = at; next; at = next) {
		char *segment = at + 1;
		size_t len = strcspn(segment, "/");

		next = segment[len] == '/' ? segment + len : NULL;
		if (text_decode(segment, len, false, &len) < 0) {
			error_add(err, ERR_MALFORMED, IN_PATH, "", "bad_encoding",
				  "the path holds a bad percent escape, a NUL or invalid UTF-8");
			return error_check(err);
		}
		if (len == 0 || is_dots(segment) || a->n_segments == LIMIT_PATH_SEGMENTS)
			a->exact = false;
		else
			a->segment[a->n_segments++] = segment;
	}
	return 0;
}

int address_read(struct address *ret_address, const char *url, struct error *err)
{
	const char *path = origin_form(url);
	size_t len = strcspn(path, "?");
	struct address *a = ret_address;

	*a = (struct address){ 0 };
	a->path = strndup(path, len < LIMIT_PATH_BYTES ? len : LIMIT_PATH_BYTES);
	if (len > LIMIT_PATH_BYTES)
		return error_set(err, ERR_URI_TOO_LONG, "the path is longer than %d bytes", LIMIT_PATH_BYTES);
	if (strlen(url) > LIMIT_URL_BYTES)
		return error_set(err, ERR_URI_TOO_LONG, "the address is longer than %d bytes", LIMIT_URL_BYTES);
	a->decoded = strndup(path, len);
	a->query = strdup(path[len] == '?' ? path + len + 1 : "");
	if (!a->path || !a->decoded || !a->query)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return read_segments(a, err);
}

void address_done(struct address *a)
{
	free(a->path);
	free(a->query);
	free(a->decoded);
	*a = (struct address){ 0 };
}

/* --- the query ---------------------------------------------------------------- */

static void complain(struct error *err, const char *name, const char *slug, const char *detail)
{
	char pointer[128];

	snprintf(pointer, sizeof pointer, "/%s", name);
	error_add(err, ERR_MALFORMED, IN_QUERY, pointer, slug, "%s", detail);
}

/* Decodes `name=value`; a piece without '=' has an empty value. */
static bool read_param(char *piece, size_t len, struct param *ret_param, size_t position, struct error *err)
{
	size_t name_len = strcspn(piece, "="), value_len = 0;
	char *value = piece + len;

	if (name_len < len) {
		value = piece + name_len + 1;
		value_len = len - name_len - 1;
	}
	if (text_decode(piece, name_len, true, &name_len) < 0) {
		error_add(err, ERR_MALFORMED, IN_QUERY, "", "bad_encoding",
			  "the name of parameter %zu holds a bad percent escape, a NUL or invalid UTF-8", position);
		return false;
	}
	if (name_len == 0) {
		error_add(err, ERR_MALFORMED, IN_QUERY, "", "empty_name", "parameter %zu has no name", position);
		return false;
	}
	if (text_decode(value, value_len, true, &value_len) < 0) {
		complain(err, piece, "bad_encoding", "the value holds a bad percent escape, a NUL or invalid UTF-8");
		return false;
	}
	*ret_param = (struct param){ piece, value };
	return true;
}

static void add_param(struct params *params, struct param p, struct error *err)
{
	for (size_t i = 0; i < params->n; i++)
		if (strcmp(params->item[i].name, p.name) == 0) {
			complain(err, p.name, "repeated", "a parameter may be given once; separate values by commas");
			return;
		}
	params->item[params->n++] = p;
}

void address_read_query(struct address *a, struct error *err)
{
	char *piece = a->query, *next;

	if (*piece == '\0')
		return;
	for (size_t position = 1; piece; piece = next, position++) {
		size_t len = strcspn(piece, "&");
		struct param p;

		next = piece[len] == '&' ? piece + len + 1 : NULL;
		piece[len] = '\0';
		if (position > LIMIT_QUERY_PARAMS) {
			error_add(err, ERR_MALFORMED, IN_QUERY, "", "too_many", "at most %d parameters are read",
				  LIMIT_QUERY_PARAMS);
			return;
		}
		if (read_param(piece, len, &p, position, err))
			add_param(&a->params, p, err);
	}
}

const char *address_param(const struct address *a, const char *name)
{
	for (size_t i = 0; i < a->params.n; i++)
		if (strcmp(a->params.item[i].name, name) == 0)
			return a->params.item[i].value;
	return NULL;
}

/* --- writing ------------------------------------------------------------------- */

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~", c));
}

static void add_encoded(struct buf *out, const char *text, const char *also_plain)
{
	for (; *text; text++)
		if (is_unreserved(*text) || strchr(also_plain, *text))
			buf_addc(out, *text);
		else
			buf_addf(out, "%%%02X", (unsigned char)*text);
}

static void add_param_text(struct buf *out, char *separator, const char *name, const char *value)
{
	buf_addc(out, *separator);
	*separator = '&';
	add_encoded(out, name, "");
	buf_addc(out, '=');
	add_encoded(out, value, ",:/@");
}

void address_link(const struct address *a, const char *cursor, struct buf *out)
{
	char separator = '?';

	for (size_t i = 0; i < a->n_segments; i++) {
		buf_addc(out, '/');
		add_encoded(out, a->segment[i], ":@,");
	}
	if (a->n_segments == 0)
		buf_addc(out, '/');
	for (size_t i = 0; i < a->params.n; i++) {
		const struct param *p = &a->params.item[i];

		if (!cursor || strcmp(p->name, "cursor") != 0)
			add_param_text(out, &separator, p->name, p->value);
	}
	if (cursor)
		add_param_text(out, &separator, "cursor", cursor);
}

void address_instance(const struct address *a, struct buf *out)
{
	add_encoded(out, a->path ? a->path : "/", "%/:@!$&'()*+,;=");
}
