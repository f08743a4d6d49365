/*
 * Start-up is by hand rather than through ulfius_start_framework(), for reasons
 * that each matter: a bounded pool of threads over epoll instead of a thread and a
 * select() for each connection; an idle timeout and connection limits, which
 * Ulfius leaves off; and our own logger, because the built-in one uses a finished
 * message, which can hold the client's path, as a format string. The listening
 * socket is ours too, so that a port that is taken is told apart from other
 * troubles, and the port that the system chose is known.
 */
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <yder.h>

#define params params_of_gnutls /* gnutls.h, by way of ulfius.h, has a tag of this name too */
#include <ulfius.h>
#undef params

#include "core/clock.h"
#include "core/limits.h"
#include "core/log.h"
#include "http/certificate.h"
#include "http/dispatch.h"
#include "http/exchange.h"
#include "http/peer.h"
#include "http/server.h"

#include "core/banned.h"

/*
 * What a connection may take: the headers of a request, and beside them those of
 * its answer, which come from the same memory. If that runs out the answer is
 * lost, so dispatch() refuses what libmicrohttpd would still let in.
 */
#define CONNECTION_BYTES (LIMIT_HEADERS_BYTES + LIMIT_BEARER_BYTES + 16384)

/* TLS 1.2 or later, and only with keys that are of no use to one who gets hold of ours afterwards. */
#define TLS_PRIORITIES "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:%SERVER_PRECEDENCE"

struct server {
	struct _u_instance instance;
	struct app *app;
	int listening;
	char host[NI_MAXHOST];
	unsigned port;
	pthread_mutex_t lock;
	pthread_cond_t idle; /* signalled when the last request in flight is done while draining */
};

/* --- logs of the libraries ----------------------------------------------------------- */

_printf_(2, 0) static void log_mhd(void *data, const char *fmt, va_list args)
{
	char text[512];

	(void)data;
	if (vsnprintf(text, sizeof text, fmt, args) < 0)
		return;
	text[strcspn(text, "\r\n")] = '\0';
	log_info("libmicrohttpd: %s", text);
}

static void log_yder(void *data, const char *name, const time_t at, const unsigned long level, const char *text)
{
	(void)data;
	(void)name;
	(void)at;
	log_write(level == Y_LOG_LEVEL_ERROR ? LOG_WARN : LOG_DEBUG, "%s", text);
}

/* --- requests -------------------------------------------------------------------------- */

static int on_request(const struct _u_request *request, struct _u_response *response, void *data)
{
	struct server *s = data;
	struct exchange x;

	atomic_fetch_add(&s->app->in_flight, 1);
	exchange_read(&x, s->app, request);
	dispatch(&x);
	exchange_write(&x, response);
	exchange_done(&x);
	return U_CALLBACK_COMPLETE; /* any other value throws our answer away */
}

/* A request is over once its answer is sent. Ulfius counts the callbacks that ran: none, if it never came to us. */
static void on_completed(void *data, struct MHD_Connection *connection, void **state,
			 enum MHD_RequestTerminationCode how)
{
	struct server *s = data;
	const struct connection_info_struct *info = *state;
	bool served = info && info->request && info->request->callback_position > 0;

	mhd_request_completed(data, connection, state, how);
	if (!served || atomic_fetch_sub(&s->app->in_flight, 1) != 1 || !atomic_load(&s->app->draining))
		return;
	pthread_mutex_lock(&s->lock);
	pthread_cond_broadcast(&s->idle);
	pthread_mutex_unlock(&s->lock);
}

/* --- the certificate ---------------------------------------------------------------------- */

static int load_certificate(const struct config *c, struct error *err)
{
	char until[32];

	if (!c->tls_certificate)
		return 0;
	if (certificate_load(c->tls_certificate, c->tls_key, err) < 0)
		return -1;
	clock_utc(certificate_expires_at(), 0, until);
	log_write(certificate_expires_at() > time(NULL) ? LOG_INFO : LOG_WARN, "the TLS certificate is valid until %s",
		  until);
	return 0;
}

void server_reload(struct server *s)
{
	struct error err = { 0 };

	if (!s->app->config->tls_certificate)
		log_info("there is no TLS certificate to read again");
	else if (load_certificate(s->app->config, &err) < 0)
		log_error("%s; the TLS certificate that was read before stays in use", err.detail);
}

const char *server_scheme(const struct server *s)
{
	return s->app->config->tls_certificate ? "https" : "http";
}

/* --- up ---------------------------------------------------------------------------------- */

static int bind_to(const struct addrinfo *address, int *ret_fd)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, address->ai_addr, address->ai_addrlen) < 0 || listen(fd, SOMAXCONN) < 0) {
		int reason = errno;

		(void)close(fd);
		errno = reason;
		return -1;
	}
	*ret_fd = fd;
	return 0;
}

static int open_socket(struct server *s, struct error *err)
{
	const struct config *c = s->app->config;
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *found;
	char port[8];
	int failed;

	snprintf(port, sizeof port, "%u", c->port);
	failed = getaddrinfo(c->bind, port, &hints, &found);
	if (failed)
		return error_set(err, ERR_INVALID, "INSPECTD_BIND is \"%s\": %s", c->bind, gai_strerror(failed));
	failed = bind_to(found, &s->listening);
	freeaddrinfo(found);
	if (!failed)
		return 0;
	if (errno == EADDRINUSE)
		return error_set(err, ERR_UNAVAILABLE, "%s port %u is in use by another program", c->bind, c->port);
	return error_set(err, ERR_UNAVAILABLE, "cannot listen on %s port %u: %s", c->bind, c->port,
			 strerrordesc_np(errno));
}

static int note_address(struct server *s, struct error *err)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof address;
	char port[8];

	if (getsockname(s->listening, (struct sockaddr *)&address, &len) < 0 ||
	    getnameinfo((struct sockaddr *)&address, len, s->host, sizeof s->host, port, sizeof port,
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return error_set(err, ERR_INTERNAL, "cannot tell which port was opened");
	s->port = (unsigned)strtoul(port, NULL, 10);
	return 0;
}

/*
 * Here alone is the connection at hand, and so the address it comes from: it goes with
 * the request in a member that Ulfius has for requests of its own.
 *
 * libmicrohttpd would take the query apart into the memory of the connection, and
 * with a thousand parameters be left with none to answer from. We read the query
 * ourselves, from the copy that Ulfius keeps here, so the original ends before it.
 * It is the daemon's own request buffer, const only by its type.
 */
static void *on_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
	struct connection_info_struct *kept = ulfius_uri_logger(cls, uri);
	const union MHD_ConnectionInfo *from = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	char *query = strchr(uri, '?');

	if (kept && from)
		kept->request->timeout = peer_of(from->client_addr);
	if (query)
		query[1] = '\0';
	return kept;
}

static int start_daemon(struct server *s, struct error *err)
{
	const struct config *c = s->app->config;
	struct MHD_OptionItem option[] = {
		/* The logger comes first so that complaints about the others reach it. */
		{ MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)log_mhd, NULL },
		{ MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, s },
		{ MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_uri, NULL },
		{ MHD_OPTION_LISTEN_SOCKET, s->listening, NULL },
		{ MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)c->workers, NULL },
		{ MHD_OPTION_CONNECTION_LIMIT, (intptr_t)c->connections, NULL },
		{ MHD_OPTION_PER_IP_CONNECTION_LIMIT, (intptr_t)c->connections_per_address, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)c->idle_s, NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES, NULL },
		{ MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
		/* Without TLS the list ends here. */
		{ c->tls_certificate ? MHD_OPTION_HTTPS_PRIORITIES : MHD_OPTION_END, 0, (void *)TLS_PRIORITIES },
		{ MHD_OPTION_HTTPS_CERT_CALLBACK2, 0, certificate_callback() },
		{ MHD_OPTION_END, 0, NULL },
	};
	const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG |
			       (c->tls_certificate ? MHD_USE_TLS : 0);

	if (ulfius_init_instance(&s->instance, s->port, NULL, NULL) != U_OK)
		return error_set(err, ERR_INTERNAL, "Ulfius could not be set up");
	s->instance.check_utf8 = 0; /* it drops in silence what is not UTF-8 */
	s->instance.allowed_post_processor = U_POST_PROCESS_NONE;
	s->instance.max_post_body_size = (size_t)c->body_max + 1; /* it cuts there; one byte over is how we know */
	if (ulfius_add_endpoint_by_val(&s->instance, "*", NULL, "*", 0, on_request, s) != U_OK ||
	    ulfius_start_framework_with_mhd_options(&s->instance, flags, option) != U_OK)
		return error_set(err, ERR_INTERNAL, "libmicrohttpd did not start; the log says why");
	return 0;
}

int server_start(struct server **ret_server, struct app *app, struct error *err)
{
	struct server *s = calloc(1, sizeof *s);

	if (!s)
		return error_set(err, ERR_INTERNAL, "out of memory");
	s->app = app;
	s->listening = -1;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->idle, NULL);
	(void)y_init_logs("inspectd", Y_LOG_MODE_CALLBACK, Y_LOG_LEVEL_WARNING, NULL, NULL);
	(void)y_set_logs_callback(log_yder, NULL, NULL);
	if (load_certificate(app->config, err) < 0 || open_socket(s, err) < 0 || note_address(s, err) < 0 ||
	    start_daemon(s, err) < 0) {
		server_stop(s);
		return -1;
	}
	*ret_server = s;
	return 0;
}

const char *server_host(const struct server *s)
{
	return s->host;
}

unsigned server_port(const struct server *s)
{
	return s->port;
}

/* --- down -------------------------------------------------------------------------------- */

static bool wait_until_idle(struct server *s, unsigned ms)
{
	struct timespec until;
	int failed = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&s->lock);
	while (atomic_load(&s->app->in_flight) > 0 && !failed)
		failed = pthread_cond_clockwait(&s->idle, &s->lock, CLOCK_MONOTONIC, &until);
	pthread_mutex_unlock(&s->lock);
	return atomic_load(&s->app->in_flight) == 0;
}

/*
 * Order matters. Readiness goes false first, so that a load balancer stops
 * sending; then the listening socket leaves the event loops; then requests in
 * flight get until the deadline, each answered with "Connection: close". Only then
 * is the daemon stopped: MHD_stop_daemon() shuts every open socket, and a client
 * mid-request would get an empty reply.
 */
static void stop_daemon(struct server *s)
{
	const struct config *c = s->app->config;
	struct timespec notice = { .tv_sec = c->notice_ms / 1000, .tv_nsec = (long)(c->notice_ms % 1000) * 1000000 };

	atomic_store(&s->app->draining, true);
	(void)nanosleep(&notice, NULL);
	s->listening = MHD_quiesce_daemon(s->instance.mhd_daemon);
	if (!wait_until_idle(s, c->drain_ms))
		log_warn("stopping with %u requests still in flight", atomic_load(&s->app->in_flight));
	database_hurry(s->app->database);
	(void)ulfius_stop_framework(&s->instance);
}

void server_stop(struct server *s)
{
	if (!s)
		return;
	if (s->instance.mhd_daemon)
		stop_daemon(s);
	if (s->listening >= 0)
		(void)close(s->listening); /* ours to close, and only after the stop */
	ulfius_clean_instance(&s->instance);
	certificate_forget();
	(void)y_close_logs();
	pthread_cond_destroy(&s->idle);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
