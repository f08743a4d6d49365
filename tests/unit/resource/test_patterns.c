/* Tests of service/resource/patterns.c. */
#include "support.h"

#include <regex.h>

#include "resource/patterns.h"

static const struct {
	const char *pattern, *text;
	bool holds;
} cases[] = {
	{ "la", "806", true },
	{ "la", "80", false },
	{ "la", "8060", false },
	{ "la", "80a", false },
	{ "la", " 806", false },
	{ "la", "1000", false }, /* a list of LA numbers had England in it */
	{ "gss", "E06000002", true },
	{ "gss", "E08000038", true },
	{ "gss", "E09000001", true },
	{ "gss", "E10000006", true },
	{ "gss", "E07000001", false },
	{ "gss", "e06000002", false },
	{ "gss", "E0600000", false },
	{ "gss", "E060000021", false },
	{ "region", "E12000003", true },
	{ "region", "E13000003", false },
	{ "region", "E12", false },
	{ "urn", "80416", true },
	{ "urn", "2532287", true },
	{ "urn", "8041", false },
	{ "urn", "25322871", false },
	{ "urn", "", false },
	{ "slug", "help_and_protection", true },
	{ "slug", "ilacs-2018", true },
	{ "slug", "Help", false },
	{ "slug", "-a", false },
	{ "slug", "", false },
	{ "slug", "to requires improvement", false },
	{ "url", "https://files.ofsted.gov.uk/v1/file/50004273", true },
	{ "url", "http://a/b?c=d", true },
	{ "url", "ftp://a/b", false },
	{ "url", "javascript:alert(1)", false },
	{ "url", "https://", false },
	{ "clock", "00:00", true },
	{ "clock", "09:30", true },
	{ "clock", "19:59", true },
	{ "clock", "23:59", true },
	{ "clock", "24:00", false },
	{ "clock", "12:60", false },
	{ "clock", "9:30", false },
	{ "clock", "09:30:00", false },
	{ "clock", "09.30", false },
	{ "clock", "3a:00", false },
	{ "clock", "", false },
	{ "sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", true },
	{ "sha256", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", false },
	{ "sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85", false },
	{ "sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855a", false },
	{ "sha256", "g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", false },
	{ "name", "Middlesbrough", true },
	{ "name", "bournemouth, christchurch & poole", true },
	{ "name", "Bristol, City of", true },
	{ "name", "M\xc3\xa1ire Atherton", true },
	{ "name", "\xc3\x96", true },
	{ "name", "\xe6\x9d\x8e", true },
	{ "name", "301", false }, /* a name column filled with LA numbers */
	{ "name", "", false },
	{ "name", " ", false },
	{ "name", " Leeds", false },
	{ "name", "Leeds ", false },
	{ "name", "Leeds\xc2\xa0", false },
	{ "name", "Leeds\n", false },
	{ "name", "Le\teds", false },
	{ "name",
	  "Le\x7f"
	  "eds",
	  false },
	{ "name", "Leeds\xc2\x85", false },
	{ "name", "12-34", false },
	{ "filled", "x", true },
	{ "filled", " x ", true },
	{ "filled", "", false },
	{ "filled", " \n\t", false },
};

static void each_form_holds_for_what_it_should(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct pattern *p = pattern_named(cases[i].pattern);

		assert_non_null(p);
		CHECK(p->holds(cases[i].text) == cases[i].holds, "%s: \"%s\"", cases[i].pattern, cases[i].text);
	}
}

/* POSIX knows neither look-ahead, \u nor \s, so only the plain ones can be held to their expression here. */
static void code_and_expression_agree(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct pattern *p = pattern_named(cases[i].pattern);
		regex_t regex;
		bool matches;

		if (strchr(p->regex, '\\'))
			continue;
		assert_int_equal(regcomp(&regex, p->regex, REG_EXTENDED | REG_NOSUB), 0);
		matches = regexec(&regex, cases[i].text, 0, NULL, 0) == 0;
		CHECK(matches == cases[i].holds, "%s: \"%s\"", p->regex, cases[i].text);
		regfree(&regex);
	}
}

static void patterns_are_sorted_and_say_what_must_be(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_patterns; i++) {
		CHECK(i == 0 || strcmp(patterns[i - 1].name, patterns[i].name) < 0, "%s", patterns[i].name);
		CHECK(strncmp(patterns[i].meaning, "must ", 5) == 0, "%s", patterns[i].name);
		CHECK(strlen(patterns[i].meaning) < 200, "%s", patterns[i].name);
	}
	assert_null(pattern_named("no such form"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_holds_for_what_it_should),
		cmocka_unit_test(code_and_expression_agree),
		cmocka_unit_test(patterns_are_sorted_and_say_what_must_be),
	};

	return RUN(tests);
}
