SELECT t.title, t.id, t.version, t.sensitivity FROM inspectd.actions t WHERE true ORDER BY t.id
