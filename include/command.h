/*
 * command.h - the subcommands of inspectd, each in service/command_<name>.c.
 *
 * Each takes its own name as argv[0] and returns the exit status: 0 done, 1
 * failed, 2 called wrongly. Messages for people go to standard error.
 */
#ifndef COMMAND_H
#define COMMAND_H

/* Whether this is the test's build that refuses nothing by itself (service/operation/client_reach.c). */
#ifdef INSPECTD_UNCHECKED
#define COMMAND_IS_UNCHECKED 1
#else
#define COMMAND_IS_UNCHECKED 0
#endif

int command_client(int argc, char **argv);
int command_describe(int argc, char **argv);
int command_load(int argc, char **argv);
int command_migrate(int argc, char **argv);
int command_serve(int argc, char **argv);
int command_verify_audit(int argc, char **argv);

#endif
