/*
 * resource/number.h - decimal numbers that a double keeps exactly as they were
 * written: up to 15 significant digits. 20 and 20.0 are the same number. Pure.
 */
#ifndef RESOURCE_NUMBER_H
#define RESOURCE_NUMBER_H

#include <jansson.h>
#include <stdbool.h>

#define NUMBER_LIMIT  1e12 /* not reached, either way */
#define NUMBER_DIGITS 15

bool number_is_in_range(double number);
bool number_fits(double number);    /* in range, and not too many digits */
bool number_is(const char *text);   /* as JSON writes a number, and it fits */
json_t *number_json(double number); /* an integer where it is one; never -0 */

#endif
