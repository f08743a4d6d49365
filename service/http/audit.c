/*
 * The audit as a whole: does its chain hold, and what seals it. Both tell of every
 * authority's entries, so they are for clients that see all.
 */
#include <string.h>

#include "http/handler.h"
#include "http/input.h"

#include "core/banned.h"

#define VERIFY_S 2.0 /* and the one part that was begun by then: an answer within about three seconds */

static int check_sees_all(const struct exchange *x, struct error *err)
{
	if (client_sees_all(x->client))
		return 0;
	return error_set(err, ERR_FORBIDDEN,
			 "this is about what every authority has; it needs a key that is bound to none and cleared "
			 "for restricted");
}

/* As next_after has it: an entry's number and, in the end, how many tables have been searched. */
static bool is_place(const char *after)
{
	size_t entry = strspn(after, "0123456789"), tables;

	if (entry == 0 || entry > 18)
		return false;
	if (after[entry] == '\0')
		return true;
	tables = strspn(after + entry + 1, "0123456789");
	return after[entry] == '.' && tables > 0 && tables <= 6 && after[entry + 1 + tables] == '\0';
}

static int read_after(const struct exchange *x, const char **ret_after, struct error *err)
{
	static const char *const known[] = { "after", NULL };
	const char *after = address_param(&x->address, "after");

	input_only(x, known, err);
	if (after && !is_place(after))
		error_add(err, ERR_MALFORMED, IN_QUERY, "/after", "bad_form",
			  "is no place to go on from: take next_after as it came, or leave it out to start");
	*ret_after = after ? after : "0";
	return error_check(err);
}

int audit_verify(struct exchange *x, struct error *err)
{
	const char *after;

	if (check_sees_all(x, err) < 0 || input_accept_json(x, err) < 0 || input_no_body(x, err) < 0 ||
	    read_after(x, &after, err) < 0 ||
	    operation_verify_audit(&x->call, after, VERIFY_S, &x->answer.body, err) < 0)
		return -1;
	answer_as(&x->answer, 200, "application/json");
	answer_digest(&x->answer);
	return input_not_modified(x, err);
}

int audit_heads(struct exchange *x, struct error *err)
{
	return check_sees_all(x, err) < 0 ? -1 : collection_list(x, err);
}
