-- What is asked for by a day is overdue until it is done; nobody waits for what was withdrawn.
CREATE VIEW decisions WITH (security_invoker = true) AS
SELECT d.*,
       coalesce(d.due_on < inspectd.today(), false) AND d.status IN ('proposed', 'taken') AS overdue,
       (SELECT coalesce(json_agg(l.inspection_id ORDER BY l.inspection_id), '[]')
          FROM decision_inspection l WHERE l.decision_id = d.id) AS inspection_ids,
       (SELECT coalesce(json_agg(l.plan_id ORDER BY l.plan_id), '[]')
          FROM decision_plan l WHERE l.decision_id = d.id) AS plan_ids,
       (SELECT coalesce(json_agg(l.finding_id ORDER BY l.finding_id), '[]')
          FROM decision_finding l WHERE l.decision_id = d.id) AS finding_ids,
       (SELECT coalesce(json_agg(l.action_id ORDER BY l.action_id), '[]')
          FROM decision_action l WHERE l.decision_id = d.id) AS action_ids,
       (SELECT coalesce(json_agg(l.measure_id ORDER BY l.measure_id), '[]')
          FROM decision_measure l WHERE l.decision_id = d.id) AS measure_ids,
       to_tsvector('english', coalesce(d.wording_proposed, '') || ' ' || coalesce(d.wording_taken, '') || ' ' ||
                              coalesce(d.answer_reason, '')) ||
           to_tsvector('english', jsonb_path_query_array(d.parts, '$[*].wording')) AS search
  FROM decision d
 WHERE d.deleted_at IS NULL;

GRANT SELECT ON decisions TO inspectd_api;
