SELECT t.id, t.id, t.version, t.id FROM inspectd.plans t WHERE true AND (id IN (SELECT l.plan_id FROM inspectd.plan_board l WHERE l.board_id = ANY ($1::uuid[]))) ORDER BY t.id LIMIT 51
