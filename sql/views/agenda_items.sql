CREATE VIEW agenda_items WITH (security_invoker = true) AS
SELECT i.*,
       (SELECT coalesce(json_agg(l.inspection_id ORDER BY l.inspection_id), '[]')
          FROM agenda_item_inspection l WHERE l.agenda_item_id = i.id) AS inspection_ids,
       (SELECT coalesce(json_agg(l.plan_id ORDER BY l.plan_id), '[]')
          FROM agenda_item_plan l WHERE l.agenda_item_id = i.id) AS plan_ids,
       (SELECT coalesce(json_agg(l.finding_id ORDER BY l.finding_id), '[]')
          FROM agenda_item_finding l WHERE l.agenda_item_id = i.id) AS finding_ids,
       (SELECT coalesce(json_agg(l.action_id ORDER BY l.action_id), '[]')
          FROM agenda_item_action l WHERE l.agenda_item_id = i.id) AS action_ids,
       (SELECT coalesce(json_agg(l.measure_id ORDER BY l.measure_id), '[]')
          FROM agenda_item_measure l WHERE l.agenda_item_id = i.id) AS measure_ids,
       to_tsvector('english', i.title || ' ' || coalesce(i.summary, '')) ||
           to_tsvector('english', i.points) AS search
  FROM agenda_item i
 WHERE i.deleted_at IS NULL;

GRANT SELECT ON agenda_items TO inspectd_api;
