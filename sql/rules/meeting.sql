-- Volatile, and one at a time for each authority, where a circle could be closed; see finding.sql.
CREATE FUNCTION inspectd.meeting_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan AS $$
BEGIN
IF draft ->> 'id' IS NOT NULL AND draft ->> 'previous_id' IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtext('meeting_facts'), hashtext(draft ->> 'authority_id'));
END IF;
RETURN (
SELECT jsonb_build_object(
    -- Another authority's is complained of as a reference, and says nothing here.
    'previous_board_id', (SELECT p.board_id FROM inspectd.meetings p
                            JOIN inspectd.boards b ON b.authority_id = p.authority_id
                           WHERE p.id = (draft ->> 'previous_id')::uuid AND b.id = (draft ->> 'board_id')::uuid),
    -- Whether this meeting came before the one that it says came before it.
    'previous_circle', (WITH RECURSIVE back AS (
            SELECT p.id, p.previous_id FROM inspectd.meeting p WHERE p.id = (draft ->> 'previous_id')::uuid
            UNION SELECT p.id, p.previous_id FROM inspectd.meeting p JOIN back ON p.id = back.previous_id)
        SELECT coalesce(bool_or(back.id = (draft ->> 'id')::uuid), false) FROM back),
    'decisions_on_another_day', (SELECT count(*) FROM inspectd.decision d
                                  WHERE d.meeting_id = (draft ->> 'id')::uuid AND d.deleted_at IS NULL
                                    AND d.taken_on <> (draft ->> 'held_on')::date))
); END
$$;
