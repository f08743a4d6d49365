-- What follows from the dates and from what was reported is derived here and never
-- stored, so that it cannot contradict them. Each action's updates and moves are read
-- once for all that is made of them, and not at all where nothing is asked of them.
CREATE VIEW actions WITH (security_invoker = true) AS
SELECT a.*,
       (SELECT coalesce(json_agg(f.finding_id ORDER BY f.finding_id), '[]')
          FROM action_finding f WHERE f.action_id = a.id) AS finding_ids,
       (SELECT coalesce(json_agg(p.plan_id ORDER BY p.plan_id), '[]')
          FROM action_plan p WHERE p.action_id = a.id) AS plan_ids,
       (SELECT coalesce(json_agg(b.board_id ORDER BY b.board_id), '[]')
          FROM action_board b WHERE b.action_id = a.id) AS board_ids,
       (SELECT coalesce(json_agg(json_build_object('organisation_id', p.organisation_id, 'role', p.role,
                                                   'agreed', p.agreed, 'agreed_on', p.agreed_on)
                                 ORDER BY p.organisation_id), '[]')
          FROM action_partner p WHERE p.action_id = a.id) AS partners,
       (SELECT coalesce(json_agg(c.id ORDER BY c.id), '[]')
          FROM action c WHERE c.continues_id = a.id AND c.deleted_at IS NULL) AS continued_by_ids,
       coalesce(told.rag[1], 'not_rated') AS rag,
       told.rag_on[1] AS rag_on,
       told.impact[1] AS impact,
       told.last_update_on,
       coalesce(told.n, 0) AS update_count,
       -- Evidence is a role of documents: of those linked to the action, and of those that its updates name.
       (SELECT coalesce(json_agg(l.document_id ORDER BY l.document_id), '[]')
          FROM (SELECT l.document_id FROM document_action l WHERE l.action_id = a.id
                UNION
                SELECT l.document_id FROM update_document l WHERE l.update_id = ANY (told.standing)) l
         -- not a join: as it was recorded, it would begin with all documents
         WHERE (SELECT d.role = 'evidence' AND d.deleted_at IS NULL FROM document d WHERE d.id = l.document_id)
       ) AS evidence_ids,
       coalesce(inspectd.last_day(a.due_on, a.due_precision) < inspectd.today(), false)
           AND inspectd.action_is_open(a.status) AS overdue,
       CASE WHEN a.status NOT IN ('cancelled', 'superseded')
            THEN greatest(0, coalesce(a.completed_on, inspectd.today()) - inspectd.last_day(a.due_on, a.due_precision))
             * CASE WHEN a.due_on IS NULL THEN NULL ELSE 1 END
       END AS days_late,
       -- For as long as it has been, or was, under way.
       greatest(0, coalesce(a.completed_on,
                            CASE WHEN a.status IN ('cancelled', 'superseded') THEN a.status_on END,
                            inspectd.today())
                 - coalesce(a.start_on, (a.created_at AT TIME ZONE 'Europe/London')::date)) AS age_days,
       coalesce(moves.n, 0) AS times_moved,
       CASE WHEN moves.first_day IS NULL THEN 0
            ELSE inspectd.last_day(a.due_on, a.due_precision) - moves.first_day END AS days_moved,
       to_tsvector('english', a.title || ' ' || coalesce(a.detail, '') || ' ' ||
                              coalesce(a.success_criteria, '')) AS search
  FROM action a
  -- What was corrected counts as reported, but stands for nothing any more.
  LEFT JOIN LATERAL (
        SELECT count(*) AS n,
               max(u.reported_on) FILTER (WHERE u.stands) AS last_update_on,
               array_agg(u.rag ORDER BY u.reported_on DESC, u.created_at DESC, u.id DESC)
                   FILTER (WHERE u.stands AND u.rag IS NOT NULL) AS rag,
               array_agg(u.reported_on ORDER BY u.reported_on DESC, u.created_at DESC, u.id DESC)
                   FILTER (WHERE u.stands AND u.rag IS NOT NULL) AS rag_on,
               array_agg(u.impact ORDER BY u.reported_on DESC, u.created_at DESC, u.id DESC)
                   FILTER (WHERE u.stands AND u.impact IS NOT NULL) AS impact,
               array_agg(u.id) FILTER (WHERE u.stands) AS standing
          FROM (SELECT every.*,
                       every.id <> ALL (array_remove(array_agg(every.corrects_id) OVER (), NULL)) AS stands
                  FROM update every
                 WHERE every.action_id = a.id AND every.deleted_at IS NULL) u
       ) told ON true
  -- A due date that is set for the first time was not moved; one that is said of its month may well be.
  LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE r.was_day IS DISTINCT FROM r.became_day) AS n,
               (array_agg(r.was_day ORDER BY r.created_at, r.id))[1] AS first_day
          FROM reschedule r
         WHERE r.action_id = a.id AND r.member IN ('due_on', 'due_precision') AND r.was_day IS NOT NULL
       ) moves ON true
 WHERE a.deleted_at IS NULL;

GRANT SELECT ON actions TO inspectd_api;
