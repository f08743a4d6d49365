/* Tests of service/resource/document.c: the rules of documents. */
#include "rule_support.h"

#define AT "'url':'https://example.org/letter'"

static void what_breaks_a_rule_is_refused(void **state)
{
	static const struct {
		const char *draft, *pointer, *code;
	} cases[] = {
		{ "{" AT "}", NULL, NULL },
		{ "{'sha256':'00'}", NULL, NULL },
		{ "{}", "/url", "required" },
		{ "{" AT ",'dated_on':'2026-06-15'}", NULL, NULL },
		{ "{" AT ",'dated_on':'2026-06-16'}", "/dated_on", "in_future" },
		{ "{" AT ",'dated_on':'2026-05-01','review_on':'2027-05-01'}", NULL, NULL },
		{ "{" AT ",'dated_on':'2026-05-01','review_on':'2026-04-30'}", "/review_on", "before_start" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &document_resource, cases[i].draft, NULL, "{}");

		CHECK(complains_only(&o->err, cases[i].pointer, cases[i].code), "case %zu: %s", i, cases[i].draft);
	}
}

#define SOLE(more) "{'sole_evidence_of':[{'id':'a','title':'Hub'" more "}]}"

static void what_alone_shows_that_an_action_is_embedded_stays(void **state)
{
	static const struct {
		const char *draft, *facts, *pointer;
	} cases[] = {
		{ "{" AT ",'role':'evidence','action_ids':['b','a']}", SOLE(""), NULL },
		{ "{" AT ",'role':'evidence','action_ids':['b']}", SOLE(""), "/action_ids" },
		{ "{" AT ",'role':'evidence','action_ids':['b']}", SOLE(",'by_update':true"), NULL },
		{ "{" AT ",'role':'minutes','action_ids':['a']}", SOLE(""), "/role" },
		{ "{" AT ",'role':'minutes','action_ids':[]}", SOLE(",'by_update':true"), "/role" },
		{ "{" AT ",'role':'minutes','action_ids':[]}", "{'sole_evidence_of':[]}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OUTCOME(o, &document_resource, cases[i].draft, "{" AT "}", cases[i].facts);

		CHECK(complains_only(&o->err, cases[i].pointer, "evidence_of_embedded"), "case %zu", i);
		CHECK(o->err.code == (cases[i].pointer ? ERR_CONFLICT : ERR_NONE), "case %zu", i);
	}
}

static void and_is_not_removed(void **state)
{
	_cleanup_(json_decrefp) json_t *sole = js(SOLE("")), *none = js("{'sole_evidence_of':[]}");
	struct error err = { 0 };

	(void)state;
	document_resource.rules.remove(none, &err);
	assert_int_equal(err.n_complaints, 0);
	document_resource.rules.remove(sole, &err);
	assert_true(complains_only(&err, "/id", "evidence_of_embedded"));
	assert_non_null(strstr(err.complaint[0].detail, "'Hub' (a)"));
	assert_int_equal(err.code, ERR_CONFLICT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_rule_is_refused),
		cmocka_unit_test(what_alone_shows_that_an_action_is_embedded_stays),
		cmocka_unit_test(and_is_not_removed),
	};

	return RUN(tests);
}
