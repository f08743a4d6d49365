/* resource/registry.h - the resources by name, for the registry and for tests. Constant. */
#ifndef RESOURCE_REGISTRY_H
#define RESOURCE_REGISTRY_H

#include "resource/resource.h"

extern const struct resource framework_resource, theme_resource, authority_resource, neighbour_resource,
	inspection_resource, finding_resource, action_resource, organisation_resource, document_resource, plan_resource,
	update_resource, extension_resource, reschedule_resource, deadline_resource, measure_resource,
	observation_resource, board_resource, meeting_resource, agenda_item_resource, decision_resource,
	intervention_resource, delivery_model_resource, client_resource, api_key_resource, audit_entry_resource,
	reading_resource, seal_resource, erasure_resource, retention_rule_resource;

#endif
