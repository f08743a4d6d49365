SELECT t.id, t.id, 0 AS version, t.name, t.id FROM inspectd.themes t WHERE true ORDER BY t.name COLLATE inspectd.plain, t.id LIMIT 51
