SELECT t.id, t.id, 0 AS version, t.starts_on, t.id FROM inspectd.frameworks t WHERE true AND (kinds && $1::text[]) AND t.starts_on IS NOT NULL ORDER BY t.starts_on, t.id LIMIT 51
