SELECT t.id, t.id, t.version, t.id FROM inspectd.findings t WHERE true AND t.number >= $1::bigint ORDER BY t.id LIMIT 51
