/* From claims to a client, and the tokens that a worker remembers. */
#include "http/token.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/hash.h"
#include "identity/identity.h"
#include "operation/operation.h"

#include "core/banned.h"

/* --- what the claims allow --------------------------------------------------------------------- */

/* The word behind a prefix such as "authority:", or the word itself. */
static const char *without(const char *prefix, const char *word)
{
	size_t len = strlen(prefix);

	return strncmp(word, prefix, len) == 0 ? word + len : word;
}

static bool has(char *const *texts, const char *text)
{
	for (size_t i = 0; texts[i]; i++)
		if (strcmp(texts[i], text) == 0)
			return true;
	return false;
}

static size_t count(char *const *texts)
{
	size_t n = 0;

	while (texts && texts[n])
		n++;
	return n;
}

static bool is_authority(const char *word)
{
	return strlen(word) == 3 && strspn(word, "0123456789") == 3;
}

static char **copy_scopes(char *const *scopes)
{
	char **copies = calloc(count(scopes) + 1, sizeof(*copies));

	for (size_t i = 0; copies && scopes && scopes[i]; i++)
		copies[i] = strdup(scopes[i]);
	return copies;
}

/* Whether one of the words stands for every authority. */
static bool is_unbound(char *const *words)
{
	for (size_t i = 0; words && words[i]; i++)
		if (strcmp(without("authority:", words[i]), "*") == 0)
			return true;
	return false;
}

static char **copy_authorities(char *const *words)
{
	char **ids = calloc(count(words) + 1, sizeof(*ids));
	size_t n = 0;

	for (size_t i = 0; ids && words && words[i]; i++) {
		const char *id = without("authority:", words[i]);

		if (is_authority(id) && !has(ids, id))
			ids[n++] = strdup(id);
	}
	return ids;
}

/* The sensitivities stand from the most open to the most restricted. */
static const char *clearance_of(char *const *words, bool has_authority)
{
	size_t i = 0;

	if (!words)
		return sensitivities.terms[has_authority ? 1 : 0].code;
	for (size_t most_open = 0; most_open < sensitivities.n; most_open++)
		for (i = 0; words[i]; i++)
			if (strcmp(without("clearance:", words[i]), sensitivities.terms[most_open].code) == 0)
				return sensitivities.terms[most_open].code;
	return sensitivities.terms[0].code;
}

struct client *token_bearer(const struct identity_bearer *b)
{
	_cleanup_(client_freep) struct client *client = calloc(1, sizeof(*client));
	bool unbound = is_unbound(b->authorities);

	if (!client)
		return NULL;
	(void)snprintf(client->id, sizeof(client->id), "%s", b->client_id);
	(void)snprintf(client->name, sizeof(client->name), "%s", b->client_id);
	(void)snprintf(client->actor, sizeof(client->actor), "token:%s", b->client_id);
	client->person = b->person ? strdup(b->person) : NULL;
	client->scopes = copy_scopes(b->scopes);
	client->authority_ids = unbound ? NULL : copy_authorities(b->authorities);
	client->clearance = clearance_of(b->clearances, unbound || count(client->authority_ids) > 0);
	if (!client->scopes || (!unbound && !client->authority_ids) || (b->person && !client->person) ||
	    client_complete(client) < 0)
		return NULL;
	return TAKE(client);
}

/* --- the tokens that a worker remembers --------------------------------------------------------- */

#define SHELVES     64 /* by the first two digits of a token's hash ... */
#define SHELF_WIDTH 4  /* ... and so many on each */

struct place {
	char hash[65];
	int64_t expires_s;
	unsigned keys; /* identity_keys() when it was verified */
	struct client *client;
};

static pthread_key_t memory_key;
static pthread_once_t memory_key_once = PTHREAD_ONCE_INIT;

static void forget_all(void *memory)
{
	struct place *place = memory;

	for (size_t i = 0; i < (size_t)SHELVES * SHELF_WIDTH; i++)
		client_free(place[i].client);
	free(memory);
}

static void make_memory_key(void)
{
	if (pthread_key_create(&memory_key, forget_all) != 0)
		abort();
}

static struct place *memory_of_thread(void)
{
	struct place *memory;

	(void)pthread_once(&memory_key_once, make_memory_key);
	memory = pthread_getspecific(memory_key);
	if (memory)
		return memory;
	memory = calloc((size_t)SHELVES * SHELF_WIDTH, sizeof(*memory));
	if (memory && pthread_setspecific(memory_key, memory) != 0)
		free(TAKE(memory));
	return memory;
}

static unsigned shelf_of(const char *hash)
{
	static const char digits[] = "0123456789abcdef";
	size_t high = (size_t)(strchr(digits, hash[0]) - digits), low = (size_t)(strchr(digits, hash[1]) - digits);

	return (unsigned)(high * 16 + low) % SHELVES;
}

/* The place of a token: its own, else that of the one on its shelf which expires first. */
static struct place *place_for(struct place *memory, const char *hash)
{
	struct place *shelf = memory + (size_t)shelf_of(hash) * SHELF_WIDTH, *first = shelf;

	for (struct place *place = shelf; place < shelf + SHELF_WIDTH; place++) {
		if (strcmp(place->hash, hash) == 0)
			return place;
		if (place->expires_s < first->expires_s)
			first = place;
	}
	return first;
}

static int remember(struct identity *identity, const char *token, const char *hash, struct place *place,
		    struct error *err)
{
	_cleanup_(identity_bearer_done) struct identity_bearer bearer = { 0 };
	struct client *client;

	if (identity_verify(identity, token, (int64_t)time(NULL), &bearer, err) < 0)
		return -1;
	client = token_bearer(&bearer);
	if (!client)
		return error_set(err, ERR_INTERNAL, "out of memory");
	client_free(place->client);
	*place = (struct place){ .expires_s = bearer.expires_s, .keys = bearer.keys, .client = client };
	(void)snprintf(place->hash, sizeof(place->hash), "%s", hash);
	return 0;
}

int token_client(struct identity *identity, const char *token, const struct client **ret_client, struct error *err)
{
	struct place *memory = memory_of_thread(), *place;
	char hash[65];

	if (!memory)
		return error_set(err, ERR_INTERNAL, "out of memory");
	hash_sha256(token, strlen(token), hash);
	place = place_for(memory, hash);
	if ((strcmp(place->hash, hash) != 0 || place->expires_s <= (int64_t)time(NULL) ||
	     place->keys != identity_keys(identity)) &&
	    remember(identity, token, hash, place, err) < 0)
		return -1;
	*ret_client = place->client;
	return 0;
}
