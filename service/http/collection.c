/*
 * Lists, counts and exports of a resource, its own or beneath another. Rows come
 * from the database as JSON text; this puts the envelope around them.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "http/calendar.h"
#include "http/handler.h"
#include "http/input.h"

#include "core/banned.h"

/* The row that the path hangs from; NULL where there is none. */
static const struct parent *parent_of(const struct exchange *x, struct parent *storage)
{
	if (!x->route->parent)
		return NULL;
	*storage = (struct parent){ x->route->parent, x->argument };
	return storage;
}

/* A longer Link header would not fit beside the headers of a long request; the body has the link all the same. */
#define LIMIT_LINK_BYTES 8192

/* --- lists -------------------------------------------------------------------------- */

static void add_text_or_null(struct buf *b, const char *text)
{
	if (text)
		buf_add_json(b, text, strlen(text));
	else
		buf_adds(b, "null");
}

static void add_page(struct buf *b, const struct list_query *query, const struct page *page)
{
	buf_addf(b, ",\"page\":{\"limit\":%u,\"has_more\":%s,\"next_cursor\":", query->limit,
		 page->has_more ? "true" : "false");
	add_text_or_null(b, page->has_more ? page->next_cursor : NULL);
	if (page->total >= 0)
		buf_addf(b, ",\"total\":%" PRId64, page->total);
	buf_addc(b, '}');
}

static void add_links(struct exchange *x, const char *next_cursor)
{
	_cleanup_(buf_done) struct buf self = { 0 }, next = { 0 };
	struct buf *b = &x->answer.body;

	buf_init(&self, 4UL * LIMIT_URL_BYTES);
	buf_init(&next, 4UL * LIMIT_URL_BYTES);
	address_link(&x->address, NULL, &self);
	if (next_cursor)
		address_link(&x->address, next_cursor, &next);
	buf_adds(b, ",\"links\":{\"self\":");
	add_text_or_null(b, self.data);
	buf_adds(b, ",\"next\":");
	add_text_or_null(b, next_cursor ? next.data : NULL);
	buf_addc(b, '}');
	if (next_cursor && next.len <= LIMIT_LINK_BYTES)
		answer_headerf(&x->answer, "Link", "<%s>; rel=\"next\"", next.data);
}

static int answer_page(struct exchange *x, const struct list_query *query, struct error *err)
{
	_cleanup_(freep) char *next_cursor = NULL;
	struct page page = { .total = -1 };
	struct parent storage;
	struct buf *b = &x->answer.body;

	buf_adds(b, "{\"data\":");
	if (operation_list(&x->call, query, parent_of(x, &storage), b, &page, err) < 0)
		return -1;
	next_cursor = page.next_cursor;
	add_page(b, query, &page);
	add_links(x, page.has_more ? next_cursor : NULL);
	buf_addc(b, '}');
	answer_as(&x->answer, 200, "application/json");
	answer_digest(&x->answer);
	return input_not_modified(x, err);
}

static int list_json(struct exchange *x, struct error *err)
{
	_cleanup_(query_done) struct list_query query = { 0 };

	if (input_query(x, QUERY_LIST, &query, err) < 0)
		return -1;
	return answer_page(x, &query, err);
}

/* --- exports ------------------------------------------------------------------------- */

static const struct {
	const char *type, *suffix;
} formats[] = {
	[EXPORT_CSV] = { "text/csv; charset=utf-8; header=present", "csv" },
	[EXPORT_JSON_LINES] = { "application/x-ndjson", "ndjson" },
};

/* A file without a name: on disk if there is one to write to, else in memory. */
static int open_unnamed(void)
{
	static const char *const folders[] = { "/var/tmp", "/tmp" };

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		int fd = open(folders[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

		if (fd >= 0)
			return fd;
	}
	return memfd_create("export", MFD_CLOEXEC);
}

/*
 * The whole list goes to a file first: so its size and digest are known, an error
 * halfway is still a problem and not half a file, and no database connection waits
 * for the slowest reader.
 */
static int fill_file(struct exchange *x, const struct list_query *query, enum export_format format, struct error *err)
{
	struct answer *a = &x->answer;
	struct parent storage;
	struct stat st;

	a->file = open_unnamed();
	if (a->file < 0)
		return error_set(err, ERR_INTERNAL, "no temporary file could be made");
	if (operation_export(&x->call, query, parent_of(x, &storage), format, a->file, err) < 0)
		return -1;
	if (fstat(a->file, &st) < 0)
		return error_set(err, ERR_INTERNAL, "the temporary file could not be read");
	a->file_size = (uint64_t)st.st_size;
	return 0;
}

static int list_file(struct exchange *x, enum export_format format, struct error *err)
{
	_cleanup_(query_done) struct list_query query = { 0 };

	if (input_query(x, QUERY_EXPORT, &query, err) < 0 || fill_file(x, &query, format, err) < 0)
		return -1;
	answer_as(&x->answer, 200, formats[format].type);
	answer_headerf(&x->answer, "Content-Disposition", "attachment; filename=\"%s.%s\"", x->route->resource->plural,
		       formats[format].suffix);
	answer_digest(&x->answer);
	return input_not_modified(x, err);
}

/* One keeps a worker for as long as it is made, and with it the short requests of that worker's connections. */
static int check_exports(struct app *app, struct error *err)
{
	unsigned most = app->config->exports;

	if (atomic_fetch_add(&app->exports, 1) < most)
		return 0;
	atomic_fetch_sub(&app->exports, 1);
	return error_set(err, ERR_UNAVAILABLE, "no more than %u whole lists are made at once", most);
}

static int list_whole(struct exchange *x, int offer, struct error *err)
{
	struct parent storage;
	int outcome;

	if (check_exports(x->app, err) < 0)
		return -1;
	if (offer == 3)
		outcome = calendar_list(x, parent_of(x, &storage), err);
	else
		outcome = list_file(x, offer == 1 ? EXPORT_CSV : EXPORT_JSON_LINES, err);
	atomic_fetch_sub(&x->app->exports, 1);
	return outcome;
}

int collection_list(struct exchange *x, struct error *err)
{
	static const char *const offers[] = { "application/json", "text/csv", "application/x-ndjson", "text/calendar" };
	size_t n = ARRAY_LEN(offers) - (x->route->resource->diary ? 0 : 1);
	int offer;

	if (input_accept(x, offers, n, &offer, err) < 0 || input_no_body(x, err) < 0)
		return -1;
	if (offer == 0)
		return list_json(x, err);
	return list_whole(x, offer, err);
}

/* --- counts ---------------------------------------------------------------------------- */

int collection_counts(struct exchange *x, struct error *err)
{
	_cleanup_(query_done) struct list_query query = { 0 };
	struct parent storage;
	struct buf *b = &x->answer.body;

	if (input_accept_json(x, err) < 0 || input_no_body(x, err) < 0 || input_query(x, QUERY_COUNTS, &query, err) < 0)
		return -1;
	buf_adds(b, "{\"data\":");
	if (operation_counts(&x->call, &query, parent_of(x, &storage), b, err) < 0)
		return -1;
	buf_addc(b, '}');
	answer_as(&x->answer, 200, "application/json");
	answer_digest(&x->answer);
	return input_not_modified(x, err);
}
