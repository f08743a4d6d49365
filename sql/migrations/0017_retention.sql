-- How long words are kept, and how those of one row are taken away: on request, or by
-- the schedule, once the row has been deleted for so long. What is taken away is gone from
-- the row, from every image that the journal holds of it and from the answers kept for
-- retries; that something was there, and who changed it when, stays, and the chain holds.

-- One for each kind of row, by its resource. `members` are those that hold words somebody wrote; of them
-- `partners` and `reschedules` are rows of their own, which come and go with it: what a partner does, and
-- why what was planned was moved, and by whom.
CREATE TABLE inspectd.retention_rule (
    id         text PRIMARY KEY,
    members    text[]      NOT NULL CHECK (cardinality(members) > 0),
    months     integer     CHECK (months BETWEEN 1 AND 1200), -- since the deletion; NULL: the words stay
    basis      text        NOT NULL,
    warnings   jsonb       NOT NULL DEFAULT '[]',
    version    bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz CHECK (deleted_at IS NULL)         -- as every row has it; months are taken away instead
);
CREATE INDEX ON inspectd.retention_rule (created_at, id);
CREATE INDEX ON inspectd.retention_rule (updated_at, id);
SELECT inspectd.journal_table('retention_rule', 'id');
GRANT SELECT, UPDATE ON inspectd.retention_rule TO inspectd_api;
SELECT inspectd.guard_reference('retention_rule', '{admin}');

INSERT INTO inspectd.retention_rule (id, members, months, basis)
SELECT r.id, r.members, 12, 'UK GDPR, Article 5(1)(e): what was deleted is not needed any longer'
  FROM (VALUES
    ('actions', '{title,detail,lead_role,completed_by,embedded_by,success_criteria,funding,partners,reschedules}'::text[]),
    ('agenda-items', '{title,pages,summary,points,owner_member,owner_officer,contact,strategic_priority,wards,legal_implications,financial_implications,equality_implications,risk_implications}'),
    ('boards', '{name,chair_role}'),
    ('deadlines', '{stated_source}'),
    ('decisions', '{delegated_to,wording_proposed,wording_taken,parts,addressed_to,answer_reason}'),
    ('delivery-models', '{name,summary}'),
    ('documents', '{title,author,addressed_to,copied_to,appendix,summary}'),
    ('extensions', '{requested_by,reason,decided_by,decision_reason}'),
    ('findings', '{printed_label,not_assessed_reason,extent,text,gloss,source_paragraph,contested_response}'),
    ('inspections', '{focus,inspectors,discrepancies,reschedules}'),
    ('interventions', '{instrument,person_name,person_role,summary}'),
    ('measures', '{title,definition,baseline_caveat}'),
    ('meetings', '{title,date_note,venue,attendees,previous_minutes}'),
    ('observations', '{scope,caveat,source}'),
    ('organisations', '{name,short_name,contact_role}'),
    ('plans', '{title,edition,summary,shared_with,agreed_by,response_detail}'),
    ('updates', '{distance_to_target,narrative,next_step,reported_by}')) AS r (id, members);

-- The table of the rows that a rule is for.
CREATE FUNCTION inspectd.table_of(resource text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT t.table_name FROM inspectd.journaled_table t WHERE t.resource = $1 AND t.member IS NULL
$$;

-- --- erasure -----------------------------------------------------------------------------

CREATE TABLE inspectd.erasure (
    id         uuid PRIMARY KEY,
    resource   text        NOT NULL REFERENCES inspectd.retention_rule,
    row_id     text        NOT NULL CHECK (row_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'),
    members    text[]      NOT NULL CHECK (cardinality(members) > 0),
    reason     text        NOT NULL CHECK (reason ~ '\S'),
    entries    integer     NOT NULL,        -- of the journal, that held such words
    erased_by  text,
    warnings   jsonb       NOT NULL DEFAULT '[]',
    version    bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz CHECK (deleted_at IS NULL)
);
CREATE INDEX ON inspectd.erasure (row_id, id);
CREATE INDEX ON inspectd.erasure (created_at, id);
CREATE INDEX ON inspectd.erasure (updated_at, id);
SELECT inspectd.journal_table('erasure', 'id');
GRANT SELECT, INSERT ON inspectd.erasure TO inspectd_api;
SELECT inspectd.guard_closed('erasure', '{audit:read}', '{admin}');

-- What stands in the place of words: of a text that it was there, of a list that it is empty.
CREATE FUNCTION inspectd.erased_as(column_type regtype) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE column_type WHEN 'text'::regtype THEN '''[erased]''' WHEN 'text[]'::regtype THEN '''{}''::text[]'
           ELSE '''[]''::jsonb' END
$$;

-- Takes the words out of these columns of the rows of one table that a column names by `id`. The rows first, so
-- that the image which this leaves in the journal holds none of them either; then all earlier images. Answers how
-- many of these held any, or what was said of a change where the reasons go too.
CREATE FUNCTION inspectd.erase_words(name text, key text, id text, columns text[], reasons boolean) RETURNS integer
    LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(columns) > 0 THEN
        EXECUTE (SELECT format('UPDATE inspectd.%I SET %s WHERE %I = $1::uuid AND (%s)', name,
                               string_agg(format('%1$I = CASE WHEN %1$I IS NOT NULL THEN %2$s END', a.attname,
                                                 inspectd.erased_as(a.atttypid)), ', '),
                               key, string_agg(format('%I <> %s', a.attname, inspectd.erased_as(a.atttypid)), ' OR '))
                   FROM pg_attribute a
                  WHERE a.attrelid = ('inspectd.' || quote_ident(name))::regclass AND a.attname = ANY (columns))
          USING id;
    END IF;
    RETURN inspectd.erase_images(name, id, columns, reasons);
END
$$;

-- What an erasure says is done as it is written down. The reasons for its changes go with all of a row's words,
-- and with its reschedules, which repeat them. What was planned to be looked at stands in reschedules too.
CREATE FUNCTION inspectd.erase() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    name    text    := table_of(NEW.resource);
    every   text[]  := (SELECT r.members FROM retention_rule r WHERE r.id = NEW.resource);
    reasons boolean := NEW.members @> every OR 'reschedules' = ANY (NEW.members);
    list    text;
    moved   reschedule;
BEGIN
    IF NOT NEW.members <@ every THEN
        RAISE EXCEPTION 'not members of % that hold words: %', NEW.resource, NEW.members USING ERRCODE = 'check_violation';
    END IF;
    NEW.members := ARRAY(SELECT m FROM unnest(every) AS m WHERE m = ANY (NEW.members)); -- each once
    PERFORM set_config('inspectd.erasing', 'yes', true);
    NEW.entries := erase_words(name, 'id', NEW.row_id, ARRAY(
                       SELECT m FROM unnest(NEW.members) AS m WHERE m NOT IN ('partners', 'reschedules')), reasons);
    IF 'partners' = ANY (NEW.members) THEN
        NEW.entries := NEW.entries + erase_words('action_partner', 'action_id', NEW.row_id, '{role}', false);
    END IF;
    FOR moved IN SELECT * FROM reschedule r WHERE NEW.row_id::uuid IN (r.action_id, r.inspection_id) LOOP
        IF 'reschedules' = ANY (NEW.members) THEN
            NEW.entries := NEW.entries + erase_words('reschedule', 'id', moved.id::text, '{reason,moved_by}', true);
        END IF;
        IF moved.member = 'focus' AND 'focus' = ANY (NEW.members) THEN
            NEW.entries := NEW.entries + erase_words('reschedule', 'id', moved.id::text, '{was,became}', false);
        END IF;
    END LOOP;
    IF reasons THEN -- which every entry of a write repeats, those of the row's lists too
        FOR list IN SELECT t.table_name FROM journaled_table t WHERE t.resource = NEW.resource AND t.member IS NOT NULL LOOP
            NEW.entries := NEW.entries + erase_images(list, NEW.row_id, '{}', true);
        END LOOP;
    END IF;
    PERFORM set_config('inspectd.erasing', '', true);
    DELETE FROM idempotency i WHERE i.body LIKE '%' || NEW.row_id || '%';
    RETURN NEW;
END
$$;
CREATE TRIGGER erase BEFORE INSERT ON inspectd.erasure FOR EACH ROW EXECUTE FUNCTION inspectd.erase();

-- As 0010 made it; but to erase what a visit is to look at does not put it off.
DROP TRIGGER reschedule ON inspectd.inspection;
CREATE TRIGGER reschedule AFTER UPDATE ON inspectd.inspection FOR EACH ROW
    WHEN ((OLD.planned_start_on, OLD.planned_precision, OLD.focus) IS DISTINCT FROM
          (NEW.planned_start_on, NEW.planned_precision, NEW.focus) AND inspectd.context('erasing') IS NULL)
    EXECUTE FUNCTION inspectd.keep_reschedules('planned_start_on', 'planned_precision', 'focus');

-- --- jobs -----------------------------------------------------------------------------------
--
-- Each does a part of its work that is soon done, and none where another instance is at it; it
-- answers with how many rows it dealt with. Whoever may connect may call them: they do no more
-- than the schedule says.

-- Answers are kept for 24 hours.
CREATE FUNCTION inspectd.run_answers() RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
    WITH gone AS (DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM idempotency WHERE at < now() - interval '24 hours' LIMIT 1000 FOR UPDATE SKIP LOCKED)) RETURNING 1)
    SELECT count(*) FROM gone
$$;
DROP FUNCTION inspectd.forget_answers();

-- Erases what was deleted long enough ago. A row that was restored since is alive; one whose words are
-- gone already has an erasure that says so. One that somebody is writing waits for the next time.
CREATE FUNCTION inspectd.run_retention() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    ends  timestamptz := clock_timestamp() + interval '1 second';
    rule  retention_rule;
    n     bigint;
    total bigint := 0;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('inspectd.run_retention')) THEN
        RETURN 0;
    END IF;
    FOR rule IN SELECT * FROM retention_rule r WHERE r.months IS NOT NULL ORDER BY r.id LOOP
        EXECUTE format(
            'INSERT INTO erasure (id, resource, row_id, members, reason, erased_by) '
            'SELECT uuid_v7(), $1.id, t.id::text, $1.members, '
            '       format(''%%s months after it was deleted. %%s'', $1.months, $1.basis), context(''actor'') '
            '  FROM %I t '
            ' WHERE t.deleted_at < now() - make_interval(months => $1.months) '
            '   AND NOT EXISTS (SELECT FROM erasure e WHERE e.row_id = t.id::text AND e.created_at > t.deleted_at '
            '                                           AND e.members @> $1.members) '
            ' LIMIT 20 FOR UPDATE OF t SKIP LOCKED', table_of(rule.id)) USING rule;
        GET DIAGNOSTICS n = ROW_COUNT;
        total := total + n;
        EXIT WHEN clock_timestamp() > ends;
    END LOOP;
    RETURN total;
END
$$;

-- Found without reading the rows that are alive.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT inspectd.table_of(r.id) FROM inspectd.retention_rule r LOOP
        EXECUTE format('CREATE INDEX ON inspectd.%I (deleted_at) WHERE deleted_at IS NOT NULL', name);
    END LOOP;
END
$$;

REVOKE EXECUTE ON FUNCTION inspectd.erase(), inspectd.erase_words(text, text, text, text[], boolean),
    inspectd.run_answers(), inspectd.run_retention() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION inspectd.run_answers(), inspectd.run_retention() TO inspectd_api;
