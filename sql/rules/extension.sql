-- What is known of an extension beyond its own row: when its action is due now, and what
-- else is asked for it. Volatile, with the action held: of two that are asked for or
-- granted at once, the second must see what the first made of it.
CREATE FUNCTION extension_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
BEGIN
PERFORM FROM action a WHERE a.id = (draft ->> 'action_id')::uuid FOR NO KEY UPDATE;
RETURN (
SELECT jsonb_build_object(
    'action', (SELECT jsonb_build_object('status', a.status, 'start_on', a.start_on, 'due_on', a.due_on,
                                         'due_precision', a.due_precision)
                 FROM action a WHERE a.id = (draft ->> 'action_id')::uuid AND a.deleted_at IS NULL),
    'other_requested_id', (SELECT e.id FROM extensions e
                            WHERE e.action_id = (draft ->> 'action_id')::uuid AND e.status = 'requested'
                              AND e.id IS DISTINCT FROM (draft ->> 'id')::uuid),
    'decision', (SELECT jsonb_build_object('status', d.status) FROM decisions d
                  WHERE d.id = (draft ->> 'decision_id')::uuid AND d.authority_id = draft ->> 'authority_id'),
    'to_is_working_day', inspectd.is_working_day((draft ->> 'to_due_on')::date))
); END
$$;
