SELECT t.id, t.id, t.version, t.name, t.id FROM inspectd.authorities t WHERE true AND (id = ANY ($1::text[]::text[])) ORDER BY t.name COLLATE inspectd.plain, t.id LIMIT 51
