SELECT t.id, t.id, t.version, t.sensitivity, t.status, t.id, t.inspection_id FROM inspectd.findings t WHERE true ORDER BY t.status DESC, t.id DESC LIMIT 51
