-- Created twice, as all the views: over the tables, and over the tables as they were.

CREATE VIEW frameworks WITH (security_invoker = true) AS
SELECT f.*,
       (SELECT coalesce(json_agg(json_build_object('strand', s.strand, 'title', s.title,
                                                   'limits_overall', s.limits_overall) ORDER BY s.position), '[]')
          FROM framework_strand s WHERE s.framework_id = f.id) AS strands,
       (SELECT coalesce(json_agg(json_build_object('grade', g.grade, 'title', g.title) ORDER BY g.position), '[]')
          FROM framework_grade g WHERE g.framework_id = f.id) AS grades
  FROM framework f;

CREATE VIEW themes WITH (security_invoker = true) AS
SELECT t.*, to_tsvector('english', t.name || ' ' || coalesce(t.description, '') || ' ' ||
                            array_to_string(t.synonyms, ' ')) AS search
  FROM theme t;

CREATE VIEW neighbours WITH (security_invoker = true) AS
SELECT n.authority_id || '-' || n.rank AS id, n.authority_id, n.rank, n.neighbour_id, a.name, a.region
  FROM statistical_neighbour n
  JOIN authority a ON a.id = n.neighbour_id;

-- The judgements that stand today: those of the most recent full inspection that
-- is published. Strands of earlier frameworks do not linger beside them.
CREATE VIEW authorities WITH (security_invoker = true) AS
SELECT a.*,
       (SELECT coalesce(json_agg(s.predecessor_id ORDER BY s.predecessor_id), '[]')
          FROM authority_succession s WHERE s.successor_id = a.id) AS predecessor_ids,
       (SELECT coalesce(json_agg(s.successor_id ORDER BY s.successor_id), '[]')
          FROM authority_succession s WHERE s.predecessor_id = a.id) AS successor_ids,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('strand', j.strand, 'grade', j.grade, 'wording', j.wording,
                                                     'inspection_id', i.id, 'framework_id', i.framework_id,
                                                     'published_on', i.published_on) ORDER BY s.position), '[]')
          FROM (SELECT last.id, last.framework_id, last.published_on
                  FROM inspection last
                  JOIN framework f ON f.id = last.framework_id AND f.full_inspection
                 WHERE last.authority_id = a.id AND last.deleted_at IS NULL
                   AND last.status = 'published' AND last.published_on <= inspectd.today()
                 ORDER BY last.start_on DESC NULLS LAST, last.id DESC
                 LIMIT 1) i
          JOIN judgement j ON j.inspection_id = i.id
          JOIN framework_strand s ON s.framework_id = i.framework_id AND s.strand = j.strand) AS standing_judgements,
       to_tsvector('english', a.name || ' ' || coalesce(a.official_name, '') || ' ' ||
                              array_to_string(a.aliases, ' ')) AS search
  FROM authority a
 WHERE a.deleted_at IS NULL;

GRANT SELECT ON frameworks, themes, neighbours, authorities TO inspectd_api;
