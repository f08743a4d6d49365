-- Volatile, and one at a time for each authority: of two visits that overlap, written
-- at once, the second must see the first. Each statement below has a snapshot of its own.
CREATE FUNCTION inspection_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
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
      JOIN inspections i ON i.authority_id = d.authority_id AND i.id IS DISTINCT FROM d.id
      JOIN framework f ON f.id = i.framework_id
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
                    FROM authorities a, d WHERE a.id = d.authority_id),
    -- Every framework of this kind, whether or not it was valid on the day.
    'frameworks', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                        'id', f.id, 'name', f.name, 'graded', f.graded, 'starts_on', f.starts_on, 'ends_on', f.ends_on,
                        'in_force', d.start_on IS NULL OR (coalesce(f.starts_on <= d.start_on, true)
                                                           AND coalesce(f.ends_on >= d.start_on, true)),
                        'strands', f.strands, 'grades', f.grades) ORDER BY f.starts_on), '[]')
                     FROM frameworks f, d WHERE d.kind = ANY (f.kinds)),
    'previous', (SELECT jsonb_build_object('kind', p.kind, 'grades', (
                            SELECT jsonb_object_agg(j.strand, j.grade) FROM judgement j
                             WHERE j.inspection_id = p.id)) FROM previous p),
    'standing_grades', (SELECT jsonb_object_agg(j.strand, j.grade)
                          FROM standing s JOIN judgement j ON j.inspection_id = s.id),
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
    'follows_start_on', (SELECT p.start_on FROM inspections p
                          WHERE p.id = (draft ->> 'follows_id')::uuid),
    'follows_itself', inspectd.leads_to('inspection', 'follows_id', (draft ->> 'follows_id')::uuid,
                                        (draft ->> 'id')::uuid),
    'public_findings', (SELECT count(*) FROM findings p, d
                         WHERE p.inspection_id = d.id AND p.sensitivity = 'public'))
); END
$$;
