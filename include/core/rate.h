/*
 * core/rate.h - how often somebody has come lately: a table of counters.
 *
 * Each counts in windows of its own, the first beginning when somebody first comes
 * and each next one when they come again after its end, and in no window beyond the
 * quota: one 64-bit word holds beginning and count, so there is no race to lose.
 * That is a fixed window rather than a sliding one or a leaking bucket (GCRA),
 * because only of it can be said truly what RateLimit has to say: r more until t
 * seconds from now, and then the whole quota again. Its price: around the end of a
 * window twice the quota may come in one window's time.
 *
 * The table is of one size for ever. Whoever finds no room in it shares one more
 * counter with all others who find none: nothing grows, and nobody goes uncounted.
 *
 * THREADS  Lock-free; shared by all.   BLOCKING  Never.
 */
#ifndef CORE_RATE_H
#define CORE_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cleanup.h"

#define RATE_QUOTA_MAX 1000000
#define RATE_WINDOW_S  3600 /* the longest window */

struct rate;

struct rate_left {
	bool exceeded;      /* this one is over the quota, and was not counted */
	unsigned remaining; /* how many more */
	unsigned reset_s;   /* until the quota is whole again; at least 1 */
};

/* A quota of 1 to RATE_QUOTA_MAX in a window of 1 to RATE_WINDOW_S seconds. NULL: out of memory. */
struct rate *rate_new(unsigned quota, unsigned window_s) _must_check_;
void rate_free(struct rate *r);
DEFINE_CLEANUP(struct rate *, rate_free)

/* Counts one more of `who`, a hash of whatever tells one from another. now_us is monotonic. */
struct rate_left rate_take(struct rate *r, uint64_t who, uint64_t now_us);

/* The same without counting: what the next would be told. */
struct rate_left rate_look(const struct rate *r, uint64_t who, uint64_t now_us);

#endif
