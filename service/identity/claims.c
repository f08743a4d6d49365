/* Claims held to their rules, and read. */
#include "identity/claims.h"

#include <string.h>

#include "core/limits.h"
#include "core/text.h"

#include "core/banned.h"

#define LATEST_S 253402300799.0 /* the last second of the year 9999 */

static int refuse(struct error *err, const char *why)
{
	return error_set(err, ERR_UNAUTHENTICATED, "%s", why);
}

/* --- for whom, and when ------------------------------------------------------------------- */

static bool is_text(const json_t *value, const char *text)
{
	return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

static bool is_for(const json_t *aud, const char *audience)
{
	if (!json_is_array(aud))
		return is_text(aud, audience);
	for (size_t i = 0; i < json_array_size(aud); i++)
		if (is_text(json_array_get(aud, i), audience))
			return true;
	return false;
}

/* A NumericDate (RFC 7519, 2) may have a fraction. 1: read; 0: absent; -1: not a time. */
static int read_time(const json_t *claims, const char *name, double *ret_time)
{
	const json_t *value = json_object_get(claims, name);

	if (!value)
		return 0;
	*ret_time = json_number_value(value);
	return json_is_number(value) && *ret_time >= 0 && *ret_time <= LATEST_S ? 1 : -1;
}

static int check_times(const json_t *claims, unsigned skew_s, int64_t now_s, int64_t *ret_expires_s, struct error *err)
{
	static const char *const starts[] = { "nbf", "iat" };
	const double now = (double)now_s;
	double time;

	if (read_time(claims, "exp", &time) != 1)
		return refuse(err, "it has no exp that is a time");
	if (time + skew_s <= now)
		return refuse(err, "it has expired");
	*ret_expires_s = (int64_t)time + skew_s;
	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		int found = read_time(claims, starts[i], &time);

		if (found < 0)
			return error_set(err, ERR_UNAUTHENTICATED, "its %s is not a time", starts[i]);
		if (found && time > now + skew_s)
			return error_set(err, ERR_UNAUTHENTICATED, "its %s is in the future", starts[i]);
	}
	return 0;
}

int claims_check(const json_t *claims, const struct config *config, int64_t now_s, int64_t *ret_expires_s,
		 struct error *err)
{
	static const char *const refused[] = { "at_hash", "c_hash", "cnf" };

	if (!is_text(json_object_get(claims, "iss"), config->issuer))
		return refuse(err, "its iss is not INSPECTD_ISSUER");
	if (!is_for(json_object_get(claims, "aud"), config->audience))
		return refuse(err, "its aud does not hold INSPECTD_AUDIENCE");
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (json_object_get(claims, refused[i]))
			return error_set(err, ERR_UNAUTHENTICATED, "it has %s", refused[i]);
	return check_times(claims, config->clock_skew_s, now_s, ret_expires_s, err);
}

/* --- lists of words ------------------------------------------------------------------------- */

/* The claim of this name, or, step by step, the one within. */
static const json_t *find(const json_t *object, const char *path)
{
	const json_t *found = json_object_get(object, path);
	const char *dot = path;

	while (!found && (dot = strchr(dot, '.'))) {
		found = find(json_object_getn(object, path, (size_t)(dot - path)), dot + 1);
		dot++;
	}
	return found;
}

void claims_free_words(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}
DEFINE_CLEANUP(char **, claims_free_words)

/* Adds a word that is not there yet. The list has room for all that its claim can hold. */
static int add_word(char **words, const char *word, size_t len)
{
	size_t n = 0;

	for (; words[n]; n++)
		if (strncmp(words[n], word, len) == 0 && words[n][len] == '\0')
			return 0;
	words[n] = strndup(word, len);
	return words[n] ? 0 : -1;
}

static int add_words_of_text(char **words, const char *text)
{
	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t len = strcspn(text, " ");

		if (add_word(words, text, len) < 0)
			return -1;
		text += len;
	}
	return 0;
}

static int add_words_of_list(char **words, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		if (add_word(words, json_string_value(item), json_string_length(item)) < 0)
			return -1;
	}
	return 0;
}

static bool is_list_of_texts(const json_t *value)
{
	for (size_t i = 0; i < json_array_size(value); i++)
		if (!json_is_string(json_array_get(value, i)))
			return false;
	return json_is_array(value);
}

int claims_words(const json_t *claims, const char *path, char ***ret_words, struct error *err)
{
	const json_t *claim = find(claims, path);
	_cleanup_(claims_free_wordsp) char **words = NULL;
	size_t most = json_is_array(claim) ? json_array_size(claim) : json_string_length(claim) / 2 + 1;
	int failed;

	*ret_words = NULL;
	if (!claim)
		return 0;
	if (!json_is_string(claim) && !is_list_of_texts(claim))
		return error_set(err, ERR_UNAUTHENTICATED, "its claim %s is neither a text nor a list of texts", path);
	words = calloc(most + 1, sizeof(*words));
	if (!words)
		return error_set(err, ERR_INTERNAL, "out of memory");
	failed = json_is_string(claim) ? add_words_of_text(words, json_string_value(claim))
				       : add_words_of_list(words, claim);
	if (failed)
		return error_set(err, ERR_INTERNAL, "out of memory");
	*ret_words = TAKE(words);
	return 0;
}

/* --- who ------------------------------------------------------------------------------------ */

/* A name that can be written into the journal and shown. */
static bool is_name(const char *name)
{
	size_t len = strnlen(name, LIMIT_PERSON_BYTES + 1), blanks;

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
			return false;
	return len <= LIMIT_PERSON_BYTES && text_length(name) <= LIMIT_PERSON_CHARS &&
	       text_trim(name, &blanks) == name && blanks == len && len > 0;
}

int claims_client(const json_t *claims, const char **ret_client_id, struct error *err)
{
	static const char *const names[] = { "client_id", "azp", "sub" };
	const char *id;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const json_t *value = json_object_get(claims, names[i]);

		if (!value)
			continue;
		id = json_string_value(value);
		if (!id || !is_name(id) || strlen(id) > LIMIT_CLIENT_ID_BYTES)
			return error_set(err, ERR_UNAUTHENTICATED, "its %s is not a name of at most %d bytes", names[i],
					 LIMIT_CLIENT_ID_BYTES);
		*ret_client_id = id;
		return 0;
	}
	return refuse(err, "it has no client_id, azp or sub");
}

int claims_person(const json_t *claims, const char *client_id, const char **ret_person, struct error *err)
{
	const json_t *value = json_object_get(claims, "sub");
	const char *sub = json_string_value(value);

	*ret_person = NULL;
	if (!value)
		return 0;
	if (!sub || !is_name(sub))
		return error_set(err, ERR_UNAUTHENTICATED, "its sub is not a name of at most %d characters",
				 LIMIT_PERSON_CHARS);
	if (strcmp(sub, client_id) != 0)
		*ret_person = sub;
	return 0;
}
