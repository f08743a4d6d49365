-- What the rules of an action need to know beyond its own row.
CREATE FUNCTION action_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE
    SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
DECLARE
    -- as ids, so that an index finds them
    named_findings uuid[] := ARRAY(SELECT (f #>> '{}')::uuid FROM jsonb_path_query(draft, '$.finding_ids[*]') f);
    named_plans    uuid[] := ARRAY(SELECT (p #>> '{}')::uuid FROM jsonb_path_query(draft, '$.plan_ids[*]') p);
BEGIN RETURN (
SELECT jsonb_build_object(
    'authority', (SELECT jsonb_build_object('status', a.status, 'ended_on', a.ended_on)
                    FROM authorities a WHERE a.id = draft ->> 'authority_id'),
    'due_is_working_day', inspectd.is_working_day((draft ->> 'due_on')::date),
    'findings_authority_id', (SELECT f.authority_id FROM findings f
                               WHERE f.id = named_findings[1]),
    'non_public_findings', (SELECT count(*) FROM findings f
                             WHERE f.sensitivity <> 'public' AND f.id = ANY (named_findings)
                               AND inspectd.answers_for(coalesce(draft ->> 'authority_id', f.authority_id),
                                                        f.authority_id)),
    'evidence', CASE WHEN draft ->> 'status' = 'embedded'
                     THEN (SELECT json_array_length(a.evidence_ids) FROM actions a
                            WHERE a.id = (draft ->> 'id')::uuid) END,
    -- Plans that it is newly put into though they are over.
    'over_plans', (SELECT coalesce(jsonb_agg(jsonb_build_object('title', p.title, 'status', p.status) ORDER BY p.id), '[]')
                     FROM plans p
                    WHERE p.id = ANY (named_plans) AND p.status IN ('superseded', 'closed')
                      AND p.authority_id = coalesce(draft ->> 'authority_id', p.authority_id)
                      AND NOT EXISTS (SELECT FROM action_plan l
                                       WHERE l.action_id = (draft ->> 'id')::uuid AND l.plan_id = p.id)),
    -- A board's, unless it was delegated.
    'decision', (SELECT jsonb_build_object(
                            'status', d.status, 'board_id', CASE WHEN d.delegated_to IS NULL THEN d.board_id END,
                            'names_it', EXISTS (SELECT FROM decision_action l
                                                 WHERE l.decision_id = d.id
                                                   AND l.action_id = (draft ->> 'id')::uuid))
                   FROM decisions d
                  WHERE d.id = (draft ->> 'embedded_decision_id')::uuid
                    AND d.authority_id = draft ->> 'authority_id'))
); END
$$;
