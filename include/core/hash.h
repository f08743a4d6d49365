/*
 * core/hash.h - digests. Pure, but for hash_random().
 *
 * hash_fast() (XXH3, 128 bits) tells two representations apart in an ETag; it
 * is no defence against anybody. hash_sha256() (GnuTLS) is for keys and files.
 */
#ifndef CORE_HASH_H
#define CORE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "core/cleanup.h"

uint64_t hash_64(const void *bytes, size_t len);               /* for tables in memory */
void hash_fast(const void *bytes, size_t len, char out[33]);   /* hexadecimal */
int hash_fast_file(int fd, char out[33]) _must_check_;         /* of the whole file, read in pieces; -1: errno */
void hash_sha256(const void *bytes, size_t len, char out[65]); /* hexadecimal */

/* n random bytes from the system as base64url without padding; out holds 4*((n+2)/3)+1, else -1. */
int hash_random(size_t n, char *out, size_t size) _must_check_;

#endif
