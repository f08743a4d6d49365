/*
 * Digests as hexadecimal, keyed ones as they are, and random bytes as base64url.
 */
#include "core/hash.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <xxhash.h>

#include "core/banned.h"

#define RANDOM_CHUNK 192 /* bytes asked for at once; whole groups of three, under getrandom()'s 256 */

void hash_hex(const unsigned char *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = '\0';
}

uint64_t hash_64(const void *bytes, size_t len)
{
	return XXH3_64bits(bytes, len);
}

void hash_fast(const void *bytes, size_t len, char out[33])
{
	XXH128_canonical_t canonical;

	XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, len));
	hash_hex(canonical.digest, sizeof canonical.digest, out);
}

int hash_fast_file(int fd, char out[33])
{
	XXH3_state_t *state = XXH3_createState();
	char piece[65536];
	XXH128_canonical_t canonical;
	off_t at = 0;
	ssize_t n = -1;

	if (!state)
		return -1;
	(void)XXH3_128bits_reset(state);
	while ((n = pread(fd, piece, sizeof piece, at)) > 0 || (n < 0 && errno == EINTR)) {
		(void)XXH3_128bits_update(state, piece, n > 0 ? (size_t)n : 0);
		at += n > 0 ? n : 0;
	}
	XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state));
	(void)XXH3_freeState(state);
	hash_hex(canonical.digest, sizeof canonical.digest, out);
	return n < 0 ? -1 : 0;
}

void hash_sha256(const void *bytes, size_t len, char out[65])
{
	unsigned char digest[32];

	/* Fails only when the library failed its own self-test; a key must not be compared with rubbish then. */
	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, len, digest) < 0)
		abort();
	hash_hex(digest, sizeof digest, out);
}

void hash_hmac(const void *key, size_t key_len, const void *bytes, size_t len, unsigned char out[HASH_BYTES])
{
	if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, key, key_len, bytes, len, out) < 0)
		abort(); /* as above */
}

bool hash_equal(const void *a, const void *b, size_t len)
{
	return gnutls_memcmp(a, b, len) == 0;
}

static int read_random(unsigned char *bytes, size_t len)
{
	ssize_t n;

	do
		n = getrandom(bytes, len, 0);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)len ? 0 : -1;
}

/* Three bytes are four letters; one or two left over are two or three letters. */
static char *print_base64url(const unsigned char *bytes, size_t len, char *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i < 3 ? len - i : 3;
		unsigned group = (unsigned)bytes[i] << 16;

		if (left > 1)
			group |= (unsigned)bytes[i + 1] << 8;
		if (left > 2)
			group |= bytes[i + 2];
		for (size_t letter = 0; letter <= left; letter++)
			*out++ = letters[group >> (18 - 6 * letter) & 63];
	}
	*out = '\0';
	return out;
}

int hash_random(size_t n, char *out, size_t size)
{
	unsigned char chunk[RANDOM_CHUNK];

	if (size == 0 || n > (size - 1) / 4 * 3)
		return -1;
	out[0] = '\0';
	while (n > 0) {
		size_t len = n < sizeof chunk ? n : sizeof chunk;

		if (read_random(chunk, len) < 0)
			return -1;
		out = print_base64url(chunk, len, out);
		n -= len;
	}
	explicit_bzero(chunk, sizeof chunk);
	return 0;
}
