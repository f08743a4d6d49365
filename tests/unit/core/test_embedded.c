/* Tests of what service/embed.py makes for core/embedded.h. */
#include "../unit.h"

#include "core/embedded.h"

static char *read_file(const char *folder, const char *name, size_t *ret_len)
{
	char path[512];
	long size;
	char *text;
	FILE *file;

	snprintf(path, sizeof path, "%s/%s/%s", INSPECTD_SOURCE_DIR, folder, name);
	file = fopen(path, "rb");
	CHECK(file, "%s", path);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	text = calloc(1, (size_t)size + 1);
	*ret_len = fread(text, 1, (size_t)size, file);
	fclose(file);
	return text;
}

static void check_folder(const char *folder, const struct embedded *entries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = 0;
		char *text = read_file(folder, entries[i].name, &len);

		CHECK(i == 0 || strcmp(entries[i - 1].name, entries[i].name) < 0, "%s is out of order",
		      entries[i].name);
		CHECK(entries[i].len == len, "%s", entries[i].name);
		assert_memory_equal(entries[i].text, text, len + 1);
		free(text);
	}
}

static void embedded_sql_is_the_files_byte_for_byte(void **state)
{
	(void)state;
	assert_true(n_embedded_migrations > 0);
	check_folder("sql/migrations", embedded_migrations, n_embedded_migrations);
	check_folder("sql/views", embedded_views, n_embedded_views);
	check_folder("sql/rules", embedded_rules, n_embedded_rules);
}

static void embedded_api_texts_end_where_they_say(void **state)
{
	static const struct embedded *const texts[] = { &embedded_openapi_yaml, &embedded_openapi_json,
							&embedded_problems };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		CHECK(strlen(texts[i]->text) == texts[i]->len, "%s", texts[i]->name);
	assert_true((embedded_openapi_yaml.len == 0) == (embedded_openapi_json.len == 0));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(embedded_sql_is_the_files_byte_for_byte),
		cmocka_unit_test(embedded_api_texts_end_where_they_say),
	};

	return RUN(tests);
}
