/* Tests of service/core/uuid.c. */
#include "../unit.h"

#include <pthread.h>
#include <time.h>

#include "core/text.h"
#include "core/uuid.h"

static void uuid_v7_has_version_variant_and_lower_case(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		char id[37];

		uuid_v7(id);
		CHECK(text_is_uuid(id), "%s", id);
		CHECK(strpbrk(id, "ABCDEF") == NULL, "%s", id);
		CHECK(id[14] == '7', "%s", id);
		CHECK(strchr("89ab", id[19]) != NULL, "%s", id);
	}
}

static void uuid_v7_begins_with_the_time_in_milliseconds(void **state)
{
	uint64_t before = (uint64_t)time(NULL) * 1000;
	char id[37], hex[13];
	uint64_t ms;

	(void)state;
	uuid_v7(id);
	memcpy(hex, id, 8);
	memcpy(hex + 8, id + 9, 4);
	hex[12] = '\0';
	ms = strtoull(hex, NULL, 16);
	assert_in_range(ms, before - 1000, before + 10000);
}

static void uuid_v7_ascends_however_fast_it_is_called(void **state)
{
	char last[37] = "";

	(void)state;
	for (int i = 0; i < 50000; i++) {
		char id[37];

		uuid_v7(id);
		CHECK(strcmp(id, last) > 0, "%d: %s after %s", i, id, last);
		memcpy(last, id, sizeof last);
	}
}

#define THREADS 4
#define EACH    2000

static void *make_many(void *ids)
{
	for (int i = 0; i < EACH; i++)
		uuid_v7(((char(*)[37])ids)[i]);
	return NULL;
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void uuid_v7_differs_between_threads(void **state)
{
	static char ids[THREADS * EACH][37];
	pthread_t threads[THREADS];

	(void)state;
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, make_many, ids[i * EACH]), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	qsort(ids, ARRAY_LEN(ids), sizeof ids[0], compare);
	for (size_t i = 1; i < ARRAY_LEN(ids); i++)
		CHECK(strcmp(ids[i - 1], ids[i]) != 0, "%s twice", ids[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(uuid_v7_has_version_variant_and_lower_case),
		cmocka_unit_test(uuid_v7_begins_with_the_time_in_milliseconds),
		cmocka_unit_test(uuid_v7_ascends_however_fast_it_is_called),
		cmocka_unit_test(uuid_v7_differs_between_threads),
	};

	return RUN(tests);
}
