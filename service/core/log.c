/*
 * Log lines. Whatever is in the strings, a line is one JSON object, ends with
 * the only newline in it, and is short enough (PIPE_BUF) for the system to keep
 * it whole when the log goes into a pipe.
 */
#include "core/log.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/redact.h"
#include "core/text.h"

#include "core/banned.h"

/* The most that each string may take once escaped; together with the names they stay below PIPE_BUF. */
#define MESSAGE_MAX 3072
#define DETAIL_MAX  1536
#define MEMBER_MAX  256

/* What a line may take while it is made: one string escaped in full, before it is cut. */
#define LINE_CEILING (PIPE_BUF + 6 * MESSAGE_MAX)

static atomic_int threshold = LOG_INFO;

const char *log_level_name(enum log_level level)
{
	static const char *const names[] = {
		[LOG_ERROR] = "error", [LOG_WARN] = "warn", [LOG_INFO] = "info", [LOG_DEBUG] = "debug"
	};

	return names[level];
}

static bool is_wanted(enum log_level level)
{
	return (int)level <= atomic_load_explicit(&threshold, memory_order_relaxed);
}

static void begin(struct buf *line, enum log_level level)
{
	char now[32];

	clock_now(now);
	buf_init(line, LINE_CEILING);
	buf_addf(line, "{\"at\":\"%s\",\"level\":\"%s\"", now, log_level_name(level));
}

/* Adds a member, cut so that its value takes at most `most` bytes and two quotes. Left out when NULL. */
static void add_member(struct buf *line, const char *name, const char *value, size_t most)
{
	size_t start, len;

	if (!value)
		return;
	len = strnlen(value, most + 1);
	buf_addf(line, ",\"%s\":", name);
	start = line->len;
	buf_add_json(line, value, len > most ? text_cut(value, most) : len);
	if (buf_ok(line) && line->len - start > most + 2) {
		line->len = start;
		buf_add_json(line, value, text_cut(value, most / 6)); /* a byte becomes six at the most */
	}
}

static void end(struct buf *line)
{
	size_t done = 0;

	buf_adds(line, "}\n");
	line->len = redact_keys(line->data, line->len);
	while (buf_ok(line) && done < line->len) {
		ssize_t n = write(STDERR_FILENO, line->data + done, line->len - done);

		if (n < 0 && errno != EINTR)
			break; /* there is nowhere left to say so */
		if (n > 0)
			done += (size_t)n;
	}
	buf_done(line);
}

void log_init(enum log_level level)
{
	atomic_store(&threshold, (int)level);
}

void log_write(enum log_level level, const char *fmt, ...)
{
	char message[MESSAGE_MAX + 4];
	struct buf line;
	va_list args;

	if (!is_wanted(level))
		return;
	va_start(args, fmt);
	if (vsnprintf(message, sizeof message, fmt, args) < 0)
		message[0] = '\0';
	va_end(args);
	begin(&line, level);
	add_member(&line, "message", message, MESSAGE_MAX);
	end(&line);
}

void log_request(const struct log_request *r)
{
	enum log_level level = r->status >= 500 ? LOG_ERROR : LOG_INFO;
	struct buf line;

	if (!is_wanted(level))
		return;
	begin(&line, level);
	add_member(&line, "message", "request", MEMBER_MAX);
	add_member(&line, "method", r->method, MEMBER_MAX);
	add_member(&line, "route", r->route, MEMBER_MAX);
	buf_addf(&line, ",\"status\":%u,\"duration_us\":%llu,\"bytes\":%zu", r->status,
		 (unsigned long long)r->duration_us, r->bytes);
	add_member(&line, "request_id", r->request_id, MEMBER_MAX);
	add_member(&line, "traceparent", r->traceparent, MEMBER_MAX);
	add_member(&line, "caller", r->caller, MEMBER_MAX);
	add_member(&line, "problem", r->problem, MEMBER_MAX);
	add_member(&line, "detail", r->detail, DETAIL_MAX);
	add_member(&line, "cause", r->cause, DETAIL_MAX);
	end(&line);
}
