/*
 * http/dispatch.h - the way of a request, from address to answer, and what may be
 * refused where: form (400, 413, 414), route (404, 405), key (401), scope (403),
 * then the handler's media types, body, preconditions and query.
 *
 * BLOCKING  As its handler does.
 */
#ifndef HTTP_DISPATCH_H
#define HTTP_DISPATCH_H

struct exchange;

/* Answers, whatever happens; counts and logs. */
void dispatch(struct exchange *x);

#endif
