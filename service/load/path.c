/*
 * Breadth first over the status table: as few steps as there can be, so that as
 * little as possible is said to have happened.
 */
#include "load/path.h"

#include <string.h>

#include "core/banned.h"

#define STEPS_MAX 64

static bool was_reached(const struct status_step *const *via, size_t n, const char *status)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(via[i]->to, status) == 0)
			return true;
	return false;
}

/* Appends the steps out of `from` to statuses not reached yet. */
static size_t spread(const struct status_table *t, const char *start, const char *from, const struct status_step **via,
		     size_t n)
{
	for (size_t i = 0; i < t->n && n < STEPS_MAX; i++) {
		const struct status_step *step = &t->steps[i];

		if (strcmp(step->from, from) == 0 && strcmp(step->to, start) != 0 && !was_reached(via, n, step->to))
			via[n++] = step;
	}
	return n;
}

static const struct status_step *step_to(const struct status_step *const *via, size_t n, const char *status)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(via[i]->to, status) == 0)
			return via[i];
	return NULL;
}

int path_find(const struct status_table *t, const char *from, const char *to,
	      const struct status_step *steps[PATH_STEPS_MAX])
{
	const struct status_step *via[STEPS_MAX]; /* how each status was reached, nearest first */
	const struct status_step *step;
	size_t n = spread(t, from, from, via, 0);
	int length = 0;

	if (strcmp(from, to) == 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		n = spread(t, from, via[i]->to, via, n);
	for (step = step_to(via, n, to); step; step = step_to(via, n, step->from))
		length++;
	if (length == 0 || length > PATH_STEPS_MAX)
		return -1;
	step = step_to(via, n, to);
	for (int i = length - 1; step; step = step_to(via, n, step->from))
		steps[i--] = step;
	return length;
}
