CREATE VIEW documents WITH (security_invoker = true) AS
SELECT d.*,
       coalesce(d.review_on < inspectd.today(), false) AS review_overdue,
       (SELECT coalesce(json_agg(l.inspection_id ORDER BY l.inspection_id), '[]')
          FROM document_inspection l WHERE l.document_id = d.id) AS inspection_ids,
       (SELECT coalesce(json_agg(l.finding_id ORDER BY l.finding_id), '[]')
          FROM document_finding l WHERE l.document_id = d.id) AS finding_ids,
       (SELECT coalesce(json_agg(l.plan_id ORDER BY l.plan_id), '[]')
          FROM document_plan l WHERE l.document_id = d.id) AS plan_ids,
       (SELECT coalesce(json_agg(l.action_id ORDER BY l.action_id), '[]')
          FROM document_action l WHERE l.document_id = d.id) AS action_ids,
       (SELECT coalesce(json_agg(l.measure_id ORDER BY l.measure_id), '[]')
          FROM document_measure l WHERE l.document_id = d.id) AS measure_ids,
       (SELECT coalesce(json_agg(l.board_id ORDER BY l.board_id), '[]')
          FROM document_board l WHERE l.document_id = d.id) AS board_ids,
       (SELECT coalesce(json_agg(l.meeting_id ORDER BY l.meeting_id), '[]')
          FROM document_meeting l WHERE l.document_id = d.id) AS meeting_ids,
       (SELECT coalesce(json_agg(l.agenda_item_id ORDER BY l.agenda_item_id), '[]')
          FROM document_agenda_item l WHERE l.document_id = d.id) AS agenda_item_ids,
       (SELECT coalesce(json_agg(l.decision_id ORDER BY l.decision_id), '[]')
          FROM document_decision l WHERE l.document_id = d.id) AS decision_ids,
       (SELECT coalesce(json_agg(l.organisation_id ORDER BY l.organisation_id), '[]')
          FROM document_organisation l WHERE l.document_id = d.id) AS organisation_ids,
       (SELECT coalesce(json_agg(l.intervention_id ORDER BY l.intervention_id), '[]')
          FROM document_intervention l WHERE l.document_id = d.id) AS intervention_ids,
       (SELECT coalesce(json_agg(l.delivery_model_id ORDER BY l.delivery_model_id), '[]')
          FROM document_delivery_model l WHERE l.document_id = d.id) AS delivery_model_ids,
       to_tsvector('english', d.title || ' ' || coalesce(d.summary, '') || ' ' || coalesce(d.author, '') || ' ' ||
                              coalesce(d.addressed_to, '')) AS search
  FROM document d
 WHERE d.deleted_at IS NULL;

GRANT SELECT ON documents TO inspectd_api;
