SELECT t.id, t.id, t.version, t.id FROM recorded.findings t WHERE t.id = $1::uuid
