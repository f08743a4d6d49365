/* Tests of service/http/answer.c. */
#include "../unit.h"

#include <sys/mman.h>
#include <unistd.h>

#include "http/answer.h"

#include "core/banned.h"

static void a_header_never_starts_a_new_line(void **state)
{
	static const char *const values[] = { "a\r\nX: y", "a\nX: y", "a\rX: y", "a\x01", "a\x7f" };
	struct answer a;

	(void)state;
	answer_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		answer_header(&a, "Location", values[i]);
		assert_string_equal(answer_header_of(&a, "location"), "a");
	}
	assert_int_equal(a.n_headers, 1);
	answer_done(&a);
}

static void the_last_value_counts_and_reset_forgets(void **state)
{
	struct answer a;

	(void)state;
	answer_init(&a);
	answer_as(&a, 200, "application/json");
	answer_as(&a, 201, "text/csv");
	assert_string_equal(answer_header_of(&a, "Content-Type"), "text/csv");
	buf_adds(&a.body, "x");
	answer_reset(&a);
	assert_null(answer_header_of(&a, "Content-Type"));
	assert_int_equal(a.body.len, 0);
	answer_done(&a);
}

static void headers_beyond_the_limit_are_left_out(void **state)
{
	static const char *const names[] = { "A", "B", "C", "D", "E", "F", "G", "H", "I",
					     "J", "K", "L", "M", "N", "O", "P", "Q" };
	struct answer a;

	(void)state;
	answer_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		answer_headerf(&a, names[i], "%zu", i);
	assert_int_equal(a.n_headers, ANSWER_HEADERS_MAX);
	answer_done(&a);
}

static void the_digest_is_of_the_bytes_sent(void **state)
{
	struct answer body, file;

	(void)state;
	answer_init(&body);
	answer_init(&file);
	buf_adds(&body.body, "the same");
	file.file = memfd_create("test", MFD_CLOEXEC);
	assert_int_equal(write(file.file, "the same", 8), 8);
	file.file_size = 8;
	answer_digest(&body);
	answer_digest(&file);
	assert_memory_equal(answer_header_of(&body, "ETag"), "\"0.", 3);
	assert_int_equal(strlen(answer_header_of(&body, "ETag")), 36);
	assert_string_equal(answer_header_of(&body, "ETag"), answer_header_of(&file, "ETag"));
	answer_done(&body);
	answer_done(&file);
}

static void not_modified_keeps_the_tag_and_the_length(void **state)
{
	struct answer a;

	(void)state;
	answer_init(&a);
	answer_as(&a, 200, "application/json");
	buf_adds(&a.body, "{}");
	answer_digest(&a);
	answer_header(&a, "Link", "</x>; rel=\"next\"");
	answer_header(&a, "Content-Security-Policy", "default-src 'self'");
	answer_not_modified(&a);
	assert_int_equal(a.status, 304);
	assert_int_equal(a.n_headers, 2);
	assert_non_null(answer_header_of(&a, "ETag"));
	assert_string_equal(answer_header_of(&a, "Content-Security-Policy"), "default-src 'self'");
	assert_int_equal(a.body.len, 2);
	answer_done(&a);
}

static void html_is_escaped(void **state)
{
	struct answer a;

	(void)state;
	answer_init(&a);
	answer_html(&a, "<a href=\"x\">'&'</a>", 19);
	assert_string_equal(a.body.data, "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
	answer_done(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_never_starts_a_new_line),
		cmocka_unit_test(the_last_value_counts_and_reset_forgets),
		cmocka_unit_test(headers_beyond_the_limit_are_left_out),
		cmocka_unit_test(the_digest_is_of_the_bytes_sent),
		cmocka_unit_test(not_modified_keeps_the_tag_and_the_length),
		cmocka_unit_test(html_is_escaped),
	};

	return RUN(tests);
}
