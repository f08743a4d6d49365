/* How every part of query_read() complains of a parameter. */
#include "resource/query_reader.h"

#include <stdarg.h>
#include <stdio.h>

#include "resource/pointer.h"

#include "core/banned.h"

void query_reader_complain(struct query_reader *q, const char *name, const char *slug, const char *fmt, ...)
{
	struct pointer p = pointer_member("", name);
	char detail[1024]; /* error_add() cuts to what a complaint holds, and says so */
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(detail, sizeof detail, fmt, args);
	va_end(args);
	error_add(q->err, ERR_MALFORMED, IN_QUERY, p.text, slug, "%s", detail);
}
