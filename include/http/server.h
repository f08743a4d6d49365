/*
 * http/server.h - the listening socket and the workers behind it.
 *
 * OWNERSHIP  server_stop() releases what server_start() made. The app is borrowed.
 * THREADS    Start, reload and stop from one thread, with the signals that it waits
 *            for blocked before the start, for workers inherit the mask.
 * BLOCKING   server_stop() waits for requests in flight, at most notice_ms and
 *            drain_ms of the configuration.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "core/error.h"
#include "http/app.h"

struct server;

/* Answers requests once it returns. ERR_INVALID, ERR_UNAVAILABLE: the address cannot be listened on. */
int server_start(struct server **ret_server, struct app *app, struct error *err) _must_check_;
void server_stop(struct server *s);
DEFINE_CLEANUP(struct server *, server_stop)

/* Reads the certificate again, for new connections; the log says how that went. Nothing to do without one. */
void server_reload(struct server *s);

const char *server_scheme(const struct server *s);
const char *server_host(const struct server *s); /* numeric */
unsigned server_port(const struct server *s);    /* the real one, if the system was to choose */

#endif
