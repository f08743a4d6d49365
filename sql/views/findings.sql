-- `suggested_status` is what the actions imply; only a transition changes `status`. An action that
-- another continues counts as that one stands, the least advanced where there are several.
CREATE VIEW findings WITH (security_invoker = true) AS
SELECT f.*,
       (SELECT coalesce(json_agg(t.theme_id ORDER BY t.theme_id), '[]')
          FROM finding_theme t WHERE t.finding_id = f.id) AS theme_ids,
       (SELECT coalesce(json_agg(json_build_object('earlier_id', l.earlier_id, 'relation', l.relation)
                                 ORDER BY l.earlier_id), '[]')
          FROM finding_link l WHERE l.finding_id = f.id) AS links,
       (SELECT coalesce(json_agg(json_build_object('finding_id', l.finding_id, 'relation', l.relation)
                                 ORDER BY l.finding_id), '[]')
          FROM finding_link l
         WHERE l.earlier_id = f.id
           -- not a join: without statistics, as in a first load, it would begin with all findings
           AND (SELECT later.deleted_at IS NULL FROM finding later WHERE later.id = l.finding_id)) AS later_links,
       (SELECT coalesce(json_agg(af.action_id ORDER BY af.action_id), '[]')
          FROM action_finding af
         WHERE af.finding_id = f.id
           AND (SELECT a.deleted_at IS NULL FROM action a WHERE a.id = af.action_id)) AS action_ids,
       CASE WHEN f.status IN ('not_applicable', 'confirmed_resolved') THEN f.status
            ELSE (SELECT CASE
                      WHEN count(*) FILTER (WHERE s.status NOT IN ('cancelled', 'superseded')) = 0 THEN 'open'
                      WHEN bool_and(s.status IN ('complete', 'embedded', 'cancelled', 'superseded')) THEN 'addressed'
                      WHEN bool_or(s.status IN ('in_progress', 'complete', 'embedded')) THEN 'being_addressed'
                      ELSE 'open' END
                    FROM action_finding af
                    -- one at a time: a plain join, as it was recorded, would begin with all actions
                    JOIN LATERAL (SELECT x.* FROM action x
                                   WHERE x.id = af.action_id AND x.deleted_at IS NULL OFFSET 0) a ON true
                    CROSS JOIN LATERAL (SELECT CASE WHEN a.status <> 'superseded' THEN a.status ELSE coalesce(
                           (SELECT c.status FROM action c
                             WHERE c.continues_id = a.id AND c.deleted_at IS NULL
                             ORDER BY array_position(ARRAY['proposed', 'not_started', 'on_hold', 'in_progress',
                                                           'complete', 'embedded', 'cancelled', 'superseded'], c.status)
                             LIMIT 1), a.status) END AS status) s
                   WHERE af.finding_id = f.id)
       END AS suggested_status,
       to_tsvector('english', f.text || ' ' || coalesce(f.gloss, '') || ' ' || coalesce(f.printed_label, '')) AS search
  FROM finding f
 WHERE f.deleted_at IS NULL;

GRANT SELECT ON findings TO inspectd_api;
