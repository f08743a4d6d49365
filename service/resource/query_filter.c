/*
 * Filters: name=a,b and name_ne=, name_gte= and its like, and the filters that
 * are more than a column. Each value is held to its type, so that none can fail
 * in the database.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "resource/day.h"
#include "resource/number.h"
#include "resource/patterns.h"
#include "resource/query_reader.h"

#include "core/banned.h"

#define EXTERNAL_REF_CHARS 200

/* Filters that many resources have. */
static const struct filter by_uuid = { "id", F_ID, .sql = "id = ANY ({v}::uuid[])" };
static const struct filter by_key = { "id", F_ID, .sql = "id = ANY ({v}::text[])" };
static const struct filter by_number = { "id", F_ID, .sql = "id = ANY ({v}::bigint[])" };
static const struct filter by_external_ref = { "external_ref", F_EXTERNAL }; /* its SQL: repository/statement.c */

static const struct comparison {
	const char *suffix;
	enum compare op;
	unsigned flag;
} comparisons[] = {
	{ "", OP_IN, FILTER },     { "_ne", OP_NOT_IN, FILTER }, { "_gt", OP_GT, RANGE },
	{ "_gte", OP_GTE, RANGE }, { "_lt", OP_LT, RANGE },      { "_lte", OP_LTE, RANGE },
};

/* --- the values --------------------------------------------------------------- */

static bool is_external_ref(const char *value)
{
	const char *colon = strchr(value, ':');
	char name[65];

	if (!colon || (size_t)(colon - value) >= sizeof name)
		return false;
	memcpy(name, value, (size_t)(colon - value));
	name[colon - value] = '\0';
	return text_is_slug(name) && !text_is_blank(colon + 1) && text_length(colon + 1) <= EXTERNAL_REF_CHARS;
}

static bool is_int(const char *value)
{
	int64_t number;

	return text_to_int(value, &number) == 0 && number >= INT32_MIN && number <= INT32_MAX;
}

static bool fits(const struct query_reader *q, const struct field *f, const char *value)
{
	switch (f->type) {
	case F_ID:
		return resource_has_key_form(q->resource, value);
	case F_REF:
	case F_REFS:
		return resource_has_key_form(resources[f->ref], value);
	case F_ENUM:
		return vocabulary_has(f->values, value);
	case F_DATE:
		return day_fits(f, value);
	case F_TIME:
		return text_is_time(value);
	case F_INT:
		return is_int(value);
	case F_NUMBER:
		return number_is(value);
	case F_BOOL:
		return strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
	case F_EXTERNAL:
		return is_external_ref(value);
	default:
		return !f->pattern || pattern_named(f->pattern)->holds(value);
	}
}

static void complain_of_code(struct query_reader *q, const struct field *f, const char *name, const char *value)
{
	struct nearest nearest = { value };
	char hint[100], allowed[512];

	nearest_offer_terms(&nearest, f->values);
	nearest_hint(&nearest, hint, sizeof hint);
	vocabulary_list(f->values, allowed, sizeof allowed);
	query_reader_complain(q, name, "not_a_code", "%.60s is not a code known here%s%s one of: %s", value, hint,
			      nearest.best[0] ? " It must be" : "; it must be", allowed);
}

/* A + that was not escaped arrives as a space. */
static void complain_of_time(struct query_reader *q, const char *name, const char *value)
{
	if (strchr(value, ' '))
		query_reader_complain(q, name, "not_a_time",
				      "write a time such as 2026-01-31T09:30:00Z; in an offset, write + as %%2B");
	else
		query_reader_complain(q, name, "not_a_time", "write a time such as 2026-01-31T09:30:00Z (RFC 3339)");
}

static void complain(struct query_reader *q, const struct field *f, const char *name, const char *value)
{
	switch (f->type) {
	case F_ID:
		query_reader_complain(q, name, "not_an_id", "%.60s cannot be the id of one of the %s", value,
				      q->resource->plural);
		break;
	case F_REF:
	case F_REFS:
		query_reader_complain(q, name, "not_an_id", "%.60s cannot be the id of one of the %s", value,
				      resources[f->ref]->plural);
		break;
	case F_ENUM:
		complain_of_code(q, f, name, value);
		break;
	case F_DATE:
		query_reader_complain(q, name, "not_a_date",
				      "write YYYY-MM-DD, a real day from %d-01-01 to %d-12-31, not '%.40s'",
				      day_first_year(f), DAY_LAST_YEAR, value);
		break;
	case F_TIME:
		complain_of_time(q, name, value);
		break;
	case F_INT:
		query_reader_complain(q, name, "not_an_integer", "%.40s is not a whole number such as 3", value);
		break;
	case F_NUMBER:
		query_reader_complain(q, name, "not_a_number",
				      "%.40s is not a number such as 12.5, of at most %d digits", value, NUMBER_DIGITS);
		break;
	case F_BOOL:
		query_reader_complain(q, name, "not_a_boolean", "must be exactly true or false");
		break;
	case F_EXTERNAL:
		query_reader_complain(q, name, "not_an_external_ref", "write system:ref, such as modern_gov:4711");
		break;
	default:
		query_reader_complain(q, name, "bad_form", "%s", pattern_named(f->pattern)->meaning);
	}
}

/* Only a UUID can have upper-case letters, and it is kept in lower case. */
static void lower_case(char *id)
{
	for (char *c = id; *c; c++)
		*c = (char)tolower((unsigned char)*c);
}

static bool check_values(struct query_reader *q, const struct field *f, const char *name, struct values *v)
{
	bool good = true;

	for (size_t i = 0; i < v->n; i++) {
		if (!fits(q, f, v->item[i])) {
			complain(q, f, name, v->item[i]);
			good = false;
		}
		if (f->type == F_ID || f->type == F_REF || f->type == F_REFS)
			lower_case(v->item[i]);
	}
	return good;
}

/* --- the names ------------------------------------------------------------------ */

static const struct filter *filter_named(const struct resource *r, const char *name)
{
	if (strcmp(name, "id") == 0)
		return r->numbered ? &by_number : r->own_key ? &by_key : &by_uuid;
	if (r->owned && strcmp(name, "external_ref") == 0)
		return &by_external_ref;
	for (size_t i = 0; i < r->n_filters; i++)
		if (strcmp(r->filters[i].name, name) == 0)
			return &r->filters[i];
	return NULL;
}

/* A list of ids has those of which one is named, and no more. */
static bool is_name_of(const struct field *f, const struct comparison *c, const char *name)
{
	char own[FILTER_NAME_BYTES];
	size_t len;

	if (!(f->flags & c->flag) || (f->type == F_REFS && c->op != OP_IN))
		return false;
	resource_filter_name(f, own);
	len = strlen(own);
	return strncmp(name, own, len) == 0 && strcmp(name + len, c->suffix) == 0;
}

static const struct field *field_compared(const struct resource *r, const char *name, enum compare *ret_op)
{
	for (size_t i = 0; i < r->n_fields; i++) {
		for (size_t j = 0; j < ARRAY_LEN(comparisons); j++) {
			if (!is_name_of(&r->fields[i], &comparisons[j], name))
				continue;
			*ret_op = comparisons[j].op;
			return &r->fields[i];
		}
	}
	return NULL;
}

void query_filter_offer(const struct resource *r, struct nearest *nearest)
{
	for (size_t i = 0; i < r->n_filters; i++)
		nearest_offer(nearest, r->filters[i].name);
	for (size_t i = 0; i < r->n_fields; i++) {
		char name[FILTER_NAME_BYTES];

		resource_filter_name(&r->fields[i], name);
		if (r->fields[i].flags & FILTER)
			nearest_offer(nearest, name);
	}
}

/* --- predicates ------------------------------------------------------------------- */

static void add(struct query_reader *q, const struct predicate *predicate, struct values *v)
{
	struct predicate *p = &q->query->predicate[q->query->n_predicates++];

	*p = *predicate;
	p->yes = v->n == 1 && strcmp(v->item[0], "true") == 0;
	if (p->filter && p->filter->type == F_BOOL)
		return;
	p->values = TAKE(v->item);
	p->n_values = v->n;
}

/* Yes or no, and the ends of a range, are one value; the rest are lists. */
static void read_predicate(struct query_reader *q, const struct predicate *p, const struct field *f, const char *name,
			   const char *value)
{
	_cleanup_(query_values_done) struct values v = { NULL, 0 };
	bool one = f->type == F_BOOL || (p->op != OP_IN && p->op != OP_NOT_IN);

	if (!query_values_read(q, name, value, one ? 1 : LIMIT_FILTER_VALUES, &v))
		return;
	if (check_values(q, f, name, &v))
		add(q, p, &v);
}

bool query_filter_read(struct query_reader *q, const char *name, const char *value)
{
	struct predicate p = { .filter = filter_named(q->resource, name) };
	bool since = strcmp(name, "updated_since") == 0;

	if (p.filter) {
		struct field form = { p.filter->name, p.filter->type, FILTER, .values = p.filter->values,
				      .ref = p.filter->ref };

		read_predicate(q, &p, &form, name, value);
		return true;
	}
	p.field = field_compared(q->resource, since ? "updated_at_gte" : name, &p.op);
	if (!p.field)
		return false;
	read_predicate(q, &p, p.field, name, value);
	return true;
}
