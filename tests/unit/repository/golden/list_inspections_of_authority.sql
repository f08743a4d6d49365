SELECT t.id, t.id, t.version, t.start_on, t.id FROM inspectd.inspections t WHERE true AND t.authority_id = $1::text AND t.start_on IS NOT NULL ORDER BY t.start_on DESC, t.id DESC LIMIT 51
