SELECT t.id, t.id, t.version, t.kind, t.number, t.strand, t.id FROM inspectd.findings t WHERE true ORDER BY t.kind, t.number DESC NULLS LAST, t.strand COLLATE inspectd.plain NULLS LAST, t.id LIMIT 51
