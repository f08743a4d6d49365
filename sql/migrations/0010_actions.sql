-- The life of an action: how exact its dates are, who takes part, what is reported
-- of it and corrected later, what more time was asked for, and every move of what
-- was planned. With it, what visits and findings gained by the improvement work.

-- The day that a date stands for when it is asked whether it has passed: a month's last one.
CREATE FUNCTION inspectd.last_day(day date, how_exact text) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN how_exact = 'month'
                THEN (date_trunc('month', day::timestamp) + interval '1 month - 1 day')::date
                ELSE day END
$$;

-- --- actions -------------------------------------------------------------------

-- An action may continue one of an authority that was abolished, so that key alone is by id.
ALTER TABLE inspectd.action
    ADD COLUMN start_precision      text CHECK (start_precision IN ('day', 'month', 'tentative', 'ongoing')),
    ADD COLUMN due_precision        text CHECK (due_precision IN ('day', 'month', 'tentative', 'ongoing')),
    ADD COLUMN forecast_precision   text CHECK (forecast_precision IN ('day', 'month', 'tentative', 'ongoing')),
    ADD COLUMN lead_organisation_id uuid,
    ADD COLUMN funding              jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN continues_id         uuid,
    ADD COLUMN completed_by         text,
    ADD COLUMN embedded_by          text,
    ADD COLUMN embedded_on          date,
    ADD COLUMN embedded_decision_id uuid,
    ADD CONSTRAINT action_lead_organisation_id_fkey FOREIGN KEY (lead_organisation_id)
        REFERENCES inspectd.organisation (id),
    ADD CONSTRAINT action_continues_id_fkey FOREIGN KEY (continues_id) REFERENCES inspectd.action (id),
    ADD CONSTRAINT action_embedded_decision_id_fkey FOREIGN KEY (embedded_decision_id, authority_id)
        REFERENCES inspectd.decision (id, authority_id),
    ADD CONSTRAINT action_ongoing_has_no_due_on CHECK (due_precision IS DISTINCT FROM 'ongoing' OR due_on IS NULL),
    ADD CHECK (continues_id <> id);
CREATE INDEX ON inspectd.action (lead_organisation_id);
CREATE INDEX ON inspectd.action (continues_id);
CREATE INDEX ON inspectd.action (embedded_decision_id);
SELECT inspectd.journal_find('action', 'continues_id');

CREATE TABLE inspectd.action_partner (
    action_id       uuid,
    authority_id    text NOT NULL,
    sensitivity     text NOT NULL,
    organisation_id uuid,
    role            text,
    agreed          boolean,            -- NULL: not known
    agreed_on       date,
    PRIMARY KEY (action_id, organisation_id),
    CONSTRAINT action_partner_action_id_fkey FOREIGN KEY (action_id, authority_id, sensitivity)
        REFERENCES inspectd.action (id, authority_id, sensitivity) ON UPDATE CASCADE,
    CONSTRAINT action_partner_organisation_id_fkey FOREIGN KEY (organisation_id)
        REFERENCES inspectd.organisation (id),
    CONSTRAINT action_partner_agreed_on_needs_agreed CHECK (agreed_on IS NULL OR agreed IS TRUE)
);
CREATE INDEX ON inspectd.action_partner (organisation_id, action_id);
SELECT inspectd.journal_table('action_partner', 'action_id', 'organisation_id');
SELECT inspectd.journal_find('action_partner', 'organisation_id');
GRANT SELECT, INSERT, UPDATE, DELETE ON inspectd.action_partner TO inspectd_api;

-- --- updates: what was reported, never edited -------------------------------------

CREATE TABLE inspectd.update (
    id                 uuid PRIMARY KEY,
    authority_id       text        NOT NULL REFERENCES inspectd.authority,
    sensitivity        text        NOT NULL CHECK (sensitivity IN ('public', 'council', 'restricted')),
    external_refs      jsonb       NOT NULL DEFAULT '{}',
    action_id          uuid        NOT NULL,
    reported_on        date        NOT NULL,
    rag                text        CHECK (rag IN ('red', 'amber', 'green', 'blue', 'not_rated')),
    distance_to_target text,
    impact             text        CHECK (impact IN ('not_yet_evident', 'emerging', 'evidenced')),
    narrative          text,
    next_step          text,
    corrects_id        uuid,
    reported_by        text,
    warnings           jsonb       NOT NULL DEFAULT '[]',
    version            bigint      NOT NULL DEFAULT 1,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    deleted_at         timestamptz,
    UNIQUE (id, action_id),
    CONSTRAINT update_action_id_fkey FOREIGN KEY (action_id, authority_id, sensitivity)
        REFERENCES inspectd.action (id, authority_id, sensitivity) ON UPDATE CASCADE,
    CONSTRAINT update_corrects_id_fkey FOREIGN KEY (corrects_id, action_id)
        REFERENCES inspectd.update (id, action_id),
    CHECK (corrects_id <> id)
);
SELECT inspectd.owned_table('update');
CREATE INDEX ON inspectd.update (action_id, reported_on DESC, created_at DESC, id DESC);
CREATE INDEX ON inspectd.update (reported_on, id);
CREATE INDEX ON inspectd.update (rag, action_id) WHERE rag IS NOT NULL;
CREATE UNIQUE INDEX update_corrected_once ON inspectd.update (corrects_id) WHERE deleted_at IS NULL;
CREATE INDEX update_search ON inspectd.update USING gin
    (to_tsvector('english', coalesce(narrative, '') || ' ' || coalesce(next_step, '') || ' ' ||
                            coalesce(distance_to_target, '')));
SELECT inspectd.journal_find('update', 'action_id');
SELECT inspectd.journal_find('update', 'corrects_id');

-- Only what follows the action moves, and the database does that. To lock a row that is
-- named takes the right to change some column: this one, which its key holds to the action's.
REVOKE UPDATE ON inspectd.update FROM inspectd_api;
GRANT UPDATE (sensitivity) ON inspectd.update TO inspectd_api;

-- --- extensions: more time, asked for and granted or refused ------------------------

CREATE TABLE inspectd.extension (
    id              uuid PRIMARY KEY,
    authority_id    text        NOT NULL REFERENCES inspectd.authority,
    sensitivity     text        NOT NULL CHECK (sensitivity IN ('public', 'council', 'restricted')),
    external_refs   jsonb       NOT NULL DEFAULT '{}',
    action_id       uuid        NOT NULL,
    status          text        NOT NULL CHECK (status IN ('requested', 'granted', 'refused', 'withdrawn')),
    status_on       date,
    requested_on    date        NOT NULL,
    requested_by    text,
    from_due_on     date        NOT NULL,
    to_due_on       date        NOT NULL,
    reason          text        NOT NULL CHECK (reason <> ''),
    decided_by      text,
    decision_reason text,
    decision_id     uuid,
    warnings        jsonb       NOT NULL DEFAULT '[]',
    version         bigint      NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    deleted_at      timestamptz,
    CONSTRAINT extension_action_id_fkey FOREIGN KEY (action_id, authority_id, sensitivity)
        REFERENCES inspectd.action (id, authority_id, sensitivity) ON UPDATE CASCADE,
    CONSTRAINT extension_decision_id_fkey FOREIGN KEY (decision_id, authority_id)
        REFERENCES inspectd.decision (id, authority_id),
    CHECK (to_due_on > from_due_on)
);
SELECT inspectd.owned_table('extension');
CREATE INDEX ON inspectd.extension (action_id, requested_on, id);
CREATE INDEX extension_search ON inspectd.extension USING gin
    (to_tsvector('english', reason || ' ' || coalesce(decision_reason, '')));
CREATE INDEX ON inspectd.extension (requested_on, id);
CREATE INDEX ON inspectd.extension (to_due_on, id);
CREATE INDEX ON inspectd.extension (decision_id);
CREATE UNIQUE INDEX extension_one_requested ON inspectd.extension (action_id)
    WHERE status = 'requested' AND deleted_at IS NULL;
SELECT inspectd.journal_find('extension', 'action_id');

-- Work that is still to be done.
CREATE FUNCTION inspectd.action_is_open(status text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT status IN ('proposed', 'not_started', 'in_progress', 'on_hold')
$$;

-- Time that is granted moves the date, for the reason for which it was asked. What cannot
-- be granted any more, the rules have refused before; here it is refused to everybody.
-- What was odd about the old date goes with it, and what is odd about the new one comes.
CREATE FUNCTION inspectd.grant_extension() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    told text := current_setting('inspectd.reason', true);
BEGIN
    PERFORM set_config('inspectd.reason', 'extension granted: ' || NEW.reason, true);
    UPDATE action
       SET due_on = NEW.to_due_on,
           warnings = (SELECT coalesce(jsonb_agg(w.warning ORDER BY w.n), '[]')
                         FROM jsonb_array_elements(warnings) WITH ORDINALITY AS w (warning, n)
                        WHERE w.warning ->> 'pointer' <> '/due_on')
                   || (SELECT coalesce(jsonb_agg(w.warning || '{"pointer": "/due_on"}'), '[]')
                         FROM jsonb_array_elements(NEW.warnings) AS w (warning)
                        WHERE w.warning ->> 'pointer' = '/to_due_on' AND due_precision IS DISTINCT FROM 'month')
     WHERE id = NEW.action_id AND deleted_at IS NULL AND due_on < NEW.to_due_on AND action_is_open(status);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the action of extension % is closed, or due at that time already', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'extension_moves_due_on';
    END IF;
    PERFORM set_config('inspectd.reason', coalesce(told, ''), true);
    RETURN NULL;
END
$$;
CREATE TRIGGER granted AFTER UPDATE OF status ON inspectd.extension FOR EACH ROW
    WHEN (NEW.status = 'granted' AND OLD.status <> 'granted') EXECUTE FUNCTION inspectd.grant_extension();

-- What is closed needs no more time: a request that nobody has decided is withdrawn.
CREATE FUNCTION inspectd.withdraw_extensions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    told text := current_setting('inspectd.reason', true);
    why  text := left(format('the action is %s', NEW.status) || coalesce(': ' || nullif(told, ''), ''), 1000);
BEGIN
    PERFORM set_config('inspectd.reason', why, true);
    UPDATE extension SET status = 'withdrawn', status_on = today(), decision_reason = why
     WHERE action_id = NEW.id AND status = 'requested' AND deleted_at IS NULL;
    PERFORM set_config('inspectd.reason', coalesce(told, ''), true);
    RETURN NULL;
END
$$;
CREATE TRIGGER closed AFTER UPDATE OF status ON inspectd.action FOR EACH ROW
    WHEN (inspectd.action_is_open(OLD.status) AND NOT inspectd.action_is_open(NEW.status))
    EXECUTE FUNCTION inspectd.withdraw_extensions();
REVOKE EXECUTE ON FUNCTION inspectd.grant_extension(), inspectd.withdraw_extensions() FROM PUBLIC; -- as journal_write()

-- --- findings and inspections ------------------------------------------------------------

ALTER TABLE inspectd.finding
    ADD COLUMN document_id                uuid,
    ADD COLUMN not_assessed_reason        text,
    ADD COLUMN confirmed_by_inspection_id uuid,
    ADD COLUMN confirmed_by_decision_id   uuid,
    ADD CONSTRAINT finding_document_id_fkey FOREIGN KEY (document_id, authority_id)
        REFERENCES inspectd.document (id, authority_id),
    ADD CONSTRAINT finding_reason_needs_not_assessed CHECK (not_assessed_reason IS NULL OR kind = 'not_assessed');
-- What was found of an authority that was abolished, its successor's visits and boards confirm.
SELECT inspectd.succession_key('finding', 'confirmed_by_inspection_id', 'inspection', 'later');
SELECT inspectd.succession_key('finding', 'confirmed_by_decision_id', 'decision', 'later');
CREATE INDEX ON inspectd.finding (document_id);
CREATE INDEX ON inspectd.finding (confirmed_by_inspection_id);
CREATE INDEX ON inspectd.finding (confirmed_by_decision_id);
SELECT inspectd.journal_find('finding_link', 'earlier_id');

ALTER TABLE inspectd.inspection
    ADD COLUMN focus                  text[]  NOT NULL DEFAULT '{}',
    ADD COLUMN preparation_days       integer CHECK (preparation_days BETWEEN 0 AND 60),
    ADD COLUMN statement_required     boolean,
    ADD COLUMN principal_authority_id text    REFERENCES inspectd.authority,
    ADD COLUMN discrepancies          jsonb   NOT NULL DEFAULT '[]',
    ADD CONSTRAINT inspection_joint_only
        CHECK (kind = 'jtai' OR num_nonnulls(statement_required, principal_authority_id) = 0),
    ADD UNIQUE (id, authority_id, sensitivity);
CREATE INDEX ON inspectd.inspection (principal_authority_id);

-- --- reschedules: every move of what was planned ---------------------------------------------

CREATE TABLE inspectd.reschedule (
    id            uuid PRIMARY KEY DEFAULT inspectd.uuid_v7(),
    authority_id  text        NOT NULL REFERENCES inspectd.authority,
    sensitivity   text        NOT NULL,
    action_id     uuid,
    inspection_id uuid,
    member        text        NOT NULL,
    was           jsonb,                -- NULL: was not set
    became        jsonb,
    was_day       date,                 -- what a date stood for, and stands for since; told once of a date
    became_day    date,                 -- and its precision that change in one write
    reason        text,
    moved_by      text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(action_id, inspection_id) = 1),
    CONSTRAINT reschedule_action_id_fkey FOREIGN KEY (action_id, authority_id, sensitivity)
        REFERENCES inspectd.action (id, authority_id, sensitivity) ON UPDATE CASCADE,
    CONSTRAINT reschedule_inspection_id_fkey FOREIGN KEY (inspection_id, authority_id, sensitivity)
        REFERENCES inspectd.inspection (id, authority_id, sensitivity) ON UPDATE CASCADE
);
SELECT inspectd.owned_table('reschedule');
CREATE INDEX ON inspectd.reschedule (action_id, created_at, id);
CREATE INDEX ON inspectd.reschedule (inspection_id, created_at, id);
SELECT inspectd.journal_find('reschedule', 'action_id');
SELECT inspectd.journal_find('reschedule', 'inspection_id');
REVOKE INSERT, UPDATE ON inspectd.reschedule FROM inspectd_api; -- the triggers below write it

-- The days that a planned date stood for before and after one write, as its images show them: of the
-- date's own row, or of its precision's where the date is the same.
CREATE FUNCTION inspectd.planned_days(before jsonb, after jsonb, member text, OUT was_day date, OUT became_day date)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT inspectd.last_day((before ->> p.day)::date, before ->> p.how_exact),
           inspectd.last_day((after ->> p.day)::date, after ->> p.how_exact)
      FROM (VALUES ('start_on', 'start_precision'), ('due_on', 'due_precision'), ('forecast_on', 'forecast_precision'),
                   ('planned_start_on', 'planned_precision')) AS p (day, how_exact)
     WHERE member = p.day OR (member = p.how_exact AND before -> p.day = after -> p.day)
$$;

-- The moves that were made before there was this table: the journal saw them.
INSERT INTO inspectd.reschedule (authority_id, sensitivity, action_id, inspection_id, member, was, became,
                                 was_day, became_day, reason, moved_by, created_at)
SELECT coalesce(a.authority_id, i.authority_id), coalesce(a.sensitivity, i.sensitivity), a.id, i.id, m.member,
       nullif(j.before -> m.member, 'null'), nullif(j.image -> m.member, 'null'),
       d.was_day, d.became_day, j.reason, coalesce(j.person, j.actor), j.at
  FROM (SELECT *, lag(image) OVER (PARTITION BY table_name, row_key ORDER BY seq) AS before
          FROM inspectd.journal WHERE table_name IN ('action', 'inspection')) j
  JOIN (VALUES ('action', 'start_on'), ('action', 'due_on'), ('action', 'forecast_on'),
               ('inspection', 'planned_start_on'), ('inspection', 'planned_precision')) AS m (table_name, member)
    ON m.table_name = j.table_name
 CROSS JOIN LATERAL inspectd.planned_days(j.before, j.image, m.member) d
  LEFT JOIN inspectd.action a ON j.table_name = 'action' AND a.id = j.row_key::uuid
  LEFT JOIN inspectd.inspection i ON j.table_name = 'inspection' AND i.id = j.row_key::uuid
 WHERE j.before -> m.member IS DISTINCT FROM j.image -> m.member AND j.before IS NOT NULL
   AND coalesce(a.id, i.id) IS NOT NULL
 ORDER BY j.seq;

-- The trigger's arguments are the members that it watches.
CREATE FUNCTION inspectd.keep_reschedules() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after  jsonb := to_jsonb(NEW);
BEGIN
    INSERT INTO reschedule (authority_id, sensitivity, action_id, inspection_id, member, was, became,
                            was_day, became_day, reason, moved_by)
    SELECT NEW.authority_id, NEW.sensitivity, CASE TG_TABLE_NAME WHEN 'action' THEN NEW.id END,
           CASE TG_TABLE_NAME WHEN 'inspection' THEN NEW.id END, m.member,
           nullif(before -> m.member, 'null'), nullif(after -> m.member, 'null'), d.was_day, d.became_day,
           context('reason'), coalesce(context('person'), context('actor'), 'database:' || session_user)
      FROM unnest(TG_ARGV) AS m (member)
     CROSS JOIN LATERAL planned_days(before, after, m.member) d
     WHERE before -> m.member <> after -> m.member;
    RETURN NULL;
END
$$;

-- The themes of a visit are rows of their own. Those that it was made with were never moved.
CREATE FUNCTION inspectd.keep_theme_reschedules() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
DECLARE
    link  record := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    theme jsonb  := jsonb_build_array(link.theme_id);
BEGIN
    INSERT INTO reschedule (authority_id, sensitivity, inspection_id, member, was, became, reason, moved_by)
    SELECT i.authority_id, i.sensitivity, i.id, 'theme_ids', CASE TG_OP WHEN 'DELETE' THEN theme END,
           CASE TG_OP WHEN 'INSERT' THEN theme END, context('reason'),
           coalesce(context('person'), context('actor'), 'database:' || session_user)
      FROM inspection i WHERE i.id = link.inspection_id AND i.created_at < now();
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION inspectd.keep_reschedules(), inspectd.keep_theme_reschedules() FROM PUBLIC;

CREATE TRIGGER reschedule AFTER UPDATE ON inspectd.action FOR EACH ROW
    WHEN ((OLD.start_on, OLD.start_precision, OLD.due_on, OLD.due_precision, OLD.forecast_on, OLD.forecast_precision)
          IS DISTINCT FROM
          (NEW.start_on, NEW.start_precision, NEW.due_on, NEW.due_precision, NEW.forecast_on, NEW.forecast_precision))
    EXECUTE FUNCTION inspectd.keep_reschedules('start_on', 'start_precision', 'due_on', 'due_precision',
                                               'forecast_on', 'forecast_precision');
CREATE TRIGGER reschedule AFTER UPDATE ON inspectd.inspection FOR EACH ROW
    WHEN ((OLD.planned_start_on, OLD.planned_precision, OLD.focus) IS DISTINCT FROM
          (NEW.planned_start_on, NEW.planned_precision, NEW.focus))
    EXECUTE FUNCTION inspectd.keep_reschedules('planned_start_on', 'planned_precision', 'focus');
CREATE TRIGGER reschedule AFTER INSERT OR DELETE ON inspectd.inspection_theme FOR EACH ROW
    EXECUTE FUNCTION inspectd.keep_theme_reschedules();
