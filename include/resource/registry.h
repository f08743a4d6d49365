/* resource/registry.h - the resources by name, for the registry and for tests. Constant. */
#ifndef RESOURCE_REGISTRY_H
#define RESOURCE_REGISTRY_H

#include "resource/resource.h"

extern const struct resource framework_resource, theme_resource, authority_resource, neighbour_resource,
	inspection_resource, finding_resource, action_resource;

#endif
