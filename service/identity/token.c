/* Tokens taken apart, by the letter. */
#include "identity/token.h"

#include <string.h>
#include <strings.h>

#include "identity/base64url.h"

#include "core/banned.h"

#define SEGMENTS 3

struct segment {
	const char *text;
	size_t len;
};

static int refuse(struct error *err, const char *why)
{
	return error_set(err, ERR_UNAUTHENTICATED, "%s", why);
}

static int split(const char *text, struct segment segment[SEGMENTS], struct error *err)
{
	for (size_t i = 0; i < SEGMENTS; i++) {
		segment[i].text = text;
		segment[i].len = strcspn(text, ".");
		text += segment[i].len;
		if (segment[i].len == 0 || *text != (i < SEGMENTS - 1 ? '.' : '\0'))
			return refuse(err, "it is not three parts with dots between them");
		text++;
	}
	return 0;
}

/* A segment that is a JSON object; NULL: it is not. */
static json_t *read_object(const struct segment *s)
{
	_cleanup_(freep) char *bytes = malloc(BASE64URL_BYTES(s->len));
	json_t *object;
	size_t len;

	if (!bytes || base64url_decode(s->text, s->len, (unsigned char *)bytes, BASE64URL_BYTES(s->len), &len) < 0)
		return NULL;
	object = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(object))
		return object;
	json_decref(object);
	return NULL;
}

/* --- the header ----------------------------------------------------------------------- */

/* Media types are the same in either case (RFC 7515, 4.1.9). */
static bool is_access_token(const json_t *typ)
{
	const char *name = json_string_value(typ);

	if (!typ)
		return true;
	if (!name)
		return false;
	if (strncasecmp(name, "application/", 12) == 0)
		name += 12;
	return strcasecmp(name, "at+jwt") == 0 || strcasecmp(name, "JWT") == 0;
}

static int check_header(struct token *t, struct error *err)
{
	static const char *const refused[] = { "crit", "cty", "enc", "jwk", "jku", "x5c", "x5u", "zip", "b64" };
	const json_t *kid = json_object_get(t->header, "kid");

	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (json_object_get(t->header, refused[i]))
			return error_set(err, ERR_UNAUTHENTICATED, "its header has %s", refused[i]);
	if (!is_access_token(json_object_get(t->header, "typ")))
		return refuse(err, "its typ is not that of an access token");
	t->alg = json_string_value(json_object_get(t->header, "alg"));
	if (!t->alg)
		return refuse(err, "its header has no alg");
	t->kid = json_string_value(kid);
	if (kid && !t->kid)
		return refuse(err, "its kid is not a text");
	return 0;
}

/* --- the whole -------------------------------------------------------------------------- */

void token_done(struct token *token)
{
	json_decref(token->header);
	json_decref(token->claims);
	*token = (struct token){ 0 };
}

static int read_parts(struct token *t, const struct segment segment[SEGMENTS], struct error *err)
{
	unsigned char signature[TOKEN_SIGNATURE_MAX];

	t->header = read_object(&segment[0]);
	if (!t->header)
		return refuse(err, "its header is not base64url of a JSON object");
	if (check_header(t, err) < 0)
		return -1;
	t->claims = read_object(&segment[1]);
	if (!t->claims)
		return refuse(err, "its claims are not base64url of a JSON object");
	if (base64url_decode(segment[2].text, segment[2].len, signature, sizeof signature, &t->signature_len) < 0)
		return refuse(err, "its signature is not base64url");
	return 0;
}

int token_read(struct token *ret_token, const char *text, struct error *err)
{
	struct token t = { .text = text, .len = strnlen(text, LIMIT_TOKEN_BYTES + 1) };
	struct segment segment[SEGMENTS] = { 0 };

	if (t.len > LIMIT_TOKEN_BYTES)
		return error_set(err, ERR_UNAUTHENTICATED, "it is over %d bytes", LIMIT_TOKEN_BYTES);
	if (split(text, segment, err) < 0)
		return -1;
	if (read_parts(&t, segment, err) < 0) {
		token_done(&t);
		return -1;
	}
	*ret_token = t;
	return 0;
}
