SELECT t.id, t.id, t.version, t.id FROM inspectd.actions t WHERE true AND t.search @@ websearch_to_tsquery('english', $1) ORDER BY t.id LIMIT 51
