-- What the tables of the improvement work have in common, said once: how a row is
-- found and by whom it may be written, and how two rows are linked.

-- The order of what papers number: 1.2 before 1.10.
CREATE COLLATION inspectd.numbering (provider = icu, locale = 'en-GB-u-kn-true');

-- UUIDv7 (RFC 9562): milliseconds, then what is left of the microseconds in the
-- 12 bits after the version, so that rows made one after another sort so.
CREATE FUNCTION inspectd.uuid_v7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT encode(int8send(((us / 1000) << 16) | x'7000'::bigint | (us % 1000 * 4096 / 1000))
                  || substring(uuid_send(gen_random_uuid()) FROM 9), 'hex')::uuid
      FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) AS now (us)
$$;

-- As 0004 made it, but an organisation may be everybody's: its keys are then those
-- of no authority, and unique among themselves.
CREATE OR REPLACE FUNCTION inspectd.keep_external_refs() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
BEGIN
    DELETE FROM external_ref WHERE resource = TG_TABLE_NAME AND row_id = NEW.id;
    IF NEW.deleted_at IS NULL THEN
        INSERT INTO external_ref (resource, authority_id, system, ref, row_id)
        SELECT TG_TABLE_NAME, coalesce(NEW.authority_id, ''), e.key, e.value, NEW.id
          FROM jsonb_each_text(NEW.external_refs) e;
    END IF;
    RETURN NULL;
END
$$;

-- --- finding rows in the journal -----------------------------------------------------
--
-- One index for each column of each table cost every row that was journaled more than
-- all else did, once there were a hundred. What every table has is found by three that
-- all share: a row's own id, the second id of a link, and whose it is.

CREATE FUNCTION inspectd.row_key_part(row_key text, n integer) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN split_part(row_key, ':', n) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                THEN split_part(row_key, ':', n)::uuid END
$$;

-- Of all rows, though not all have such keys: of a partial index PostgreSQL uses no statistics,
-- and would take each key to have hundreds of rows; nor would it serve an order by the key.
CREATE INDEX journal_first_key ON inspectd.journal (inspectd.row_key_part(row_key, 1), table_name, seq);
CREATE INDEX journal_second_key ON inspectd.journal (inspectd.row_key_part(row_key, 2), table_name, seq);
-- Not by table first: the later images of a row are to be found by its key, whatever the statistics say.
CREATE INDEX journal_of_authority ON inspectd.journal (authority_id, table_name, seq);

-- Where those three have a column of a journaled table; NULL for a column that they do not have.
CREATE FUNCTION inspectd.journal_place(name text, column_name text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN column_name = 'authority_id' THEN 'j.authority_id'
                WHEN a.atttypid = 'uuid'::regtype AND place.n <= 2
                THEN format('inspectd.row_key_part(j.row_key, %s)', place.n) END
      FROM inspectd.journaled_table t
      JOIN pg_attribute a ON a.attrelid = ('inspectd.' || quote_ident(t.table_name))::regclass
                         AND a.attname = column_name
      LEFT JOIN LATERAL unnest(t.key_columns) WITH ORDINALITY AS place (key_column, n)
             ON place.key_column = column_name
     WHERE t.table_name = name
$$;

-- The indexes that are no longer needed.
DO $$
DECLARE
    x record;
BEGIN
    FOR x IN SELECT t.table_name, c.name FROM inspectd.journaled_table t, unnest(t.find_columns) AS c (name)
              WHERE inspectd.journal_place(t.table_name, c.name) IS NOT NULL LOOP
        EXECUTE format('DROP INDEX inspectd.%I', 'journal_' || x.table_name || '_' || x.name);
        UPDATE inspectd.journaled_table SET find_columns = array_remove(find_columns, x.name)
         WHERE table_name = x.table_name;
    END LOOP;
END
$$;

-- As 0001 made it; a column that is found anyway needs nothing.
CREATE OR REPLACE FUNCTION inspectd.journal_find(name text, column_name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    type text;
BEGIN
    IF inspectd.journal_place(name, column_name) IS NOT NULL THEN
        RETURN;
    END IF;
    UPDATE inspectd.journaled_table SET find_columns = find_columns || column_name WHERE table_name = name;
    SELECT format_type(atttypid, atttypmod) INTO STRICT type FROM pg_attribute
     WHERE attrelid = ('inspectd.' || quote_ident(name))::regclass AND attname = column_name;
    EXECUTE format('CREATE INDEX %I ON inspectd.journal (((image ->> %L)::%s), seq) WHERE table_name = %L',
                   'journal_' || name || '_' || column_name, column_name, type, name);
END
$$;

REVOKE EXECUTE ON FUNCTION inspectd.journal_place(text, text) FROM PUBLIC;

-- As 0001 made it, but a view may read another, with which it then goes: by the time that
-- its turn comes there is no more than its name.
CREATE OR REPLACE FUNCTION inspectd.drop_derived() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    x record;
BEGIN
    EXECUTE 'DROP SCHEMA IF EXISTS recorded CASCADE';
    FOR x IN SELECT relname AS name FROM pg_class
              WHERE relkind = 'v' AND relnamespace = 'inspectd'::regnamespace LOOP
        EXECUTE format('DROP VIEW IF EXISTS inspectd.%I CASCADE', x.name);
    END LOOP;
    FOR x IN SELECT oid::regprocedure::text AS name FROM pg_proc
              WHERE proname LIKE '%\_facts' AND pronamespace = 'inspectd'::regnamespace LOOP
        EXECUTE format('DROP FUNCTION %s', x.name);
    END LOOP;
    EXECUTE 'CREATE SCHEMA recorded';
    EXECUTE 'GRANT USAGE ON SCHEMA recorded TO inspectd_api';
END
$$;

-- As 0001 made it; columns that the shared indexes have are read from where those look,
-- and a row that is older than a column which is never null holds that column's default.
CREATE OR REPLACE FUNCTION inspectd.rebuild_recorded() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t record;
BEGIN
    FOR t IN
        SELECT j.table_name,
               string_agg(coalesce(inspectd.journal_place(j.table_name, a.attname) || format(' AS %I', a.attname),
                                   CASE WHEN a.attname = ANY (j.find_columns)
                                        THEN format('(j.image ->> %L)::%s AS %I', a.attname,
                                                    format_type(a.atttypid, a.atttypmod), a.attname)
                                        WHEN a.attnotnull AND d.adbin IS NOT NULL
                                        THEN format('coalesce(r.%1$I, %2$s) AS %1$I', a.attname,
                                                    pg_get_expr(d.adbin, d.adrelid))
                                        ELSE format('r.%I', a.attname) END), ', ' ORDER BY a.attnum) AS columns
          FROM inspectd.journaled_table j
          JOIN pg_attribute a ON a.attrelid = ('inspectd.' || quote_ident(j.table_name))::regclass
                             AND a.attnum > 0 AND NOT a.attisdropped
          LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
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

-- --- tables ---------------------------------------------------------------------------

CREATE FUNCTION inspectd.has_column(name text, column_name text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = ('inspectd.' || quote_ident(name))::regclass
                      AND attname = column_name AND attnum > 0 AND NOT attisdropped)
$$;

-- Whose a row is, it stays: all that hangs from it would change hands by cascade, what was
-- reported with it. A row that was given to the wrong authority is deleted and made anew.
CREATE FUNCTION inspectd.refuse_authority() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % stays its authority''s: delete it and make another', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_stays_its_authoritys';
END
$$;
CREATE FUNCTION inspectd.keep_authority(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER authority BEFORE UPDATE ON inspectd.%I FOR EACH ROW '
                   'WHEN (OLD.authority_id IS DISTINCT FROM NEW.authority_id) '
                   'EXECUTE FUNCTION inspectd.refuse_authority()', name);
END
$$;
SELECT inspectd.keep_authority(name) FROM unnest(ARRAY['inspection', 'finding', 'action']) AS t (name);

-- Makes a table of rows that belong to an authority what the service takes it for:
-- keys that include the authority, the orders that every list has, the journal, the
-- other systems' keys and the grants. A table's references to itself come after it.
CREATE FUNCTION inspectd.owned_table(name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    moment text;
BEGIN
    EXECUTE format('ALTER TABLE inspectd.%I ADD UNIQUE (id, authority_id), '
                   'ADD UNIQUE (id, authority_id, sensitivity)', name);
    EXECUTE format('CREATE INDEX ON inspectd.%I (authority_id, id)', name);
    FOREACH moment IN ARRAY ARRAY['updated_at', 'created_at'] LOOP
        IF inspectd.has_column(name, moment) THEN
            EXECUTE format('CREATE INDEX ON inspectd.%I (%I, id)', name, moment);
        END IF;
    END LOOP;
    PERFORM inspectd.keep_authority(name);
    PERFORM inspectd.journal_table(name, 'id');
    IF inspectd.has_column(name, 'external_refs') THEN
        EXECUTE format('CREATE INDEX ON inspectd.%I USING gin (external_refs jsonb_path_ops)', name);
        EXECUTE format('CREATE TRIGGER external_refs AFTER INSERT OR UPDATE ON inspectd.%I '
                       'FOR EACH ROW EXECUTE FUNCTION inspectd.keep_external_refs()', name);
    END IF;
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON inspectd.%I TO inspectd_api', name);
END
$$;

-- --- one authority, and those that it succeeded -------------------------------------------

-- Whether an authority answers for what is another's: for its own, and for that of all
-- that it succeeded, through however many of them.
CREATE FUNCTION inspectd.answers_for(authority_id text, earlier_id text) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF authority_id = earlier_id THEN
        RETURN true;
    END IF;
    RETURN EXISTS (
        WITH RECURSIVE earlier AS (
            SELECT s.predecessor_id AS id FROM inspectd.authority_succession s
             WHERE s.successor_id = answers_for.authority_id
            UNION
            SELECT s.predecessor_id FROM inspectd.authority_succession s
              JOIN earlier ON s.successor_id = earlier.id)
        SELECT FROM earlier WHERE earlier.id = earlier_id);
END
$$;

-- What a row names in another's: in that of an authority that its own succeeded, or ('later')
-- of one that succeeded its own. Its arguments are the column, the table, and which of both.
CREATE FUNCTION inspectd.keep_to_succession() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    named uuid := to_jsonb(NEW) ->> TG_ARGV[0];
    owner text;
BEGIN
    IF TG_ARGV[1] = 'finding' THEN
        SELECT f.authority_id INTO owner FROM inspectd.finding f WHERE f.id = named;
    ELSIF TG_ARGV[1] = 'inspection' THEN
        SELECT i.authority_id INTO owner FROM inspectd.inspection i WHERE i.id = named;
    ELSE
        SELECT d.authority_id INTO owner FROM inspectd.decision d WHERE d.id = named;
    END IF;
    IF owner <> NEW.authority_id
       AND NOT (TG_ARGV[2] = 'later' AND inspectd.answers_for(owner, NEW.authority_id))
       AND NOT (TG_ARGV[2] = 'earlier' AND inspectd.answers_for(NEW.authority_id, owner)) THEN
        RAISE EXCEPTION '% % is of authority %, which is not in succession with %', TG_ARGV[1], named, owner,
            NEW.authority_id
            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END
$$;

-- Lets a column lead to rows of authorities in succession too: the key is by id alone,
-- and a trigger keeps it from leading to any other's. Whose a row is, it stays (above).
CREATE FUNCTION inspectd.succession_key(name text, column_name text, target text, direction text) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE inspectd.%1$I DROP CONSTRAINT IF EXISTS %2$I, '
                   'ADD CONSTRAINT %2$I FOREIGN KEY (%3$I) REFERENCES inspectd.%4$I (id)',
                   name, name || '_' || column_name || '_fkey', column_name, target);
    EXECUTE format('CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE OF authority_id, %I ON inspectd.%I '
                   'FOR EACH ROW WHEN (NEW.%I IS NOT NULL) EXECUTE FUNCTION inspectd.keep_to_succession(%L, %L, %L)',
                   name || '_' || column_name || '_of_succession', column_name, name, column_name, column_name, target,
                   direction);
END
$$;

-- A council that takes another's place answers that one's reports too.
SELECT inspectd.succession_key('action_finding', 'finding_id', 'finding', 'earlier');
SELECT inspectd.succession_key('finding_link', 'earlier_id', 'finding', 'earlier');

-- --- links ----------------------------------------------------------------------------

-- Table <owner>_<target>: which targets a row names. A link takes authority and
-- sensitivity from the row that names and follows it; it cannot lead to another
-- authority's row, unless organisations, which may be everybody's, are what it leads to,
-- or findings or inspections of an authority that this one succeeded.
CREATE FUNCTION inspectd.link_table(owner text, target text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name   text := owner || '_' || target;
    shared boolean := target = 'organisation';
BEGIN
    EXECUTE format(
        'CREATE TABLE inspectd.%1$I ('
        '%2$I uuid, authority_id text NOT NULL, sensitivity text NOT NULL, %3$I uuid, '
        'PRIMARY KEY (%2$I, %3$I), '
        'CONSTRAINT %4$I FOREIGN KEY (%2$I, authority_id, sensitivity) '
        'REFERENCES inspectd.%5$I (id, authority_id, sensitivity) ON UPDATE CASCADE, '
        'CONSTRAINT %6$I FOREIGN KEY (%7$s) REFERENCES inspectd.%8$I (%9$s))',
        name, owner || '_id', target || '_id', name || '_' || owner || '_id_fkey', owner,
        name || '_' || target || '_id_fkey',
        quote_ident(target || '_id') || CASE WHEN shared THEN '' ELSE ', authority_id' END, target,
        CASE WHEN shared THEN 'id' ELSE 'id, authority_id' END);
    IF target IN ('finding', 'inspection') THEN
        PERFORM inspectd.succession_key(name, target || '_id', target, 'earlier');
    END IF;
    EXECUTE format('CREATE INDEX ON inspectd.%I (%I, %I)', name, target || '_id', owner || '_id');
    PERFORM inspectd.journal_table(name, owner || '_id', target || '_id');
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON inspectd.%I TO inspectd_api', name);
END
$$;

REVOKE EXECUTE ON FUNCTION inspectd.keep_authority(text), inspectd.owned_table(text), inspectd.link_table(text, text),
    inspectd.succession_key(text, text, text, text) FROM PUBLIC;
