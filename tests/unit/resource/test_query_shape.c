/* Tests of service/resource/query_shape.c: sort=, fields=, expand= and by=. */
#include "query_support.h"

static void shapes_are_taken_or_refused(void **state)
{
	static const struct {
		enum query_kind kind;
		const char *text, *pointer, *code;
	} cases[] = {
		{ QUERY_LIST, "sort=due_on", NULL, NULL },
		{ QUERY_LIST, "sort=-due_on,title", NULL, NULL },
		{ QUERY_LIST, "sort=id", NULL, NULL },
		{ QUERY_LIST, "sort=status,number,title,due_on", NULL, NULL },
		{ QUERY_LIST, "sort=status,number,title,due_on,id", "/sort", "too_many" },
		{ QUERY_LIST, "sort=detail", "/sort", "not_sortable" },
		{ QUERY_LIST, "sort=nothing", "/sort", "not_sortable" },
		{ QUERY_LIST, "sort=--due_on", "/sort", "not_sortable" },
		{ QUERY_LIST, "sort=+due_on", "/sort", "not_sortable" },
		{ QUERY_LIST, "sort=due_on desc", "/sort", "not_sortable" },
		{ QUERY_LIST, "sort=due_on,-due_on", "/sort", "repeated" },
		{ QUERY_LIST, "sort=", "/sort", "empty" },
		{ QUERY_LIST, "sort=-", "/sort", "not_sortable" },
		{ QUERY_LIST, "fields=id,title", NULL, NULL },
		{ QUERY_ITEM, "fields=id,overdue,rag", NULL, NULL },
		{ QUERY_LIST, "fields=id,id", "/fields", "repeated" },
		{ QUERY_LIST, "fields=reason", "/fields", "unknown_field" },
		{ QUERY_LIST, "fields=titel", "/fields", "unknown_field" },
		{ QUERY_LIST, "fields=", "/fields", "empty" },
		{ QUERY_LIST, "expand=authority", NULL, NULL },
		{ QUERY_ITEM, "expand=findings.inspection", NULL, NULL },
		{ QUERY_LIST, "expand=findings,findings.inspection,authority.inspections", NULL, NULL },
		{ QUERY_LIST, "expand=findings.inspection,findings.themes", NULL, NULL },
		{ QUERY_LIST, "expand=findings.inspection.authority", "/expand", "too_deep" },
		{ QUERY_LIST, "expand=finding", "/expand", "unknown_expansion" },
		{ QUERY_LIST, "expand=findings.nothing", "/expand", "unknown_expansion" },
		{ QUERY_LIST, "expand=findings.", "/expand", "unknown_expansion" },
		{ QUERY_LIST, "expand=.findings", "/expand", "unknown_expansion" },
		{ QUERY_LIST, "expand=authority,authority", "/expand", "repeated" },
		{ QUERY_COUNTS, "by=status", NULL, NULL },
		{ QUERY_COUNTS, "by=status,authority_id,lead_role", NULL, NULL },
		{ QUERY_COUNTS, "by=status,authority_id,lead_role,rag", "/by", "too_many" },
		{ QUERY_COUNTS, "by=status,status", "/by", "repeated" },
		{ QUERY_COUNTS, "by=title", "/by", "not_countable" },
		{ QUERY_COUNTS, "by=finding_id", "/by", "not_countable" },
		{ QUERY_COUNTS, "by=theme_id", "/by", "not_countable" },
		{ QUERY_COUNTS, "by=", "/by", "empty" },
		{ QUERY_COUNTS, "", "/by", "required" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		QUERY(q, &action_resource, cases[i].kind, cases[i].text);

		CHECK(complains_only(&q->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].text);
		CHECK((q->result == 0) == (cases[i].pointer == NULL), "case %zu", i);
	}
}

static void the_id_is_always_the_last_key(void **state)
{
	static const struct {
		const struct resource *r;
		const char *text, *keys;
	} cases[] = {
		{ &action_resource, "sort=-due_on,title", "-due_on+title+id" },
		{ &action_resource, "sort=title,-due_on", "+title-due_on-id" },
		{ &action_resource, "sort=-id", "-id" },
		{ &action_resource, "sort=id,title", "+id+title" },
		{ &action_resource, "", "+id" },
		{ &inspection_resource, "", "-start_on-id" },
		{ &framework_resource, "", "+starts_on+id" },
		{ &authority_resource, "", "+name+id" },
		{ &theme_resource, "", "+name+id" },
		{ &neighbour_resource, "", "+rank+id" },
		{ &finding_resource, "", "+id" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		QUERY(q, cases[i].r, QUERY_LIST, cases[i].text);
		char keys[200] = "";

		for (size_t j = 0; j < q->query.n_sort; j++)
			snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%c%s",
				 q->query.sort[j].descending ? '-' : '+', q->query.sort[j].field->name);
		CHECK(strcmp(keys, cases[i].keys) == 0, "case %zu: %s", i, keys);
	}
}

static void without_fields_all_but_the_write_only_are_chosen(void **state)
{
	QUERY(all, &action_resource, QUERY_LIST, "");
	QUERY(two, &action_resource, QUERY_LIST, "fields=title,id");

	(void)state;
	for (size_t i = 0; i < action_resource.n_fields; i++) {
		const struct field *f = &action_resource.fields[i];
		bool named = strcmp(f->name, "id") == 0 || strcmp(f->name, "title") == 0;

		CHECK(all->query.chosen[i] == !(f->flags & WRITE_ONLY), "%s", f->name);
		CHECK(two->query.chosen[i] == named, "%s", f->name);
	}
}

static void the_second_level_joins_the_first(void **state)
{
	QUERY(q, &action_resource, QUERY_LIST, "expand=findings.inspection,authority,findings");
	QUERY(later, &action_resource, QUERY_LIST, "expand=findings,findings.inspection");

	(void)state;
	assert_int_equal(q->query.n_expand, 3);
	assert_string_equal(q->query.expand[0].expansion->name, "findings");
	assert_int_equal(q->query.expand[0].within, -1);
	assert_string_equal(q->query.expand[1].expansion->name, "inspection");
	assert_int_equal(q->query.expand[1].within, 0);
	assert_string_equal(q->query.expand[2].expansion->name, "authority");
	assert_int_equal(q->query.expand[2].within, -1);
	assert_int_equal(later->query.n_expand, 2);
	assert_int_equal(later->query.expand[1].within, 0);
}

static void counts_are_named_by_the_tables_own_texts(void **state)
{
	QUERY(q, &finding_resource, QUERY_COUNTS, "by=theme_id,status&authority_id=806&q=supervision");

	(void)state;
	assert_int_equal(q->result, 0);
	assert_int_equal(q->query.n_count_by, 2);
	assert_string_equal(q->query.count_by[0], "theme_id");
	assert_ptr_equal(q->query.count_by[1], resource_field(&finding_resource, "status")->name);
}

static void only_what_has_themes_can_be_counted_by_them(void **state)
{
	QUERY(authorities, &authority_resource, QUERY_COUNTS, "by=theme_id");
	QUERY(inspections, &inspection_resource, QUERY_COUNTS, "by=theme_id");

	(void)state;
	assert_true(complains_only(&authorities->err, "/by", "not_countable"));
	assert_int_equal(inspections->result, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes_are_taken_or_refused),
		cmocka_unit_test(the_id_is_always_the_last_key),
		cmocka_unit_test(without_fields_all_but_the_write_only_are_chosen),
		cmocka_unit_test(the_second_level_joins_the_first),
		cmocka_unit_test(counts_are_named_by_the_tables_own_texts),
		cmocka_unit_test(only_what_has_themes_can_be_counted_by_them),
	};

	return RUN(tests);
}
