/* load/path.h - the shortest way from one status to another. Pure. */
#ifndef LOAD_PATH_H
#define LOAD_PATH_H

#include "resource/resource.h"

#define PATH_STEPS_MAX 8

/* Fills steps[] in order; returns their number, 0 when the two are the same, -1 when no way leads there. */
int path_find(const struct status_table *t, const char *from, const char *to,
	      const struct status_step *steps[PATH_STEPS_MAX]);

#endif
