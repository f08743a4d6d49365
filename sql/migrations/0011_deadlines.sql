-- The statutory clock: working days, what is due after an inspection, and by when.

-- --- the calendar ------------------------------------------------------------------

-- Which calendars there have been; the latest is the one that counts. A date that was
-- computed says by which, so that a bank holiday declared later can be told from an error.
CREATE TABLE inspectd.calendar_version (
    name  text PRIMARY KEY,             -- "2013-2028.3f2a9c1d": its years, and a digest of its days and titles
    years integer[]   NOT NULL,
    at    timestamptz NOT NULL          -- when it last became the one that counts
);
SELECT inspectd.journal_table('calendar_version', 'name');
GRANT SELECT ON inspectd.calendar_version TO inspectd_api;

CREATE FUNCTION inspectd.current_calendar() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT name FROM inspectd.calendar_version ORDER BY at DESC LIMIT 1
$$;

CREATE FUNCTION inspectd.holidays() RETURNS date[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(date ORDER BY date), '{}') FROM inspectd.bank_holiday
$$;

-- --- working days ------------------------------------------------------------------

-- As SI 2007/462 has them: not a Saturday, a Sunday or a day of the calendar; day 1 is
-- the first one after the start. They are reckoned by whole weeks, not walked through,
-- so that ten years cost no more than ten days. The holidays are an argument, so that
-- a calendar of the past can be asked too.

-- Weekdays from Monday 1 January of the year 1 up to a day, and the day with that number.
CREATE FUNCTION inspectd.weekday_number(day date) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (day - date '0001-01-01') / 7 * 5 + least((day - date '0001-01-01') % 7 + 1, 5)
$$;
CREATE FUNCTION inspectd.weekday_of_number(number integer) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT date '0001-01-01' + (number - 1) / 5 * 7 + (number - 1) % 5
$$;

-- Holidays on weekdays, after the first day and up to the last.
CREATE FUNCTION inspectd.weekday_holidays(first date, last date, holidays date[]) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT count(*)::integer FROM unnest(holidays) AS h (day)
     WHERE h.day > first AND h.day <= last AND extract(isodow FROM h.day) < 6
$$;

-- A year is loaded when it has a bank holiday. NULL: all those that are counted in are.
CREATE FUNCTION inspectd.missing_year(first date, last date, holidays date[]) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT year
      FROM generate_series(extract(year FROM first + 1)::integer, extract(year FROM last)::integer) AS y (year)
     WHERE last > first
       AND NOT EXISTS (SELECT FROM unnest(holidays) AS h (day)
                        WHERE h.day BETWEEN make_date(y.year, 1, 1) AND make_date(y.year, 12, 31))
     ORDER BY year LIMIT 1
$$;

-- The last of so many working days after the first day, whether or not the years are loaded.
CREATE FUNCTION inspectd.working_day_after(first date, days integer, holidays date[]) RETURNS date
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    weekdays integer := days;
    last     date    := first;
    needed   integer := days;
BEGIN
    WHILE days > 0 LOOP
        last := inspectd.weekday_of_number(inspectd.weekday_number(first) + weekdays);
        needed := days + inspectd.weekday_holidays(first, last, holidays);
        EXIT WHEN needed = weekdays;
        weekdays := needed; -- those holidays, and whatever they push into
    END LOOP;
    RETURN last;
END
$$;

-- The two that answer nothing rather than a guess.
CREATE FUNCTION inspectd.due_after(first date, days integer, holidays date[]) RETURNS date
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    last date := inspectd.working_day_after(first, days, holidays);
BEGIN
    RETURN CASE WHEN inspectd.missing_year(first, last, holidays) IS NULL THEN last END;
END
$$;

CREATE FUNCTION inspectd.working_days_to(first date, last date, holidays date[]) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF last < first THEN
        RETURN -inspectd.working_days_to(last, first, holidays);
    END IF;
    IF inspectd.missing_year(first, last, holidays) IS NOT NULL THEN
        RETURN NULL;
    END IF;
    RETURN inspectd.weekday_number(last) - inspectd.weekday_number(first)
         - inspectd.weekday_holidays(first, last, holidays);
END
$$;

-- What GET /v1/working-days answers, and what is kept of a deadline. {"missing_year": 2031}
-- when the calendar does not reach so far.
CREATE FUNCTION inspectd.explain_working_days(first date, last date, days integer) RETURNS json
    LANGUAGE plpgsql STABLE AS $$
DECLARE
    missing integer := inspectd.missing_year(first, last, inspectd.holidays());
BEGIN
    IF missing IS NOT NULL THEN
        RETURN json_build_object('missing_year', missing, 'calendar_version', inspectd.current_calendar());
    END IF;
    RETURN json_build_object(
        'from', first, 'days', days, 'to', last,
        'holidays_skipped', (SELECT coalesce(json_agg(json_build_object('date', h.date, 'title', h.title)
                                                      ORDER BY h.date), '[]')
                               FROM inspectd.bank_holiday h
                              WHERE h.date > first AND h.date <= last AND extract(isodow FROM h.date) < 6),
        'calendar_version', inspectd.current_calendar());
END
$$;

CREATE FUNCTION inspectd.add_working_days(first date, days integer) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT inspectd.explain_working_days(first, inspectd.working_day_after(first, days, inspectd.holidays()), days)
$$;

CREATE FUNCTION inspectd.count_working_days(first date, last date) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT inspectd.explain_working_days(first, last, inspectd.working_days_to(first, last, inspectd.holidays()))
$$;

-- --- what the law asks for -----------------------------------------------------------

-- A change of the law is a row. What a deadline was set by stays with it.
CREATE TABLE inspectd.deadline_rule (
    kind             text PRIMARY KEY,
    inspection_kinds text[]  NOT NULL,
    condition        text    NOT NULL CHECK (condition IN ('always', 'priority_action', 'statement_required')),
    days             integer NOT NULL CHECK (days BETWEEN 1 AND 3660),
    basis            text    NOT NULL CHECK (basis IN ('regulation', 'framework')),
    statutory        boolean NOT NULL,
    source           text    NOT NULL,
    plan_kind        text,              -- of the plan that meets it; NULL: publication of the report does
    met_by           text    NOT NULL CHECK (met_by IN ('published', 'draft_shared', 'submitted'))
);
SELECT inspectd.journal_table('deadline_rule', 'kind');
GRANT SELECT ON inspectd.deadline_rule TO inspectd_api;

INSERT INTO inspectd.deadline_rule VALUES
    ('publish_report',
     '{standard_inspection,short_inspection,sif_inspection,sif_reinspection,looked_after_children_inspection}',
     'always', 30, 'regulation', true,
     'Education and Inspections Act 2006 (Inspection of Local Authorities) Regulations 2007 (SI 2007/462)',
     NULL, 'published'),
    ('written_statement',
     '{standard_inspection,short_inspection,sif_inspection,sif_reinspection,looked_after_children_inspection}',
     'always', 70, 'regulation', true,
     'Education and Inspections Act 2006 (Inspection of Local Authorities) Regulations 2007 (SI 2007/462)',
     'statutory_statement', 'submitted'),
    ('draft_action_plan', '{focused_visit}', 'priority_action', 20, 'framework', false,
     'Ofsted''s framework for inspecting local authority children''s services, not statute',
     'focused_visit_plan', 'draft_shared'),
    ('final_action_plan', '{focused_visit}', 'priority_action', 70, 'regulation', true,
     'Education and Inspections Act 2006 (Inspection of Local Authorities) Regulations 2007 (SI 2007/462)',
     'focused_visit_plan', 'submitted'),
    ('joint_statement', '{jtai}', 'statement_required', 70, 'regulation', true,
     'Children Act 2004 (Joint Area Reviews) Regulations 2015 (SI 2015/1792)',
     'joint_statement', 'submitted');

-- --- what is due ---------------------------------------------------------------------

-- One thing due after one inspection. The triggers below write it; of the service's,
-- only what a letter states and when it was done are. It has no key of other systems.
CREATE TABLE inspectd.deadline (
    id                       uuid PRIMARY KEY,
    authority_id             text        NOT NULL REFERENCES inspectd.authority,
    sensitivity              text        NOT NULL CHECK (sensitivity IN ('public', 'council', 'restricted')),
    inspection_id            uuid        NOT NULL,
    kind                     text        NOT NULL CHECK (kind IN ('publish_report', 'written_statement',
                                             'draft_action_plan', 'final_action_plan', 'joint_statement')),
    responsible_authority_id text        REFERENCES inspectd.authority, -- NULL: the report names none yet
    -- as it was counted, once: never again when the calendar changes
    start_on                 date,
    days                     integer     NOT NULL CHECK (days BETWEEN 1 AND 3660),
    computed_on              date        CHECK (computed_on > start_on),
    holidays_skipped         jsonb       NOT NULL DEFAULT '[]',
    calendar_version         text        REFERENCES inspectd.calendar_version,
    rule_basis               text        NOT NULL CHECK (rule_basis IN ('regulation', 'framework')),
    statutory                boolean     NOT NULL,
    source                   text        NOT NULL,
    -- as the letter has it
    stated_on                date,
    stated_source            text,
    document_id              uuid,
    -- when it was done: what the inspection or the plan says, until somebody says otherwise
    met_on                   date,
    followed_on              date,
    warnings                 jsonb       NOT NULL DEFAULT '[]',
    version                  bigint      NOT NULL DEFAULT 1,
    created_at               timestamptz NOT NULL DEFAULT now(),
    updated_at               timestamptz NOT NULL DEFAULT now(),
    deleted_at               timestamptz,
    UNIQUE (inspection_id, kind),
    CONSTRAINT deadline_inspection_id_fkey FOREIGN KEY (inspection_id, authority_id, sensitivity)
        REFERENCES inspectd.inspection (id, authority_id, sensitivity) ON UPDATE CASCADE,
    CONSTRAINT deadline_document_id_fkey FOREIGN KEY (document_id, authority_id)
        REFERENCES inspectd.document (id, authority_id),
    CHECK ((computed_on IS NULL) = (calendar_version IS NULL)),
    CHECK (stated_on IS NOT NULL OR stated_source IS NULL)
);
SELECT inspectd.owned_table('deadline');
SELECT inspectd.journal_find('deadline', 'inspection_id');
CREATE INDEX ON inspectd.deadline ((coalesce(stated_on, computed_on)), id);
CREATE INDEX ON inspectd.deadline (authority_id, (coalesce(stated_on, computed_on)), id);
CREATE INDEX ON inspectd.deadline (met_on, id);
CREATE INDEX ON inspectd.deadline (kind, id);
CREATE INDEX ON inspectd.deadline (document_id);
CREATE INDEX ON inspectd.deadline (responsible_authority_id);

-- A row that is written back carries what tells it apart, as it was.
REVOKE INSERT, UPDATE ON inspectd.deadline FROM inspectd_api;
GRANT UPDATE (authority_id, sensitivity, inspection_id, kind, responsible_authority_id, computed_on, start_on,
              stated_on, stated_source, document_id, met_on, warnings) ON inspectd.deadline TO inspectd_api;

-- A day that somebody takes away again is once more the one that its source says.
CREATE FUNCTION inspectd.deadline_let_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.met_on := NEW.followed_on;
    RETURN NEW;
END
$$;
CREATE TRIGGER deadline_let_go BEFORE UPDATE ON inspectd.deadline
    FOR EACH ROW WHEN (NEW.met_on IS NULL) EXECUTE FUNCTION inspectd.deadline_let_go();

-- The day on which an inspection, or the plans that answer it, say that it was done. A
-- plan of somebody else's than the one who owes it meets nothing.
CREATE FUNCTION inspectd.deadline_followed(i inspectd.inspection, r inspectd.deadline_rule, responsible text)
    RETURNS date LANGUAGE sql STABLE AS $$
    SELECT CASE r.met_by WHEN 'published' THEN i.published_on ELSE (
        SELECT min(CASE r.met_by WHEN 'submitted' THEN p.submitted_on ELSE p.draft_shared_on END)
          FROM inspectd.plan_inspection l
          JOIN inspectd.plan p ON p.id = l.plan_id AND p.kind = r.plan_kind AND p.deleted_at IS NULL
         WHERE l.inspection_id = i.id AND inspectd.answers_for(p.authority_id, responsible)) END
$$;

CREATE FUNCTION inspectd.deadline_applies(i inspectd.inspection, r inspectd.deadline_rule) RETURNS boolean
    LANGUAGE sql STABLE AS $$
    SELECT i.kind = ANY (r.inspection_kinds) AND i.deleted_at IS NULL AND i.status <> 'cancelled'
       AND CASE r.condition
               WHEN 'statement_required' THEN coalesce(i.statement_required, false)
               WHEN 'priority_action' THEN EXISTS (
                   SELECT FROM inspectd.finding f
                    WHERE f.inspection_id = i.id AND f.kind = 'area_for_priority_action'
                      AND f.stage = 'final' AND f.deleted_at IS NULL)
               ELSE true END
$$;

-- Counts anew, by the calendar and the rule of today.
CREATE FUNCTION inspectd.deadline_counted(d inspectd.deadline, r inspectd.deadline_rule, received_on date)
    RETURNS inspectd.deadline LANGUAGE plpgsql STABLE AS $$
DECLARE
    answer json := CASE WHEN d.responsible_authority_id IS NOT NULL
                        THEN inspectd.add_working_days(received_on, r.days) END;
BEGIN
    d.start_on := received_on;
    d.days := r.days;
    d.rule_basis := r.basis;
    d.statutory := r.statutory;
    d.source := r.source;
    d.computed_on := answer ->> 'to';
    d.holidays_skipped := coalesce(answer ->> 'holidays_skipped', '[]');
    d.calendar_version := CASE WHEN d.computed_on IS NOT NULL THEN answer ->> 'calendar_version' END;
    RETURN d;
END
$$;

-- One deadline of one inspection, made or brought to what it now rests on. The date is
-- counted when there is none yet, or when it is to be counted from another day.
CREATE FUNCTION inspectd.deadline_keep(i inspectd.inspection, r inspectd.deadline_rule) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    was deadline;
    d   deadline;
BEGIN
    SELECT * INTO was FROM deadline WHERE inspection_id = i.id AND kind = r.kind FOR UPDATE;
    d := was;
    d.deleted_at := NULL;
    d.responsible_authority_id :=
        CASE r.condition WHEN 'statement_required' THEN i.principal_authority_id ELSE i.authority_id END;
    d.followed_on := deadline_followed(i, r, d.responsible_authority_id);
    IF was.met_on IS NOT DISTINCT FROM was.followed_on THEN
        d.met_on := d.followed_on;
    END IF;
    IF was.computed_on IS NULL OR was.start_on IS DISTINCT FROM i.received_on OR d.responsible_authority_id IS NULL THEN
        d := deadline_counted(d, r, i.received_on);
    END IF;
    IF was.id IS NULL THEN
        INSERT INTO deadline (id, authority_id, sensitivity, inspection_id, kind, responsible_authority_id, start_on,
                              days, computed_on, holidays_skipped, calendar_version, rule_basis, statutory, source,
                              met_on, followed_on)
        VALUES (uuid_v7(), i.authority_id, i.sensitivity, i.id, r.kind, d.responsible_authority_id, d.start_on,
                d.days, d.computed_on, d.holidays_skipped, d.calendar_version, d.rule_basis, d.statutory, d.source,
                d.met_on, d.followed_on);
    ELSIF d IS DISTINCT FROM was THEN
        UPDATE deadline t
           SET deleted_at = NULL, responsible_authority_id = d.responsible_authority_id, start_on = d.start_on,
               days = d.days, computed_on = d.computed_on, holidays_skipped = d.holidays_skipped,
               calendar_version = d.calendar_version, rule_basis = d.rule_basis, statutory = d.statutory,
               source = d.source, met_on = d.met_on, followed_on = d.followed_on
         WHERE t.id = d.id;
    END IF;
END
$$;

-- Everything due after one inspection. Writers of its findings and plans take turns from
-- here to their end, so that the second sees what the first has done. It is not the row
-- of the inspection that they wait for: whoever changes that may be waiting for them.
CREATE FUNCTION inspectd.deadline_refresh(inspection_id uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    i inspection;
    r deadline_rule;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('deadlines'), hashtext(inspection_id::text));
    SELECT * INTO i FROM inspection t WHERE t.id = deadline_refresh.inspection_id;
    FOR r IN SELECT * FROM deadline_rule ORDER BY kind LOOP
        IF deadline_applies(i, r) THEN
            PERFORM deadline_keep(i, r);
        ELSE
            -- What somebody has stated by hand is not thrown away, unless the inspection is.
            UPDATE deadline d SET deleted_at = now()
             WHERE d.inspection_id = i.id AND d.kind = r.kind AND d.deleted_at IS NULL
               AND (i.deleted_at IS NOT NULL
                    OR (d.stated_on IS NULL AND d.document_id IS NULL AND d.met_on IS NOT DISTINCT FROM d.followed_on));
        END IF;
    END LOOP;
END
$$;

-- --- what makes it change ------------------------------------------------------------

CREATE FUNCTION inspectd.deadline_inspection_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
BEGIN
    PERFORM deadline_refresh(NEW.id);
    RETURN NULL;
END
$$;
CREATE TRIGGER deadlines_made AFTER INSERT ON inspectd.inspection
    FOR EACH ROW EXECUTE FUNCTION inspectd.deadline_inspection_changed();
CREATE TRIGGER deadlines_changed AFTER UPDATE ON inspectd.inspection
    FOR EACH ROW WHEN ((OLD.kind, OLD.status, OLD.received_on, OLD.published_on, OLD.statement_required,
                        OLD.principal_authority_id, OLD.deleted_at) IS DISTINCT FROM
                       (NEW.kind, NEW.status, NEW.received_on, NEW.published_on, NEW.statement_required,
                        NEW.principal_authority_id, NEW.deleted_at))
    EXECUTE FUNCTION inspectd.deadline_inspection_changed();

CREATE FUNCTION inspectd.deadline_finding_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
BEGIN
    PERFORM FROM inspection WHERE id = NEW.inspection_id FOR KEY SHARE; -- as a new deadline needs, and in this order
    PERFORM deadline_refresh(NEW.inspection_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER deadlines_made AFTER INSERT ON inspectd.finding
    FOR EACH ROW WHEN (NEW.kind = 'area_for_priority_action')
    EXECUTE FUNCTION inspectd.deadline_finding_changed();
CREATE TRIGGER deadlines_changed AFTER UPDATE ON inspectd.finding
    FOR EACH ROW WHEN ('area_for_priority_action' IN (OLD.kind, NEW.kind)
                       AND (OLD.kind, OLD.stage, OLD.deleted_at) IS DISTINCT FROM (NEW.kind, NEW.stage, NEW.deleted_at))
    EXECUTE FUNCTION inspectd.deadline_finding_changed();

-- In one order, so that two plans for the same inspections cannot wait for each other.
CREATE FUNCTION inspectd.deadline_refresh_all(inspection_ids uuid[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    one uuid;
BEGIN
    FOR one IN SELECT DISTINCT unnest(inspection_ids) ORDER BY 1 LOOP
        PERFORM FROM inspection t WHERE t.id = one FOR KEY SHARE; -- as for a finding
        PERFORM deadline_refresh(one);
    END LOOP;
END
$$;

CREATE FUNCTION inspectd.deadline_plan_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
BEGIN
    PERFORM deadline_refresh_all(array_agg(l.inspection_id)) FROM plan_inspection l WHERE l.plan_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER deadlines_changed AFTER UPDATE ON inspectd.plan
    FOR EACH ROW WHEN ((OLD.kind, OLD.draft_shared_on, OLD.submitted_on, OLD.deleted_at) IS DISTINCT FROM
                       (NEW.kind, NEW.draft_shared_on, NEW.submitted_on, NEW.deleted_at))
    EXECUTE FUNCTION inspectd.deadline_plan_changed();

-- A plan that nobody has seen yet meets nothing.
CREATE FUNCTION inspectd.deadline_link_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
BEGIN
    PERFORM deadline_refresh_all(array_agg(l.inspection_id))
       FROM changed l
       JOIN plan p ON p.id = l.plan_id AND num_nonnulls(p.draft_shared_on, p.submitted_on) > 0;
    RETURN NULL;
END
$$;
CREATE TRIGGER deadlines_made AFTER INSERT ON inspectd.plan_inspection REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION inspectd.deadline_link_changed();
CREATE TRIGGER deadlines_changed AFTER DELETE ON inspectd.plan_inspection REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION inspectd.deadline_link_changed();

-- --- when the calendar changes -------------------------------------------------------

-- Dates that are set stay. Those that could not be counted, for want of a year, now may.
CREATE FUNCTION inspectd.keep_calendar_version() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    calendar calendar_version;
BEGIN
    SELECT coalesce(min(extract(year FROM date)) || '-' || max(extract(year FROM date)), 'empty') || '.'
           || left(encode(sha256(convert_to(coalesce(string_agg(date || ' ' || title, E'\n' ORDER BY date), ''),
                                            'UTF8')), 'hex'), 8),
           coalesce(array_agg(DISTINCT extract(year FROM date)::integer), '{}'),
           clock_timestamp()
      INTO calendar FROM bank_holiday;
    IF calendar.name IS DISTINCT FROM current_calendar() THEN
        INSERT INTO calendar_version VALUES (calendar.*)
            ON CONFLICT (name) DO UPDATE SET at = excluded.at;
        PERFORM deadline_refresh_all(array_agg(d.inspection_id)) FROM deadline d
          WHERE d.deleted_at IS NULL AND d.start_on IS NOT NULL AND d.computed_on IS NULL;
    END IF;
END
$$;

CREATE FUNCTION inspectd.bank_holiday_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
BEGIN
    PERFORM keep_calendar_version();
    RETURN NULL;
END
$$;
-- At the end of the transaction: a calendar that is half replaced is none.
CREATE CONSTRAINT TRIGGER calendar_version AFTER INSERT OR UPDATE OR DELETE ON inspectd.bank_holiday
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION inspectd.bank_holiday_changed();

REVOKE EXECUTE ON FUNCTION inspectd.deadline_keep(inspectd.inspection, inspectd.deadline_rule),
    inspectd.deadline_refresh(uuid), inspectd.deadline_refresh_all(uuid[]), inspectd.keep_calendar_version(),
    inspectd.deadline_inspection_changed(), inspectd.deadline_finding_changed(), inspectd.deadline_plan_changed(),
    inspectd.deadline_link_changed(), inspectd.bank_holiday_changed() FROM PUBLIC; -- as journal_write()

-- What is there already.
SELECT inspectd.keep_calendar_version();
SELECT inspectd.deadline_refresh_all(array_agg(id)) FROM inspectd.inspection WHERE deleted_at IS NULL;
