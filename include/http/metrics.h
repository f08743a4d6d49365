/*
 * http/metrics.h - counters for Prometheus.
 *
 * THREADS  Lock-free: atomics in static tables, one row for each route.
 */
#ifndef HTTP_METRICS_H
#define HTTP_METRICS_H

#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"

struct exchange;

/* Counts a request that has been answered. err is NULL, or what went wrong. */
void metrics_count(const struct exchange *x, const struct error *err, uint64_t duration_us);

#endif
