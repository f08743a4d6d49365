/*
 * http/icalendar.h - days for people's diaries, as iCalendar (RFC 5545) has them.
 *
 * icalendar.c alone knows libical. Each event is written on its own, so that a
 * calendar of any length takes the memory of one.
 *
 * THREADS  Pure.   BLOCKING  Never.
 */
#ifndef HTTP_ICALENDAR_H
#define HTTP_ICALENDAR_H

#include "core/buf.h"

/* One whole day. Texts may hold anything that UTF-8 can. */
struct icalendar_event {
	const char *uid;        /* the same whenever the event is told of again */
	const char *day;        /* YYYY-MM-DD */
	const char *changed_at; /* "2026-11-23 06:45:05.02+00", as PostgreSQL says it in UTC, or RFC 3339 */
	const char *summary, *description;
};

void icalendar_begin(struct buf *out);
void icalendar_add(struct buf *out, const struct icalendar_event *event); /* on failure the buffer's latch is set */
void icalendar_end(struct buf *out);

#endif
