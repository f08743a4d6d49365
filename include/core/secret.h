/*
 * core/secret.h - what this installation knows and nobody else: the content of
 * the file that INSPECTD_SECRET_FILE names, of which nothing is ever printed.
 *
 * Each use has a subkey of its own, made from the secret by a label (HMAC-SHA256,
 * as in the expand step of RFC 5869), so that what one use gives away is of no
 * help with another. Who changes the file makes all that was made with it void:
 * API keys above all.
 *
 * OWNERSHIP  secret_free() wipes it.
 * THREADS    Read-only once read.   BLOCKING  secret_read() on the disk.
 */
#ifndef CORE_SECRET_H
#define CORE_SECRET_H

#include "core/error.h"

#define SECRET_BYTES_MIN 32
#define SECRET_BYTES_MAX 4096

struct secret;

/*
 * Line breaks at the end do not count. ERR_INVALID, with the cure: no file is
 * named (NULL), it is not there, it is too short or too long, or others than its
 * owner and group may read it.
 */
int secret_read(const char *path, struct secret **ret_secret, struct error *err) _must_check_;
void secret_free(struct secret *secret);
DEFINE_CLEANUP(struct secret *, secret_free)

/* What only the holder of the secret can make of these bytes for this use: HMAC-SHA256 as hexadecimal. */
void secret_mac(const struct secret *secret, const char *label, const void *bytes, size_t len, char out[65]);

#endif
