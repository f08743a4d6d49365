-- In force to the end of its last day; of one that ended some time in a month, to the month's.
CREATE VIEW interventions WITH (security_invoker = true) AS
SELECT i.*,
       i.started_on <= inspectd.today()
           AND coalesce(inspectd.last_day(i.ended_on, i.ended_precision) >= inspectd.today(), true) AS in_force,
       to_tsvector('english', coalesce(i.instrument, '') || ' ' || coalesce(i.person_name, '') || ' ' ||
                              coalesce(i.person_role, '') || ' ' || coalesce(i.summary, '')) AS search
  FROM intervention i
 WHERE i.deleted_at IS NULL;

GRANT SELECT ON interventions TO inspectd_api;
