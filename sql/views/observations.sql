-- Each value against the target that its measure has now.
CREATE VIEW observations WITH (security_invoker = true) AS
SELECT o.*,
       inspectd.measure_rag(o.value, o.comparator, m.target, m.polarity, m.tolerance, m.tolerance_kind) AS rag,
       to_tsvector('english', coalesce(o.scope, '') || ' ' || coalesce(o.caveat, '') || ' ' || coalesce(o.source, '')) AS search
  FROM observation o
  JOIN measure m ON m.id = o.measure_id
 WHERE o.deleted_at IS NULL;

GRANT SELECT ON observations TO inspectd_api;
