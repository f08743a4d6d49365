SELECT t.id, t.id, t.version, t.id FROM recorded.findings t WHERE true AND t.id IN (SELECT l.finding_id FROM recorded.finding_theme l WHERE l.theme_id = ANY ($1::text[])) ORDER BY t.id LIMIT 51
