-- What the latest observation says, held to the target, and how it stands to the one
-- before it, or to the baseline where it is the first since. Two rows of the index
-- observation_latest are read for each measure.
CREATE VIEW measures WITH (security_invoker = true) AS
SELECT m.*,
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
       inspectd.measure_rag(latest.value, latest.comparator, m.target, m.polarity, m.tolerance,
                            m.tolerance_kind) AS rag,
       inspectd.measure_direction(latest.value, latest.comparator,
           coalesce(latest.value_before, CASE WHEN m.baseline_on < latest.observed_on THEN m.baseline END),
           coalesce(latest.comparator_before, '='), m.polarity) AS direction,
       to_tsvector('english', m.title || ' ' || coalesce(m.definition, '')) AS search
  FROM measure m
  LEFT JOIN LATERAL (
       SELECT two.*, lead(two.value) OVER newest_first AS value_before,
              lead(two.comparator) OVER newest_first AS comparator_before
         FROM (SELECT o.id, o.value, o.comparator, o.approximate, o.scope, o.caveat, o.observed_on, o.created_at
                 FROM observation o
                WHERE o.measure_id = m.id AND o.deleted_at IS NULL
                ORDER BY o.observed_on DESC, o.created_at DESC, o.id DESC
                LIMIT 2) two
       WINDOW newest_first AS (ORDER BY two.observed_on DESC, two.created_at DESC, two.id DESC)
        ORDER BY two.observed_on DESC, two.created_at DESC, two.id DESC
        LIMIT 1) latest ON true
 WHERE m.deleted_at IS NULL;

GRANT SELECT ON measures TO inspectd_api;
