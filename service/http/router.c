/*
 * Finding the route of a request. A comparison ends at the first byte that
 * differs, so the table is read from the top: 200 routes take half a microsecond.
 */
#include "http/router.h"

#include <stdio.h>
#include <string.h>

#include "http/address.h"

#include "core/banned.h"

static const char *const methods[M_COUNT_] = {
	[M_DELETE] = "DELETE", [M_GET] = "GET",   [M_HEAD] = "HEAD",   [M_OPTIONS] = "OPTIONS",
	[M_PATCH] = "PATCH",   [M_POST] = "POST", [M_OTHER] = "OTHER",
};

enum method router_method(const char *name)
{
	for (enum method m = 0; m < M_OTHER; m++)
		if (strcmp(methods[m], name) == 0)
			return m;
	return M_OTHER;
}

const char *router_method_name(enum method method)
{
	return methods[method];
}

/* Addresses are written with hyphens, members with underscores; whoever mixes them up is to be told. */
static bool is_alike(char c, char expected, bool loosely)
{
	return c == expected || (loosely && c == '_' && expected == '-');
}

/* Whether the segments are those of a template; its {param}, if any, goes to *ret_argument. */
static bool matches(const struct address *a, const char *template, bool loosely, const char **ret_argument)
{
	size_t i = 0;

	*ret_argument = NULL;
	for (; *template == '/'; i++) {
		const char *c;

		if (i == a->n_segments)
			return false;
		c = a->segment[i];
		if (*++template == '{') {
			*ret_argument = c;
			template += strcspn(template, "/");
			continue;
		}
		for (; *c && is_alike(*c, *template, loosely) && *template != '/'; template ++)
			c++;
		if (*c || (*template && *template != '/'))
			return false;
	}
	return i == a->n_segments;
}

/* The first route of an address; n_routes when there is none. */
static size_t first_match(const struct address *a, bool loosely, const char **ret_argument)
{
	for (size_t i = 0; a->exact && i < n_routes; i++)
		if (matches(a, routes[i].path, loosely, ret_argument))
			return i;
	return n_routes;
}

static int refuse_address(const struct address *a, struct error *err)
{
	const char *argument;
	size_t meant = first_match(a, true, &argument);

	if (meant == n_routes)
		return error_set(err, ERR_NOT_FOUND, "there is nothing at this address; /docs lists what there is");
	return error_set(err, ERR_NOT_FOUND, "there is nothing at this address; did you mean %s?", routes[meant].path);
}

static bool answers(enum method offered, enum method asked)
{
	return offered == asked || (offered == M_GET && asked == M_HEAD) || asked == M_OPTIONS;
}

/* The route of a template that answers a method, or NULL. Routes of one path stand together. */
static const struct route *route_of(size_t first, enum method method)
{
	for (size_t i = first; i < n_routes && strcmp(routes[i].path, routes[first].path) == 0; i++)
		if (answers(routes[i].method, method))
			return &routes[i];
	return NULL;
}

size_t router_index(const char *path)
{
	for (size_t i = 0; i < n_routes; i++)
		if (routes[i].path == path)
			return i; /* most often it comes from the table */
	for (size_t i = 0; i < n_routes; i++)
		if (strcmp(routes[i].path, path) == 0)
			return i;
	return n_routes;
}

bool router_has(const char *path, enum method method)
{
	return route_of(router_index(path), method) != NULL;
}

void router_allow(const char *path, char *out, size_t size)
{
	size_t first = router_index(path), len = 0;

	out[0] = '\0';
	for (enum method m = 0; m < M_OTHER; m++)
		if (route_of(first, m) && len + strlen(methods[m]) + 3 <= size)
			len += (size_t)snprintf(out + len, size - len, "%s%s", len ? ", " : "", methods[m]);
}

int router_find(const struct address *a, enum method method, struct router_match *ret_match, struct error *err)
{
	const char *argument;
	size_t first = first_match(a, false, &argument);
	struct router_match match = { 0 };

	if (first == n_routes)
		return refuse_address(a, err);
	match.path = routes[first].path;
	match.argument = argument;
	*ret_match = match;
	if (method == M_OPTIONS)
		return 0;
	match.route = route_of(first, method);
	if (!match.route) {
		router_allow(match.path, err->allowed, sizeof err->allowed);
		return error_set(err, ERR_METHOD, "this address answers %s", err->allowed);
	}
	*ret_match = match;
	return 0;
}
