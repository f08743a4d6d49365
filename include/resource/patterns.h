/* resource/patterns.h - the named forms that a text field may be held to. Pure. */
#ifndef RESOURCE_PATTERNS_H
#define RESOURCE_PATTERNS_H

#include <stdbool.h>
#include <stddef.h>

struct pattern {
	const char *name;
	const char *regex;   /* as api/openapi.yaml states it */
	const char *meaning; /* "must be …" */
	bool (*holds)(const char *text);
	bool is_free; /* leaves the words to the writer */
};

extern const struct pattern patterns[];
extern const size_t n_patterns;

const struct pattern *pattern_named(const char *name);

#endif
