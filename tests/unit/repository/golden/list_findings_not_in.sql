SELECT t.id, t.id, t.version, t.id FROM inspectd.findings t WHERE true AND (t.strand <> ALL ($1::text[]) OR t.strand IS NULL) ORDER BY t.id LIMIT 51
