/*
 * Tests of service/repository/statement.c: the text for each shape of request.
 *
 * The texts are in golden/<shape>.sql, one statement on one line, to be searched
 * and to be given to EXPLAIN. GOLDEN_WRITE=1 writes them anew; read the diff.
 */
#include "shape.h"

#include <dirent.h>

#define GOLDEN INSPECTD_SOURCE_DIR "/tests/unit/repository/golden/"

#define ID_1 "0190a000-0000-7000-8000-000000000001"
#define ID_2 "0190a000-0000-7000-8000-000000000002"

#define AFTER(...) .after = { __VA_ARGS__ }, .n_after = ARRAY_LEN(((const char *const[]){ __VA_ARGS__ }))

static const struct shape shapes[] = {
	/* Each resource as it comes. */
	{ "list_frameworks", &framework_resource, LIST },
	{ "list_themes", &theme_resource, LIST },
	{ "list_authorities", &authority_resource, LIST },
	{ "list_inspections", &inspection_resource, LIST },
	{ "list_findings", &finding_resource, LIST },
	{ "list_actions", &action_resource, LIST },
	{ "list_findings_fields", &finding_resource, LIST, "fields=status,text,theme_ids,allowed_transitions" },
	{ "list_authorities_fields_list_of_texts", &authority_resource, LIST, "fields=aliases,name" },
	{ "list_findings_expand", &finding_resource, LIST,
	  "fields=id&expand=inspection,themes,actions.authority,authority" },

	/* Sorted by one key that is never null. */
	{ "list_findings_status_desc", &finding_resource, LIST, "fields=id&sort=-status" },
	{ "list_findings_status_desc_after", &finding_resource, LIST, "fields=id&sort=-status", AFTER("open", ID_1),
	  .values = { "open", "open", ID_1 } },
	{ "list_authorities_name_after", &authority_resource, LIST, "fields=id", AFTER("Leeds", "383"),
	  .values = { "Leeds", "Leeds", "383" } },
	{ "list_findings_id_after", &finding_resource, LIST, "fields=id", AFTER(ID_1), .values = { ID_1, ID_1 } },
	{ "list_findings_id_desc_after", &finding_resource, LIST, "fields=id&sort=-id", AFTER(ID_1),
	  .values = { ID_1, ID_1 } },
	{ "list_findings_created_after", &finding_resource, LIST, "fields=id&sort=created_at",
	  AFTER("2026-01-31 09:30:00.123456+00", ID_1),
	  .values = { "2026-01-31 09:30:00.123456+00", "2026-01-31 09:30:00.123456+00", ID_1 } },

	/* By one that may be: the values, then the nulls, each a scan of its own. */
	{ "list_actions_due_values", &action_resource, LIST, "fields=id&sort=due_on" },
	{ "list_actions_due_values_after", &action_resource, LIST, "fields=id&sort=due_on", AFTER("2026-04-01", ID_1),
	  .values = { "2026-04-01", "2026-04-01", ID_1 } },
	{ "list_actions_due_desc_values_after", &action_resource, LIST, "fields=id&sort=-due_on",
	  AFTER("2026-04-01", ID_1), .values = { "2026-04-01", "2026-04-01", ID_1 } },
	{ "list_actions_due_nulls", &action_resource, LIST, "fields=id&sort=due_on", .nulls = true },
	{ "list_actions_due_nulls_after_a_value", &action_resource, LIST, "fields=id&sort=due_on",
	  AFTER("2026-04-01", ID_1), .nulls = true },
	{ "list_actions_due_nulls_after_a_null", &action_resource, LIST, "fields=id&sort=due_on", AFTER(NULL, ID_1),
	  .values = { ID_1 } },
	{ "list_actions_due_desc_nulls_after_a_null", &action_resource, LIST, "fields=id&sort=-due_on",
	  AFTER(NULL, ID_1), .values = { ID_1 } },

	/* By several. */
	{ "list_findings_several_keys", &finding_resource, LIST, "fields=id&sort=kind,-number,strand" },
	{ "list_findings_several_keys_after", &finding_resource, LIST, "fields=id&sort=kind,-number,strand",
	  AFTER("strength", "3", "care_leavers", ID_1),
	  .values = { "strength", "strength", "3", "care_leavers", ID_1 } },
	{ "list_findings_several_keys_after_a_null", &finding_resource, LIST, "fields=id&sort=kind,-number,strand",
	  AFTER("strength", NULL, "care_leavers", ID_1), .values = { "strength", "strength", "care_leavers", ID_1 } },
	{ "list_actions_several_nullable_keys_values_after", &action_resource, LIST,
	  "fields=id&sort=-due_on,lead_role,title", AFTER("2026-04-01", "Head of service", "Train", ID_1),
	  .values = { "2026-04-01", "2026-04-01", "Head of service", "Train", ID_1 } },
	{ "list_actions_several_nullable_keys_nulls_after", &action_resource, LIST,
	  "fields=id&sort=-due_on,lead_role,title", AFTER(NULL, NULL, "Train", ID_1), .values = { "Train", ID_1 } },
	{ "list_findings_id_before_a_key_that_is_null_after", &finding_resource, LIST, "fields=id&sort=id,number",
	  AFTER(ID_1, NULL), .values = { ID_1, ID_1 } },

	/* Predicates. */
	{ "list_findings_in", &finding_resource, LIST, "fields=id&status=open,addressed",
	  .values = { "{\"open\",\"addressed\"}" } },
	{ "list_findings_not_in", &finding_resource, LIST, "fields=id&strand_ne=help_and_protection,care_leavers",
	  .values = { "{\"help_and_protection\",\"care_leavers\"}" } },
	{ "list_findings_in_of_each_type", &finding_resource, LIST,
	  "fields=id&authority_id=383,204&inspection_id=" ID_1 "&number=1,2&status_on=2026-01-31"
	  "&created_at=2026-01-31T09:30:00Z&contested=true",
	  .values = { "{\"383\",\"204\"}", ID_1, "{\"1\",\"2\"}", "2026-01-31", "2026-01-31T09:30:00Z", "true" } },
	{ "list_inspections_ranges", &inspection_resource, LIST,
	  "fields=id&sort=id&start_on_gt=2020-01-01&start_on_lte=2025-12-31&published_on_gte=2021-01-01"
	  "&published_on_lt=2026-01-01",
	  .values = { "2020-01-01", "2025-12-31", "2021-01-01", "2026-01-01" } },
	{ "list_findings_range_of_numbers", &finding_resource, LIST, "fields=id&number_gte=3", .values = { "3" } },
	{ "list_findings_updated_since", &finding_resource, LIST, "fields=id&updated_since=2026-01-31T09:30:00Z",
	  .values = { "2026-01-31T09:30:00Z" } },
	{ "list_findings_ids", &finding_resource, LIST, "fields=id&id=" ID_1 "," ID_2,
	  .values = { "{\"" ID_1 "\",\"" ID_2 "\"}" } },
	{ "list_authorities_ids", &authority_resource, LIST, "fields=id&id=383,204",
	  .values = { "{\"383\",\"204\"}" } },
	{ "list_findings_external_ref", &finding_resource, LIST, "fields=id&external_ref=modern_gov:47:11",
	  .values = { "{\"modern_gov:47:11\"}" } },
	{ "list_frameworks_template_filters", &framework_resource, LIST, "fields=id&kind=standard_inspection",
	  .values = { "{\"standard_inspection\"}" } },
	{ "list_themes_template_filters", &theme_resource, LIST, "fields=id&name=Neglect",
	  .values = { "{\"Neglect\"}" } },
	{ "list_authorities_template_filters", &authority_resource, LIST,
	  "fields=id&gss_code=E08000035&name=Leeds,Bristol&standing_grade=good&standing=overall:good",
	  .values = { "{\"E08000035\"}", "{\"Leeds\",\"Bristol\"}", "{\"good\"}", "{\"overall:good\"}" } },
	{ "list_inspections_template_filters", &inspection_resource, LIST,
	  "fields=id&sort=id&theme_id=neglect&strand=overall&grade=good&judgement=overall:good",
	  .values = { "{\"neglect\"}", "{\"overall\"}", "{\"good\"}", "{\"overall:good\"}" } },
	{ "list_findings_template_filters", &finding_resource, LIST,
	  "fields=id&theme_id=neglect&action_id=" ID_1 "&earlier_id=" ID_2 "&relation=repeats,worsened",
	  .values = { "{\"neglect\"}", "{\"" ID_1 "\"}", "{\"" ID_2 "\"}", "{\"repeats\",\"worsened\"}" } },
	{ "list_documents_of_each_kind", &document_resource, LIST,
	  "fields=id&sort=id&finding_id=" ID_1 "," ID_2 "&organisation_id=" ID_1,
	  .values = { "{\"" ID_1 "\",\"" ID_2 "\"}", "{\"" ID_1 "\"}" } },
	{ "list_observations_by_value", &observation_resource, LIST,
	  "fields=id&sort=value&value=20,20.5&value_gte=-1e2", .values = { "{\"20\",\"20.5\"}", "-1e2" } },
	{ "list_actions_template_filters", &action_resource, LIST,
	  "fields=id&finding_id=" ID_1 "&inspection_id=" ID_2 "&theme_id=neglect&strand=overall",
	  .values = { "{\"" ID_1 "\"}", "{\"" ID_2 "\"}", "{\"neglect\"}", "{\"overall\"}" } },
	{ "list_actions_overdue", &action_resource, LIST, "fields=id&overdue=true" },
	{ "list_actions_not_overdue", &action_resource, LIST, "fields=id&overdue=false" },
	{ "list_actions_search", &action_resource, LIST, "fields=id&q=social worker -agency",
	  .values = { "social worker -agency" } },
	{ "list_findings_everything_at_once", &finding_resource, LIST,
	  "fields=id&status=open&q=neglect&sort=-number&number_lt=40", .within = { "inspection_id", ID_1 },
	  AFTER("7", ID_2), .values = { ID_1, "open", "40", "neglect", "7", "7", ID_2 } },

	/* Within a parent. */
	{ "list_neighbours_of_authority", &neighbour_resource, LIST, .within = { "authority_id", "383" },
	  .values = { "383" } },
	{ "list_neighbours_of_authority_after", &neighbour_resource, LIST, "fields=id",
	  .within = { "authority_id", "383" }, AFTER("4", "383-4"), .values = { "383", "4", "4", "383-4" } },
	{ "list_findings_of_inspection", &finding_resource, LIST, "fields=id", .within = { "inspection_id", ID_1 },
	  .values = { ID_1 } },
	{ "list_inspections_of_authority", &inspection_resource, LIST, "fields=id", .within = { "authority_id", "383" },
	  .values = { "383" } },
	{ "list_deadlines_of_authority", &deadline_resource, LIST, "fields=id", .within = { "authority_id", "383" },
	  .values = { "{\"383\"}" } },
	{ "list_plans_of_board", &plan_resource, LIST, "fields=id", .within = { "board_id", ID_1 },
	  .values = { "{\"" ID_1 "\"}" } },
	{ "list_actions_of_finding", &action_resource, LIST, "fields=id", .within = { "finding_id", ID_1 },
	  .values = { "{\"" ID_1 "\"}" } },

	/* As it was recorded. */
	{ "list_findings_recorded", &finding_resource, LIST,
	  "fields=id&theme_id=neglect&as_recorded_at=2024-01-31T09:30:00Z", .values = { "{\"neglect\"}" } },
	{ "item_findings_recorded", &finding_resource, ITEM, "fields=id&as_recorded_at=2024-01-31T09:30:00Z",
	  .values = { "an id" } },
	{ "counts_findings_theme_recorded", &finding_resource, COUNTS,
	  "by=theme_id&as_recorded_at=2024-01-31T09:30:00Z" },
	{ "expand_findings_actions_recorded", &finding_resource, EXPAND, "as_recorded_at=2024-01-31T09:30:00Z",
	  .expansion = "actions", .values = { "{\"one\",\"two\"}" } },

	/* For a client that does not see all: the same, of what it sees. */
	{ "list_findings_seen", &finding_resource, LIST, "fields=id&theme_id=neglect&status=open", .seen = true,
	  .within = { "inspection_id", ID_1 }, .values = { ID_1, "{\"neglect\"}", "open" } },
	{ "list_findings_seen_recorded", &finding_resource, LIST, "fields=id&as_recorded_at=2024-01-31T09:30:00Z",
	  .seen = true },
	{ "item_plans_seen", &plan_resource, ITEM, "fields=id", .seen = true, .values = { "an id" } },
	{ "total_actions_seen", &action_resource, TOTAL, "overdue=true", .seen = true },
	{ "counts_findings_theme_seen", &finding_resource, COUNTS, "by=theme_id", .seen = true },
	{ "export_actions_seen", &action_resource, EXPORT, "fields=id,title", .seen = true },
	{ "expand_findings_actions_seen", &finding_resource, EXPAND, .seen = true, .expansion = "actions",
	  .values = { "{\"one\",\"two\"}" } },
	{ "expand_findings_inspection_seen", &finding_resource, EXPAND, .seen = true, .expansion = "inspection",
	  .values = { "{\"one\",\"two\"}" } },

	/* For one that is cleared for what is restricted: how restricted each row is. */
	{ "list_findings_marked", &finding_resource, LIST, "fields=id&sort=-status&expand=inspection", .marked = true },
	{ "list_findings_marked_and_shown", &finding_resource, LIST, "fields=id,sensitivity", .marked = true },
	{ "export_actions_marked", &action_resource, EXPORT, "fields=title", .marked = true },
	{ "list_themes_marked", &theme_resource, LIST, "fields=id", .marked = true },

	/* Numbers about lists. */
	{ "total_findings", &finding_resource, TOTAL },
	{ "total_findings_filtered", &finding_resource, TOTAL, "status=open&q=neglect&include_total=true",
	  .within = { "inspection_id", ID_1 }, .values = { ID_1, "open", "neglect" } },
	{ "counts_findings_status", &finding_resource, COUNTS, "by=status" },
	{ "counts_findings_theme", &finding_resource, COUNTS, "by=theme_id" },
	{ "counts_findings_status_theme_kind", &finding_resource, COUNTS, "by=status,theme_id,kind&stage=final",
	  .values = { "final" } },
	{ "counts_findings_theme_of_inspection", &finding_resource, COUNTS, "by=theme_id",
	  .within = { "inspection_id", ID_1 }, .values = { ID_1 } },
	{ "counts_inspections_theme", &inspection_resource, COUNTS, "by=theme_id,kind" },

	/* Whole lists. */
	{ "export_actions", &action_resource, EXPORT },
	{ "export_actions_limit", &action_resource, EXPORT, "fields=id,title&limit=5000&sort=title" },
	{ "export_actions_filtered", &action_resource, EXPORT, "fields=id,title&status=complete&sort=-due_on",
	  .within = { "finding_id", ID_1 }, .values = { "{\"" ID_1 "\"}", "complete" } },

	/* One row. */
	{ "item_findings", &finding_resource, ITEM, .values = { "an id" } },
	{ "item_authorities", &authority_resource, ITEM, .values = { "an id" } },
	{ "item_findings_expand", &finding_resource, ITEM, "fields=id&expand=inspection,actions",
	  .values = { "an id" } },

	/* Rows beside their ids. */
	{ "expand_findings_authority", &finding_resource, EXPAND, .expansion = "authority",
	  .values = { "{\"one\",\"two\"}" } },
	{ "expand_findings_inspection", &finding_resource, EXPAND, .expansion = "inspection",
	  .values = { "{\"one\",\"two\"}" } },
	{ "expand_findings_themes", &finding_resource, EXPAND, .expansion = "themes",
	  .values = { "{\"one\",\"two\"}" } },
	{ "expand_findings_actions", &finding_resource, EXPAND, .expansion = "actions",
	  .values = { "{\"one\",\"two\"}" } },
	{ "expand_actions_findings", &action_resource, EXPAND, .expansion = "findings",
	  .values = { "{\"one\",\"two\"}" } },
	{ "expand_authorities_inspections", &authority_resource, EXPAND, .expansion = "inspections",
	  .values = { "{\"one\",\"two\"}" } },
	{ "expand_authorities_successors", &authority_resource, EXPAND, .expansion = "successors",
	  .values = { "{\"one\",\"two\"}" } },
	{ "expand_neighbours_neighbour", &neighbour_resource, EXPAND, .expansion = "neighbour",
	  .values = { "{\"one\",\"two\"}" } },
};

/* --- golden files ------------------------------------------------------------- */

static void golden_path(const char *name, char *out, size_t size)
{
	assert_true((size_t)snprintf(out, size, "%s%s.sql", GOLDEN, name) < size);
}

static void golden_write(const char *name, const char *sql)
{
	char path[1024];
	FILE *file;

	golden_path(name, path, sizeof path);
	file = fopen(path, "w");
	CHECK(file != NULL, "%s cannot be written", path);
	fprintf(file, "%s\n", sql);
	assert_int_equal(fclose(file), 0);
}

static void golden_read(const char *name, char *out, size_t size)
{
	char path[1024];
	FILE *file;
	size_t len;

	golden_path(name, path, sizeof path);
	file = fopen(path, "r");
	CHECK(file != NULL, "%s is missing; GOLDEN_WRITE=1 writes it", path);
	len = fread(out, 1, size - 1, file);
	fclose(file);
	CHECK(len > 0 && out[len - 1] == '\n', "%s does not end in a newline", path);
	out[len - 1] = '\0';
}

static void check_values(const struct shape *s, const struct statement *made)
{
	for (size_t i = 0; i < made->n_values; i++)
		CHECK(i < ARRAY_LEN(s->values) && s->values[i] && strcmp(s->values[i], made->values[i]) == 0,
		      "%s: $%zu is %s", s->name, i + 1, made->values[i]);
	CHECK(!s->values[made->n_values], "%s: only %zu values", s->name, made->n_values);
}

static void check_shape(const struct shape *s, bool write)
{
	_cleanup_(query_done) struct list_query q = { 0 };
	char text[1024], expected[16384];
	struct statement made = { 0 };
	struct error err = { 0 };
	struct params params;
	struct builder b;

	shape_params(s->query, text, sizeof text, &params);
	shape_read_after(s, &params, &q);
	shape_build(s, &q, &b);
	CHECK(builder_statement(&b, &made, &err) == 0, "%s: %s", s->name, err.detail);
	if (write)
		golden_write(s->name, made.sql);
	golden_read(s->name, expected, sizeof expected);
	CHECK(strcmp(made.sql, expected) == 0, "%s\n is:     %s\n golden: %s", s->name, made.sql, expected);
	check_values(s, &made);
	builder_done(&b);
}

static void each_shape_has_the_text_of_its_golden_file_and_its_values_apart(void **state)
{
	bool write = getenv("GOLDEN_WRITE") != NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		check_shape(&shapes[i], write);
}

static bool is_shape(const char *file)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		size_t len = strlen(shapes[i].name);

		if (strncmp(file, shapes[i].name, len) == 0 && strcmp(file + len, ".sql") == 0)
			return true;
	}
	return false;
}

static void each_golden_file_is_of_a_shape_and_no_two_shapes_share_one(void **state)
{
	DIR *folder = opendir(GOLDEN);
	size_t n = 0;

	(void)state;
	assert_non_null(folder);
	for (struct dirent *e = readdir(folder); e; e = readdir(folder)) {
		if (e->d_name[0] == '.')
			continue;
		CHECK(is_shape(e->d_name), "%s is of no shape", e->d_name);
		n++;
	}
	closedir(folder);
	assert_int_equal(n, ARRAY_LEN(shapes));
}

/* --- no byte of a request in any text ------------------------------------------- */

static uint64_t seed = 88172645463325252u;

static size_t any(size_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (size_t)(seed % below);
}

static const char *const hostile[] = { "'",   "''",   "\"",   "%",    "%s",           "%n",
				       "\\",  "\\'",  "$1",   "$$",   "--",           "/*",
				       "*/",  ";",    "{",    "}",    "{v}",          "{s}",
				       "{p}", "(",    ")",    "]",    "::text",       "\n",
				       "\t",  "\x01", "\x7f", "é",    "中",           "💥",
				       "ʼ",   "E'",   "U&'",  "NULL", "' OR 1=1 --",  "t.",
				       " ",   "DROP", "a",    "0",    "\xEF\xBB\xBF", "\xE2\x80\xAE",
				       ",",   "_" };

/* Not blank: it ends in a letter. */
static void hostile_value(char *out, size_t size)
{
	size_t pieces = 1 + any(8), len = 0;

	for (size_t i = 0; i < pieces && len + 16 < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s", hostile[any(ARRAY_LEN(hostile))]);
	snprintf(out + len, size - len, "z");
}

/* As one value of a comma list. */
static void as_list_item(const char *value, char *out)
{
	for (; *value; value++) {
		if (*value == ',' || *value == '\\')
			*out++ = '\\';
		*out++ = *value;
	}
	*out = '\0';
}

/* What PostgreSQL reads from an array literal of one element. */
static void array_element(const char *literal, char *out)
{
	assert_memory_equal(literal, "{\"", 2);
	for (literal += 2; *literal != '"'; literal++) {
		if (*literal == '\\')
			literal++;
		*out++ = *literal;
	}
	*out = '\0';
	assert_string_equal(literal, "\"}");
}

/* Places of a request where any text may stand. The value is in a list, alone, or after "system:"; one of a column arrives bare. */
static const struct place {
	const struct resource *resource;
	enum making making;
	const char *name, *prefix;
	bool alone, bare;
} places[] = {
	{ &authority_resource, LIST, "region", "", .bare = true },
	{ &authority_resource, LIST, "region_ne", "" },
	{ &authority_resource, LIST, "name", "" },
	{ &authority_resource, LIST, "gss_code", "" },
	{ &authority_resource, TOTAL, "standing_grade", "" },
	{ &authority_resource, EXPORT, "standing", "" },
	{ &theme_resource, LIST, "name", "" },
	{ &theme_resource, LIST, "q", "", .alone = true },
	{ &inspection_resource, LIST, "judgement", "" },
	{ &inspection_resource, COUNTS, "grade", "" },
	{ &inspection_resource, LIST, "external_ref", "modern_gov:" },
	{ &finding_resource, COUNTS, "q", "", .alone = true },
	{ &action_resource, LIST, "lead_role", "", .bare = true },
	{ &action_resource, EXPORT, "lead_role_ne", "" },
	{ &action_resource, LIST, "number", "", .bare = true },
	{ &action_resource, LIST, "strand", "" },
};

static void build_with(const struct place *p, const char *value, struct list_query *q, struct builder *b)
{
	struct shape s = { p->name, p->resource, p->making };
	char item[1024];
	struct params params = { { { p->name, item }, { "by", "status" } }, .n = p->making == COUNTS ? 2 : 1 };
	size_t len = (size_t)snprintf(item, sizeof item, "%s", p->prefix);

	if (p->alone)
		snprintf(item, sizeof item, "%s", value);
	else
		as_list_item(value, item + len);
	shape_read(p->resource, p->making, &params, q);
	/* q= is lent by the parameters, which end here */
	q->search = q->search ? value : NULL;
	shape_build(&s, q, b);
	assert_true(buf_ok(&b->sql) && !b->failed);
}

static void check_place(const struct place *p, const char *value)
{
	_cleanup_(query_done) struct list_query tame_query = { 0 }, q = { 0 };
	struct builder tame, b;
	char sent[1024], arrived[1024];

	build_with(p, "benign", &tame_query, &tame);
	build_with(p, value, &q, &b);
	CHECK(strcmp(b.sql.data, tame.sql.data) == 0, "%s of %s = %s:\n%s", p->name, p->resource->plural, value,
	      b.sql.data);
	assert_int_equal(b.n_values, 1);
	snprintf(sent, sizeof sent, "%s%s", p->prefix, value);
	if (p->alone || p->bare)
		snprintf(arrived, sizeof arrived, "%s", b.values[0]);
	else
		array_element(b.values[0], arrived);
	CHECK(strcmp(sent, arrived) == 0, "%s: sent %s, arrived %s", p->name, sent, arrived);
	builder_done(&tame);
	builder_done(&b);
}

static void no_byte_of_a_value_is_in_the_text_and_each_arrives_as_it_was_sent(void **state)
{
	char value[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		snprintf(value, sizeof value, "x%s", hostile[i]);
		for (size_t j = 0; j < ARRAY_LEN(places); j++)
			check_place(&places[j], value);
	}
	for (size_t i = 0; i < 200 * ARRAY_LEN(places); i++) {
		hostile_value(value, sizeof value);
		check_place(&places[i % ARRAY_LEN(places)], value);
	}
}

static void no_byte_of_a_cursor_is_in_the_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < 500; i++) {
		char value[256];
		struct shape s = { "hostile cursor", &action_resource, LIST, "sort=-lead_role,title" };
		struct shape tame = s;
		_cleanup_(query_done) struct list_query q = { 0 }, tame_query = { 0 };
		struct params params = { { { "sort", "-lead_role,title" } }, 1 }, tame_params = params;
		struct builder b, tame_b;

		hostile_value(value, sizeof value);
		s.after[0] = s.after[1] = value;
		tame.after[0] = tame.after[1] = "benign";
		s.after[2] = tame.after[2] = ID_1;
		s.n_after = tame.n_after = 3;
		shape_read_after(&s, &params, &q);
		shape_read_after(&tame, &tame_params, &tame_query);
		shape_build(&s, &q, &b);
		shape_build(&tame, &tame_query, &tame_b);
		CHECK(strcmp(b.sql.data, tame_b.sql.data) == 0, "%s:\n%s", value, b.sql.data);
		assert_string_equal(b.values[0], value);
		builder_done(&b);
		builder_done(&tame_b);
	}
}

/* The text for name=value when the parser takes it, or "". */
static void text_if_taken(const struct resource *r, const char *name, const char *value, char *out, size_t size)
{
	struct shape s = { name, r, LIST };
	struct params params = { { { name, value } }, 1 };
	struct list_query q = { 0 };
	struct error err = { 0 };
	struct builder b;

	out[0] = '\0';
	if (query_read(r, QUERY_LIST, &params, NULL, &q, &err) < 0)
		return;
	shape_build(&s, &q, &b);
	snprintf(out, size, "%s", b.sql.data);
	builder_done(&b);
	query_done(&q);
}

static void check_name(const struct resource *r, const char *name, const char *suffix)
{
	char first[16384] = "", text[16384], value[256], item[600], full[96];

	snprintf(full, sizeof full, "%s%s", name, suffix);
	for (size_t i = 0; i < 20; i++) {
		hostile_value(value, sizeof value);
		as_list_item(value, item);
		text_if_taken(r, full, item, text, sizeof text);
		if (text[0] && !first[0])
			snprintf(first, sizeof first, "%s", text);
		CHECK(!text[0] || strcmp(first, text) == 0, "%s %s=%s:\n%s", r->plural, full, value, text);
	}
}

static void every_filter_refuses_a_hostile_value_or_keeps_it_out_of_the_text(void **state)
{
	static const char *const suffixes[] = { "", "_ne", "_gt", "_gte", "_lt", "_lte" };

	(void)state;
	for (size_t id = RES_NONE + 1; id < RES_COUNT_; id++) {
		const struct resource *r = resources[id];

		for (size_t i = 0; i < r->n_fields; i++)
			for (size_t j = 0; j < ARRAY_LEN(suffixes); j++)
				check_name(r, r->fields[i].name, suffixes[j]);
		for (size_t i = 0; i < r->n_filters; i++)
			check_name(r, r->filters[i].name, "");
		check_name(r, "id", "");
		check_name(r, "external_ref", "");
		check_name(r, "q", "");
	}
}

/* theme_id is a filter of actions, by way of their findings, but no list of theirs. */
static void a_count_by_what_has_no_link_table_is_a_failure_and_no_crash(void **state)
{
	struct list_query q = { .resource = &action_resource, .count_by = { "theme_id" }, .n_count_by = 1 };
	struct statement s = { 0 };
	struct error err = { 0 };
	struct builder b;

	(void)state;
	builder_init(&b, SCHEMA_INSPECTD);
	statement_counts(&b, &q, NULL);
	assert_int_equal(builder_statement(&b, &s, &err), -1);
	assert_int_equal(err.code, ERR_INTERNAL);
	builder_done(&b);
}

static void a_list_within_what_nothing_names_is_a_failure_and_no_list_of_everything(void **state)
{
	struct shape s = { "within", &theme_resource, LIST, "fields=id", .within = { "finding_id", ID_1 } };
	_cleanup_(query_done) struct list_query q = { 0 };
	struct params params = { { { "fields", "id" } }, 1 };
	struct builder b;

	(void)state;
	shape_read(s.resource, s.making, &params, &q);
	shape_build(&s, &q, &b);
	assert_true(b.failed);
	builder_done(&b);
}

/* --- segments -------------------------------------------------------------------- */

static void a_list_has_a_segment_of_nulls_only_where_its_first_key_may_be_null(void **state)
{
	static const struct {
		const char *sort;
		enum segment first;
	} cases[] = {
		{ "title", SEGMENT_WHOLE },          { "title,due_on", SEGMENT_WHOLE }, { "due_on", SEGMENT_VALUES },
		{ "-due_on,title", SEGMENT_VALUES }, { "id", SEGMENT_WHOLE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(query_done) struct list_query q = { 0 };
		struct params params = { { { "sort", cases[i].sort } }, 1 };

		shape_read(&action_resource, LIST, &params, &q);
		CHECK(statement_first_segment(&q) == cases[i].first, "%s", cases[i].sort);
		CHECK(statement_nulls_follow(cases[i].first) == (cases[i].first == SEGMENT_VALUES), "%s",
		      cases[i].sort);
		CHECK(!statement_nulls_follow(SEGMENT_NULLS), "%s", cases[i].sort);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_shape_has_the_text_of_its_golden_file_and_its_values_apart),
		cmocka_unit_test(each_golden_file_is_of_a_shape_and_no_two_shapes_share_one),
		cmocka_unit_test(no_byte_of_a_value_is_in_the_text_and_each_arrives_as_it_was_sent),
		cmocka_unit_test(no_byte_of_a_cursor_is_in_the_text),
		cmocka_unit_test(every_filter_refuses_a_hostile_value_or_keeps_it_out_of_the_text),
		cmocka_unit_test(a_count_by_what_has_no_link_table_is_a_failure_and_no_crash),
		cmocka_unit_test(a_list_within_what_nothing_names_is_a_failure_and_no_list_of_everything),
		cmocka_unit_test(a_list_has_a_segment_of_nulls_only_where_its_first_key_may_be_null),
	};

	return RUN(tests);
}
