CREATE VIEW meetings WITH (security_invoker = true) AS
SELECT m.*,
       (SELECT coalesce(json_agg(i.id ORDER BY i.id), '[]')
          FROM agenda_item i WHERE i.meeting_id = m.id AND i.deleted_at IS NULL) AS agenda_item_ids,
       (SELECT coalesce(json_agg(d.id ORDER BY d.id), '[]')
          FROM decision d WHERE d.meeting_id = m.id AND d.deleted_at IS NULL) AS decision_ids,
       to_tsvector('english', coalesce(m.title, '') || ' ' || coalesce(m.venue, '') || ' ' ||
                              coalesce(m.date_note, '') || ' ' || coalesce(m.previous_minutes, '')) AS search
  FROM meeting m
 WHERE m.deleted_at IS NULL;

GRANT SELECT ON meetings TO inspectd_api;
