-- When the plan is due follows from the deadlines of the inspections that it answers;
-- of several, the first counts.
CREATE VIEW plans WITH (security_invoker = true) AS
SELECT p.*,
       (SELECT coalesce(json_agg(l.inspection_id ORDER BY l.inspection_id), '[]')
          FROM plan_inspection l WHERE l.plan_id = p.id) AS inspection_ids,
       (SELECT coalesce(json_agg(json_build_object('board_id', b.board_id, 'cadence', b.cadence,
                                                   'by_exception', b.by_exception) ORDER BY b.board_id), '[]')
          FROM plan_board b WHERE b.plan_id = p.id) AS boards,
       (SELECT coalesce(json_agg(l.action_id ORDER BY l.action_id), '[]')
          FROM action_plan l
         WHERE l.plan_id = p.id
           AND (SELECT a.deleted_at IS NULL FROM action a WHERE a.id = l.action_id)) AS action_ids,
       due.draft_on AS draft_due_on,
       due.final_on AS final_due_on,
       to_tsvector('english', p.title || ' ' || coalesce(p.summary, '') || ' ' ||
                              coalesce(p.response_detail, '')) AS search
  FROM plan p
  LEFT JOIN LATERAL (
        SELECT min(coalesce(d.stated_on, d.computed_on)) FILTER (WHERE d.kind = 'draft_action_plan') AS draft_on,
               min(coalesce(d.stated_on, d.computed_on)) FILTER (WHERE d.kind <> 'draft_action_plan') AS final_on
          FROM plan_inspection l
          -- by its inspections: as it was recorded, deadline_plan alone would begin with all deadlines
          JOIN LATERAL (SELECT x.* FROM deadline x
                         WHERE x.inspection_id = l.inspection_id AND x.deleted_at IS NULL OFFSET 0) d ON true
         WHERE l.plan_id = p.id
           AND (SELECT true FROM deadline_plan m WHERE m.deadline_id = d.id AND m.plan_id = p.id)
       ) due ON true
 WHERE p.deleted_at IS NULL;

GRANT SELECT ON plans TO inspectd_api;
