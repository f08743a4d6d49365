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
           ELSE current_setting('inspectd.scopes', true)::text[] && wanted
                OR 'admin' = ANY (current_setting('inspectd.scopes', true)::text[]) AND inspectd.sees_all() END
$$;
