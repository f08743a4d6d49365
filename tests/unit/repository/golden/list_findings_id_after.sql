SELECT t.id, t.id, t.version, t.id FROM inspectd.findings t WHERE true AND t.id >= $1::uuid AND (t.id > $2::uuid) ORDER BY t.id LIMIT 51
