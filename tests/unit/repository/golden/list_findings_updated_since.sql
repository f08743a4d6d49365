SELECT t.id, t.id, t.version, t.id FROM inspectd.findings t WHERE true AND t.updated_at >= $1::timestamptz ORDER BY t.id LIMIT 51
