-- Row level security: who sees and changes what, said once more beneath the C code and
-- without it. The owner of the tables is exempt: migrate, load and whoever is at psql as
-- the owner; so are the triggers that keep what is derived, which run as the owner.
--
-- A row of an authority is seen by who sees all; by who reaches the authority and is
-- cleared for the row's sensitivity; and by everybody who is told at all where it is
-- open: public and, of some tables, in one of a few states, beneath a row that is open.

-- --- what a caller reaches ----------------------------------------------------------------

-- In PL/pgSQL, which is not written out where it is asked: a statement that reads a dozen tables has
-- all their policies in its plan, and to set up each part of a plan costs more than to ask it.

CREATE OR REPLACE FUNCTION inspectd.sees_all() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN coalesce(current_setting('inspectd.authorities', true) = '*'
                    AND current_setting('inspectd.clearance', true) = 'restricted', false);
END
$$;

CREATE OR REPLACE FUNCTION inspectd.is_told() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN coalesce(current_setting('inspectd.clearance', true), '') <> '';
END
$$;

CREATE OR REPLACE FUNCTION inspectd.cleared() RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN CASE current_setting('inspectd.clearance', true)
           WHEN 'restricted' THEN '{public,council,restricted}'::text[]
           WHEN 'council' THEN '{public,council}' ELSE '{}' END;
END
$$;

-- NULL: every authority.
CREATE FUNCTION inspectd.reached_authorities() RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN CASE WHEN NOT inspectd.every_authority() THEN inspectd.own_authorities() END;
END
$$;

-- Whether it sees whatever is this authority's.
CREATE FUNCTION inspectd.holds(authority_id text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN coalesce(current_setting('inspectd.clearance', true) = 'restricted'
                    AND (inspectd.every_authority() OR authority_id = ANY (inspectd.own_authorities())), false);
END
$$;

-- Whether a row that is so is its own: to see, and to make so. What is everybody's, only who is bound to
-- nobody may write.
CREATE FUNCTION inspectd.reaches(authority_id text, sensitivity text) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN sensitivity = ANY (inspectd.cleared())
       AND (inspectd.every_authority() OR coalesce(authority_id = ANY (inspectd.own_authorities()), false));
END
$$;

-- For views that run as their owner: whoever is exempt from the policies sees all there too.
CREATE FUNCTION inspectd.sees_everything() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT inspectd.sees_all() OR NOT row_security_active('inspectd.journal')
$$;

-- --- the guard of a table ------------------------------------------------------------------

-- What is known of each table, for its policies and for those of its images in the journal. `links`
-- are rows that say no more than that their owner has something, or leads somewhere: such a row is
-- seen where both its ends are.
CREATE TABLE inspectd.guarded_table (
    table_name  text PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('rows', 'links', 'reference', 'closed')),
    readers     text[],                 -- closed: the scopes that open it to who sees all
    opens_by    text,                   -- rows: a public one is open only with one of these values in this column,
    open_values text[],
    hangs_by    text,                   -- rows: and only where the row of this table is open that this column names
    hangs_from  text,                   -- links: the owner
    leads_by    text,                   -- links: the other end; NULL: one that everybody sees
    leads_to    text,
    near        boolean                 -- links: the other end is always of the same authority
);
GRANT SELECT ON inspectd.guarded_table TO inspectd_api;

-- What makes a public row open, with the names of its columns said in full. The row that it hangs
-- from is described and not left to its own policy, so that the text holds in views too.
CREATE FUNCTION inspectd.open_rule(name text, r text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    g    inspectd.guarded_table;
    rule text := format('%s.sensitivity = ''public''', r);
BEGIN
    SELECT * INTO STRICT g FROM inspectd.guarded_table t WHERE t.table_name = name;
    IF g.opens_by IS NOT NULL THEN
        rule := rule || format(' AND %s.%I = ANY (%L::text[])', r, g.opens_by, g.open_values);
    END IF;
    IF g.hangs_by IS NOT NULL THEN
        rule := rule || format(' AND (%1$s.%2$I IS NULL OR (SELECT %5$s FROM inspectd.%3$I %4$s WHERE %4$s.id = %1$s.%2$I))',
                               r, g.hangs_by, g.hangs_from, 'above_' || r,
                               inspectd.open_rule(g.hangs_from, 'above_' || r));
    END IF;
    RETURN rule;
END
$$;

-- Whether a row is seen. Each of the questions in parentheses is asked once a statement.
CREATE FUNCTION inspectd.see_rule(name text, r text, sees_all text DEFAULT 'sees_all') RETURNS text
    LANGUAGE sql STABLE AS $$
    SELECT format('(SELECT inspectd.%2$I()) '
                  'OR (%1$s.sensitivity = ANY ((SELECT inspectd.cleared())::text[]) '
                  'AND coalesce(%1$s.authority_id = ANY ((SELECT inspectd.reached_authorities())::text[]), true)) '
                  'OR (%3$s AND inspectd.is_told())', r, sees_all, inspectd.open_rule(name, r))
$$;

-- Of a link, most is known by the link itself, since it has its owner's authority and sensitivity.
CREATE FUNCTION inspectd.link_rule(name text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT format('(SELECT inspectd.sees_all()) %s'
                  'OR ((inspectd.reaches(authority_id, sensitivity) OR (sensitivity = ''public'' AND %s))%s)',
                  CASE WHEN g.near THEN 'OR inspectd.holds(authority_id) ' ELSE '' END,
                  CASE WHEN num_nonnulls(o.opens_by, o.hangs_by) = 0 THEN 'inspectd.is_told()'
                       ELSE format('inspectd.%I(%I)', 'sees_' || g.hangs_from, g.hangs_by) END,
                  CASE WHEN g.leads_to IS NULL THEN ''
                       ELSE format(' AND inspectd.%I(%I)', 'sees_' || g.leads_to, g.leads_by) END)
      FROM inspectd.guarded_table g JOIN inspectd.guarded_table o ON o.table_name = g.hangs_from
     WHERE g.table_name = name
$$;

-- One of the policies of a table: `see`, `add`, `change` or `remove`, made anew.
CREATE FUNCTION inspectd.set_policy(name text, policy text, command text, rules text) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP POLICY IF EXISTS %I ON inspectd.%I', policy, name);
    EXECUTE format('CREATE POLICY %I ON inspectd.%I FOR %s TO inspectd_api %s', policy, name, command, rules);
END
$$;

CREATE FUNCTION inspectd.note_guard(g inspectd.guarded_table) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM inspectd.guarded_table t WHERE t.table_name = g.table_name;
    INSERT INTO inspectd.guarded_table VALUES (g.*);
    EXECUTE format('ALTER TABLE inspectd.%I ENABLE ROW LEVEL SECURITY', g.table_name);
END
$$;

-- Makes sees_<table>(id): what a policy of another table asks of a row. It runs as its owner and asks by
-- the rule instead of the policy, in a fifth of the time.
CREATE FUNCTION inspectd.make_sees(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE OR REPLACE FUNCTION inspectd.%1$I(id uuid) RETURNS boolean '
        'LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = inspectd, pg_temp AS '
        '$sees$ BEGIN RETURN EXISTS (SELECT FROM inspectd.%2$I t WHERE t.id = $1 '
        'AND ((t.sensitivity = ANY (inspectd.cleared()) '
        'AND coalesce(t.authority_id = ANY (inspectd.reached_authorities()), true)) '
        'OR (%3$s AND inspectd.is_told()))); END $sees$',
        'sees_' || name, name, inspectd.open_rule(name, 't'));
    EXECUTE format('REVOKE EXECUTE ON FUNCTION inspectd.%I(uuid) FROM PUBLIC', 'sees_' || name);
    EXECUTE format('GRANT EXECUTE ON FUNCTION inspectd.%I(uuid) TO inspectd_api', 'sees_' || name);
END
$$;

-- Guards a table of rows that belong to an authority. The scopes are those that write it. owned_table()
-- does so with "<name>s:write"; to say more of a table, call this again.
--
-- To lock a row takes the right to change it, and a writer locks whatever it names, so every row that
-- is seen may be: what it then becomes must be the writer's own, and whose it is cannot change (0005).
CREATE FUNCTION inspectd.guard(name text, scopes text[], opens_by text DEFAULT NULL, open_values text[] DEFAULT NULL,
                               hangs_by text DEFAULT NULL, hangs_from text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    writes text := format('(SELECT inspectd.may(VARIADIC %L::text[])) AND inspectd.reaches(authority_id, sensitivity)',
                          scopes);
    see    text;
BEGIN
    PERFORM inspectd.note_guard((name, 'rows', NULL, opens_by, open_values, hangs_by, hangs_from, NULL, NULL, NULL));
    see := inspectd.see_rule(name, quote_ident(name));
    PERFORM inspectd.set_policy(name, 'see', 'SELECT', format('USING (%s)', see));
    PERFORM inspectd.set_policy(name, 'add', 'INSERT', format('WITH CHECK (%s)', writes));
    PERFORM inspectd.set_policy(name, 'change', 'UPDATE', format('USING (%s) WITH CHECK (%s)', see, writes));
    PERFORM inspectd.make_sees(name);
END
$$;

-- Guards a table of links, or of what else one row has several of. The other end may be left out
-- where everybody sees it.
CREATE FUNCTION inspectd.guard_links(name text, scopes text[], owner text, leads_to text DEFAULT NULL,
                                     leads_by text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ends   text    := coalesce(leads_by, leads_to || '_id');
    near   boolean := leads_to IS NULL OR EXISTS (
                SELECT FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attname = 'authority_id'
                 WHERE c.conrelid = ('inspectd.' || quote_ident(name))::regclass AND c.contype = 'f'
                   AND c.confrelid = ('inspectd.' || quote_ident(leads_to))::regclass AND a.attnum = ANY (c.conkey)
                   AND (SELECT attnum FROM pg_attribute e WHERE e.attrelid = c.conrelid AND e.attname = ends) = ANY (c.conkey));
    writes text    := format('(SELECT inspectd.may(VARIADIC %L::text[])) AND inspectd.reaches(authority_id, sensitivity)',
                             scopes);
BEGIN
    PERFORM inspectd.note_guard((name, 'links', NULL, NULL, NULL, owner || '_id', owner, ends, leads_to, near));
    PERFORM inspectd.set_policy(name, 'see', 'SELECT', format('USING (%s)', inspectd.link_rule(name)));
    -- What is named but not seen is as good as not there.
    PERFORM inspectd.set_policy(name, 'add', 'INSERT', format('WITH CHECK (%s)', writes ||
        CASE WHEN leads_to IS NULL THEN '' ELSE format(' AND inspectd.%I(%I)', 'sees_' || leads_to, ends) END));
    PERFORM inspectd.set_policy(name, 'change', 'UPDATE', format('USING (%1$s) WITH CHECK (%1$s)', writes));
    PERFORM inspectd.set_policy(name, 'remove', 'DELETE', format('USING (%s)', writes));
END
$$;

-- Guards a table that belongs to no authority and that everybody may read, nobody even, because the
-- service asks before it knows who calls. Without scopes the service does not write it.
CREATE FUNCTION inspectd.guard_reference(name text, scopes text[] DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    writes text := format('(SELECT inspectd.may(VARIADIC %L::text[]))', scopes);
BEGIN
    PERFORM inspectd.note_guard((name, 'reference', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL));
    PERFORM inspectd.set_policy(name, 'see', 'SELECT', 'USING (true)');
    IF scopes IS NOT NULL THEN
        PERFORM inspectd.set_policy(name, 'add', 'INSERT', format('WITH CHECK (%s)', writes));
        PERFORM inspectd.set_policy(name, 'change', 'UPDATE', format('USING (true) WITH CHECK (%s)', writes));
        PERFORM inspectd.set_policy(name, 'remove', 'DELETE', format('USING (%s)', writes));
    END IF;
END
$$;

-- Guards a table that belongs to no authority and is not for everybody: it is read by who sees all and
-- has one of these scopes, and written by who has one of those (NULL: not by the service).
CREATE FUNCTION inspectd.guard_closed(name text, readers text[], writers text[] DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    reads  text := format('(SELECT inspectd.sees_all() AND inspectd.may(VARIADIC %L::text[]))', readers);
    writes text := format('(SELECT inspectd.sees_all() AND inspectd.may(VARIADIC %L::text[]))', writers);
BEGIN
    PERFORM inspectd.note_guard((name, 'closed', readers, NULL, NULL, NULL, NULL, NULL, NULL, NULL));
    PERFORM inspectd.set_policy(name, 'see', 'SELECT', format('USING (%s)', reads));
    IF writers IS NOT NULL THEN
        PERFORM inspectd.set_policy(name, 'add', 'INSERT', format('WITH CHECK (%s)', writes));
        PERFORM inspectd.set_policy(name, 'change', 'UPDATE', format('USING (%1$s) WITH CHECK (%1$s)', writes));
        PERFORM inspectd.set_policy(name, 'remove', 'DELETE', format('USING (%s)', writes));
    END IF;
END
$$;

-- As 0005 made them; what comes later is guarded by being made.
CREATE OR REPLACE FUNCTION inspectd.owned_table(name text) RETURNS void LANGUAGE plpgsql AS $$
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
        EXECUTE format('CREATE TRIGGER external_refs AFTER INSERT OR UPDATE ON inspectd.%I '
                       'FOR EACH ROW EXECUTE FUNCTION inspectd.keep_external_refs()', name);
    END IF;
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON inspectd.%I TO inspectd_api', name);
    PERFORM inspectd.guard(name, ARRAY[name || 's:write']);
END
$$;

CREATE OR REPLACE FUNCTION inspectd.link_table(owner text, target text) RETURNS void LANGUAGE plpgsql AS $$
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
    PERFORM inspectd.guard_links(name, ARRAY[owner || 's:write', target || 's:write'], owner, target);
END
$$;

REVOKE EXECUTE ON FUNCTION inspectd.set_policy(text, text, text, text), inspectd.note_guard(inspectd.guarded_table),
    inspectd.guard(text, text[], text, text[], text, text), inspectd.guard_links(text, text[], text, text, text),
    inspectd.guard_reference(text, text[]), inspectd.guard_closed(text, text[], text[]) FROM PUBLIC;

-- --- the tables there are --------------------------------------------------------------------

SELECT inspectd.guard_reference(name) FROM unnest(ARRAY['framework', 'framework_strand', 'framework_grade', 'theme',
    'bank_holiday', 'calendar_version', 'deadline_rule', 'statistical_neighbour']) AS t (name);
SELECT inspectd.guard_reference(name, '{admin}') FROM unnest(ARRAY['authority', 'authority_succession']) AS t (name);

-- What a scrutiny page would show: published inspections, final findings, agreed plans.
SELECT inspectd.guard('inspection', '{inspections:write}', 'status', '{published}');
SELECT inspectd.guard('finding', '{findings:write}', 'stage', '{final}', 'inspection_id', 'inspection');
SELECT inspectd.guard('plan', '{plans:write}', 'status', '{agreed,submitted,in_force,superseded,closed}');
SELECT inspectd.guard('deadline', '{deadlines:write}', NULL, NULL, 'inspection_id', 'inspection');
SELECT inspectd.guard('reschedule', '{}', NULL, NULL, 'inspection_id', 'inspection');
SELECT inspectd.guard(name, ARRAY[name || 's:write'])
  FROM unnest(ARRAY['action', 'agenda_item', 'board', 'decision', 'delivery_model', 'document', 'extension',
                    'intervention', 'measure', 'meeting', 'observation', 'organisation', 'update']) AS t (name);

-- A plan that takes actions along (carry_forward) makes new versions of them.
ALTER POLICY change ON inspectd.action
    WITH CHECK ((SELECT inspectd.may('actions:write', 'plans:write')) AND inspectd.reaches(authority_id, sensitivity));

SELECT inspectd.guard_links('judgement', '{inspections:write}', 'inspection');
SELECT inspectd.guard_links('inspection_theme', '{inspections:write}', 'inspection');
SELECT inspectd.guard_links('finding_theme', '{findings:write}', 'finding');
SELECT inspectd.guard_links('finding_link', '{findings:write}', 'finding', 'finding', 'earlier_id');
SELECT inspectd.guard_links('action_partner', '{actions:write,organisations:write}', 'action', 'organisation');
SELECT inspectd.guard_links(l.owner || '_' || l.target, ARRAY[l.owner || 's:write', l.target || 's:write'], l.owner, l.target)
  FROM (VALUES ('action', ARRAY['finding', 'plan', 'board']),
               ('plan', ARRAY['board', 'inspection']),
               ('update', ARRAY['document']),
               ('measure', ARRAY['plan', 'action', 'finding']),
               ('agenda_item', ARRAY['inspection', 'plan', 'finding', 'action', 'measure']),
               ('decision', ARRAY['inspection', 'plan', 'finding', 'action', 'measure']),
               ('document', ARRAY['inspection', 'finding', 'plan', 'action', 'measure', 'board', 'meeting',
                                  'agenda_item', 'decision', 'organisation', 'intervention', 'delivery_model']))
       AS o (owner, targets), LATERAL (SELECT o.owner, unnest(o.targets) AS target) l;

-- Clients and their keys have policies already (0013). Of their changes, who audits may read.
INSERT INTO inspectd.guarded_table (table_name, kind, readers)
VALUES ('client', 'closed', '{admin,audit:read}'), ('api_key', 'closed', '{admin,audit:read}');

-- The ledgers. loaded_file is not for the service at all.
SELECT inspectd.guard_reference(name) FROM unnest(ARRAY['migration', 'journaled_table', 'guarded_table']) AS t (name);
ALTER TABLE inspectd.loaded_file ENABLE ROW LEVEL SECURITY;

-- An answer is kept for who asked: the actor, and the person where each has their own.
ALTER TABLE inspectd.idempotency ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON inspectd.idempotency TO inspectd_api
    USING (starts_with(caller || ' ', (SELECT inspectd.context('actor')) || ' '));

-- A few answers past their 24 hours go with each new one, whoever they were for, so that nothing has
-- to be swept.
CREATE FUNCTION inspectd.forget_answers() RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
    DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM idempotency WHERE at < now() - interval '24 hours' LIMIT 4 FOR UPDATE SKIP LOCKED))
$$;

-- --- other systems' keys ------------------------------------------------------------------------

-- Unique among rows that are equally restricted: who may write a row would else be told of one that
-- they may not see.
ALTER TABLE inspectd.external_ref ADD COLUMN sensitivity text;
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT DISTINCT resource FROM inspectd.external_ref LOOP
        EXECUTE format('UPDATE inspectd.external_ref x SET sensitivity = t.sensitivity FROM inspectd.%I t '
                       'WHERE x.resource = %L AND x.row_id = t.id', name, name);
    END LOOP;
    -- What finds a row by such a key reads this table: of it the index is used beneath the policies too.
    FOR name IN SELECT i.indexrelid::regclass::text FROM pg_index i
                  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                 WHERE a.attname = 'external_refs' AND i.indrelid::regclass::text LIKE 'inspectd.%' LOOP
        EXECUTE 'DROP INDEX ' || name;
    END LOOP;
END
$$;
ALTER TABLE inspectd.external_ref
    ALTER COLUMN sensitivity SET NOT NULL,
    DROP CONSTRAINT external_ref_pkey,
    ADD PRIMARY KEY (resource, system, ref, authority_id, sensitivity);

-- As 0005 made it. It runs at each change of the row, and so follows its sensitivity.
CREATE OR REPLACE FUNCTION inspectd.keep_external_refs() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
BEGIN
    DELETE FROM external_ref WHERE resource = TG_TABLE_NAME AND row_id = NEW.id;
    IF NEW.deleted_at IS NULL THEN
        INSERT INTO external_ref (resource, authority_id, sensitivity, system, ref, row_id)
        SELECT TG_TABLE_NAME, coalesce(NEW.authority_id, ''), NEW.sensitivity, e.key, e.value, NEW.id
          FROM jsonb_each_text(NEW.external_refs) e;
    END IF;
    RETURN NULL;
END
$$;

-- Seen where its row is.
CREATE FUNCTION inspectd.sees_row(name text, id uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    seen boolean;
BEGIN
    EXECUTE format('SELECT inspectd.%I($1)', 'sees_' || name) INTO seen USING id;
    RETURN seen;
END
$$;
ALTER TABLE inspectd.external_ref ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON inspectd.external_ref FOR SELECT TO inspectd_api
    USING ((SELECT inspectd.sees_all()) OR inspectd.holds(authority_id) OR inspectd.sees_row(resource, row_id));

-- --- the journal --------------------------------------------------------------------------------

-- An image is seen where the row as it then was would be, and as it now is too: what was open once and
-- has been restricted since is restricted. The public view has no history, only what stood at a moment.
CREATE FUNCTION inspectd.journal_is_open() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT inspectd.is_told()
       AND (current_setting('inspectd.clearance', true) <> 'public' OR inspectd.recorded_at() IS NOT NULL)
$$;

-- The tables whose images even who sees all may not see: those that are closed to its scopes, and
-- those that nothing is known of.
CREATE FUNCTION inspectd.closed_tables() RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(j.table_name), '{}')
      FROM inspectd.journaled_table j
      LEFT JOIN inspectd.guarded_table g ON g.table_name = j.table_name
     WHERE g.table_name IS NULL OR (g.kind = 'closed' AND NOT inspectd.may(VARIADIC g.readers))
$$;

-- A row as it was at a moment.
CREATE FUNCTION inspectd.image_at(name text, key text, moment timestamptz) RETURNS inspectd.journal
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    found journal;
BEGIN
    SELECT * INTO found FROM journal j
     WHERE j.table_name = name AND j.row_key = key AND j.at <= moment ORDER BY j.seq DESC LIMIT 1;
    RETURN found;
END
$$;

-- Whether one image shows a row that would be seen, the row that it hangs from as it was at a moment.
CREATE FUNCTION inspectd.image_shows(j inspectd.journal, moment timestamptz) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    g guarded_table;
BEGIN
    IF j.sensitivity = ANY (cleared()) AND coalesce(j.authority_id = ANY (reached_authorities()), true) THEN
        RETURN true;
    END IF;
    SELECT * INTO g FROM guarded_table t WHERE t.table_name = j.table_name AND t.kind = 'rows';
    IF NOT FOUND OR j.sensitivity IS DISTINCT FROM 'public'
       OR (g.opens_by IS NOT NULL AND coalesce(j.image ->> g.opens_by, '') <> ALL (g.open_values)) THEN
        RETURN false;
    END IF;
    RETURN j.image ->> g.hangs_by IS NULL
        OR image_shows(image_at(g.hangs_from, j.image ->> g.hangs_by, moment), moment);
END
$$;

-- Then, and now.
CREATE FUNCTION inspectd.row_was_seen(name text, key text, moment timestamptz) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
BEGIN
    RETURN image_shows(image_at(name, key, moment), moment) AND image_shows(image_at(name, key, 'infinity'), 'infinity');
END
$$;

-- Asked only for who does not see all.
CREATE FUNCTION inspectd.image_is_seen(j inspectd.journal) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = inspectd, pg_temp COST 1000 AS $$
DECLARE
    g      guarded_table;
    moment timestamptz := coalesce(recorded_at(), j.at);
BEGIN
    IF NOT journal_is_open() THEN
        RETURN false;
    END IF;
    SELECT * INTO g FROM guarded_table t WHERE t.table_name = j.table_name;
    RETURN CASE g.kind
        WHEN 'reference' THEN true
        WHEN 'rows' THEN image_shows(j, moment)
                         AND image_shows(image_at(j.table_name, j.row_key, 'infinity'), 'infinity')
        WHEN 'links' THEN row_was_seen(g.hangs_from, j.image ->> g.hangs_by, moment)
                          AND (g.leads_to IS NULL OR row_was_seen(g.leads_to, j.image ->> g.leads_by, moment))
        ELSE false END;
END
$$;

-- The same as a condition on journal j, where only images of this table are looked at. A view of them
-- runs as its owner and says this for itself: beneath a policy the indexes of the journal would be of
-- no use, and an image that is hidden must hide the row, not bring an older one back.
CREATE FUNCTION inspectd.image_rule(name text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN g.kind = 'reference'
        THEN '((SELECT inspectd.sees_everything()) OR (SELECT inspectd.journal_is_open()))'
        WHEN g.kind IN ('rows', 'links')
        THEN '((SELECT inspectd.sees_everything()) '
             || CASE WHEN g.kind = 'rows' OR g.near THEN 'OR inspectd.holds(j.authority_id) ' ELSE '' END
             || 'OR inspectd.image_is_seen(j))'
        ELSE format('(SELECT inspectd.sees_everything() AND %L <> ALL (inspectd.closed_tables()))', name) END
      FROM (VALUES (name)) AS n (table_name) LEFT JOIN inspectd.guarded_table g USING (table_name)
$$;

ALTER TABLE inspectd.journal ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON inspectd.journal FOR SELECT TO inspectd_api
    USING (CASE WHEN (SELECT inspectd.sees_all()) THEN table_name <> ALL ((SELECT inspectd.closed_tables())::text[])
                ELSE inspectd.image_is_seen(journal) END);

-- As 0005 made it, but as its owner, with the rule.
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
            'CREATE VIEW recorded.%1$I AS '
            'SELECT %2$s FROM inspectd.journal j, '
            'LATERAL jsonb_populate_record(NULL::inspectd.%1$I, j.image) r '
            'WHERE j.table_name = %1$L AND j.at <= inspectd.recorded_at() '
            'AND (j.op <> ''deleted'' OR j.image ? ''deleted_at'') '
            'AND NOT EXISTS (SELECT FROM inspectd.journal later '
            'WHERE later.table_name = %1$L AND later.row_key = j.row_key '
            'AND later.seq > j.seq AND later.at <= inspectd.recorded_at()) AND %3$s',
            t.table_name, t.columns, inspectd.image_rule(t.table_name));
    END LOOP;
    EXECUTE 'GRANT SELECT ON ALL TABLES IN SCHEMA recorded TO inspectd_api';
END
$$;

-- --- indexes beneath policies -------------------------------------------------------------------
--
-- PostgreSQL takes no index beneath a policy for a question that might tell of a row that is hidden:
-- for what is not marked leakproof, and no more than a superuser may mark anything. Equality and order of
-- ids, texts, dates, times and whole numbers are; words, JSON, arrays, numeric and coalesce() are not.

DROP INDEX inspectd.deadline_coalesce_id_idx, inspectd.deadline_authority_id_coalesce_id_idx;
CREATE INDEX deadline_due ON inspectd.deadline ((CASE WHEN stated_on IS NULL THEN computed_on ELSE stated_on END), id);
CREATE INDEX deadline_due_of_authority ON inspectd.deadline
    (authority_id, (CASE WHEN stated_on IS NULL THEN computed_on ELSE stated_on END), id);

-- --- words ------------------------------------------------------------------------------------

-- So the words of each table are searched in a view that runs as its owner and says
-- for itself who sees what: <table>_words, made with the other views from the index <table>_search.
CREATE FUNCTION inspectd.rebuild_words() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT g.table_name AS name, pg_get_indexdef(i.indexrelid, 1, false) AS words
               FROM inspectd.guarded_table g
               JOIN pg_index i ON i.indexrelid = to_regclass('inspectd.' || quote_ident(g.table_name || '_search'))
              WHERE g.kind = 'rows' LOOP
        EXECUTE format('CREATE VIEW inspectd.%I AS SELECT t.id, %s AS words FROM inspectd.%I t '
                       'WHERE t.deleted_at IS NULL AND (%s)',
                       t.name || '_words', t.words, t.name, inspectd.see_rule(t.name, 't', 'sees_everything'));
        EXECUTE format('GRANT SELECT ON inspectd.%I TO inspectd_api', t.name || '_words');
    END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION inspectd.rebuild_words() FROM PUBLIC;

-- --- what looks at rows that its caller may not see -----------------------------------------------

-- As 0005 made it, but it looks whoever asks: of a row that the writer does not see it would find no
-- authority, and let the link be. It does not say whose the row is.
CREATE OR REPLACE FUNCTION inspectd.keep_to_succession() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    named uuid := to_jsonb(NEW) ->> TG_ARGV[0];
    owner text;
BEGIN
    IF TG_ARGV[1] = 'finding' THEN
        SELECT f.authority_id INTO STRICT owner FROM finding f WHERE f.id = named;
    ELSIF TG_ARGV[1] = 'inspection' THEN
        SELECT i.authority_id INTO STRICT owner FROM inspection i WHERE i.id = named;
    ELSE
        SELECT d.authority_id INTO STRICT owner FROM decision d WHERE d.id = named;
    END IF;
    IF owner <> NEW.authority_id
       AND NOT (TG_ARGV[2] = 'later' AND answers_for(owner, NEW.authority_id))
       AND NOT (TG_ARGV[2] = 'earlier' AND answers_for(NEW.authority_id, owner)) THEN
        RAISE EXCEPTION '% % is of an authority that is not in succession with %', TG_ARGV[1], named, NEW.authority_id
            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END
$$;

-- Whether one row leads to another, step by step through a column that names a row of the same table
-- (of findings, the links to earlier ones too). A circle that goes through a row which its writer does
-- not see is one all the same; nothing is told of what lies between.
CREATE FUNCTION inspectd.leads_to(name text, column_name text, start uuid, goal uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    here  uuid[] := ARRAY[start];
    known uuid[] := ARRAY[start];
BEGIN
    WHILE cardinality(here) > 0 AND goal <> ALL (known) LOOP
        here := CASE name || '.' || column_name
            WHEN 'finding.parent_id' THEN ARRAY(SELECT t.parent_id FROM finding t WHERE t.id = ANY (here))
            WHEN 'finding.earlier_id' THEN ARRAY(
                SELECT l.earlier_id FROM finding_link l JOIN finding t ON t.id = l.earlier_id AND t.deleted_at IS NULL
                 WHERE l.finding_id = ANY (here))
            WHEN 'inspection.follows_id' THEN ARRAY(SELECT t.follows_id FROM inspection t WHERE t.id = ANY (here))
            WHEN 'meeting.previous_id' THEN ARRAY(SELECT t.previous_id FROM meeting t WHERE t.id = ANY (here))
            WHEN 'plan.supersedes_id' THEN ARRAY(SELECT t.supersedes_id FROM plan t WHERE t.id = ANY (here)) END;
        here := ARRAY(SELECT DISTINCT h FROM unnest(here) AS h WHERE h IS NOT NULL AND h <> ALL (known));
        known := known || here;
    END LOOP;
    RETURN coalesce(goal = ANY (known), false);
END
$$;

-- Everybody may execute a new function; of those that run as their owner the service needs these.
REVOKE EXECUTE ON FUNCTION inspectd.forget_answers(), inspectd.keep_to_succession(),
    inspectd.image_at(text, text, timestamptz), inspectd.image_shows(inspectd.journal, timestamptz),
    inspectd.row_was_seen(text, text, timestamptz), inspectd.image_is_seen(inspectd.journal),
    inspectd.leads_to(text, text, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION inspectd.forget_answers(), inspectd.image_is_seen(inspectd.journal),
    inspectd.leads_to(text, text, uuid, uuid) TO inspectd_api;

-- --- small numbers --------------------------------------------------------------------------------

-- The public view is not shown how many where it is 1 to 5: a child might be known by it.

CREATE FUNCTION inspectd.has_public_view() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(current_setting('inspectd.clearance', true) = 'public', false)
$$;

-- A unit is what is counted unless it says that something is measured: a share or a rate, money, time,
-- a score or an average. What nobody thought of counts.
CREATE FUNCTION inspectd.is_small_count(value numeric, unit text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(value BETWEEN 1 AND 5 AND unit !~*
        '%|£|\m(gbp|pounds?|per|percent(age)?|rates?|ratios?|proportions?|scores?|points?|averages?|means?|medians?|minutes?|hours?|days?|weeks?|months?|years?)\M',
        false)
$$;

-- The value, or nothing.
CREATE FUNCTION inspectd.shown(value numeric, unit text) RETURNS numeric LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN NOT (inspectd.has_public_view() AND inspectd.is_small_count(value, unit)) THEN value END
$$;
