CREATE VIEW extensions WITH (security_invoker = true) AS
SELECT e.*,
       to_tsvector('english', e.reason || ' ' || coalesce(e.decision_reason, '')) AS search
  FROM extension e
 WHERE e.deleted_at IS NULL;

GRANT SELECT ON extensions TO inspectd_api;
