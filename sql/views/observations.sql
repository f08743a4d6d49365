-- Each value against the target that its measure has now. What is too small a number for the public
-- view is null, and nothing is made of it, so that no colour, filter or order tells of it. Columns are
-- named for its sake, and a new one is to be added here.
CREATE VIEW observations WITH (security_invoker = true) AS
SELECT o.id, o.authority_id, o.sensitivity, o.external_refs, o.measure_id, o.observed_on, o.precision,
       inspectd.shown(o.value, o.unit) AS value, o.unit, o.comparator, o.approximate, o.scope, o.caveat, o.document_id,
       o.source, o.warnings, o.version, o.created_at, o.updated_at, o.deleted_at,
       inspectd.has_public_view() AND inspectd.is_small_count(o.value, o.unit) AS suppressed,
       CASE WHEN inspectd.has_public_view()
             AND (inspectd.is_small_count(o.value, o.unit) OR inspectd.is_small_count(m.target, m.unit)) THEN 'not_rated'
            ELSE inspectd.measure_rag(o.value, o.comparator, m.target, m.polarity, m.tolerance, m.tolerance_kind)
       END AS rag,
       to_tsvector('english', coalesce(o.scope, '') || ' ' || coalesce(o.caveat, '') || ' ' || coalesce(o.source, '')) AS search
  FROM observation o
  JOIN measure m ON m.id = o.measure_id
 WHERE o.deleted_at IS NULL;

GRANT SELECT ON observations TO inspectd_api;
