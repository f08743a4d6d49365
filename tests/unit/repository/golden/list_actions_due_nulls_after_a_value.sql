SELECT t.id, t.id, t.version, t.due_on, t.id FROM inspectd.actions t WHERE true AND t.due_on IS NULL ORDER BY t.id LIMIT 51
