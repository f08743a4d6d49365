/* Tests of service/resource/identifier_birth.c. */
#include "identifier_support.h"

static void a_date_of_birth_beside_a_name_is_found(void **state)
{
	static const struct identifier_case cases[] = {
		{ "Jane Smith (DOB 12/03/2009)", "DOB 12/03/2009" },
		{ "Jane Smith, d.o.b. 12.3.09", "d.o.b. 12.3.09" },
		{ "JANE SMITH D.O.B: 12-03-2009", "D.O.B: 12-03-2009" },
		{ "Jane Smith, born 12 March 2009", "born 12 March 2009" },
		{ "Jane, who was born on the 12th of March, 2009,", "born on the 12th of March, 2009" },
		{ "Jane Smith's date of birth is 2009-03-12", "date of birth is 2009-03-12" },
		{ "Date of Birth: 12/03/2009, Jane Smith", "Date of Birth: 12/03/2009" },
		{ "DOB 12/03/2009 (Jane)", "DOB 12/03/2009" },
		{ "DOB12/03/2009 Jane Smith", "DOB12/03/2009" },
		{ "Date of\nbirth of Jane: 12/03/2009", "Date of\nbirth of Jane: 12/03/2009" },
		{ "Jane Smith (12/03/2009, DOB)", "12/03/2009, DOB" },
		{ "Jane was seen at home with her mother Mary Smith. DOB: 12/03/2009.", "DOB: 12/03/2009" },
		{ "Name\tDOB\nJane Smith\t12/03/2009", "DOB\nJane Smith\t12/03/2009" },
		{ "\u0141ukasz O\u2019Neill, born in Leeds on 12 March 2009", "born in Leeds on 12 March 2009" },
		{ "Anne-Marie de Souza, DOB 12/03/2009", "DOB 12/03/2009" },
		{ "J.S. (DOB 12/03/2009)", "DOB 12/03/2009" },
		{ "Jane (b. 12 March 2009)", "b. 12 March 2009" },
		{ "jane smith, dob 12/03/2009", "dob 12/03/2009" },
	};

	(void)state;
	CHECK_FOUND(IDENTIFIER_BIRTH, cases);
}

static void a_year_a_rule_and_a_meeting_are_no_dates_of_birth(void **state)
{
	static const struct identifier_case cases[] = {
		{ "Jane Smith was born in 2009", NULL },
		{ "Jane Smith, born March 2009", NULL },
		{ "Jane Smith, 12 March 2009", NULL },
		{ "Children born after 1 September 2012 are eligible, says Jane Smith", NULL },
		{ "Jane Smith: those born on or after 1 September 2012", NULL },
		{ "Babies born between 1 April 2012 and 31 March 2013 at James Cook", NULL },
		{ "Jane Smith asked for the date of birth. The meeting of 12 March 2009 agreed", NULL },
		{ "Jane Smith asked for dates of birth by 12 March 2009", NULL },
		{ "Children born here get a plan by 12 March 2009, said Jane Smith", NULL },
		{ "the service was born on 1 April 2018 and grew", NULL },
		{ "a child (DOB 12/03/2009)", NULL }, /* of no name */
		{ "The DOB 12/03/2009 was wrong", NULL },
		{ "newborn 12/03/2009 Jane Smith", NULL },
		{ "Jane Smith, DOB unknown, seen 12/03/2009 at home", NULL },
		{ "DOB 5 of 12/03/2009 Jane Smith", NULL }, /* another number comes first */
		{ "the records of dob 12/03/2009", NULL },
		{ "a young person's dob 12/03/2009", NULL },
		{ "Jane Smith, option b. 12 March 2009", NULL },
		{ "Jane Smith spoke on (a) 12 March 2009 and (b) 13 March 2009", NULL },
		{ "jane smith was born 12/03/2009", NULL },
	};

	(void)state;
	CHECK_FOUND(IDENTIFIER_BIRTH, cases);
}

static void a_name_that_is_far_away_is_not_beside(void **state)
{
	char text[200] = "Jane Smith";

	(void)state;
	memset(text + strlen(text), '.', 100);
	memcpy(text + strlen("Jane Smith") + 100, " dob 12/03/2009", sizeof " dob 12/03/2009");
	assert_null(words_found(text, IDENTIFIER_BIRTH));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_date_of_birth_beside_a_name_is_found),
		cmocka_unit_test(a_year_a_rule_and_a_meeting_are_no_dates_of_birth),
		cmocka_unit_test(a_name_that_is_far_away_is_not_beside),
	};

	return RUN(tests);
}
