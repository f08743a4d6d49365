/*
 * Request headers, read by the letter of RFC 9110 (lists, entity tags, media
 * ranges), RFC 8941 (quoted strings) and W3C Trace Context.
 */
#include "http/header.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/redact.h"
#include "core/text.h"

#include "core/banned.h"

/* clang-format off */
const char *const header_names[H_COUNT_] = {
	[H_ACCEPT]           = "Accept",
	[H_AUTHORIZATION]    = "Authorization",
	[H_CONTENT_ENCODING] = "Content-Encoding",
	[H_CONTENT_LENGTH]   = "Content-Length",
	[H_CONTENT_TYPE]     = "Content-Type",
	[H_IDEMPOTENCY_KEY]  = "Idempotency-Key",
	[H_IF_MATCH]         = "If-Match",
	[H_IF_NONE_MATCH]    = "If-None-Match",
	[H_ORIGIN]           = "Origin",
	[H_REQUESTED_METHOD] = "Access-Control-Request-Method",
	[H_TRACEPARENT]      = "traceparent",
	[H_ACTING_USER]      = "X-Acting-User",
	[H_FORWARDED_FOR]    = "X-Forwarded-For",
	[H_REQUEST_ID]       = "X-Request-ID",
};
/* clang-format on */

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

/* --- entity tags ----------------------------------------------------------------- */

struct tag {
	bool weak;
	const char *opaque; /* between the quotes */
	size_t len;
};

/* Reads one entity tag; NULL if there is none, else what follows it. */
static const char *read_tag(const char *p, struct tag *ret_tag)
{
	struct tag tag = { .weak = strncmp(p, "W/", 2) == 0 };

	p += tag.weak ? 2 : 0;
	if (*p++ != '"')
		return NULL;
	tag.opaque = p;
	while (*p != '\0' && *p != '"') {
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return NULL;
		p++;
	}
	if (*p != '"')
		return NULL;
	tag.len = (size_t)(p - tag.opaque);
	*ret_tag = tag;
	return p + 1;
}

/* Calls `each` for the tags of a list; empty members are allowed, as in all lists. -1: not a list of tags. */
static int each_tag(const char *p, int (*each)(const struct tag *tag, void *data), void *data)
{
	size_t n = 0;

	for (p = skip_blanks(p); *p; p = skip_blanks(p)) {
		struct tag tag;

		if (*p == ',') {
			p++;
			continue;
		}
		p = read_tag(p, &tag);
		if (!p || each(&tag, data) < 0)
			return -1;
		n++;
		p = skip_blanks(p);
		if (*p != ',' && *p != '\0')
			return -1;
	}
	return n > 0 ? 0 : -1;
}

static bool is_any(const char *value)
{
	value = skip_blanks(value);
	return value[0] == '*' && *skip_blanks(value + 1) == '\0';
}

/* The version of `<version>.<digest>`; -1 when the tag is not one of ours. */
static int64_t tag_version(const struct tag *tag)
{
	const char *dot = memchr(tag->opaque, '.', tag->len);
	size_t len = dot ? (size_t)(dot - tag->opaque) : 0;
	char digits[20];
	int64_t version;

	if (len == 0 || len >= sizeof digits)
		return -1;
	memcpy(digits, tag->opaque, len);
	digits[len] = '\0';
	return text_to_int(digits, &version) < 0 ? -1 : version;
}

static int collect_version(const struct tag *tag, void *data)
{
	struct if_match *m = data;
	int64_t version = tag->weak ? -1 : tag_version(tag);

	m->weak |= tag->weak;
	if (version < 0)
		return 0; /* matches nothing: strong comparison */
	for (size_t i = 0; i < m->n; i++)
		if (m->version[i] == (uint64_t)version)
			return 0;
	if (m->n == ARRAY_LEN(m->version))
		return -1;
	m->version[m->n++] = (uint64_t)version;
	return 0;
}

int header_if_match(const char *value, struct if_match *ret_if_match)
{
	struct if_match m = { .any = is_any(value) };

	if (!m.any && each_tag(value, collect_version, &m) < 0)
		return -1;
	*ret_if_match = m;
	return 0;
}

struct wanted {
	const char *opaque;
	size_t len;
	bool found;
};

static int compare_tag(const struct tag *tag, void *data)
{
	struct wanted *w = data;

	w->found |= tag->len == w->len && memcmp(tag->opaque, w->opaque, w->len) == 0;
	return 0;
}

int header_if_none_match(const char *value, const char *etag, bool *ret_matches)
{
	struct wanted w = { .opaque = etag + 1, .len = strlen(etag) - 2, .found = is_any(value) };

	if (!w.found && each_tag(value, compare_tag, &w) < 0)
		return -1;
	*ret_matches = w.found;
	return 0;
}

/* --- media types ------------------------------------------------------------------- */

static bool is_token_char(char c)
{
	return is_alnum(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static size_t token_length(const char *p)
{
	size_t n = 0;

	while (is_token_char(p[n]))
		n++;
	return n;
}

struct parameter {
	const char *name, *value; /* value without its quotes */
	size_t name_len, value_len;
};

/* Reads `; name=value`, the value a token or quoted. NULL if ill-formed; *ret has no name at the end of the type. */
static const char *read_parameter(const char *p, struct parameter *ret)
{
	*ret = (struct parameter){ 0 };
	p = skip_blanks(p);
	if (*p != ';')
		return p;
	ret->name = p = skip_blanks(p + 1);
	ret->name_len = token_length(p);
	p += ret->name_len;
	if (ret->name_len == 0)
		return *p == ';' || *p == ',' || *p == '\0' ? p : NULL; /* "a/b;" is allowed */
	if (*p++ != '=')
		return NULL;
	if (*p == '"') {
		ret->value = ++p;
		while (*p && *p != '"')
			p += *p == '\\' && p[1] ? 2 : 1;
		ret->value_len = (size_t)(p - ret->value);
		return *p == '"' ? p + 1 : NULL;
	}
	ret->value = p;
	ret->value_len = token_length(p);
	return ret->value_len > 0 ? p + ret->value_len : NULL;
}

static bool is_named(const struct parameter *p, const char *name)
{
	return p->name_len == strlen(name) && strncasecmp(p->name, name, p->name_len) == 0;
}

/* Reads `type/subtype`; NULL if ill-formed. */
static const char *read_type(const char *p, size_t *ret_len)
{
	size_t type = token_length(p);
	size_t subtype = p[type] == '/' ? token_length(p + type + 1) : 0;

	if (type == 0 || subtype == 0)
		return NULL;
	*ret_len = type + 1 + subtype;
	return p + *ret_len;
}

int header_media_type(const char *value, char *ret_type, size_t size)
{
	const char *start = skip_blanks(value), *p;
	size_t len;

	p = read_type(start, &len);
	if (!p || len >= size)
		return -1;
	while (*p) {
		struct parameter parameter;

		p = read_parameter(p, &parameter);
		if (!p || (parameter.name_len == 0 && *p != '\0' && *p != ';'))
			return -1;
		if (is_named(&parameter, "charset") &&
		    (parameter.value_len != 5 || strncasecmp(parameter.value, "utf-8", 5) != 0))
			return -1;
	}
	for (size_t i = 0; i < len; i++)
		ret_type[i] = start[i] >= 'A' && start[i] <= 'Z' ? (char)(start[i] + 32) : start[i];
	ret_type[len] = '\0';
	return 0;
}

/* --- Accept ------------------------------------------------------------------------- */

/* A weight in thousandths; -1 if ill-formed. */
static int read_weight(const char *p, size_t len)
{
	int weight = 0, unit = 1000;

	if (len == 0 || len > 5 || (p[0] != '0' && p[0] != '1') || (len > 1 && p[1] != '.'))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (i == 1)
			continue;
		if (p[i] < '0' || p[i] > '9')
			return -1;
		weight += (p[i] - '0') * unit;
		unit /= 10;
	}
	return weight <= 1000 ? weight : -1;
}

/* How closely a media range names an offer: 3 exactly, 2 by type/star, 1 by star/star, 0 not. */
static int closeness(const char *range, size_t len, const char *offer)
{
	size_t type = strcspn(offer, "/") + 1;

	if (len == strlen(offer) && strncasecmp(range, offer, len) == 0)
		return 3;
	if (len == type + 1 && range[type] == '*' && strncasecmp(range, offer, type) == 0)
		return 2;
	return len == 3 && strncmp(range, "*/*", 3) == 0;
}

/* The end of a list member that cannot be read. */
static const char *skip_member(const char *p)
{
	bool quoted = false;

	for (; *p && (quoted || *p != ','); p++)
		if (*p == '"')
			quoted = !quoted;
	return p;
}

struct range {
	const char *type;
	size_t len;
	int weight; /* -1: to be ignored */
};

static const char *read_range(const char *p, struct range *ret)
{
	const char *start = p;
	struct parameter parameter;

	*ret = (struct range){ .type = p, .weight = 1000 };
	p = read_type(p, &ret->len);
	while (p && *skip_blanks(p) == ';') {
		p = read_parameter(p, &parameter);
		if (p && is_named(&parameter, "q"))
			ret->weight = read_weight(parameter.value, parameter.value_len);
	}
	p = p ? skip_blanks(p) : NULL;
	if (!p || (*p != ',' && *p != '\0')) {
		ret->weight = -1;
		return skip_member(start);
	}
	return p;
}

/* The weight that a list of media ranges gives an offer: that of the range naming it most closely. */
static int weight_of(const char *p, const char *offer)
{
	int best = 0, weight = 0;

	for (p = skip_blanks(p); *p; p = skip_blanks(p)) {
		struct range range;
		int close;

		if (*p == ',') {
			p++;
			continue;
		}
		p = read_range(p, &range);
		close = range.weight < 0 ? 0 : closeness(range.type, range.len, offer);
		if (close > best) {
			best = close;
			weight = range.weight;
		}
	}
	return weight;
}

int header_accept(const char *value, const char *const offers[], size_t n)
{
	int best = -1, best_weight = 0;

	if (!value || *skip_blanks(value) == '\0')
		return 0;
	for (size_t i = 0; i < n; i++) {
		int weight = weight_of(value, offers[i]);

		if (weight > best_weight) {
			best = (int)i;
			best_weight = weight;
		}
	}
	return best;
}

/* --- single values -------------------------------------------------------------------- */

int header_idempotency_key(const char *value, char ret_key[LIMIT_IDEMPOTENCY_KEY + 1])
{
	char key[LIMIT_IDEMPOTENCY_KEY + 1];
	const char *p = value;
	bool quoted = *p == '"';
	size_t n = 0;

	for (p += quoted; *p && !(quoted && *p == '"'); p++) {
		if (quoted && *p == '\\' && *++p != '"' && *p != '\\')
			return -1;
		if (*p < ' ' || *p > '~' || n == LIMIT_IDEMPOTENCY_KEY)
			return -1;
		key[n++] = *p;
	}
	if (n == 0 || (quoted && (p[0] != '"' || p[1] != '\0')))
		return -1;
	memcpy(ret_key, key, n);
	ret_key[n] = '\0';
	return 0;
}

bool header_is_request_id(const char *value)
{
	size_t n = 0;

	for (; value[n]; n++)
		if (n == LIMIT_REQUEST_ID || !(is_alnum(value[n]) || strchr("-._~:/=+@", value[n])))
			return false;
	return n > 0 && !redact_finds_key(value); /* an id is told to all and sundry */
}

/* Exactly n lower-case hexadecimal digits, not all zero unless allowed. */
static bool is_hex(const char *p, size_t n, bool zero_allowed)
{
	return strspn(p, "0123456789abcdef") >= n && (zero_allowed || strspn(p, "0") < n);
}

bool header_is_traceparent(const char *value)
{
	size_t len = strlen(value);

	if (len < 55 || len > 255 || value[2] != '-' || value[35] != '-' || value[52] != '-')
		return false;
	if (!is_hex(value, 2, true) || strncmp(value, "ff", 2) == 0 || !is_hex(value + 3, 32, false) ||
	    !is_hex(value + 36, 16, false) || !is_hex(value + 53, 2, true))
		return false;
	if (len == 55)
		return true;
	return strncmp(value, "00", 2) != 0 && value[55] == '-'; /* later versions may say more */
}

/* Blanks around a name are no part of it: whoever sends them is the same person. */
int header_person(const char *value, char ret_person[LIMIT_PERSON_BYTES + 1])
{
	size_t len;
	const char *name = text_trim(value, &len);

	if (!text_is_utf8(value, strlen(value)) || len == 0 || len > LIMIT_PERSON_BYTES || redact_finds_key(value))
		return -1;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
			return -1;
	memcpy(ret_person, name, len);
	ret_person[len] = '\0';
	return text_length(ret_person) <= LIMIT_PERSON_CHARS ? 0 : -1;
}

const char *header_bearer(const char *value)
{
	if (strncasecmp(value, "Bearer", 6) != 0 || value[6] != ' ')
		return NULL;
	value = skip_blanks(value + 6);
	return *value ? value : NULL;
}
