SELECT t.id, t.id, t.version, t.id FROM inspectd.actions t WHERE true AND (due_on < inspectd.today() AND status IN ('proposed', 'not_started', 'in_progress', 'on_hold')) ORDER BY t.id LIMIT 51
