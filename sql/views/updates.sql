CREATE VIEW updates WITH (security_invoker = true) AS
SELECT u.*,
       (SELECT coalesce(json_agg(l.document_id ORDER BY l.document_id), '[]')
          FROM update_document l WHERE l.update_id = u.id) AS evidence_ids,
       (SELECT c.id FROM update c WHERE c.corrects_id = u.id AND c.deleted_at IS NULL) AS corrected_by_id,
       to_tsvector('english', coalesce(u.narrative, '') || ' ' || coalesce(u.next_step, '') || ' ' ||
                              coalesce(u.distance_to_target, '')) AS search
  FROM update u
 WHERE u.deleted_at IS NULL;

GRANT SELECT ON updates TO inspectd_api;
