-- They come and go with the row whose plan was moved.
CREATE VIEW reschedules WITH (security_invoker = true) AS
SELECT r.*,
       r.became_day - r.was_day AS days_moved
  FROM reschedule r
  LEFT JOIN action a ON a.id = r.action_id
  LEFT JOIN inspection i ON i.id = r.inspection_id
 WHERE a.deleted_at IS NULL AND i.deleted_at IS NULL;

GRANT SELECT ON reschedules TO inspectd_api;
