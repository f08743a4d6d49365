SELECT count(*) FROM inspectd.findings t WHERE true AND t.inspection_id = $1::uuid AND t.status = ANY ($2::text[]) AND t.search @@ websearch_to_tsquery('english', $3)
