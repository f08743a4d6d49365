-- What is known of a delivery model beyond its own row: which others the authority has for
-- some of the same time. One that ends on the day when another begins gave way to it.
CREATE FUNCTION delivery_model_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE
    SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
BEGIN RETURN jsonb_build_object(
    'overlapping', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'kind', o.kind, 'name', o.name,
                                                                 'started_on', o.started_on, 'ended_on', o.ended_on)
                                              ORDER BY o.started_on NULLS FIRST, o.id), '[]')
                      FROM delivery_models o
                     WHERE o.authority_id = draft ->> 'authority_id'
                       AND o.id IS DISTINCT FROM (draft ->> 'id')::uuid
                       AND coalesce(o.started_on < (draft ->> 'ended_on')::date, true)
                       AND coalesce(o.ended_on > (draft ->> 'started_on')::date, true))
); END
$$;
