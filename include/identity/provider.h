/*
 * identity/provider.h - the issuer: where its keys are (OpenID Connect Discovery
 * 1.0, 4) and what they are now. A thread of its own fetches them, so that no
 * request ever does: at start, every INSPECTD_JWKS_S, and when a token names a key
 * that is not there. When the issuer does not answer, or answers nonsense, the last
 * good keys go on serving, and the thread tries again at growing intervals.
 *
 * OWNERSHIP  Borrows the configuration for as long as it lives.
 * THREADS    Safe from any. provider_free() once nobody asks any more.
 * BLOCKING   provider_await() up to PROVIDER_WAIT_MS; provider_free() about a second.
 */
#ifndef IDENTITY_PROVIDER_H
#define IDENTITY_PROVIDER_H

#include <stdbool.h>

#include "core/config.h"
#include "core/error.h"
#include "identity/keys.h"

#define PROVIDER_WAIT_MS        1000
#define PROVIDER_ASK_S          10 /* a token may have the keys fetched once in so many seconds */
#define PROVIDER_BACK_OFF_S     1  /* after the first failure, doubled after each one more ... */
#define PROVIDER_BACK_OFF_MAX_S 60 /* ... up to this, or to INSPECTD_JWKS_S */

struct provider;

/* ERR_INVALID names the setting that cannot be. The first fetch has begun by then, and is not waited for. */
int provider_new(struct provider **ret_provider, const struct config *config, struct error *err) _must_check_;
void provider_free(struct provider *provider);
DEFINE_CLEANUP(struct provider *, provider_free)

/* A share in the keys there are now (keys_unref); NULL before any were had. */
struct keys *provider_keys(struct provider *provider);

/*
 * A number that changes with the keys: what was verified under another number is
 * to be verified again, because its key may have been taken back.
 */
unsigned provider_number(const struct provider *provider);

/*
 * Whether there are other keys than `seen` now, or soon: has them fetched, unless a
 * token has had that done in the last PROVIDER_ASK_S, and waits for them. Half the
 * workers may wait at a time, so that tokens of strangers cannot keep all of them.
 */
bool provider_await(struct provider *provider, const struct keys *seen);

#endif
