SELECT t.id, t.id, t.version, t.due_on, t.id FROM inspectd.actions t WHERE true AND t.due_on IS NULL AND (t.id < $1::uuid) ORDER BY t.id DESC LIMIT 51
