/* Four letters are three bytes; two or three letters at the end are one byte or two. */
#include "identity/base64url.h"

#include "core/banned.h"

static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

int base64url_decode(const char *text, size_t len, unsigned char *out, size_t size, size_t *ret_len)
{
	unsigned bits = 0, held = 0;
	size_t n = 0;

	if (len % 4 == 1)
		return -1;
	for (size_t i = 0; i < len; i++) {
		int value = value_of(text[i]);

		if (value < 0)
			return -1;
		held = held << 6 | (unsigned)value;
		bits += 6;
		if (bits < 8)
			continue;
		if (n == size)
			return -1;
		bits -= 8;
		out[n++] = (unsigned char)(held >> bits);
		held &= (1u << bits) - 1;
	}
	if (held != 0)
		return -1; /* bits that belong to no byte: another spelling of the same */
	*ret_len = n;
	return 0;
}
