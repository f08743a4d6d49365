-- What is done to many rows in one step, each by one function: it is given the key of the
-- row that it hangs from, which is locked, and the members of the request, and answers
-- what the caller is shown, or {"errors": [{pointer, code, detail, conflict}]} and has
-- then written nothing. Without a pointer an error is about the row that it hangs from.
-- In both, rows are locked in the order of their ids.

CREATE OR REPLACE FUNCTION inspectd.procedure_error(pointer text, code text, detail text, conflict boolean)
    RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT jsonb_build_object('pointer', pointer, 'code', code, 'detail', detail, 'conflict', conflict)
$$;

CREATE OR REPLACE FUNCTION inspectd.procedure_refuse(errors jsonb[]) RETURNS json
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT json_build_object('errors', array_to_json(errors))
$$;

-- The open actions of another plan become actions of this one too; a new edition begins so.
CREATE OR REPLACE FUNCTION carry_forward(key text, body jsonb) RETURNS json
    LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
DECLARE
    target  record;
    source  uuid;
    errors  jsonb[] := '{}';
    open    uuid[];
    carried uuid[];
BEGIN
    SELECT p.id, p.authority_id, p.status, p.supersedes_id INTO STRICT target
      FROM plan p WHERE p.id = key::uuid;
    source := coalesce((body ->> 'from_plan_id')::uuid, target.supersedes_id);

    IF target.status IN ('superseded', 'closed') THEN
        errors := errors || inspectd.procedure_error(NULL, 'plan_over', format(
            'this plan is %s, and takes no more actions; carry them forward to one that is still to be worked to',
            target.status), true);
    END IF;
    IF source IS NULL THEN
        errors := errors || inspectd.procedure_error('/from_plan_id', 'required',
            'is required, because this plan does not say which one it supersedes', false);
    ELSIF source = target.id THEN
        errors := errors || inspectd.procedure_error('/from_plan_id', 'self',
            'names this very plan; name the one whose actions are to be carried forward', false);
    ELSE
        PERFORM FROM plan p WHERE p.id = source AND p.authority_id = target.authority_id
                                       AND p.deleted_at IS NULL FOR KEY SHARE;
        IF NOT FOUND THEN
            errors := errors || inspectd.procedure_error('/from_plan_id', 'no_such_row',
                format('there is no plan ''%s'' of this authority', source), false);
        END IF;
    END IF;
    IF cardinality(errors) > 0 THEN
        RETURN inspectd.procedure_refuse(errors);
    END IF;

    SELECT coalesce(array_agg(o.id ORDER BY o.id), '{}') INTO open
      FROM (SELECT a.id FROM action_plan l JOIN action a ON a.id = l.action_id
             WHERE l.plan_id = source AND a.deleted_at IS NULL AND inspectd.action_is_open(a.status)
             ORDER BY a.id FOR NO KEY UPDATE OF a) o;
    WITH linked AS (
        INSERT INTO inspectd.action_plan (action_id, authority_id, sensitivity, plan_id)
        SELECT a.id, a.authority_id, a.sensitivity, target.id FROM action a WHERE a.id = ANY (open)
        ON CONFLICT DO NOTHING RETURNING action_id
    ), changed AS (
        -- The plans of an action are part of it, so this makes a new version of it.
        UPDATE inspectd.action a SET updated_at = now() FROM linked l WHERE a.id = l.action_id RETURNING a.id
    )
    SELECT coalesce(array_agg(c.id ORDER BY c.id), '{}') INTO carried FROM changed c;
    RETURN json_build_object(
        'plan_id', target.id, 'from_plan_id', source, 'carried_action_ids', carried,
        'already_there_action_ids', (SELECT coalesce(json_agg(o.id ORDER BY o.id), '[]')
                                       FROM unnest(open) AS o (id) WHERE o.id <> ALL (carried)));
END
$$;

-- What is wrong with the actions that are named, each at its place in the list.
CREATE OR REPLACE FUNCTION handover_errors(authority text, body jsonb) RETURNS jsonb[]
    LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN RETURN (
    SELECT coalesce(array_agg(CASE
               WHEN a.id IS NULL
               THEN inspectd.procedure_error('/action_ids/' || (n.place - 1), 'no_such_row',
                        format('there is no action ''%s'' of this authority', n.id), false)
               ELSE inspectd.procedure_error('/action_ids/' || (n.place - 1), 'not_open',
                        format('is %s, so nothing is left of it to hand over', a.status), true)
               END ORDER BY n.place), '{}')
      FROM jsonb_array_elements_text(CASE jsonb_typeof(body -> 'action_ids') WHEN 'array'
                                     THEN body -> 'action_ids' ELSE '[]' END) WITH ORDINALITY AS n (id, place)
      LEFT JOIN action a ON a.id = n.id::uuid AND a.authority_id = authority AND a.deleted_at IS NULL
     WHERE a.id IS NULL OR NOT inspectd.action_is_open(a.status)
); END
$$;

-- The open actions of an authority that is no more go on in a successor. An action stays
-- its authority's, so each ends here and is continued there by a new one, which answers the
-- same findings, and takes along what is its own and what is everybody's.
CREATE OR REPLACE FUNCTION handover(key text, body jsonb) RETURNS json
    LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
DECLARE
    source     record;
    successors text;
    errors     jsonb[] := '{}';
    old        uuid[];
    new        uuid[];
BEGIN
    SELECT a.id, a.name, a.status INTO STRICT source FROM authority a WHERE a.id = key;
    SELECT string_agg(s.successor_id, ', ' ORDER BY s.successor_id) INTO successors
      FROM authority_succession s WHERE s.predecessor_id = key;

    IF source.status <> 'abolished' THEN
        errors := errors || inspectd.procedure_error(NULL, 'not_abolished',
            format('%s is not abolished, so its actions stay its own', source.name), true);
    END IF;
    PERFORM FROM authority_succession s JOIN authority a ON a.id = s.successor_id
      WHERE s.predecessor_id = key AND a.id = body ->> 'to_authority_id' AND a.deleted_at IS NULL FOR KEY SHARE OF a;
    IF NOT FOUND THEN
        errors := errors || inspectd.procedure_error('/to_authority_id', 'not_a_successor',
            format('must be a successor of %s: %s', source.name, coalesce(successors, 'it has none')), false);
    END IF;
    -- Locked before they are looked at, so that what is found stays so.
    SELECT coalesce(array_agg(o.id ORDER BY o.id), '{}') INTO old
      FROM (SELECT a.id FROM action a
             WHERE a.authority_id = key AND a.deleted_at IS NULL AND inspectd.action_is_open(a.status)
               AND (jsonb_typeof(body -> 'action_ids') IS DISTINCT FROM 'array' OR body -> 'action_ids' ? a.id::text)
             ORDER BY a.id FOR UPDATE) o;
    errors := errors || handover_errors(key, body);
    IF cardinality(errors) > 0 THEN
        RETURN inspectd.procedure_refuse(errors);
    END IF;

    new := ARRAY(SELECT inspectd.uuid_v7() FROM unnest(old) ORDER BY 1);
    INSERT INTO inspectd.action (id, authority_id, sensitivity, number, title, detail, status, status_on, lead_role,
                                 lead_organisation_id, start_on, start_precision, due_on, due_precision, forecast_on,
                                 forecast_precision, success_criteria, funding, continues_id, warnings)
    SELECT pair.became, body ->> 'to_authority_id', a.sensitivity, a.number, a.title, a.detail, a.status, a.status_on,
           a.lead_role, shared.id, a.start_on, a.start_precision, a.due_on, a.due_precision, a.forecast_on,
           a.forecast_precision, a.success_criteria, a.funding, a.id,
           -- Of what was odd, the dates still are.
           (SELECT coalesce(jsonb_agg(w.warning), '[]') FROM jsonb_array_elements(a.warnings) AS w (warning)
             WHERE w.warning ->> 'pointer' LIKE '%\_on')
      FROM unnest(old, new) AS pair (was, became)
      JOIN action a ON a.id = pair.was
      LEFT JOIN organisation shared ON shared.id = a.lead_organisation_id AND shared.authority_id IS NULL;
    INSERT INTO inspectd.action_partner (action_id, authority_id, sensitivity, organisation_id, role, agreed, agreed_on)
    SELECT pair.became, body ->> 'to_authority_id', p.sensitivity, p.organisation_id, p.role, p.agreed, p.agreed_on
      FROM unnest(old, new) AS pair (was, became)
      JOIN action_partner p ON p.action_id = pair.was
      JOIN organisation shared ON shared.id = p.organisation_id AND shared.authority_id IS NULL;
    INSERT INTO inspectd.action_finding (action_id, authority_id, sensitivity, finding_id)
    SELECT pair.became, body ->> 'to_authority_id', l.sensitivity, l.finding_id
      FROM unnest(old, new) AS pair (was, became)
      JOIN action_finding l ON l.action_id = pair.was;
    UPDATE inspectd.action SET status = 'superseded', status_on = inspectd.today() WHERE id = ANY (old);
    RETURN json_build_object(
        'from_authority_id', key, 'to_authority_id', body ->> 'to_authority_id',
        'moved', (SELECT coalesce(json_agg(json_build_object('from_action_id', pair.was, 'to_action_id', pair.became)
                                           ORDER BY pair.was), '[]')
                    FROM unnest(old, new) AS pair (was, became)));
END
$$;
