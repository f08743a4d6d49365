-- Volatile, and one at a time for each authority, where a circle could be closed; see finding.sql.
CREATE FUNCTION meeting_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
BEGIN
IF draft ->> 'id' IS NOT NULL AND draft ->> 'previous_id' IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtext('meeting_facts'), hashtext(draft ->> 'authority_id'));
END IF;
RETURN (
SELECT jsonb_build_object(
    -- Another authority's is complained of as a reference, and says nothing here.
    'previous_board_id', (SELECT p.board_id FROM meetings p
                            JOIN boards b ON b.authority_id = p.authority_id
                           WHERE p.id = (draft ->> 'previous_id')::uuid AND b.id = (draft ->> 'board_id')::uuid),
    -- Whether this meeting came before the one that it says came before it.
    'previous_circle', inspectd.leads_to('meeting', 'previous_id', (draft ->> 'previous_id')::uuid,
                                         (draft ->> 'id')::uuid),
    'decisions_on_another_day', (SELECT count(*) FROM decision d
                                  WHERE d.meeting_id = (draft ->> 'id')::uuid AND d.deleted_at IS NULL
                                    AND d.taken_on <> (draft ->> 'held_on')::date))
); END
$$;
