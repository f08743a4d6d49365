/*
 * The rows that a draft names: where they stand in it, that they stay as they are
 * while it is written, and which of them are not there.
 */
#include <stdio.h>
#include <string.h>

#include "operation/internal.h"
#include "resource/pointer.h"

#include "core/banned.h"

/* --- collecting ----------------------------------------------------------------- */

void references_done(struct references *all)
{
	free(all->item);
	*all = (struct references){ NULL };
}

static void add(struct references *all, const struct field *f, const struct field *list, size_t index, const char *id)
{
	if (id && all->item)
		all->item[all->n] = (struct reference){ f, list, index, id };
	all->n += id != NULL;
}

/* One member of each object of a list. */
static void add_members(struct references *all, const struct field *list, const struct field *f, const json_t *objects)
{
	const json_t *object;
	size_t i;

	json_array_foreach(objects, i, object)
		add(all, f, list, i, member_text(object, f->name));
}

static void add_field(struct references *all, const struct field *f, const json_t *value)
{
	const json_t *id;
	size_t i;

	if (f->type == F_REF && (!(f->flags & READ_ONLY) || (f->flags & BY_MOVE)))
		add(all, f, NULL, 0, json_string_value(value));
	else if (f->type == F_REFS)
		json_array_foreach(value, i, id)
			add(all, f, f, i, json_string_value(id));
	else if (f->type == F_OBJECTS)
		for (i = 0; i < f->rows->n_fields; i++)
			if (f->rows->fields[i].type == F_REF)
				add_members(all, f, &f->rows->fields[i], value);
}

/* Fills what there is room for, and counts all. */
static void add_all(struct references *all, const struct resource *r, const json_t *draft)
{
	all->n = 0;
	for (size_t i = 0; i < r->n_fields; i++)
		add_field(all, &r->fields[i], json_object_get(draft, r->fields[i].name));
}

int references_collect(const struct resource *r, const json_t *draft, struct references *ret_all, struct error *err)
{
	struct references all = { NULL };

	add_all(&all, r, draft);
	all.item = calloc(all.n + 1, sizeof *all.item);
	if (!all.item)
		return error_set(err, ERR_INTERNAL, "out of memory");
	add_all(&all, r, draft);
	*ret_all = all;
	return 0;
}

/* --- holding -------------------------------------------------------------------- */

/* Reference data is never deleted, and the service's role could not lock it; nor what is only ever added to. */
static bool can_go(const struct resource *target)
{
	return target->writable && !target->append_only;
}

/* The ids of rows of one resource, in ids[], which has room for all. */
static size_t ids_of(const struct references *all, enum resource_id target, char **ids)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		if (all->item[i].field->ref == target)
			ids[n++] = (char *)all->item[i].id;
	return n;
}

int references_hold(const struct references *all, struct statements *s, struct error *err)
{
	_cleanup_(freep) char **ids = calloc(all->n + 1, sizeof *ids);

	if (!ids)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (size_t i = RES_NONE + 1; i < RES_COUNT_; i++) {
		size_t n = can_go(resources[i]) ? ids_of(all, resources[i]->id, ids) : 0;

		if (n > 0)
			statement_hold(statements_next(s), resources[i], ids, n);
	}
	return 0;
}

/* --- what is not there ------------------------------------------------------------ */

static struct pointer pointer_of(const struct reference *x)
{
	struct pointer p = pointer_member("", x->list ? x->list->name : x->field->name);

	if (x->list)
		p = pointer_item(p.text, x->index);
	if (x->list && x->list != x->field)
		p = pointer_member(p.text, x->field->name);
	return p;
}

/* Whose it would have to be, where that is known. */
static const char *of_whom(const struct field *f, const char *authority)
{
	if (!(f->flags & SAME_AUTHORITY) || !authority)
		return "";
	if (f->flags & OR_EARLIER)
		return " of this authority, or of one that it succeeded";
	if (f->flags & OR_LATER)
		return " of this authority, or of one that succeeded it";
	return " of this authority";
}

/* Absent, deleted and another council's answer alike. */
static void complain_of(const struct references *all, size_t place, const char *authority, struct error *err)
{
	const struct reference *x = &all->item[place];

	if (place < all->n)
		error_member(err, pointer_of(x).text, "no_such_row", "there is no %s '%.64s'%s",
			     resource_noun(resources[x->field->ref]), x->id, of_whom(x->field, authority));
}

/* Those that stand as they stood go: somebody who sees them has put them there. Lists show what is seen, and no more. */
static void drop_unchanged(struct references *all, const json_t *stored)
{
	size_t kept = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct reference *x = &all->item[i];
		const char *was = x->list ? NULL : member_text(stored, x->field->name);

		if (!was || strcmp(was, x->id) != 0)
			all->item[kept++] = *x;
	}
	all->n = kept;
}

/* The ids from `first` on that the same field holds; *ret_end is where they end. */
static void add_group(struct builder *b, const struct references *all, size_t first, const char *authority, char **ids,
		      size_t *ret_end)
{
	size_t end = first;

	for (; end < all->n && all->item[end].field == all->item[first].field; end++)
		ids[end - first] = (char *)all->item[end].id;
	statement_missing(b, all->item[first].field, ids, end - first, first, authority);
	*ret_end = end;
}

int references_check(struct connection *c, const struct call *call, const struct resource *r, const json_t *draft,
		     const json_t *stored, struct error *err)
{
	_cleanup_(references_done) struct references all = { NULL };
	_cleanup_(result_freep) struct result *missing = NULL;
	_cleanup_(freep) char **ids = NULL;
	const char *authority = member_text(draft, "authority_id"); /* NULL while it is not known */
	struct builder b;

	if (references_collect(r, draft, &all, err) < 0)
		return -1;
	if (stored && reach_is_bounded(call))
		drop_unchanged(&all, stored);
	if (all.n == 0)
		return 0;
	ids = calloc(all.n + 1, sizeof *ids);
	if (!ids)
		return error_set(err, ERR_INTERNAL, "out of memory");
	builder_init(&b, reach_schema(call));
	for (size_t first = 0; first < all.n;)
		add_group(&b, &all, first, authority, ids, &first);
	if (builder_run(&b, c, &call->context, &missing, err) < 0)
		return -1;
	for (size_t i = 0; i < result_rows(missing); i++)
		complain_of(&all, strtoul(result_text(missing, i, 0), NULL, 10), authority, err);
	return 0;
}
