-- Who has been shown rows that are restricted. The service asks for it to be noted before the
-- answer goes out; it can neither change nor read what is noted.

CREATE TABLE inspectd.reading (
    id         uuid PRIMARY KEY DEFAULT inspectd.uuid_v7(),
    at         timestamptz NOT NULL DEFAULT now(),
    actor      text        NOT NULL,
    person     text,
    request_id text,
    resource   text        NOT NULL,     -- as addresses have it
    row_ids    uuid[]      NOT NULL
);
CREATE INDEX reading_of_row ON inspectd.reading USING gin (row_ids);
SELECT inspectd.guard_closed('reading', '{audit:read}');

CREATE FUNCTION inspectd.note_reading(resource text, row_ids uuid[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
    INSERT INTO reading (actor, person, request_id, resource, row_ids)
    VALUES (coalesce(context('actor'), 'database:' || session_user), context('person'), context('request_id'),
            note_reading.resource, note_reading.row_ids)
$$;
REVOKE EXECUTE ON FUNCTION inspectd.note_reading(text, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION inspectd.note_reading(text, uuid[]) TO inspectd_api;

-- It is only ever added to, whoever is at it.
CREATE FUNCTION inspectd.refuse_loss() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: it is only ever added to', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON inspectd.reading
    FOR EACH STATEMENT EXECUTE FUNCTION inspectd.refuse_loss();
