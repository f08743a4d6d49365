/*
 * core/buf.h - a growing byte buffer that knows when to stop.
 *
 * Each buffer states its ceiling when it is made, so that no input can make it
 * take all memory. The first failed append (too big, or out of memory) latches:
 * later appends do nothing and buf_ok() is false, so callers check once, at the
 * end. buf.data is NUL-terminated and never NULL after buf_init().
 *
 * OWNERSHIP  The buffer owns its bytes until buf_take(). Memory comes from
 *            o_malloc(), because a response body is handed to Ulfius as it is.
 * THREADS    None shared.   BLOCKING  Never.
 */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "core/cleanup.h"

struct buf {
	char *data;
	size_t len;
	size_t cap;
	size_t ceiling;
	bool failed;
};

void buf_init(struct buf *b, size_t ceiling);
void buf_done(struct buf *b);  /* releases what it holds, not *b */
void buf_reset(struct buf *b); /* empty again, memory kept, latch cleared */
void buf_add(struct buf *b, const char *bytes, size_t len);
void buf_adds(struct buf *b, const char *text); /* NUL-terminated */
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) _printf_(2, 3);
void buf_add_json(struct buf *b, const char *text, size_t len); /* as a JSON string, quotes included, RFC 8259 */
bool buf_ok(const struct buf *b) _must_check_;
char *buf_take(struct buf *b, size_t *ret_len); /* caller frees with o_free(); *b is empty again */

#endif
