/* Key sets and signatures, by Rhonabwy. */
#include "identity/keys.h"

#include <rhonabwy.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "core/hash.h"

#include "core/banned.h"

/* clang-format off */
static const struct algorithm {
	const char *name, *kty, *crv;
	jwa_alg jwa;
	size_t signature_len; /* 0: that of the key */
} algorithms[] = {
	{ "RS256", "RSA", NULL,      R_JWA_ALG_RS256, 0 },
	{ "RS384", "RSA", NULL,      R_JWA_ALG_RS384, 0 },
	{ "RS512", "RSA", NULL,      R_JWA_ALG_RS512, 0 },
	{ "PS256", "RSA", NULL,      R_JWA_ALG_PS256, 0 },
	{ "ES256", "EC",  "P-256",   R_JWA_ALG_ES256, 64 },
	{ "ES384", "EC",  "P-384",   R_JWA_ALG_ES384, 96 },
	{ "EdDSA", "OKP", "Ed25519", R_JWA_ALG_EDDSA, 64 },
};

/* The members that make a public key (RFC 7518, 6; RFC 8037, 2). Nothing else is handed to Rhonabwy. */
static const struct key_type {
	const char *kty;
	const char *members[4];
} key_types[] = {
	{ "RSA", { "kty", "n", "e" } },
	{ "EC",  { "kty", "crv", "x", "y" } },
	{ "OKP", { "kty", "crv", "x" } },
};
/* clang-format on */

struct key {
	jwk_t *jwk;                  /* NULL: too weak, or not a key at all */
	const char *kty;             /* of the table above */
	const char *crv, *kid, *alg; /* of the document; NULL where it is silent */
	unsigned bits;
	char digest[65]; /* of all that tells it apart */
};

struct keys {
	json_t *document; /* what the texts of the keys are borrowed from */
	struct key key[KEYS_MAX];
	size_t n;
	atomic_uint shares;
};

/* --- algorithms ------------------------------------------------------------------------------ */

static const struct algorithm *find_algorithm(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (strlen(algorithms[i].name) == len && memcmp(algorithms[i].name, name, len) == 0)
			return &algorithms[i];
	return NULL;
}

int keys_algorithms(const char *list, unsigned *ret_set, struct error *err)
{
	unsigned set = 0;

	for (const char *name = list; name; name = strchr(name, ',')) {
		const struct algorithm *algorithm;
		size_t len;

		name += name != list; /* over the comma */
		len = strcspn(name, ",");
		algorithm = find_algorithm(name, len);
		if (!algorithm)
			return error_set(err, ERR_INVALID,
					 "\"%.*s\" is not one of RS256, RS384, RS512, PS256, ES256, ES384, EdDSA",
					 (int)len, name);
		set |= 1u << (algorithm - algorithms);
	}
	*ret_set = set;
	return 0;
}

/* --- key sets --------------------------------------------------------------------------------- */

static const struct key_type *type_of(const json_t *entry)
{
	const char *kty = json_string_value(json_object_get(entry, "kty"));

	for (size_t i = 0; kty && i < ARRAY_LEN(key_types); i++)
		if (strcmp(key_types[i].kty, kty) == 0)
			return &key_types[i];
	return NULL;
}

/* Whether any algorithm is by such a key. */
static bool is_of_use(const json_t *entry, const struct key_type *type)
{
	const char *crv = json_string_value(json_object_get(entry, "crv"));

	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (strcmp(algorithms[i].kty, type->kty) == 0 &&
		    (!algorithms[i].crv || (crv && strcmp(algorithms[i].crv, crv) == 0)))
			return true;
	return false;
}

/* RFC 7517, 4.2 and 4.3: a key may say what it is for. */
static bool is_for_signatures(const json_t *entry)
{
	const char *use = json_string_value(json_object_get(entry, "use"));
	const json_t *operations = json_object_get(entry, "key_ops");

	for (size_t i = 0; i < json_array_size(operations); i++) {
		const char *operation = json_string_value(json_array_get(operations, i));

		if (operation && strcmp(operation, "verify") == 0)
			return !use || strcmp(use, "sig") == 0;
	}
	return !operations && (!use || strcmp(use, "sig") == 0);
}

static json_t *public_members(const json_t *entry, const struct key_type *type)
{
	json_t *members = json_object();

	for (size_t i = 0; i < ARRAY_LEN(type->members) && type->members[i]; i++)
		(void)json_object_set(members, type->members[i], json_object_get(entry, type->members[i]));
	return members;
}

/* A key as Rhonabwy has it, if it is one and long enough. */
static void import_key(struct key *key, json_t *members)
{
	jwk_t *jwk = NULL;
	int kind;

	if (r_jwk_init(&jwk) != RHN_OK)
		return;
	kind = r_jwk_import_from_json_t(jwk, members) == RHN_OK ? r_jwk_key_type(jwk, &key->bits, R_FLAG_IGNORE_REMOTE)
								: R_KEY_TYPE_NONE;
	if (!(kind & R_KEY_TYPE_PUBLIC) ||
	    ((kind & R_KEY_TYPE_RSA) && (key->bits < KEYS_RSA_BITS_MIN || key->bits > KEYS_RSA_BITS_MAX)))
		r_jwk_free(jwk);
	else
		key->jwk = jwk;
}

static int digest_of(const json_t *entry, json_t *members, char out[65])
{
	static const char *const also[] = { "kid", "alg" };
	_cleanup_(freep) char *text = NULL;

	for (size_t i = 0; i < ARRAY_LEN(also); i++)
		(void)json_object_set(members, also[i], json_object_get(entry, also[i]));
	text = json_dumps(members, JSON_COMPACT | JSON_SORT_KEYS);
	if (!text)
		return -1;
	hash_sha256(text, strlen(text), out);
	return 0;
}

static int add_key(struct keys *keys, const json_t *entry)
{
	const struct key_type *type = type_of(entry);
	_cleanup_(json_decrefp) json_t *members = NULL;
	struct key *key = &keys->key[keys->n];

	if (!type || !is_of_use(entry, type) || !is_for_signatures(entry) || keys->n == KEYS_MAX)
		return 0;
	*key = (struct key){ .kty = type->kty,
			     .crv = json_string_value(json_object_get(entry, "crv")),
			     .kid = json_string_value(json_object_get(entry, "kid")),
			     .alg = json_string_value(json_object_get(entry, "alg")) };
	members = public_members(entry, type);
	import_key(key, members);
	keys->n++;
	return digest_of(entry, members, key->digest);
}

void keys_unref(struct keys *keys)
{
	if (!keys || atomic_fetch_sub(&keys->shares, 1) != 1)
		return;
	for (size_t i = 0; i < keys->n; i++)
		r_jwk_free(keys->key[i].jwk);
	json_decref(keys->document);
	free(keys);
}

struct keys *keys_ref(struct keys *keys)
{
	if (keys)
		atomic_fetch_add(&keys->shares, 1);
	return keys;
}

int keys_read(struct keys **ret_keys, const char *json, size_t len, struct error *err)
{
	_cleanup_(keys_unrefp) struct keys *keys = calloc(1, sizeof(*keys));
	const json_t *list;

	if (!keys)
		return error_set(err, ERR_INTERNAL, "out of memory");
	atomic_init(&keys->shares, 1);
	keys->document = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	list = json_object_get(keys->document, "keys");
	if (!json_is_array(list))
		return error_set(err, ERR_INVALID, "it is not a JSON object with a list `keys`");
	for (size_t i = 0; i < json_array_size(list); i++)
		if (add_key(keys, json_array_get(list, i)) < 0)
			return error_set(err, ERR_INTERNAL, "out of memory");
	*ret_keys = TAKE(keys);
	return 0;
}

static bool has_digest(const struct keys *keys, const char *digest)
{
	for (size_t i = 0; i < keys->n; i++)
		if (strcmp(keys->key[i].digest, digest) == 0)
			return true;
	return false;
}

bool keys_equal(const struct keys *a, const struct keys *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!has_digest(b, a->key[i].digest))
			return false;
	for (size_t i = 0; i < b->n; i++)
		if (!has_digest(a, b->key[i].digest))
			return false;
	return true;
}

size_t keys_usable(const struct keys *keys)
{
	size_t n = 0;

	for (size_t i = 0; i < keys->n; i++)
		n += keys->key[i].jwk != NULL;
	return n;
}

/* --- signatures ---------------------------------------------------------------------------------- */

static bool is_called(const struct keys *keys, const struct key *key, const char *kid)
{
	return kid ? key->kid && strcmp(key->kid, kid) == 0 : keys->n == 1;
}

/* What keeps the key from verifying a signature by this algorithm; false: nothing. */
static bool is_unfit(const struct key *key, const struct algorithm *algorithm, char why[KEYS_WHY_BYTES])
{
	if (!key->jwk)
		(void)snprintf(why, KEYS_WHY_BYTES, "its key is not to be used: %s of %u bits", key->kty, key->bits);
	else if (strcmp(key->kty, algorithm->kty) != 0 ||
		 (algorithm->crv && (!key->crv || strcmp(key->crv, algorithm->crv) != 0)) ||
		 (key->alg && strcmp(key->alg, algorithm->name) != 0))
		(void)snprintf(why, KEYS_WHY_BYTES, "its key is not for %s", algorithm->name);
	else
		return false;
	return true;
}

static bool is_signed(const struct token *token, const struct key *key, const struct algorithm *algorithm)
{
	size_t expected = algorithm->signature_len ? algorithm->signature_len : (key->bits + 7) / 8;
	jws_t *jws = NULL;
	bool good;

	if (token->signature_len != expected || r_jws_init(&jws) != RHN_OK)
		return false;
	good = r_jws_advanced_parsen(jws, token->text, token->len, R_PARSE_NONE, R_FLAG_IGNORE_REMOTE) == RHN_OK &&
	       r_jws_get_alg(jws) == algorithm->jwa &&
	       r_jws_verify_signature(jws, key->jwk, R_FLAG_IGNORE_REMOTE) == RHN_OK;
	r_jws_free(jws);
	return good;
}

/* Two keys may share a name, one of each type (RFC 7517, 4.5): the last one's complaint stands. */
static enum keys_verdict try_keys(const struct keys *keys, const struct algorithm *algorithm, const struct token *token,
				  char why[KEYS_WHY_BYTES])
{
	enum keys_verdict verdict = KEYS_UNKNOWN;

	for (size_t i = 0; i < keys->n; i++) {
		const struct key *key = &keys->key[i];

		if (!is_called(keys, key, token->kid))
			continue;
		verdict = KEYS_BAD;
		if (is_unfit(key, algorithm, why))
			continue;
		if (is_signed(token, key, algorithm))
			return KEYS_GOOD;
		(void)snprintf(why, KEYS_WHY_BYTES, "its signature is not that of its key");
	}
	return verdict;
}

enum keys_verdict keys_verify(const struct keys *keys, unsigned set, const struct token *token,
			      char why[KEYS_WHY_BYTES])
{
	const struct algorithm *algorithm = find_algorithm(token->alg, strlen(token->alg));
	enum keys_verdict verdict;

	if (!algorithm || !(set & 1u << (algorithm - algorithms))) {
		(void)snprintf(why, KEYS_WHY_BYTES, "its alg \"%.16s\" is not in INSPECTD_TOKEN_ALGORITHMS",
			       token->alg);
		return KEYS_BAD;
	}
	verdict = try_keys(keys, algorithm, token, why);
	if (verdict == KEYS_UNKNOWN && !token->kid) {
		(void)snprintf(why, KEYS_WHY_BYTES, "it has no kid, and the issuer has not just one key");
		return KEYS_BAD;
	}
	if (verdict == KEYS_UNKNOWN)
		(void)snprintf(why, KEYS_WHY_BYTES, "the issuer has no key \"%.64s\"", token->kid);
	return verdict;
}
