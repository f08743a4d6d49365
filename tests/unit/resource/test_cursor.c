/* Tests of service/resource/cursor.c: cursors of our own, cursors of others, and what is no cursor. */
#include "query_support.h"

#define UUID "01890a5d-ac96-774b-bcce-b302099a8057"

/* Reads `text` with &cursor= in front; the complaint, if any, is about the cursor alone. */
static bool is_taken(const struct resource *r, const char *scope, const char *text, const char *cursor)
{
	char whole[8192];
	_cleanup_(read_query_freep) struct read_query *q = NULL;

	snprintf(whole, sizeof whole, "cursor=%s%s%s", cursor, text[0] ? "&" : "", text);
	if (strlen(whole) >= sizeof q->text)
		return false;
	q = query_of(r, QUERY_LIST, scope, whole);
	CHECK(q->result == 0 || complains_only(&q->err, "/cursor", "bad_cursor"), "%s", whole);
	return q->result == 0;
}

static char *cursor_of(const struct resource *r, const char *scope, const char *text, const char *const values[])
{
	_cleanup_(read_query_freep) struct read_query *q = query_of(r, QUERY_LIST, scope, text);
	char *cursor;

	CHECK(q->result == 0, "%s", text);
	cursor = cursor_after(&q->query, values);
	assert_non_null(cursor);
	assert_int_equal(strspn(cursor, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
			 strlen(cursor));
	return cursor;
}

static void a_cursor_brings_back_its_values(void **state)
{
	static const char *const rows[][3] = {
		{ "2026-01-31", "Train managers", UUID },
		{ NULL, "Qu\xc3\xa9 \"quoted\" \\ \n\t \xe2\x82\xac", UUID },
		{ "2026-01-31", "", UUID },
		{ "1900-01-01", "a day that is stored, though no draft could write it", UUID },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		_cleanup_(freep) char *cursor = cursor_of(&action_resource, NULL, "sort=-due_on,title", rows[i]);
		char text[2048];

		snprintf(text, sizeof text, "sort=-due_on,title&cursor=%s", cursor);
		{
			QUERY(q, &action_resource, QUERY_LIST, text);

			CHECK(q->result == 0, "row %zu", i);
			assert_true(q->query.has_cursor);
			for (size_t j = 0; j < 3; j++)
				CHECK(rows[i][j] ? strcmp(q->query.cursor_values[j], rows[i][j]) == 0
						 : q->query.cursor_values[j] == NULL,
				      "row %zu, value %zu", i, j);
		}
	}
}

static void a_cursor_belongs_to_one_list(void **state)
{
	static const char *const values[] = { UUID };
	static const char base[] = "status=complete,embedded&due_on_gte=2026-01-01&q=audit";
	static const char *const same[] = {
		"status=complete,embedded&due_on_gte=2026-01-01&q=audit",
		"q=audit&due_on_gte=2026-01-01&status=complete,embedded",
		"status=complete,embedded&due_on_gte=2026-01-01&q=audit&limit=3&fields=id&include_total=true",
		"status=complete,embedded&due_on_gte=2026-01-01&q=audit&sort=id",
	};
	static const char *const others[] = {
		"",
		"status=complete&due_on_gte=2026-01-01&q=audit",
		"status_ne=complete,embedded&due_on_gte=2026-01-01&q=audit",
		"status=complete,embedded&due_on_gt=2026-01-01&q=audit",
		"status=complete,embedded&due_on_gte=2026-01-02&q=audit",
		"status=complete,embedded&due_on_gte=2026-01-01",
		"status=complete,embedded&due_on_gte=2026-01-01&q=audits",
		"status=complete,embedded&due_on_gte=2026-01-01&q=audit&overdue=true",
		"status=complete,embedded&due_on_gte=2026-01-01&q=audit&sort=-id",
		"status=complete,embedded&due_on_gte=2026-01-01&q=audit&sort=title",
		"status=complete,embedded&due_on_gte=2026-01-01&q=audit&as_recorded_at=2026-01-01T00:00:00Z",
	};
	_cleanup_(freep) char *cursor = cursor_of(&action_resource, NULL, base, values);
	_cleanup_(freep) char *plain = cursor_of(&action_resource, NULL, "", values);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		CHECK(is_taken(&action_resource, NULL, same[i], cursor), "same %zu", i);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		CHECK(!is_taken(&action_resource, NULL, others[i], cursor), "other %zu", i);
	assert_false(is_taken(&action_resource, "findings/" UUID, base, cursor));
	assert_false(is_taken(&finding_resource, NULL, "", plain));
	assert_true(is_taken(&action_resource, NULL, "", plain));
}

static void a_cursor_of_one_parent_is_none_of_another(void **state)
{
	static const char *const values[] = { UUID };
	_cleanup_(freep) char *cursor = cursor_of(&finding_resource, "inspections/1", "", values);

	(void)state;
	assert_true(is_taken(&finding_resource, "inspections/1", "", cursor));
	assert_false(is_taken(&finding_resource, "inspections/2", "", cursor));
	assert_false(is_taken(&finding_resource, NULL, "", cursor));
}

static void overdue_true_and_overdue_false_are_two_lists(void **state)
{
	static const char *const values[] = { UUID };
	_cleanup_(freep) char *cursor = cursor_of(&action_resource, NULL, "overdue=true", values);

	(void)state;
	assert_true(is_taken(&action_resource, NULL, "overdue=true", cursor));
	assert_false(is_taken(&action_resource, NULL, "overdue=false", cursor));
}

static void a_cursor_cut_short_or_lengthened_is_refused(void **state)
{
	static const char *const values[] = { UUID };
	_cleanup_(freep) char *cursor = cursor_of(&action_resource, NULL, "", values);
	size_t len = strlen(cursor);
	char changed[512];

	(void)state;
	assert_true(len + 8 < sizeof changed);
	for (size_t cut = 0; cut < len; cut++) {
		memcpy(changed, cursor, cut);
		changed[cut] = '\0';
		CHECK(!is_taken(&action_resource, NULL, "", changed), "cut at %zu", cut);
	}
	for (const char *tail = "A=.~ %\xc3\xa9"; *tail; tail++) {
		snprintf(changed, sizeof changed, "%s%c", cursor, *tail);
		CHECK(!is_taken(&action_resource, NULL, "", changed), "tail %c", *tail);
	}
}

static void no_changed_character_goes_unnoticed_in_the_digest(void **state)
{
	static const char *const values[] = { UUID };
	_cleanup_(freep) char *cursor = cursor_of(&action_resource, NULL, "", values);

	(void)state;
	/* Two characters of punctuation and 32 of digest are 34 bytes: 45 characters of base64. */
	for (size_t i = 0; i < 45; i++) {
		char kept = cursor[i];

		cursor[i] = kept == 'A' ? 'B' : 'A';
		CHECK(!is_taken(&action_resource, NULL, "", cursor), "at %zu", i);
		cursor[i] = kept;
	}
}

/* Encodes any text as a cursor would be. */
static void encode(const char *in, size_t len, char *out)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned bits = 0, held = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | (unsigned char)in[i];
		for (held += 8; held >= 6; held -= 6)
			*out++ = alphabet[bits >> (held - 6) & 63];
	}
	if (held > 0)
		*out++ = alphabet[bits << (6 - held) & 63];
	*out = '\0';
}

static void decode_digest(const char *cursor, char digest[33])
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	char bytes[64];
	unsigned bits = 0, held = 0;
	size_t n = 0;

	for (; n < 34; cursor++) {
		bits = bits << 6 | (unsigned)(strchr(alphabet, *cursor) - alphabet);
		held += 6;
		if (held >= 8)
			bytes[n++] = (char)(bits >> (held -= 8) & 0xFF);
	}
	memcpy(digest, bytes + 2, 32);
	digest[32] = '\0';
}

/* Whoever knows the digest can forge values; none may reach the database that could fail there. */
static void forged_values_are_held_to_their_types(void **state)
{
	static const struct {
		const char *sort, *values;
		bool taken;
	} forged[] = {
		{ "due_on", "'2026-01-01','" UUID "'", true },
		{ "due_on", "null,'" UUID "'", true },
		{ "due_on", "'2026-02-30','" UUID "'", false },
		{ "due_on", "'x','" UUID "'", false },
		{ "due_on", "20260101,'" UUID "'", false },
		{ "due_on", "'2026-01-01'", false },
		{ "due_on", "'2026-01-01','" UUID "','x'", false },
		{ "due_on", "'2026-01-01',null", false },
		{ "due_on", "'2026-01-01','x'", false },
		{ "due_on", "['2026-01-01'],'" UUID "'", false },
		{ "due_on", "{},'" UUID "'", false },
		{ "due_on", "'infinity','" UUID "'", false },
		{ "created_at", "'2026-01-01T00:00:00.123456Z','" UUID "'", true },
		{ "created_at", "'2026-01-01 00:00:00.123456+00','" UUID "'", true },
		{ "created_at", "'2026-01-01 00:00:00+00:00','" UUID "'", true },
		{ "created_at", "'2026-01-01','" UUID "'", false },
		{ "created_at", "'2026-01-01 00:00:00+','" UUID "'", false },
		{ "created_at", "'now','" UUID "'", false },
		{ "created_at", "'','" UUID "'", false },
		{ "title", "'anything','" UUID "'", true },
		{ "title", "7,'" UUID "'", false },
		{ "authority_id", "'806','" UUID "'", true },
		{ "authority_id", "'x','" UUID "'", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forged); i++) {
		static const char *const values[] = { NULL, UUID };
		char sort[64], digest[33], json[512], cursor[1024];
		_cleanup_(freep) char *real = NULL;

		snprintf(sort, sizeof sort, "sort=%s", forged[i].sort);
		real = cursor_of(&action_resource, NULL, sort, values);
		decode_digest(real, digest);
		snprintf(json, sizeof json, "['%s',%s]", digest, forged[i].values);
		for (char *c = json; *c; c++)
			*c = *c == '\'' ? '"' : *c;
		encode(json, strlen(json), cursor);
		CHECK(is_taken(&action_resource, NULL, sort, cursor) == forged[i].taken, "case %zu: %s", i,
		      forged[i].values);
	}
}

static void integers_in_cursors_are_those_of_the_database(void **state)
{
	static const struct {
		const char *value;
		bool taken;
	} numbers[] = { { "1", true }, { "-5", true }, { "2147483648", false }, { "1.5", false }, { "", false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		const char *values[] = { numbers[i].value, UUID };
		_cleanup_(freep) char *cursor = cursor_of(&finding_resource, NULL, "sort=number", values);

		CHECK(is_taken(&finding_resource, NULL, "sort=number", cursor) == numbers[i].taken, "%s",
		      numbers[i].value);
	}
}

static void numbers_in_cursors_are_those_of_the_database(void **state)
{
	static const struct {
		const char *value;
		bool taken;
	} numbers[] = { { "20.50", true }, { "-3", true }, { "1e12", false }, { "x", false }, { "", false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		const char *values[] = { numbers[i].value, UUID };
		_cleanup_(freep) char *cursor = cursor_of(&observation_resource, NULL, "sort=value", values);

		CHECK(is_taken(&observation_resource, NULL, "sort=value", cursor) == numbers[i].taken, "%s",
		      numbers[i].value);
	}
}

static void random_bytes_are_no_cursor(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (size_t round = 0; round < 2000; round++) {
		size_t len = (seed = seed * 1103515245 + 12345) >> 16 & 127;
		char bytes[128], cursor[256];

		for (size_t i = 0; i < len; i++)
			bytes[i] = (char)((seed = seed * 1103515245 + 12345) >> 16);
		encode(bytes, len, cursor);
		CHECK(!is_taken(&action_resource, NULL, "", cursor), "%s", cursor);
	}
}

static void json_that_is_no_position_is_refused(void **state)
{
	static const char *const texts[] = { "",
					     "null",
					     "7",
					     "\"x\"",
					     "{}",
					     "[]",
					     "[[]]",
					     "[null]",
					     "[\"\"]",
					     "[\"a\",\"b\"",
					     "[1,2]",
					     "{\"a\":1}",
					     "[\"\\u0000\"]",
					     "[\"\xff\"]",
					     "[[[[[[[[[[" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		char cursor[256];

		encode(texts[i], strlen(texts[i]), cursor);
		CHECK(!is_taken(&action_resource, NULL, "", cursor), "%s", texts[i]);
	}
}

static void a_cursor_over_the_limit_is_refused_and_nesting_does_no_harm(void **state)
{
	char nested[LIMIT_CURSOR_BYTES], cursor[LIMIT_CURSOR_BYTES * 2];
	struct params params = { .n = 1, .item = { { "cursor", cursor } } };
	struct list_query query;

	(void)state;
	memset(nested, '[', sizeof nested);
	for (size_t len = LIMIT_CURSOR_BYTES / 2; len <= sizeof nested; len += LIMIT_CURSOR_BYTES / 4) {
		struct error err = { 0 };

		encode(nested, len, cursor);
		assert_int_equal(query_read(&action_resource, QUERY_LIST, &params, NULL, &query, &err), -1);
		assert_true(complains_only(&err, "/cursor", "bad_cursor"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cursor_brings_back_its_values),
		cmocka_unit_test(a_cursor_belongs_to_one_list),
		cmocka_unit_test(a_cursor_of_one_parent_is_none_of_another),
		cmocka_unit_test(overdue_true_and_overdue_false_are_two_lists),
		cmocka_unit_test(a_cursor_cut_short_or_lengthened_is_refused),
		cmocka_unit_test(no_changed_character_goes_unnoticed_in_the_digest),
		cmocka_unit_test(forged_values_are_held_to_their_types),
		cmocka_unit_test(integers_in_cursors_are_those_of_the_database),
		cmocka_unit_test(numbers_in_cursors_are_those_of_the_database),
		cmocka_unit_test(random_bytes_are_no_cursor),
		cmocka_unit_test(json_that_is_no_position_is_refused),
		cmocka_unit_test(a_cursor_over_the_limit_is_refused_and_nesting_does_no_harm),
	};

	return RUN(tests);
}
