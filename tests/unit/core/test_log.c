/* Tests of service/core/log.c: standard error is a pipe while they look. */
#include "../unit.h"

#include <jansson.h>
#include <limits.h>
#include <pthread.h>
#include <unistd.h>

#include "core/log.h"
#include "core/text.h"

static int saved_stderr, pipe_ends[2];

static void capture(void)
{
	assert_int_equal(pipe(pipe_ends), 0);
	saved_stderr = dup(STDERR_FILENO);
	dup2(pipe_ends[1], STDERR_FILENO);
	close(pipe_ends[1]);
}

/* What was written since capture(): less than a pipe holds. */
static size_t release(char *out, size_t size)
{
	size_t len = 0;
	ssize_t n;

	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	while (len < size - 1 && (n = read(pipe_ends[0], out + len, size - 1 - len)) > 0)
		len += (size_t)n;
	close(pipe_ends[0]);
	out[len] = '\0';
	return len;
}

/* The one line captured, as JSON: any other shape fails the test. */
static json_t *released_line(void)
{
	char out[2 * PIPE_BUF];
	size_t len = release(out, sizeof out);
	json_t *json = json_loadb(out, len, JSON_REJECT_DUPLICATES, NULL);

	CHECK(json_is_object(json), "%s", out);
	assert_in_range(len, 2, PIPE_BUF);
	assert_ptr_equal(strchr(out, '\n'), out + len - 1);
	return json;
}

static const char *member(const json_t *line, const char *name)
{
	return json_string_value(json_object_get(line, name));
}

static const char *const hostile[] = {
	"plain",
	"",
	"\"quotes\" and \\backslashes\\",
	"line\nbreaks\r\n",
	"{\"at\":\"forged\"}\n{\"at\":\"forged\"}",
	"%n%s%25n",
	"\x01\x02\x1b[31mred\x7f",
	"\xff\xfe\x80",
	"half a character \xe2\x82",
	"\u2028\u2029\ufeff",
};

static void log_write_makes_one_json_line_of_any_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		json_t *line;

		capture();
		log_write(LOG_INFO, "%s", hostile[i]);
		line = released_line();
		CHECK(text_is_time(member(line, "at")), "case %zu", i);
		assert_string_equal(member(line, "level"), "info");
		if (text_is_utf8(hostile[i], strlen(hostile[i])))
			assert_string_equal(member(line, "message"), hostile[i]);
		json_decref(line);
	}
}

static void log_write_cuts_what_is_too_long(void **state)
{
	static const char *const pieces[] = { "x", "\x01", "\"", "\u20ac", "\U0001F600", "\xff" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		char text[10001] = "";
		size_t size = strlen(pieces[i]);
		json_t *line;

		for (size_t at = 0; at + size < sizeof text; at += size)
			memcpy(text + at, pieces[i], size + 1);
		capture();
		log_write(LOG_INFO, "%s", text);
		line = released_line();
		CHECK(strlen(member(line, "message")) > 500, "case %zu", i);
		json_decref(line);
	}
}

static void log_write_keeps_to_the_level(void **state)
{
	static const enum log_level levels[] = { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

	(void)state;
	for (size_t set = 0; set < ARRAY_LEN(levels); set++) {
		for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
			char out[1000];

			log_init(levels[set]);
			capture();
			log_write(levels[i], "x");
			CHECK((release(out, sizeof out) > 0) == (i <= set), "level %zu, message %zu", set, i);
		}
	}
	log_init(LOG_INFO);
}

static void log_request_says_all_it_is_given(void **state)
{
	const struct log_request r = { .method = "GET",
				       .route = "/v1/findings/{id}",
				       .request_id = "r-1",
				       .caller = "client:1",
				       .status = 404,
				       .problem = "not-found",
				       .detail = "no such finding",
				       .duration_us = 1234,
				       .bytes = 321 };
	json_t *line;

	(void)state;
	capture();
	log_request(&r);
	line = released_line();
	assert_string_equal(member(line, "level"), "info");
	assert_string_equal(member(line, "method"), "GET");
	assert_string_equal(member(line, "route"), "/v1/findings/{id}");
	assert_string_equal(member(line, "request_id"), "r-1");
	assert_string_equal(member(line, "caller"), "client:1");
	assert_string_equal(member(line, "problem"), "not-found");
	assert_string_equal(member(line, "detail"), "no such finding");
	assert_int_equal(json_integer_value(json_object_get(line, "status")), 404);
	assert_int_equal(json_integer_value(json_object_get(line, "duration_us")), 1234);
	assert_int_equal(json_integer_value(json_object_get(line, "bytes")), 321);
	assert_null(json_object_get(line, "traceparent"));
	json_decref(line);
}

static void log_request_takes_a_failure_of_ours_as_an_error(void **state)
{
	static const struct {
		unsigned status;
		const char *level;
	} cases[] = { { 200, "info" }, { 422, "info" }, { 499, "info" }, { 500, "error" }, { 503, "error" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *line;

		capture();
		log_request(&(struct log_request){ .method = "GET", .status = cases[i].status });
		line = released_line();
		CHECK(strcmp(member(line, "level"), cases[i].level) == 0, "%u", cases[i].status);
		json_decref(line);
	}
}

/* Every string as long and as bad as can be: still one line that a pipe keeps whole. */
static void log_request_is_one_json_line_whatever_is_in_it(void **state)
{
	char worst[5001];

	(void)state;
	for (unsigned byte = 1; byte < 256; byte++) {
		const struct log_request r = { .method = worst,
					       .route = worst,
					       .request_id = worst,
					       .traceparent = worst,
					       .caller = worst,
					       .problem = worst,
					       .detail = worst,
					       .status = 599,
					       .duration_us = INT64_MAX,
					       .bytes = INT64_MAX };

		memset(worst, (int)byte, sizeof worst - 1);
		worst[sizeof worst - 1] = '\0';
		capture();
		log_request(&r);
		json_decref(released_line());
	}
}

#define WRITERS 4
#define LINES   50

static void *write_lines(void *number)
{
	for (int i = 0; i < LINES; i++)
		log_info("writer %d line %d %0100d", *(int *)number, i, 0);
	return NULL;
}

static void log_lines_of_several_threads_never_mix(void **state)
{
	static char out[60000];
	int numbers[WRITERS] = { 0, 1, 2, 3 }, n_lines = 0;
	pthread_t threads[WRITERS];

	(void)state;
	capture();
	for (int i = 0; i < WRITERS; i++)
		pthread_create(&threads[i], NULL, write_lines, &numbers[i]);
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	release(out, sizeof out);
	for (char *line = out, *end; (end = strchr(line, '\n')); line = end + 1, n_lines++) {
		json_t *json = json_loadb(line, (size_t)(end - line), 0, NULL);

		CHECK(json_is_object(json), "%.200s", line);
		json_decref(json);
	}
	assert_int_equal(n_lines, WRITERS * LINES);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(log_write_makes_one_json_line_of_any_text),
		cmocka_unit_test(log_write_cuts_what_is_too_long),
		cmocka_unit_test(log_write_keeps_to_the_level),
		cmocka_unit_test(log_request_says_all_it_is_given),
		cmocka_unit_test(log_request_takes_a_failure_of_ours_as_an_error),
		cmocka_unit_test(log_request_is_one_json_line_whatever_is_in_it),
		cmocka_unit_test(log_lines_of_several_threads_never_mix),
	};

	return RUN(tests);
}
