/*
 * Addresses of e-mail. Those that a provider gives to households are private; those
 * of any other domain may be an organisation's.
 */
#include <string.h>

#include "core/cleanup.h"
#include "resource/identifier_scan.h"

#include "core/banned.h"

#define LOCAL_MAX  64 /* RFC 5321, section 4.5.3.1 */
#define DOMAIN_MAX 255
#define LABELS_MAX 8

/* Providers that have a domain in many countries: yahoo.com, yahoo.co.uk, yahoo.fr. */
static const char *const brands[] = { "aol",        "gmx",   "hotmail", "live", "outlook",
				      "rocketmail", "yahoo", "yandex",  "ymail" };

/* Those of one domain, or of a few. */
static const char *const providers[] = {
	"blueyonder.co.uk", "btconnect.com", "btinternet.com", "btopenworld.com", "fastmail.com",    "fastmail.fm",
	"freeserve.co.uk",  "fsmail.net",    "gmail.com",      "googlemail.com",  "hey.com",         "homecall.co.uk",
	"icloud.com",       "lineone.net",   "mac.com",        "madasafish.com",  "mail.com",        "mail.ru",
	"me.com",           "msn.com",       "ntlworld.com",   "o2.co.uk",        "onetel.com",      "orange.net",
	"plus.com",         "pm.me",         "proton.me",      "protonmail.ch",   "protonmail.com",  "sky.com",
	"supanet.com",      "talk21.com",    "talktalk.net",   "tesco.net",       "tiscali.co.uk",   "toucansurf.com",
	"tuta.com",         "tutanota.com",  "uwclub.net",     "virgin.net",      "virginmedia.com", "wanadoo.co.uk",
	"web.de",           "wp.pl",         "zoho.com",
};

/* The parts of a domain: where each begins, and where the last ends. */
struct domain {
	size_t label[LABELS_MAX + 1]; /* label[n]: two behind the last character, as if a dot followed */
	size_t n;
};

static bool is_domain(char c)
{
	return identifier_is_word(c) || c == '-';
}

static size_t local_begin(const struct folded *t, size_t at)
{
	size_t begin = at;

	while (at - begin < LOCAL_MAX && identifier_is_local(t->c[begin - 1]))
		begin--;
	while (begin < at && !identifier_is_word(t->c[begin])) /* a bracket or a quote is none of it */
		begin++;
	return begin;
}

/* At least two labels, of which the last is letters. */
static bool read_domain(const struct folded *t, size_t at, struct domain *ret_domain)
{
	struct domain d = { .n = 0 };
	size_t end = at;

	while (d.n < LABELS_MAX && end - at < DOMAIN_MAX && identifier_is_word(t->c[end])) {
		d.label[d.n++] = end;
		while (is_domain(t->c[end]) && end - at < DOMAIN_MAX)
			end++;
		d.label[d.n] = end + 1;
		if (t->c[end] != '.')
			break;
		end++;
	}
	*ret_domain = d;
	return d.n >= 2 && identifier_letters_end(t, d.label[d.n - 1]) - d.label[d.n - 1] >= 2;
}

/* The labels from number i on are this text, whose words are parted by dots. */
static bool is_domain_of(const struct folded *t, const struct domain *d, size_t i, const char *name)
{
	size_t at = d->label[i];

	for (; *name; name++, at++)
		if (identifier_lower(t->c[at]) != *name)
			return false;
	return at + 1 == d->label[d->n];
}

/* "yahoo", and then nothing but a country or com: live.wmc.ac.uk is a college's. */
static bool is_brand(const struct folded *t, const struct domain *d, size_t i)
{
	static const char *const ends[] = { "co", "com", "net", NULL };
	size_t left = d->n - i - 1, next = d->label[i + 1];

	for (size_t b = 0; b < ARRAY_LEN(brands); b++)
		if (identifier_word_end(t, d->label[i], brands[b]) + 1 == next)
			return left == 1 || (left == 2 && identifier_is_among(t, next, d->label[i + 2] - 1, ends));
	return false;
}

static bool is_private(const struct folded *t, const struct domain *d)
{
	for (size_t i = 0; i + 1 < d->n; i++) {
		if (is_brand(t, d, i))
			return true;
		for (size_t p = 0; p < ARRAY_LEN(providers); p++)
			if (is_domain_of(t, d, i, providers[p]))
				return true;
	}
	return false;
}

static bool find(const struct folded *t, size_t at, bool with_blanks, struct domain *ret_domain, struct span *ret_span)
{
	size_t end = at, begin;

	if (with_blanks && identifier_is_blank(t->c[at - 1]))
		end--;
	begin = local_begin(t, end);
	if (begin == end || !read_domain(t, at + 1 + (with_blanks && identifier_is_blank(t->c[at + 1])), ret_domain))
		return false;
	*ret_span = (struct span){ begin, ret_domain->label[ret_domain->n] - 2 };
	return true;
}

/* Some write a blank around the @, so that machines shall not read it. */
bool identifier_private_email(const struct folded *t, size_t at, struct span *ret_span)
{
	struct domain domain;

	return find(t, at, true, &domain, ret_span) && is_private(t, &domain);
}

bool identifier_email(const struct folded *t, size_t at, struct span *ret_span)
{
	struct domain domain;

	return find(t, at, false, &domain, ret_span) && !is_private(t, &domain);
}
