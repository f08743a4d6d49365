/*
 * rule_support.h - one write as the rules see it: draft, stored and facts as
 * JSON in single quotes; complete(), check() and warn() are run over them.
 */
#ifndef TESTS_UNIT_RESOURCE_RULE_SUPPORT_H
#define TESTS_UNIT_RESOURCE_RULE_SUPPORT_H

#include "support.h"

#include "resource/registry.h"

#define TODAY "2026-06-15"

struct outcome {
	json_t *draft, *stored, *facts, *warnings;
	struct error err;
};

__attribute__((unused)) static struct outcome *outcome_of(const struct resource *r, const char *draft,
							  const char *stored, const char *facts)
{
	struct outcome *o = calloc(1, sizeof *o);
	struct change change;

	assert_non_null(o);
	*o = (struct outcome){
		.draft = js(draft), .stored = stored ? js(stored) : NULL, .facts = js(facts), .warnings = json_array()
	};
	if (r->rules.complete)
		r->rules.complete(o->draft, o->stored, o->facts);
	change = (struct change){ o->draft, o->stored, o->facts, TODAY };
	if (r->rules.check)
		r->rules.check(&change, &o->err);
	if (r->rules.warn)
		r->rules.warn(&change, o->warnings);
	return o;
}

__attribute__((unused)) static void outcome_free(struct outcome *o)
{
	if (!o)
		return;
	json_decref(o->draft);
	json_decref(o->stored);
	json_decref(o->facts);
	json_decref(o->warnings);
	free(o);
}
__attribute__((unused)) DEFINE_CLEANUP(struct outcome *, outcome_free)

#define OUTCOME(name, r, draft, stored, facts)                                                                         \
	_cleanup_(outcome_freep) struct outcome *name = outcome_of(r, draft, stored, facts)

/* Exactly this warning and no other; NULL: none at all. */
__attribute__((unused)) static bool warns_only(const struct outcome *o, const char *code)
{
	const char *first = member_text(json_array_get(o->warnings, 0), "code");
	bool good = code ? json_array_size(o->warnings) == 1 && strcmp(first, code) == 0
			 : json_array_size(o->warnings) == 0;
	_cleanup_(freep) char *text = json_dumps(o->warnings, 0);

	if (!good)
		print_error("warnings: %s\n", text);
	return good;
}

#endif
