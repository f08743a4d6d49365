SELECT t.id, t.id, t.version, t.id FROM inspectd.findings t WHERE true AND (id = ANY ($1::text[]::uuid[])) ORDER BY t.id LIMIT 51
