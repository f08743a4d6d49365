/* Tests of service/operation/reach.c: where a caller's statements read, and what it may write. */
#include "../unit.h"

#include "operation/internal.h"
#include "resource/registry.h"

#include "core/banned.h"

static char m806[] = "806";
static char *one[] = { m806, NULL };
static const struct client whole = { .clearance = "restricted" }, council = { .clearance = "council" },
			   bound = { .authority_ids = one, .clearance = "restricted" },
			   bound_council = { .authority_ids = one, .clearance = "council" },
			   public_view = { .clearance = "public" };

static void who_does_not_see_all_reads_what_it_sees(void **state)
{
	static const struct {
		const struct client *client;
		const char *recorded_at;
		enum schema schema;
		bool bounded;
	} cases[] = {
		{ NULL, NULL, SCHEMA_INSPECTD, false },
		{ &whole, NULL, SCHEMA_INSPECTD, false },
		{ &whole, "2024-01-31T09:30:00Z", SCHEMA_RECORDED, false },
		{ &council, NULL, SCHEMA_SEEN, true },
		{ &bound, NULL, SCHEMA_SEEN, true },
		{ &bound, "2024-01-31T09:30:00Z", SCHEMA_SEEN_RECORDED, true },
		{ &public_view, NULL, SCHEMA_SEEN, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct call call = { .client = cases[i].client, .context.recorded_at = cases[i].recorded_at };

		CHECK(reach_schema(&call) == cases[i].schema, "case %zu", i);
		CHECK(reach_is_bounded(&call) == cases[i].bounded, "case %zu", i);
	}
}

static void what_is_anothers_is_refused_in_words_that_name_it(void **state)
{
	static const struct {
		const struct client *client;
		const char *authority_id, *detail; /* NULL: it may */
	} cases[] = {
		{ NULL, "301", NULL },
		{ NULL, NULL, NULL },
		{ &whole, "301", NULL },
		{ &whole, NULL, NULL },
		{ &council, NULL, NULL },
		{ &bound, "806", NULL },
		{ &bound, "301", "this key is not bound to authority 301" },
		{ &bound, NULL, "everybody's" },
		{ &public_view, "806", "public view" },
		{ &public_view, NULL, "public view" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct call call = { .client = cases[i].client };
		struct error err = { .n_complaints = 2 };
		int outcome = reach_check_authority(&call, cases[i].authority_id, &err);

		CHECK(outcome == (cases[i].detail ? -1 : 0), "case %zu", i);
		if (!cases[i].detail)
			continue;
		CHECK(err.code == ERR_FORBIDDEN && strstr(err.detail, cases[i].detail), "case %zu: %s", i, err.detail);
		CHECK(err.n_complaints == 0, "case %zu: what else is wrong is not said", i);
	}
}

static void a_draft_is_of_ones_own_authority_and_within_ones_clearance(void **state)
{
	static const struct {
		const struct client *client;
		const struct resource *resource;
		const char *draft;
		enum err_code code;
		const char *complaint;
	} cases[] = {
		{ NULL, &action_resource, "{\"authority_id\":\"301\",\"sensitivity\":\"restricted\"}", ERR_NONE, NULL },
		{ &bound, &action_resource, "{\"authority_id\":\"806\",\"sensitivity\":\"restricted\"}", ERR_NONE,
		  NULL },
		{ &bound, &action_resource, "{\"authority_id\":\"301\",\"sensitivity\":\"public\"}", ERR_FORBIDDEN,
		  NULL },
		/* whose it is, is not known: that is complained of elsewhere */
		{ &bound, &action_resource, "{\"authority_id\":null,\"sensitivity\":\"public\"}", ERR_NONE, NULL },
		{ &bound, &organisation_resource, "{\"authority_id\":null,\"sensitivity\":\"public\"}", ERR_FORBIDDEN,
		  NULL },
		{ &council, &organisation_resource, "{\"authority_id\":null,\"sensitivity\":\"public\"}", ERR_NONE,
		  NULL },
		{ &council, &action_resource, "{\"authority_id\":\"301\",\"sensitivity\":\"restricted\"}", ERR_INVALID,
		  "above_clearance" },
		{ &bound_council, &action_resource, "{\"authority_id\":\"806\",\"sensitivity\":\"restricted\"}",
		  ERR_INVALID, "above_clearance" },
		{ &bound_council, &action_resource, "{\"authority_id\":\"806\",\"sensitivity\":\"council\"}", ERR_NONE,
		  NULL },
		{ &public_view, &action_resource, "{\"authority_id\":null,\"sensitivity\":\"public\"}", ERR_FORBIDDEN,
		  NULL },
		{ &whole, &theme_resource, "{\"name\":\"Neglect\"}", ERR_NONE, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct call call = { .client = cases[i].client };
		struct error err = { 0 };
		json_t *draft = json_loads(cases[i].draft, 0, NULL);
		int outcome = reach_check_draft(&call, cases[i].resource, draft, &err);

		assert_non_null(draft);
		CHECK(outcome == (cases[i].code == ERR_FORBIDDEN ? -1 : 0), "case %zu", i);
		CHECK(err.code == cases[i].code, "case %zu: %s", i, err.detail);
		if (cases[i].complaint)
			CHECK(err.n_complaints == 1 && strcmp(err.complaint[0].code, cases[i].complaint) == 0 &&
				      strcmp(err.complaint[0].pointer, "/sensitivity") == 0,
			      "case %zu", i);
		json_decref(draft);
	}
}

/* Of a draft that was ill-formed already, that it names nobody may be part of the same mistake. */
static void what_is_ill_formed_is_no_question_of_whose_it_is(void **state)
{
	struct call call = { .client = &bound };
	struct error err = { 0 };
	json_t *draft = json_pack("{s:n, s:s}", "authority_id", "sensitivity", "public");

	(void)state;
	error_member(&err, "/authority_id", "not_a_string", "must be a string");
	assert_int_equal(reach_check_draft(&call, &organisation_resource, draft, &err), 0);
	assert_int_equal(err.n_complaints, 1);
	json_decref(draft);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_does_not_see_all_reads_what_it_sees),
		cmocka_unit_test(what_is_anothers_is_refused_in_words_that_name_it),
		cmocka_unit_test(a_draft_is_of_ones_own_authority_and_within_ones_clearance),
		cmocka_unit_test(what_is_ill_formed_is_no_question_of_whose_it_is),
	};

	return RUN(tests);
}
