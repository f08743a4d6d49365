SELECT t.id, t.id, t.version, t.id FROM seen.plans t WHERE t.id = $1::uuid
