CREATE VIEW boards WITH (security_invoker = true) AS
SELECT b.*, to_tsvector('english', b.name || ' ' || coalesce(b.chair_role, '')) AS search
  FROM board b
 WHERE b.deleted_at IS NULL;

GRANT SELECT ON boards TO inspectd_api;
