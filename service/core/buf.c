/*
 * The growing buffer. Every append goes through grow(), which alone decides
 * whether there is room and latches when there is not.
 */
#include "core/buf.h"

#include <endian.h>
#include <orcania.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

#include "core/banned.h"

#define BUF_FIRST_CAP 256

/* What an empty buffer points to, so that data is never NULL. Nothing writes to it. */
static char nothing[1];

void buf_init(struct buf *b, size_t ceiling)
{
	*b = (struct buf){ .data = nothing, .ceiling = ceiling };
}

void buf_done(struct buf *b)
{
	if (b->cap > 0)
		o_free(b->data);
	buf_init(b, b->ceiling);
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->cap > 0)
		b->data[0] = '\0';
}

/* The capacity for `needed` bytes: at least double, so that appends cost the same however many there are. */
static size_t next_cap(const struct buf *b, size_t needed)
{
	size_t cap = b->cap > 0 ? b->cap * 2 : BUF_FIRST_CAP;

	if (cap < needed)
		cap = needed;
	if (cap - 1 > b->ceiling)
		cap = b->ceiling + 1;
	return cap;
}

/* Makes room for `more` bytes and the NUL, or latches. */
static bool grow(struct buf *b, size_t more)
{
	size_t cap;
	char *data;

	if (b->failed)
		return false;
	if (more < b->cap - b->len)
		return true;
	b->failed = true;
	if (more > b->ceiling - b->len || b->len + more == SIZE_MAX)
		return false;
	cap = next_cap(b, b->len + more + 1);
	data = b->cap > 0 ? o_realloc(b->data, cap) : o_malloc(cap);
	if (!data)
		return false;
	b->data = data;
	b->cap = cap;
	b->failed = false;
	return true;
}

void buf_add(struct buf *b, const char *bytes, size_t len)
{
	if (len == 0 || !grow(b, len))
		return;
	memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_addc(struct buf *b, char c)
{
	if (!grow(b, 1))
		return;
	b->data[b->len++] = c;
	b->data[b->len] = '\0';
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list args;
	int needed;

	va_start(args, fmt);
	needed = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (needed < 0)
		b->failed = true;
	if (needed <= 0 || !grow(b, (size_t)needed))
		return;
	va_start(args, fmt);
	vsnprintf(b->data + b->len, (size_t)needed + 1, fmt, args);
	va_end(args);
	b->len += (size_t)needed;
}

#define ONES  0x0101010101010101u
#define HIGHS 0x8080808080808080u

/*
 * How many of the eight bytes in front can stand in a JSON string as they are:
 * ASCII, printable or DEL, neither a quote nor a backslash. A byte below n
 * borrows into its high bit when n is subtracted; a byte equal to c is below 1
 * once c is taken out. A borrow spoils only bytes above, so the lowest flag is true.
 */
static size_t clean_of_eight(const char *text)
{
	uint64_t word, control, quote, backslash, dirty;

	memcpy(&word, text, sizeof word);
	word = le64toh(word);
	control = word - ONES * 0x20;
	quote = (word ^ ONES * '"') - ONES;
	backslash = (word ^ ONES * '\\') - ONES;
	dirty = (word | control | quote | backslash) & HIGHS;
	return dirty ? (size_t)__builtin_ctzll(dirty) / 8 : 8;
}

static bool is_clean(char c)
{
	return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

static size_t clean_ascii(const char *text, size_t len)
{
	size_t i = 0;

	while (len - i >= 8) {
		size_t n = clean_of_eight(text + i);

		i += n;
		if (n < 8)
			return i;
	}
	while (i < len && is_clean(text[i]))
		i++;
	return i;
}

/* Length of the run that can be copied as it stands: clean ASCII and valid UTF-8. */
static size_t clean_run(const char *text, size_t len)
{
	size_t i = 0, step;

	do {
		i += clean_ascii(text + i, len - i);
		step = i < len && (unsigned char)text[i] >= 0x80 ? text_step(text + i, len - i) : 0;
		i += step;
	} while (step > 0);
	return i;
}

/* One byte that cannot stand in a JSON string as it is. */
static void add_escaped(struct buf *b, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	static const char shorts[256] = {
		['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'
	};

	if (c >= 0x80)
		buf_add(b, "\\ufffd", 6); /* not UTF-8: the replacement character */
	else if (shorts[c])
		buf_add(b, (char[]){ '\\', shorts[c] }, 2);
	else
		buf_add(b, (char[]){ '\\', 'u', '0', '0', digits[c >> 4], digits[c & 15] }, 6);
}

void buf_add_json(struct buf *b, const char *text, size_t len)
{
	size_t i = 0;

	if (!grow(b, len < SIZE_MAX - 2 ? len + 2 : len))
		return;
	buf_addc(b, '"');
	while (i < len) {
		size_t run = clean_run(text + i, len - i);

		buf_add(b, text + i, run);
		i += run;
		if (i < len)
			add_escaped(b, (unsigned char)text[i++]);
	}
	buf_addc(b, '"');
}

bool buf_ok(const struct buf *b)
{
	return !b->failed;
}

char *buf_take(struct buf *b, size_t *ret_len)
{
	char *data = NULL;
	size_t len = 0;

	if (!b->failed && b->cap == 0)
		data = o_strdup("");
	else if (!b->failed) {
		data = b->data;
		len = b->len;
		b->cap = 0;
	}
	buf_done(b);
	if (ret_len)
		*ret_len = len;
	return data;
}
