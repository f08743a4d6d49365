/*
 * core/hash.h - digests. Pure, but for hash_random().
 *
 * hash_fast() (XXH3, 128 bits) tells two representations apart in an ETag; it
 * is no defence against anybody. hash_sha256() (GnuTLS) is for keys and files,
 * hash_hmac() (RFC 2104, with SHA-256) for what only the holder of a secret may make.
 */
#ifndef CORE_HASH_H
#define CORE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cleanup.h"

#define HASH_BYTES 32 /* of SHA-256 */

uint64_t hash_64(const void *bytes, size_t len);               /* for tables in memory */
void hash_fast(const void *bytes, size_t len, char out[33]);   /* hexadecimal */
int hash_fast_file(int fd, char out[33]) _must_check_;         /* of the whole file, read in pieces; -1: errno */
void hash_sha256(const void *bytes, size_t len, char out[65]); /* hexadecimal */

void hash_hex(const unsigned char *bytes, size_t len, char *out); /* 2 * len letters and a NUL */

void hash_hmac(const void *key, size_t key_len, const void *bytes, size_t len, unsigned char out[HASH_BYTES]);

/* In a time that does not tell where they differ. */
bool hash_equal(const void *a, const void *b, size_t len);

/* n random bytes from the system as base64url without padding; out holds 4*((n+2)/3)+1, else -1. */
int hash_random(size_t n, char *out, size_t size) _must_check_;

#endif
