/* Tests of service/http/peer.c. */
#include "../unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "http/peer.h"

static uint64_t of_v4(const char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(4711) };

	assert_int_equal(inet_pton(AF_INET, text, &address.sin_addr), 1);
	return peer_of((const struct sockaddr *)&address);
}

static uint64_t of_v6(const char *text)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(4711) };

	assert_int_equal(inet_pton(AF_INET6, text, &address.sin6_addr), 1);
	return peer_of((const struct sockaddr *)&address);
}

static void every_ipv4_address_is_a_peer_of_its_own(void **state)
{
	(void)state;
	assert_true(of_v4("192.0.2.1") != of_v4("192.0.2.2"));
	assert_true(of_v4("192.0.2.1") == of_v4("192.0.2.1"));
	assert_true(of_v4("192.0.2.1") == of_v6("::ffff:192.0.2.1"));
	assert_true(of_v6("::ffff:192.0.2.1") != of_v6("::ffff:192.0.2.2"));
	assert_true(of_v4("0.0.0.0") != 0);
}

static void ipv6_addresses_of_one_network_are_one_peer(void **state)
{
	(void)state;
	assert_true(of_v6("2001:db8:1:2::1") == of_v6("2001:db8:1:2:ffff::9"));
	assert_true(of_v6("2001:db8:1:2::1") != of_v6("2001:db8:1:3::1"));
	assert_true(of_v6("2001:db8::1") != of_v4("1.13.184.0"));
}

static void what_is_no_such_address_is_nobody(void **state)
{
	const struct sockaddr local = { .sa_family = AF_UNIX };

	(void)state;
	assert_true(peer_of(NULL) == 0);
	assert_true(peer_of(&local) == 0);
}

static void of_what_proxies_forward_the_last_is_taken(void **state)
{
	static const struct {
		const char *value, *last; /* NULL: there is none */
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "198.51.100.7, 192.0.2.1", "192.0.2.1" },
		{ "not an address,192.0.2.1 ", "192.0.2.1" },
		{ "192.0.2.1,\t198.51.100.7\t", "198.51.100.7" },
		{ "", NULL },
		{ "192.0.2.1,", NULL },
		{ "unknown", NULL },
		{ "192.0.2.1:4711", NULL },
		{ "192.0.2.1 192.0.2.2", NULL },
		{ "192.0.2.256", NULL },
		{ "1111111111111111111111111111111111111111111111111111111", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint64_t peer = 4711;
		int outcome = peer_forwarded(cases[i].value, &peer);

		CHECK(outcome == (cases[i].last ? 0 : -1), "case %zu", i);
		CHECK(peer == (cases[i].last ? of_v4(cases[i].last) : 4711), "case %zu", i);
	}
}

static void what_proxies_forward_may_be_ipv6(void **state)
{
	uint64_t peer;

	(void)state;
	assert_int_equal(peer_forwarded("192.0.2.1, 2001:db8:1:2::1", &peer), 0);
	assert_true(peer == of_v6("2001:db8:1:2::9"));
	assert_int_equal(peer_forwarded("::ffff:192.0.2.1", &peer), 0);
	assert_true(peer == of_v4("192.0.2.1"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_ipv4_address_is_a_peer_of_its_own),
		cmocka_unit_test(ipv6_addresses_of_one_network_are_one_peer),
		cmocka_unit_test(what_is_no_such_address_is_nobody),
		cmocka_unit_test(of_what_proxies_forward_the_last_is_taken),
		cmocka_unit_test(what_proxies_forward_may_be_ipv6),
	};

	return RUN(tests);
}
