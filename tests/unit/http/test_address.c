/* Tests of service/http/address.c: each trap of the HTTP library's own reading, and links written back. */
#include "../unit.h"

#include "http/address.h"

#include "core/banned.h"

static int read_path(struct address *a, const char *url, struct error *err)
{
	*err = (struct error){ 0 };
	return address_read(a, url, err);
}

static void a_path_is_cut_before_it_is_decoded(void **state)
{
	struct address a;
	struct error err;

	(void)state;
	assert_int_equal(read_path(&a, "/v1/a%2Fb/%C3%A9+x?y", &err), 0);
	assert_int_equal(a.n_segments, 3);
	assert_string_equal(a.segment[1], "a/b");
	assert_string_equal(a.segment[2], "\xC3\xA9+x"); /* no '+' as space */
	assert_string_equal(a.path, "/v1/a%2Fb/%C3%A9+x");
	assert_true(a.exact);
	address_done(&a);
}

static void a_path_of_another_shape_matches_no_route(void **state)
{
	static const char *const paths[] = { "/v1/", "//v1", "/v1//x", "/v1/../x", "/./v1", "/%2e%2e/v1",
					     "*",    "",     "//",     "v1",       "?x",    "/1/2/3/4/5/6/7/8/9" };
	struct address a;
	struct error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		assert_int_equal(read_path(&a, paths[i], &err), 0);
		CHECK(!a.exact, "%s", paths[i]);
		address_done(&a);
	}
}

static void a_path_that_is_ill_encoded_is_malformed(void **state)
{
	static const char *const paths[] = { "/v1/%zz", "/v1/%", "/v1/%4", "/5%00abc", "/%ff", "/%c3(" };
	struct address a;
	struct error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		CHECK(read_path(&a, paths[i], &err) == -1 && err.code == ERR_MALFORMED, "%s", paths[i]);
		assert_int_equal(err.complaint[0].place, IN_PATH);
		assert_string_equal(a.path, paths[i]);
		address_done(&a);
	}
}

static void the_root_and_the_absolute_form_are_read(void **state)
{
	struct address a;
	struct error err;

	(void)state;
	assert_int_equal(read_path(&a, "/", &err), 0);
	assert_int_equal(a.n_segments, 0);
	assert_true(a.exact);
	address_done(&a);
	assert_int_equal(read_path(&a, "http://host:80/v1/me?x=1", &err), 0);
	assert_string_equal(a.path, "/v1/me");
	address_done(&a);
	assert_int_equal(read_path(&a, "http://host", &err), 0);
	assert_string_equal(a.path, "/");
	address_done(&a);
}

static int read_long(size_t path, size_t query)
{
	_cleanup_(freep) char *url = malloc(path + query + 1);
	struct address a;
	struct error err;
	int outcome;

	memset(url, 'a', path + query);
	url[0] = '/';
	if (query)
		url[path] = '?';
	url[path + query] = '\0';
	outcome = read_path(&a, url, &err);
	if (outcome < 0)
		assert_int_equal(err.code, ERR_URI_TOO_LONG);
	address_done(&a);
	return outcome;
}

static void lengths_are_held_to_their_limits(void **state)
{
	(void)state;
	assert_int_equal(read_long(LIMIT_PATH_BYTES, 0), 0);
	assert_int_equal(read_long(LIMIT_PATH_BYTES + 1, 0), -1);
	assert_int_equal(read_long(10, LIMIT_URL_BYTES - 10), 0);
	assert_int_equal(read_long(10, LIMIT_URL_BYTES - 9), -1);
}

static struct address query_of(const char *query, struct error *err)
{
	struct address a;
	char url[4096];

	snprintf(url, sizeof url, "/v1/x?%s", query);
	assert_int_equal(read_path(&a, url, err), 0);
	address_read_query(&a, err);
	return a;
}

static void parameters_are_decoded_in_order(void **state)
{
	struct error err;
	struct address a = query_of("status=open%2Cin+progress&q=a%3Db&flag&e=", &err);

	(void)state;
	assert_int_equal(err.n_complaints, 0);
	assert_int_equal(a.params.n, 4);
	assert_string_equal(a.params.item[0].name, "status");
	assert_string_equal(address_param(&a, "status"), "open,in progress");
	assert_string_equal(address_param(&a, "q"), "a=b");
	assert_string_equal(address_param(&a, "flag"), "");
	assert_string_equal(address_param(&a, "e"), "");
	assert_null(address_param(&a, "x"));
	address_done(&a);
}

static void nothing_in_a_query_is_dropped_in_silence(void **state)
{
	static const struct {
		const char *query, *pointer, *slug;
	} cases[] = {
		{ "=x", "", "empty_name" },        { "a=1&&b=2", "", "empty_name" },
		{ "a=1&", "", "empty_name" },      { "a=%ff", "/a", "bad_encoding" },
		{ "a=%zz", "/a", "bad_encoding" }, { "a=5%00x", "/a", "bad_encoding" },
		{ "%ff=1", "", "bad_encoding" },   { "a=1&a=2", "/a", "repeated" },
		{ "a=1&%61=2", "/a", "repeated" },
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct address a = query_of(cases[i].query, &err);

		CHECK(err.n_complaints == 1 && err.code == ERR_MALFORMED, "%s", cases[i].query);
		assert_int_equal(err.complaint[0].place, IN_QUERY);
		assert_string_equal(err.complaint[0].pointer, cases[i].pointer);
		assert_string_equal(err.complaint[0].code, cases[i].slug);
		address_done(&a);
	}
}

static void every_complaint_about_a_query_is_collected(void **state)
{
	struct error err;
	struct address a = query_of("=x&a=%zz&b=1&b=2&status=open", &err);

	(void)state;
	assert_int_equal(err.n_complaints, 3);
	assert_string_equal(address_param(&a, "status"), "open");
	address_done(&a);
}

static void parameters_are_counted(void **state)
{
	char query[2048] = "";
	struct error err;
	struct address a;
	size_t len = 0;

	(void)state;
	for (unsigned i = 0; i < LIMIT_QUERY_PARAMS; i++)
		len += (size_t)snprintf(query + len, sizeof query - len, "%sp%u=1", i ? "&" : "", i);
	a = query_of(query, &err);
	assert_int_equal(a.params.n, LIMIT_QUERY_PARAMS);
	assert_int_equal(err.n_complaints, 0);
	address_done(&a);
	snprintf(query + len, sizeof query - len, "&one_more=1");
	a = query_of(query, &err);
	assert_int_equal(err.n_complaints, 1);
	assert_string_equal(err.complaint[0].code, "too_many");
	address_done(&a);
}

static void a_link_is_encoded_afresh_with_its_cursor_replaced(void **state)
{
	static const struct {
		const char *query, *cursor, *link;
	} cases[] = {
		{ "limit=2&cursor=old&q=a%26b", "N-_", "/v1/x?limit=2&q=a%26b&cursor=N-_" },
		{ "limit=2&cursor=old", NULL, "/v1/x?limit=2&cursor=old" },
		{ "t=2024-01-01T00:00:00%2B01:00", "c", "/v1/x?t=2024-01-01T00:00:00%2B01:00&cursor=c" },
		{ "q=%22%3E%0D%0AX:+%C3%A9", NULL, "/v1/x?q=%22%3E%0D%0AX:%20%C3%A9" },
		{ "external_ref=sys:%23%25%3D", NULL, "/v1/x?external_ref=sys:%23%25%3D" },
		{ "", "c", "/v1/x?cursor=c" },
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct address a = query_of(cases[i].query, &err);
		_cleanup_(buf_done) struct buf out = { 0 };

		buf_init(&out, 4096);
		address_link(&a, cases[i].cursor, &out);
		assert_string_equal(out.data, cases[i].link);
		address_done(&a);
	}
}

static void an_instance_holds_only_what_a_uri_may(void **state)
{
	_cleanup_(buf_done) struct buf out = { 0 };
	struct error err;
	struct address a;

	(void)state;
	buf_init(&out, 4096);
	assert_int_equal(read_path(&a, "/a\"b\\<%20>\x01", &err), 0);
	address_instance(&a, &out);
	assert_string_equal(out.data, "/a%22b%5C%3C%20%3E%01");
	address_done(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_cut_before_it_is_decoded),
		cmocka_unit_test(a_path_of_another_shape_matches_no_route),
		cmocka_unit_test(a_path_that_is_ill_encoded_is_malformed),
		cmocka_unit_test(the_root_and_the_absolute_form_are_read),
		cmocka_unit_test(lengths_are_held_to_their_limits),
		cmocka_unit_test(parameters_are_decoded_in_order),
		cmocka_unit_test(nothing_in_a_query_is_dropped_in_silence),
		cmocka_unit_test(every_complaint_about_a_query_is_collected),
		cmocka_unit_test(parameters_are_counted),
		cmocka_unit_test(a_link_is_encoded_afresh_with_its_cursor_replaced),
		cmocka_unit_test(an_instance_holds_only_what_a_uri_may),
	};

	return RUN(tests);
}
