/* Rows as JSON and CSV, straight from libpq's text into the answer's buffer. */
#include "repository/rows.h"

#include <string.h>

#include "core/banned.h"

/* "2026-11-23 03:17:06.123456+00", as a session in UTC prints it, becomes RFC 3339. */
static void add_time(struct buf *out, struct cell cell)
{
	size_t zone = cell.len > 3 && memcmp(cell.text + cell.len - 3, "+00", 3) == 0 ? 3 : 0;

	if (cell.len < 11) {
		buf_add(out, cell.text, cell.len);
		return;
	}
	buf_add(out, cell.text, 10);
	buf_addc(out, 'T');
	buf_add(out, cell.text + 11, cell.len - 11 - zone);
	buf_addc(out, 'Z');
}

/* "20.50" is 20.5 and "20.0" is 20: what was written stands in no other form. */
static void add_number(struct buf *out, struct cell cell)
{
	size_t len = cell.len;

	if (memchr(cell.text, '.', len)) {
		while (cell.text[len - 1] == '0')
			len--;
		len -= cell.text[len - 1] == '.';
	}
	buf_add(out, cell.text, len);
}

static void add_transitions(struct buf *out, const struct resource *r, struct cell cell)
{
	char allowed[256];

	status_allowed_json(r->status, cell.text, allowed, sizeof(allowed));
	buf_adds(out, allowed);
}

void row_json_compact(struct buf *out, struct cell cell)
{
	const char *c = cell.text, *end = cell.text + cell.len, *from = c;
	bool quoted = false;

	for (; c < end; c++) {
		if (quoted && *c == '\\') {
			c++;
		} else if (*c == '"') {
			quoted = !quoted;
		} else if (!quoted && (*c == ' ' || *c == '\n')) {
			buf_add(out, from, (size_t)(c - from));
			from = c + 1;
		}
	}
	buf_add(out, from, (size_t)(end - from));
}

void row_value_json(struct buf *out, const struct resource *r, const struct field *f, struct cell cell)
{
	if (!cell.text) {
		buf_add(out, "null", 4);
		return;
	}
	if (f->type == F_ID && r->numbered) {
		buf_add(out, cell.text, cell.len);
		return;
	}
	switch (f->type) {
	case F_INT:
		buf_add(out, cell.text, cell.len);
		break;
	case F_NUMBER:
		add_number(out, cell);
		break;
	case F_JSON:
	case F_TEXTS:
	case F_REFS:
	case F_OBJECTS:
	case F_EXTERNAL:
		row_json_compact(out, cell);
		break;
	case F_BOOL:
		buf_adds(out, cell.text[0] == 't' ? "true" : "false");
		break;
	case F_TIME:
		buf_addc(out, '"');
		add_time(out, cell);
		buf_addc(out, '"');
		break;
	case F_TRANSITIONS:
		add_transitions(out, r, cell);
		break;
	default:
		buf_add_json(out, cell.text, cell.len);
	}
}

void row_members_json(struct buf *out, const struct resource *r, const struct columns *columns,
		      const struct cell *cells)
{
	for (size_t i = 0; i < columns->n; i++) {
		const struct field *f = columns->field[i];

		buf_add(out, i ? ",\"" : "\"", i ? 2 : 1);
		buf_adds(out, f->name);
		buf_add(out, "\":", 2);
		row_value_json(out, r, f, cells[i]);
	}
}

/* --- CSV --------------------------------------------------------------------- */

static bool is_prose(const struct field *f)
{
	return f->type == F_TEXT || f->type == F_ID || f->type == F_REF || f->type == F_ENUM;
}

static void add_csv_text(struct buf *out, const char *text, size_t len, bool guard)
{
	bool quote = guard || memchr(text, ',', len) || memchr(text, '"', len) || memchr(text, '\n', len) ||
		     memchr(text, '\r', len);

	if (!quote) {
		buf_add(out, text, len);
		return;
	}
	buf_addc(out, '"');
	if (guard)
		buf_addc(out, '\'');
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			buf_addc(out, '"');
		buf_addc(out, text[i]);
	}
	buf_addc(out, '"');
}

static void add_csv_cell(struct buf *out, const struct resource *r, const struct field *f, struct cell cell)
{
	struct buf json;

	if (!cell.text)
		return;
	if (is_prose(f)) {
		add_csv_text(out, cell.text, cell.len, cell.len > 0 && strchr("=+-@\t\r'", cell.text[0]) != NULL);
		return;
	}
	if (f->type == F_TIME) {
		add_time(out, cell);
		return;
	}
	if (f->type == F_DATE) {
		buf_add(out, cell.text, cell.len);
		return;
	}
	buf_init(&json, out->ceiling);
	row_value_json(&json, r, f, cell);
	add_csv_text(out, json.data, json.len, false);
	out->failed = out->failed || !buf_ok(&json); /* a part of a value is no value */
	buf_done(&json);
}

void row_csv(struct buf *out, const struct resource *r, const struct columns *columns, const struct cell *cells)
{
	for (size_t i = 0; i < columns->n; i++) {
		if (i > 0)
			buf_addc(out, ',');
		add_csv_cell(out, r, columns->field[i], cells[i]);
	}
	buf_add(out, "\r\n", 2);
}

void row_csv_header(struct buf *out, const struct columns *columns)
{
	for (size_t i = 0; i < columns->n; i++)
		buf_addf(out, "%s%s", i ? "," : "", columns->field[i]->name);
	buf_add(out, "\r\n", 2);
}
