/* What a list shows and in which order: sort=, fields=, expand=, and by= of counts. */
#include <stdio.h>
#include <string.h>

#include "resource/query_reader.h"

#include "core/banned.h"

static void append(char *out, size_t size, const char *text)
{
	size_t len = strlen(out);

	(void)snprintf(out + len, size - len, "%s%s", len ? ", " : "", text);
}

static void list_sortable(const struct resource *r, char *out, size_t size)
{
	out[0] = '\0';
	for (size_t i = 0; i < r->n_fields; i++)
		if (r->fields[i].flags & SORT)
			append(out, size, r->fields[i].name);
}

/* --- sort= ------------------------------------------------------------------------ */

static bool add_sort(struct query_reader *q, const char *text)
{
	bool descending = text[0] == '-';
	const struct field *f = resource_field(q->resource, text + descending);
	char possible[512];

	if (!f || !(f->flags & SORT)) {
		list_sortable(q->resource, possible, sizeof possible);
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
	char possible[512] = "";

	for (size_t i = 0; i < r->n_expansions; i++)
		append(possible, sizeof possible, r->expansions[i].name);
	query_reader_complain(q, "expand", "unknown_expansion", "%.60s is nothing that the %s can show; possible: %s",
			      name, r->plural, possible[0] ? possible : "none");
	return false;
}

/* The place of an expansion that was asked for already, or -1. */
static int place_of(const struct list_query *query, const struct expansion *e, int within)
{
	for (size_t i = 0; i < query->n_expand; i++)
		if (query->expand[i].expansion == e && query->expand[i].within == within)
			return (int)i;
	return -1;
}

/* Each stands once; a second level joins the first that it stands in. -1 when there are too many. */
static int add_expand(struct query_reader *q, const struct expansion *e, int within)
{
	int place = place_of(q->query, e, within);

	if (place >= 0)
		return place;
	if (q->query->n_expand == LIMIT_EXPANSIONS) {
		query_reader_complain(q, "expand", "too_many", "shows at most %d kinds of rows", LIMIT_EXPANSIONS);
		return -1;
	}
	q->query->expand[q->query->n_expand] = (struct expand){ e, within };
	return (int)q->query->n_expand++;
}

/* One name, or two with a dot between: the second level stands within the first. */
static bool read_expand(struct query_reader *q, const char *text)
{
	size_t len = strcspn(text, ".");
	const struct expansion *first = expansion_named(q->resource, text, len), *nested;
	const char *second = text + len + 1;
	int place;

	if (!first)
		return complain_of_expansion(q, q->resource, text);
	if (text[len] == '\0')
		return add_expand(q, first, -1) >= 0;
	if (strchr(second, '.')) {
		query_reader_complain(q, "expand", "too_deep", "goes two levels deep at most, as in findings.actions");
		return false;
	}
	nested = expansion_named(resources[first->target], second, strlen(second));
	if (!nested)
		return complain_of_expansion(q, resources[first->target], second);
	place = add_expand(q, first, -1);
	return place >= 0 && add_expand(q, nested, place) >= 0;
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

/* A column counts rows by its values; a list of ids, by each of its members: theme_ids by theme_id. NULL: neither. */
static const char *dimension_of(const struct field *f)
{
	if (!(f->flags & COUNT))
		return NULL;
	return f->type == F_REFS ? f->rows->member : f->name;
}

static const char *dimension_named(const struct resource *r, const char *name)
{
	for (size_t i = 0; i < r->n_fields; i++) {
		const char *dimension = dimension_of(&r->fields[i]);

		if (dimension && strcmp(dimension, name) == 0)
			return dimension;
	}
	return NULL;
}

static void list_dimensions(const struct resource *r, char *out, size_t size)
{
	out[0] = '\0';
	for (size_t i = 0; i < r->n_fields; i++)
		if (dimension_of(&r->fields[i]))
			append(out, size, dimension_of(&r->fields[i]));
}

void query_shape_by(struct query_reader *q, const char *value)
{
	_cleanup_(query_values_done) struct values v = { NULL, 0 };
	char possible[512];

	if (!query_values_read(q, "by", value, LIMIT_COUNT_DIMENSIONS, &v) || !query_values_differ(q, "by", &v))
		return;
	for (size_t i = 0; i < v.n; i++) {
		const char *name = dimension_named(q->resource, v.item[i]);

		if (name) {
			q->query->count_by[q->query->n_count_by++] = name;
			continue;
		}
		list_dimensions(q->resource, possible, sizeof possible);
		query_reader_complain(q, "by", "not_countable", "cannot count by %.40s; possible: %s", v.item[i],
				      possible);
	}
}
