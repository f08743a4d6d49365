-- `suggested_status` is what the actions imply; only a transition changes `status`.
CREATE VIEW findings WITH (security_invoker = true) AS
SELECT f.*,
       (SELECT coalesce(json_agg(t.theme_id ORDER BY t.theme_id), '[]')
          FROM finding_theme t WHERE t.finding_id = f.id) AS theme_ids,
       (SELECT coalesce(json_agg(json_build_object('earlier_id', l.earlier_id, 'relation', l.relation)
                                 ORDER BY l.earlier_id), '[]')
          FROM finding_link l WHERE l.finding_id = f.id) AS links,
       (SELECT coalesce(json_agg(af.action_id ORDER BY af.action_id), '[]')
          FROM action_finding af
          JOIN action a ON a.id = af.action_id AND a.deleted_at IS NULL
         WHERE af.finding_id = f.id) AS action_ids,
       CASE WHEN f.status IN ('not_applicable', 'confirmed_resolved') THEN f.status
            ELSE (SELECT CASE
                      WHEN count(*) FILTER (WHERE a.status NOT IN ('cancelled', 'superseded')) = 0 THEN 'open'
                      WHEN bool_and(a.status IN ('complete', 'embedded', 'cancelled', 'superseded')) THEN 'addressed'
                      WHEN bool_or(a.status IN ('in_progress', 'complete', 'embedded')) THEN 'being_addressed'
                      ELSE 'open' END
                    FROM action_finding af
                    JOIN action a ON a.id = af.action_id AND a.deleted_at IS NULL
                   WHERE af.finding_id = f.id)
       END AS suggested_status,
       to_tsvector('english', f.text || ' ' || coalesce(f.gloss, '') || ' ' || coalesce(f.printed_label, '')) AS search
  FROM finding f
 WHERE f.deleted_at IS NULL;

GRANT SELECT ON findings TO inspectd_api;
