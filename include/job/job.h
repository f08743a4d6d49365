/*
 * job/job.h - the work that no request waits for: sealing the audit, erasing what
 * has been kept long enough, forgetting old answers.
 *
 * Each job is one SQL function that does a bounded part of its work, and nothing
 * where another instance is at it (an advisory lock); so any number of instances
 * may run them, and one that is killed leaves nothing half done.
 *
 * OWNERSHIP  Borrows the database, which must outlive it.
 * THREADS    One of its own, with a connection of its own.
 * BLOCKING   job_stop() until a statement in hand ends; after database_hurry(), at once.
 */
#ifndef JOB_JOB_H
#define JOB_JOB_H

#include "core/error.h"
#include "repository/database.h"

struct jobs;

/* Runs every job at once, and again every `every_s` seconds. */
int job_start(struct jobs **ret_jobs, struct database *database, unsigned every_s, struct error *err) _must_check_;
void job_stop(struct jobs *jobs);
DEFINE_CLEANUP(struct jobs *, job_stop)

#endif
