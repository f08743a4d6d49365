/* Decimal numbers: which can be kept, and their one form as JSON. */
#include "resource/number.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/banned.h"

#define EXPONENT_DIGITS 3

bool number_is_in_range(double number)
{
	return number > -NUMBER_LIMIT && number < NUMBER_LIMIT;
}

bool number_fits(double number)
{
	char text[32];

	if (!number_is_in_range(number))
		return false;
	(void)snprintf(text, sizeof text, "%.*g", NUMBER_DIGITS, number);
	return strtod(text, NULL) == number;
}

/* One digit or more; *text moves on behind them. */
static bool skip_digits(const char **text, size_t most)
{
	size_t n = strspn(*text, "0123456789");

	*text += n;
	return n > 0 && n <= most;
}

static bool has_form(const char *c)
{
	c += *c == '-';
	if (c[0] == '0' && c[1] >= '0' && c[1] <= '9')
		return false;
	if (!skip_digits(&c, SIZE_MAX))
		return false;
	if (*c == '.' && (c++, !skip_digits(&c, SIZE_MAX)))
		return false;
	if (*c != 'e' && *c != 'E')
		return *c == '\0';
	c++;
	c += *c == '-' || *c == '+';
	return skip_digits(&c, EXPONENT_DIGITS) && *c == '\0';
}

bool number_is(const char *text)
{
	return has_form(text) && number_fits(strtod(text, NULL));
}

json_t *number_json(double number)
{
	json_int_t whole = (json_int_t)number;

	return (double)whole == number ? json_integer(whole) : json_real(number);
}
