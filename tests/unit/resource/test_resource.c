/* Tests of service/resource/resource.c, and of what every table must keep to. */
#include "support.h"

#include "core/limits.h"
#include "resource/patterns.h"
#include "resource/resource.h"

/* Every pair of statuses of a resource that may follow each other, '!' where a reason is needed; the rest may not. */
static const struct {
	enum resource_id id;
	const char *from, *to;
} steps[] = {
	{ RES_AUTHORITY, "current", "abolished!" },
	{ RES_AUTHORITY, "abolished", "current!" },
	{ RES_INSPECTION, "planned", "in_progress cancelled!" },
	{ RES_INSPECTION, "in_progress", "reported cancelled!" },
	{ RES_INSPECTION, "reported", "published" },
	{ RES_INSPECTION, "published", "" },
	{ RES_INSPECTION, "cancelled", "" },
	{ RES_FINDING, "open", "being_addressed addressed" },
	{ RES_FINDING, "being_addressed", "addressed open!" },
	{ RES_FINDING, "addressed", "confirmed_resolved being_addressed!" },
	{ RES_FINDING, "confirmed_resolved", "being_addressed!" },
	{ RES_FINDING, "not_applicable", "" },
	{ RES_ACTION, "proposed", "not_started in_progress cancelled! superseded!" },
	{ RES_ACTION, "not_started", "in_progress complete on_hold! cancelled! superseded!" },
	{ RES_ACTION, "in_progress", "complete on_hold! cancelled! superseded!" },
	{ RES_ACTION, "on_hold", "not_started in_progress cancelled! superseded!" },
	{ RES_ACTION, "complete", "embedded in_progress! superseded!" },
	{ RES_ACTION, "embedded", "in_progress!" },
	{ RES_ACTION, "cancelled", "" },
	{ RES_ACTION, "superseded", "" },
	{ RES_PLAN, "draft", "agreed closed!" },
	{ RES_PLAN, "agreed", "draft! submitted in_force superseded! closed!" },
	{ RES_PLAN, "submitted", "in_force draft! superseded! closed!" },
	{ RES_PLAN, "in_force", "superseded! closed!" },
	{ RES_PLAN, "superseded", "" },
	{ RES_PLAN, "closed", "" },
	{ RES_EXTENSION, "requested", "granted refused! withdrawn" },
	{ RES_EXTENSION, "granted", "" },
	{ RES_EXTENSION, "refused", "" },
	{ RES_EXTENSION, "withdrawn", "" },
	{ RES_MEETING, "planned", "held cancelled!" },
	{ RES_MEETING, "held", "" },
	{ RES_MEETING, "cancelled", "planned!" },
	{ RES_DECISION, "proposed", "taken withdrawn!" },
	{ RES_DECISION, "taken", "done" },
	{ RES_DECISION, "done", "taken!" },
	{ RES_DECISION, "withdrawn", "" },
	{ RES_CLIENT, "active", "revoked" },
	{ RES_CLIENT, "revoked", "" },
	{ RES_API_KEY, "active", "revoked" },
	{ RES_API_KEY, "revoked", "" },
};

/* Whether `to` stands in the list as a word, and with a '!' behind it. */
static bool is_listed(const char *list, const char *to, bool *ret_needs_reason)
{
	size_t len = strlen(to);

	for (const char *at = strstr(list, to); at; at = strstr(at + 1, to)) {
		bool begins = at == list || at[-1] == ' ';

		if (begins && strchr(" !", at[len])) {
			*ret_needs_reason = at[len] == '!';
			return true;
		}
	}
	return false;
}

static void every_pair_of_statuses_is_as_listed(void **state)
{
	size_t pairs = 0, all = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		const struct status_table *t = resources[steps[i].id]->status;

		for (size_t j = 0; j < t->statuses->n; j++) {
			const char *to = t->statuses->terms[j].code;
			const struct status_step *step = status_step(t, steps[i].from, to);
			bool needs_reason = false;
			bool listed = is_listed(steps[i].to, to, &needs_reason);

			CHECK((step != NULL) == listed, "%s to %s", steps[i].from, to);
			CHECK(!step || step->needs_reason == needs_reason, "reason: %s to %s", steps[i].from, to);
			pairs++;
		}
	}
	for (int id = RES_NONE + 1; id < RES_COUNT_; id++)
		all += resources[id]->status ? resources[id]->status->statuses->n * resources[id]->status->statuses->n
					     : 0;
	assert_int_equal(pairs, all);
}

static void steps_name_only_known_statuses(void **state)
{
	(void)state;
	for (int id = RES_NONE + 1; id < RES_COUNT_; id++) {
		const struct status_table *t = resources[id]->status;

		for (size_t i = 0; t && i < t->n; i++) {
			assert_true(vocabulary_has(t->statuses, t->steps[i].from));
			assert_true(vocabulary_has(t->statuses, t->steps[i].to));
			assert_ptr_equal(status_step(t, t->steps[i].from, t->steps[i].to), &t->steps[i]);
		}
	}
}

static void allowed_statuses_are_json_whatever_the_room(void **state)
{
	char out[256];

	(void)state;
	status_allowed_json(resources[RES_INSPECTION]->status, "planned", out, sizeof out);
	assert_string_equal(out, "[\"in_progress\",\"cancelled\"]");
	status_allowed_json(resources[RES_INSPECTION]->status, "published", out, sizeof out);
	assert_string_equal(out, "[]");
	for (size_t size = 3; size < 100; size++) {
		_cleanup_(json_decrefp) json_t *list = NULL;

		status_allowed_json(resources[RES_ACTION]->status, "not_started", out, size);
		assert_true(strlen(out) < size);
		list = json_loads(out, 0, NULL);
		CHECK(json_is_array(list), "size %zu: %s", size, out);
	}
}

static void each_resource_knows_the_form_of_its_keys(void **state)
{
	static const struct {
		enum resource_id id;
		const char *key;
		bool holds;
	} cases[] = {
		{ RES_AUTHORITY, "806", true },
		{ RES_AUTHORITY, "8060", false },
		{ RES_AUTHORITY, "abc", false },
		{ RES_FRAMEWORK, "ilacs-2018", true },
		{ RES_FRAMEWORK, "ILACS 2018", false },
		{ RES_THEME, "supervision", true },
		{ RES_THEME, "", false },
		{ RES_NEIGHBOUR, "806-1", true },
		{ RES_INSPECTION, "01890a5d-ac96-774b-bcce-b302099a8057", true },
		{ RES_INSPECTION, "01890A5D-AC96-774B-BCCE-B302099A8057", true },
		{ RES_FINDING, "01890a5dac96774bbcceb302099a8057", false },
		{ RES_ACTION, "1", false },
		{ RES_ACTION, "", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(resource_has_key_form(resources[cases[i].id], cases[i].key) == cases[i].holds, "case %zu: %s", i,
		      cases[i].key);
}

static void check_field(const struct resource *r, const struct field *f)
{
	CHECK(resource_field(r, f->name) == f, "%s.%s stands twice", r->name, f->name);
	CHECK(!(f->flags & READ_ONLY) || !(f->flags & (CREATE_ONLY | WRITE_ONLY | MOVES)),
	      "%s.%s is read-only and written", r->name, f->name);
	CHECK(!(f->flags & REQUIRED) || !(f->flags & NULLABLE), "%s.%s is required and nullable", r->name, f->name);
	CHECK(!f->pattern || pattern_named(f->pattern), "%s.%s: no pattern %s", r->name, f->name,
	      f->pattern ? f->pattern : "");
	CHECK((f->type == F_ENUM) == (f->values != NULL), "%s.%s: values", r->name, f->name);
	CHECK((f->type == F_REF || f->type == F_REFS) == (f->ref != RES_NONE), "%s.%s: ref", r->name, f->name);
	CHECK((f->type == F_OBJECTS || f->type == F_REFS) == (f->rows != NULL), "%s.%s: rows", r->name, f->name);
	CHECK(!f->initial || f->type != F_ENUM || vocabulary_has(f->values, f->initial), "%s.%s: initial", r->name,
	      f->name);
	CHECK(f->type != F_INT || (f->flags & READ_ONLY) || f->min < f->max, "%s.%s: bounds", r->name, f->name);
	CHECK(strlen(f->name) < FILTER_NAME_BYTES, "%s.%s is a long name", r->name, f->name);
	CHECK(!(f->flags & BY_MOVE) || ((f->flags & READ_ONLY) && (f->flags & NULLABLE) && !(f->flags & DERIVED)),
	      "%s.%s: brought by a transition, yet not read-only, not nullable or derived", r->name, f->name);
	CHECK(!f->precision || ((f->flags & MOVES) && resource_field(r, f->precision) &&
				resource_field(r, f->precision)->type == F_ENUM),
	      "%s.%s: how exact it is", r->name, f->name);
	CHECK(f->type != F_REFS || strcmp(f->name + strlen(f->name) - strlen("_ids"), "_ids") == 0,
	      "%s.%s is a list of ids", r->name, f->name);
}

/* A list in a table is told apart by its key; one in a jsonb column could name rows unseen. */
static void check_list(const struct resource *r, const struct field *f)
{
	for (size_t i = 0; f->type == F_OBJECTS && i < f->rows->n_fields; i++) {
		const struct field *m = &f->rows->fields[i];

		CHECK(m->type != F_REF || f->rows->table, "%s.%s: no constraint keeps what it names", r->name, f->name);
		CHECK(!f->rows->key || strcmp(f->rows->key, m->name) != 0 || (m->flags & REQUIRED),
		      "%s.%s: the key may be left out", r->name, f->name);
	}
	CHECK(f->type != F_OBJECTS || !f->rows->table || f->rows->key, "%s.%s: no key", r->name, f->name);
	CHECK(!f->rows || !f->rows->table || (f->rows->owner && (f->type == F_OBJECTS || f->rows->member)),
	      "%s.%s: rows", r->name, f->name);
}

static void check_belonging(const struct resource *r)
{
	const struct field *f = r->belongs_to ? resource_field(r, r->belongs_to) : NULL;

	if (!r->belongs_to)
		return;
	CHECK(f && f->type == F_REF, "%s belongs to nothing", r->name);
	CHECK(f->flags & CREATE_ONLY, "%s could come to belong to another authority", r->name);
	CHECK(resources[f->ref]->owned && !resources[f->ref]->shared, "%s: what it belongs to has no authority",
	      r->name);
}

static void every_table_keeps_to_the_rules_of_tables(void **state)
{
	(void)state;
	assert_null(resources[RES_NONE]);
	for (int id = RES_NONE + 1; id < RES_COUNT_; id++) {
		const struct resource *r = resources[id];

		assert_int_equal(r->id, id);
		assert_non_null(resource_field(r, "id"));
		assert_null(resource_field(r, "no_such_field"));
		CHECK(r->n_fields <= LIMIT_FIELDS, "%s has too many fields for a query to choose from", r->name);
		check_belonging(r);
		for (size_t i = 0; i < r->n_fields; i++) {
			check_field(r, &r->fields[i]);
			check_list(r, &r->fields[i]);
		}
		for (size_t i = 0; i < r->n_expansions; i++)
			CHECK(r->expansions[i].many ? r->expansions[i].sql != NULL
						    : resource_field(r, r->expansions[i].column) != NULL,
			      "%s: expansion %s", r->name, r->expansions[i].name);
		if (r->owned) {
			assert_non_null(resource_field(r, "authority_id"));
			assert_non_null(resource_field(r, "external_refs"));
			assert_non_null(resource_field(r, "sensitivity"));
		}
	}
}

static void what_a_step_takes_is_brought_by_transitions_alone(void **state)
{
	size_t taken = 0;

	(void)state;
	for (int id = RES_NONE + 1; id < RES_COUNT_; id++) {
		const struct status_table *t = resources[id]->status;

		for (size_t i = 0; t && i < t->n * STEP_TAKES; i++) {
			const char *name = t->steps[i / STEP_TAKES].takes[i % STEP_TAKES];
			const struct field *f = name ? resource_field(resources[id], name) : NULL;

			CHECK(!name || (f && (f->flags & BY_MOVE)), "%s: %s", resources[id]->name, name ? name : "");
			taken += name != NULL;
		}
	}
	assert_true(taken > 0);
}

static void addresses_are_written_with_hyphens(void **state)
{
	(void)state;
	assert_string_equal(resource_path(resources[RES_ACTION]), "actions");
	assert_string_equal(resource_path(resources[RES_AGENDA_ITEM]), "agenda-items");
	assert_string_equal(resource_path(resources[RES_API_KEY]), "keys");
	for (int id = RES_NONE + 1; id < RES_COUNT_; id++)
		CHECK(!strchr(resource_path(resources[id]), '_'), "%s", resource_path(resources[id]));
}

static void a_list_of_ids_is_filtered_by_one_of_them(void **state)
{
	char name[FILTER_NAME_BYTES];

	(void)state;
	resource_filter_name(resource_field(resources[RES_FINDING], "theme_ids"), name);
	assert_string_equal(name, "theme_id");
	resource_filter_name(resource_field(resources[RES_UPDATE], "evidence_ids"), name);
	assert_string_equal(name, "evidence_id");
	resource_filter_name(resource_field(resources[RES_FINDING], "status"), name);
	assert_string_equal(name, "status");
}

static void a_text_is_read_from_a_member_or_is_null(void **state)
{
	_cleanup_(json_decrefp) json_t *object = js("{'a':'x','n':null,'i':3}");

	(void)state;
	assert_string_equal(member_text(object, "a"), "x");
	assert_null(member_text(object, "n"));
	assert_null(member_text(object, "i"));
	assert_null(member_text(object, "absent"));
	assert_null(member_text(NULL, "a"));
}

static void a_warning_is_cut_between_characters(void **state)
{
	_cleanup_(json_decrefp) json_t *warnings = json_array();
	char text[2000];

	(void)state;
	warning_add(warnings, "code", "/pointer", "%s is %d", "x", 3);
	assert_true(same_json(warnings, "[{'code':'code','pointer':'/pointer','detail':'x is 3'}]"));
	for (size_t lead = 0; lead < 4; lead++) {
		memset(text, 'x', sizeof text);
		for (size_t i = lead; i + 4 < sizeof text; i += 4)
			memcpy(text + i, "\xf0\x9f\x98\x80", 4);
		text[sizeof text - 5] = '\0';
		warning_add(warnings, "long", "", "%s", text);
		assert_int_equal(json_array_size(warnings), 2 + lead); /* Jansson takes only whole characters */
	}
}

static void rules_say_nothing_more_of_what_is_complained_of_already(void **state)
{
	_cleanup_(json_decrefp) json_t *draft = js("{'status':'complete','completed_on':null,'authority_id':null}");
	struct change change = { draft, NULL, NULL, "2026-06-15" };
	struct error err = { 0 };

	(void)state;
	error_member(&err, "/completed_on", "not_a_date", "write a date");
	error_member(&err, "/colour", "unknown_member", "is unknown");
	assert_int_equal(error_check(&err), -1);
	resource_check(resources[RES_ACTION], &change, &err);
	assert_int_equal(error_check(&err), -1);
	assert_non_null(strstr(err.detail, "2 things"));
	assert_int_equal(err.n_complaints, 2);
	assert_non_null(complaint_of(&err, "/completed_on", "not_a_date"));
	assert_null(complaint_of(&err, "/completed_on", "required"));
	resource_check(resources[RES_THEME], &change, &err); /* has no rules */
	assert_int_equal(err.n_complaints, 2);
}

/* It may be what could not be read: a plan's id that is none would have told the authority. */
static void nothing_is_said_to_be_missing_while_something_cannot_be_read(void **state)
{
	_cleanup_(json_decrefp) json_t *draft = js(
		"{'status':'proposed','authority_id':null,'start_on':'2026-06-02','due_on':'2026-06-01'}");
	struct change change = { draft, NULL, NULL, "2026-06-15" };
	struct error err = { 0 }, readable = { 0 };

	(void)state;
	error_member(&err, "/plan_ids/0", "not_an_id", "is no id");
	resource_check(resources[RES_ACTION], &change, &err);
	assert_null(complaint_of(&err, "/authority_id", "required"));
	assert_non_null(complaint_of(&err, "/due_on", "before_start"));
	resource_check(resources[RES_ACTION], &change, &readable);
	assert_non_null(complaint_of(&readable, "/authority_id", "required"));
	assert_non_null(complaint_of(&readable, "/due_on", "before_start"));
}

/* Whatever members a draft lacks, because they were ill-formed, no rule may fall over. */
static void rules_bear_a_draft_that_holds_nothing(void **state)
{
	_cleanup_(json_decrefp) json_t *facts = js("{'frameworks':[],'inspection':null,'overlapping':[]}");

	(void)state;
	for (int id = RES_NONE + 1; id < RES_COUNT_; id++) {
		const struct rules *rules = &resources[id]->rules;
		_cleanup_(json_decrefp) json_t *draft = json_object(), *warnings = json_array();
		struct error err = { 0 };

		for (size_t i = 0; i < resources[id]->n_fields; i++)
			json_object_set_new(draft, resources[id]->fields[i].name, json_null());
		if (rules->complete)
			rules->complete(draft, NULL, facts);
		resource_check(resources[id], &(struct change){ draft, NULL, facts, "2026-06-15" }, &err);
		for (unsigned i = 0; i < err.n_complaints; i++)
			CHECK(!strstr(err.complaint[i].detail, "(null)"), "%s", err.complaint[i].detail);
		if (rules->warn)
			rules->warn(&(struct change){ draft, draft, facts, "2026-06-15" }, warnings);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_of_statuses_is_as_listed),
		cmocka_unit_test(steps_name_only_known_statuses),
		cmocka_unit_test(allowed_statuses_are_json_whatever_the_room),
		cmocka_unit_test(each_resource_knows_the_form_of_its_keys),
		cmocka_unit_test(every_table_keeps_to_the_rules_of_tables),
		cmocka_unit_test(what_a_step_takes_is_brought_by_transitions_alone),
		cmocka_unit_test(addresses_are_written_with_hyphens),
		cmocka_unit_test(a_list_of_ids_is_filtered_by_one_of_them),
		cmocka_unit_test(a_text_is_read_from_a_member_or_is_null),
		cmocka_unit_test(a_warning_is_cut_between_characters),
		cmocka_unit_test(rules_say_nothing_more_of_what_is_complained_of_already),
		cmocka_unit_test(nothing_is_said_to_be_missing_while_something_cannot_be_read),
		cmocka_unit_test(rules_bear_a_draft_that_holds_nothing),
	};

	return RUN(tests);
}
