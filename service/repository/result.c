/* The rows of one statement, as libpq holds them. */
#include "repository/connection.h"

#include "core/banned.h"

size_t result_rows(const struct result *r)
{
	return (size_t)PQntuples(r->pg);
}

size_t result_columns(const struct result *r)
{
	return (size_t)PQnfields(r->pg);
}

size_t result_affected(const struct result *r)
{
	return strtoul(PQcmdTuples(r->pg), NULL, 10);
}

const char *result_text(const struct result *r, size_t row, size_t column)
{
	return PQgetisnull(r->pg, (int)row, (int)column) ? NULL : PQgetvalue(r->pg, (int)row, (int)column);
}

size_t result_length(const struct result *r, size_t row, size_t column)
{
	return (size_t)PQgetlength(r->pg, (int)row, (int)column);
}

void result_free(struct result *r)
{
	if (!r)
		return;
	PQclear(r->pg);
	free(r);
}
