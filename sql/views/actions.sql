-- What follows from the dates is derived here and never stored, so that it
-- cannot contradict them. Nobody has rated an action until progress is recorded.
CREATE VIEW actions WITH (security_invoker = true) AS
SELECT a.*,
       (SELECT coalesce(json_agg(f.finding_id ORDER BY f.finding_id), '[]')
          FROM action_finding f WHERE f.action_id = a.id) AS finding_ids,
       'not_rated' AS rag,
       coalesce(a.due_on < inspectd.today(), false)
           AND a.status IN ('proposed', 'not_started', 'in_progress', 'on_hold') AS overdue,
       CASE WHEN a.status NOT IN ('cancelled', 'superseded')
            THEN greatest(0, coalesce(a.completed_on, inspectd.today()) - a.due_on)
             * CASE WHEN a.due_on IS NULL THEN NULL ELSE 1 END
       END AS days_late,
       to_tsvector('english', a.title || ' ' || coalesce(a.detail, '') || ' ' ||
                              coalesce(a.success_criteria, '')) AS search
  FROM action a
 WHERE a.deleted_at IS NULL;

GRANT SELECT ON actions TO inspectd_api;
