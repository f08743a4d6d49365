-- What the rules of a resource need to know beyond the row itself: one call, one
-- JSON object, asked for once in each write. The rules that read these are in
-- service/resource/; each member here is read by one of them. PL/pgSQL, because it
-- keeps the plan from one call to the next: as plain SQL they took 20 times longer.

CREATE FUNCTION inspectd.authority_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN (
SELECT jsonb_build_object(
    -- "E12000004 is East Midlands": a region's code and name go together.
    'region_of_code', (SELECT region FROM inspectd.authority
                        WHERE region_code = draft ->> 'region_code' AND id <> coalesce(draft ->> 'id', '')
                        GROUP BY region ORDER BY count(*) DESC LIMIT 1),
    'code_holder', (SELECT id FROM inspectd.authorities
                     WHERE (gss_code = draft ->> 'gss_code' OR draft ->> 'gss_code' = ANY (former_gss_codes))
                       AND id <> coalesce(draft ->> 'id', '') LIMIT 1),
    'urn_holder', (SELECT id FROM inspectd.authorities
                    WHERE urn = draft ->> 'urn' AND id <> coalesce(draft ->> 'id', '') LIMIT 1))
); END
$$;

-- Volatile, and one at a time for each authority: of two visits that overlap, written
-- at once, the second must see the first. Each statement below has a snapshot of its own.
CREATE FUNCTION inspectd.inspection_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
BEGIN
PERFORM pg_advisory_xact_lock(hashtext('inspection_facts'), hashtext(draft ->> 'authority_id'));
RETURN (
WITH d AS (
    SELECT draft ->> 'authority_id' AS authority_id, draft ->> 'kind' AS kind, draft ->> 'body' AS body,
           (draft ->> 'id')::uuid AS id,
           coalesce(draft ->> 'start_on', draft ->> 'planned_start_on', draft ->> 'published_on')::date AS start_on,
           (draft ->> 'start_on')::date AS fieldwork_start_on,
           (draft ->> 'end_on')::date AS fieldwork_end_on,
           (draft ->> 'published_on')::date AS published_on,
           draft ->> 'framework_id' AS framework_id
), others AS (
    SELECT i.*, f.full_inspection, f.graded
      FROM d
      JOIN inspectd.inspections i ON i.authority_id = d.authority_id AND i.id IS DISTINCT FROM d.id
      JOIN inspectd.framework f ON f.id = i.framework_id
     WHERE i.status <> 'cancelled'
), previous AS (
    -- The latest full inspection that began before this one.
    SELECT o.id, o.kind FROM others o, d
     WHERE o.full_inspection AND o.start_on < d.start_on AND o.status = 'published'
     ORDER BY o.start_on DESC, o.id DESC LIMIT 1
), standing AS (
    -- The one whose judgements stood when this one began.
    SELECT o.id FROM others o, d
     WHERE o.full_inspection AND o.status = 'published' AND o.start_on < d.start_on AND o.published_on <= d.start_on
     ORDER BY o.start_on DESC, o.id DESC LIMIT 1
)
SELECT jsonb_build_object(
    'authority', (SELECT jsonb_build_object('name', a.name, 'status', a.status, 'started_on', a.started_on,
                                            'ended_on', a.ended_on)
                    FROM inspectd.authorities a, d WHERE a.id = d.authority_id),
    -- Every framework of this kind, whether or not it was valid on the day.
    'frameworks', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                        'id', f.id, 'name', f.name, 'graded', f.graded, 'starts_on', f.starts_on, 'ends_on', f.ends_on,
                        'in_force', d.start_on IS NULL OR (coalesce(f.starts_on <= d.start_on, true)
                                                           AND coalesce(f.ends_on >= d.start_on, true)),
                        'strands', f.strands, 'grades', f.grades) ORDER BY f.starts_on), '[]')
                     FROM inspectd.frameworks f, d WHERE d.kind = ANY (f.kinds)),
    'previous', (SELECT jsonb_build_object('kind', p.kind, 'grades', (
                            SELECT jsonb_object_agg(j.strand, j.grade) FROM inspectd.judgement j
                             WHERE j.inspection_id = p.id)) FROM previous p),
    'standing_grades', (SELECT jsonb_object_agg(j.strand, j.grade)
                          FROM standing s JOIN inspectd.judgement j ON j.inspection_id = s.id),
    -- Visits that share a day with this one.
    'overlapping', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'kind', o.kind, 'body', o.body,
                               'graded', o.graded, 'day_precise', o.start_on IS NOT NULL AND o.end_on IS NOT NULL,
                               'start_on', o.start_on, 'end_on', o.end_on)), '[]')
                      FROM others o, d
                     WHERE o.start_on IS NOT NULL AND d.fieldwork_start_on IS NOT NULL
                       AND o.start_on <= coalesce(d.fieldwork_end_on, d.fieldwork_start_on)
                       AND coalesce(o.end_on, o.start_on) >= d.fieldwork_start_on),
    'working_days_to_publication', (SELECT count(*) FROM d,
                          generate_series(d.fieldwork_end_on + 1, d.published_on, interval '1 day') AS g (day)
                         WHERE inspectd.is_working_day(g.day::date) AND d.published_on - d.fieldwork_end_on < 1500),
    'follows_start_on', (SELECT p.start_on FROM inspectd.inspections p
                          WHERE p.id = (draft ->> 'follows_id')::uuid),
    'public_findings', (SELECT count(*) FROM inspectd.findings p, d
                         WHERE p.inspection_id = d.id AND p.sensitivity = 'public'))
); END
$$;

CREATE FUNCTION inspectd.finding_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN (
SELECT jsonb_build_object(
    'inspection', (SELECT jsonb_build_object('authority_id', i.authority_id, 'sensitivity', i.sensitivity,
                                             'framework_id', i.framework_id, 'start_on', i.start_on,
                                             'strands', (SELECT coalesce(jsonb_agg(s.strand ORDER BY s.position), '[]')
                                                           FROM inspectd.framework_strand s
                                                          WHERE s.framework_id = i.framework_id))
                     FROM inspectd.inspections i WHERE i.id = (draft ->> 'inspection_id')::uuid),
    'parent_inspection_id', (SELECT p.inspection_id FROM inspectd.findings p
                               JOIN inspectd.inspections i ON i.authority_id = p.authority_id
                              WHERE p.id = (draft ->> 'parent_id')::uuid
                                AND i.id = (draft ->> 'inspection_id')::uuid),
    'public_actions', (SELECT count(*) FROM inspectd.action_finding l JOIN inspectd.actions a ON a.id = l.action_id
                        WHERE l.finding_id = (draft ->> 'id')::uuid AND a.sensitivity = 'public'),
    -- Bullets nest; a circle would never end.
    'parent_is_descendant', (WITH RECURSIVE up AS (
            SELECT p.id, p.parent_id FROM inspectd.finding p WHERE p.id = (draft ->> 'parent_id')::uuid
            UNION SELECT p.id, p.parent_id FROM inspectd.finding p JOIN up ON p.id = up.parent_id)
        SELECT coalesce(bool_or(up.id = (draft ->> 'id')::uuid), false) FROM up),
    -- Earlier findings that do not come from an earlier visit, by their place in the list.
    'later_links', (SELECT coalesce(jsonb_agg(l.n - 1), '[]')
                      FROM jsonb_array_elements(coalesce(draft -> 'links', '[]')) WITH ORDINALITY AS l (link, n)
                      JOIN inspectd.findings e ON e.id = (l.link ->> 'earlier_id')::uuid
                      JOIN inspectd.inspections ei ON ei.id = e.inspection_id
                      JOIN inspectd.inspections i ON i.id = (draft ->> 'inspection_id')::uuid
                     WHERE coalesce(ei.start_on, ei.planned_start_on, ei.published_on)
                         > coalesce(i.start_on, i.planned_start_on, i.published_on)))
); END
$$;

CREATE FUNCTION inspectd.action_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN (
SELECT jsonb_build_object(
    'authority', (SELECT jsonb_build_object('status', a.status, 'ended_on', a.ended_on)
                    FROM inspectd.authorities a WHERE a.id = draft ->> 'authority_id'),
    'due_is_working_day', inspectd.is_working_day((draft ->> 'due_on')::date),
    'findings_authority_id', (SELECT f.authority_id FROM inspectd.findings f
                               WHERE f.id::text = draft -> 'finding_ids' ->> 0),
    'non_public_findings', (SELECT count(*) FROM inspectd.findings f
                             WHERE f.sensitivity <> 'public' AND draft -> 'finding_ids' ? f.id::text
                               AND f.authority_id = coalesce(draft ->> 'authority_id', f.authority_id)))
); END
$$;
