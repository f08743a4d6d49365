/* Rows beneath others: whose they are, and that nothing is shown which the row above withholds. */
#include "resource/belonging.h"

#include <string.h>

#include "resource/rule.h"

#include "core/banned.h"

/* The place among the sensitivities, which stand from the most open to the most restricted. */
static size_t restriction(const char *sensitivity)
{
	size_t i = 0;

	while (i < sensitivities.n && strcmp(sensitivities.terms[i].code, sensitivity) != 0)
		i++;
	return i;
}

static bool is_read_only(const struct resource *r, const char *name)
{
	const struct field *f = resource_field(r, name);

	return f && (f->flags & READ_ONLY);
}

void belonging_complete(const struct resource *r, json_t *draft, const json_t *facts)
{
	const json_t *parent = json_object_get(facts, "parent");
	const char *sensitivity = member_text(parent, "sensitivity");

	if (!r->belongs_to)
		return;
	rule_fill(draft, "authority_id", member_text(parent, "authority_id"));
	if (sensitivity && is_read_only(r, "sensitivity"))
		rule_set(draft, "sensitivity", sensitivity);
	rule_fill(draft, "sensitivity", sensitivity ? sensitivity : "council");
}

static void check_parent(const struct resource *r, const struct change *c, struct error *err)
{
	const char *above = member_text(json_object_get(c->facts, "parent"), "sensitivity");
	const char *said = member_text(c->draft, "sensitivity");

	if (above && said && restriction(said) < restriction(above))
		error_member(err, "/sensitivity", "parent_not_so_open",
			     "cannot be %s while the %s that it belongs to is %s", said,
			     resource_noun(resources[resource_field(r, r->belongs_to)->ref]), above);
}

static void check_children(const struct resource *r, const struct change *c, struct error *err)
{
	long n = rule_number(c->facts, "more_open");

	if (n > 0 && rule_is_changed(c, "sensitivity"))
		error_member(
			err, "/sensitivity", "children_more_open",
			"cannot be %s while what belongs to this %s is less restricted (%ld rows); restrict that first",
			member_text(c->draft, "sensitivity"), resource_noun(r), n);
}

void belonging_check(const struct resource *r, const struct change *c, struct error *err)
{
	check_children(r, c, err);
	if (!r->belongs_to)
		return;
	check_parent(r, c, err);
	if (!member_text(c->draft, "authority_id") && !is_read_only(r, "authority_id"))
		error_member(err, "/authority_id", "required", "is required, unless %s says whose it is",
			     r->belongs_to);
}

bool belonging_is_free(const struct resource *child, const struct resource *r)
{
	const struct field *f = child->belongs_to ? resource_field(child, child->belongs_to) : NULL;

	return f && f->ref == r->id && !is_read_only(child, "sensitivity");
}
