/*
 * The files of sql/reference, their columns, and where each goes; and those of sql/sample.
 * A new column is one line here.
 */
#include "load/step.h"

#include "resource/registry.h"

#include "core/banned.h"

#define COLUMNS(array)                                                                                                 \
	{                                                                                                              \
		array, ARRAY_LEN(array)                                                                                \
	}
#define BIT(step) (1u << (step))

/* --- tables that are written as they stand ------------------------------------ */

/*
 * Each statement counts what it created and what it changed. A row that is the
 * same already is not written, so that the journal says only what happened.
 */
#define COUNT_WRITTEN "SELECT count(*) FILTER (WHERE created), count(*) FILTER (WHERE NOT created) FROM written"

static const struct column framework_columns[] = {
	{ "id", COL_TEXT, .flags = COL_KEY | COL_REQUIRED },
	{ "name", COL_TEXT, .flags = COL_REQUIRED },
	{ "body", COL_CODE, .flags = COL_REQUIRED, .values = &inspection_bodies },
	{ "kinds", COL_LIST, .flags = COL_REQUIRED, .values = &inspection_kinds },
	{ "graded", COL_BOOL, .flags = COL_REQUIRED },
	{ "full_inspection", COL_BOOL, .flags = COL_REQUIRED },
	{ "starts_on", COL_DATE },
	{ "ends_on", COL_DATE },
	{ "source", COL_TEXT },
};

static const char framework_sql[] =
	"WITH written AS ("
	"INSERT INTO inspectd.framework AS t (id, name, body, kinds, graded, full_inspection, starts_on, ends_on, source) "
	"SELECT id, name, body, kinds, graded, full_inspection, starts_on, ends_on, source "
	"FROM jsonb_to_recordset($1::jsonb) AS x (id text, name text, body text, kinds text[], graded boolean, "
	"full_inspection boolean, starts_on date, ends_on date, source text) "
	"ON CONFLICT (id) DO UPDATE SET name = excluded.name, body = excluded.body, kinds = excluded.kinds, "
	"graded = excluded.graded, full_inspection = excluded.full_inspection, starts_on = excluded.starts_on, "
	"ends_on = excluded.ends_on, source = excluded.source "
	"WHERE (t.name, t.body, t.kinds, t.graded, t.full_inspection, t.starts_on, t.ends_on, t.source) IS DISTINCT FROM "
	"(excluded.name, excluded.body, excluded.kinds, excluded.graded, excluded.full_inspection, excluded.starts_on, "
	"excluded.ends_on, excluded.source) RETURNING xmax = 0 AS created) " COUNT_WRITTEN;

static const struct column strand_columns[] = {
	{ "framework_id", COL_REF, .ref = RES_FRAMEWORK, .flags = COL_KEY | COL_REQUIRED },
	{ "strand", COL_TEXT, .flags = COL_KEY | COL_REQUIRED },
	{ "position", COL_INT, .flags = COL_REQUIRED },
	{ "title", COL_TEXT, .flags = COL_REQUIRED },
	{ "limits_overall", COL_BOOL, .flags = COL_REQUIRED },
};

static const char strand_sql[] =
	"WITH written AS ("
	"INSERT INTO inspectd.framework_strand AS t (framework_id, strand, position, title, limits_overall) "
	"SELECT framework_id, strand, position, title, limits_overall "
	"FROM jsonb_to_recordset($1::jsonb) AS x (framework_id text, strand text, position integer, title text, "
	"limits_overall boolean) "
	"ON CONFLICT (framework_id, strand) DO UPDATE SET position = excluded.position, title = excluded.title, "
	"limits_overall = excluded.limits_overall "
	"WHERE (t.position, t.title, t.limits_overall) IS DISTINCT FROM "
	"(excluded.position, excluded.title, excluded.limits_overall) RETURNING xmax = 0 AS created) " COUNT_WRITTEN;

static const struct column grade_columns[] = {
	{ "framework_id", COL_REF, .ref = RES_FRAMEWORK, .flags = COL_KEY | COL_REQUIRED },
	{ "grade", COL_TEXT, .flags = COL_KEY | COL_REQUIRED },
	{ "position", COL_INT, .flags = COL_REQUIRED },
	{ "title", COL_TEXT, .flags = COL_REQUIRED },
};

static const char grade_sql[] =
	"WITH written AS ("
	"INSERT INTO inspectd.framework_grade AS t (framework_id, grade, position, title) "
	"SELECT framework_id, grade, position, title "
	"FROM jsonb_to_recordset($1::jsonb) AS x (framework_id text, grade text, position integer, title text) "
	"ON CONFLICT (framework_id, grade) DO UPDATE SET position = excluded.position, title = excluded.title "
	"WHERE (t.position, t.title) IS DISTINCT FROM (excluded.position, excluded.title) "
	"RETURNING xmax = 0 AS created) " COUNT_WRITTEN;

static const struct column theme_columns[] = {
	{ "id", COL_TEXT, .flags = COL_KEY | COL_REQUIRED },
	{ "name", COL_TEXT, .flags = COL_REQUIRED },
	{ "description", COL_TEXT },
	{ "synonyms", COL_LIST },
	{ "keywords", COL_LIST },
};

static const char theme_sql[] =
	"WITH written AS ("
	"INSERT INTO inspectd.theme AS t (id, name, description, synonyms, keywords) "
	"SELECT id, name, description, synonyms, keywords "
	"FROM jsonb_to_recordset($1::jsonb) AS x (id text, name text, description text, synonyms text[], keywords text[]) "
	"ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description, "
	"synonyms = excluded.synonyms, keywords = excluded.keywords "
	"WHERE (t.name, t.description, t.synonyms, t.keywords) IS DISTINCT FROM "
	"(excluded.name, excluded.description, excluded.synonyms, excluded.keywords) "
	"RETURNING xmax = 0 AS created) " COUNT_WRITTEN;

/*
 * The years of the calendar and the neighbours are replaced rather than added to:
 * a holiday that was moved would otherwise stay as a second one, and a new ranking
 * would collide with the old one half way. A year that the file does not have stays.
 */
#define COUNT_REMOVED "SELECT 0, count(*) FROM written"

static const struct column holiday_columns[] = {
	{ "date", COL_DATE, .flags = COL_KEY | COL_REQUIRED },
	{ "title", COL_TEXT, .flags = COL_REQUIRED },
};

#define HOLIDAYS "jsonb_to_recordset($1::jsonb) AS x (date date, title text)"

static const char holiday_remove_sql[] =
	"WITH written AS (DELETE FROM inspectd.bank_holiday t WHERE extract(year FROM t.date) IN "
	"(SELECT extract(year FROM x.date) FROM " HOLIDAYS ") AND NOT EXISTS (SELECT FROM " HOLIDAYS
	" WHERE x.date = t.date AND x.title = t.title) RETURNING 1) " COUNT_REMOVED;

static const char holiday_add_sql[] =
	"WITH written AS (INSERT INTO inspectd.bank_holiday (date, title) SELECT date, title FROM " HOLIDAYS
	" ON CONFLICT (date) DO NOTHING RETURNING true AS created) " COUNT_WRITTEN;

static const struct column neighbour_columns[] = {
	{ "authority_id", COL_REF, .ref = RES_AUTHORITY, .flags = COL_KEY | COL_REQUIRED },
	{ "rank", COL_INT, .flags = COL_KEY | COL_REQUIRED },
	{ "neighbour_id", COL_REF, .ref = RES_AUTHORITY, .flags = COL_REQUIRED },
};

#define NEIGHBOURS "jsonb_to_recordset($1::jsonb) AS x (authority_id text, rank integer, neighbour_id text)"

static const char neighbour_remove_sql[] =
	"WITH written AS (DELETE FROM inspectd.statistical_neighbour t WHERE NOT EXISTS (SELECT FROM " NEIGHBOURS
	" WHERE x.authority_id = t.authority_id AND x.rank = t.rank AND x.neighbour_id = t.neighbour_id) "
	"RETURNING 1) " COUNT_REMOVED;

static const char neighbour_add_sql[] =
	"WITH written AS (INSERT INTO inspectd.statistical_neighbour (authority_id, rank, neighbour_id) "
	"SELECT authority_id, rank, neighbour_id FROM " NEIGHBOURS
	" ON CONFLICT (authority_id, rank) DO NOTHING RETURNING true AS created) " COUNT_WRITTEN;

/* --- resources ----------------------------------------------------------------- */

static const struct column authority_columns[] = {
	{ "id", COL_TEXT, .flags = COL_KEY | COL_REQUIRED },
	{ "name", COL_TEXT },
	{ "official_name", COL_TEXT },
	{ "aliases", COL_LIST },
	{ "gss_code", COL_TEXT },
	{ "former_gss_codes", COL_LIST },
	{ "urn", COL_TEXT },
	{ "type", COL_TEXT },
	{ "region", COL_TEXT },
	{ "region_code", COL_TEXT },
	{ "status", COL_MOVE, "to" },
	{ "started_on", COL_TEXT },
	{ "ended_on", COL_MOVE, "on" },
	{ "successor_ids", COL_REFS, .ref = RES_AUTHORITY },
};

static const struct column inspection_columns[] = {
	{ "ref", COL_EXTERNAL, "external_refs", .flags = COL_KEY | COL_REQUIRED },
	{ "authority_id", COL_REF, .ref = RES_AUTHORITY },
	{ "framework_id", COL_REF, .ref = RES_FRAMEWORK },
	{ "kind", COL_TEXT },
	{ "body", COL_TEXT },
	{ "status", COL_MOVE, "to" },
	{ "sensitivity", COL_TEXT },
	{ "start_on", COL_TEXT },
	{ "end_on", COL_TEXT },
	{ "published_on", COL_TEXT },
	{ "lead_inspector", COL_INSPECTOR, "inspectors" },
	{ "theme_ids", COL_REFS, .ref = RES_THEME },
	{ "report_url", COL_TEXT },
};

static const struct column judgement_columns[] = {
	{ "inspection", COL_OWNER, .flags = COL_REQUIRED },
	{ "strand", COL_TEXT },
	{ "grade", COL_TEXT },
	{ "wording", COL_TEXT },
	{ "title", COL_TEXT },
};

static const struct step_part judgements = { "judgements.csv", "judgements", COLUMNS(judgement_columns) };

static const struct column finding_columns[] = {
	{ "ref", COL_EXTERNAL, "external_refs", .flags = COL_KEY | COL_REQUIRED },
	{ "inspection", COL_REF, "inspection_id", RES_INSPECTION },
	{ "number", COL_INT },
	{ "kind", COL_TEXT },
	{ "sensitivity", COL_TEXT },
	{ "strand", COL_TEXT },
	{ "national_framework_ref", COL_TEXT },
	{ "theme_ids", COL_REFS, .ref = RES_THEME },
	{ "source_url", COL_TEXT },
};

/* --- the order ------------------------------------------------------------------ */

#define FRAMEWORKS  (BIT(STEP_FRAMEWORKS) | BIT(STEP_STRANDS) | BIT(STEP_GRADES))
#define INSPECTIONS (FRAMEWORKS | BIT(STEP_THEMES) | BIT(STEP_HOLIDAYS) | BIT(STEP_AUTHORITIES))

const struct step steps[STEP_COUNT_] = {
	[STEP_FRAMEWORKS] = { "frameworks", .file = "frameworks.csv", .columns = COLUMNS(framework_columns),
			      .sql = { framework_sql }, .remakes = RES_FRAMEWORK },
	[STEP_STRANDS] = { "framework strands", .file = "framework_strands.csv", .columns = COLUMNS(strand_columns),
			   .sql = { strand_sql }, .after = BIT(STEP_FRAMEWORKS) },
	[STEP_GRADES] = { "framework grades", .file = "framework_grades.csv", .columns = COLUMNS(grade_columns),
			  .sql = { grade_sql }, .after = BIT(STEP_FRAMEWORKS) },
	[STEP_THEMES] = { "themes", .file = "themes.csv", .columns = COLUMNS(theme_columns), .sql = { theme_sql },
			  .remakes = RES_THEME },
	[STEP_HOLIDAYS] = { "bank holidays", .file = "bank_holidays.csv", .columns = COLUMNS(holiday_columns),
			    .sql = { holiday_remove_sql, holiday_add_sql } },
	[STEP_CALENDAR] = { "the calendar", .file = "calendar.csv", .columns = COLUMNS(holiday_columns),
			    .sql = { holiday_remove_sql, holiday_add_sql } },
	[STEP_AUTHORITIES] = { "authorities", .file = "authorities.csv", .columns = COLUMNS(authority_columns),
			       .resource = &authority_resource },
	[STEP_NEIGHBOURS] = { "statistical neighbours", .file = "statistical_neighbours.csv",
			      .columns = COLUMNS(neighbour_columns), .sql = { neighbour_remove_sql, neighbour_add_sql },
			      .after = BIT(STEP_AUTHORITIES) },
	[STEP_INSPECTIONS] = { "inspections", .file = "inspections.csv", .columns = COLUMNS(inspection_columns),
			       .part = &judgements, .resource = &inspection_resource, .after = INSPECTIONS },
	[STEP_FINDINGS] = { "findings", .file = "findings.csv", .columns = COLUMNS(finding_columns),
			    .resource = &finding_resource, .after = BIT(STEP_INSPECTIONS) },
	/* A file for each source document, in the order of time: a later one speaks of rows of the earlier. */
	[STEP_SAMPLE_EVERYBODY] = { "sample: everybody's", .sample = true, .file = "everybody.jsonl",
				    .after = BIT(STEP_FINDINGS) },
	[STEP_SAMPLE_MIDDLESBROUGH_2018] = { "sample: Middlesbrough 2018", .sample = true,
					     .file = "middlesbrough-2018.jsonl", .after = BIT(STEP_SAMPLE_EVERYBODY) },
	[STEP_SAMPLE_READING_2018] = { "sample: Reading 2018", .sample = true, .file = "reading-2018.jsonl",
				       .after = BIT(STEP_SAMPLE_EVERYBODY) },
	[STEP_SAMPLE_WORCESTERSHIRE_2019] = { "sample: Worcestershire 2019", .sample = true,
					      .file = "worcestershire-2019.jsonl",
					      .after = BIT(STEP_SAMPLE_EVERYBODY) },
	[STEP_SAMPLE_MIDDLESBROUGH_2021] = { "sample: Middlesbrough 2021", .sample = true,
					     .file = "middlesbrough-2021.jsonl",
					     .after = BIT(STEP_SAMPLE_MIDDLESBROUGH_2018) },
	[STEP_SAMPLE_MIDDLESBROUGH_2022] = { "sample: Middlesbrough 2022", .sample = true,
					     .file = "middlesbrough-2022.jsonl",
					     .after = BIT(STEP_SAMPLE_MIDDLESBROUGH_2021) },
};
