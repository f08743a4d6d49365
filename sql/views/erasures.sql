CREATE VIEW retention_rules WITH (security_invoker = true) AS
SELECT r.* FROM retention_rule r WHERE r.deleted_at IS NULL;

CREATE VIEW erasures WITH (security_invoker = true) AS
SELECT e.* FROM erasure e WHERE e.deleted_at IS NULL;

GRANT SELECT ON retention_rules, erasures TO inspectd_api;
