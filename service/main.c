/* inspectd: one binary, several commands. Finds the command; everything else is in service/command_*.c. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "core/cleanup.h"
#include "core/config.h"
#include "core/process.h"

#include "core/banned.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *meaning;
} commands[] = {
	{ "serve", command_serve, "answer requests until SIGTERM or SIGINT" },
	{ "migrate", command_migrate, "bring the database to the shape that this version needs" },
	{ "load", command_load, "load reference data" },
	{ "client", command_client, "make, rotate, list and revoke API keys" },
	{ "verify-audit", command_verify_audit, "tell whether the audit is as it was written" },
	{ "describe", command_describe, "print routes, resources, settings, limits and problems as JSON" },
};

static void print_setting(FILE *to, const struct option *o)
{
	fprintf(to, "  %-30s %s", o->name, o->meaning);
	if (o->type == O_UINT)
		fprintf(to, " (%s; %u to %u)", o->initial, o->min, o->max);
	else if (o->initial)
		fprintf(to, " (%s)", o->initial);
	fputc('\n', to);
}

static void print_help(FILE *to)
{
	fputs("usage: inspectd COMMAND [ARGUMENT...]\n\ncommands:\n", to);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(to, "  %-12s %s\n", commands[i].name, commands[i].meaning);
	fputs("  --help       this text\n  --version    the version\n\nsettings, from the environment (default; bounds):\n",
	      to);
	for (size_t i = 0; i < n_config_options; i++)
		print_setting(to, &config_options[i]);
}

/* Settings that cannot be read allow nothing; the command will say what is wrong with them. */
static bool may_leave_dumps(void)
{
	struct error ignored = { 0 };
	struct config config;

	return config_read(&config, &ignored) == 0 && config.core_dumps;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	if (!may_leave_dumps())
		process_forbid_dumps();
	if (!name) {
		print_help(stderr);
		return 2;
	}
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		print_help(stdout);
		return 0;
	}
	if (strcmp(name, "--version") == 0) {
		printf("inspectd %s%s\n", INSPECTD_VERSION, COMMAND_IS_UNCHECKED ? ", unchecked: for tests alone" : "");
		return 0;
	}
	fprintf(stderr, "inspectd: there is no command \"%s\"; inspectd --help lists them\n", name);
	return 2;
}
