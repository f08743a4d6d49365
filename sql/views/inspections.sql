CREATE VIEW inspections WITH (security_invoker = true) AS
SELECT i.*,
       (SELECT coalesce(json_agg(t.theme_id ORDER BY t.theme_id), '[]')
          FROM inspection_theme t WHERE t.inspection_id = i.id) AS theme_ids,
       (SELECT coalesce(json_agg(json_build_object('strand', j.strand, 'grade', j.grade, 'wording', j.wording,
                                                   'title', j.title) ORDER BY s.position), '[]')
          FROM judgement j
          JOIN framework_strand s ON s.framework_id = j.framework_id AND s.strand = j.strand
         WHERE j.inspection_id = i.id) AS judgements
  FROM inspection i
 WHERE i.deleted_at IS NULL;

GRANT SELECT ON inspections TO inspectd_api;
