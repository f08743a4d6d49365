/*
 * core/log.h - one stream of JSON lines on standard error.
 *
 * Only http/ and the subcommands log, and the thread of identity/, which has nobody
 * to report to; core, resource, repository and operation report through struct
 * error, so that each failure is logged once, by whoever stops passing it on.
 * Every string is escaped; a line is written with one write(2) of at most PIPE_BUF
 * bytes, for which long strings are cut, so lines of several threads never mix.
 *
 * THREADS  Safe from any.
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdint.h>

#include "core/config.h"

/* Lines less grave than this are not written. Until it is called: info. */
void log_init(enum log_level level);

const char *log_level_name(enum log_level level); /* "error": as settings and lines say it */

/* {"at":…,"level":…,"message":…} */
void log_write(enum log_level level, const char *fmt, ...) _printf_(2, 3);
#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__)

/* The one line of a request. `route` is the template, never the raw path. */
struct log_request {
	const char *method, *route, *request_id, *traceparent, *caller, *problem, *detail, *cause;
	unsigned status;
	uint64_t duration_us;
	size_t bytes;
};
void log_request(const struct log_request *r);

#endif
