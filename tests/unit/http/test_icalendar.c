/* Tests of service/http/icalendar.c: what RFC 5545 says of lines, texts, days and moments. */
#include "../unit.h"

#include "core/buf.h"
#include "core/text.h"
#include "http/icalendar.h"

#include "core/banned.h"

#define LINE_OCTETS 75

static const struct icalendar_event plain_event = { .uid = "0192-a@inspectd",
						    .day = "2022-11-28",
						    .changed_at = "2026-11-23 06:45:05.029774+00",
						    .summary = "Middlesbrough: Publish the report, at last",
						    .description = "Because." };

static void write_event(struct buf *b, const struct icalendar_event *event)
{
	buf_init(b, 1 << 20);
	icalendar_add(b, event);
}

/* The lines with their folds undone (RFC 5545, 3.1). */
static char *unfolded(const struct buf *b)
{
	char *text = malloc(b->len + 1);
	size_t n = 0;

	assert_non_null(text);
	for (size_t i = 0; i < b->len; i++) {
		if (strncmp(b->data + i, "\r\n ", 3) == 0) {
			i += 2;
			continue;
		}
		text[n++] = b->data[i];
	}
	text[n] = '\0';
	return text;
}

static bool has_line(const struct buf *b, const char *line)
{
	_cleanup_(freep) char *text = unfolded(b);
	size_t len = strlen(line);

	for (const char *at = strstr(text, line); at; at = strstr(at + 1, line))
		if ((at == text || at[-1] == '\n') && strncmp(at + len, "\r\n", 2) == 0)
			return true;
	print_error("no line \"%s\" in\n%s\n", line, text);
	return false;
}

static void an_event_is_a_whole_day_that_blocks_nobody(void **state)
{
	static const char *const lines[] = {
		"BEGIN:VEVENT",
		"UID:0192-a@inspectd",
		"DTSTAMP:20261123T064505Z",
		"DTSTART;VALUE=DATE:20221128",
		"SUMMARY:Middlesbrough: Publish the report\\, at last",
		"DESCRIPTION:Because.",
		"TRANSP:TRANSPARENT",
		"END:VEVENT",
	};
	_cleanup_(buf_done) struct buf b = { 0 };

	(void)state;
	write_event(&b, &plain_event);
	assert_true(buf_ok(&b));
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		CHECK(has_line(&b, lines[i]), "line %zu", i);
}

static void the_moment_may_be_written_as_rfc_3339_has_it(void **state)
{
	struct icalendar_event event = plain_event;
	_cleanup_(buf_done) struct buf b = { 0 };

	(void)state;
	event.changed_at = "2026-01-02T03:04:05Z";
	write_event(&b, &event);
	assert_true(has_line(&b, "DTSTAMP:20260102T030405Z"));
}

static void texts_are_escaped_as_the_rfc_says_and_no_further(void **state)
{
	static const struct {
		const char *text, *line;
	} cases[] = {
		{ "a;b,c\\d", "DESCRIPTION:a\\;b\\,c\\\\d" },
		{ "one\ntwo\r\nthree\rfour", "DESCRIPTION:one\\ntwo\\nthree\\nfour" },
		{ "BEGIN:VEVENT\r\nUID:x", "DESCRIPTION:BEGIN:VEVENT\\nUID:x" },
		{ "she said \"no\"", "DESCRIPTION:she said 'no'" },
		{ "a\tb", "DESCRIPTION:a b" },
		{ "", "DESCRIPTION:" },
		{ "Sir F\xc3\xb4n \xf0\x9f\x93\x85", "DESCRIPTION:Sir F\xc3\xb4n \xf0\x9f\x93\x85" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct icalendar_event event = plain_event;
		_cleanup_(buf_done) struct buf b = { 0 };

		event.description = cases[i].text;
		write_event(&b, &event);
		CHECK(has_line(&b, cases[i].line), "case %zu", i);
	}
}

/* Texts of every length around a fold, of characters of one to four bytes. */
static void lines_are_folded_between_characters(void **state)
{
	static const char *const characters[] = { "x", "\xc3\xb4", "\xe2\x80\x93", "\xf0\x9f\x93\x85", "," };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(characters); i++)
		for (size_t n = 1; n < 400; n += 7) {
			struct icalendar_event event = plain_event;
			_cleanup_(buf_done) struct buf b = { 0 }, text = { 0 };

			buf_init(&text, 1 << 12);
			for (size_t k = 0; k < n; k++)
				buf_adds(&text, characters[i]);
			event.description = text.data;
			write_event(&b, &event);
			assert_true(buf_ok(&b));
			for (const char *line = b.data, *end; *line; line = end + 2) {
				end = strstr(line, "\r\n");
				CHECK(end && end - line <= LINE_OCTETS, "case %zu, %zu times: %s", i, n, line);
				CHECK(text_is_utf8(line, (size_t)(end - line)), "case %zu, %zu times", i, n);
			}
		}
}

static void a_day_that_is_none_spoils_the_whole(void **state)
{
	struct icalendar_event event = plain_event;
	_cleanup_(buf_done) struct buf b = { 0 };

	(void)state;
	event.day = "soon";
	write_event(&b, &event);
	assert_false(buf_ok(&b));
	buf_reset(&b);
	event.day = plain_event.day;
	event.changed_at = "now";
	icalendar_add(&b, &event);
	assert_false(buf_ok(&b));
}

static void a_calendar_says_who_made_it(void **state)
{
	_cleanup_(buf_done) struct buf b = { 0 };

	(void)state;
	buf_init(&b, 1 << 16);
	icalendar_begin(&b);
	icalendar_add(&b, &plain_event);
	icalendar_end(&b);
	assert_true(has_line(&b, "BEGIN:VCALENDAR"));
	assert_true(has_line(&b, "VERSION:2.0"));
	assert_true(has_line(&b, "PRODID:-//Inspection Tracker//inspectd " INSPECTD_VERSION "//EN"));
	assert_true(has_line(&b, "END:VCALENDAR"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_a_whole_day_that_blocks_nobody),
		cmocka_unit_test(the_moment_may_be_written_as_rfc_3339_has_it),
		cmocka_unit_test(texts_are_escaped_as_the_rfc_says_and_no_further),
		cmocka_unit_test(lines_are_folded_between_characters),
		cmocka_unit_test(a_day_that_is_none_spoils_the_whole),
		cmocka_unit_test(a_calendar_says_who_made_it),
	};

	return RUN(tests);
}
