/*
 * UUID version 7 by RFC 9562, section 6.2, method 1: 48 bits of milliseconds, a
 * 12-bit counter that each thread keeps, 62 random bits. The counter starts low
 * in each millisecond; when it is used up, or the clock is set back, the thread
 * goes on counting from its own last millisecond.
 */
#include "core/uuid.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "core/banned.h"

#define COUNTER_MAX 0xFFF

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* A system without randomness cannot name anything: there is no going on. */
static void fill_random(unsigned char *bytes, size_t len)
{
	ssize_t n;

	do
		n = getrandom(bytes, len, 0);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)len)
		abort();
}

/* The time and counter of this thread's next id; `seed` is a random start for a new millisecond. */
static void tick(uint64_t *ret_ms, unsigned *ret_counter, unsigned seed)
{
	static _Thread_local uint64_t ms;
	static _Thread_local unsigned counter;
	uint64_t now = now_ms();

	if (now > ms) {
		ms = now;
		counter = seed & 0x3FF;
	} else if (counter < COUNTER_MAX) {
		counter++;
	} else {
		ms++;
		counter = seed & 0x3FF;
	}
	*ret_ms = ms;
	*ret_counter = counter;
}

static void print(const unsigned char id[16], char out[37])
{
	static const char digits[] = "0123456789abcdef";
	char *to = out;

	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*to++ = '-';
		*to++ = digits[id[i] >> 4];
		*to++ = digits[id[i] & 15];
	}
	*to = '\0';
}

void uuid_v7(char out[37])
{
	unsigned char random[10], id[16];
	unsigned counter;
	uint64_t ms;

	fill_random(random, sizeof random);
	tick(&ms, &counter, (unsigned)random[0] << 8 | random[1]);
	for (size_t i = 0; i < 6; i++)
		id[i] = (unsigned char)(ms >> (40 - 8 * i));
	id[6] = (unsigned char)(0x70 | counter >> 8);
	id[7] = (unsigned char)counter;
	memcpy(id + 8, random + 2, 8);
	id[8] = (unsigned char)(0x80 | (id[8] & 0x3F));
	print(id, out);
}
