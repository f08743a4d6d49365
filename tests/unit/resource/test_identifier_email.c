/* Tests of service/resource/identifier_email.c. */
#include "identifier_support.h"

static void an_address_of_a_provider_for_households_is_private(void **state)
{
	static const struct identifier_case cases[] = {
		{ "jane.smith@gmail.com", "jane.smith@gmail.com" },
		{ "JANE.SMITH@GMAIL.COM.", "JANE.SMITH@GMAIL.COM" },
		{ "<jane_smith+school@hotmail.co.uk>", "jane_smith+school@hotmail.co.uk" },
		{ "mailto:jane@outlook.com", "jane@outlook.com" },
		{ "[jane@live.co.uk](mailto:jane@live.co.uk)", "jane@live.co.uk" },
		{ "'jane@yahoo.com',", "jane@yahoo.com" },
		{ "jane@uk.yahoo.com", "jane@uk.yahoo.com" },
		{ "jane@smith.plus.com", "jane@smith.plus.com" },
		{ "jane @ icloud.com", "jane @ icloud.com" },
		{ "jane@btinternet.com;tyler@sky.com", "jane@btinternet.com" },
		{ "zo\u00eb@gmail.com", "zo\u00eb@gmail.com" },
	};

	(void)state;
	CHECK_FOUND(IDENTIFIER_PRIVATE_EMAIL, cases);
}

static void another_domain_may_be_an_organisations(void **state)
{
	static const char *const others[] = {
		"Helen_Watson@middlesbrough.gov.uk",
		"jane@nhs.net",
		"office@acklam.sch.uk",
		"jane@live.wmc.ac.uk",
		"jane@gmail.com.example.org",
		"jane@notgmail.com",
		"jane@yahoo.gov.uk",
		"a@b.cc",
		"joanne\\_dixon@middlesbrough.gov.uk",
		"enquiries@ofsted.gov.uk",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		const struct identifier_case refused = { others[i], NULL }, told = { others[i], others[i] };

		check_found(IDENTIFIER_PRIVATE_EMAIL, &refused, 1);
		check_found(IDENTIFIER_EMAIL, &told, 1);
	}
}

static void an_at_sign_alone_makes_no_address(void **state)
{
	static const struct identifier_case cases[] = {
		{ "@gmail.com", NULL }, { "jane@gmail", NULL },  { "3 @ 2.50", NULL }, { "jane@", NULL },
		{ "jane@.com", NULL },  { "met @ home.", NULL }, { "a@b.c", NULL },    { "2 places @ 10.30 am", NULL },
	};

	(void)state;
	CHECK_FOUND(IDENTIFIER_EMAIL, cases);
	CHECK_FOUND(IDENTIFIER_PRIVATE_EMAIL, cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_of_a_provider_for_households_is_private),
		cmocka_unit_test(another_domain_may_be_an_organisations),
		cmocka_unit_test(an_at_sign_alone_makes_no_address),
	};

	return RUN(tests);
}
