/*
 * http/router.h - the table of routes, and finding the one for a request. Pure.
 */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include "core/error.h"
#include "resource/resource.h"

struct address;
struct exchange;

/* In alphabetical order, as the table is. */
enum method { M_DELETE, M_GET, M_HEAD, M_OPTIONS, M_PATCH, M_POST, M_OTHER, M_COUNT_ };

/* Fills the answer and returns 0, or -1 with the error that becomes a problem. */
typedef int handler(struct exchange *x, struct error *err);

struct route {
	enum method method;
	const char *path;
	handler *handler;
	const struct resource *resource; /* whose rows it is about, or NULL */
	const struct resource *parent;   /* of a nested path: whose id {id} is, or NULL */
	const char *scope;               /* NULL: no key needed; "": any valid key */
	const char *operation_id;
};

extern const struct route routes[];
extern const size_t n_routes;

enum method router_method(const char *name); /* exact: methods are case-sensitive */
const char *router_method_name(enum method method);

#define ROUTER_ACCEPT_PATCH "application/merge-patch+json, application/json"

struct router_match {
	const struct route *route; /* that answers the method, GET's for HEAD; NULL for OPTIONS */
	const char *path;          /* the template */
	const char *argument;      /* of its {param}, borrowed from the address, or NULL */
};

/* ERR_NOT_FOUND; ERR_METHOD with err->allowed and the template in *ret_match. */
int router_find(const struct address *a, enum method method, struct router_match *ret_match,
		struct error *err) _must_check_;

/* "GET, HEAD, OPTIONS" for a template; size 64 is enough for all. */
void router_allow(const char *path, char *out, size_t size);
bool router_has(const char *path, enum method method);

/* Position of the first route with this template; n_routes when there is none. */
size_t router_index(const char *path);

#endif
