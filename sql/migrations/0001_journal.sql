-- The ground everything stands on: the role the service runs as, what the
-- database knows about each caller, and the journal that records every change.

CREATE SCHEMA inspectd;

-- The ledger of `inspectd migrate`.
CREATE TABLE inspectd.migration (
    name     text PRIMARY KEY,
    checksum text        NOT NULL,
    at       timestamptz NOT NULL DEFAULT now()
);

-- Roles belong to the whole cluster, so another database may have made this one
-- already, perhaps at this very moment.
DO $$
BEGIN
    CREATE ROLE inspectd_api NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END
$$;
GRANT inspectd_api TO CURRENT_USER;
GRANT USAGE ON SCHEMA inspectd TO inspectd_api;
GRANT SELECT ON inspectd.migration TO inspectd_api;

-- What the service tells its connection about the request in hand. Settings, not
-- parameters, so that triggers and policies see them whichever statement runs.
CREATE FUNCTION inspectd.context(name text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('inspectd.' || name, true), '') $$;

-- The moment an `as_recorded_at` request asks about; NULL in every other request.
CREATE FUNCTION inspectd.recorded_at() RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('inspectd.recorded_at', true), '')::timestamptz $$;

-- The date that "overdue" is measured against: London's, at the moment asked about.
CREATE FUNCTION inspectd.today() RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT (coalesce(inspectd.recorded_at(), now()) AT TIME ZONE 'Europe/London')::date $$;

-- One row for each change to each row of each table, whoever made it, psql
-- included. `image` is the row as it stood afterwards (before, for a removal).
-- History, as_recorded_at, audit, the change feed and webhooks all read this.
-- Nothing updates or deletes here.
CREATE TABLE inspectd.journal (
    seq          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL DEFAULT now(),
    txid         xid8        NOT NULL DEFAULT pg_current_xact_id(),
    table_name   text        NOT NULL,
    row_key      text        NOT NULL,
    op           text        NOT NULL CHECK (op IN ('created', 'updated', 'deleted', 'restored')),
    version      bigint,
    authority_id text,
    sensitivity  text,
    actor        text,
    person       text,
    request_id   text,
    reason       text,
    image        jsonb       NOT NULL
);
CREATE INDEX journal_row ON inspectd.journal (table_name, row_key, seq);
GRANT SELECT ON inspectd.journal TO inspectd_api;

-- Which tables are journaled, by which columns a row of each is known, and by
-- which the journal finds rows of it without reading them all.
CREATE TABLE inspectd.journaled_table (
    table_name   text PRIMARY KEY,
    key_columns  text[] NOT NULL,
    find_columns text[] NOT NULL DEFAULT '{}'
);
GRANT SELECT ON inspectd.journaled_table TO inspectd_api;

-- Runs as its owner, because the service's role may read the journal but not write it.
CREATE FUNCTION inspectd.journal_write() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    image jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    key   text  := image ->> TG_ARGV[0];
    op    text  := CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'DELETE' THEN 'deleted' ELSE 'updated' END;
BEGIN
    FOR i IN 1 .. TG_NARGS - 1 LOOP
        key := key || ':' || (image ->> TG_ARGV[i]);
    END LOOP;
    IF TG_OP = 'UPDATE' AND image ? 'deleted_at' THEN
        op := CASE
            WHEN OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL THEN 'deleted'
            WHEN OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL THEN 'restored'
            ELSE 'updated' END;
    END IF;
    INSERT INTO journal (at, table_name, row_key, op, version, authority_id, sensitivity,
                         actor, person, request_id, reason, image)
    VALUES (coalesce((image ->> 'updated_at')::timestamptz, now()), TG_TABLE_NAME, key, op,
            (image ->> 'version')::bigint, image ->> 'authority_id', image ->> 'sensitivity',
            coalesce(context('actor'), 'database:' || session_user), context('person'),
            context('request_id'), context('reason'), image);
    RETURN NULL;
END
$$;

-- A change makes a new version, and versions of one row never share or reverse a time.
CREATE FUNCTION inspectd.touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.created_at := OLD.created_at;
    NEW.updated_at := greatest(now(), OLD.updated_at + interval '1 microsecond');
    RETURN NEW;
END
$$;

-- Lets the table as it once was be read by a column: one row, or one owner's rows,
-- at a time. Due wherever a view or an expansion asks for the rows of a parent.
CREATE FUNCTION inspectd.journal_find(name text, column_name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    type text;
BEGIN
    UPDATE inspectd.journaled_table SET find_columns = find_columns || column_name WHERE table_name = name;
    SELECT format_type(atttypid, atttypmod) INTO STRICT type FROM pg_attribute
     WHERE attrelid = ('inspectd.' || quote_ident(name))::regclass AND attname = column_name;
    EXECUTE format('CREATE INDEX %I ON inspectd.journal (((image ->> %L)::%s), seq) WHERE table_name = %L',
                   'journal_' || name || '_' || column_name, column_name, type, name);
END
$$;

-- Puts a table under the journal, to be found by its key's first column.
CREATE FUNCTION inspectd.journal_table(name text, VARIADIC key_columns text[]) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO inspectd.journaled_table VALUES (name, key_columns);
    EXECUTE format('CREATE TRIGGER journal AFTER INSERT OR UPDATE OR DELETE ON inspectd.%I '
                   'FOR EACH ROW EXECUTE FUNCTION inspectd.journal_write(%s)', name,
                   (SELECT string_agg(quote_literal(c), ', ' ORDER BY n)
                      FROM unnest(key_columns) WITH ORDINALITY AS k (c, n)));
    PERFORM inspectd.journal_find(name, key_columns[1]);
    IF EXISTS (SELECT FROM pg_attribute WHERE attname = 'version' AND attnum > 0
                AND attrelid = ('inspectd.' || quote_ident(name))::regclass) THEN
        EXECUTE format('CREATE TRIGGER touch BEFORE UPDATE ON inspectd.%I '
                       'FOR EACH ROW EXECUTE FUNCTION inspectd.touch()', name);
    END IF;
END
$$;

-- (Re)builds schema `recorded`: for each journaled table a view of the same name
-- and columns that shows it as it was at recorded_at(). The resource views are
-- then created a second time over these, from the same text.
CREATE FUNCTION inspectd.rebuild_recorded() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t record;
BEGIN
    FOR t IN
        SELECT j.table_name,
               string_agg(CASE
                   WHEN a.attname = ANY (j.find_columns)
                   THEN format('(j.image ->> %L)::%s AS %I', a.attname,
                               format_type(a.atttypid, a.atttypmod), a.attname)
                   ELSE format('r.%I', a.attname) END, ', ' ORDER BY a.attnum) AS columns
          FROM inspectd.journaled_table j
          JOIN pg_attribute a ON a.attrelid = ('inspectd.' || quote_ident(j.table_name))::regclass
                             AND a.attnum > 0 AND NOT a.attisdropped
         GROUP BY j.table_name
    LOOP
        EXECUTE format(
            'CREATE VIEW recorded.%1$I WITH (security_invoker = true) AS '
            'SELECT %2$s FROM inspectd.journal j, '
            'LATERAL jsonb_populate_record(NULL::inspectd.%1$I, j.image) r '
            'WHERE j.table_name = %1$L AND j.at <= inspectd.recorded_at() '
            'AND (j.op <> ''deleted'' OR j.image ? ''deleted_at'') '
            'AND NOT EXISTS (SELECT FROM inspectd.journal later '
            'WHERE later.table_name = %1$L AND later.row_key = j.row_key '
            'AND later.seq > j.seq AND later.at <= inspectd.recorded_at())',
            t.table_name, t.columns);
    END LOOP;
    EXECUTE 'GRANT SELECT ON ALL TABLES IN SCHEMA recorded TO inspectd_api';
END
$$;

-- Takes away what is derived from the tables (views, facts, schema `recorded`), so
-- that `migrate` can make it anew from sql/views and sql/rules after any change.
CREATE FUNCTION inspectd.drop_derived() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    EXECUTE 'DROP SCHEMA IF EXISTS recorded CASCADE';
    FOR name IN SELECT oid::regclass::text FROM pg_class
                 WHERE relkind = 'v' AND relnamespace = 'inspectd'::regnamespace LOOP
        EXECUTE format('DROP VIEW IF EXISTS %s CASCADE', name);
    END LOOP;
    FOR name IN SELECT oid::regprocedure::text FROM pg_proc
                 WHERE proname LIKE '%\_facts' AND pronamespace = 'inspectd'::regnamespace LOOP
        EXECUTE format('DROP FUNCTION %s', name);
    END LOOP;
    EXECUTE 'CREATE SCHEMA recorded';
    EXECUTE 'GRANT USAGE ON SCHEMA recorded TO inspectd_api';
END
$$;

-- Everybody may execute a new function. Put on a table of one's own, even a
-- temporary one, this trigger would write whatever one likes into the journal.
REVOKE EXECUTE ON FUNCTION inspectd.journal_write(), inspectd.journal_table(text, text[]),
    inspectd.journal_find(text, text), inspectd.rebuild_recorded(), inspectd.drop_derived() FROM PUBLIC;
