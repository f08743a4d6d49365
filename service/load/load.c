/*
 * Goes through the table of steps: which files have changed, in which order they
 * are loaded, each in a transaction of its own.
 */
#include "load/load.h"

#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/hash.h"
#include "load/finding_texts.h"
#include "load/lines.h"
#include "load/writer.h"
#include "resource/registry.h"

#include "core/banned.h"

/* One step of this run. */
struct task {
	const struct step *step;
	struct csv_table_file file, part;
	char checksum[65]; /* of its files and of those it depends on */
	bool loaded;       /* in just this state */
	bool once;         /* in whatever state */
	bool changed;      /* something, in this run */
};

struct run {
	struct session session;
	const struct load_options *options;
	struct task tasks[STEP_COUNT_];
};

/* An operator's calendar is loaded by itself. */
static bool is_wanted(const struct run *run, const struct step *step)
{
	if (run->options->calendar || step == &steps[STEP_CALENDAR])
		return run->options->calendar && step == &steps[STEP_CALENDAR];
	return !step->sample || run->options->sample;
}

/* --- what there is to do ------------------------------------------------------------ */

/*
 * A row that was left out, or judged, because of an earlier file may fare
 * otherwise when that one changes: so its checksum is part of this one's.
 */
static void make_checksum(struct run *run, struct task *task)
{
	char digests[(STEP_COUNT_ + 2) * 64 + 1];
	size_t at = 0;

	hash_sha256(task->file.bytes, task->file.len, digests);
	at += 64;
	hash_sha256(task->part.bytes ? task->part.bytes : "", task->part.len, digests + at);
	at += 64;
	for (size_t i = 0; i < STEP_COUNT_; i++)
		if (task->step->after & 1u << i) {
			memcpy(digests + at, run->tasks[i].checksum, 64);
			at += 64;
		}
	hash_sha256(digests, at, task->checksum);
}

static int read_files(struct run *run, struct error *err)
{
	for (size_t i = 0; i < STEP_COUNT_; i++) {
		struct task *task = &run->tasks[i];
		const char *folder = steps[i].sample ? run->options->sample : run->options->reference;
		const char *name = i == STEP_CALENDAR ? run->options->calendar : steps[i].file;

		task->step = &steps[i];
		if (!is_wanted(run, &steps[i]))
			continue;
		if (csv_table_file_read(i == STEP_CALENDAR ? NULL : folder, name, &task->file, err) < 0 ||
		    (steps[i].part && csv_table_file_read(folder, steps[i].part->file, &task->part, err) < 0))
			return -1;
		make_checksum(run, task);
	}
	return 0;
}

/* The name that a step is remembered by: "sample/findings.csv". */
struct task_name {
	char text[64];
};

static struct task_name name_of(const struct step *step)
{
	struct task_name name;

	(void)snprintf(name.text, sizeof name.text, "%s/%s", step->sample ? "sample" : "reference", step->file);
	return name;
}

static int look_up_loaded(struct run *run, struct error *err)
{
	struct statement ask = { .sql = "SELECT name, checksum FROM inspectd.loaded_file" };
	_cleanup_(result_freep) struct result *found = NULL;

	if (connection_run(run->session.connection, NULL, &ask, 1, &found, err) < 0)
		return -1;
	for (size_t row = 0; row < result_rows(found); row++)
		for (size_t i = 0; i < STEP_COUNT_; i++)
			if (strcmp(result_text(found, row, 0), name_of(&steps[i]).text) == 0) {
				run->tasks[i].once = true;
				run->tasks[i].loaded = strcmp(result_text(found, row, 1), run->tasks[i].checksum) == 0;
			}
	return 0;
}

static int remember(struct run *run, const struct task *task, struct error *err)
{
	struct task_name name = name_of(task->step);
	struct statement keep = { .sql = "INSERT INTO inspectd.loaded_file (name, checksum) VALUES ($1, $2) "
					 "ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, at = now()",
				  .values = { name.text, task->checksum },
				  .n_values = 2 };
	_cleanup_(result_freep) struct result *done = NULL;

	return connection_run(run->session.connection, &run->session.call.context, &keep, 1, &done, err);
}

/* --- one step ------------------------------------------------------------------------- */

static int read_known_of(struct session *s, enum resource_id resource, struct error *err)
{
	return resource == RES_NONE ? 0 : known_read(s->known, s->connection, resource, err);
}

/* What the rows are and refer to. Of JSON Lines: anything. */
static int read_known(struct session *s, const struct step *step, struct error *err)
{
	if (step->resource && read_known_of(s, step->resource->id, err) < 0)
		return -1;
	for (size_t i = 0; i < step->columns.n; i++)
		if (read_known_of(s, step->columns.column[i].ref, err) < 0)
			return -1;
	for (int i = RES_NONE + 1; step_is_lines(step) && i < RES_COUNT_; i++)
		if (resources[i]->owned && read_known_of(s, i, err) < 0)
			return -1;
	return 0;
}

static json_t *bodies_of(const struct batch *b)
{
	json_t *bodies = json_array();

	for (size_t i = 0; i < b->n; i++)
		if (b->items[i].body)
			(void)json_array_append(bodies, b->items[i].body);
	return bodies;
}

/* Makes a table of its own agree with the file. */
static int write_table(struct run *run, const struct batch *b, struct tally *tally)
{
	_cleanup_(json_decrefp) json_t *bodies = bodies_of(b);
	_cleanup_(freep) char *rows = json_dumps(bodies, JSON_COMPACT);
	struct place place = { .path = b->path };
	struct error err = { 0 };

	for (size_t i = 0; i < STEP_STATEMENTS && b->step->sql[i]; i++) {
		struct statement write = { .sql = b->step->sql[i], .values = { rows }, .n_values = 1 };
		_cleanup_(result_freep) struct result *counts = NULL;

		if (connection_run(run->session.connection, &run->session.call.context, &write, 1, &counts, &err) < 0) {
			report_failure(&run->session.report, &place, &err);
			return -1;
		}
		tally->created += strtoul(result_text(counts, 0, 0), NULL, 10);
		tally->changed += strtoul(result_text(counts, 0, 1), NULL, 10);
	}
	known_forget(run->session.known, b->step->remakes);
	return 0;
}

static int write_batch(struct run *run, const struct task *task, struct batch *b, struct tally *tally,
		       struct error *err)
{
	_cleanup_(connection_abandonp) struct connection *open = NULL;
	struct session *s = &run->session;

	if (connection_begin(s->connection, &s->call.context, err) < 0)
		return -1;
	open = s->connection;
	if ((b->step->sql[0] ? write_table(run, b, tally) : writer_run(s, b, tally)) < 0)
		return -1;
	connection_retell(s->connection, &s->call.context);
	/* What was refused may be accepted once the council has put its own in order: it is tried again each time. */
	if (tally->refused == 0 && remember(run, task, err) < 0)
		return -1;
	return connection_commit(TAKE(open), err);
}

static int load_batch(struct run *run, const struct task *task, struct batch *b, struct tally *tally, struct error *err)
{
	struct session *s = &run->session;

	report_begin(&s->report, b->n);
	if (writer_prepare(s, err) < 0 || read_known(s, task->step, err) < 0)
		return -1;
	if (batch_check(b, s->known, &s->report) < 0)
		return -1;
	if (!b->step->sql[0])
		writer_try(s, b);
	return write_batch(run, task, b, tally, err);
}

static int read_table(struct run *run, const struct csv_table_file *file, struct column_list columns,
		      struct csv_table *ret_table)
{
	const char *names[64];
	struct csv_table_columns expected = { names, columns.n, .others = false };

	for (size_t i = 0; i < columns.n; i++)
		names[i] = columns.column[i].name;
	return csv_table_read(file->path, file->bytes, file->len, &expected, &run->session.report, ret_table);
}

static int read_rows(struct run *run, const struct task *task, struct csv_table *ret_table)
{
	const struct csv_table_file *file = &task->file;

	if (step_is_lines(task->step))
		return lines_read(file->path, file->bytes, file->len, &run->session.report, ret_table);
	return read_table(run, file, task->step->columns, ret_table);
}

static int load_tables(struct run *run, const struct task *task, struct tally *tally, struct error *err)
{
	_cleanup_(csv_table_done) struct csv_table table = { 0 }, part = { 0 };
	_cleanup_(batch_done) struct batch batch = { 0 };
	const struct step *step = task->step;

	if (read_rows(run, task, &table) < 0 ||
	    (step->part && read_table(run, &task->part, step->part->columns, &part) < 0) ||
	    batch_make(step, &table, &part, task->file.path, task->part.path, &run->session.report, &batch) < 0)
		return -1;
	return load_batch(run, task, &batch, tally, err);
}

static int load_task(struct run *run, struct task *task, struct error *err)
{
	struct report *report = &run->session.report;
	struct tally tally = { 0 };

	report_step(report, task->step->name);
	if (load_tables(run, task, &tally, err) < 0) {
		report_end(report, "not loaded");
		if (err->code == ERR_NONE)
			(void)error_set(err, ERR_INVALID, "%s: not loaded; %u %s wrong, nothing of it was changed",
					task->file.path, report->complaints,
					report->complaints == 1 ? "thing is" : "things are");
		return -1;
	}
	task->changed = tally.created + tally.changed > 0;
	report_end(report, "%s created, %s changed, %s left as the council wrote them",
		   report_number(tally.created).text, report_number(tally.changed).text,
		   report_number(tally.left).text);
	return 0;
}

/* --- the whole ------------------------------------------------------------------------- */

#define LOCK_KEY     "7020340519267431"
#define LOCK_WAIT_US 120000000u

/* Two loads at once would both find a row missing. The lock goes with the connection. */
static int take_turn(struct session *s, struct error *err)
{
	struct statement lock = { .sql = "SELECT pg_try_advisory_lock(" LOCK_KEY ")" };
	uint64_t until = clock_us() + LOCK_WAIT_US;

	for (;;) {
		_cleanup_(result_freep) struct result *answer = NULL;

		if (connection_run(s->connection, NULL, &lock, 1, &answer, err) < 0)
			return -1;
		if (result_text(answer, 0, 0)[0] == 't')
			return 0;
		if (clock_us() > until)
			return error_set(err, ERR_UNAVAILABLE, "another load is under way in this database");
		(void)usleep(200000);
	}
}

/*
 * Rows that were left out for want of a row of an earlier file are to follow when it comes. What an operator has made
 * of the calendar is not undone by ours.
 */
static bool may_skip(const struct run *run, const struct task *task)
{
	if (task->step == &steps[STEP_HOLIDAYS] && run->tasks[STEP_CALENDAR].once)
		return true;
	for (size_t i = 0; i < STEP_COUNT_; i++)
		if ((task->step->after & 1u << i) && run->tasks[i].changed)
			return false;
	return task->loaded;
}

static int load_all(struct run *run, struct error *err)
{
	size_t skipped = 0;

	if (read_files(run, err) < 0 || take_turn(&run->session, err) < 0 || look_up_loaded(run, err) < 0)
		return -1;
	for (size_t i = 0; i < STEP_COUNT_; i++) {
		if (!is_wanted(run, &steps[i]))
			continue;
		if (may_skip(run, &run->tasks[i]))
			skipped++;
		else if (load_task(run, &run->tasks[i], err) < 0)
			return -1;
	}
	if (skipped > 0)
		fprintf(run->options->out, "%zu files have not changed since they were loaded\n", skipped);
	if (run->options->finding_texts)
		return finding_texts_load(&run->session, run->options->finding_texts, err);
	return 0;
}

static void let_go(const struct session *s)
{
	struct statement unlock = { .sql = "SELECT pg_advisory_unlock(" LOCK_KEY ")" };
	_cleanup_(result_freep) struct result *answer = NULL;
	struct error ignored = { 0 };

	(void)!connection_run(s->connection, NULL, &unlock, 1, &answer, &ignored);
}

/* A full database without statistics is read by plans that are made for an empty one, until autovacuum has come by. */
static void analyze(const struct session *s)
{
	struct statement analyze = { .sql = "ANALYZE" };
	_cleanup_(result_freep) struct result *answer = NULL;
	struct error ignored = { 0 };

	(void)!connection_run(s->connection, NULL, &analyze, 1, &answer, &ignored);
}

static void run_done(struct run *run)
{
	for (size_t i = 0; i < STEP_COUNT_; i++) {
		csv_table_file_done(&run->tasks[i].file);
		csv_table_file_done(&run->tasks[i].part);
	}
	known_free(run->session.known);
	json_decref(run->session.written_in);
}

int load_run(struct database *database, const struct load_options *options, struct error *err)
{
	_cleanup_(run_done) struct run run = {
		.session.call = { .database = database, .context = { .actor = "loader" } },
		.options = options,
	};
	int outcome;

	report_init(&run.session.report, options->out);
	if (database_mine(database, &run.session.connection, err) < 0 || known_new(&run.session.known, err) < 0)
		return -1;
	outcome = load_all(&run, err);
	if (outcome == 0)
		analyze(&run.session);
	let_go(&run.session);
	return outcome;
}
