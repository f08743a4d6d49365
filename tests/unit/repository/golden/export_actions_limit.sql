SELECT t.id, t.title, t.id, t.version FROM inspectd.actions t WHERE true ORDER BY t.title COLLATE inspectd.plain, t.id LIMIT 5000
