CREATE VIEW inspections WITH (security_invoker = true) AS
SELECT i.*,
       (SELECT coalesce(json_agg(t.theme_id ORDER BY t.theme_id), '[]')
          FROM inspection_theme t WHERE t.inspection_id = i.id) AS theme_ids,
       (SELECT coalesce(json_agg(json_build_object('strand', j.strand, 'grade', j.grade, 'wording', j.wording,
                                                   'title', j.title) ORDER BY s.position), '[]')
          FROM judgement j
          JOIN framework_strand s ON s.framework_id = j.framework_id AND s.strand = j.strand
         WHERE j.inspection_id = i.id) AS judgements,
       -- One write may move the date, its precision and the focus at once. What is set for the first time is not moved,
       -- and a date only where it stands for another day since.
       (SELECT count(DISTINCT r.created_at) FROM reschedule r
         WHERE r.inspection_id = i.id
           AND CASE WHEN r.member LIKE 'planned%' THEN r.was_day IS NOT NULL AND r.was_day IS DISTINCT FROM r.became_day
                    ELSE r.was <> '[]' END) AS reschedule_count
  FROM inspection i
 WHERE i.deleted_at IS NULL;

GRANT SELECT ON inspections TO inspectd_api;
