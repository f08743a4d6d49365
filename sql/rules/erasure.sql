-- What may be erased of the rows of a resource (null: it is none), and whether the row is there, deleted or not: its id
-- (null: there is none).
CREATE FUNCTION erasure_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
    rule   retention_rule;
    row_id uuid    := CASE WHEN draft ->> 'row_id' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                           THEN (draft ->> 'row_id')::uuid END;
    found  boolean := false;
BEGIN
    SELECT * INTO rule FROM retention_rule r WHERE r.id = draft ->> 'resource';
    IF rule.id IS NOT NULL AND row_id IS NOT NULL THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM %I t WHERE t.id = $1)', inspectd.table_of(rule.id))
           INTO found USING row_id;
    END IF;
    RETURN jsonb_build_object('members', to_jsonb(rule.members), 'row', CASE WHEN found THEN row_id END);
END
$$;
