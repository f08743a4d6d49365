/*
 * The words of findings, by ofsted:<finding_id>, in one transaction.
 */
#include "load/finding_texts.h"

#include "resource/registry.h"

#include "core/banned.h"

/* Each finding by its reference; where several have the same, one that may be filled in comes last and counts. */
static const char findings_sql[] =
	"SELECT f.external_refs ->> 'ofsted', f.id, f.version, f.authority_id, f.text = '' AND f.deleted_at IS NULL AND "
	"(SELECT j.actor FROM inspectd.journal j WHERE j.row_id = f.id::text AND j.table_name = 'finding' "
	"AND j.row_key = j.row_id ORDER BY j.n DESC LIMIT 1) = 'loader' FROM inspectd.finding f WHERE f.external_refs ? 'ofsted' ORDER BY 5";

struct filling {
	struct session *session;
	const char *path;
	json_t *findings; /* {finding_id: {id, version, authority_id, open: may be filled in}} */
	size_t filled, kept, unknown;
};

static int find_findings(struct filling *f, struct error *err)
{
	struct statement ask = { .sql = findings_sql };
	_cleanup_(result_freep) struct result *found = NULL;

	if (connection_run(f->session->connection, NULL, &ask, 1, &found, err) < 0)
		return -1;
	for (size_t i = 0; i < result_rows(found); i++)
		(void)json_object_set_new(f->findings, result_text(found, i, 0),
					  json_pack("{s:s, s:I, s:s, s:b}", "id", result_text(found, i, 1), "version",
						    (json_int_t)strtoll(result_text(found, i, 2), NULL, 10),
						    "authority_id", result_text(found, i, 3), "open",
						    result_text(found, i, 4)[0] == 't'));
	return 0;
}

static json_t *finding_of(const struct filling *f, const struct csv_table_row *row)
{
	const char *id = member_text(row->cells, "finding_id");

	return id ? json_object_get(f->findings, id) : NULL;
}

static bool may_fill(const json_t *finding, const struct csv_table_row *row)
{
	return finding && member_text(row->cells, "text") && json_is_true(json_object_get(finding, "open"));
}

static int fill(struct filling *f, const struct csv_table_row *row, const json_t *finding)
{
	const struct if_match if_match = {
		.version = { (uint64_t)json_integer_value(json_object_get(finding, "version")) }, .n = 1
	};
	struct place place = { f->path, row->line, "text" };
	_cleanup_(json_decrefp) json_t *patch = json_pack("{s:s}", "text", member_text(row->cells, "text"));
	_cleanup_(written_done) struct written written;
	struct error err = { 0 };

	written_init(&written);
	if (operation_change(&f->session->call, &finding_resource, member_text(finding, "id"), &if_match, patch,
			     &written, &err) == 0)
		return 0;
	if (err.n_complaints > 0)
		report_complaint(&f->session->report, &place, "%s", err.complaint[0].detail);
	else
		report_failure(&f->session->report, &place, &err);
	return -1;
}

/* Where a council has written, a text that is refused is left out; see load/writer.h. */
static void try_all(struct filling *f, const struct csv_table *table)
{
	struct session *s = f->session;

	s->call.validate_only = s->report.lenient = true;
	for (size_t i = 0; i < table->n; i++) {
		json_t *finding = finding_of(f, &table->rows[i]);

		if (may_fill(finding, &table->rows[i]) &&
		    json_object_get(s->written_in, member_text(finding, "authority_id")) &&
		    fill(f, &table->rows[i], finding) < 0)
			(void)json_object_set_new(finding, "open", json_false());
	}
	s->call.validate_only = s->report.lenient = false;
}

static int fill_row(struct filling *f, const struct csv_table_row *row)
{
	json_t *finding = finding_of(f, row);

	if (!may_fill(finding, row)) {
		++*(finding ? &f->kept : &f->unknown);
		return 0;
	}
	if (fill(f, row, finding) < 0)
		return -1;
	/* Standing twice in the file, it is filled in by the first. */
	(void)json_object_set_new(finding, "open", json_false());
	f->filled++;
	return 0;
}

static int fill_all(struct filling *f, const struct csv_table *table, struct error *err)
{
	_cleanup_(connection_abandonp) struct connection *open = NULL;

	if (connection_begin(f->session->connection, &f->session->call.context, err) < 0)
		return -1;
	open = f->session->connection;
	for (size_t i = 0; i < table->n; i++) {
		if (fill_row(f, &table->rows[i]) < 0)
			return error_set(err, ERR_INVALID, "%s: no text was filled in", f->path);
		report_count(&f->session->report, i + 1);
	}
	return connection_commit(TAKE(open), err);
}

static int fill_from(struct filling *f, const struct csv_table *table, struct error *err)
{
	if (writer_prepare(f->session, err) < 0 || find_findings(f, err) < 0)
		return -1;
	try_all(f, table);
	return fill_all(f, table, err);
}

static int load(struct filling *f, const struct csv_table_file *file, struct error *err)
{
	static const char *const names[] = { "finding_id", "text" };
	static const struct csv_table_columns columns = { names, ARRAY_LEN(names), .others = true };
	_cleanup_(csv_table_done) struct csv_table table = { 0 };
	struct report *report = &f->session->report;

	report_step(report, "finding texts");
	if (csv_table_read(file->path, file->bytes, file->len, &columns, report, &table) < 0)
		return error_set(err, ERR_INVALID, "%s: no text was filled in", file->path);
	report_begin(report, table.n);
	if (fill_from(f, &table, err) < 0) {
		report_end(report, "none filled in");
		return -1;
	}
	report_end(report, "%s filled in, %s left as they are, %s of findings not found", report_number(f->filled).text,
		   report_number(f->kept).text, report_number(f->unknown).text);
	return 0;
}

int finding_texts_load(struct session *s, const char *path, struct error *err)
{
	_cleanup_(csv_table_file_done) struct csv_table_file file = { 0 };
	struct filling f = { .session = s, .path = path, .findings = json_object() };
	int outcome = -1;

	if (csv_table_file_read(NULL, path, &file, err) == 0)
		outcome = load(&f, &file, err);
	json_decref(f.findings);
	return outcome;
}
