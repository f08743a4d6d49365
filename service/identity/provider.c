/* The issuer's keys, kept fresh by one thread. */
#include "identity/provider.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/hash.h"
#include "core/log.h"
#include "identity/fetch.h"

#include "core/banned.h"

#define SECOND_US 1000000u

struct provider {
	const struct config *config;
	char *discovery; /* URL of the issuer's document */
	bool local;      /* the issuer is on this machine, and so may its keys be */
	pthread_t thread;
	bool started;
	atomic_bool stopping;
	atomic_uint number;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t wake;  /* for the thread: a fetch is asked for, or it is to stop */
	pthread_cond_t news;  /* for those who wait: a fetch has ended */
	struct keys *keys;
	unsigned begun, ended; /* fetches, counted */
	unsigned asked;        /* the latest fetch that a token has asked for; 0: none yet */
	uint64_t asked_us;     /* when; 0: another may be asked for at once */
	unsigned waiting;
};

/* --- fetching ---------------------------------------------------------------------------------- */

/* Discovery 4.3: the document must be this issuer's own, or another could speak for it. */
static int read_discovery(const struct provider *p, const struct buf *document, char **ret_jwks, struct error *err)
{
	_cleanup_(json_decrefp)
		json_t *object = json_loadb(document->data, document->len, JSON_REJECT_DUPLICATES, NULL);
	const char *issuer = json_string_value(json_object_get(object, "issuer"));
	const char *jwks = json_string_value(json_object_get(object, "jwks_uri"));
	enum fetch_place place = jwks ? fetch_place(jwks) : FETCH_NOT;

	if (!json_is_object(object))
		return error_set(err, ERR_UNAVAILABLE, "%s is not a JSON object", p->discovery);
	if (!issuer || strcmp(issuer, p->config->issuer) != 0)
		return error_set(err, ERR_UNAVAILABLE, "%s is of another issuer, \"%.200s\"", p->discovery,
				 issuer ? issuer : "");
	if (place == FETCH_NOT || (place == FETCH_LOOPBACK && !p->local))
		return error_set(err, ERR_UNAVAILABLE, "%s has no jwks_uri that begins with https", p->discovery);
	*ret_jwks = strdup(jwks);
	return *ret_jwks ? 0 : error_set(err, ERR_INTERNAL, "out of memory");
}

static int fetch_keys(const struct provider *p, struct keys **ret_keys, struct error *err)
{
	_cleanup_(buf_done) struct buf b = { 0 };
	_cleanup_(freep) char *jwks = NULL;

	buf_init(&b, FETCH_BYTES_MAX);
	if (fetch(p->discovery, &p->stopping, &b, err) < 0 || read_discovery(p, &b, &jwks, err) < 0)
		return -1;
	buf_reset(&b);
	if (fetch(jwks, &p->stopping, &b, err) < 0)
		return -1;
	if (keys_read(ret_keys, b.data, b.len, err) < 0) {
		struct error why = *err;

		return error_set(err, ERR_UNAVAILABLE, "%s: %s", jwks, why.detail);
	}
	return 0;
}

/* Puts new keys in the place of the old, unless they are the same. */
static void install(struct provider *p, struct keys *keys)
{
	if (p->keys && keys_equal(p->keys, keys)) {
		keys_unref(keys);
		return;
	}
	if (!p->keys)
		p->asked_us = 0; /* what was asked for while there were none does not count */
	keys_unref(p->keys);
	p->keys = keys;
	atomic_fetch_add(&p->number, 1);
	if (keys_usable(keys) > 0)
		log_info("keys of the issuer %s: %zu", p->config->issuer, keys_usable(keys));
	else
		log_warn("the issuer %s has no key that can be used: every token is refused", p->config->issuer);
}

static bool fetch_once(struct provider *p)
{
	struct error err = { 0 };
	struct keys *keys = NULL;
	bool good;

	p->begun++;
	pthread_mutex_unlock(&p->lock);
	good = fetch_keys(p, &keys, &err) == 0;
	pthread_mutex_lock(&p->lock);
	p->ended = p->begun;
	if (good)
		install(p, keys);
	else if (!atomic_load(&p->stopping))
		log_warn("no keys from the issuer: %s; %s", err.detail,
			 p->keys ? "the last ones go on serving" : "tokens are answered 503 until there are any");
	pthread_cond_broadcast(&p->news);
	return good;
}

/* --- the thread ---------------------------------------------------------------------------------- */

static struct timespec moment(uint64_t us)
{
	return (struct timespec){ .tv_sec = (time_t)(us / SECOND_US), .tv_nsec = (long)(us % SECOND_US) * 1000 };
}

/* Between a half and the whole: instances that were started together do not ask together. */
static uint64_t jittered(uint64_t us)
{
	char random[9];

	if (hash_random(6, random, sizeof random) < 0)
		return us;
	return us / 2 + hash_64(random, strlen(random)) % (us / 2 + 1);
}

static uint64_t pause_us(const struct provider *p, unsigned failures)
{
	const uint64_t regular = (uint64_t)p->config->jwks_s * SECOND_US;
	uint64_t back_off = (uint64_t)PROVIDER_BACK_OFF_S * SECOND_US;

	if (failures == 0)
		return regular;
	while (--failures > 0 && back_off < (uint64_t)PROVIDER_BACK_OFF_MAX_S * SECOND_US)
		back_off *= 2;
	if (back_off > (uint64_t)PROVIDER_BACK_OFF_MAX_S * SECOND_US)
		back_off = (uint64_t)PROVIDER_BACK_OFF_MAX_S * SECOND_US;
	return jittered(back_off < regular ? back_off : regular);
}

static void sleep_until(struct provider *p, uint64_t us)
{
	struct timespec until = moment(us);
	int over = 0;

	while (!atomic_load(&p->stopping) && p->asked <= p->begun && !over)
		over = pthread_cond_clockwait(&p->wake, &p->lock, CLOCK_MONOTONIC, &until);
}

static void *run(void *data)
{
	struct provider *p = data;
	unsigned failures = 0;

	pthread_mutex_lock(&p->lock);
	while (!atomic_load(&p->stopping)) {
		failures = fetch_once(p) ? 0 : failures + 1;
		sleep_until(p, clock_us() + pause_us(p, failures));
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* --- made and unmade --------------------------------------------------------------------------------- */

static int check_settings(const struct config *c, struct error *err)
{
	if (fetch_place(c->issuer) == FETCH_NOT || strpbrk(c->issuer, "?#"))
		return error_set(
			err, ERR_INVALID,
			"INSPECTD_ISSUER is \"%s\"; it must begin with https:// (http:// on this machine only) "
			"and have no query",
			c->issuer);
	if (!c->audience)
		return error_set(
			err, ERR_INVALID,
			"INSPECTD_AUDIENCE is not set; it says which of the issuer's tokens are meant for here");
	return 0;
}

static int start(struct provider *p, struct error *err)
{
	const char *issuer = p->config->issuer;
	size_t len = strlen(issuer);

	len -= issuer[len - 1] == '/'; /* Discovery 4.1 */
	if (asprintf(&p->discovery, "%.*s/.well-known/openid-configuration", (int)len, issuer) < 0) {
		p->discovery = NULL;
		return error_set(err, ERR_INTERNAL, "out of memory");
	}
	p->local = fetch_place(issuer) == FETCH_LOOPBACK;
	if (fetch_start(err) < 0)
		return -1;
	if (pthread_create(&p->thread, NULL, run, p) != 0) {
		fetch_stop();
		return error_set(err, ERR_INTERNAL, "the thread that fetches keys did not start");
	}
	p->started = true;
	return 0;
}

int provider_new(struct provider **ret_provider, const struct config *config, struct error *err)
{
	_cleanup_(provider_freep) struct provider *p = NULL;

	if (check_settings(config, err) < 0)
		return -1;
	p = calloc(1, sizeof(*p));
	if (!p)
		return error_set(err, ERR_INTERNAL, "out of memory");
	p->config = config;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->wake, NULL);
	pthread_cond_init(&p->news, NULL);
	if (start(p, err) < 0)
		return -1;
	*ret_provider = TAKE(p);
	return 0;
}

static void stop(struct provider *p)
{
	pthread_mutex_lock(&p->lock);
	atomic_store(&p->stopping, true);
	pthread_cond_broadcast(&p->wake);
	pthread_cond_broadcast(&p->news);
	pthread_mutex_unlock(&p->lock);
	(void)pthread_join(p->thread, NULL);
	fetch_stop();
}

void provider_free(struct provider *p)
{
	if (!p)
		return;
	if (p->started)
		stop(p);
	pthread_cond_destroy(&p->news);
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	keys_unref(p->keys);
	free(p->discovery);
	free(p);
}

/* --- for requests ---------------------------------------------------------------------------------------- */

struct keys *provider_keys(struct provider *p)
{
	struct keys *keys;

	pthread_mutex_lock(&p->lock);
	keys = keys_ref(p->keys);
	pthread_mutex_unlock(&p->lock);
	return keys;
}

unsigned provider_number(const struct provider *p)
{
	return atomic_load_explicit(&p->number, memory_order_acquire);
}

/* The fetch whose end may bring other keys; one that has ended already: none will. */
static unsigned fetch_to_await(struct provider *p)
{
	uint64_t now = clock_us();

	if (p->asked > p->ended)
		return p->asked; /* asked for already */
	if (!p->keys && (p->begun > p->ended || p->begun == 0))
		return p->ended + 1; /* the first ones are on their way */
	if (p->asked_us > 0 && now < p->asked_us + (uint64_t)PROVIDER_ASK_S * SECOND_US)
		return p->ended;
	p->asked = p->begun + 1;
	p->asked_us = now;
	pthread_cond_signal(&p->wake);
	return p->asked;
}

bool provider_await(struct provider *p, const struct keys *seen)
{
	struct timespec until = moment(clock_us() + (uint64_t)PROVIDER_WAIT_MS * 1000);
	unsigned awaited;
	int over = 0;
	bool other;

	pthread_mutex_lock(&p->lock);
	if (p->waiting < (p->config->workers + 1) / 2) {
		p->waiting++;
		awaited = fetch_to_await(p);
		while (p->ended < awaited && !atomic_load(&p->stopping) && !over)
			over = pthread_cond_clockwait(&p->news, &p->lock, CLOCK_MONOTONIC, &until);
		p->waiting--;
	}
	other = p->keys != seen;
	pthread_mutex_unlock(&p->lock);
	return other;
}
