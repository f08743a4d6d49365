-- What the database is told of a caller, as policies read it; and how far a client reaches.

-- The most restricted sensitivity that a client sees. Those there are already saw everything.
ALTER TABLE inspectd.client
    ADD COLUMN clearance text NOT NULL DEFAULT 'restricted'
        CHECK (clearance IN ('public', 'council', 'restricted'));

-- A policy asks for each of these once a statement, as (SELECT inspectd.x()). A session
-- that was told nothing is nobody's, and sees no row that belongs to an authority.

CREATE FUNCTION inspectd.is_told() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(current_setting('inspectd.clearance', true), '') <> ''
$$;

CREATE FUNCTION inspectd.every_authority() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(current_setting('inspectd.authorities', true), '') = '*'
$$;

CREATE FUNCTION inspectd.own_authorities() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE coalesce(current_setting('inspectd.authorities', true), '')
           WHEN '' THEN '{}' WHEN '*' THEN '{}' ELSE current_setting('inspectd.authorities', true)::text[] END
$$;

-- What it sees of its own authorities. To the public view a row of theirs is as any other's.
CREATE FUNCTION inspectd.cleared() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE coalesce(current_setting('inspectd.clearance', true), '')
           WHEN 'restricted' THEN '{public,council,restricted}'::text[]
           WHEN 'council' THEN '{public,council}' ELSE '{}' END
$$;

CREATE FUNCTION inspectd.sees_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT inspectd.every_authority() AND current_setting('inspectd.clearance', true) = 'restricted'
$$;

CREATE FUNCTION inspectd.may(VARIADIC wanted text[]) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE coalesce(current_setting('inspectd.scopes', true), '') WHEN '' THEN false
           ELSE current_setting('inspectd.scopes', true)::text[] && array_remove(wanted, 'admin')
                OR 'admin' = ANY (current_setting('inspectd.scopes', true)::text[]) AND inspectd.sees_all() END
$$;

-- --- clients and their keys ------------------------------------------------------------
--
-- A client says what may be done; how it shows who it is stands apart, so that a key can be
-- changed for another without a moment in which neither works. Both are in the journal.

-- A key is 256 random bits, so there is nothing for a slow hash to protect. Its SHA-256 is
-- hashed once more under a secret that the database does not have: who reads or writes this
-- table can make no key. Neither is ever shown: it stands outside the journal, and the
-- service may add to it and not read it.
CREATE TABLE inspectd.api_key (
    id         uuid PRIMARY KEY,
    client_id  uuid        NOT NULL REFERENCES inspectd.client,
    hint       text        CHECK (length(hint) = 4),    -- its last characters; NULL: from before they were kept
    status     text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'revoked')),
    status_on  date,
    expires_on date,                                    -- the last day on which it works
    ends_at    timestamptz,                             -- since another took its place
    version    bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz CHECK (deleted_at IS NULL)   -- as every row has it; a key is revoked instead
);
CREATE INDEX ON inspectd.api_key (client_id, id);
CREATE INDEX ON inspectd.api_key (created_at, id);
CREATE INDEX ON inspectd.api_key (updated_at, id);

CREATE TABLE inspectd.api_key_hash (
    key_id  uuid PRIMARY KEY REFERENCES inspectd.api_key,
    hash    bytea   NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    keyed   boolean NOT NULL DEFAULT true,  -- false: a plain SHA-256, which opens nothing until `migrate` has keyed it
    used_at timestamptz                     -- to within a minute
);

ALTER TABLE inspectd.client
    ADD COLUMN expires_on date,             -- the last day on which its keys work
    ADD COLUMN status     text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'revoked')),
    ADD COLUMN status_on  date,
    ADD COLUMN warnings   jsonb       NOT NULL DEFAULT '[]',
    ADD COLUMN version    bigint      NOT NULL DEFAULT 1,
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN deleted_at timestamptz CHECK (deleted_at IS NULL);

-- The keys there are go on. A moment of expiry was the midnight after a last day.
UPDATE inspectd.client
   SET expires_on = (expires_at AT TIME ZONE 'Europe/London')::date - 1,
       status = CASE WHEN revoked_at IS NULL THEN 'active' ELSE 'revoked' END,
       status_on = (revoked_at AT TIME ZONE 'Europe/London')::date;
WITH taken AS (
    INSERT INTO inspectd.api_key (id, client_id, created_at)
    SELECT inspectd.uuid_v7(), c.id, c.created_at FROM inspectd.client c ORDER BY c.id
    RETURNING id, client_id)
INSERT INTO inspectd.api_key_hash (key_id, hash, keyed)
SELECT t.id, c.key_hash, false FROM taken t JOIN inspectd.client c ON c.id = t.client_id;

ALTER TABLE inspectd.client DROP COLUMN key_hash, DROP COLUMN expires_at, DROP COLUMN revoked_at;
CREATE INDEX ON inspectd.client (name COLLATE inspectd.plain, id);
CREATE INDEX ON inspectd.client (created_at, id);
CREATE INDEX ON inspectd.client (updated_at, id);

SELECT inspectd.journal_table('client', 'id');
SELECT inspectd.journal_table('api_key', 'id');
SELECT inspectd.journal_find('api_key', 'client_id');

-- What was there is in the journal from now on.
INSERT INTO inspectd.journal (table_name, row_key, op, version, actor, image)
SELECT 'client', c.id::text, 'created', c.version, 'database:' || session_user, to_jsonb(c)
  FROM inspectd.client c ORDER BY c.id;
INSERT INTO inspectd.journal (table_name, row_key, op, version, actor, image)
SELECT 'api_key', k.id::text, 'created', k.version, 'database:' || session_user, to_jsonb(k)
  FROM inspectd.api_key k ORDER BY k.id;

-- Who may grant may see and change clients and keys, and nobody else: the C code says so, and so does this.
GRANT SELECT, INSERT, UPDATE ON inspectd.client, inspectd.api_key TO inspectd_api;
GRANT SELECT (key_id, used_at), INSERT (key_id, hash) ON inspectd.api_key_hash TO inspectd_api;
ALTER TABLE inspectd.client ENABLE ROW LEVEL SECURITY;
ALTER TABLE inspectd.api_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE inspectd.api_key_hash ENABLE ROW LEVEL SECURITY;
CREATE POLICY admin ON inspectd.client TO inspectd_api USING ((SELECT inspectd.may('admin')));
CREATE POLICY admin ON inspectd.api_key TO inspectd_api USING ((SELECT inspectd.may('admin')));
CREATE POLICY admin ON inspectd.api_key_hash TO inspectd_api USING ((SELECT inspectd.may('admin')));

-- The client that a key belongs to, by the key's keyed hash; no row where it has ended, by whatever
-- cause. Runs as its owner, because whoever asks is nobody yet. Notes the use, once a minute at
-- most: who comes second while that is being written does not wait for it.
CREATE FUNCTION inspectd.client_of_key(presented bytea, OUT id uuid, OUT name text, OUT grants json)
    RETURNS SETOF record LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    found_id uuid;
    today    date := (now() AT TIME ZONE 'Europe/London')::date;
BEGIN
    SELECT k.id, c.id, c.name, json_build_object('scopes', c.scopes, 'authority_ids', c.authority_ids,
                                                 'clearance', c.clearance)
      INTO found_id, client_of_key.id, client_of_key.name, client_of_key.grants
      FROM api_key_hash h JOIN api_key k ON k.id = h.key_id JOIN client c ON c.id = k.client_id
     WHERE h.hash = presented AND h.keyed
       AND k.status = 'active' AND coalesce(k.expires_on >= today, true) AND coalesce(k.ends_at > now(), true)
       AND c.status = 'active' AND coalesce(c.expires_on >= today, true);
    IF found_id IS NULL THEN
        RETURN;
    END IF;
    UPDATE api_key_hash h SET used_at = now()
      FROM (SELECT u.key_id FROM api_key_hash u
             WHERE u.key_id = found_id
               AND coalesce(u.used_at < now() - interval '1 minute', true) FOR UPDATE SKIP LOCKED) stale
     WHERE h.key_id = stale.key_id;
    RETURN NEXT;
END
$$;
REVOKE EXECUTE ON FUNCTION inspectd.client_of_key(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION inspectd.client_of_key(bytea) TO inspectd_api;
