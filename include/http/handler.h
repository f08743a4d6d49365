/*
 * http/handler.h - the functions that the table of routes names. Each fills the
 * answer and returns 0, or -1 with an error that becomes a problem.
 *
 * BLOCKING  On the database, bounded by its timeouts.
 */
#ifndef HTTP_HANDLER_H
#define HTTP_HANDLER_H

#include "http/router.h"

/* collection.c: lists, exports, counts */
handler collection_list, collection_counts;

/* item.c: one row */
handler item_read;

/* write.c: everything that changes a row */
handler write_create, write_change, write_remove, write_move, write_restore, write_procedure;

/* keys.c: what opens the door */
handler keys_add;

/* audit.c: the chain of the audit, and what seals it */
handler audit_verify, audit_heads;

/* calendar.c: days, for other systems */
handler calendar_working_days;

/* service.c: the service about itself, and what spans resources */
handler service_live, service_ready, service_index, service_me, service_vocabularies, service_search;

/* document.c: pages for people, and the description for programs */
handler document_docs, document_openapi_json, document_openapi_yaml, document_problems, document_problem;

/* metrics.c */
handler metrics_show;

#endif
