SELECT t.name, to_json(t.aliases), t.id, t.version, t.name, t.id FROM inspectd.authorities t WHERE true ORDER BY t.name COLLATE inspectd.plain, t.id LIMIT 51
