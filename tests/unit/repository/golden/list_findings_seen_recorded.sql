SELECT t.id, t.id, t.version, t.id FROM seen_recorded.findings t WHERE true ORDER BY t.id LIMIT 51
