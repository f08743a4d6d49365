/*
 * support.h - JSON and complaints, as the tests of resource/ write them.
 *
 * js() reads JSON with single quotes: js("{'kind':'jtai'}").
 */
#ifndef TESTS_UNIT_RESOURCE_SUPPORT_H
#define TESTS_UNIT_RESOURCE_SUPPORT_H

#include "../unit.h"

#include <jansson.h>

#include "core/error.h"

__attribute__((unused)) static json_t *js(const char *text)
{
	_cleanup_(freep) char *copy = strdup(text);
	json_t *value;

	assert_non_null(copy);
	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	value = json_loads(copy, JSON_DECODE_ANY, NULL);
	CHECK(value != NULL, "not JSON: %s", copy);
	return value;
}

/* The complaint with this pointer and code, or NULL. */
__attribute__((unused)) static const struct complaint *complaint_of(const struct error *err, const char *pointer,
								    const char *code)
{
	for (unsigned i = 0; i < err->n_complaints && i < ERROR_COMPLAINTS_MAX; i++)
		if (strcmp(err->complaint[i].pointer, pointer) == 0 && strcmp(err->complaint[i].code, code) == 0)
			return &err->complaint[i];
	return NULL;
}

__attribute__((unused)) static void print_complaints(const struct error *err)
{
	print_error("code %d, %u complaints: %s\n", (int)err->code, err->n_complaints, err->detail);
	for (unsigned i = 0; i < err->n_complaints && i < ERROR_COMPLAINTS_MAX; i++)
		print_error("  %s %s: %s\n", err->complaint[i].pointer, err->complaint[i].code,
			    err->complaint[i].detail);
}

/* Exactly this complaint and no other; a NULL pointer: none at all. */
__attribute__((unused)) static bool complains_only(const struct error *err, const char *pointer, const char *code)
{
	bool good = pointer ? err->n_complaints == 1 && complaint_of(err, pointer, code) : err->n_complaints == 0;

	if (!good)
		print_complaints(err);
	return good;
}

__attribute__((unused)) static bool same_json(const json_t *is, const char *expected)
{
	_cleanup_(json_decrefp) json_t *value = js(expected);
	_cleanup_(freep) char *text = json_dumps(is, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	bool same = json_equal(is, value);

	if (!same)
		print_error("is %s\nnot %s\n", text ? text : "nothing", expected);
	return same;
}

#endif
