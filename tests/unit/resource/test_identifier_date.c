/* Tests of service/resource/identifier_date.c. */
#include "../unit.h"

#include "resource/identifier_scan.h"

/* How many characters of the text are a date at its beginning. */
static size_t date_length(const char *text)
{
	struct folded t;
	size_t end;

	identifier_fold(text, &t);
	end = identifier_date_end(&t, 1);
	return end ? end - 1 : 0;
}

static void a_whole_date_is_read_in_each_of_its_forms(void **state)
{
	static const char *const dates[] = {
		"12/03/2009",      "12/3/09",       "1.3.2009",        "12-03-2009",           "12 03 2009",
		"12 / 03 / 2009",  "03/25/2009",    "2009-03-12",      "2009/03/12",           "12032009",
		"20090312",        "12 March 2009", "12 MARCH 2009",   "12th March 2009",      "1st of June, 2009",
		"2nd Mar. 09",     "12-Mar-2009",   "12Mar2009",       "12 Sept 2009",         "March 12, 2009",
		"March 12th 2009", "12 March '09",  "31 January 1999", "12\u201303\u20132009",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
		char in_text[64];
		size_t length = strlen(dates[i]) - (strchr(dates[i], '\xe2') ? 4 : 0);

		CHECK(date_length(dates[i]) == length, "%s: %zu", dates[i], date_length(dates[i]));
		(void)snprintf(in_text, sizeof in_text, "%s, and more", dates[i]);
		CHECK(date_length(in_text) == length, "%s", in_text);
	}
}

static void what_is_no_whole_date_is_none(void **state)
{
	static const char *const others[] = {
		"2009",          "March 2009",   "12 March",     "12/03",     "32/03/2009",
		"12/13/1999x",   "00/03/2009",   "12/03-2009",   "12/03/209", "12/03/3009",
		"13/13/2009",    "12 Mart 2009", "12th 03 2009", "12032909",  "99999999",
		"40 March 2009", "12/03/20091",  "12 Ma 2009",   "Tuesday",   "",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		CHECK(date_length(others[i]) == 0, "\"%s\": %zu", others[i], date_length(others[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_date_is_read_in_each_of_its_forms),
		cmocka_unit_test(what_is_no_whole_date_is_none),
	};

	return RUN(tests);
}
