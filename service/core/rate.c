/*
 * Counters by window. A place belongs to whoever is written on it as long as its
 * window lasts, and to anybody after that. Two threads may take a place at the same
 * moment, or one take it while its window is begun anew; then somebody's few are
 * counted twice or not at all, and neither memory nor the quota of others suffers.
 */
#include "core/rate.h"

#include <stdatomic.h>

#include "core/banned.h"

#define PLACES     4096
#define SHARED     PLACES /* the place of all who find none */
#define TRIES      16     /* places looked at: four cache lines, or five */
#define COUNT_BITS 24
#define COUNT_MASK ((UINT64_C(1) << COUNT_BITS) - 1)

_Static_assert(RATE_QUOTA_MAX < COUNT_MASK, "a count fits its bits");

struct place {
	atomic_uint_fast64_t who;    /* 0: nobody's yet */
	atomic_uint_fast64_t window; /* its beginning in milliseconds, and beneath that how many came */
};

struct rate {
	unsigned quota;
	uint64_t window_ms;
	struct place place[PLACES + 1];
};

struct rate *rate_new(unsigned quota, unsigned window_s)
{
	struct rate *r = calloc(1, sizeof *r);

	if (r) {
		r->quota = quota;
		r->window_ms = (uint64_t)window_s * 1000;
	}
	return r;
}

void rate_free(struct rate *r)
{
	free(r);
}

static uint64_t read_word(const atomic_uint_fast64_t *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

/* A beginning may lie ahead: another thread's clock was read a little later. */
static bool has_ended(const struct rate *r, uint64_t window, uint64_t now_ms)
{
	uint64_t begun_ms = window >> COUNT_BITS;

	return window == 0 || (now_ms > begun_ms && now_ms - begun_ms >= r->window_ms);
}

static bool is_over(const struct rate *r, const struct place *place, uint64_t now_ms)
{
	return has_ended(r, read_word(&place->window), now_ms);
}

/* Where `who` is counted, or the first place that is nobody's any more, or at last the one that is shared. */
static size_t seek(const struct rate *r, uint64_t who, uint64_t now_ms, uint64_t *ret_owner)
{
	size_t vacant = SHARED;

	for (uint64_t i = 0; i < TRIES; i++) {
		size_t at = (size_t)((who + i) % PLACES);
		uint64_t owner = read_word(&r->place[at].who);

		if (owner != who && (vacant != SHARED || (owner != 0 && !is_over(r, &r->place[at], now_ms))))
			continue;
		*ret_owner = owner;
		if (owner == who)
			return at;
		vacant = at;
	}
	return vacant;
}

static struct place *take_place(struct rate *r, uint64_t who, uint64_t now_ms)
{
	for (;;) {
		uint64_t owner = 0;
		size_t at = seek(r, who, now_ms, &owner);

		if (at == SHARED || owner == who || atomic_compare_exchange_strong(&r->place[at].who, &owner, who))
			return &r->place[at];
	}
}

static struct rate_left left_of(const struct rate *r, uint64_t window, uint64_t now_ms, bool exceeded)
{
	uint64_t begun_ms = window >> COUNT_BITS, count = window & COUNT_MASK;
	uint64_t end_ms = begun_ms + r->window_ms;
	uint64_t left_ms = end_ms > now_ms ? end_ms - now_ms : 1;

	return (struct rate_left){ .exceeded = exceeded,
				   .remaining = (unsigned)(r->quota - count),
				   .reset_s = (unsigned)((left_ms + 999) / 1000) };
}

struct rate_left rate_take(struct rate *r, uint64_t who, uint64_t now_us)
{
	uint64_t now_ms = now_us / 1000, after;
	struct place *place = take_place(r, who ? who : 1, now_ms);
	uint64_t before = read_word(&place->window);

	do {
		if (has_ended(r, before, now_ms))
			after = (now_ms << COUNT_BITS) + 1;
		else if ((before & COUNT_MASK) >= r->quota)
			return left_of(r, before, now_ms, true);
		else
			after = before + 1;
	} while (!atomic_compare_exchange_weak(&place->window, &before, after));
	return left_of(r, after, now_ms, false);
}

struct rate_left rate_look(const struct rate *r, uint64_t who, uint64_t now_us)
{
	uint64_t now_ms = now_us / 1000, owner = 0;
	uint64_t window = read_word(&r->place[seek(r, who ? who : 1, now_ms, &owner)].window);

	if (has_ended(r, window, now_ms))
		window = now_ms << COUNT_BITS;
	return left_of(r, window, now_ms, (window & COUNT_MASK) >= r->quota);
}
