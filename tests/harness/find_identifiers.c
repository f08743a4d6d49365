/*
 * What service/resource/identifier.c finds in many texts: the suites that ask about
 * thousands would take an hour over HTTP.
 *
 *   find_identifiers              for each line of standard input, a JSON string, a
 *                                 line of output: [{"kind", "refused", "from", "to"}, ...]
 *   find_identifiers --time N     the same texts N times; microseconds of our processor for 20,000 characters
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "core/cleanup.h"
#include "core/limits.h"
#include "core/text.h"
#include "resource/identifier.h"

#define FOUND_MAX 64

static int show(const char *text)
{
	struct identifier found[FOUND_MAX];
	size_t n = identifier_find(text, found, FOUND_MAX);
	_cleanup_(json_decrefp) json_t *list = json_array();
	_cleanup_(freep) char *line = NULL;

	for (size_t i = 0; i < n; i++) {
		json_t *item = json_pack("{s:s, s:b, s:I, s:I}", "kind", identifier_words(found[i].kind), "refused",
					 identifier_is_refused(found[i].kind), "from", (json_int_t)found[i].from, "to",
					 (json_int_t)found[i].to);

		if (json_array_append_new(list, item) < 0)
			return -1;
	}
	line = json_dumps(list, JSON_COMPACT);
	return line && puts(line) != EOF ? 0 : -1;
}

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Every text, N times. */
static int measure(const json_t *texts, long times)
{
	size_t characters = 0, finds = 0, i;
	double began = cpu_us();
	const json_t *text;

	for (long n = 0; n < times; n++)
		json_array_foreach(texts, i, text) {
			struct identifier found[FOUND_MAX];

			finds += identifier_find(json_string_value(text), found, FOUND_MAX);
		}
	json_array_foreach(texts, i, text)
		characters += text_length(json_string_value(text));
	printf("%.1f us for %d characters (%zu texts, %zu characters, %zu found, %ld times)\n",
	       (cpu_us() - began) / (double)times / (double)characters * LIMIT_TEXT_CHARS, LIMIT_TEXT_CHARS,
	       json_array_size(texts), characters, finds / (size_t)times, times);
	return 0;
}

int main(int argc, char **argv)
{
	_cleanup_(json_decrefp) json_t *texts = json_array();
	_cleanup_(freep) char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		json_t *text = json_loads(line, JSON_DECODE_ANY, NULL);

		if (!json_is_string(text) || (argc == 1 && show(json_string_value(text)) < 0)) {
			fprintf(stderr, "find_identifiers: each line is one JSON string\n");
			return EXIT_FAILURE;
		}
		json_array_append_new(texts, text);
	}
	if (argc == 3 && strcmp(argv[1], "--time") == 0)
		return measure(texts, strtol(argv[2], NULL, 10));
	return EXIT_SUCCESS;
}
