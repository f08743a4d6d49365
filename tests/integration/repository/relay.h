/*
 * relay.h - a PostgreSQL that can stop answering: a socket in a folder of its
 * own that hands every byte on to the real one, until it is frozen.
 */
#ifndef TESTS_INTEGRATION_REPOSITORY_RELAY_H
#define TESTS_INTEGRATION_REPOSITORY_RELAY_H

#include "session.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct relay {
	char folder[64], path[96], real[96];
	char url[512]; /* leads to the relay */
	int listener;
	pthread_t thread;
	atomic_bool frozen, stopping;
};

static inline int unix_socket(const char *path, struct sockaddr_un *ret_address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0 && strlen(path) < sizeof ret_address->sun_path);
	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(ret_address->sun_path, path, strlen(path) + 1);
	return fd;
}

/* -1 at the end of `from`, or when `to` takes no more. */
static inline int hand_on(int from, int to)
{
	char bytes[65536];
	ssize_t n = read(from, bytes, sizeof bytes);

	for (ssize_t done = 0; n > 0 && done < n;) {
		ssize_t sent = send(to, bytes + done, (size_t)(n - done), MSG_NOSIGNAL);

		if (sent < 0)
			return -1;
		done += sent;
	}
	return n > 0 ? 0 : -1;
}

static inline void relay_serve(struct relay *r, int client)
{
	struct sockaddr_un address;
	int server = unix_socket(r->real, &address), alive = 0;

	if (connect(server, (struct sockaddr *)&address, sizeof address) < 0)
		alive = -1;
	while (alive == 0 && !r->stopping) {
		struct pollfd p[] = { { .fd = client, .events = POLLIN }, { .fd = server, .events = POLLIN } };

		if (r->frozen) {
			usleep(5000);
			continue;
		}
		if (poll(p, 2, 5) <= 0)
			continue;
		if (p[0].revents)
			alive = hand_on(client, server);
		if (alive == 0 && p[1].revents)
			alive = hand_on(server, client);
	}
	close(server);
	close(client);
}

/* One client at a time. */
static inline void *relay_run(void *data)
{
	struct relay *r = data;

	while (!r->stopping) {
		struct pollfd p = { .fd = r->listener, .events = POLLIN };

		if (poll(&p, 1, 5) > 0 && !r->frozen)
			relay_serve(r, accept(r->listener, NULL, NULL));
	}
	return NULL;
}

/* A socket that PostgreSQL's clients find in `folder`, which is made. */
static inline int listen_as_postgres(char *folder, char *path, size_t size)
{
	struct sockaddr_un address;
	int fd;

	snprintf(folder, 64, "/tmp/relay.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, size, "%s/.s.PGSQL.5432", folder);
	fd = unix_socket(path, &address);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static inline void relay_start(struct relay *r)
{
	*r = (struct relay){ .frozen = false };
	snprintf(r->real, sizeof r->real, "%s/.s.PGSQL.%s", PQhost(look), PQport(look));
	r->listener = listen_as_postgres(r->folder, r->path, sizeof r->path);
	snprintf(r->url, sizeof r->url, "%s host=%s port=5432", test_url(), r->folder);
	assert_int_equal(pthread_create(&r->thread, NULL, relay_run, r), 0);
}

static inline void relay_stop(struct relay *r)
{
	r->frozen = false;
	r->stopping = true;
	assert_int_equal(pthread_join(r->thread, NULL), 0);
	close(r->listener);
	unlink(r->path);
	rmdir(r->folder);
}

#endif
