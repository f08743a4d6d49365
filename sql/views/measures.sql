-- What the latest observation says, held to the target, and how it stands to the one
-- before it, or to the baseline where it is the first since. Two rows of the index
-- observation_latest are read for each measure. Numbers that are too small for the public
-- view are null before anything is made of them, as in observations.sql.
CREATE VIEW measures WITH (security_invoker = true) AS
SELECT m.id, m.authority_id, m.sensitivity, m.external_refs, m.title, m.definition, m.unit, m.polarity, v.baseline,
       m.baseline_on, m.baseline_caveat, v.target, m.target_on, m.tolerance, m.tolerance_kind, v.benchmarks, m.cadence,
       m.organisation_id, m.warnings, m.version, m.created_at, m.updated_at, m.deleted_at,
       (SELECT coalesce(json_agg(p.plan_id ORDER BY p.plan_id), '[]')
          FROM measure_plan p WHERE p.measure_id = m.id) AS plan_ids,
       (SELECT coalesce(json_agg(a.action_id ORDER BY a.action_id), '[]')
          FROM measure_action a WHERE a.measure_id = m.id) AS action_ids,
       (SELECT coalesce(json_agg(f.finding_id ORDER BY f.finding_id), '[]')
          FROM measure_finding f WHERE f.measure_id = m.id) AS finding_ids,
       CASE WHEN latest.id IS NOT NULL
            THEN json_build_object('id', latest.id, 'value', latest.value, 'comparator', latest.comparator,
                                   'approximate', latest.approximate, 'scope', latest.scope,
                                   'caveat', latest.caveat, 'observed_on', latest.observed_on)
       END AS latest,
       latest.observed_on AS latest_on,
       inspectd.measure_rag(latest.value, latest.comparator, v.target, m.polarity, m.tolerance,
                            m.tolerance_kind) AS rag,
       inspectd.measure_direction(latest.value, latest.comparator,
           CASE WHEN latest.id_before IS NOT NULL THEN latest.value_before
                WHEN m.baseline_on < latest.observed_on THEN v.baseline END,
           coalesce(latest.comparator_before, '='), m.polarity) AS direction,
       (latest.id IS NOT NULL AND latest.value IS NULL)
           OR (m.baseline IS NOT NULL AND v.baseline IS NULL)
           OR (m.target IS NOT NULL AND v.target IS NULL)
           OR v.benchmarks <> m.benchmarks AS suppressed,
       to_tsvector('english', m.title || ' ' || coalesce(m.definition, '')) AS search
  FROM measure m
 CROSS JOIN LATERAL (
       SELECT inspectd.shown(m.baseline, m.unit) AS baseline, inspectd.shown(m.target, m.unit) AS target,
              CASE WHEN NOT inspectd.has_public_view() THEN m.benchmarks ELSE (
                  SELECT coalesce(jsonb_agg(b.benchmark ORDER BY b.n), '[]')
                    FROM jsonb_array_elements(m.benchmarks) WITH ORDINALITY AS b (benchmark, n)
                   WHERE NOT inspectd.is_small_count((b.benchmark ->> 'value')::numeric, m.unit)) END AS benchmarks
       OFFSET 0) v
  LEFT JOIN LATERAL (
       SELECT two.*, lead(two.id) OVER newest_first AS id_before,
              lead(two.value) OVER newest_first AS value_before,
              lead(two.comparator) OVER newest_first AS comparator_before
         FROM (SELECT o.id, inspectd.shown(o.value, o.unit) AS value, o.comparator, o.approximate, o.scope, o.caveat,
                      o.observed_on, o.created_at
                 FROM observation o
                WHERE o.measure_id = m.id AND o.deleted_at IS NULL
                ORDER BY o.observed_on DESC, o.created_at DESC, o.id DESC
                LIMIT 2) two
       WINDOW newest_first AS (ORDER BY two.observed_on DESC, two.created_at DESC, two.id DESC)
        ORDER BY two.observed_on DESC, two.created_at DESC, two.id DESC
        LIMIT 1) latest ON true
 WHERE m.deleted_at IS NULL;

GRANT SELECT ON measures TO inspectd_api;
