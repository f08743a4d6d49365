/* What a list shows and in which order: sort=, fields=, expand=, and by= of counts. */
#include <stdio.h>
#include <string.h>

#include "resource/query_reader.h"

#include "core/banned.h"

/* The names of the fields with any of these flags and none of those: "a, b, c", cut to fit. */
static void list_fields(const struct resource *r, unsigned with, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < r->n_fields && len < size; i++)
		if (r->fields[i].flags & with)
			len += (size_t)snprintf(out + len, size - len, "%s%s", len ? ", " : "", r->fields[i].name);
}

/* --- sort= ------------------------------------------------------------------------ */

static bool add_sort(struct query_reader *q, const char *text)
{
	bool descending = text[0] == '-';
	const struct field *f = resource_field(q->resource, text + descending);
	char possible[256];

	if (!f || !(f->flags & SORT)) {
		list_fields(q->resource, SORT, possible, sizeof possible);
		query_reader_complain(q, "sort", "not_sortable", "cannot sort by %.40s; possible: %s",
				      text + descending, possible);
		return false;
	}
	for (size_t i = 0; i < q->query->n_sort; i++) {
		if (q->query->sort[i].field != f)
			continue;
		query_reader_complain(q, "sort", "repeated", "names %s twice", f->name);
		return false;
	}
	q->query->sort[q->query->n_sort++] = (struct sort_key){ f, descending };
	return true;
}

/* The id makes every order total. It runs the way of the last key, so that one index can serve both. */
static void add_id(struct query_reader *q)
{
	const struct field *id = resource_field(q->resource, "id");
	struct list_query *query = q->query;

	for (size_t i = 0; i < query->n_sort; i++)
		if (query->sort[i].field == id)
			return;
	query->sort[query->n_sort] = (struct sort_key){ id, query->n_sort > 0 &&
								    query->sort[query->n_sort - 1].descending };
	query->n_sort++;
}

void query_shape_sort(struct query_reader *q, const char *value)
{
	_cleanup_(query_values_done) struct values v = { NULL, 0 };

	if (!query_values_read(q, "sort", value, LIMIT_SORT_KEYS, &v))
		return;
	for (size_t i = 0; i < v.n; i++)
		if (!add_sort(q, v.item[i]))
			return;
	add_id(q);
}

/* --- fields= ---------------------------------------------------------------------- */

static void choose(struct query_reader *q, const char *name)
{
	const struct field *f = resource_field(q->resource, name);
	struct nearest nearest = { name };
	char hint[100];

	if (f && !(f->flags & WRITE_ONLY)) {
		q->query->chosen[f - q->resource->fields] = true;
		return;
	}
	for (size_t i = 0; i < q->resource->n_fields; i++)
		if (!(q->resource->fields[i].flags & WRITE_ONLY))
			nearest_offer(&nearest, q->resource->fields[i].name);
	nearest_hint(&nearest, hint, sizeof hint);
	query_reader_complain(q, "fields", "unknown_field", "the %s have no member %.60s%s", q->resource->plural, name,
			      hint);
}

void query_shape_fields(struct query_reader *q, const char *value)
{
	_cleanup_(query_values_done) struct values v = { NULL, 0 };

	if (!query_values_read(q, "fields", value, q->resource->n_fields, &v) || !query_values_differ(q, "fields", &v))
		return;
	for (size_t i = 0; i < v.n; i++)
		choose(q, v.item[i]);
}

/* --- expand= ---------------------------------------------------------------------- */

static const struct expansion *expansion_named(const struct resource *r, const char *name, size_t len)
{
	for (size_t i = 0; i < r->n_expansions; i++)
		if (strncmp(r->expansions[i].name, name, len) == 0 && r->expansions[i].name[len] == '\0')
			return &r->expansions[i];
	return NULL;
}

static bool complain_of_expansion(struct query_reader *q, const struct resource *r, const char *name)
{
	char possible[200] = "";
	size_t len = 0;

	for (size_t i = 0; i < r->n_expansions && len < sizeof possible; i++)
		len += (size_t)snprintf(possible + len, sizeof possible - len, "%s%s", i ? ", " : "",
					r->expansions[i].name);
	query_reader_complain(q, "expand", "unknown_expansion", "%.60s is nothing that the %s can show; possible: %s",
			      name, r->plural, len ? possible : "none");
	return false;
}

static bool has_expand(const struct list_query *query, const struct expand *e)
{
	for (size_t i = 0; i < query->n_expand; i++)
		if (query->expand[i].expansion == e->expansion && query->expand[i].nested == e->nested)
			return true;
	return false;
}

static bool add_expand(struct query_reader *q, struct expand e)
{
	if (has_expand(q->query, &e))
		return true;
	if (q->query->n_expand == LIMIT_EXPANSIONS) {
		query_reader_complain(q, "expand", "too_many", "shows at most %d kinds of rows", LIMIT_EXPANSIONS);
		return false;
	}
	q->query->expand[q->query->n_expand++] = e;
	return true;
}

/* One name, or two with a dot between: the second level stands beside the first, which it needs. */
static bool read_expand(struct query_reader *q, const char *text)
{
	size_t len = strcspn(text, ".");
	struct expand e = { expansion_named(q->resource, text, len), NULL };
	const struct resource *target;

	if (!e.expansion)
		return complain_of_expansion(q, q->resource, text);
	if (!add_expand(q, e) || text[len] == '\0')
		return text[len] == '\0';
	target = resources[e.expansion->target];
	e.nested = expansion_named(target, text + len + 1, strlen(text + len + 1));
	if (strchr(text + len + 1, '.')) {
		query_reader_complain(q, "expand", "too_deep", "goes two levels deep at most, as in findings.actions");
		return false;
	}
	return e.nested ? add_expand(q, e) : complain_of_expansion(q, target, text + len + 1);
}

void query_shape_expand(struct query_reader *q, const char *value)
{
	_cleanup_(query_values_done) struct values v = { NULL, 0 };

	if (!query_values_read(q, "expand", value, LIMIT_EXPANSIONS, &v) || !query_values_differ(q, "expand", &v))
		return;
	for (size_t i = 0; i < v.n; i++)
		if (!read_expand(q, v.item[i]))
			return;
}

/* --- by= -------------------------------------------------------------------------- */

/* Rows can be counted by a column, and by theme where rows have several. */
static const char *dimension_named(const struct resource *r, const char *name)
{
	const struct field *f = resource_field(r, name);

	if (f && (f->flags & COUNT))
		return f->name;
	for (size_t i = 0; i < r->n_filters; i++)
		if (strcmp(r->filters[i].name, "theme_id") == 0 && strcmp(name, "theme_id") == 0)
			return r->filters[i].name;
	return NULL;
}

void query_shape_by(struct query_reader *q, const char *value)
{
	_cleanup_(query_values_done) struct values v = { NULL, 0 };
	char possible[256];

	if (!query_values_read(q, "by", value, LIMIT_COUNT_DIMENSIONS, &v) || !query_values_differ(q, "by", &v))
		return;
	for (size_t i = 0; i < v.n; i++) {
		const char *name = dimension_named(q->resource, v.item[i]);

		if (name) {
			q->query->count_by[q->query->n_count_by++] = name;
			continue;
		}
		list_fields(q->resource, COUNT, possible, sizeof possible);
		query_reader_complain(q, "by", "not_countable", "cannot count by %.40s; possible: %s%s", v.item[i],
				      dimension_named(q->resource, "theme_id") ? "theme_id, " : "", possible);
	}
}
