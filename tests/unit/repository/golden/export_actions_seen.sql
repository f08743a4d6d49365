SELECT t.id, t.title, t.id, t.version FROM seen.actions t WHERE true ORDER BY t.id
