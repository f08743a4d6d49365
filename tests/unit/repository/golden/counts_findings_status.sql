SELECT t.status, count(*) FROM inspectd.findings t WHERE true GROUP BY 1 ORDER BY 2 DESC, 1
