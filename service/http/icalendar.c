/*
 * Events by libical, which folds lines without splitting a character, and escapes.
 * What it escapes beyond RFC 5545 (a quotation mark, a tab) is put otherwise first.
 */
#include "http/icalendar.h"

#include <libical/ical.h>
#include <string.h>

#include "core/banned.h"

static void free_component(icalcomponent **slot)
{
	if (*slot)
		icalcomponent_free(*slot);
}

static void free_text(char **slot)
{
	if (*slot)
		icalmemory_free_buffer(*slot);
}

/* Line breaks of one kind, and no character that libical would escape in a way that RFC 5545 does not know. */
static char *plain(const char *text)
{
	char *copy = malloc(strlen(text) + 1);
	size_t n = 0;

	if (!copy)
		return NULL;
	for (; *text; text++) {
		if (text[0] == '\r' && text[1] == '\n')
			continue;
		copy[n++] = *text == '"' ? '\'' : *text == '\t' ? ' ' : *text == '\r' ? '\n' : *text;
	}
	copy[n] = '\0';
	return copy;
}

/* "2026-11-23 06:45:05.02+00" up to its seconds as RFC 5545 writes it: 20261123T064505, and the Z of UTC. */
static struct icaltimetype time_of(const char *text, size_t len, const char *zone)
{
	char basic[32];
	size_t n = 0;

	for (size_t i = 0; i < len && text[i] && n < sizeof basic - 2; i++)
		if (!strchr("-:", text[i]))
			basic[n++] = text[i] == ' ' ? 'T' : text[i];
	basic[n++] = zone[0];
	basic[n] = '\0';
	return icaltime_from_string(basic); /* the null time, when it is none */
}

/* NULL without memory, and for a day or a moment that is none. */
static icalcomponent *event_of(const struct icalendar_event *e)
{
	_cleanup_(freep) char *summary = plain(e->summary), *description = plain(e->description);
	struct icaltimetype day = time_of(e->day, strlen("YYYY-MM-DD"), "");
	struct icaltimetype changed = time_of(e->changed_at, strlen("YYYY-MM-DD HH:MM:SS"), "Z");

	if (!summary || !description || icaltime_is_null_time(day) || icaltime_is_null_time(changed))
		return NULL;
	return icalcomponent_vanew(ICAL_VEVENT_COMPONENT, icalproperty_new_uid(e->uid),
				   icalproperty_new_dtstamp(changed), icalproperty_new_dtstart(day),
				   icalproperty_new_summary(summary), icalproperty_new_description(description),
				   icalproperty_new_transp(ICAL_TRANSP_TRANSPARENT), NULL);
}

void icalendar_add(struct buf *out, const struct icalendar_event *event)
{
	_cleanup_(free_component) icalcomponent *component = event_of(event);
	_cleanup_(free_text) char *text = component ? icalcomponent_as_ical_string_r(component) : NULL;

	if (text)
		buf_adds(out, text);
	else
		out->failed = true;
}

void icalendar_begin(struct buf *out)
{
	buf_adds(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Inspection Tracker//inspectd " INSPECTD_VERSION
		      "//EN\r\nCALSCALE:GREGORIAN\r\n");
}

void icalendar_end(struct buf *out)
{
	buf_adds(out, "END:VCALENDAR\r\n");
}
