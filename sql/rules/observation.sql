-- What is known of an observation beyond its own row: in what its measure is counted.
CREATE FUNCTION observation_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE
    SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
BEGIN RETURN jsonb_build_object(
    'measure', (SELECT jsonb_build_object('title', m.title, 'unit', m.unit) FROM measure m
                 WHERE m.id = (draft ->> 'measure_id')::uuid AND m.deleted_at IS NULL)
); END
$$;
