SELECT t.id, t.id, t.version, t.id FROM inspectd.findings t WHERE true AND t.status = ANY ($1::text[]) ORDER BY t.id LIMIT 51
