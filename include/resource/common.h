/*
 * resource/common.h - the lines that the field tables of several resources have
 * in common: how a row is known and whose it is, and what is told of its history.
 */
#ifndef RESOURCE_COMMON_H
#define RESOURCE_COMMON_H

#include "resource/resource.h"

/* A council's own row. */
#define FIELDS_OWNED                                                                                                   \
	{ "id", F_ID, READ_ONLY | SORT }, { "external_refs", F_EXTERNAL, 0 },                                          \
		{ "authority_id", F_REF, REQUIRED | CREATE_ONLY | FILTER | SORT | COUNT, .ref = RES_AUTHORITY },       \
	{                                                                                                              \
		"sensitivity", F_ENUM, FILTER | COUNT, .values = &sensitivities, .initial = "council"                  \
	}

/* A row that belongs to another: its authority and sensitivity are that row's, and follow it. */
#define FIELDS_BENEATH                                                                                                 \
	{ "id", F_ID, READ_ONLY | SORT }, { "external_refs", F_EXTERNAL, 0 },                                          \
		{ "authority_id", F_REF, READ_ONLY | FILTER | SORT | COUNT, .ref = RES_AUTHORITY },                    \
	{                                                                                                              \
		"sensitivity", F_ENUM, READ_ONLY | FILTER | COUNT, .values = &sensitivities                            \
	}

/* The same, but with a sensitivity of its own; left out, it is that of the row it belongs to. */
#define FIELDS_OWNED_BENEATH                                                                                           \
	{ "id", F_ID, READ_ONLY | SORT }, { "external_refs", F_EXTERNAL, 0 },                                          \
		{ "authority_id", F_REF, READ_ONLY | FILTER | SORT | COUNT, .ref = RES_AUTHORITY },                    \
	{                                                                                                              \
		"sensitivity", F_ENUM, FILTER | COUNT, .values = &sensitivities                                        \
	}

/* How its status stands. */
#define FIELDS_STATUS(vocabulary, first)                                                                               \
	{ "status", F_ENUM, CREATE_ONLY | FILTER | SORT | COUNT, .values = &(vocabulary), .initial = (first) },        \
		{ "status_on", F_DATE, READ_ONLY | NULLABLE | FILTER | RANGE },                                        \
	{                                                                                                              \
		"allowed_transitions", F_TRANSITIONS, READ_ONLY                                                        \
	}

#define FIELDS_TRACE                                                                                                   \
	{ "warnings", F_JSON, READ_ONLY }, { "version", F_INT, READ_ONLY },                                            \
		{ "created_at", F_TIME, READ_ONLY | FILTER | RANGE | SORT },                                           \
	{                                                                                                              \
		"updated_at", F_TIME, READ_ONLY | FILTER | RANGE | SORT                                                \
	}

#define FIELD_REASON                                                                                                   \
	{                                                                                                              \
		"reason", F_TEXT, WRITE_ONLY, .max = 1000, .pattern = "filled"                                         \
	}

/* The other end of a link, and those that list it. */
#define LINK(name, table_, owner_, member_)                                                                            \
	static const struct rows name = {                                                                              \
		.table = table_, .owner = owner_, .inherits = "authority_id, sensitivity", .member = member_           \
	}

/* Of what hangs from inspection inspection_id of row t: that is published, and for everybody to see. */
#define OPEN_INSPECTION                                                                                                \
	"(SELECT i.sensitivity = 'public' AND i.status = 'published' FROM {s}.inspection i WHERE i.id = t.inspection_id)"

#endif
