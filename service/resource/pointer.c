/* JSON Pointers, a step at a time, with ~ and / escaped. */
#include "resource/pointer.h"

#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/text.h"

#include "core/banned.h"

static const char *escaped(const char *c)
{
	return *c == '~' ? "~0" : *c == '/' ? "~1" : NULL;
}

struct pointer pointer_member(const char *base, const char *name)
{
	struct pointer p = { "" };
	size_t len = (size_t)snprintf(p.text, sizeof p.text, "%s/", base);

	if (len >= sizeof p.text)
		return p;
	for (const char *c = name; *c; c++) {
		const char *bytes = escaped(c);
		size_t n = bytes ? 2 : 1;

		if (len + n >= sizeof p.text)
			break;
		memcpy(p.text + len, bytes ? bytes : c, n);
		len += n;
	}
	p.text[text_cut(p.text, len)] = '\0';
	return p;
}

struct pointer pointer_item(const char *base, size_t index)
{
	char digits[24];

	snprintf(digits, sizeof digits, "%zu", index);
	return pointer_member(base, digits);
}
