SELECT t.status, t.status, t.theme_ids, t.text, t.id, t.version, t.id FROM inspectd.findings t WHERE true ORDER BY t.id LIMIT 51
