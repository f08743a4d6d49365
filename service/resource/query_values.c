/* Comma lists: cut at each comma, except one written \, (a backslash itself is \\). */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "resource/query_reader.h"

#include "core/banned.h"

/* Whether a backslash here is an escape: before anything else it stands for itself. */
static bool is_escape(const char *c)
{
	return c[0] == '\\' && (c[1] == ',' || c[1] == '\\');
}

static size_t count(const char *text)
{
	size_t n = 1;

	for (const char *c = text; *c; c++) {
		if (is_escape(c))
			c++;
		else if (*c == ',')
			n++;
	}
	return n;
}

static void cut(const char *text, char **item, char *to)
{
	*item++ = to;
	for (const char *c = text; *c; c++) {
		if (*c == ',') {
			*to++ = '\0';
			*item++ = to;
			continue;
		}
		if (is_escape(c))
			c++;
		*to++ = *c;
	}
	*to = '\0';
}

void query_values_done(struct values *v)
{
	free(v->item);
	*v = (struct values){ NULL, 0 };
}

bool query_values_read(struct query_reader *q, const char *name, const char *text, size_t max,
		       struct values *ret_values)
{
	_cleanup_(query_values_done) struct values v = { NULL, count(text) };

	if (v.n > max) {
		query_reader_complain(q, name, "too_many", "takes at most %zu values; %zu were sent", max, v.n);
		return false;
	}
	v.item = calloc(1, v.n * sizeof *v.item + strlen(text) + 1);
	if (!v.item) {
		q->no_memory = true;
		return false;
	}
	cut(text, v.item, (char *)(v.item + v.n));
	for (size_t i = 0; i < v.n; i++) {
		if (text_is_blank(v.item[i])) {
			query_reader_complain(q, name, "empty", "%s",
					      v.n == 1 ? "has no value; leave the parameter out, or give it one"
						       : "has an empty value between its commas");
			return false;
		}
	}
	*ret_values = v;
	v.item = NULL;
	return true;
}

bool query_values_differ(struct query_reader *q, const char *name, const struct values *v)
{
	for (size_t i = 1; i < v->n; i++) {
		for (size_t j = 0; j < i; j++) {
			if (strcmp(v->item[i], v->item[j]) != 0)
				continue;
			query_reader_complain(q, name, "repeated", "names %s twice", v->item[i]);
			return false;
		}
	}
	return true;
}
