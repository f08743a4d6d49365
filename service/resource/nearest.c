/*
 * The nearest known name by edit distance (a swap of neighbours counts once).
 * Names of strangers may be long, so only short ones are compared.
 */
#include "resource/nearest.h"

#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"

#include "core/banned.h"

#define NAME_MAX_BYTES (sizeof((struct nearest){ 0 }.best) - 1)

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Restricted Damerau-Levenshtein distance, three rows at a time. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
	size_t rows[3][NAME_MAX_BYTES + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];

	for (size_t j = 0; j <= m; j++)
		last[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *spare = before;

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			row[j] = least(least(last[j], row[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = last;
		last = row;
		row = spare;
	}
	return last[m];
}

void nearest_offer(struct nearest *n, const char *name)
{
	size_t wanted_len = strnlen(n->wanted, NAME_MAX_BYTES + 1);
	size_t len = strnlen(name, NAME_MAX_BYTES + 1);
	size_t d;

	if (wanted_len > NAME_MAX_BYTES || len > NAME_MAX_BYTES)
		return;
	d = distance(n->wanted, wanted_len, name, len);
	if (d > least(3, len / 3) || (n->best[0] && d >= n->distance))
		return;
	memcpy(n->best, name, len + 1);
	n->distance = d;
}

void nearest_offer_terms(struct nearest *n, const struct vocabulary *v)
{
	for (size_t i = 0; i < v->n; i++)
		nearest_offer(n, v->terms[i].code);
}

void nearest_hint(const struct nearest *n, char *out, size_t size)
{
	if (n->best[0])
		snprintf(out, size, "; did you mean %s?", n->best);
	else
		out[0] = '\0';
}
