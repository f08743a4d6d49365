-- Who changed what, when and why, kept so that no change to it goes unseen; and every
-- table as it was at any moment.

-- As 0001 made it, in a form that may be asked beneath a policy.
CREATE OR REPLACE FUNCTION inspectd.today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT (CASE WHEN inspectd.recorded_at() IS NULL THEN now() ELSE inspectd.recorded_at() END
            AT TIME ZONE 'Europe/London')::date
$$;

-- As 0013 made it; but a NULL among them, of which nothing can be said, would not be told from a row that is of nobody.
CREATE OR REPLACE FUNCTION inspectd.own_authorities() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE coalesce(current_setting('inspectd.authorities', true), '')
           WHEN '' THEN '{}' WHEN '*' THEN '{}'
           ELSE array_remove(current_setting('inspectd.authorities', true)::text[], NULL) END
$$;

-- --- what a journaled table is to a reader --------------------------------------------------

-- `resource` is the path segment of the row that an entry is about; `member` is the list in
-- that row which the table holds; `hidden` are columns that are not shown, beside those that
-- every table has (see inspectd.changes).
ALTER TABLE inspectd.journaled_table
    DROP COLUMN find_columns,
    ADD COLUMN resource text,
    ADD COLUMN member   text,
    ADD COLUMN hidden   text[] NOT NULL DEFAULT '{}';

-- What the names of a table and of its keys tell: plan_board, known by plan_id and board_id, is
-- the list board_ids of a plan.
CREATE FUNCTION inspectd.name_journaled(name text) RETURNS void LANGUAGE sql AS $$
    UPDATE inspectd.journaled_table t
       SET resource = coalesce(o.resource, replace(name, '_', '-') || 's'),
           member = CASE WHEN o.table_name IS NOT NULL THEN t.key_columns[2] || 's' END
      FROM inspectd.journaled_table self
      LEFT JOIN inspectd.journaled_table o
             ON o.table_name || '_id' = self.key_columns[1] AND self.key_columns[2] LIKE '%\_id'
     WHERE t.table_name = name AND self.table_name = name
$$;
SELECT inspectd.name_journaled(table_name) FROM inspectd.journaled_table WHERE key_columns[1] NOT LIKE '%\_id';
SELECT inspectd.name_journaled(table_name) FROM inspectd.journaled_table WHERE key_columns[1] LIKE '%\_id';
UPDATE inspectd.journaled_table t SET resource = n.resource, member = n.member
  FROM (VALUES ('authority', 'authorities', NULL), ('api_key', 'keys', NULL),
               ('statistical_neighbour', 'neighbours', NULL), ('authority_succession', 'authorities', 'successor_ids'),
               ('framework_strand', 'frameworks', 'strands'), ('framework_grade', 'frameworks', 'grades'),
               ('judgement', 'inspections', 'judgements'), ('finding_link', 'findings', 'links'),
               ('action_partner', 'actions', 'partners'), ('plan_board', 'plans', 'boards'),
               ('update_document', 'updates', 'evidence_ids')) AS n (table_name, resource, member)
 WHERE t.table_name = n.table_name;
UPDATE inspectd.journaled_table t SET hidden = n.hidden
  FROM (VALUES ('framework_strand', '{position}'::text[]), ('framework_grade', '{position}'),
               ('judgement', '{framework_id}'), ('inspection_theme', '{framework_id}'),
               ('deadline', '{followed_on,rule_basis}'), ('reschedule', '{was_day,became_day}')) AS n (table_name, hidden)
 WHERE t.table_name = n.table_name;
ALTER TABLE inspectd.journaled_table ALTER COLUMN resource SET NOT NULL;

-- --- the chain --------------------------------------------------------------------------------
--
-- A record is a row of a table, by its key. Each entry of a record holds a hash over the hash of
-- the entry before it and over all that it says itself, so that none can be changed, taken out or
-- put in without changing those that follow. Writers of different records never wait for each
-- other. What ends a record is held by the seals below, and by the row as it stands.

ALTER TABLE inspectd.journal
    ALTER COLUMN seq DROP IDENTITY,
    DROP CONSTRAINT journal_op_check,
    ADD CONSTRAINT journal_op_check CHECK (op IN ('created', 'updated', 'deleted', 'restored', 'read', 'erased')),
    ADD COLUMN row_id text,     -- the row whose history this is: of an entry in a list, its owner
    ADD COLUMN n      integer,  -- counts the entries of a record from 1
    ADD COLUMN before bigint,   -- the entry before it in its record; NULL of the first
    ADD COLUMN digest bytea,    -- of the image as it was written; text that is erased leaves it as it is
    ADD COLUMN hash   bytea;
CREATE SEQUENCE inspectd.journal_number OWNED BY inspectd.journal.seq;
SELECT setval('inspectd.journal_number', coalesce(max(seq), 0) + 1, false) FROM inspectd.journal;

-- All that an entry says, so that no two read alike: a JSON array, times in microseconds of UTC. Image
-- and reason stand in it by their SHA-256, so that words can be erased and the chain still be held to it.
CREATE FUNCTION inspectd.entry_text(e inspectd.journal, reason_digest text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT jsonb_build_array(e.seq, (extract(epoch FROM e.at) * 1000000)::bigint, e.txid::text, e.table_name, e.row_key,
                             e.row_id, e.n, e.before, e.op, e.version, e.authority_id, e.sensitivity, e.actor,
                             e.person, e.request_id, reason_digest, encode(e.digest, 'hex'))::text
$$;
CREATE FUNCTION inspectd.text_digest(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT encode(sha256(convert_to(words, 'UTF8')), 'hex')
$$;
CREATE FUNCTION inspectd.chain_hash(before bytea, entry text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256(before || convert_to(entry, 'UTF8'))
$$;

-- Of a table that holds a list the first part of the key is the owner's id; any other row is known by all of it.
CREATE FUNCTION inspectd.row_of(row_key text, is_member boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN is_member THEN split_part(row_key, ':', 1) ELSE replace(row_key, ':', '-') END
$$;

DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT indexrelid::regclass::text FROM pg_index
                 WHERE indrelid = 'inspectd.journal'::regclass AND NOT indisprimary LOOP
        EXECUTE 'DROP INDEX ' || name;
    END LOOP;
END
$$;

-- What is there already becomes a chain as it stands. No image is carried along: they are large.
CREATE AGGREGATE inspectd.chained(text) (SFUNC = inspectd.chain_hash, STYPE = bytea, INITCOND = '');
UPDATE inspectd.journal j
   SET row_id = c.row_id, n = c.n, before = c.before, digest = c.digest, hash = c.hash
  FROM (SELECT e.seq, e.row_id, e.n, e.before, e.digest,
               inspectd.chained(inspectd.entry_text(e, inspectd.text_digest(e.reason)))
                   OVER (PARTITION BY e.table_name, e.row_key ORDER BY e.seq) AS hash
          FROM (SELECT d.seq, d.at, d.txid, d.table_name, d.row_key, d.op, d.version, d.authority_id, d.sensitivity,
                       d.actor, d.person, d.request_id, d.reason, NULL::jsonb AS image,
                       inspectd.row_of(d.row_key, t.member IS NOT NULL) AS row_id,
                       row_number() OVER record::integer AS n, lag(d.seq) OVER record AS before, d.digest,
                       NULL::bytea AS hash
                  FROM (SELECT i.seq, i.at, i.txid, i.table_name, i.row_key, i.op, i.version, i.authority_id,
                               i.sensitivity, i.actor, i.person, i.request_id, i.reason,
                               sha256(convert_to(i.image::text, 'UTF8')) AS digest FROM inspectd.journal i) d
                  JOIN inspectd.journaled_table t USING (table_name)
                WINDOW record AS (PARTITION BY d.table_name, d.row_key ORDER BY d.seq)) x,
               LATERAL (SELECT ((x.*)::inspectd.journal).*) AS e) c
 WHERE j.seq = c.seq;
DROP AGGREGATE inspectd.chained(text);
ALTER TABLE inspectd.journal
    ALTER COLUMN row_id SET NOT NULL, ALTER COLUMN n SET NOT NULL,
    ALTER COLUMN digest SET NOT NULL, ALTER COLUMN hash SET NOT NULL;

-- What is asked of the journal, and no more: each index costs every write. A row's history, and what
-- comes before in a record: unique, so that a chain cannot fork.
CREATE UNIQUE INDEX journal_record ON inspectd.journal (row_id, table_name, row_key, n);
CREATE INDEX journal_at ON inspectd.journal (at, seq);
CREATE INDEX journal_authority ON inspectd.journal (authority_id, at, seq);
CREATE INDEX journal_actor ON inspectd.journal (actor, at, seq);
CREATE INDEX journal_request ON inspectd.journal (request_id);
CREATE INDEX journal_read ON inspectd.journal (at, seq) WHERE op = 'read';

-- Adds an entry: what it is about and its image are the caller's, the rest is said here. The times
-- of a record never go back. The transaction has its number before the entry has one, which is what
-- seal() counts on.
--
-- Planned while the journal is empty, the question after the last entry would go on reading all of it.
CREATE FUNCTION inspectd.journal_add(e inspectd.journal) RETURNS inspectd.journal
    LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    last record;
BEGIN
    SELECT j.seq, j.at, j.n, j.hash INTO last FROM inspectd.journal j
     WHERE j.row_id = e.row_id AND j.table_name = e.table_name AND j.row_key = e.row_key
     ORDER BY j.n DESC LIMIT 1;
    e.txid := pg_current_xact_id();
    e.seq := nextval('inspectd.journal_number');
    e.at := greatest(coalesce(e.at, now()), last.at);
    e.actor := coalesce(inspectd.context('actor'), 'database:' || session_user);
    e.person := inspectd.context('person');
    e.request_id := inspectd.context('request_id');
    e.reason := inspectd.context('reason');
    e.n := coalesce(last.n, 0) + 1;
    e.before := last.seq;
    e.digest := sha256(convert_to(e.image::text, 'UTF8'));
    e.hash := inspectd.chain_hash(coalesce(last.hash, ''), inspectd.entry_text(e, inspectd.text_digest(e.reason)));
    INSERT INTO inspectd.journal VALUES (e.*);
    RETURN e;
END
$$;

-- --- every table as it was -------------------------------------------------------------------------
--
-- history.<table> holds each image of the journal once more, in the columns of its table, with the
-- span for which it stood, and has the indexes of its table: so a page of the past is found and
-- ordered as a page of today is. The trigger that writes the journal writes it too. It can be made
-- anew from the journal at any time, and is, when the table has other columns than it had.

CREATE SCHEMA history;

-- In one text: 'id, title', 'NEW.id, NEW.title'. The columns that most rows of the past are told by come first.
CREATE FUNCTION inspectd.columns_of(name text, shape text DEFAULT '%I', early text[] DEFAULT '{}') RETURNS text
    LANGUAGE sql STABLE AS $$
    SELECT string_agg(format(shape, a.attname), ', ' ORDER BY a.attname <> ALL (early), a.attnum)
      FROM pg_attribute a
     WHERE a.attrelid = ('inspectd.' || quote_ident(name))::regclass AND a.attnum > 0 AND NOT a.attisdropped
$$;

-- Makes the trigger of one table. It runs as its owner, because the service's role may read the journal
-- and not write it; in UTC, so that a moment is always written alike. A row whose key is changed is
-- another row from then on.
CREATE FUNCTION inspectd.make_trigger(name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    timed  boolean := inspectd.has_column(name, 'updated_at');
    softly boolean := inspectd.has_column(name, 'deleted_at');
    is_member boolean;
    key    text;
    moves  text;
    told   text;
BEGIN
    SELECT t.member IS NOT NULL,
           string_agg(format('(e.image ->> %L)', k), ' || '':'' || ' ORDER BY i),
           string_agg(format('OLD.%1$I <> NEW.%1$I', k), ' OR ' ORDER BY i)
      INTO is_member, key, moves
      FROM inspectd.journaled_table t, unnest(t.key_columns) WITH ORDINALITY AS u (k, i)
     WHERE t.table_name = name GROUP BY 1;
    SELECT string_agg(format('e.%1$I := r.%1$I; ', c), '') INTO told
      FROM unnest(ARRAY['version', 'authority_id', 'sensitivity']) AS c WHERE inspectd.has_column(name, c);
    EXECUTE format($make$
CREATE OR REPLACE FUNCTION history.%1$I() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp SET timezone = 'UTC'
    SET enable_seqscan = off SET enable_bitmapscan = off AS $trigger$
DECLARE
    gone boolean := TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND (%2$s));
    made boolean := TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND gone);
    r    inspectd.%1$I;
    e    inspectd.journal;
BEGIN
    IF gone THEN
        r := OLD;
        e.table_name := %1$L; e.op := 'deleted'; e.at := %3$s; e.image := to_jsonb(OLD); %4$s
        e.row_key := %5$s; e.row_id := row_of(e.row_key, %6$L);
        e := journal_add(e);
        UPDATE history.%1$I SET recorded_until = e.at WHERE journal_seq = e.before;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        r := NEW;
        e.table_name := %1$L; e.op := %7$s; e.at := %8$s; e.image := to_jsonb(NEW); %4$s
        e.row_key := %5$s; e.row_id := row_of(e.row_key, %6$L);
        e := journal_add(e);
        UPDATE history.%1$I SET recorded_until = e.at WHERE journal_seq = e.before;
        INSERT INTO history.%1$I (journal_seq, recorded_at, recorded_until, %9$s)
        VALUES (e.seq, e.at, 'infinity', %10$s);
    END IF;
    RETURN NULL;
END
$trigger$ $make$,
        name, moves, CASE WHEN timed THEN 'greatest(now(), OLD.updated_at + interval ''1 microsecond'')' ELSE 'NULL' END,
        told, key, is_member,
        format('CASE WHEN made THEN ''created'' %s ELSE ''updated'' END', CASE WHEN softly THEN
            'WHEN OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL THEN ''deleted'' '
            'WHEN OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL THEN ''restored''' END),
        CASE WHEN timed THEN 'NEW.updated_at' ELSE 'NULL' END,
        inspectd.columns_of(name), inspectd.columns_of(name, 'NEW.%I'));
    EXECUTE format('REVOKE EXECUTE ON FUNCTION history.%I() FROM PUBLIC', name);
    EXECUTE format('DROP TRIGGER IF EXISTS journal ON inspectd.%1$I; CREATE TRIGGER journal '
                   'AFTER INSERT OR UPDATE OR DELETE ON inspectd.%1$I FOR EACH ROW EXECUTE FUNCTION history.%1$I()', name);
END
$$;

-- Fills history.<table> from the journal. Of a row that was deleted for good nothing stands from then
-- on; one that was deleted softly stands, with its deleted_at. An image older than a column holds that
-- column's default, as the row does.
CREATE FUNCTION inspectd.fill_history(name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    filled text;
BEGIN
    SELECT string_agg(CASE WHEN d.adbin IS NOT NULL AND a.attgenerated = ''
                           THEN format('coalesce(r.%I, CASE WHEN NOT entry.image ? %L THEN %s END)', a.attname, a.attname,
                                       pg_get_expr(d.adbin, d.adrelid))
                           ELSE format('r.%I', a.attname) END, ', ' ORDER BY a.attnum)
      INTO filled
      FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = ('inspectd.' || quote_ident(name))::regclass AND a.attnum > 0 AND NOT a.attisdropped;
    EXECUTE format($fill$
        INSERT INTO history.%1$I (journal_seq, recorded_at, recorded_until, %2$s)
        SELECT span.seq, span.at, span.until, %3$s
          FROM (SELECT j.seq, j.at, coalesce(min(j.at) OVER later, 'infinity') AS until,
                       j.is_removal OR (j.op = 'deleted' AND j.version = lag(j.version) OVER record) AS gone
                  FROM (SELECT i.seq, i.at, i.op, i.row_key, i.version,
                               i.op = 'deleted' AND i.image ->> 'deleted_at' IS NULL AS is_removal
                          FROM inspectd.journal i WHERE i.table_name = %1$L AND i.op NOT IN ('read', 'erased')) j
                WINDOW record AS (PARTITION BY j.row_key ORDER BY j.seq),
                       later AS (record ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)) span
          JOIN inspectd.journal entry USING (seq),
               LATERAL jsonb_populate_record(NULL::inspectd.%1$I, entry.image) r
         WHERE NOT span.gone
         ORDER BY span.seq $fill$, name, inspectd.columns_of(name), filled);
END
$$;

-- Whether history.<table> has the columns of its table.
CREATE FUNCTION inspectd.history_fits(name text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg((a.attname, a.atttypid, a.atttypmod, a.attcollation)::text ORDER BY a.attname)
                        FILTER (WHERE a.attrelid = ('inspectd.' || quote_ident(name))::regclass)
                  = array_agg((a.attname, a.atttypid, a.atttypmod, a.attcollation)::text ORDER BY a.attname)
                        FILTER (WHERE a.attrelid = to_regclass('history.' || quote_ident(name))
                                  AND a.attname NOT IN ('journal_seq', 'recorded_at', 'recorded_until')), false)
      FROM pg_attribute a
     WHERE a.attrelid IN (('inspectd.' || quote_ident(name))::regclass, to_regclass('history.' || quote_ident(name)))
       AND a.attnum > 0 AND NOT a.attisdropped
$$;

-- The indexes of a table, for its history: those of the key are one. The span comes last, so that what
-- was not yet, and what was no more, is passed over in the index.
CREATE FUNCTION inspectd.index_history(name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    keys text[];
    x    record;
BEGIN
    SELECT t.key_columns INTO STRICT keys FROM inspectd.journaled_table t WHERE t.table_name = name;
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON history.%I (%s, recorded_at, recorded_until)', name || '_key', name,
                   (SELECT string_agg(quote_ident(k), ', ' ORDER BY i) FROM unnest(keys) WITH ORDINALITY AS u (k, i)));
    FOR x IN SELECT c.relname AS index_name, m.amname AS method, pg_get_expr(i.indpred, i.indrelid) AS only,
                    substring(split_part(pg_get_indexdef(i.indexrelid), ' WHERE ', 1) FROM 'USING \w+ \((.*)\)$') AS columns
               FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
               LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
              WHERE i.indrelid = ('inspectd.' || quote_ident(name))::regclass
                AND a.attname IS DISTINCT FROM keys[1] LOOP
        EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON history.%I USING %s (%s%s) %s', x.index_name, name, x.method,
                       x.columns, CASE WHEN x.method = 'btree' THEN ', recorded_at, recorded_until' END, 'WHERE ' || x.only);
    END LOOP;
    IF inspectd.has_column(name, 'external_refs') THEN -- as they are, these have a table of their own
        EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON history.%I USING gin (external_refs jsonb_path_ops)',
                       name || '_external_refs', name);
    END IF;
END
$$;

-- Brings history.<table>, and the trigger that writes it, to the shape that the table has.
CREATE FUNCTION inspectd.keep_history(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT inspectd.history_fits(name) THEN
        EXECUTE format('DROP TABLE IF EXISTS history.%I', name);
        EXECUTE format('CREATE TABLE history.%1$I AS SELECT NULL::bigint AS journal_seq, '
                       'NULL::timestamptz AS recorded_at, NULL::timestamptz AS recorded_until, %2$s '
                       'FROM inspectd.%1$I t WITH NO DATA', name,
                       inspectd.columns_of(name, 't.%I', '{id,deleted_at,authority_id,sensitivity}'));
        EXECUTE format('ALTER TABLE history.%I ENABLE ROW LEVEL SECURITY', name); -- without a policy: its owner's alone
        PERFORM inspectd.make_trigger(name);
        PERFORM inspectd.fill_history(name);
        EXECUTE format('ALTER TABLE history.%I ADD PRIMARY KEY (journal_seq)', name);
    END IF;
    PERFORM inspectd.index_history(name);
END
$$;

-- Everything that is journaled from now on is written by these.
CREATE OR REPLACE FUNCTION inspectd.journal_table(name text, VARIADIC key_columns text[]) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO inspectd.journaled_table (table_name, key_columns, resource) VALUES (name, key_columns, name);
    PERFORM inspectd.name_journaled(name);
    PERFORM inspectd.keep_history(name);
    PERFORM inspectd.refuse_truncate(name);
    IF inspectd.has_column(name, 'version') THEN
        EXECUTE format('CREATE TRIGGER touch BEFORE UPDATE ON inspectd.%I '
                       'FOR EACH ROW EXECUTE FUNCTION inspectd.touch()', name);
    END IF;
END
$$;

-- --- what is only ever added to ----------------------------------------------------------------------

CREATE OR REPLACE FUNCTION inspectd.refuse_loss() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: it would leave no trace', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'The journal is only ever added to. Text is erased by inspectd.erase_images().';
END
$$;

CREATE FUNCTION inspectd.refuse_truncate(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON inspectd.%I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION inspectd.refuse_loss()', name);
END
$$;

-- What stands in an image where its words have been.
CREATE FUNCTION inspectd.redacted(image jsonb, columns text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT image || coalesce((SELECT jsonb_object_agg(key, CASE jsonb_typeof(value)
                                  WHEN 'string' THEN '"[erased]"' WHEN 'array' THEN '[]' WHEN 'object' THEN '{}'
                                  ELSE value END)
                                FROM jsonb_each(image) WHERE key = ANY (columns)), '{}')
$$;

-- The one change that an entry takes: an entry 'erased' says which columns, and what the image is then.
CREATE FUNCTION inspectd.keep_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was inspectd.journal := NEW;
BEGIN
    was.image := OLD.image;
    was.reason := OLD.reason;
    IF TG_OP = 'UPDATE' AND was IS NOT DISTINCT FROM OLD
       AND (NEW.reason IS NOT DISTINCT FROM OLD.reason OR NEW.reason = '[erased]')
       AND EXISTS (SELECT FROM inspectd.journal e
                    WHERE e.row_id = OLD.row_id AND e.table_name = OLD.table_name AND e.op = 'erased'
                      AND e.image #>> ARRAY['entries', OLD.seq::text, 'image'] = inspectd.text_digest(NEW.image::text)
                      AND NEW.image = inspectd.redacted(OLD.image, ARRAY(
                              SELECT jsonb_array_elements_text(e.image -> 'columns')))) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of entry % of the journal is refused: it is only ever added to', TG_OP, OLD.seq
        USING ERRCODE = 'insufficient_privilege', HINT = 'Text is erased by inspectd.erase_images().';
END
$$;
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON inspectd.journal
    FOR EACH ROW EXECUTE FUNCTION inspectd.keep_entry();
SELECT inspectd.refuse_truncate('journal');

-- Takes words out of the past of one row: out of these columns of every image of `name` (its own table,
-- or one of a list of its) and, where asked, out of the reasons given for the changes. Digest and hash of
-- each entry stay, and one new entry 'erased' tells which entries were redacted and what their images are
-- since, which is how verify knows. The row as it stands is its owner's to clean first, in the same
-- transaction: that change leaves an image too. Answers how many entries there were to redact.
CREATE FUNCTION inspectd.erase_images(name text, id text, columns text[], reasons boolean DEFAULT false) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    e      journal;
    erased integer;
BEGIN
    SELECT json_build_object('columns', columns, 'entries', json_object_agg(j.seq, json_build_object(
               'image', text_digest(redacted(j.image, columns)::text),
               'reason', CASE WHEN reasons AND j.reason <> '[erased]' THEN text_digest(j.reason) END)))::jsonb, count(*)
      INTO e.image, erased
      FROM journal j
     WHERE j.row_id = id AND j.table_name = name AND j.op NOT IN ('read', 'erased')
       AND (redacted(j.image, columns) <> j.image OR (reasons AND j.reason <> '[erased]'));
    IF erased = 0 THEN
        RETURN 0;
    END IF;
    SELECT j.authority_id, j.sensitivity INTO e.authority_id, e.sensitivity FROM journal j
     WHERE j.row_id = id AND j.table_name = name AND j.op NOT IN ('read', 'erased') ORDER BY j.seq DESC LIMIT 1;
    e.table_name := name;
    e.op := 'erased';
    e.row_id := id;
    e.row_key := 'erased:' || uuid_v7();
    e := journal_add(e);
    UPDATE journal j SET image = redacted(j.image, columns),
                         reason = CASE WHEN reasons AND j.reason IS NOT NULL THEN '[erased]' ELSE j.reason END
      FROM jsonb_object_keys(e.image -> 'entries') AS k (seq) WHERE j.seq = k.seq::bigint;
    IF cardinality(columns) = 0 THEN
        RETURN erased;
    END IF;
    IF cardinality(columns) > 0 THEN
        EXECUTE format('UPDATE history.%1$I h SET (%2$s) = (SELECT %3$s) FROM jsonb_object_keys($1) AS k (seq) '
                       'JOIN inspectd.journal j ON j.seq = k.seq::bigint, '
                       'LATERAL jsonb_populate_record(NULL::inspectd.%1$I, j.image) r WHERE h.journal_seq = j.seq', name,
                       (SELECT string_agg(quote_ident(c), ', ') FROM unnest(columns) AS c),
                       (SELECT string_agg('r.' || quote_ident(c), ', ') FROM unnest(columns) AS c))
          USING e.image -> 'entries';
    END IF;
    RETURN erased;
END
$$;

-- Who was shown which restricted rows: one entry for each authority that they are of.
CREATE FUNCTION inspectd.add_reading(resource text, row_ids uuid[], at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
    e    inspectd.journal;
    told record;
BEGIN
    SELECT t.table_name INTO STRICT name FROM inspectd.journaled_table t
     WHERE t.member IS NULL AND add_reading.resource IN (t.resource, t.table_name);
    FOR told IN EXECUTE format( -- of a row that is gone for good its past tells whose it was
                    'SELECT coalesce(t.authority_id, (SELECT h.authority_id FROM history.%1$I h WHERE h.id = r.id LIMIT 1)) '
                    'AS authority_id, array_agg(r.id ORDER BY r.id) AS ids FROM unnest($1) AS r (id) '
                    'LEFT JOIN inspectd.%1$I t ON t.id = r.id GROUP BY 1', name)
                USING row_ids LOOP
        e := NULL;
        e.at := add_reading.at;
        e.table_name := name;
        e.op := 'read';
        e.row_id := CASE WHEN cardinality(told.ids) = 1 THEN told.ids[1]::text ELSE '' END;
        e.row_key := 'read:' || inspectd.uuid_v7();
        e.authority_id := told.authority_id;
        e.sensitivity := 'restricted';
        e.image := jsonb_build_object('row_ids', to_jsonb(told.ids));
        PERFORM inspectd.journal_add(e);
    END LOOP;
END
$$;
CREATE OR REPLACE FUNCTION inspectd.note_reading(resource text, row_ids uuid[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
    SELECT add_reading(note_reading.resource, note_reading.row_ids, now())
$$;

-- --- seals ----------------------------------------------------------------------------------------------
--
-- A seal holds how many entries there are between two numbers and a digest over their hashes, and the
-- digest of the seal before: after it, no entry there can be changed, taken out or put in, not even the
-- last of a record. Kept elsewhere as well, seals hold the database to what it was.

CREATE TABLE inspectd.seal (
    id        bigint PRIMARY KEY,
    at        timestamptz    NOT NULL DEFAULT now(),
    first_seq bigint         NOT NULL,
    last_seq  bigint         NOT NULL,
    entries   bigint         NOT NULL,
    absent    int8multirange NOT NULL,  -- numbers between the two that no entry has: of writes that were given up
    previous  bytea,                    -- the digest of the seal before; NULL of the first
    digest    bytea          NOT NULL,
    CHECK (last_seq >= first_seq)
);
CREATE UNIQUE INDEX ON inspectd.seal (last_seq);
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON inspectd.seal
    FOR EACH ROW EXECUTE FUNCTION inspectd.refuse_loss();
SELECT inspectd.refuse_truncate('seal');
GRANT SELECT ON inspectd.seal TO inspectd_api;
SELECT inspectd.guard_closed('seal', '{audit:read}');

-- Up to which entry all were written by transactions that had begun before this one.
CREATE TABLE inspectd.seal_mark (
    seq  bigint NOT NULL,
    txid xid8   NOT NULL
);
ALTER TABLE inspectd.seal_mark ENABLE ROW LEVEL SECURITY;
INSERT INTO inspectd.seal_mark VALUES (0, pg_current_xact_id());

CREATE FUNCTION inspectd.seal_digest(s inspectd.seal, hashes bytea) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(coalesce(s.previous, '') || sha256(hashes) || convert_to(jsonb_build_array(
               s.id, (extract(epoch FROM s.at) * 1000000)::bigint, s.first_seq, s.last_seq, s.entries,
               s.absent::text)::text, 'UTF8'))
$$;

-- The seal of the entries from one number to another, as they are.
CREATE FUNCTION inspectd.seal_of(s inspectd.seal) RETURNS inspectd.seal LANGUAGE plpgsql STABLE AS $$
DECLARE
    hashes  bytea;
    present int8multirange;
BEGIN
    SELECT count(*), coalesce(string_agg(j.hash, '' ORDER BY j.seq), ''), coalesce(range_agg(int8range(j.seq, j.seq, '[]')), '{}')
      INTO s.entries, hashes, present
      FROM inspectd.journal j WHERE j.seq BETWEEN s.first_seq AND s.last_seq;
    s.absent := int8multirange(int8range(s.first_seq, s.last_seq, '[]')) - present;
    s.digest := inspectd.seal_digest(s, hashes);
    RETURN s;
END
$$;

-- Seals all entries that can be, and answers how many seals it made. To be called often: what is written
-- between two calls is sealed by the second. An entry gets its number before it can be seen, so up to any
-- number that is seen others may still be on their way, by transactions that are under way. One call
-- marks how far it sees, and then takes a transaction number of its own; once no transaction up to that
-- number is under way, all entries up to the mark are there. A transaction that had its number before,
-- sets no mark. Of a database that was restored elsewhere, where numbers begin anew, nothing is under way.
CREATE FUNCTION inspectd.seal() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    fresh  boolean := pg_current_xact_id_if_assigned() IS NULL;
    mark   seal_mark;
    last   seal;
    s      seal;
    seen   bigint;
    made   integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('inspectd.seal'));
    SELECT max(seq) INTO seen FROM journal;
    SELECT * INTO mark FROM seal_mark;
    SELECT * INTO last FROM seal ORDER BY id DESC LIMIT 1;
    IF coalesce(seen, 0) <= coalesce(last.last_seq, 0) THEN
        RETURN 0;
    END IF;
    IF mark.txid >= pg_snapshot_xmin(pg_current_snapshot()) AND mark.txid < pg_current_xact_id() THEN
        RETURN 0;
    END IF;
    WHILE coalesce(last.last_seq, 0) < mark.seq LOOP
        s.id := coalesce(last.id, 0) + 1;
        s.at := clock_timestamp();
        s.first_seq := coalesce(last.last_seq, 0) + 1;
        s.last_seq := least(mark.seq, s.first_seq + 9999);
        s.previous := last.digest;
        s := seal_of(s);
        INSERT INTO seal VALUES (s.*);
        last := s;
        made := made + 1;
    END LOOP;
    IF fresh THEN
        UPDATE seal_mark SET seq = seen, txid = pg_current_xact_id();
    END IF;
    RETURN made;
END
$$;

-- --- who sees the past -----------------------------------------------------------------------------------
--
-- As 0014 has it: what would have been seen then, and is seen now. It is said here of the columns of
-- history.<table>, whose rows are called h, so that a page of the past asks no more of each row than a
-- page of today does. The views of schema `recorded` run as their owner and say it for themselves:
-- nobody else may read what they are made of.

-- Whether the row that this column of h names is seen as it is now, and as it was. By a key that is reckoned before, so
-- that it is looked up and not joined.
CREATE FUNCTION inspectd.still_rule(name text, column_name text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT format('(SELECT true FROM (SELECT h.%2$I AS id OFFSET 0) k JOIN inspectd.%1$I still ON still.id = k.id WHERE %3$s)',
                  name, column_name, inspectd.see_rule(name, 'still'))
$$;

CREATE FUNCTION inspectd.then_rule(name text, column_name text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT format('(SELECT true FROM (SELECT h.%2$I AS id OFFSET 0) k JOIN recorded.%1$I was ON was.id = k.id)',
                  name, column_name)
$$;

CREATE FUNCTION inspectd.history_rule(name text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN g.kind = 'reference'
        THEN '(SELECT inspectd.sees_everything()) OR (SELECT inspectd.journal_is_open())'
        WHEN g.kind = 'rows'
        THEN format('(SELECT inspectd.sees_everything()) OR inspectd.holds(h.authority_id) '
                    'OR ((h.sensitivity = ANY ((SELECT inspectd.cleared())::text[]) '
                    'AND coalesce(h.authority_id = ANY ((SELECT inspectd.reached_authorities())::text[]), true) '
                    'OR (inspectd.is_told() AND %s)) AND %s)',
                    replace(inspectd.open_rule(name, 'h'), 'FROM inspectd.', 'FROM recorded.'),
                    inspectd.still_rule(name, 'id'))
        WHEN g.kind = 'links'
        THEN '(SELECT inspectd.sees_everything()) OR '
             || CASE WHEN g.near THEN 'inspectd.holds(h.authority_id) OR ' ELSE '' END
             || format('((inspectd.reaches(h.authority_id, h.sensitivity) AND %s) OR (h.sensitivity = ''public'' AND %s))',
                       inspectd.still_rule(g.hangs_from, g.hangs_by), inspectd.then_rule(g.hangs_from, g.hangs_by))
             || CASE WHEN g.leads_to IS NULL THEN '' ELSE ' AND ' || inspectd.then_rule(g.leads_to, g.leads_by) END
        ELSE format('(SELECT inspectd.sees_everything() AND %L <> ALL (inspectd.closed_tables()))', name) END
      FROM (VALUES (name)) AS n (table_name) LEFT JOIN inspectd.guarded_table g USING (table_name)
$$;

-- (Re)builds schema `recorded`: for each journaled table a view of the same name and columns that shows it
-- as it was at recorded_at(), and so for the journal and its seals. The resource views are then created a
-- second time over these, from the same text.
CREATE OR REPLACE FUNCTION inspectd.rebuild_recorded() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT j.table_name AS name, g.kind
               FROM inspectd.journaled_table j LEFT JOIN inspectd.guarded_table g USING (table_name)
              ORDER BY g.kind = 'links', g.hangs_by IS NOT NULL LOOP  -- after what they ask for
        PERFORM inspectd.keep_history(t.name);
        EXECUTE format('CREATE VIEW recorded.%1$I AS SELECT %2$s FROM history.%1$I h '
                       'WHERE h.recorded_at <= (SELECT inspectd.recorded_at()) '
                       'AND h.recorded_until > (SELECT inspectd.recorded_at()) AND (%3$s)',
                       t.name, inspectd.columns_of(t.name, 'h.%I'), inspectd.history_rule(t.name));
    END LOOP;
    FOR t IN SELECT unnest(ARRAY['journal', 'seal']) AS name LOOP
        EXECUTE format('CREATE VIEW recorded.%1$I WITH (security_invoker = true) AS SELECT * FROM inspectd.%1$I '
                       'WHERE at <= (SELECT inspectd.recorded_at())', t.name);
    END LOOP;
    EXECUTE 'GRANT SELECT ON ALL TABLES IN SCHEMA recorded TO inspectd_api';
END
$$;

-- As 0014 made it; a row's own entries are found by the row.
CREATE OR REPLACE FUNCTION inspectd.image_at(name text, key text, moment timestamptz) RETURNS inspectd.journal
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    found journal;
BEGIN
    SELECT * INTO found FROM journal j
     WHERE j.row_id = key AND j.table_name = name AND j.row_key = key AND j.at <= moment ORDER BY j.n DESC LIMIT 1;
    RETURN found;
END
$$;

-- As 0014 made it; but of the moment when the entry was written, whatever moment is asked about, and never for
-- the public view: that sees what was there at a moment, and not who did what. What an erasure was of is told
-- where the row is seen as it is now.
CREATE OR REPLACE FUNCTION inspectd.image_is_seen(j inspectd.journal) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = inspectd, pg_temp COST 1000 AS $$
DECLARE
    g guarded_table;
BEGIN
    IF NOT is_told() OR has_public_view() THEN
        RETURN false;
    END IF;
    SELECT * INTO g FROM guarded_table t WHERE t.table_name = j.table_name;
    IF j.op = 'erased' THEN
        RETURN image_shows(image_at(CASE g.kind WHEN 'rows' THEN j.table_name WHEN 'links' THEN g.hangs_from END,
                                    j.row_id, 'infinity'), 'infinity');
    END IF;
    RETURN CASE g.kind
        WHEN 'reference' THEN true
        WHEN 'rows' THEN image_shows(j, j.at)
                         AND image_shows(image_at(j.table_name, j.row_key, 'infinity'), 'infinity')
        WHEN 'links' THEN row_was_seen(g.hangs_from, j.image ->> g.hangs_by, j.at)
                          AND (g.leads_to IS NULL OR row_was_seen(g.leads_to, j.image ->> g.leads_by, j.at))
        ELSE false END;
END
$$;

-- Most entries that are not for a caller are told by what they are of, and are not looked at further: a page
-- of the audit is found among many. Reads and erasures are for who reaches the row.
ALTER POLICY see ON inspectd.journal
    USING (CASE WHEN (SELECT inspectd.sees_all()) THEN table_name <> ALL ((SELECT inspectd.closed_tables())::text[])
                WHEN sensitivity = ANY ((SELECT inspectd.cleared())::text[])
                     AND coalesce(authority_id = ANY ((SELECT inspectd.reached_authorities())::text[]), true)
                THEN op = 'read' OR inspectd.image_is_seen(journal)
                WHEN coalesce(sensitivity, 'public') = 'public'
                THEN op NOT IN ('read', 'erased') AND inspectd.image_is_seen(journal)
                ELSE false END);

-- --- reading the journal -----------------------------------------------------------------------------------

-- What is left of an image of a row in a list: the id that it names, or an object of its members.
CREATE FUNCTION inspectd.listed(image jsonb, owner text, hidden text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE count(*) WHEN 1 THEN (jsonb_agg(value) -> 0) ELSE jsonb_object_agg(key, value) END
      FROM jsonb_each(image)
     WHERE key <> owner AND key NOT IN ('authority_id', 'sensitivity') AND key <> ALL (hidden)
$$;

-- What an entry changed, member by member, as it was and as it became: by its image and the one before.
-- Of a new row, and of a column that is newer than the image before, what has something in it.
CREATE FUNCTION inspectd.changes(op text, image jsonb, before jsonb, member text, owner text, hidden text[])
    RETURNS json LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    was jsonb;
    now jsonb;
BEGIN
    IF op IN ('read', 'erased') THEN
        RETURN (SELECT coalesce(json_agg(json_build_object('member', coalesce(member, c), 'before', NULL, 'after', NULL)), '[]')
                  FROM jsonb_array_elements_text(image -> 'columns') AS c);
    ELSIF member IS NOT NULL THEN
        was := inspectd.listed(CASE op WHEN 'deleted' THEN image WHEN 'updated' THEN before END, owner, hidden);
        now := CASE WHEN op <> 'deleted' THEN inspectd.listed(image, owner, hidden) END;
        RETURN CASE WHEN was IS NOT DISTINCT FROM now THEN '[]'
                    ELSE json_build_array(json_build_object('member', member, 'before', was, 'after', now)) END;
    END IF;
    RETURN (SELECT coalesce(json_agg(json_build_object('member', key, 'before', b.value, 'after', a.value) ORDER BY key), '[]')
              FROM jsonb_each(image) a LEFT JOIN jsonb_each(before) b USING (key)
             WHERE key NOT IN ('id', 'version', 'created_at', 'updated_at', 'deleted_at', 'warnings') AND key <> ALL (hidden)
               AND CASE WHEN b.value IS NULL THEN a.value NOT IN ('null', '[]', '{}', '""')
                        ELSE nullif(a.value, 'null') IS DISTINCT FROM nullif(b.value, 'null') END);
END
$$;

-- --- verifying --------------------------------------------------------------------------------------------

-- What an erasure since says of an entry: the digest of its image as it is now ('image'), of which the last
-- counts; or of the reason that was given ('reason').
CREATE FUNCTION inspectd.erased_digest(j inspectd.journal, part text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT e.image #>> ARRAY['entries', j.seq::text, part] FROM inspectd.journal e
     WHERE e.row_id = j.row_id AND e.table_name = j.table_name AND e.op = 'erased'
       AND e.image #>> ARRAY['entries', j.seq::text, part] IS NOT NULL
     ORDER BY e.seq DESC LIMIT 1
$$;

-- What is wrong with the entries between two numbers by themselves: with their images, and with what they follow.
-- Of one that is gone the next in its record tells.
CREATE FUNCTION inspectd.broken_entries(first bigint, last bigint) RETURNS TABLE (seq bigint, why text)
    LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN is_gone THEN j.before ELSE j.seq END, CASE
               WHEN is_gone
               THEN format('it is gone: entry %s follows it', j.seq)
               WHEN (j.before IS NOT NULL AND p.seq IS NULL) OR j.n <> coalesce(p.n, 0) + 1 OR p.seq > j.seq
               THEN 'it is not the next entry of its record'
               WHEN j.digest <> sha256(convert_to(j.image::text, 'UTF8'))
                    AND inspectd.erased_digest(j, 'image') IS DISTINCT FROM inspectd.text_digest(j.image::text)
               THEN 'its image is not the one that was written'
               WHEN j.hash <> inspectd.chain_hash(coalesce(p.hash, ''),
                                                  inspectd.entry_text(j, inspectd.text_digest(j.reason)))
                    AND (j.reason IS DISTINCT FROM '[erased]' OR inspectd.erased_digest(j, 'reason') IS NULL
                         OR j.hash <> inspectd.chain_hash(coalesce(p.hash, ''),
                                          inspectd.entry_text(j, inspectd.erased_digest(j, 'reason'))))
               THEN 'who, when, why, what it is about or what it follows is not what was written' END
      FROM inspectd.journal j
      LEFT JOIN inspectd.journal p ON p.seq = j.before AND p.table_name = j.table_name AND p.row_key = j.row_key,
           LATERAL (SELECT p.seq IS NULL AND j.before < j.seq AND j.n > 1
                           AND NOT EXISTS (SELECT FROM inspectd.journal x WHERE x.seq = j.before) AS is_gone) AS gone
     WHERE j.seq BETWEEN first AND last
$$;

-- What is wrong with one seal: with its place among the others, and with the entries that it holds.
CREATE FUNCTION inspectd.broken_seal(s inspectd.seal) RETURNS TABLE (seq bigint, why text) LANGUAGE plpgsql STABLE AS $$
DECLARE
    p   inspectd.seal;
    now inspectd.seal := inspectd.seal_of(s);
BEGIN
    SELECT * INTO p FROM inspectd.seal t WHERE t.id = s.id - 1;
    IF (s.digest, s.entries, s.absent) = (now.digest, now.entries, now.absent) AND s.previous IS NOT DISTINCT FROM p.digest
       AND s.first_seq = coalesce(p.last_seq, 0) + 1 AND (s.id = 1) = (p.id IS NULL) THEN
        RETURN;
    END IF;
    IF s.digest <> now.digest THEN
        seq := lower(now.absent - s.absent);
        why := format('it was sealed (by seal %s) and is gone', s.id);
        IF seq IS NULL THEN
            seq := lower(s.absent - now.absent);
            why := format('it was put in after what is around it had been sealed (by seal %s)', s.id);
        END IF;
    END IF;
    IF seq IS NULL THEN
        seq := s.first_seq;
        why := CASE WHEN s.id > 1 AND p.id IS NULL THEN format('the seal before seal %s is gone', s.id)
                    WHEN s.previous IS DISTINCT FROM p.digest OR s.first_seq <> coalesce(p.last_seq, 0) + 1
                    THEN format('seal %s does not follow the one before it', s.id)
                    ELSE format('seal %s, or the hashes of what it sealed, are not what they were', s.id) END;
    END IF;
    RETURN NEXT;
END
$$;

-- What is wrong between the entries of one table, its history and the rows as they stand.
CREATE FUNCTION inspectd.broken_rows(name text, first bigint, last bigint) RETURNS TABLE (seq bigint, why text)
    LANGUAGE plpgsql STABLE AS $$
DECLARE
    keys text[] := (SELECT t.key_columns FROM inspectd.journaled_table t WHERE t.table_name = name);
BEGIN
    RETURN QUERY EXECUTE format($check$
        SELECT j.seq, CASE
                   WHEN h.journal_seq IS NULL THEN CASE
                       WHEN j.op <> 'deleted' OR (j.image ->> 'deleted_at' IS NOT NULL AND j.version <> p.version)
                       THEN 'history.%1$s does not have it'
                       WHEN later.seq IS NULL AND EXISTS (
                            SELECT FROM inspectd.%1$I x, jsonb_populate_record(NULL::inspectd.%1$I, j.image) r WHERE %4$s)
                       THEN 'the row was deleted, and is there' END
                   WHEN h.recorded_at <> j.at
                        OR jsonb_populate_record(ROW(%2$s)::inspectd.%1$I, j.image) IS DISTINCT FROM ROW(%2$s)::inspectd.%1$I
                   THEN 'history.%1$s has another image of it'
                   WHEN later.n > j.n + 1
                   THEN NULL -- one between them is gone, which is told of that one
                   WHEN h.recorded_until <> coalesce(later.at, 'infinity')
                        AND h.recorded_until IS DISTINCT FROM (
                            SELECT min(l.at) FROM inspectd.journal l
                             WHERE l.row_id = j.row_id AND l.table_name = j.table_name
                               AND l.row_key = j.row_key AND l.n > j.n)
                   THEN 'history.%1$s has another end of it'
                   WHEN later.seq IS NULL AND t.%5$I IS NULL
                   THEN 'the row is gone, and nothing says so'
                   WHEN later.seq IS NULL AND t IS DISTINCT FROM ROW(%2$s)::inspectd.%1$I
                   THEN 'the row is not as this, its last entry, has it' END
          FROM inspectd.journal j
          LEFT JOIN inspectd.journal p ON p.seq = j.before AND j.op = 'deleted'
          LEFT JOIN LATERAL (SELECT l.seq, l.at, l.n FROM inspectd.journal l
                              WHERE l.row_id = j.row_id AND l.table_name = j.table_name AND l.row_key = j.row_key
                                AND l.n > j.n ORDER BY l.n LIMIT 1) later ON true
          LEFT JOIN history.%1$I h ON h.journal_seq = j.seq
          LEFT JOIN inspectd.%1$I t ON later.seq IS NULL AND %3$s
         WHERE j.table_name = %1$L AND j.op NOT IN ('read', 'erased') AND j.seq BETWEEN $1 AND $2 $check$,
        name, inspectd.columns_of(name, 'h.%I'),
        (SELECT string_agg(format('t.%1$I = h.%1$I', k), ' AND ') FROM unnest(keys) AS k),
        (SELECT string_agg(format('x.%1$I = r.%1$I', k), ' AND ') FROM unnest(keys) AS k), keys[1])
        USING first, last;
END
$$;

-- Rows that have no entry, and images that have none: of one table.
CREATE FUNCTION inspectd.unrecorded_rows(name text) RETURNS TABLE (seq bigint, row_id text, why text)
    LANGUAGE plpgsql STABLE AS $$
DECLARE
    keys text;
    same text;
    is_member boolean;
BEGIN
    SELECT string_agg(format('(to_jsonb(t) ->> %L)', k), ' || '':'' || ' ORDER BY i), string_agg(format('h.%1$I = t.%1$I', k), ' AND '),
           d.member IS NOT NULL
      INTO keys, same, is_member
      FROM inspectd.journaled_table d, unnest(d.key_columns) WITH ORDINALITY AS u (k, i) WHERE d.table_name = name GROUP BY d.member;
    RETURN QUERY EXECUTE format($check$
        (SELECT NULL::bigint, inspectd.row_of(%2$s, %4$L), 'no entry tells of the row' FROM inspectd.%1$I t
          WHERE NOT EXISTS (SELECT FROM history.%1$I h WHERE %3$s AND h.recorded_until = 'infinity') LIMIT 1)
        UNION ALL
        (SELECT h.journal_seq, NULL::text, 'history.%1$s has an image of it, and the journal nothing' FROM history.%1$I h
          WHERE NOT EXISTS (SELECT FROM inspectd.journal j WHERE j.seq = h.journal_seq AND j.table_name = %1$L) LIMIT 1) $check$,
        name, keys, same, is_member);
END
$$;

-- The first that is wrong between two numbers; the chain tells more exactly than what is held to it. A seal is
-- looked at with the last entry that it seals.
CREATE FUNCTION inspectd.first_broken(first bigint, last bigint) RETURNS TABLE (seq bigint, why text)
    LANGUAGE sql STABLE AS $$
    SELECT b.seq, b.why
      FROM (SELECT 1 AS rank, x.* FROM inspectd.broken_entries(first, last) x
            UNION ALL
            SELECT 1, x.* FROM inspectd.seal s, inspectd.broken_seal(s) x WHERE s.last_seq BETWEEN first AND last
            UNION ALL
            SELECT 2, x.* FROM (SELECT DISTINCT j.table_name FROM inspectd.journal j WHERE j.seq BETWEEN first AND last) t
              JOIN inspectd.journaled_table USING (table_name), inspectd.broken_rows(t.table_name, first, last) x) b
     WHERE b.why IS NOT NULL ORDER BY b.rank, b.seq, b.why LIMIT 1
$$;

-- Of which row an entry was that is gone, where its history still has it.
CREATE FUNCTION inspectd.row_in_history(number bigint) RETURNS TABLE (row_id text, table_name text) LANGUAGE plpgsql STABLE AS $$
DECLARE
    t inspectd.journaled_table;
BEGIN
    FOR t IN SELECT * FROM inspectd.journaled_table LOOP
        RETURN QUERY EXECUTE format('SELECT inspectd.row_of(%s, $2), $3 FROM history.%I h WHERE h.journal_seq = $1',
            (SELECT string_agg(format('(to_jsonb(h) ->> %L)', k), ' || '':'' || ' ORDER BY i)
               FROM unnest(t.key_columns) WITH ORDINALITY AS u (k, i)), t.table_name)
            USING number, t.member IS NOT NULL, t.table_name;
    END LOOP;
END
$$;

-- What is said of it: of which row it is, as far as the entry, the one that followed it, or history still tells.
CREATE FUNCTION inspectd.broken_link(number bigint, row_id text, why text, name text DEFAULT NULL) RETURNS jsonb
    LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('seq', number, 'resource', t.resource, 'row_id', coalesce(broken_link.row_id, j.row_id), 'why', why)
      FROM (VALUES (1)) AS one
      LEFT JOIN LATERAL (SELECT x.row_id, x.table_name FROM inspectd.journal x
                          WHERE x.seq = number OR (x.before = number AND NOT EXISTS (
                                SELECT FROM inspectd.journal y WHERE y.seq = number))
                          UNION ALL
                         SELECT h.row_id, h.table_name FROM inspectd.row_in_history(number) h LIMIT 1) j ON true
      LEFT JOIN inspectd.journaled_table t ON t.table_name = coalesce(name, j.table_name)
$$;

-- Verifies from a place on, for so long but one part at least, and tells how far it came: "48213" is after the entry of that
-- number, with its seal; "48213.7" after seven tables, which are searched in the end for what no entry
-- tells of. Who may see all may ask, and the owner.
CREATE FUNCTION inspectd.verify_audit(after text DEFAULT '0', seconds numeric DEFAULT 2) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    ends    timestamptz := clock_timestamp() + seconds * interval '1 second';
    here    bigint      := split_part(after, '.', 1);
    tables  integer     := coalesce(nullif(split_part(after, '.', 2), ''), '0');
    names   text[]      := ARRAY(SELECT t.table_name FROM journaled_table t ORDER BY t.table_name);
    start   bigint;
    top     bigint;
    upto    bigint;
    parts   integer := 0;
    checked bigint := 0;
    seals   bigint := 0;
    b       record;
    broken  jsonb;
BEGIN
    IF NOT (sees_all() AND may('audit:read')) AND NOT pg_has_role(session_user, current_user, 'MEMBER') THEN
        RAISE EXCEPTION 'only who sees all and may audit may verify' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT min(seq) FILTER (WHERE seq > here), greatest(max(seq), (SELECT max(last_seq) FROM seal)) INTO start, top
      FROM journal;
    WHILE here < top AND broken IS NULL AND (parts = 0 OR clock_timestamp() < ends) LOOP
        parts := parts + 1;
        SELECT coalesce(min(t.last_seq), least(here + 5000, top)) INTO upto FROM seal t WHERE t.last_seq > here;
        SELECT f.* INTO b FROM first_broken(here + 1, upto) f;
        broken := CASE WHEN b.why IS NOT NULL THEN broken_link(b.seq, NULL, b.why) END;
        checked := checked + (SELECT count(*) FROM journal j WHERE j.seq > here AND j.seq <= upto);
        seals := seals + (SELECT count(*) FROM seal t WHERE t.last_seq = upto);
        here := upto;
    END LOOP;
    WHILE here >= coalesce(top, 0) AND tables < cardinality(names) AND broken IS NULL
          AND (parts = 0 OR clock_timestamp() < ends) LOOP
        parts := parts + 1;
        tables := tables + 1;
        SELECT u.* INTO b FROM unrecorded_rows(names[tables]) u LIMIT 1;
        broken := CASE WHEN b.why IS NOT NULL THEN broken_link(b.seq, b.row_id, b.why, names[tables]) END;
    END LOOP;
    RETURN jsonb_build_object(
        'verified', broken IS NULL, 'checked', checked, 'from_seq', CASE WHEN checked > 0 THEN start END,
        'to_seq', CASE WHEN checked > 0 THEN here END,
        'complete', broken IS NULL AND here >= coalesce(top, 0) AND tables = cardinality(names),
        'next_after', CASE WHEN here < coalesce(top, 0) OR tables < cardinality(names)
                           THEN here || CASE WHEN tables > 0 THEN '.' || tables ELSE '' END END,
        'seals', seals, 'broken', broken);
END
$$;

-- --- what there is already -----------------------------------------------------------------------------------

CREATE INDEX journal_filling ON inspectd.journal (table_name, row_key, seq); -- for as long as this takes
SELECT inspectd.keep_history(table_name), inspectd.refuse_truncate(table_name) FROM inspectd.journaled_table;
DROP INDEX inspectd.journal_filling;
DROP FUNCTION inspectd.journal_write(), inspectd.journal_find(text, text), inspectd.journal_place(text, text),
    inspectd.row_key_part(text, integer);
DROP FUNCTION inspectd.image_rule(text);

-- Readings are entries like any other.
DO $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT * FROM inspectd.reading ORDER BY id LOOP
        PERFORM set_config('inspectd.actor', r.actor, true), set_config('inspectd.person', coalesce(r.person, ''), true),
                set_config('inspectd.request_id', coalesce(r.request_id, ''), true),
                inspectd.add_reading(r.resource, r.row_ids, r.at);
    END LOOP;
    PERFORM set_config('inspectd.actor', '', true), set_config('inspectd.person', '', true),
            set_config('inspectd.request_id', '', true);
END
$$;
DELETE FROM inspectd.guarded_table WHERE table_name = 'reading';
DROP TABLE inspectd.reading;

-- Everybody may execute a new function; of these the service needs three.
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'inspectd'::regnamespace AND p.proname IN (
                 'journal_add', 'journal_table', 'make_trigger', 'fill_history', 'index_history', 'keep_history',
                 'rebuild_recorded', 'refuse_truncate', 'erase_images', 'add_reading', 'note_reading', 'seal', 'verify_audit',
                 'name_journaled', 'image_at') LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
    END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION inspectd.note_reading(text, uuid[]), inspectd.seal(), inspectd.verify_audit(text, numeric)
    TO inspectd_api;
