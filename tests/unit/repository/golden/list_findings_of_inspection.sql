SELECT t.id, t.id, t.version, t.id FROM inspectd.findings t WHERE true AND t.inspection_id = $1::uuid ORDER BY t.id LIMIT 51
