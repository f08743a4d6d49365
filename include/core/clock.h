/*
 * core/clock.h - the two clocks the service goes by.
 *
 * THREADS  Safe from any.   BLOCKING  Never.
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdint.h>

uint64_t clock_us(void); /* monotonic microseconds, for durations and deadlines */

/* Today's date in Europe/London as YYYY-MM-DD: what "overdue" is measured against. */
void clock_today(char out[11]);

/* Now as RFC 3339 UTC with milliseconds, for logs. */
void clock_now(char out[32]);

/* The same of any moment (seconds since 1970-01-01 UTC, years 0 to 9999): what the two above are made of. */
void clock_london_date(int64_t unix_s, char out[11]);
void clock_utc(int64_t unix_s, unsigned ms, char out[32]);

#endif
