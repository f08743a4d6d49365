-- Volatile, and one at a time for each authority, where a circle could be closed: of two
-- changes that each do half of it, the second must see the first. What is new cannot
-- close one, since nothing leads to it yet.
CREATE FUNCTION finding_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
BEGIN
IF draft ->> 'id' IS NOT NULL AND (draft ->> 'parent_id' IS NOT NULL OR draft @? '$.links[0]') THEN
    PERFORM pg_advisory_xact_lock(hashtext('finding_facts'), hashtext(draft ->> 'authority_id'));
END IF;
RETURN (
SELECT jsonb_build_object(
    'inspection', (SELECT jsonb_build_object('authority_id', i.authority_id, 'sensitivity', i.sensitivity,
                                             'framework_id', i.framework_id, 'status', i.status,
                                             'begin_on', coalesce(i.start_on, i.planned_start_on, i.published_on),
                                             'strands', (SELECT coalesce(jsonb_agg(s.strand ORDER BY s.position), '[]')
                                                           FROM framework_strand s
                                                          WHERE s.framework_id = i.framework_id))
                     FROM inspections i WHERE i.id = (draft ->> 'inspection_id')::uuid),
    'parent_inspection_id', (SELECT p.inspection_id FROM findings p
                               JOIN inspections i ON i.authority_id = p.authority_id
                              WHERE p.id = (draft ->> 'parent_id')::uuid
                                AND i.id = (draft ->> 'inspection_id')::uuid),
    'public_actions', (SELECT count(*) FROM action_finding l JOIN actions a ON a.id = l.action_id
                        WHERE l.finding_id = (draft ->> 'id')::uuid AND a.sensitivity = 'public'),
    -- Bullets nest; a circle would never end.
    'parent_is_descendant', inspectd.leads_to('finding', 'parent_id', (draft ->> 'parent_id')::uuid,
                                              (draft ->> 'id')::uuid),
    -- Earlier findings that do not come from an earlier visit, by their place in the list.
    'later_links', (SELECT coalesce(jsonb_agg(l.n - 1), '[]')
                      FROM jsonb_array_elements(coalesce(draft -> 'links', '[]')) WITH ORDINALITY AS l (link, n)
                      JOIN findings e ON e.id = (l.link ->> 'earlier_id')::uuid
                      JOIN inspections ei ON ei.id = e.inspection_id
                      JOIN inspections i ON i.id = (draft ->> 'inspection_id')::uuid
                     WHERE coalesce(ei.start_on, ei.planned_start_on, ei.published_on)
                         > coalesce(i.start_on, i.planned_start_on, i.published_on)),
    -- And those that come from this very visit.
    'own_links', (SELECT coalesce(jsonb_agg(l.n - 1), '[]')
                    FROM jsonb_array_elements(coalesce(draft -> 'links', '[]')) WITH ORDINALITY AS l (link, n)
                    JOIN findings e ON e.id = (l.link ->> 'earlier_id')::uuid
                   WHERE e.inspection_id = (draft ->> 'inspection_id')::uuid
                     AND e.id::text IS DISTINCT FROM draft ->> 'id'),
    -- Earlier findings, by their place in the list, that lead back to this one by links of their own.
    'circular_links', (SELECT coalesce(jsonb_agg(l.n - 1), '[]')
                         FROM jsonb_array_elements(coalesce(draft -> 'links', '[]')) WITH ORDINALITY AS l (link, n)
                        WHERE l.link ->> 'earlier_id' <> draft ->> 'id'
                          AND inspectd.leads_to('finding', 'earlier_id', (l.link ->> 'earlier_id')::uuid,
                                                (draft ->> 'id')::uuid)),
    -- What may show that it was resolved: a visit, a decision, or a later finding that says so.
    'confirming', (SELECT jsonb_build_object('status', i.status, 'begin_on',
                                             coalesce(i.start_on, i.planned_start_on, i.published_on))
                     FROM inspections i
                    WHERE i.id = (draft ->> 'confirmed_by_inspection_id')::uuid
                      AND inspectd.answers_for(i.authority_id, draft ->> 'authority_id')),
    'decision', (SELECT jsonb_build_object('status', d.status, 'taken_on', d.taken_on) FROM decisions d
                  WHERE d.id = (draft ->> 'confirmed_by_decision_id')::uuid
                    AND inspectd.answers_for(d.authority_id, draft ->> 'authority_id')),
    'resolved_at', (SELECT jsonb_build_object('id', li.id, 'begin_on',
                                              coalesce(li.start_on, li.planned_start_on, li.published_on))
                      FROM finding_link l
                      JOIN finding later ON later.id = l.finding_id AND later.deleted_at IS NULL
                      JOIN inspection li ON li.id = later.inspection_id AND li.deleted_at IS NULL
                      JOIN inspection i ON i.id = (draft ->> 'inspection_id')::uuid
                     WHERE l.earlier_id = (draft ->> 'id')::uuid AND l.relation = 'resolved'
                       AND li.status NOT IN ('planned', 'cancelled')
                       AND coalesce(li.start_on, li.planned_start_on, li.published_on)
                         > coalesce(i.start_on, i.planned_start_on, i.published_on)
                     -- the latest that had begun by then
                     ORDER BY coalesce(li.start_on, li.planned_start_on, li.published_on)
                           <= (draft ->> 'status_on')::date DESC,
                              coalesce(li.start_on, li.planned_start_on, li.published_on) DESC, li.id DESC
                     LIMIT 1))
); END
$$;
