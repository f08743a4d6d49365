/*
 * Progress and complaints as plain lines on one stream.
 */
#include "load/report.h"

#include <stdarg.h>
#include <unistd.h>

#include "core/banned.h"

#define COUNT_EVERY 50

void report_init(struct report *r, FILE *out)
{
	*r = (struct report){ .out = out, .name = "", .terminal = isatty(fileno(out)) == 1 };
}

struct report_number report_number(size_t number)
{
	struct report_number grouped;
	char digits[24];
	int n = snprintf(digits, sizeof digits, "%zu", number);
	size_t at = 0;

	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			grouped.text[at++] = ',';
		grouped.text[at++] = digits[i];
	}
	grouped.text[at] = '\0';
	return grouped;
}

void report_step(struct report *r, const char *name)
{
	r->name = name;
	r->begun = false;
	r->complaints = r->notes = 0;
}

static void begin_line(struct report *r)
{
	fprintf(r->out, "loading %s: %s rows …", r->name, report_number(r->rows).text);
	r->midline = true;
}

void report_begin(struct report *r, size_t rows)
{
	r->rows = rows;
	r->begun = true;
	begin_line(r);
	fflush(r->out);
}

void report_count(struct report *r, size_t done)
{
	if (!r->terminal || !r->midline || done % COUNT_EVERY != 0)
		return;
	fputs("\r\033[K", r->out);
	begin_line(r);
	fprintf(r->out, " %s", report_number(done).text);
	fflush(r->out);
}

void report_end(struct report *r, const char *fmt, ...)
{
	va_list args;

	if (r->midline && r->terminal)
		fputs("\r\033[K", r->out);
	if (!r->begun)
		fprintf(r->out, "loading %s:", r->name);
	else if (!r->midline || r->terminal)
		begin_line(r);
	fputc(' ', r->out);
	va_start(args, fmt);
	vfprintf(r->out, fmt, args);
	va_end(args);
	fputc('\n', r->out);
	r->midline = false;
}

/* A cell may hold anything; it does not get to drive the terminal. */
static void print_safely(FILE *out, const char *text)
{
	for (; *text; text++)
		fputc((unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text, out);
}

void report_complaint(struct report *r, const struct place *place, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	if (++*(r->lenient ? &r->notes : &r->complaints) > REPORT_COMPLAINTS_MAX)
		return;
	if (r->midline)
		fputc('\n', r->out);
	r->midline = false;
	fprintf(r->out, "%s:", place->path);
	if (place->line)
		fprintf(r->out, "%zu:", place->line);
	if (place->column && *place->column)
		fprintf(r->out, " %s:", place->column);
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	fputs(r->lenient ? " left out beside what the council wrote: " : " ", r->out);
	print_safely(r->out, text);
	fputc('\n', r->out);
}

void report_failure(struct report *r, const struct place *place, const struct error *err)
{
	report_complaint(r, place, "%s%s%s", err->detail, err->cause[0] ? ": " : "", err->cause);
}
