/*
 * resource/nearest.h - which known name a mistyped one was probably meant to be. Pure.
 *
 *	struct nearest near = { "staus" };
 *	nearest_offer(&near, "status"); ...
 *	nearest_hint(&near, hint, sizeof hint);   "; did you mean status?" or ""
 */
#ifndef RESOURCE_NEAREST_H
#define RESOURCE_NEAREST_H

#include <stddef.h>

#include "resource/vocabulary.h"

struct nearest {
	const char *wanted;
	char best[65]; /* "": none is near */
	size_t distance;
};

void nearest_offer(struct nearest *n, const char *name);
void nearest_offer_terms(struct nearest *n, const struct vocabulary *v);
void nearest_hint(const struct nearest *n, char *out, size_t size);

#endif
