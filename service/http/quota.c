/* Three tables of counters: requests of clients, refusals of addresses, and keys that were good. */
#include "http/quota.h"

#include <string.h>

#include "core/hash.h"
#include "core/rate.h"
#include "http/exchange.h"

#include "core/banned.h"

#define GOOD_S 3600 /* how long it is remembered that a key was good */

struct quota {
	struct rate *clients, *refused, *good;
};

int quota_new(struct quota **ret_quota, const struct config *config, struct error *err)
{
	_cleanup_(quota_freep) struct quota *q = NULL;

	if (config->rate == 0) {
		*ret_quota = NULL;
		return 0;
	}
	q = calloc(1, sizeof *q);
	if (q) {
		q->clients = rate_new(config->rate, config->rate_s);
		q->refused = rate_new(config->rate, config->rate_s);
		q->good = rate_new(1, GOOD_S);
	}
	if (!q || !q->clients || !q->refused || !q->good)
		return error_set(err, ERR_INTERNAL, "out of memory");
	*ret_quota = TAKE(q);
	return 0;
}

void quota_free(struct quota *q)
{
	if (!q)
		return;
	rate_free(q->clients);
	rate_free(q->refused);
	rate_free(q->good);
	free(q);
}

static uint64_t hash_of_text(const char *text)
{
	return hash_64(text, strlen(text));
}

static uint64_t hash_of_peer(const struct exchange *x)
{
	return hash_64(&x->peer, sizeof x->peer);
}

/* It has been counted once in its hour, and so the quota of one is spent. */
static bool was_good(const struct exchange *x)
{
	const char *key = x->header[H_AUTHORIZATION];

	return key && rate_look(x->app->quota->good, hash_of_text(key), x->started_us).exceeded;
}

int quota_admit(const struct exchange *x, struct error *err)
{
	const struct quota *q = x->app->quota;
	struct rate_left left;

	if (!q)
		return 0;
	left = rate_look(q->refused, hash_of_peer(x), x->started_us);
	if (!left.exceeded || was_good(x))
		return 0;
	err->retry_after = left.reset_s;
	return error_set(err, ERR_LIMITED,
			 "too many requests without a valid key came from this address; try again in %u s",
			 left.reset_s);
}

void quota_note_refusal(const struct exchange *x)
{
	if (x->app->quota)
		(void)rate_take(x->app->quota->refused, hash_of_peer(x), x->started_us);
}

int quota_spend(struct exchange *x, struct error *err)
{
	const struct quota *q = x->app->quota;

	if (!q || !x->header[H_AUTHORIZATION]) /* a build that checks nothing lets nobody in */
		return 0;
	(void)rate_take(q->good, hash_of_text(x->header[H_AUTHORIZATION]), x->started_us);
	x->left = rate_take(q->clients, hash_of_text(x->client->actor), x->started_us);
	if (!x->left.exceeded)
		return 0;
	err->retry_after = x->left.reset_s;
	return error_set(err, ERR_LIMITED, "this client may send %u requests in %u seconds; try again in %u s",
			 x->app->config->rate, x->app->config->rate_s, x->left.reset_s);
}
