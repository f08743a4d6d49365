SELECT t.id, t.id, t.version, t.id, t.inspection_id, t.id FROM inspectd.findings t WHERE t.id = $1::uuid
