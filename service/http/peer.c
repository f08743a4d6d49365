/*
 * Addresses as numbers. Ulfius hands over the first 16 bytes of a sockaddr, which is
 * not all of an IPv6 one; this reads what libmicrohttpd has.
 */
#include "http/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "core/banned.h"

static uint64_t number(const uint8_t *bytes, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* Apart from every prefix of IPv6, of which none in use begins with sixteen zeros and sixteen ones. */
static uint64_t of_v4(const uint8_t bytes[4])
{
	return UINT64_C(0xffff) << 32 | number(bytes, 4);
}

static uint64_t of_v6(const struct in6_addr *address)
{
	return IN6_IS_ADDR_V4MAPPED(address) ? of_v4(address->s6_addr + 12) : number(address->s6_addr, 8);
}

uint64_t peer_of(const struct sockaddr *address)
{
	struct sockaddr_in6 v6;
	struct sockaddr_in v4;

	if (address && address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof v4);
		return of_v4((const uint8_t *)&v4.sin_addr);
	}
	if (address && address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof v6);
		return of_v6(&v6.sin6_addr);
	}
	return 0;
}

int peer_forwarded(const char *value, uint64_t *ret_peer)
{
	const char *comma = strrchr(value, ',');
	const char *start = comma ? comma + 1 : value;
	char text[INET6_ADDRSTRLEN];
	struct in6_addr v6;
	struct in_addr v4;
	size_t len;

	start += strspn(start, " \t");
	len = strcspn(start, " \t");
	if (len == 0 || len >= sizeof text || start[len + strspn(start + len, " \t")] != '\0')
		return -1;
	memcpy(text, start, len);
	text[len] = '\0';
	if (inet_pton(AF_INET, text, &v4) == 1)
		*ret_peer = of_v4((const uint8_t *)&v4);
	else if (inet_pton(AF_INET6, text, &v6) == 1)
		*ret_peer = of_v6(&v6);
	else
		return -1;
	return 0;
}
