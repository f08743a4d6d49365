SELECT t.id, t.id, t.version, t.value, t.id FROM inspectd.observations t WHERE true AND t.value = ANY ($1::numeric[]) AND t.value >= $2::numeric ORDER BY t.value, t.id LIMIT 51
