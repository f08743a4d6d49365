/*
 * Bodies. Jansson recurses, so nesting is counted before it sees the text; and
 * its messages quote the text, which is left out of ours.
 */
#include "http/body.h"

#include <stdio.h>
#include <string.h>

#include "core/limits.h"

#include "core/banned.h"

struct scan {
	size_t line, column;
	int depth;
	bool in_string, escaped;
};

/* Steps over one byte; 0 to go on, -1 when nested too deep. */
static int scan_byte(struct scan *s, char c)
{
	if (c == '\n') {
		s->line++;
		s->column = 0;
	}
	s->column += ((unsigned char)c & 0xc0) != 0x80 && c != '\n';
	if (s->in_string) {
		s->in_string = s->escaped || c != '"';
		s->escaped = !s->escaped && c == '\\';
		return 0;
	}
	s->in_string = c == '"';
	if (c == '[' || c == '{')
		return ++s->depth > LIMIT_JSON_DEPTH ? -1 : 0;
	s->depth -= c == ']' || c == '}';
	return 0;
}

static int refuse(struct error *err, const char *slug, size_t line, size_t column, const char *what)
{
	error_add(err, ERR_MALFORMED, IN_BODY, "", slug, "line %zu, column %zu: %s", line, column, what);
	return error_check(err);
}

static int check_depth(const char *bytes, size_t len, struct error *err)
{
	struct scan s = { .line = 1 };
	char what[64];

	for (size_t i = 0; i < len; i++)
		if (scan_byte(&s, bytes[i]) < 0) {
			snprintf(what, sizeof what, "nested more than %d deep", LIMIT_JSON_DEPTH);
			return refuse(err, "too_deep", s.line, s.column, what);
		}
	return 0;
}

/* Jansson's words without the text it quotes, which may be cut inside a character. */
static int refuse_syntax(struct error *err, json_error_t *e)
{
	enum json_error_code code = json_error_code(e);
	char *near = strstr(e->text, " near ");
	char what[JSON_ERROR_TEXT_LENGTH + 100];

	if (near)
		*near = '\0';
	if (code == json_error_duplicate_key)
		return refuse(err, "duplicate_member", (size_t)e->line, (size_t)e->column,
			      "an object has two members of the same name");
	if (code == json_error_null_character || code == json_error_null_byte_in_key)
		return refuse(err, "nul", (size_t)e->line, (size_t)e->column, "U+0000 is not allowed in text");
	if (code == json_error_invalid_utf8)
		return refuse(err, "invalid_utf8", (size_t)e->line, (size_t)e->column, "this is not UTF-8");
	if (code == json_error_invalid_syntax)
		(void)snprintf(what, sizeof what,
			       "%s; member names and strings need double quotes; no comma after "
			       "the last member",
			       e->text);
	else
		(void)snprintf(what, sizeof what, "%s", e->text);
	return refuse(err, "bad_json", (size_t)e->line, (size_t)e->column, what);
}

int body_read(const char *bytes, size_t len, json_t **ret_object, struct error *err)
{
	json_error_t e;
	json_auto_t *value = NULL;

	if (len == 0) {
		error_add(err, ERR_MALFORMED, IN_BODY, "", "empty", "the body is empty; a JSON object is expected");
		return error_check(err);
	}
	if (check_depth(bytes, len, err) < 0)
		return -1;
	value = json_loadb(bytes, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
	if (!value)
		return refuse_syntax(err, &e);
	if (!json_is_object(value)) {
		error_member(err, "", "not_an_object", "a JSON object is expected");
		return error_check(err);
	}
	*ret_object = json_incref(value);
	return 0;
}
