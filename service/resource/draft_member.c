/*
 * The form of one member: type, length, pattern, bounds. Strict: nothing is
 * converted, so that what is stored is what was sent.
 */
#include "resource/draft_member.h"

#include <ctype.h>
#include <string.h>

#include "core/limits.h"
#include "core/text.h"
#include "resource/day.h"
#include "resource/nearest.h"
#include "resource/number.h"
#include "resource/patterns.h"
#include "resource/pointer.h"

#include "core/banned.h"

const char *draft_member_kind(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "a list";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "true or false";
	default:
		return "null";
	}
}

void draft_member_unknown(const struct field *fields, size_t n_fields, const char *base, const char *name,
			  struct error *err)
{
	struct pointer p = pointer_member(base, name);
	struct nearest nearest = { name };
	char hint[100];

	for (size_t i = 0; i < n_fields; i++)
		if (!(fields[i].flags & READ_ONLY))
			nearest_offer(&nearest, fields[i].name);
	nearest_hint(&nearest, hint, sizeof hint);
	error_member(err, p.text, "unknown_member", "is not a member that can be written here%s", hint);
}

bool draft_member_kept(const struct field *f)
{
	if (f->flags & WRITE_ONLY)
		return false;
	if (!(f->flags & READ_ONLY) || (f->flags & BY_MOVE))
		return true;
	if (f->flags & DERIVED)
		return false;
	return f->type == F_ID || f->type == F_REF || f->type == F_ENUM || f->type == F_DATE;
}

json_t *draft_member_nothing(const struct field *f)
{
	switch (f->type) {
	case F_TEXTS:
	case F_REFS:
	case F_OBJECTS:
		return json_array();
	case F_EXTERNAL:
		return json_object();
	default:
		return json_null();
	}
}

json_t *draft_member_initial(const struct field *f)
{
	if (!f->initial)
		return draft_member_nothing(f);
	return f->type == F_BOOL ? json_boolean(strcmp(f->initial, "true") == 0) : json_string(f->initial);
}

/* Control characters, but for tab, line feed and carriage return; a NUL ends the text before its length. */
static bool has_control_character(const json_t *value)
{
	const char *text = json_string_value(value);

	for (size_t i = 0; i < json_string_length(value); i++)
		if ((unsigned char)text[i] < 0x20 && text[i] != '\t' && text[i] != '\n' && text[i] != '\r')
			return true;
	return false;
}

static bool text_fits(const struct field *f, const json_t *value, const char *pointer, struct error *err)
{
	const struct pattern *pattern = f->pattern ? pattern_named(f->pattern) : NULL;
	size_t max = f->max ? (size_t)f->max : LIMIT_TEXT_CHARS;
	const char *text = json_string_value(value);
	size_t length;

	if (has_control_character(value)) {
		error_member(err, pointer, "control_character",
			     "holds a control character; only tabs and line breaks are taken");
		return false;
	}
	length = text_length(text);
	if (length > max) {
		error_member(err, pointer, "too_long", "must be at most %zu characters; it has %zu", max, length);
		return false;
	}
	if (pattern && !pattern->holds(text)) {
		error_member(err, pointer, "bad_form", "%s", pattern->meaning);
		return false;
	}
	return true;
}

static json_t *read_string(const struct field *f, const json_t *value, const char *pointer, struct error *err)
{
	if (text_fits(f, value, pointer, err))
		return json_deep_copy(value);
	return json_null();
}

static json_t *read_enum(const struct field *f, const json_t *value, const char *pointer, struct error *err)
{
	struct nearest nearest = { json_string_value(value) };
	char hint[100], allowed[512];

	if (vocabulary_has(f->values, nearest.wanted))
		return json_deep_copy(value);
	nearest_offer_terms(&nearest, f->values);
	nearest_hint(&nearest, hint, sizeof hint);
	vocabulary_list(f->values, allowed, sizeof allowed);
	error_member(err, pointer, "not_a_code", "is not a code known here%s%s one of: %s", hint,
		     nearest.best[0] ? " It must be" : "; it must be", allowed);
	return json_null();
}

/* YYYY-MM, as months are most often written. */
static bool is_month(const char *text)
{
	char day[] = "YYYY-MM-01";

	if (strlen(text) != strlen("YYYY-MM"))
		return false;
	memcpy(day, text, strlen("YYYY-MM"));
	return day_is_real(day);
}

static void refuse_date(const struct field *f, const char *text, const char *pointer, struct error *err)
{
	if (is_month(text))
		error_member(
			err, pointer, "not_a_date",
			"write a day of that month, such as %s-01, and say by the precision of this date, where it "
			"has one, that it is a month",
			text);
	else if (vocabulary_has(&action_precisions, text))
		error_member(err, pointer, "not_a_date",
			     "'%s' is said by the precision of a date; here write YYYY-MM-DD%s", text,
			     strcmp(text, "ongoing") == 0 ? ", or null where there is no end" : "");
	else
		error_member(err, pointer, "not_a_date", "write YYYY-MM-DD, a real day from %d-01-01 to %d-12-31",
			     day_first_year(f), DAY_LAST_YEAR);
}

static json_t *read_date(const struct field *f, const json_t *value, const char *pointer, struct error *err)
{
	if (strlen(json_string_value(value)) == json_string_length(value) && day_fits(f, json_string_value(value)))
		return json_deep_copy(value);
	refuse_date(f, json_string_value(value), pointer, err);
	return json_null();
}

static json_t *read_time(const json_t *value, const char *pointer, struct error *err)
{
	if (text_is_time(json_string_value(value)))
		return json_deep_copy(value);
	error_member(err, pointer, "not_a_time", "write a time such as 2026-01-31T09:30:00Z (RFC 3339)");
	return json_null();
}

/* Only a UUID can have upper-case letters, and it is kept in lower case. */
static json_t *lower_case(const char *id)
{
	char lower[65] = "";

	for (size_t i = 0; id[i] && i < sizeof lower - 1; i++)
		lower[i] = (char)tolower((unsigned char)id[i]);
	return json_string(lower);
}

static json_t *read_ref(const struct field *f, const json_t *value, const char *pointer, struct error *err)
{
	const struct resource *target = resources[f->ref];

	if (resource_has_key_form(target, json_string_value(value)))
		return lower_case(json_string_value(value));
	error_member(err, pointer, "not_an_id", "cannot be the id of %s %s; it must be %s",
		     strchr("aeiou", target->name[0]) ? "an" : "a", resource_noun(target),
		     target->id == RES_AUTHORITY ? "a three-digit DfE local authority number, such as 806"
		     : target->own_key           ? "a code of lower-case letters, digits and hyphens"
						 : "a UUID as this service gave it");
	return json_null();
}

static json_t *read_integer(const struct field *f, const json_t *value, const char *pointer, struct error *err)
{
	json_int_t number = json_integer_value(value);

	if (json_is_real(value)) {
		error_member(err, pointer, "not_an_integer",
			     "must be a whole number, written without a decimal point or exponent");
		return json_null();
	}
	if (!json_is_integer(value)) {
		error_member(err, pointer, "not_an_integer", "must be a whole number such as %d, not %s%s", f->min,
			     draft_member_kind(value), json_is_string(value) ? "; leave out the quotes" : "");
		return json_null();
	}
	if (number < f->min || number > f->max) {
		error_member(err, pointer, "out_of_range", "must be from %d to %d", f->min, f->max);
		return json_null();
	}
	return json_integer(number);
}

static json_t *read_number(const json_t *value, const char *pointer, struct error *err)
{
	if (!json_is_number(value)) {
		error_member(err, pointer, "not_a_number", "must be a number such as 12.5, not %s%s",
			     draft_member_kind(value), json_is_string(value) ? "; leave out the quotes" : "");
		return json_null();
	}
	if (!number_is_in_range(json_number_value(value))) {
		error_member(err, pointer, "out_of_range", "must be between -1,000,000,000,000 and 1,000,000,000,000");
		return json_null();
	}
	if (!number_fits(json_number_value(value))) {
		error_member(err, pointer, "too_precise", "must have at most %d significant digits", NUMBER_DIGITS);
		return json_null();
	}
	return number_json(json_number_value(value));
}

static json_t *read_boolean(const json_t *value, const char *pointer, struct error *err)
{
	if (json_is_boolean(value))
		return json_boolean(json_is_true(value));
	error_member(err, pointer, "not_a_boolean", "must be true or false, without quotes");
	return json_null();
}

static json_t *read_by_type(const struct field *f, const json_t *value, const char *pointer, struct error *err)
{
	switch (f->type) {
	case F_INT:
		return read_integer(f, value, pointer, err);
	case F_NUMBER:
		return read_number(value, pointer, err);
	case F_BOOL:
		return read_boolean(value, pointer, err);
	case F_TEXTS:
	case F_REFS:
	case F_OBJECTS:
		return draft_list_read(f, value, pointer, err);
	case F_EXTERNAL:
		return draft_list_read_external(value, pointer, err);
	default:
		break;
	}
	if (!json_is_string(value)) {
		error_member(err, pointer, "not_a_string", "must be a string, not %s", draft_member_kind(value));
		return json_null();
	}
	switch (f->type) {
	case F_ENUM:
		return read_enum(f, value, pointer, err);
	case F_DATE:
		return read_date(f, value, pointer, err);
	case F_TIME:
		return read_time(value, pointer, err);
	case F_REF:
		return read_ref(f, value, pointer, err);
	default:
		return read_string(f, value, pointer, err);
	}
}

json_t *draft_member_read(const struct field *f, const json_t *value, const char *pointer, struct error *err)
{
	json_t *read = read_by_type(f, value, pointer, err);

	if (!read)
		(void)error_set(err, ERR_INTERNAL, "out of memory");
	return read;
}
