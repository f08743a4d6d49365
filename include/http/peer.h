/*
 * http/peer.h - which address a request comes from, as one number: an IPv4 address
 * whole (also one that IPv6 maps), of an IPv6 address the first 64 bits, because a
 * household or an office is given all that share them. Pure.
 */
#ifndef HTTP_PEER_H
#define HTTP_PEER_H

#include <stdint.h>

#include "core/cleanup.h"

struct sockaddr;

/* 0: of no such family. */
uint64_t peer_of(const struct sockaddr *address);

/* The last address of an X-Forwarded-For: the one that our own proxy saw. -1: there is none. */
int peer_forwarded(const char *value, uint64_t *ret_peer) _must_check_;

#endif
