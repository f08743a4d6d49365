/*
 * core/cleanup.h - scope-bound release of what a function acquires. Pure.
 *
 * Every x_free() in this tree accepts NULL, so an automatic release is safe on
 * each early return. A variable marked `_cleanup_` must be initialised where it
 * is declared; to hand its value out, pass it through TAKE().
 */
#ifndef CORE_CLEANUP_H
#define CORE_CLEANUP_H

#include <stdlib.h>

#define _cleanup_(fn)  __attribute__((cleanup(fn)))
#define _must_check_   __attribute__((warn_unused_result))
#define _printf_(f, a) __attribute__((format(printf, f, a)))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Defines free_fn##p(), the shape the attribute wants, from a plain free_fn(). */
#define DEFINE_CLEANUP(type, free_fn)                                                                                  \
	static inline void free_fn##p(type *slot)                                                                      \
	{                                                                                                              \
		free_fn(*slot);                                                                                        \
	}

/* Moves a pointer out of its variable: the caller now owns it, the slot holds NULL. */
#define TAKE(slot)                                                                                                     \
	({                                                                                                             \
		__typeof__(slot) taken_ = (slot);                                                                      \
		(slot) = NULL;                                                                                         \
		taken_;                                                                                                \
	})

static inline void freep(void *slot)
{
	free(*(void **)slot);
}

#endif
