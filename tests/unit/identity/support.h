/* support.h - keys made in the test, tokens signed with them, and the issuer's key set. */
#ifndef TESTS_UNIT_IDENTITY_SUPPORT_H
#define TESTS_UNIT_IDENTITY_SUPPORT_H

#include "../unit.h"

#include <rhonabwy.h>

struct pair {
	jwk_t *secret, *public;
};

__attribute__((unused)) static struct pair make_pair(int type, unsigned bits, const char *kid)
{
	struct pair pair;

	assert_int_equal(r_jwk_init(&pair.secret), RHN_OK);
	assert_int_equal(r_jwk_init(&pair.public), RHN_OK);
	assert_int_equal(r_jwk_generate_key_pair(pair.secret, pair.public, type, bits, kid), RHN_OK);
	return pair;
}

__attribute__((unused)) static void drop_pair(struct pair *pair)
{
	r_jwk_free(pair->secret);
	r_jwk_free(pair->public);
}

/* The public keys as the issuer serves them; free(). */
__attribute__((unused)) static char *key_set(size_t n, const struct pair *pairs[])
{
	json_t *list = json_array();
	json_t *set = json_pack("{s:o}", "keys", list);
	char *text;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, r_jwk_export_to_json_t(pairs[i]->public));
	text = json_dumps(set, 0);
	json_decref(set);
	assert_non_null(text);
	return text;
}

/* header.claims.signature; free(). */
__attribute__((unused)) static char *sign(const struct pair *pair, const char *header, const char *claims)
{
	jwk_t *nameless = r_jwk_copy(pair->secret); /* else its name would go into a header without one */
	jws_t *jws;
	char *token, *copy;

	assert_int_equal(r_jwk_delete_property_str(nameless, "kid"), RHN_OK);
	assert_int_equal(r_jws_init(&jws), RHN_OK);
	assert_int_equal(r_jws_set_full_header_json_str(jws, header), RHN_OK);
	assert_int_equal(r_jws_set_payload(jws, (const unsigned char *)claims, strlen(claims)), RHN_OK);
	token = r_jws_serialize(jws, nameless, 0);
	assert_non_null(token);
	copy = strdup(token);
	r_free(token);
	r_jws_free(jws);
	r_jwk_free(nameless);
	return copy;
}

/* Base64url of a text; free(). */
__attribute__((unused)) static char *encode(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t len = strlen(text);
	char *out = calloc(len / 3 * 4 + 5, 1), *o = out;

	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i < 3 ? len - i : 3;
		unsigned group = (unsigned)(unsigned char)text[i] << 16;

		if (left > 1)
			group |= (unsigned)(unsigned char)text[i + 1] << 8;
		if (left > 2)
			group |= (unsigned char)text[i + 2];
		for (size_t letter = 0; letter <= left; letter++)
			*o++ = letters[group >> (18 - 6 * letter) & 63];
	}
	return out;
}

/* A token of these two and whatever stands for a signature; free(). */
__attribute__((unused)) static char *join(const char *header, const char *claims, const char *signature)
{
	char *h = encode(header), *c = encode(claims), *token;

	assert_true(asprintf(&token, "%s.%s.%s", h, c, signature) > 0);
	free(h);
	free(c);
	return token;
}

#endif
