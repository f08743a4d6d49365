/*
 * http/calendar.h - lists whose rows have a day on which they are due, as
 * text/calendar; working days for other systems are a handler (handler.h).
 *
 * BLOCKING  On the database, bounded by its timeouts.
 */
#ifndef HTTP_CALENDAR_H
#define HTTP_CALENDAR_H

#include "http/exchange.h"

/* The route's list, whole, as CSV would have it; rows without a day are left out. */
int calendar_list(struct exchange *x, const struct parent *parent, struct error *err) _must_check_;

#endif
