/*
 * Who an API key belongs to. Each worker remembers the keys it has seen for at
 * most a second: no lock, no query for each request, and a key that is revoked
 * stops working within that second on every instance.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/hash.h"
#include "core/limits.h"
#include "operation/internal.h"

#include "core/banned.h"

#define REMEMBERED  64
#define REMEMBER_US 900000u

struct remembered {
	char hash[65];
	uint64_t until_us;
	struct client *client;
};

/* A thread's memory goes with the thread. */
static pthread_key_t memory_key;
static pthread_once_t memory_key_once = PTHREAD_ONCE_INIT;

static void free_texts(char **texts)
{
	for (size_t i = 0; texts && texts[i]; i++)
		free(texts[i]);
	free(texts);
}

void client_free(struct client *client)
{
	if (!client)
		return;
	free_texts(client->scopes);
	free_texts(client->authority_ids);
	free(client->scopes_array);
	free(client->authorities_array);
	free(client->person);
	free(client);
}

/* --- as the context tells them ------------------------------------------------ */

/* A text[] as PostgreSQL reads it, each item quoted. */
static char *array_of(char *const *texts)
{
	struct buf b;
	size_t len;

	buf_init(&b, LIMIT_BODY_BYTES);
	buf_addc(&b, '{');
	for (size_t i = 0; texts[i]; i++) {
		buf_adds(&b, i ? ",\"" : "\"");
		for (const char *c = texts[i]; *c; c++) {
			if (*c == '"' || *c == '\\')
				buf_addc(&b, '\\');
			buf_addc(&b, *c);
		}
		buf_addc(&b, '"');
	}
	buf_addc(&b, '}');
	return buf_take(&b, &len);
}

int client_complete(struct client *client)
{
	client->scopes_array = array_of(client->scopes);
	client->authorities_array = client->authority_ids ? array_of(client->authority_ids) : strdup("*");
	return client->scopes_array && client->authorities_array ? 0 : -1;
}

void client_tell(const struct client *client, struct context *context)
{
	context->actor = client->actor;
	context->person = client->person;
	context->scopes = client->scopes_array;
	context->authorities = client->authorities_array;
	context->clearance = client->clearance;
}

/* --- from the database ----------------------------------------------------------- */

/* A JSON array of strings as a NULL-terminated list of copies; NULL for null. */
static char **texts_of(const json_t *list)
{
	char **texts;
	size_t i;
	json_t *item;

	if (!json_is_array(list))
		return NULL;
	texts = calloc(json_array_size(list) + 1, sizeof(*texts));
	if (!texts)
		return NULL;
	json_array_foreach(list, i, item)
		texts[i] = strdup(json_string_value(item));
	return texts;
}

/* The vocabulary's own text, which lives as long as the process. */
static const char *clearance_of(const char *code)
{
	for (size_t i = 0; code && i < sensitivities.n; i++)
		if (strcmp(sensitivities.terms[i].code, code) == 0)
			return sensitivities.terms[i].code;
	return sensitivities.terms[0].code;
}

static struct client *client_from(const struct result *row)
{
	struct client *client = calloc(1, sizeof(*client));
	_cleanup_(json_decrefp) json_t *grants = json_loads(result_text(row, 0, 2), 0, NULL);

	if (!client)
		return NULL;
	(void)snprintf(client->id, sizeof(client->id), "%s", result_text(row, 0, 0));
	(void)snprintf(client->name, sizeof(client->name), "%s", result_text(row, 0, 1));
	(void)snprintf(client->actor, sizeof(client->actor), "client:%s", client->id);
	client->clearance = clearance_of(member_text(grants, "clearance"));
	client->scopes = texts_of(json_object_get(grants, "scopes"));
	client->authority_ids = texts_of(json_object_get(grants, "authority_ids"));
	if (!client->scopes || client_complete(client) < 0) {
		client_free(client);
		return NULL;
	}
	return client;
}

/* By its key alone, under the secret: how long that takes tells nothing of any hash there is. */
static int look_up(struct database *database, const char *hash, struct client **ret_client, struct error *err)
{
	struct statement s = { .sql = "SELECT id, name, grants FROM inspectd.client_of_key(decode($1, 'hex'))",
			       .values = { hash },
			       .n_values = 1 };
	_cleanup_(result_freep) struct result *row = NULL;
	struct connection *c;

	if (database_mine(database, &c, err) < 0 || connection_run(c, NULL, &s, 1, &row, err) < 0)
		return -1;
	if (result_rows(row) == 0)
		return error_set(err, ERR_UNAUTHENTICATED, "this API key is not known, has expired or was revoked");
	*ret_client = client_from(row);
	return *ret_client ? 0 : error_set(err, ERR_INTERNAL, "out of memory");
}

static void forget_all(void *memory)
{
	struct remembered *place = memory;

	for (size_t i = 0; i < REMEMBERED; i++)
		client_free(place[i].client);
	free(memory);
}

static void make_memory_key(void)
{
	if (pthread_key_create(&memory_key, forget_all) != 0)
		abort();
}

static struct remembered *memory_of_thread(void)
{
	struct remembered *memory;

	(void)pthread_once(&memory_key_once, make_memory_key);
	memory = pthread_getspecific(memory_key);
	if (memory)
		return memory;
	memory = calloc(REMEMBERED, sizeof(*memory));
	if (memory && pthread_setspecific(memory_key, memory) != 0)
		free(TAKE(memory));
	return memory;
}

/* The memory's place for a key: its own, else the one that has been there longest. */
static struct remembered *place_for(struct remembered *memory, const char *hash)
{
	struct remembered *oldest = &memory[0];

	for (size_t i = 0; i < REMEMBERED; i++) {
		if (hash_equal(memory[i].hash, hash, sizeof(memory[i].hash)))
			return &memory[i];
		if (memory[i].until_us < oldest->until_us)
			oldest = &memory[i];
	}
	return oldest;
}

int client_of_key(struct database *database, const struct secret *secret, const char *key,
		  const struct client **ret_client, struct error *err)
{
	struct remembered *memory = memory_of_thread(), *place;
	struct client *client = NULL;
	char hash[65];

	if (!memory)
		return error_set(err, ERR_INTERNAL, "out of memory");
	key_hash(secret, key, hash);
	place = place_for(memory, hash);
	if (!hash_equal(place->hash, hash, sizeof(hash)) || place->until_us < clock_us()) {
		uint64_t asked_us = clock_us();

		if (look_up(database, hash, &client, err) < 0)
			return -1;
		client_free(place->client);
		*place = (struct remembered){ .until_us = asked_us + REMEMBER_US, .client = client };
		(void)snprintf(place->hash, sizeof(place->hash), "%s", hash);
	}
	*ret_client = place->client;
	return 0;
}
