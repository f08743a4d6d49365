/* Tests of service/resource/vocabulary.c. */
#include "support.h"

#include "core/text.h"
#include "resource/vocabulary.h"

/* The comparators are signs that everybody knows; none needs an escape in JSON. */
static bool is_code(const struct vocabulary *v, const char *code)
{
	return v == &comparators ? code[strspn(code, "<=>")] == '\0' : text_is_slug(code);
}

static void every_code_is_a_slug_with_a_label_and_stands_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_vocabularies; i++) {
		const struct vocabulary *v = vocabularies[i];

		CHECK(i == 0 || strcmp(vocabularies[i - 1]->name, v->name) < 0, "%s is out of order", v->name);
		for (size_t j = 0; j < v->n; j++) {
			CHECK(is_code(v, v->terms[j].code), "%s: %s", v->name, v->terms[j].code);
			CHECK(!text_is_blank(v->terms[j].label), "%s: %s", v->name, v->terms[j].code);
			for (size_t k = 0; k < j; k++)
				CHECK(strcmp(v->terms[k].code, v->terms[j].code) != 0, "%s twice", v->terms[j].code);
		}
	}
}

static void a_vocabulary_has_its_codes_exactly(void **state)
{
	(void)state;
	assert_true(vocabulary_has(&action_statuses, "in_progress"));
	assert_false(vocabulary_has(&action_statuses, "In_progress"));
	assert_false(vocabulary_has(&action_statuses, "in_progres"));
	assert_false(vocabulary_has(&action_statuses, ""));
}

static void a_list_of_codes_is_cut_to_fit(void **state)
{
	char out[64];

	(void)state;
	vocabulary_list(&authority_statuses, out, sizeof out);
	assert_string_equal(out, "current, abolished");
	for (size_t size = 1; size < sizeof out; size++) {
		vocabulary_list(&inspection_kinds, out, size);
		assert_true(strlen(out) < size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_is_a_slug_with_a_label_and_stands_once),
		cmocka_unit_test(a_vocabulary_has_its_codes_exactly),
		cmocka_unit_test(a_list_of_codes_is_cut_to_fit),
	};

	return RUN(tests);
}
