/*
 * resource/identifier.h - finds in a text what tells of one person: the service
 * holds nothing about any child.
 *
 * A find must have the whole form, and a check digit that is right where there is
 * one; it must not be part of something longer, such as a telephone number, a web
 * address or a reference. What the forms are:
 *
 *	NHS number            NHS Data Dictionary, NHS NUMBER: ten digits, the last by modulus 11;
 *	                      shown as 3, 3 and 4 digits (NHS CUI, NHS Number Input and Display, NUM-0002)
 *	UPN                   UK Government Data Standards Catalogue, Unique Pupil Number 2.0; DfE, UPN guide:
 *	                      a check letter by modulus 23, twelve digits of which the last may be a letter
 *	NI number             HMRC National Insurance Manual, NIM39110
 *	date of birth         a whole date that is said to be one of birth, beside a name
 *	postcode with number  BS 7666, PostCodeType 2.0 of the Government Data Standards Catalogue
 *	e-mail                local part, @ and a domain; private where its provider serves households
 *
 * Characters count from 1, as people count. What is beyond LIMIT_TEXT_CHARS is not
 * looked at, because no text of a row is longer. The time is linear in the length:
 * each word is looked at with its surroundings, which are bounded.
 *
 * THREADS  Pure.   BLOCKING  Never.
 */
#ifndef RESOURCE_IDENTIFIER_H
#define RESOURCE_IDENTIFIER_H

#include <stdbool.h>
#include <stddef.h>

enum identifier_kind {
	IDENTIFIER_NHS_NUMBER,
	IDENTIFIER_UPN,
	IDENTIFIER_NI_NUMBER,
	IDENTIFIER_BIRTH,
	IDENTIFIER_PRIVATE_EMAIL,
	IDENTIFIER_EMAIL, /* from here on: may be an organisation's, and is only told of */
	IDENTIFIER_HOME,
	IDENTIFIER_KIND_COUNT_
};

struct identifier {
	enum identifier_kind kind;
	size_t from, to; /* its first and last character */
};

/* Whether a text that holds one is refused; else it is only told of. */
bool identifier_is_refused(enum identifier_kind kind);

/* "an NHS number": what it looks like, for people. */
const char *identifier_words(enum identifier_kind kind);

/* Fills `found` in the order of the text, and returns how many there are, at most `max`. */
size_t identifier_find(const char *text, struct identifier *found, size_t max);

#endif
