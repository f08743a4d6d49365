/*
 * Answers. Values that go into headers are cut at the first control character:
 * whatever they were made from, they cannot start another header.
 */
#include "http/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/hash.h"
#include "core/limits.h"

#include "core/banned.h"

void answer_init(struct answer *a)
{
	*a = (struct answer){ .file = -1 };
	buf_init(&a->body, LIMIT_ANSWER_BYTES);
}

static void forget_headers(struct answer *a)
{
	for (size_t i = 0; i < a->n_headers; i++)
		free(a->header[i].value);
	a->n_headers = 0;
}

static void forget_body(struct answer *a)
{
	buf_reset(&a->body);
	if (a->file >= 0)
		(void)close(a->file);
	a->file = -1;
	a->file_size = 0;
}

void answer_reset(struct answer *a)
{
	forget_headers(a);
	forget_body(a);
}

void answer_done(struct answer *a)
{
	answer_reset(a);
	buf_done(&a->body);
}

static struct answer_header *slot(struct answer *a, const char *name)
{
	for (size_t i = 0; i < a->n_headers; i++)
		if (strcasecmp(a->header[i].name, name) == 0)
			return &a->header[i];
	if (a->n_headers == ANSWER_HEADERS_MAX)
		return NULL;
	a->header[a->n_headers] = (struct answer_header){ name, NULL };
	return &a->header[a->n_headers++];
}

static size_t printable_length(const char *value)
{
	size_t n = 0;

	while ((unsigned char)value[n] >= ' ' && value[n] != 0x7f)
		n++;
	return n;
}

void answer_header(struct answer *a, const char *name, const char *value)
{
	struct answer_header *h = slot(a, name);

	if (!h)
		return;
	free(h->value);
	h->value = strndup(value, printable_length(value));
}

void answer_headerf(struct answer *a, const char *name, const char *fmt, ...)
{
	_cleanup_(freep) char *value = NULL;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vasprintf(&value, fmt, args);
	va_end(args);
	if (n < 0)
		value = NULL;
	else
		answer_header(a, name, value);
}

const char *answer_header_of(const struct answer *a, const char *name)
{
	for (size_t i = 0; i < a->n_headers; i++)
		if (strcasecmp(a->header[i].name, name) == 0)
			return a->header[i].value;
	return NULL;
}

void answer_as(struct answer *a, unsigned status, const char *type)
{
	a->status = status;
	answer_header(a, "Content-Type", type);
}

void answer_digest(struct answer *a)
{
	char digest[33];

	if (a->file < 0)
		hash_fast(a->body.data, a->body.len, digest);
	else if (hash_fast_file(a->file, digest) < 0)
		return; /* an answer without an ETag is still an answer */
	answer_headerf(a, "ETag", "\"0.%s\"", digest);
}

void answer_html(struct answer *a, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		switch (text[i]) {
		case '&':
			buf_adds(&a->body, "&amp;");
			break;
		case '<':
			buf_adds(&a->body, "&lt;");
			break;
		case '>':
			buf_adds(&a->body, "&gt;");
			break;
		case '"':
			buf_adds(&a->body, "&quot;");
			break;
		case '\'':
			buf_adds(&a->body, "&#39;");
			break;
		default:
			buf_addc(&a->body, text[i]);
		}
}

void answer_not_modified(struct answer *a)
{
	/* What is said here takes the place of what a cache has: a page keeps its policy, and with it its style. */
	static const char *const kept[] = { "ETag", "Cache-Control", "Vary", "Content-Security-Policy" };
	size_t n = 0;

	for (size_t i = 0; i < a->n_headers; i++) {
		size_t k = 0;

		while (k < ARRAY_LEN(kept) && strcasecmp(a->header[i].name, kept[k]) != 0)
			k++;
		if (k < ARRAY_LEN(kept))
			a->header[n++] = a->header[i];
		else
			free(a->header[i].value);
	}
	a->n_headers = n;
	a->status = 304;
}
