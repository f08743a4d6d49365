/*
 * support.h - for the tests of service/load: a report whose lines can be read.
 */
#ifndef TESTS_UNIT_LOAD_SUPPORT_H
#define TESTS_UNIT_LOAD_SUPPORT_H

#include "../unit.h"

#include "load/report.h"

/* A report that writes to memory. said() is what it wrote so far. */
struct listener {
	struct report report;
	char *text;
	size_t len;
};

static inline void listener_init(struct listener *l)
{
	*l = (struct listener){ .text = NULL };
	report_init(&l->report, open_memstream(&l->text, &l->len));
}

static inline void listener_done(struct listener *l)
{
	(void)fclose(l->report.out);
	free(l->text);
}

static inline const char *said(struct listener *l)
{
	(void)fflush(l->report.out);
	return l->text;
}

#define assert_said(l, part) CHECK(strstr(said(l), part), "not said: %s\nbut: %s", part, said(l))

#endif
