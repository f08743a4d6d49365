-- What is known of a measure beyond its own row: how many values it has in another unit
-- than the one it is to have.
CREATE FUNCTION measure_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE
    SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
BEGIN RETURN jsonb_build_object(
    'in_other_unit', (SELECT count(*) FROM observation o
                       WHERE o.measure_id = (draft ->> 'id')::uuid AND o.deleted_at IS NULL
                         AND o.unit <> draft ->> 'unit')
); END
$$;
