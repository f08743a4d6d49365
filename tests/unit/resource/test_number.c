/* Tests of service/resource/number.c. */
#include "support.h"

#include "resource/number.h"

static void numbers_are_read_as_json_writes_them(void **state)
{
	static const struct {
		const char *text;
		bool holds;
	} cases[] = {
		{ "0", true },
		{ "-0", true },
		{ "20", true },
		{ "20.50", true },
		{ "-0.001", true },
		{ "1e3", true },
		{ "1E-7", true },
		{ "1e+11", true },
		{ "0e999", true },
		{ "0e1000", false },
		{ "123456789012345e-5", true },
		{ "0.1234567890123456", false },
		{ "999999999999.5", true },
		{ "1e12", false },
		{ "-1e12", false },
		{ "1e999", false },
		{ "", false },
		{ "-", false },
		{ "+1", false },
		{ "01", false },
		{ "-01", false },
		{ "1.", false },
		{ ".5", false },
		{ "1e", false },
		{ "1e+", false },
		{ "1,5", false },
		{ " 1", false },
		{ "1 ", false },
		{ "0x1p3", false },
		{ "inf", false },
		{ "NaN", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(number_is(cases[i].text) == cases[i].holds, "case %zu: %s", i, cases[i].text);
}

static void a_number_has_one_form(void **state)
{
	static const struct {
		double number;
		const char *json;
	} cases[] = {
		{ 20.0, "20" },   { -0.0, "0" }, { 0.1, "0.1" }, { -2.5, "-2.5" }, { 999999999999.0, "999999999999" },
		{ 1e-7, "1e-7" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(json_decrefp) json_t *number = number_json(cases[i].number);
		_cleanup_(freep) char *text = json_dumps(number, JSON_ENCODE_ANY | JSON_REAL_PRECISION(NUMBER_DIGITS));

		CHECK(strcmp(text, cases[i].json) == 0, "case %zu: %s", i, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_as_json_writes_them),
		cmocka_unit_test(a_number_has_one_form),
	};

	return RUN(tests);
}
