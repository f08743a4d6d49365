SELECT l0.theme_id, count(*) FROM seen.findings t LEFT JOIN seen.finding_theme l0 ON l0.finding_id = t.id WHERE true GROUP BY 1 ORDER BY 2 DESC, 1
