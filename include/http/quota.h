/*
 * http/quota.h - how many requests a client may send: INSPECTD_RATE in INSPECTD_RATE_S
 * seconds, for each client, however many keys, tokens and connections it has. Counted
 * in this process alone: behind n instances it may send n times as many.
 *
 * So often may an address be refused for want of a good key, too; then it is told to
 * wait before its keys are looked at. A key that was good here within the last hour is
 * looked at all the same, so that nobody is shut out by a neighbour behind one address.
 *
 * THREADS  Shared by all workers, without a lock.   BLOCKING  Never.
 */
#ifndef HTTP_QUOTA_H
#define HTTP_QUOTA_H

#include "core/config.h"
#include "core/error.h"

struct exchange;
struct quota;

/* *ret_quota is NULL where INSPECTD_RATE is 0: then nobody is limited, and no answer speaks of it. */
int quota_new(struct quota **ret_quota, const struct config *config, struct error *err) _must_check_;
void quota_free(struct quota *q);
DEFINE_CLEANUP(struct quota *, quota_free)

/* ERR_LIMITED: the address was refused too often. */
int quota_admit(const struct exchange *x, struct error *err) _must_check_;

/* The key was none. */
void quota_note_refusal(const struct exchange *x);

/* Counts the request of x->client into x->left. ERR_LIMITED: it is one too many. */
int quota_spend(struct exchange *x, struct error *err) _must_check_;

#endif
