-- What is known of an update beyond its own row: whether its action still takes any, and
-- what it corrects. Volatile, with the action held as it is: of an update and a
-- cancellation, or of two corrections, written at once, the second must see the first.
CREATE FUNCTION update_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
BEGIN
IF draft ->> 'corrects_id' IS NULL THEN
    PERFORM FROM action a WHERE a.id = (draft ->> 'action_id')::uuid FOR SHARE;
ELSE
    PERFORM FROM action a WHERE a.id = (draft ->> 'action_id')::uuid FOR NO KEY UPDATE;
END IF;
RETURN (
SELECT jsonb_build_object(
    'action', (SELECT jsonb_build_object('status', a.status) FROM action a
                WHERE a.id = (draft ->> 'action_id')::uuid AND a.deleted_at IS NULL),
    'corrected', (SELECT jsonb_build_object('action_id', u.action_id, 'reported_on', u.reported_on,
                                            'corrected_by_id', u.corrected_by_id)
                    FROM updates u WHERE u.id = (draft ->> 'corrects_id')::uuid),
    -- Whether the correction would leave an embedded action with no evidence.
    'ends_evidence', draft ->> 'corrects_id' IS NOT NULL AND EXISTS (
        SELECT FROM actions a
         WHERE a.id = (draft ->> 'action_id')::uuid AND a.status = 'embedded' AND json_array_length(a.evidence_ids) > 0
           AND NOT EXISTS (
               SELECT FROM document d
                WHERE d.role = 'evidence' AND d.deleted_at IS NULL
                  AND d.id IN (SELECT e.id::uuid FROM jsonb_array_elements_text(draft -> 'evidence_ids') AS e (id)
                               UNION ALL
                               SELECT l.document_id FROM document_action l WHERE l.action_id = a.id
                               UNION ALL
                               SELECT l.document_id FROM update_document l
                                 JOIN updates u ON u.id = l.update_id
                                WHERE u.action_id = a.id AND u.corrected_by_id IS NULL
                                  AND u.id <> (draft ->> 'corrects_id')::uuid))),
    -- Documents of another role, by their place in the list.
    'not_evidence', (SELECT coalesce(jsonb_agg(e.n - 1), '[]')
                       FROM jsonb_array_elements_text(coalesce(draft -> 'evidence_ids', '[]'))
                            WITH ORDINALITY AS e (id, n)
                       JOIN document d ON d.id = e.id::uuid AND d.role <> 'evidence'))
); END
$$;
