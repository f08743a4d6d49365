SELECT t.id, t.id, t.version, t.id FROM inspectd.actions t WHERE true AND t.id IN (SELECT l.action_id FROM inspectd.action_finding l WHERE l.finding_id = ANY ($1::uuid[])) ORDER BY t.id LIMIT 51
