/*
 * Every request the service answers. A line here is the only way to add an
 * endpoint; HEAD, OPTIONS, 404 and 405 with Allow follow from the table, and from
 * a path and a method the operation_id of api/openapi.yaml. The first match counts:
 * a word stands before a {param}, and the rows of one path stand together.
 * test_routes checks this, and that each operation_id stands in the description.
 *
 * scope: NULL needs no key, "" any valid one. resource: whose rows the request is
 * about; parent: whose {id} the path holds, where that is another resource.
 */
#include "http/handler.h"

#include "resource/registry.h"

#include "core/banned.h"

/* clang-format off */

/* A resource here: its path, its table, the scopes for reading and writing, and what operations call one and many. */
#define ACTION         "actions",         &action_resource,         "actions:read",         "actions:write",         "Action",        "Actions"
#define AGENDA_ITEM    "agenda-items",    &agenda_item_resource,    "agenda_items:read",    "agenda_items:write",    "AgendaItem",    "AgendaItems"
#define API_KEY        "keys",            &api_key_resource,        "admin",                "admin",                 "ApiKey",        "ApiKeys"
#define AUTHORITY      "authorities",     &authority_resource,      "authorities:read",     "admin",                 "Authority",     "Authorities"
#define BOARD          "boards",          &board_resource,          "boards:read",          "boards:write",          "Board",         "Boards"
#define CLIENT         "clients",         &client_resource,         "admin",                "admin",                 "Client",        "Clients"
#define DEADLINE       "deadlines",       &deadline_resource,       "deadlines:read",       "deadlines:write",       "Deadline",      "Deadlines"
#define DECISION       "decisions",       &decision_resource,       "decisions:read",       "decisions:write",       "Decision",      "Decisions"
#define DELIVERY_MODEL "delivery-models", &delivery_model_resource, "delivery_models:read", "delivery_models:write", "DeliveryModel", "DeliveryModels"
#define DOCUMENT       "documents",       &document_resource,       "documents:read",       "documents:write",       "Document",      "Documents"
#define ERASURE        "erasures",        &erasure_resource,        "audit:read",           "admin",                "Erasure",       "Erasures"
#define EXTENSION      "extensions",      &extension_resource,      "extensions:read",      "extensions:write",      "Extension",     "Extensions"
#define FINDING        "findings",        &finding_resource,        "findings:read",        "findings:write",        "Finding",       "Findings"
#define FRAMEWORK      "frameworks",      &framework_resource,      "frameworks:read",      NULL,                    "Framework",     "Frameworks"
#define INSPECTION     "inspections",     &inspection_resource,     "inspections:read",     "inspections:write",     "Inspection",    "Inspections"
#define INTERVENTION   "interventions",   &intervention_resource,   "interventions:read",   "interventions:write",   "Intervention",  "Interventions"
#define MEASURE        "measures",        &measure_resource,        "measures:read",        "measures:write",        "Measure",       "Measures"
#define MEETING        "meetings",        &meeting_resource,        "meetings:read",        "meetings:write",        "Meeting",       "Meetings"
#define NEIGHBOUR      "neighbours",      &neighbour_resource,      "authorities:read",     NULL,                    "Neighbour",     "Neighbours"
#define OBSERVATION    "observations",    &observation_resource,    "observations:read",    "observations:write",    "Observation",   "Observations"
#define ORGANISATION   "organisations",   &organisation_resource,   "organisations:read",   "organisations:write",   "Organisation",  "Organisations"
#define PLAN           "plans",           &plan_resource,           "plans:read",           "plans:write",           "Plan",          "Plans"
#define RESCHEDULE     "reschedules",     &reschedule_resource,     "reschedules:read",     NULL,                    "Reschedule",    "Reschedules"
#define RETENTION_RULE "retention-rules", &retention_rule_resource, "audit:read",           "admin",                "RetentionRule", "RetentionRules"
#define THEME          "themes",          &theme_resource,          "themes:read",          NULL,                    "Theme",         "Themes"
#define UPDATE         "updates",         &update_resource,         "updates:read",         "updates:write",         "Update",        "Updates"

/* What there is of one resource: LIST(ACTION), and so on. */
#define LIST(...)    LIST_(collection_list, __VA_ARGS__)
#define CREATE(...)  CREATE_(__VA_ARGS__)
#define COUNTS(...)  COUNTS_(__VA_ARGS__)
#define DELETE(...)  DELETE_(__VA_ARGS__)
#define GET(...)     GET_(__VA_ARGS__)
#define CHANGE(...)  CHANGE_(__VA_ARGS__)
#define HISTORY(...) HISTORY_(__VA_ARGS__)
#define RESTORE(...) RESTORE_(__VA_ARGS__)
#define MOVE(...)    MOVE_(__VA_ARGS__)

#define LIST_(handler, path, r, reading, writing, One, Many) { M_GET,    "/v1/" path,                     handler,           r, NULL, reading, "list" Many }
#define CREATE_(path, r, reading, writing, One, Many)        { M_POST,   "/v1/" path,                     write_create,      r, NULL, writing, "create" One }
#define COUNTS_(path, r, reading, writing, One, Many)        { M_GET,    "/v1/" path "/counts",           collection_counts, r, NULL, reading, "count" Many }
#define DELETE_(path, r, reading, writing, One, Many)        { M_DELETE, "/v1/" path "/{id}",             write_remove,      r, NULL, writing, "delete" One }
#define GET_(path, r, reading, writing, One, Many)           { M_GET,    "/v1/" path "/{id}",             item_read,         r, NULL, reading, "get" One }
#define CHANGE_(path, r, reading, writing, One, Many)        { M_PATCH,  "/v1/" path "/{id}",             write_change,      r, NULL, writing, "change" One }
#define HISTORY_(path, r, reading, writing, One, Many)       { M_GET,    "/v1/" path "/{id}/history",     collection_list,   &audit_entry_resource, r, "audit:read", "listHistoryOf" One }
#define RESTORE_(path, r, reading, writing, One, Many)       { M_POST,   "/v1/" path "/{id}/restore",     write_restore,     r, NULL, writing, "restore" One }
#define MOVE_(path, r, reading, writing, One, Many)          { M_POST,   "/v1/" path "/{id}/transitions", write_move,        r, NULL, writing, "move" One }

/* All of it, but for transitions. */
#define WHOLE(...) LIST(__VA_ARGS__), CREATE(__VA_ARGS__), COUNTS(__VA_ARGS__), \
	DELETE(__VA_ARGS__), GET(__VA_ARGS__), CHANGE(__VA_ARGS__), HISTORY(__VA_ARGS__), RESTORE(__VA_ARGS__)

/* One beneath another: LIST_OF(PLAN, ACTION) and ADD_TO(PLAN, ACTION) are /v1/plans/{id}/actions. */
#define LIST_OF(...) LIST_OF_(collection_list, __VA_ARGS__)
#define ADD_TO(...)  ADD_TO_(__VA_ARGS__)

#define LIST_OF_(handler, above, parent, parent_reading, parent_writing, Parent, Parents, path, r, reading, writing, One, Many) \
	{ M_GET, "/v1/" above "/{id}/" path, handler, r, parent, reading, "list" Many "Of" Parent }
#define ADD_TO_(above, parent, parent_reading, parent_writing, Parent, Parents, path, r, reading, writing, One, Many) \
	{ M_POST, "/v1/" above "/{id}/" path, write_create, r, parent, writing, "add" One "To" Parent }

/* Both. */
#define BENEATH(...) LIST_OF(__VA_ARGS__), ADD_TO(__VA_ARGS__)

/* A procedure (resource/procedure.h) on one row, given as RUN(row's resource, last segment, scope, operation_id). */
#define RUN(...) RUN_(__VA_ARGS__)

#define RUN_(path, r, reading, writing, One, Many, segment, scope, operation) \
	{ M_POST, "/v1/" path "/{id}/" segment, write_procedure, r, NULL, scope, operation }

const struct route routes[] = {
	{ M_GET, "/docs",            document_docs,     NULL, NULL, NULL, "docs" },
	{ M_GET, "/livez",           service_live,      NULL, NULL, NULL, "live" },
	{ M_GET, "/metrics",         metrics_show,      NULL, NULL, NULL, "metrics" },
	{ M_GET, "/problems",        document_problems, NULL, NULL, NULL, "listProblems" },
	{ M_GET, "/problems/{slug}", document_problem,  NULL, NULL, NULL, "getProblem" },
	{ M_GET, "/readyz",          service_ready,     NULL, NULL, NULL, "ready" },

	{ M_GET, "/v1",              service_index,         NULL, NULL, "",   "index" },
	{ M_GET, "/v1/me",           service_me,            NULL, NULL, "",   "getMe" },
	{ M_GET, "/v1/openapi.json", document_openapi_json, NULL, NULL, NULL, "getOpenapiJson" },
	{ M_GET, "/v1/openapi.yaml", document_openapi_yaml, NULL, NULL, NULL, "getOpenapiYaml" },
	{ M_GET, "/v1/search",       service_search,        NULL, NULL, "",   "search" },
	{ M_GET, "/v1/vocabularies", service_vocabularies,  NULL, NULL, "",   "getVocabularies" },
	{ M_GET, "/v1/working-days", calendar_working_days, NULL, NULL, "",   "getWorkingDays" },

	WHOLE(ACTION), MOVE(ACTION),
	BENEATH(ACTION, DOCUMENT), BENEATH(ACTION, EXTENSION), LIST_OF(ACTION, RESCHEDULE), BENEATH(ACTION, UPDATE),

	WHOLE(AGENDA_ITEM),

	{ M_GET, "/v1/audit",          collection_list,   &audit_entry_resource, NULL, "audit:read", "listAuditEntries" },
	{ M_GET, "/v1/audit/counts",   collection_counts, &audit_entry_resource, NULL, "audit:read", "countAuditEntries" },
	{ M_GET, "/v1/audit/heads",    audit_heads,       &seal_resource,        NULL, "audit:read", "listSeals" },
	{ M_GET, "/v1/audit/readings", collection_list,   &reading_resource,     NULL, "audit:read", "listReadings" },
	{ M_GET, "/v1/audit/verify",   audit_verify,      NULL,                  NULL, "audit:read", "verifyAudit" },

	WHOLE(AUTHORITY), MOVE(AUTHORITY),
	BENEATH(AUTHORITY, ACTION), BENEATH(AUTHORITY, BOARD), LIST_OF(AUTHORITY, DEADLINE),
	BENEATH(AUTHORITY, DELIVERY_MODEL), LIST_OF(AUTHORITY, FINDING), BENEATH(AUTHORITY, INSPECTION),
	BENEATH(AUTHORITY, INTERVENTION), BENEATH(AUTHORITY, MEASURE), LIST_OF(AUTHORITY, NEIGHBOUR),
	BENEATH(AUTHORITY, PLAN), RUN(AUTHORITY, "handovers", "actions:write", "handOverActions"),

	WHOLE(BOARD),
	LIST_OF(BOARD, ACTION), BENEATH(BOARD, MEETING), LIST_OF(BOARD, PLAN),

	LIST(CLIENT), CREATE(CLIENT), COUNTS(CLIENT), GET(CLIENT), CHANGE(CLIENT), HISTORY(CLIENT), MOVE(CLIENT), LIST_OF(CLIENT, API_KEY),
	{ M_POST, "/v1/clients/{id}/keys", keys_add, &client_resource, NULL, "admin", "addApiKeyToClient" },

	LIST(DEADLINE), COUNTS(DEADLINE), GET(DEADLINE), CHANGE(DEADLINE), HISTORY(DEADLINE),

	WHOLE(DECISION), MOVE(DECISION),

	WHOLE(DELIVERY_MODEL),

	WHOLE(DOCUMENT),

	LIST(ERASURE), CREATE(ERASURE), COUNTS(ERASURE), GET(ERASURE), HISTORY(ERASURE),

	LIST(EXTENSION), CREATE(EXTENSION), COUNTS(EXTENSION), GET(EXTENSION), HISTORY(EXTENSION), MOVE(EXTENSION),

	WHOLE(FINDING), MOVE(FINDING),
	BENEATH(FINDING, ACTION), BENEATH(FINDING, DOCUMENT),

	LIST(FRAMEWORK), GET(FRAMEWORK), HISTORY(FRAMEWORK),

	WHOLE(INSPECTION), MOVE(INSPECTION),
	LIST_OF(INSPECTION, ACTION), LIST_OF(INSPECTION, DEADLINE), BENEATH(INSPECTION, DOCUMENT),
	BENEATH(INSPECTION, FINDING), LIST_OF(INSPECTION, PLAN), LIST_OF(INSPECTION, RESCHEDULE),

	WHOLE(INTERVENTION),

	LIST(API_KEY), GET(API_KEY), HISTORY(API_KEY), MOVE(API_KEY),

	WHOLE(MEASURE),
	BENEATH(MEASURE, OBSERVATION),

	WHOLE(MEETING), MOVE(MEETING),
	BENEATH(MEETING, AGENDA_ITEM), BENEATH(MEETING, DECISION), BENEATH(MEETING, DOCUMENT),

	WHOLE(OBSERVATION),

	WHOLE(ORGANISATION),

	WHOLE(PLAN), MOVE(PLAN),
	BENEATH(PLAN, ACTION), LIST_OF(PLAN, DEADLINE), BENEATH(PLAN, DOCUMENT), BENEATH(PLAN, MEASURE),
	RUN(PLAN, "carry-forwards", "plans:write", "carryForwardActions"),

	LIST(RESCHEDULE), COUNTS(RESCHEDULE), GET(RESCHEDULE), HISTORY(RESCHEDULE),

	LIST(RETENTION_RULE), GET(RETENTION_RULE), CHANGE(RETENTION_RULE), HISTORY(RETENTION_RULE),

	LIST(THEME), GET(THEME), HISTORY(THEME),

	LIST(UPDATE), CREATE(UPDATE), COUNTS(UPDATE), GET(UPDATE), HISTORY(UPDATE),
};
/* clang-format on */

const size_t n_routes = ARRAY_LEN(routes);
