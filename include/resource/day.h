/* resource/day.h - which days a date field takes. Pure. */
#ifndef RESOURCE_DAY_H
#define RESOURCE_DAY_H

#include "resource/resource.h"

#define DAY_LAST_YEAR 2099

bool day_is_real(const char *text);                     /* YYYY-MM-DD, any year from 1 to 9999 */
bool day_fits(const struct field *f, const char *text); /* ... within the years of this field */
int day_first_year(const struct field *f);
bool day_ends_month(const char *day); /* of a real day */

#endif
