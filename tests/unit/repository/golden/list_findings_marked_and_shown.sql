SELECT t.id, t.sensitivity, t.id, t.version, t.id FROM inspectd.findings t WHERE true ORDER BY t.id LIMIT 51
