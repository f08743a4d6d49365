-- One organisation may deliver for several councils: those are the authorities with an
-- episode of it that is in force today. One that is known by its name alone serves its own.
CREATE VIEW delivery_models WITH (security_invoker = true) AS
SELECT d.*, now.in_force,
       (SELECT coalesce(json_agg(served.authority_id ORDER BY served.authority_id), '[]')
          FROM (SELECT d.authority_id WHERE now.in_force
                UNION
                SELECT other.authority_id FROM delivery_model other
                 WHERE other.organisation_id = d.organisation_id AND other.deleted_at IS NULL
                   AND coalesce(other.started_on <= inspectd.today(), true)
                   AND coalesce(other.ended_on >= inspectd.today(), true)) served) AS served_authority_ids,
       to_tsvector('english', coalesce(d.name, '') || ' ' || coalesce(d.summary, '')) AS search
  FROM delivery_model d,
       LATERAL (SELECT coalesce(d.started_on <= inspectd.today(), true)
                       AND coalesce(d.ended_on >= inspectd.today(), true) AS in_force) now
 WHERE d.deleted_at IS NULL;

GRANT SELECT ON delivery_models TO inspectd_api;
