-- What the rules of a deadline need to know beyond its own row.
CREATE FUNCTION deadline_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE
    SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
BEGIN RETURN (
SELECT jsonb_build_object('stated_is_working_day', inspectd.is_working_day((draft ->> 'stated_on')::date))
); END
$$;
