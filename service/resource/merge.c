/* JSON merge patch, RFC 7396: what is not named stays, null removes, objects merge, all else replaces. */
#include "resource/draft.h"

#include "core/banned.h"

static int merge_member(json_t *merged, const char *name, const json_t *patch)
{
	if (json_is_null(patch)) {
		(void)json_object_del(merged, name);
		return 0;
	}
	return json_object_set_new(merged, name, merge_patch(json_object_get(merged, name), patch));
}

json_t *merge_patch(const json_t *target, const json_t *patch)
{
	_cleanup_(json_decrefp) json_t *merged = NULL;
	const char *name;
	json_t *member;

	if (!json_is_object(patch))
		return json_deep_copy(patch);
	merged = json_is_object(target) ? json_deep_copy(target) : json_object();
	json_object_foreach((json_t *)patch, name, member)
		if (merge_member(merged, name, member) < 0)
			return NULL;
	return TAKE(merged);
}
