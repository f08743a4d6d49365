/*
 * http/exchange.h - one request and its answer, apart from the HTTP library.
 *
 * exchange.c and server.c alone know Ulfius and libmicrohttpd; every handler
 * works on this.
 *
 * OWNERSHIP  An exchange owns what it holds (exchange_done), save what it says it borrows.
 * THREADS    Belongs to the worker that serves it.   BLOCKING  Never.
 */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include "core/rate.h"
#include "http/address.h"
#include "http/answer.h"
#include "http/app.h"
#include "http/header.h"
#include "http/router.h"
#include "operation/operation.h"

struct _u_request;
struct _u_response;

struct exchange {
	struct app *app; /* borrowed */
	uint64_t started_us;
	uint64_t peer; /* peer.h */

	/* the request */
	const char *method_name; /* borrowed */
	enum method method;
	const char *url; /* borrowed; raw path and query */
	struct address address;
	const char *header[H_COUNT_]; /* borrowed; NULL where absent */
	char *joined[H_COUNT_];       /* owned: a header sent more than once, joined by ", " */
	size_t head_bytes;            /* of the request line and all headers, nearly */
	const char *body;             /* borrowed; not NUL-terminated */
	size_t body_len;
	char request_id[LIMIT_REQUEST_ID + 1];
	const char *traceparent; /* borrowed; NULL unless well-formed */
	char person[LIMIT_PERSON_BYTES + 1];

	/* what is found out on the way */
	const struct route *route;   /* of this method, or NULL */
	const char *route_path;      /* the template, also where only the method is wrong; NULL: no such address */
	const char *argument;        /* the {param} of the path, borrowed from address */
	char scope[128];             /* "inspections/<id>" of a nested list: its cursors are bound to it */
	const struct client *client; /* borrowed until the request ends; NULL where no key is needed */
	struct rate_left left;       /* what the client has left; reset_s is 0 where nobody counted */
	char lacking[64];            /* a scope that the client lacks for this; "": none */
	struct readings readings;    /* what the answer shows of what is restricted */
	struct call call;
	struct answer answer;
	const char *problem; /* slug, for the log */
};

/* Reads everything but the address, which dispatch() does, since it can be refused. */
void exchange_read(struct exchange *x, struct app *app, const struct _u_request *request);
void exchange_write(struct exchange *x, struct _u_response *response);
void exchange_done(struct exchange *x);

#endif
