/*
 * core/embedded.h - the texts that the binary carries, made at build time by
 * service/embed.py: SQL to lay down, and the API's own description to serve.
 *
 * Arrays are sorted by name, which is the file's name ("0001_journal.sql"). Each
 * text is NUL-terminated and byte for byte the file's; `len` leaves out the NUL.
 * A file that is absent is an empty text.
 *
 * OWNERSHIP  Constant data.   THREADS  Safe from any.
 */
#ifndef CORE_EMBEDDED_H
#define CORE_EMBEDDED_H

#include <stddef.h>

struct embedded {
	const char *name;
	const char *text;
	size_t len;
};

extern const struct embedded embedded_migrations[]; /* sql/migrations */
extern const struct embedded embedded_views[];      /* sql/views */
extern const struct embedded embedded_rules[];      /* sql/rules */
extern const size_t n_embedded_migrations, n_embedded_views, n_embedded_rules;

extern const struct embedded embedded_openapi_yaml; /* api/openapi.yaml */
extern const struct embedded embedded_openapi_json; /* the same, converted by api/yaml_to_json.py */
extern const struct embedded embedded_problems;     /* api/problems.md */

#endif
