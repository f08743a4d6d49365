-- What is known of a client beyond its own row: the places among its authorities of those that there are not.
CREATE FUNCTION client_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE
    SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
BEGIN RETURN jsonb_build_object(
    'unknown_authorities', (SELECT coalesce(jsonb_agg(named.n - 1 ORDER BY named.n), '[]')
                              FROM jsonb_array_elements_text(
                                   CASE jsonb_typeof(draft -> 'authority_ids')
                                   WHEN 'array' THEN draft -> 'authority_ids' ELSE '[]' END)
                                   WITH ORDINALITY AS named (id, n)
                             WHERE NOT EXISTS (SELECT FROM authority a
                                                WHERE a.id = named.id AND a.deleted_at IS NULL))
); END
$$;
