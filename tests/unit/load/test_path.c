/* Tests of service/load/path.c. */
#include "../unit.h"

#include "load/path.h"
#include "resource/registry.h"

static void the_way_is_the_shortest_there_is(void **state)
{
	static const struct {
		const struct resource *r;
		const char *from, *to, *way;
	} cases[] = {
		{ &finding_resource, "open", "open", "" },
		{ &finding_resource, "open", "being_addressed", "being_addressed " },
		{ &finding_resource, "open", "addressed", "addressed " },
		{ &finding_resource, "open", "confirmed_resolved", "addressed confirmed_resolved " },
		{ &finding_resource, "confirmed_resolved", "open", "being_addressed open " },
		{ &finding_resource, "open", "not_applicable", NULL },
		{ &finding_resource, "not_applicable", "open", NULL },
		{ &finding_resource, "open", "no such status", NULL },
		{ &action_resource, "not_started", "in_progress", "in_progress " },
		{ &action_resource, "not_started", "proposed", NULL },
		{ &action_resource, "complete", "cancelled", "in_progress cancelled " },
		{ &inspection_resource, "planned", "published", "in_progress reported published " },
		{ &inspection_resource, "published", "planned", NULL },
		{ &authority_resource, "current", "abolished", "abolished " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct status_step *steps[PATH_STEPS_MAX];
		int n = path_find(cases[i].r->status, cases[i].from, cases[i].to, steps);
		char way[256] = "";

		CHECK((n < 0) == (cases[i].way == NULL), "case %zu: %d steps", i, n);
		for (int k = 0; k < n; k++) {
			strncat(way, steps[k]->to, sizeof way - strlen(way) - 1);
			strncat(way, " ", sizeof way - strlen(way) - 1);
			CHECK(strcmp(steps[k]->from, k ? steps[k - 1]->to : cases[i].from) == 0, "case %zu: step %d", i,
			      k);
		}
		CHECK(n < 0 || strcmp(way, cases[i].way) == 0, "case %zu: %s", i, way);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_is_the_shortest_there_is),
	};

	return RUN(tests);
}
