/*
 * A thread that runs each job in turn and sleeps. What fails is told to the log and
 * tried again the next time: no request depends on it.
 */
#include "job/job.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/log.h"

#include "core/banned.h"

/* Each answers how many rows it has dealt with. */
static const struct job {
	const char *actor, *sql;
	bool again; /* at once, as long as there is more */
} all_jobs[] = {
	{ "job:seal", "SELECT inspectd.seal()", false },
	{ "job:retention", "SELECT inspectd.run_retention()", true },
	{ "job:answers", "SELECT inspectd.run_answers()", true },
};

struct jobs {
	struct database *database;
	unsigned every_s;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopping; /* under the lock */
};

static bool is_stopping(struct jobs *jobs)
{
	bool stopping;

	pthread_mutex_lock(&jobs->lock);
	stopping = jobs->stopping;
	pthread_mutex_unlock(&jobs->lock);
	return stopping;
}

static int run_once(struct jobs *jobs, const struct job *job, bool *ret_worked, struct error *err)
{
	const struct context context = { .actor = job->actor };
	const struct statement s = { .sql = job->sql };
	_cleanup_(result_freep) struct result *done = NULL;
	struct connection *c;
	const char *rows;

	if (database_mine(jobs->database, &c, err) < 0 || connection_run(c, &context, &s, 1, &done, err) < 0)
		return -1;
	rows = result_text(done, 0, 0);
	*ret_worked = rows && strcmp(rows, "0") != 0;
	if (*ret_worked)
		log_debug("%s: %s rows", job->actor, rows);
	return 0;
}

static void run(struct jobs *jobs, const struct job *job)
{
	struct error err = { 0 };
	bool worked;

	do {
		if (run_once(jobs, job, &worked, &err) < 0) {
			log_warn("%s: %s%s%s", job->actor, err.detail, err.cause[0] ? ": " : "", err.cause);
			return;
		}
	} while (worked && job->again && !is_stopping(jobs));
}

/* True when it is time to go on; false when it is time to end. */
static bool sleep_until_due(struct jobs *jobs)
{
	struct timespec due;
	bool stopping;
	int late = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &due);
	due.tv_sec += jobs->every_s;
	pthread_mutex_lock(&jobs->lock);
	while (!jobs->stopping && late == 0)
		late = pthread_cond_clockwait(&jobs->changed, &jobs->lock, CLOCK_MONOTONIC, &due);
	stopping = jobs->stopping;
	pthread_mutex_unlock(&jobs->lock);
	return !stopping;
}

static void *work(void *data)
{
	struct jobs *jobs = data;

	do
		for (size_t i = 0; i < ARRAY_LEN(all_jobs) && !is_stopping(jobs); i++)
			run(jobs, &all_jobs[i]);
	while (sleep_until_due(jobs));
	return NULL;
}

int job_start(struct jobs **ret_jobs, struct database *database, unsigned every_s, struct error *err)
{
	struct jobs *jobs = calloc(1, sizeof(*jobs));

	if (!jobs)
		return error_set(err, ERR_INTERNAL, "out of memory");
	*jobs = (struct jobs){ .database = database, .every_s = every_s };
	pthread_mutex_init(&jobs->lock, NULL);
	pthread_cond_init(&jobs->changed, NULL);
	if (pthread_create(&jobs->thread, NULL, work, jobs) != 0) {
		free(jobs);
		return error_set(err, ERR_INTERNAL, "the thread of the jobs did not start");
	}
	*ret_jobs = jobs;
	return 0;
}

void job_stop(struct jobs *jobs)
{
	if (!jobs)
		return;
	pthread_mutex_lock(&jobs->lock);
	jobs->stopping = true;
	pthread_cond_broadcast(&jobs->changed);
	pthread_mutex_unlock(&jobs->lock);
	(void)pthread_join(jobs->thread, NULL);
	pthread_cond_destroy(&jobs->changed);
	pthread_mutex_destroy(&jobs->lock);
	free(jobs);
}
