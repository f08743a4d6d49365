/*
 * Pages for people, and the description of the API for programs: all of it comes
 * from the tables or from texts that the binary carries.
 */
#include <ctype.h>
#include <string.h>

#include "core/embedded.h"
#include "http/handler.h"
#include "http/input.h"
#include "http/problem.h"

#include "core/banned.h"

static void begin_page(struct answer *a, const char *title)
{
	answer_as(a, 200, "text/html; charset=utf-8");
	answer_header(a, "Content-Security-Policy",
		      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
		      "frame-ancestors 'none'");
	buf_adds(&a->body, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
	answer_html(a, title, strlen(title));
	buf_adds(&a->body, "</title><style>body{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 "
			   "1rem}table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left}"
			   "pre{white-space:pre-wrap;font:inherit}</style></head><body>\n<h1>");
	answer_html(a, title, strlen(title));
	buf_adds(&a->body, "</h1>\n");
}

static int end_page(struct exchange *x, struct error *err)
{
	buf_adds(&x->answer.body, "</body></html>\n");
	answer_digest(&x->answer);
	return input_not_modified(x, err);
}

static void add_cell(struct answer *a, const char *text)
{
	buf_adds(&a->body, "<td>");
	answer_html(a, text, strlen(text));
	buf_adds(&a->body, "</td>");
}

int document_docs(struct exchange *x, struct error *err)
{
	static const char *const offers[] = { "text/html" };
	struct answer *a = &x->answer;
	int offer;

	if (input_accept(x, offers, 1, &offer, err) < 0 || input_no_params(x, err) < 0)
		return -1;
	begin_page(a, "Inspection Tracker");
	buf_adds(&a->body, "<p>The contract: <a href=\"/v1/openapi.yaml\">openapi.yaml</a>, "
			   "<a href=\"/v1/openapi.json\">openapi.json</a>. What can go wrong: "
			   "<a href=\"/problems\">problems</a>.</p>\n<table><tr><th>Method</th><th>Address</th>"
			   "<th>Operation</th><th>Scope</th></tr>\n");
	for (size_t i = 0; i < n_routes; i++) {
		const char *scope = routes[i].scope;

		buf_adds(&a->body, "<tr>");
		add_cell(a, router_method_name(routes[i].method));
		add_cell(a, routes[i].path);
		add_cell(a, routes[i].operation_id);
		add_cell(a, !scope ? "no key needed" : scope[0] ? scope : "any key");
		buf_adds(&a->body, "</tr>\n");
	}
	buf_adds(&a->body, "</table>\n");
	return end_page(x, err);
}

/* --- the contract ------------------------------------------------------------------------ */

static int answer_text(struct exchange *x, const struct embedded *text, const char *type, struct error *err)
{
	int offer;

	if (input_accept(x, &type, 1, &offer, err) < 0 || input_no_params(x, err) < 0)
		return -1;
	if (text->len == 0)
		return error_set(err, ERR_NOT_FOUND, "this build carries no such text");
	buf_add(&x->answer.body, text->text, text->len);
	answer_as(&x->answer, 200, type);
	answer_digest(&x->answer);
	return input_not_modified(x, err);
}

int document_openapi_json(struct exchange *x, struct error *err)
{
	return answer_text(x, &embedded_openapi_json, "application/json", err);
}

int document_openapi_yaml(struct exchange *x, struct error *err)
{
	return answer_text(x, &embedded_openapi_yaml, "application/yaml", err);
}

/* --- problems ------------------------------------------------------------------------------ */

static const struct problem_kind *kind_of(const char *slug)
{
	for (size_t i = 0; i < ARRAY_LEN(problem_kinds); i++)
		if (problem_kinds[i].slug && strcmp(problem_kinds[i].slug, slug) == 0)
			return &problem_kinds[i];
	return NULL;
}

static bool is_slug_char(char c)
{
	return islower((unsigned char)c) || isdigit((unsigned char)c) || c == '-';
}

/* Whether a heading names the slug as a word of its own. */
static bool names(const char *line, size_t len, const char *slug)
{
	size_t n = strlen(slug);

	for (size_t i = 1; i + n <= len; i++)
		if (memcmp(line + i, slug, n) == 0 && !is_slug_char(line[i - 1]) &&
		    (i + n == len || !is_slug_char(line[i + n])))
			return true;
	return false;
}

/* The section of problems.md whose heading names the slug, to the next heading; NULL if there is none. */
static const char *find_section(const char *slug, size_t *ret_len)
{
	const char *start = NULL;

	for (const char *line = embedded_problems.text; *line; line += strspn(line, "\n")) {
		size_t len = strcspn(line, "\n");

		if (line[0] == '#' && start) {
			*ret_len = (size_t)(line - start);
			return start;
		}
		if (line[0] == '#' && names(line, len, slug))
			start = line;
		line += len;
	}
	*ret_len = start ? strlen(start) : 0;
	return start;
}

/* The text for people: as HTML to a browser, else as it is written. */
static int answer_markdown(struct exchange *x, const char *title, const char *text, size_t len, struct error *err)
{
	static const char *const offers[] = { "text/markdown", "text/html", "text/plain" };
	int offer;

	if (input_accept(x, offers, ARRAY_LEN(offers), &offer, err) < 0 || input_no_params(x, err) < 0)
		return -1;
	if (offer == 1) {
		begin_page(&x->answer, title);
		buf_adds(&x->answer.body, "<pre>");
		answer_html(&x->answer, text, len);
		buf_adds(&x->answer.body, "</pre>\n");
		return end_page(x, err);
	}
	buf_add(&x->answer.body, text, len);
	answer_as(&x->answer, 200, offer == 0 ? "text/markdown; charset=utf-8" : "text/plain; charset=utf-8");
	answer_digest(&x->answer);
	return input_not_modified(x, err);
}

int document_problem(struct exchange *x, struct error *err)
{
	const struct problem_kind *kind = kind_of(x->argument);
	const char *section;
	size_t len;

	if (!kind)
		return error_set(err, ERR_NOT_FOUND, "there is no such problem; /problems lists them");
	section = find_section(kind->slug, &len);
	if (!section)
		section = kind->title;
	return answer_markdown(x, kind->title, section, len ? len : strlen(section), err);
}

int document_problems(struct exchange *x, struct error *err)
{
	return answer_markdown(x, "Problems", embedded_problems.text, embedded_problems.len, err);
}
