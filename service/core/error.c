/*
 * Filling a struct error: words cut to fit, codes that only ever get graver.
 */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

#include "core/banned.h"

#define ELLIPSIS       "…"
#define WORD_BYTES_MAX 64 /* what is longer is no word, and is cut between characters */

/* Where to cut so that `max` bytes suffice: after the last whole word, without the comma that follows it. */
static size_t cut_after_word(const char *text, size_t max)
{
	size_t end = max;

	while (end > 0 && max - end < WORD_BYTES_MAX && text[end] != ' ')
		end--;
	if (text[end] != ' ')
		return text_cut(text, max);
	while (end > 0 && strchr(" ,;:", text[end - 1]))
		end--;
	return end;
}

/* Formats into `out`. What does not fit is cut after a whole word, and says so. */
_printf_(3, 0) static void format(char *out, size_t size, const char *fmt, va_list args)
{
	int needed = vsnprintf(out, size, fmt, args);

	if (needed < 0)
		out[0] = '\0';
	else if ((size_t)needed >= size)
		memcpy(out + cut_after_word(out, size - sizeof ELLIPSIS), ELLIPSIS, sizeof ELLIPSIS);
}

static void copy(char *out, size_t size, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (len >= size)
		len = text_cut(text, size - 1);
	if (len > 0)
		memcpy(out, text, len);
	out[len] = '\0';
}

int error_set(struct error *err, enum err_code code, const char *fmt, ...)
{
	va_list args;

	err->code = code;
	va_start(args, fmt);
	format(err->detail, sizeof err->detail, fmt, args);
	va_end(args);
	return -1;
}

/* How much a code says: a request that cannot be read outweighs a broken rule, and that a conflict. */
static int gravity(enum err_code code)
{
	switch (code) {
	case ERR_NONE:
		return 0;
	case ERR_CONFLICT:
		return 1;
	case ERR_INVALID:
		return 2;
	case ERR_MALFORMED:
		return 3;
	default:
		return 4; /* no complaint lowers a verdict of another kind */
	}
}

_printf_(4, 0) static void add(struct error *err, enum err_code code, const struct complaint *heading, const char *fmt,
			       va_list args)
{
	if (gravity(code) > gravity(err->code))
		err->code = code;
	if (err->n_complaints < ERROR_COMPLAINTS_MAX) {
		struct complaint *c = &err->complaint[err->n_complaints];

		*c = *heading;
		format(c->detail, sizeof c->detail, fmt, args);
	}
	err->n_complaints++;
}

static struct complaint heading_of(enum complaint_place place, const char *pointer, const char *slug)
{
	struct complaint c = { .place = place };

	copy(c.pointer, sizeof c.pointer, pointer);
	copy(c.code, sizeof c.code, slug);
	return c;
}

void error_add(struct error *err, enum err_code code, enum complaint_place place, const char *pointer, const char *slug,
	       const char *fmt, ...)
{
	struct complaint heading = heading_of(place, pointer, slug);
	va_list args;

	va_start(args, fmt);
	add(err, code, &heading, fmt, args);
	va_end(args);
}

void error_member(struct error *err, const char *pointer, const char *slug, const char *fmt, ...)
{
	struct complaint heading = heading_of(IN_BODY, pointer, slug);
	va_list args;

	va_start(args, fmt);
	add(err, ERR_INVALID, &heading, fmt, args);
	va_end(args);
}

/* One complaint as a sentence of its own, which must say what its place and pointer say beside it. */
static int sum_up(struct error *err, const struct complaint *c)
{
	if (c->pointer[0] == '\0')
		return error_set(err, err->code, "%s", c->detail);
	if (c->place == IN_QUERY)
		return error_set(err, err->code, "parameter %s: %s", c->pointer + 1, c->detail);
	if (c->place == IN_HEADER)
		return error_set(err, err->code, "header %s: %s", c->pointer + 1, c->detail);
	return error_set(err, err->code, "%s: %s", c->pointer, c->detail);
}

int error_check(struct error *err)
{
	if (err->n_complaints == 0)
		return 0;
	if (err->detail[0] != '\0')
		return -1;
	if (err->n_complaints == 1)
		return sum_up(err, &err->complaint[0]);
	if (err->n_complaints <= ERROR_COMPLAINTS_MAX)
		return error_set(err, err->code, "%u things are wrong; `errors` lists them", err->n_complaints);
	return error_set(err, err->code, "%u things are wrong; `errors` lists the first %d", err->n_complaints,
			 ERROR_COMPLAINTS_MAX);
}
