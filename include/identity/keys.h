/*
 * identity/keys.h - an issuer's keys (a JWK Set, RFC 7517), and signatures held to
 * them (RFC 7515, RFC 7518, RFC 8037). The one user of Rhonabwy.
 *
 * The caller's allow-list and the key decide how a signature is verified, never the
 * token alone (RFC 8725, 3.1): a key is for one type of algorithm, and no algorithm
 * with a shared secret is known here, nor `none`.
 *
 * Rhonabwy 1.1.11, what is known of it, and what is done here about each:
 *   - CVE-2024-25714: HMAC signatures are compared by strcmp, which takes longer the
 *     more is right. No HMAC here.
 *   - CVE-2022-38493, CVE-2022-32096: decryption of JWE; mended before 1.1.11, and
 *     nothing is decrypted here.
 *   - r_jws_parse() takes keys from the token's own header and may fetch them
 *     (jwk, jku, x5c, x5u). token.h refuses such headers; r_jws_advanced_parse() with
 *     R_PARSE_NONE would not look at them; and the key to verify with is always named.
 *   - r_jwk_import_*() and r_jwk_key_type() follow x5c and x5u of a key. Only the
 *     members of a public key are handed on.
 *   - A JWS without a signature could be taken for verified (issues 11 and 35 of
 *     babelouest/rhonabwy). Unsigned ones are not parsed, and alg is asked for again.
 *   - An ECDSA signature of another curve's length is verified all the same: its
 *     length is held to the algorithm here.
 *   - r_jwk_is_valid() once let a key without `kty` pass (issue 10): kty decides here.
 *   - Coordinates may be written with a zero byte in front, by itself too; they are
 *     taken so.
 *
 * OWNERSHIP  Counted: keys_read() gives the first share, keys_ref() one more,
 *            keys_unref() gives one back.
 * THREADS    Not changed once made: safe from any.   BLOCKING  Never.
 */
#ifndef IDENTITY_KEYS_H
#define IDENTITY_KEYS_H

#include <stdbool.h>

#include "core/error.h"
#include "identity/token.h"

#define KEYS_MAX          64   /* of one set; what comes after is left out */
#define KEYS_RSA_BITS_MIN 2048 /* RFC 7518, 3.3 */
#define KEYS_RSA_BITS_MAX 8192 /* verifying with a longer one would take long */

struct keys;

/*
 * Keys of other types or for other uses are left out without a word (RFC 7517, 5);
 * those that are too weak are kept as such, so that the log can say so. A set may
 * be empty. ERR_INVALID: the text is not a JWK Set.
 */
int keys_read(struct keys **ret_keys, const char *json, size_t len, struct error *err) _must_check_;
struct keys *keys_ref(struct keys *keys);
void keys_unref(struct keys *keys);
DEFINE_CLEANUP(struct keys *, keys_unref)

bool keys_equal(const struct keys *a, const struct keys *b); /* the same keys, in whatever order */
size_t keys_usable(const struct keys *keys);

/*
 * Reads "RS256,ES256" into a set of algorithms. ERR_INVALID: empty, or one of them is not of RS256, RS384, RS512,
 * PS256, ES256, ES384, EdDSA.
 */
int keys_algorithms(const char *list, unsigned *ret_set, struct error *err) _must_check_;

/*
 * Whether the token is signed with one of the keys, by one of the algorithms.
 * KEYS_UNKNOWN: the set has no key of the token's kid, so that a newer set may tell.
 * A token without kid goes with a set of one key. `why` says what is wrong with a token that is not KEYS_GOOD.
 */
#define KEYS_WHY_BYTES 160
enum keys_verdict { KEYS_GOOD, KEYS_BAD, KEYS_UNKNOWN };
enum keys_verdict keys_verify(const struct keys *keys, unsigned set, const struct token *token,
			      char why[KEYS_WHY_BYTES]) _must_check_;

#endif
