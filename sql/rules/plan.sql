-- Volatile, and one at a time for each authority, as those of inspections: of two
-- plans put in force at once, the second must see the first.
CREATE FUNCTION plan_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
DECLARE
    answered uuid[] := ARRAY(SELECT (i #>> '{}')::uuid FROM jsonb_path_query(draft, '$.inspection_ids[*]') i);
BEGIN
PERFORM pg_advisory_xact_lock(hashtext('plan_facts'), hashtext(draft ->> 'authority_id'));
RETURN (
SELECT jsonb_build_object(
    'supersedes_kind', (SELECT p.kind FROM plans p WHERE p.id = (draft ->> 'supersedes_id')::uuid
                           AND p.authority_id = draft ->> 'authority_id'),
    -- Whether what this plan supersedes, supersedes this plan, however far back.
    'supersedes_circle', inspectd.leads_to('plan', 'supersedes_id', (draft ->> 'supersedes_id')::uuid,
                                           (draft ->> 'id')::uuid),
    -- Another plan of this kind that is in force for one of the same inspections.
    'in_force', (SELECT jsonb_build_object('id', p.id, 'title', p.title, 'inspection_id', l.inspection_id)
                   FROM plan_inspection l
                   JOIN plans p ON p.id = l.plan_id
                  WHERE l.inspection_id = ANY (answered) AND p.status = 'in_force' AND p.kind = draft ->> 'kind'
                    AND p.authority_id = draft ->> 'authority_id' AND p.id IS DISTINCT FROM (draft ->> 'id')::uuid
                  ORDER BY p.id LIMIT 1),
    'meeting', (SELECT jsonb_build_object('board_id', m.board_id, 'status', m.status, 'held_on', m.held_on)
                  FROM meetings m
                 WHERE m.id = (draft ->> 'agreed_at_meeting_id')::uuid AND m.authority_id = draft ->> 'authority_id'),
    'open_actions', CASE WHEN draft ->> 'status' = 'closed'
                         THEN (SELECT count(*) FROM action_plan l JOIN action a ON a.id = l.action_id
                                WHERE l.plan_id = (draft ->> 'id')::uuid AND a.deleted_at IS NULL
                                  AND inspectd.action_is_open(a.status)) END,
    'final_due_on', (SELECT min(coalesce(d.stated_on, d.computed_on)) FROM deadline d
                      WHERE d.inspection_id = ANY (answered) AND d.deleted_at IS NULL
                        AND inspectd.answers_for(draft ->> 'authority_id', d.responsible_authority_id)
                        AND d.kind = CASE draft ->> 'kind' WHEN 'statutory_statement' THEN 'written_statement'
                                                           WHEN 'focused_visit_plan' THEN 'final_action_plan'
                                                           WHEN 'joint_statement' THEN 'joint_statement' END))
); END
$$;
