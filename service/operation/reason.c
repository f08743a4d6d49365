/*
 * Why something is written. The journal keeps it beside the change; so it also
 * says there why something was let through that the guard would have refused.
 */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "operation/internal.h"
#include "resource/guard.h"

#include "core/banned.h"

const char *reason_sent(const struct resource *r, const json_t *body)
{
	const struct field *f = resource_field(r, "reason");

	return f && (f->flags & WRITE_ONLY) ? member_text(body, "reason") : NULL;
}

void reason_tell(const struct call *call, const struct guarded *write, struct told *ret_told)
{
	struct told *t = ret_told;

	t->call = *call;
	if (write->reason)
		t->call.context.reason = write->reason;
	if (!call->allow_identifiers || !guard_finds(write))
		return;
	(void)snprintf(t->text, sizeof(t->text), "%s%sidentifiers allowed: %s", write->reason ? write->reason : "",
		       write->reason ? "; " : "", call->allow_identifiers);
	t->text[text_cut(t->text, strlen(t->text))] = '\0'; /* of a reason that is too long, and refused for that */
	t->call.context.reason = t->text;
}
