/*
 * Filling a struct error: words cut to fit, codes that only ever get graver.
 */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

#include "core/banned.h"

/* Formats into `out`, cut between characters where it does not fit. */
_printf_(3, 0) static void format(char *out, size_t size, const char *fmt, va_list args)
{
	int needed = vsnprintf(out, size, fmt, args);

	if (needed < 0)
		out[0] = '\0';
	else if ((size_t)needed >= size)
		out[text_cut(out, size - 1)] = '\0';
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

int error_check(struct error *err)
{
	const struct complaint *first = &err->complaint[0];

	if (err->n_complaints == 0)
		return 0;
	if (err->detail[0] != '\0')
		return -1;
	if (err->n_complaints == 1)
		return error_set(err, err->code, "%s%s%s", first->pointer, first->pointer[0] ? ": " : "",
				 first->detail);
	if (err->n_complaints <= ERROR_COMPLAINTS_MAX)
		return error_set(err, err->code, "%u things are wrong; `errors` lists them", err->n_complaints);
	return error_set(err, err->code, "%u things are wrong; `errors` lists the first %d", err->n_complaints,
			 ERROR_COMPLAINTS_MAX);
}
