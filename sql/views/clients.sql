CREATE VIEW clients WITH (security_invoker = true) AS
SELECT c.*
  FROM client c
 WHERE c.deleted_at IS NULL;

-- When a key was used is not in the journal, so of an earlier time it is not known.
CREATE VIEW api_keys WITH (security_invoker = true) AS
SELECT k.*,
       (SELECT h.used_at FROM inspectd.api_key_hash h
         WHERE h.key_id = k.id AND inspectd.recorded_at() IS NULL) AS last_used_at
  FROM api_key k
 WHERE k.deleted_at IS NULL;

GRANT SELECT ON clients, api_keys TO inspectd_api;
