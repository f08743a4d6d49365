/* Text and values of a statement as they are put together, and the types of the values. */
#include "repository/statement.h"

#include <stdio.h>
#include <string.h>

#include "core/banned.h"

/* --- building -------------------------------------------------------------- */

void builder_init(struct builder *b, enum schema schema)
{
	*b = (struct builder){ .schema = seen_schemas[schema] };
	buf_init(&b->sql, LIMIT_SQL_BYTES);
}

void builder_done(struct builder *b)
{
	for (size_t i = 0; i < b->n_owned; i++)
		free(b->owned[i]);
	buf_done(&b->sql);
}

int builder_statement(const struct builder *b, struct statement *ret_statement, struct error *err)
{
	if (b->failed || !buf_ok(&b->sql))
		return error_set(err, ERR_INTERNAL, "the statement for this request does not fit");
	ret_statement->sql = b->sql.data;
	ret_statement->n_values = b->n_values;
	memcpy(ret_statement->values, b->values, b->n_values * sizeof(b->values[0]));
	return 0;
}

int builder_run(struct builder *b, struct connection *c, const struct context *context, struct result **ret_result,
		struct error *err)
{
	struct statement s;
	int outcome = -1;

	if (builder_statement(b, &s, err) == 0)
		outcome = connection_run(c, context, &s, 1, ret_result, err);
	builder_done(b);
	return outcome;
}

unsigned builder_value(struct builder *b, const char *text)
{
	if (b->n_values == ARRAY_LEN(b->values)) {
		b->failed = true;
		return 1;
	}
	b->values[b->n_values++] = text;
	return (unsigned)b->n_values;
}

unsigned builder_number(struct builder *b, size_t number)
{
	char *text = NULL;

	if (b->n_owned == ARRAY_LEN(b->owned) || asprintf(&text, "%zu", number) < 0) {
		b->failed = true;
		return 1;
	}
	b->owned[b->n_owned++] = text;
	return builder_value(b, text);
}

static void add_array_element(struct buf *out, const char *text)
{
	buf_addc(out, '"');
	for (const char *c = text; *c; c++) {
		if (*c == '"' || *c == '\\')
			buf_addc(out, '\\');
		buf_addc(out, *c);
	}
	buf_addc(out, '"');
}

char *array_literal(const char *const *texts, size_t n)
{
	struct buf out;
	char *literal;

	buf_init(&out, LIMIT_ANSWER_BYTES);
	buf_addc(&out, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(&out, ',');
		add_array_element(&out, texts[i]);
	}
	buf_addc(&out, '}');
	literal = buf_ok(&out) ? strdup(out.data) : NULL;
	buf_done(&out);
	return literal;
}

unsigned builder_array(struct builder *b, char *const *texts, size_t n)
{
	char *literal = array_literal((const char *const *)texts, n);

	if (!literal || b->n_owned == ARRAY_LEN(b->owned)) {
		free(literal);
		b->failed = true;
		return 1;
	}
	b->owned[b->n_owned++] = literal;
	return builder_value(b, literal);
}

/* --- types ----------------------------------------------------------------- */

const char *key_type(const struct resource *r)
{
	if (r->numbered)
		return "bigint";
	return r->own_key ? "text" : "uuid";
}

const char *sql_type(const struct field *f)
{
	switch (f->type) {
	case F_REF:
	case F_REFS:
		return key_type(resources[f->ref]);
	case F_DATE:
		return "date";
	case F_TIME:
		return "timestamptz";
	case F_INT:
		return "bigint";
	case F_NUMBER:
		return "numeric";
	case F_BOOL:
		return "boolean";
	case F_TEXTS:
		return "text[]";
	case F_OBJECTS:
	case F_EXTERNAL:
	case F_JSON:
		return "jsonb";
	default:
		return "text";
	}
}

bool field_is_column(const struct field *f)
{
	if (f->flags & (WRITE_ONLY | DERIVED))
		return false;
	switch (f->type) {
	case F_TRANSITIONS:
	case F_REFS:
		return false;
	case F_OBJECTS:
		return !f->rows->table;
	case F_JSON:
		return strcmp(f->name, "warnings") == 0;
	default:
		return true;
	}
}
