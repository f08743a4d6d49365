-- What is another authority's is complained of as a reference, and says nothing here.
CREATE FUNCTION decision_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE
    SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
BEGIN RETURN (
SELECT jsonb_build_object(
    'meeting', (SELECT jsonb_build_object('board_id', m.board_id, 'status', m.status, 'held_on', m.held_on)
                  FROM meetings m
                 WHERE m.id = (draft ->> 'meeting_id')::uuid
                   AND m.authority_id = coalesce(draft ->> 'authority_id', m.authority_id)),
    'agenda_item_meeting_id', (SELECT i.meeting_id FROM agenda_items i
                                 LEFT JOIN meetings m ON m.id = (draft ->> 'meeting_id')::uuid
                                WHERE i.id = (draft ->> 'agenda_item_id')::uuid
                                  AND i.authority_id = coalesce(draft ->> 'authority_id', m.authority_id)))
); END
$$;
