/*
 * load/finding_texts.h - fills in the words of findings that were loaded without.
 *
 * The reference data has no report text, which not every report's licence lets
 * one pass on. Whoever may use a collection of them gives it here: a CSV file with
 * at least the columns finding_id and text. Only a text that is empty, of a
 * finding that the loader wrote last, is filled.
 *
 * THREADS    None shared.   BLOCKING  On the database.
 */
#ifndef LOAD_FINDING_TEXTS_H
#define LOAD_FINDING_TEXTS_H

#include "load/writer.h"

int finding_texts_load(struct session *s, const char *path, struct error *err) _must_check_;

#endif
