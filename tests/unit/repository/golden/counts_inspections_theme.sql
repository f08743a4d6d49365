SELECT l0.theme_id, t.kind, count(*) FROM inspectd.inspections t LEFT JOIN inspectd.inspection_theme l0 ON l0.inspection_id = t.id WHERE true GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
