/*
 * identity/fetch.h - a document of the issuer's, over HTTPS. The one user of libcurl.
 *
 * HTTPS with the system's certificates; http only where the host is this machine
 * (FETCH_LOOPBACK), as in tests. Redirects are not followed: a key set comes from
 * where the issuer said, or not at all. Proxies are those of the usual environment
 * variables (https_proxy, no_proxy), and never used for this machine.
 *
 * OWNERSHIP  Everything is borrowed for the call.
 * THREADS    Safe from any, between fetch_start() and fetch_stop().
 * BLOCKING   On the network, FETCH_MS at the most.
 */
#ifndef IDENTITY_FETCH_H
#define IDENTITY_FETCH_H

#include <stdatomic.h>

#include "core/buf.h"
#include "core/error.h"

#define FETCH_MS        5000
#define FETCH_BYTES_MAX 262144

enum fetch_place { FETCH_NOT, FETCH_ANYWHERE, FETCH_LOOPBACK };

/* Where a URL leads: by https anywhere, by http to this machine, or nowhere that is fetched from. */
enum fetch_place fetch_place(const char *url);

/* Once in a process, before it has threads. */
int fetch_start(struct error *err) _must_check_;
void fetch_stop(void);

/* Appends the body of a 200. Gives up within a second once *stop is true. ERR_UNAVAILABLE says why. */
int fetch(const char *url, const atomic_bool *stop, struct buf *out, struct error *err) _must_check_;

#endif
