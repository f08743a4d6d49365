SELECT t.id, t.id, t.version, t.id, t.inspection_id, t.id, t.id, t.authority_id FROM inspectd.findings t WHERE true ORDER BY t.id LIMIT 51
