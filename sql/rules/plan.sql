-- Volatile, and one at a time for each authority, as those of inspections: of two
-- plans put in force at once, the second must see the first.
CREATE FUNCTION inspectd.plan_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    answered uuid[] := ARRAY(SELECT (i #>> '{}')::uuid FROM jsonb_path_query(draft, '$.inspection_ids[*]') i);
BEGIN
PERFORM pg_advisory_xact_lock(hashtext('plan_facts'), hashtext(draft ->> 'authority_id'));
RETURN (
SELECT jsonb_build_object(
    'supersedes_kind', (SELECT p.kind FROM inspectd.plans p WHERE p.id = (draft ->> 'supersedes_id')::uuid
                           AND p.authority_id = draft ->> 'authority_id'),
    -- Whether what this plan supersedes, supersedes this plan, however far back.
    'supersedes_circle', (WITH RECURSIVE back AS (
            SELECT p.id, p.supersedes_id FROM inspectd.plan p WHERE p.id = (draft ->> 'supersedes_id')::uuid
            UNION SELECT p.id, p.supersedes_id FROM inspectd.plan p JOIN back ON p.id = back.supersedes_id)
        SELECT coalesce(bool_or(back.id = (draft ->> 'id')::uuid), false) FROM back),
    -- Another plan of this kind that is in force for one of the same inspections.
    'in_force', (SELECT jsonb_build_object('id', p.id, 'title', p.title, 'inspection_id', l.inspection_id)
                   FROM inspectd.plan_inspection l
                   JOIN inspectd.plans p ON p.id = l.plan_id
                  WHERE l.inspection_id = ANY (answered) AND p.status = 'in_force' AND p.kind = draft ->> 'kind'
                    AND p.authority_id = draft ->> 'authority_id' AND p.id IS DISTINCT FROM (draft ->> 'id')::uuid
                  ORDER BY p.id LIMIT 1),
    'meeting', (SELECT jsonb_build_object('board_id', m.board_id, 'status', m.status, 'held_on', m.held_on)
                  FROM inspectd.meetings m
                 WHERE m.id = (draft ->> 'agreed_at_meeting_id')::uuid AND m.authority_id = draft ->> 'authority_id'),
    'open_actions', CASE WHEN draft ->> 'status' = 'closed'
                         THEN (SELECT count(*) FROM inspectd.action_plan l JOIN inspectd.action a ON a.id = l.action_id
                                WHERE l.plan_id = (draft ->> 'id')::uuid AND a.deleted_at IS NULL
                                  AND inspectd.action_is_open(a.status)) END,
    'final_due_on', (SELECT min(coalesce(d.stated_on, d.computed_on)) FROM inspectd.deadline d
                      WHERE d.inspection_id = ANY (answered) AND d.deleted_at IS NULL
                        AND inspectd.answers_for(draft ->> 'authority_id', d.responsible_authority_id)
                        AND d.kind = CASE draft ->> 'kind' WHEN 'statutory_statement' THEN 'written_statement'
                                                           WHEN 'focused_visit_plan' THEN 'final_action_plan'
                                                           WHEN 'joint_statement' THEN 'joint_statement' END))
); END
$$;
