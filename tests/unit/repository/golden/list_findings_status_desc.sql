SELECT t.id, t.id, t.version, t.status, t.id FROM inspectd.findings t WHERE true ORDER BY t.status DESC, t.id DESC LIMIT 51
