/* Reading one row. */
#include "http/handler.h"
#include "http/input.h"

#include "core/banned.h"

int item_read(struct exchange *x, struct error *err)
{
	_cleanup_(query_done) struct list_query query = { 0 };
	char etag[80];

	if (input_accept_json(x, err) < 0 || input_no_body(x, err) < 0 || input_query(x, QUERY_ITEM, &query, err) < 0)
		return -1;
	if (operation_read(&x->call, &query, x->argument, &x->answer.body, etag, err) < 0)
		return -1;
	answer_as(&x->answer, 200, "application/json");
	answer_header(&x->answer, "ETag", etag);
	return input_not_modified(x, err);
}
