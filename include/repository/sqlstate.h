/* repository/sqlstate.h - what a failure in PostgreSQL means to a caller. Pure. */
#ifndef REPOSITORY_SQLSTATE_H
#define REPOSITORY_SQLSTATE_H

#include "core/error.h"

/* Fills err from a SQLSTATE (NULL: the connection was lost) and, where known, the constraint that was broken. */
int sqlstate_error(struct error *err, const char *sqlstate, const char *constraint, const char *message);

#endif
