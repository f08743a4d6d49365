/*
 * Query parameters to the shape of a list. One table says which parameters there
 * are and where each has a meaning; every other name must be a filter.
 */
#include "resource/query.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/text.h"
#include "resource/query_reader.h"

#include "core/banned.h"

#define SEARCH_CHARS   500
#define SEARCH_MINUSES 30 /* PostgreSQL gives up at 33 that negate each other */
#define EXPORT_ROWS    1000000000
#define DAY_S          86400

/* --- the parameters --------------------------------------------------------------- */

static void read_limit(struct query_reader *q, const char *value)
{
	int64_t max = q->kind == QUERY_EXPORT ? EXPORT_ROWS : LIMIT_PAGE_ROWS;
	int64_t number;

	if (text_to_int(value, &number) < 0 || number < 1 || number > max) {
		query_reader_complain(q, "limit", "out_of_range", "must be a whole number from 1 to %lld",
				      (long long)max);
		return;
	}
	q->query->limit = (unsigned)number;
	q->query->limit_given = true;
}

static void read_include_total(struct query_reader *q, const char *value)
{
	q->query->include_total = strcmp(value, "true") == 0;
	if (!q->query->include_total && strcmp(value, "false") != 0)
		query_reader_complain(q, "include_total", "not_a_boolean", "must be exactly true or false");
}

/* How many minus signs could negate: those that are no hyphen within a word. */
static size_t count_minuses(const char *text)
{
	size_t n = 0;

	for (const char *c = text; *c; c++)
		n += *c == '-' && (c == text || !isalnum((unsigned char)c[-1]));
	return n;
}

bool query_check_search(const char *text, struct error *err)
{
	unsigned before = err->n_complaints;

	if (text_is_blank(text))
		error_add(err, ERR_MALFORMED, IN_QUERY, "/q", "empty",
			  "has no words to search for; leave it out, or give some");
	else if (text_length(text) > SEARCH_CHARS)
		error_add(err, ERR_MALFORMED, IN_QUERY, "/q", "too_long", "must be at most %d characters",
			  SEARCH_CHARS);
	else if (count_minuses(text) > SEARCH_MINUSES)
		error_add(err, ERR_MALFORMED, IN_QUERY, "/q", "too_many", "can exclude at most %d words",
			  SEARCH_MINUSES);
	return err->n_complaints == before;
}

static void read_search(struct query_reader *q, const char *value)
{
	if (!q->resource->searchable)
		query_reader_complain(q, "q", "unknown_parameter",
				      "has no meaning here: the %s have no text to search; use filters",
				      q->resource->plural);
	else if (query_check_search(value, q->err))
		q->query->search = value;
}

/* Two digits as a number. */
static int64_t pair(const char *digits)
{
	return (digits[0] - '0') * 10 + (digits[1] - '0');
}

/* Seconds since 1970 of a valid RFC 3339 time. */
static int64_t second_of(const char *time)
{
	char date[11] = "";
	const char *zone = time + strlen("YYYY-MM-DDTHH:MM:SS");
	int64_t second;

	memcpy(date, time, 10);
	second = text_date_number(date) * DAY_S + pair(time + 11) * 3600 + pair(time + 14) * 60 + pair(time + 17);
	zone += strspn(zone, ".0123456789");
	if (*zone == '+' || *zone == '-')
		second -= (*zone == '+' ? 1 : -1) * (pair(zone + 1) * 3600 + pair(zone + 4) * 60);
	return second;
}

/* A row written a moment ago may carry the time of a database whose clock is a little ahead of ours. */
static void read_recorded_at(struct query_reader *q, const char *value)
{
	char now[32];

	clock_now(now);
	if (!text_is_time(value))
		query_reader_complain(q, "as_recorded_at", "not_a_time", "write a time such as 2026-01-31T09:30:00Z%s",
				      strchr(value, ' ') ? "; in an offset, write + as %2B" : " (RFC 3339)");
	else if (second_of(value) > second_of(now) + 1)
		query_reader_complain(q, "as_recorded_at", "in_future",
				      "is later than now: what will be recorded then is not known");
	else
		q->query->as_recorded_at = value;
}

static void keep_cursor(struct query_reader *q, const char *value)
{
	q->cursor = value;
}

enum {
	IN_LIST = 1 << QUERY_LIST,
	IN_EXPORT = 1 << QUERY_EXPORT,
	IN_COUNTS = 1 << QUERY_COUNTS,
	IN_ITEM = 1 << QUERY_ITEM
};

static const struct parameter {
	const char *name;
	unsigned kinds;
	void (*read)(struct query_reader *q, const char *value);
} parameters[] = {
	{ "as_recorded_at", IN_LIST | IN_EXPORT | IN_COUNTS | IN_ITEM, read_recorded_at },
	{ "by", IN_COUNTS, query_shape_by },
	{ "cursor", IN_LIST, keep_cursor },
	{ "expand", IN_LIST | IN_ITEM, query_shape_expand },
	{ "fields", IN_LIST | IN_EXPORT | IN_ITEM, query_shape_fields },
	{ "include_total", IN_LIST, read_include_total },
	{ "limit", IN_LIST | IN_EXPORT, read_limit },
	{ "q", IN_LIST | IN_EXPORT | IN_COUNTS, read_search },
	{ "sort", IN_LIST | IN_EXPORT, query_shape_sort },
};

static const struct parameter *parameter_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(parameters); i++)
		if (strcmp(parameters[i].name, name) == 0)
			return &parameters[i];
	return NULL;
}

/* --- reading them all ---------------------------------------------------------------- */

static void complain_of_place(struct query_reader *q, const char *name)
{
	static const char *const places[] = {
		[QUERY_LIST] = "a list",
		[QUERY_EXPORT] = "an export, which is the whole list in one answer",
		[QUERY_COUNTS] = "counts",
		[QUERY_ITEM] = "a single item",
	};

	query_reader_complain(q, name, "unknown_parameter", "has no meaning for %s; leave it out", places[q->kind]);
}

/* The ways in which other services page their lists. */
static bool is_paging(const char *name)
{
	static const char *const names[] = { "page", "offset", "per_page" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* The name that was probably meant; of a single item, which takes no filters, else all there are. */
static void hint_at(const struct query_reader *q, const char *name, char *out, size_t size)
{
	struct nearest nearest = { name };
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_LEN(parameters); i++)
		if (parameters[i].kinds & (1u << q->kind))
			nearest_offer(&nearest, parameters[i].name);
	if (q->kind != QUERY_ITEM)
		query_filter_offer(q->resource, &nearest);
	nearest_hint(&nearest, out, size);
	if (nearest.best[0])
		return;
	if (q->kind != QUERY_ITEM) {
		(void)snprintf(out, size, "; /v1/openapi.yaml lists those that are");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(parameters) && len < size; i++)
		if (parameters[i].kinds & IN_ITEM)
			len += (size_t)snprintf(out + len, size - len, "%s%s",
						len ? ", " : "; possible: ", parameters[i].name);
}

static void complain_of_name(struct query_reader *q, const char *name)
{
	char hint[100] = "; lists are paged with `limit` and `links.next`";

	if (q->kind != QUERY_LIST || !is_paging(name))
		hint_at(q, name, hint, sizeof hint);
	query_reader_complain(q, name, "unknown_parameter", "is not known here%s", hint);
}

static bool is_repeated(const struct params *params, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(params->item[i].name, params->item[index].name) == 0)
			return true;
	return false;
}

static void read_parameter(struct query_reader *q, const char *name, const char *value)
{
	const struct parameter *p = parameter_named(name);

	if (name[0] == '\0')
		query_reader_complain(q, name, "empty_name", "a parameter has no name; look for a stray & or =");
	else if (p && !(p->kinds & (1u << q->kind)))
		complain_of_place(q, name);
	else if (p)
		p->read(q, value);
	else if (q->kind == QUERY_ITEM || !query_filter_read(q, name, value))
		complain_of_name(q, name);
}

static void read_parameters(struct query_reader *q, const struct params *params)
{
	for (size_t i = 0; i < params->n; i++) {
		if (is_repeated(params, i))
			query_reader_complain(q, params->item[i].name, "repeated",
					      "is there more than once; write its values as one comma list");
		else
			read_parameter(q, params->item[i].name, params->item[i].value);
	}
}

static bool is_named(const struct params *params, const char *name)
{
	for (size_t i = 0; i < params->n; i++)
		if (strcmp(params->item[i].name, name) == 0)
			return true;
	return false;
}

/* What was left out. */
static void complete(struct query_reader *q, const struct params *params)
{
	struct list_query *query = q->query;

	if (!query->limit_given && q->kind == QUERY_LIST)
		query->limit = LIMIT_PAGE_DEFAULT;
	if (!is_named(params, "sort"))
		query_shape_sort(q, q->resource->default_sort);
	if (!is_named(params, "fields"))
		for (size_t i = 0; i < q->resource->n_fields; i++)
			query->chosen[i] = !(q->resource->fields[i].flags & WRITE_ONLY);
	if (q->kind == QUERY_COUNTS && !is_named(params, "by"))
		query_reader_complain(q, "by", "required", "is required: what to count by, such as by=status");
	if (q->cursor && q->err->n_complaints == 0)
		cursor_read(q, q->cursor);
}

void query_done(struct list_query *q)
{
	for (size_t i = 0; i < q->n_predicates; i++)
		free(q->predicate[i].values);
	for (size_t i = 0; i < ARRAY_LEN(q->cursor_values); i++)
		free(q->cursor_values[i]);
	*q = (struct list_query){ 0 };
}

int query_read(const struct resource *r, enum query_kind kind, const struct params *params, const char *scope,
	       struct list_query *ret_query, struct error *err)
{
	_cleanup_(query_done) struct list_query query = { .resource = r, .scope = scope };
	struct query_reader reader = { r, kind, &query, .err = err };

	query.export_all = kind == QUERY_EXPORT;
	read_parameters(&reader, params);
	complete(&reader, params);
	if (reader.no_memory)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (error_check(err) < 0)
		return -1;
	*ret_query = query;
	query = (struct list_query){ 0 };
	return 0;
}
