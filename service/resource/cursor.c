/*
 * Cursors: where a page ended, as base64url of a JSON list of a digest and the
 * last row's sort values. The digest binds it to its list. A cursor is not a
 * secret and is not signed: one that is forged can only name another place in a
 * list that its sender may read, and its values are held to their types.
 */
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/hash.h"
#include "core/text.h"
#include "resource/day.h"
#include "resource/number.h"
#include "resource/query_reader.h"

#include "core/banned.h"

#define DIGEST_BYTES 33
#define INPUT_BYTES  ((size_t)4 * LIMIT_URL_BYTES)

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* --- base64url, without padding ------------------------------------------------------ */

static char *encode(const char *text)
{
	const unsigned char *in = (const unsigned char *)text;
	size_t len = strlen(text);
	char *out = malloc((len + 2) / 3 * 4 + 1);
	size_t n = 0;

	if (!out)
		return NULL;
	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i < 3 ? len - i : 3;
		unsigned bits = (unsigned)in[i] << 16 | (left > 1 ? (unsigned)in[i + 1] << 8 : 0) |
				(left > 2 ? in[i + 2] : 0);

		for (size_t j = 0; j <= left; j++)
			out[n++] = alphabet[bits >> (18 - 6 * j) & 63];
	}
	out[n] = '\0';
	return out;
}

/* -1 for a character that is none of the alphabet, an impossible length, or bits that encode nothing. */
static int decode(const char *text, char *out, size_t *ret_len)
{
	unsigned bits = 0, held = 0;
	size_t n = 0;

	for (const char *c = text; *c; c++) {
		const char *at = strchr(alphabet, *c);

		if (!at)
			return -1;
		bits = (bits << 6 | (unsigned)(at - alphabet)) & 0xFFFF;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		out[n++] = (char)(bits >> held & 0xFF);
	}
	if (held >= 6 || (bits & ((1u << held) - 1)) != 0)
		return -1;
	*ret_len = n;
	return 0;
}

/* --- what a cursor is bound to --------------------------------------------------------- */

/* With its length, so that no two lists of texts read alike. */
static void add_text(struct buf *b, const char *text)
{
	buf_addf(b, "%zu:", text ? strlen(text) : 0);
	buf_adds(b, text ? text : "");
}

static void digest_predicate(const struct predicate *p, struct buf *b, char out[DIGEST_BYTES])
{
	buf_reset(b);
	add_text(b, p->field ? p->field->name : p->filter->name);
	buf_addf(b, "%d %d %zu ", (int)p->op, p->yes, p->n_values);
	for (size_t i = 0; i < p->n_values; i++)
		add_text(b, p->values[i]);
	hash_fast(b->data, b->len, out);
}

static int compare_digests(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Filters in another order are the same filters. */
static void digest_all(const struct list_query *q, struct buf *b, char digests[][DIGEST_BYTES], char out[DIGEST_BYTES])
{
	qsort(digests, q->n_predicates, DIGEST_BYTES, compare_digests);
	buf_reset(b);
	add_text(b, q->resource->plural);
	add_text(b, q->scope);
	add_text(b, q->search);
	add_text(b, q->as_recorded_at);
	for (size_t i = 0; i < q->n_sort; i++)
		buf_addf(b, "%c%s ", q->sort[i].descending ? '-' : '+', q->sort[i].field->name);
	for (size_t i = 0; i < q->n_predicates; i++)
		buf_adds(b, digests[i]);
	hash_fast(b->data, b->len, out);
}

/* false when there is no memory */
static bool digest(const struct list_query *q, char out[DIGEST_BYTES])
{
	char digests[LIMIT_QUERY_PARAMS][DIGEST_BYTES];
	_cleanup_(buf_done) struct buf b = { 0 };
	bool good = true;

	buf_init(&b, INPUT_BYTES);
	for (size_t i = 0; i < q->n_predicates; i++) {
		digest_predicate(&q->predicate[i], &b, digests[i]);
		good = good && buf_ok(&b);
	}
	digest_all(q, &b, digests, out);
	return good && buf_ok(&b);
}

/* --- writing ------------------------------------------------------------------------------ */

static json_t *position(const struct list_query *q, const char *const values[])
{
	_cleanup_(json_decrefp) json_t *list = json_array();
	char bound_to[DIGEST_BYTES];

	if (!digest(q, bound_to) || json_array_append_new(list, json_string(bound_to)) < 0)
		return NULL;
	for (size_t i = 0; i < q->n_sort; i++)
		if (json_array_append_new(list, values[i] ? json_string(values[i]) : json_null()) < 0)
			return NULL;
	return TAKE(list);
}

char *cursor_after(const struct list_query *q, const char *const values[])
{
	_cleanup_(json_decrefp) json_t *list = position(q, values);
	_cleanup_(freep) char *text = list ? json_dumps(list, JSON_COMPACT) : NULL;

	return text ? encode(text) : NULL;
}

/* --- reading ------------------------------------------------------------------------------ */

/* As this service writes a time, or as PostgreSQL does: 2026-01-31 09:30:00.123456+00 */
static bool is_moment(const char *text)
{
	char rfc[40];
	size_t len = strlen(text);

	if (len < 11 || len + sizeof ":00" > sizeof rfc)
		return false;
	memcpy(rfc, text, len + 1);
	if (rfc[10] == ' ')
		rfc[10] = 'T';
	if (rfc[len - 3] == '+' || rfc[len - 3] == '-')
		memcpy(rfc + len, ":00", sizeof ":00");
	return text_is_time(rfc);
}

static bool is_value_of(const struct resource *r, const struct field *f, const char *text)
{
	int64_t number;

	switch (f->type) {
	case F_ID:
		return resource_has_key_form(r, text);
	case F_REF:
		return resource_has_key_form(resources[f->ref], text);
	case F_DATE:
		return day_is_real(text);
	case F_TIME:
		return is_moment(text);
	case F_INT:
		return text_to_int(text, &number) == 0 && number >= INT32_MIN && number <= INT32_MAX;
	case F_NUMBER:
		return number_is(text);
	case F_BOOL:
		return strcmp(text, "t") == 0 || strcmp(text, "f") == 0;
	default:
		return true;
	}
}

/* Whether the list is a position in this query's list. */
static bool is_position(const struct list_query *q, const char *bound_to, const json_t *list)
{
	const char *sent = json_string_value(json_array_get(list, 0));

	if (json_array_size(list) != q->n_sort + 1 || !sent || strcmp(sent, bound_to) != 0)
		return false;
	for (size_t i = 0; i < q->n_sort; i++) {
		const json_t *value = json_array_get(list, i + 1);
		bool may_be_null = q->sort[i].field->flags & NULLABLE;

		if (json_is_null(value) && may_be_null)
			continue;
		if (!json_is_string(value) || !is_value_of(q->resource, q->sort[i].field, json_string_value(value)))
			return false;
	}
	return true;
}

static void keep(struct query_reader *q, const json_t *list)
{
	q->query->has_cursor = true;
	for (size_t i = 0; i < q->query->n_sort; i++) {
		const char *value = json_string_value(json_array_get(list, i + 1));

		if (!value)
			continue;
		q->query->cursor_values[i] = strdup(value);
		q->no_memory = q->no_memory || !q->query->cursor_values[i];
	}
}

void cursor_read(struct query_reader *q, const char *text)
{
	char bound_to[DIGEST_BYTES], decoded[LIMIT_CURSOR_BYTES];
	_cleanup_(json_decrefp) json_t *list = NULL;
	size_t len = 0;

	if (!digest(q->query, bound_to)) {
		q->no_memory = true;
		return;
	}
	if (strlen(text) <= LIMIT_CURSOR_BYTES && decode(text, decoded, &len) == 0)
		list = json_loadb(decoded, len, 0, NULL);
	if (json_is_array(list) && is_position(q->query, bound_to, list))
		keep(q, list);
	else
		query_reader_complain(
			q, "cursor", "bad_cursor",
			"is no place in this list: take next_cursor as it came, with the same filters and "
			"sort, or leave it out to start again");
}
