/*
 * Every request the service answers. A line here is the only way to add an
 * endpoint; HEAD, OPTIONS, 404 and 405 with Allow follow from the table. Sorted
 * by path, then method, which puts a word before a {param} in its place: the
 * first match counts. test_routes checks the order, and that each operation_id
 * stands in api/openapi.yaml with the same path and method.
 *
 * scope: NULL needs no key, "" any valid one. resource: whose rows the request is
 * about; parent: whose {id} the path holds, where that is another resource.
 */
#include "http/handler.h"

#include "resource/registry.h"

#include "core/banned.h"

#define AUTHORITY  &authority_resource
#define INSPECTION &inspection_resource
#define FINDING    &finding_resource
#define ACTION     &action_resource

/* clang-format off */
const struct route routes[] = {
	/* method   path                                    handler                resource             parent      scope                operation_id */
	{ M_GET,    "/docs",                                document_docs,         NULL,                NULL,       NULL,                "docs" },
	{ M_GET,    "/livez",                               service_live,          NULL,                NULL,       NULL,                "live" },
	{ M_GET,    "/metrics",                             metrics_show,          NULL,                NULL,       NULL,                "metrics" },
	{ M_GET,    "/problems",                            document_problems,     NULL,                NULL,       NULL,                "listProblems" },
	{ M_GET,    "/problems/{slug}",                     document_problem,      NULL,                NULL,       NULL,                "getProblem" },
	{ M_GET,    "/readyz",                              service_ready,         NULL,                NULL,       NULL,                "ready" },
	{ M_GET,    "/v1",                                  service_index,         NULL,                NULL,       "",                  "index" },

	{ M_GET,    "/v1/actions",                          collection_list,       ACTION,              NULL,       "actions:read",      "listActions" },
	{ M_POST,   "/v1/actions",                          write_create,          ACTION,              NULL,       "actions:write",     "createAction" },
	{ M_GET,    "/v1/actions/counts",                   collection_counts,     ACTION,              NULL,       "actions:read",      "countActions" },
	{ M_DELETE, "/v1/actions/{id}",                     write_remove,          ACTION,              NULL,       "actions:write",     "deleteAction" },
	{ M_GET,    "/v1/actions/{id}",                     item_read,             ACTION,              NULL,       "actions:read",      "getAction" },
	{ M_PATCH,  "/v1/actions/{id}",                     write_change,          ACTION,              NULL,       "actions:write",     "changeAction" },
	{ M_POST,   "/v1/actions/{id}/restore",             write_restore,         ACTION,              NULL,       "actions:write",     "restoreAction" },
	{ M_POST,   "/v1/actions/{id}/transitions",         write_move,            ACTION,              NULL,       "actions:write",     "moveAction" },

	{ M_GET,    "/v1/authorities",                      collection_list,       AUTHORITY,           NULL,       "authorities:read",  "listAuthorities" },
	{ M_POST,   "/v1/authorities",                      write_create,          AUTHORITY,           NULL,       "admin",             "createAuthority" },
	{ M_GET,    "/v1/authorities/counts",               collection_counts,     AUTHORITY,           NULL,       "authorities:read",  "countAuthorities" },
	{ M_DELETE, "/v1/authorities/{id}",                 write_remove,          AUTHORITY,           NULL,       "admin",             "deleteAuthority" },
	{ M_GET,    "/v1/authorities/{id}",                 item_read,             AUTHORITY,           NULL,       "authorities:read",  "getAuthority" },
	{ M_PATCH,  "/v1/authorities/{id}",                 write_change,          AUTHORITY,           NULL,       "admin",             "changeAuthority" },
	{ M_GET,    "/v1/authorities/{id}/actions",         collection_list,       ACTION,              AUTHORITY,  "actions:read",      "listActionsOfAuthority" },
	{ M_POST,   "/v1/authorities/{id}/actions",         write_create,          ACTION,              AUTHORITY,  "actions:write",     "addActionToAuthority" },
	{ M_GET,    "/v1/authorities/{id}/findings",        collection_list,       FINDING,             AUTHORITY,  "findings:read",     "listFindingsOfAuthority" },
	{ M_GET,    "/v1/authorities/{id}/inspections",     collection_list,       INSPECTION,          AUTHORITY,  "inspections:read",  "listInspectionsOfAuthority" },
	{ M_POST,   "/v1/authorities/{id}/inspections",     write_create,          INSPECTION,          AUTHORITY,  "inspections:write", "addInspectionToAuthority" },
	{ M_GET,    "/v1/authorities/{id}/neighbours",      collection_list,       &neighbour_resource, AUTHORITY,  "authorities:read",  "listNeighboursOfAuthority" },
	{ M_POST,   "/v1/authorities/{id}/restore",         write_restore,         AUTHORITY,           NULL,       "admin",             "restoreAuthority" },
	{ M_POST,   "/v1/authorities/{id}/transitions",     write_move,            AUTHORITY,           NULL,       "admin",             "moveAuthority" },

	{ M_GET,    "/v1/findings",                         collection_list,       FINDING,             NULL,       "findings:read",     "listFindings" },
	{ M_POST,   "/v1/findings",                         write_create,          FINDING,             NULL,       "findings:write",    "createFinding" },
	{ M_GET,    "/v1/findings/counts",                  collection_counts,     FINDING,             NULL,       "findings:read",     "countFindings" },
	{ M_DELETE, "/v1/findings/{id}",                    write_remove,          FINDING,             NULL,       "findings:write",    "deleteFinding" },
	{ M_GET,    "/v1/findings/{id}",                    item_read,             FINDING,             NULL,       "findings:read",     "getFinding" },
	{ M_PATCH,  "/v1/findings/{id}",                    write_change,          FINDING,             NULL,       "findings:write",    "changeFinding" },
	{ M_GET,    "/v1/findings/{id}/actions",            collection_list,       ACTION,              FINDING,    "actions:read",      "listActionsOfFinding" },
	{ M_POST,   "/v1/findings/{id}/actions",            write_create,          ACTION,              FINDING,    "actions:write",     "addActionToFinding" },
	{ M_POST,   "/v1/findings/{id}/restore",            write_restore,         FINDING,             NULL,       "findings:write",    "restoreFinding" },
	{ M_POST,   "/v1/findings/{id}/transitions",        write_move,            FINDING,             NULL,       "findings:write",    "moveFinding" },

	{ M_GET,    "/v1/frameworks",                       collection_list,       &framework_resource, NULL,       "frameworks:read",   "listFrameworks" },
	{ M_GET,    "/v1/frameworks/{id}",                  item_read,             &framework_resource, NULL,       "frameworks:read",   "getFramework" },

	{ M_GET,    "/v1/inspections",                      collection_list,       INSPECTION,          NULL,       "inspections:read",  "listInspections" },
	{ M_POST,   "/v1/inspections",                      write_create,          INSPECTION,          NULL,       "inspections:write", "createInspection" },
	{ M_GET,    "/v1/inspections/counts",               collection_counts,     INSPECTION,          NULL,       "inspections:read",  "countInspections" },
	{ M_DELETE, "/v1/inspections/{id}",                 write_remove,          INSPECTION,          NULL,       "inspections:write", "deleteInspection" },
	{ M_GET,    "/v1/inspections/{id}",                 item_read,             INSPECTION,          NULL,       "inspections:read",  "getInspection" },
	{ M_PATCH,  "/v1/inspections/{id}",                 write_change,          INSPECTION,          NULL,       "inspections:write", "changeInspection" },
	{ M_GET,    "/v1/inspections/{id}/actions",         collection_list,       ACTION,              INSPECTION, "actions:read",      "listActionsOfInspection" },
	{ M_GET,    "/v1/inspections/{id}/findings",        collection_list,       FINDING,             INSPECTION, "findings:read",     "listFindingsOfInspection" },
	{ M_POST,   "/v1/inspections/{id}/findings",        write_create,          FINDING,             INSPECTION, "findings:write",    "addFindingToInspection" },
	{ M_POST,   "/v1/inspections/{id}/restore",         write_restore,         INSPECTION,          NULL,       "inspections:write", "restoreInspection" },
	{ M_POST,   "/v1/inspections/{id}/transitions",     write_move,            INSPECTION,          NULL,       "inspections:write", "moveInspection" },

	{ M_GET,    "/v1/me",                               service_me,            NULL,                NULL,       "",                  "getMe" },
	{ M_GET,    "/v1/openapi.json",                     document_openapi_json, NULL,                NULL,       NULL,                "getOpenapiJson" },
	{ M_GET,    "/v1/openapi.yaml",                     document_openapi_yaml, NULL,                NULL,       NULL,                "getOpenapiYaml" },
	{ M_GET,    "/v1/search",                           service_search,        NULL,                NULL,       "",                  "search" },

	{ M_GET,    "/v1/themes",                           collection_list,       &theme_resource,     NULL,       "themes:read",       "listThemes" },
	{ M_GET,    "/v1/themes/{id}",                      item_read,             &theme_resource,     NULL,       "themes:read",       "getTheme" },

	{ M_GET,    "/v1/vocabularies",                     service_vocabularies,  NULL,                NULL,       "",                  "getVocabularies" },
};
/* clang-format on */

const size_t n_routes = ARRAY_LEN(routes);
