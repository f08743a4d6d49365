SELECT count(*) FROM inspectd.findings t WHERE true
