-- Volatile, and one at a time for all that are succeeded, so that two changes that each do
-- half of a circle see each other.
CREATE FUNCTION authority_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
BEGIN
IF draft @? '$.successor_ids[0]' THEN
    PERFORM pg_advisory_xact_lock(hashtext('authority_facts'), 0);
END IF;
RETURN (
SELECT jsonb_build_object(
    -- "E12000004 is East Midlands": a region's code and name go together.
    'region_of_code', (SELECT region FROM authority
                        WHERE region_code = draft ->> 'region_code' AND id <> coalesce(draft ->> 'id', '')
                        GROUP BY region ORDER BY count(*) DESC LIMIT 1),
    'code_holder', (SELECT id FROM authorities
                     WHERE (gss_code = draft ->> 'gss_code' OR draft ->> 'gss_code' = ANY (former_gss_codes))
                       AND id <> coalesce(draft ->> 'id', '') LIMIT 1),
    'urn_holder', (SELECT id FROM authorities
                    WHERE urn = draft ->> 'urn' AND id <> coalesce(draft ->> 'id', '') LIMIT 1),
    -- Successors, by their place in the list, that this authority itself succeeded in the end.
    'circular_successors', (SELECT coalesce(jsonb_agg(s.n - 1), '[]')
                              FROM jsonb_array_elements_text(coalesce(draft -> 'successor_ids', '[]'))
                                   WITH ORDINALITY AS s (id, n)
                             WHERE s.id <> draft ->> 'id' AND EXISTS (
                                   WITH RECURSIVE later AS (
                                       SELECT s.id UNION
                                       SELECT l.successor_id FROM authority_succession l
                                         JOIN later ON later.id = l.predecessor_id)
                                   SELECT FROM later WHERE later.id = draft ->> 'id')))
); END
$$;
