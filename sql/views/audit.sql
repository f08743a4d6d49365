-- What was done, and what it changed. Members are told as the resource has them: of a table that holds a
-- list, the list in its owner changed. What was before is told where it may be seen as well.
CREATE VIEW audit_entries WITH (security_invoker = true) AS
SELECT j.seq AS id, j.at,
       CASE WHEN t.member IS NOT NULL AND j.op <> 'erased' THEN 'updated' ELSE j.op END AS op,
       t.resource, nullif(j.row_id, '') AS row_id, t.member, j.version, j.authority_id, j.sensitivity,
       j.actor, j.person, j.request_id, j.reason,
       inspectd.changes(j.op, j.image, (SELECT p.image FROM journal p WHERE p.seq = j.before AND j.op <> 'created'),
                        t.member, t.key_columns[1], t.hidden) AS changes
  FROM journal j
  JOIN inspectd.journaled_table t ON t.table_name = j.table_name;

-- Who was shown rows that are restricted.
CREATE VIEW readings WITH (security_invoker = true) AS
SELECT j.seq AS id, j.at, j.actor, j.person, j.request_id, t.resource, j.authority_id, j.image -> 'row_ids' AS row_ids
  FROM journal j
  JOIN inspectd.journaled_table t ON t.table_name = j.table_name
 WHERE j.op = 'read';

CREATE VIEW seals WITH (security_invoker = true) AS
SELECT s.id, s.at, s.first_seq, s.last_seq, s.entries, encode(s.previous, 'hex') AS previous,
       encode(s.digest, 'hex') AS digest
  FROM seal s;

GRANT SELECT ON audit_entries, readings, seals TO inspectd_api;
