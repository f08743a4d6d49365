/* What findings are about, in plain words; older words are synonyms. Reference data; read only here. */
#include "resource/resource.h"

#include "resource/registry.h"

#include "core/banned.h"

static const struct field fields[] = {
	{ "id", F_ID, READ_ONLY | FILTER | SORT },
	{ "name", F_TEXT, READ_ONLY | SORT },
	{ "description", F_TEXT, READ_ONLY | NULLABLE },
	{ "synonyms", F_TEXTS, READ_ONLY },
	{ "keywords", F_TEXTS, READ_ONLY },
};

static const struct filter filters[] = {
	{ "name", F_TEXT,
	  .sql = "lower(name) = ANY (SELECT lower(v) FROM unnest({v}) v) OR "
		 "EXISTS (SELECT FROM unnest(synonyms) s WHERE lower(s) = ANY (SELECT lower(v) FROM unnest({v}) v))" },
};

const struct resource theme_resource = {
	.id = RES_THEME,
	.name = "theme",
	.plural = "themes",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.filters = filters,
	.n_filters = ARRAY_LEN(filters),
	.default_sort = "name",
	.searchable = true,
	.own_key = true,
};
