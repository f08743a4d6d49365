/*
 * resource/pointer.h - JSON Pointers (RFC 6901) to what a complaint is about. Pure.
 *
 * A pointer too long for a complaint ends with the last step that fits whole.
 */
#ifndef RESOURCE_POINTER_H
#define RESOURCE_POINTER_H

#include <stddef.h>

struct pointer {
	char text[128];
};

struct pointer pointer_member(const char *base, const char *name); /* "" and "a/b" give "/a~1b" */
struct pointer pointer_item(const char *base, size_t index);

#endif
