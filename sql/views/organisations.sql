CREATE VIEW organisations WITH (security_invoker = true) AS
SELECT o.*, to_tsvector('english', o.name || ' ' || coalesce(o.short_name, '')) AS search
  FROM organisation o
 WHERE o.deleted_at IS NULL;

GRANT SELECT ON organisations TO inspectd_api;
