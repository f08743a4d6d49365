-- Inspections and their judgements, findings, actions, and the links between them.
--
-- Every council-owned row carries authority_id and sensitivity. A key that
-- refers to such a row includes the authority, so that no link can cross from
-- one council to another; links and judgements take both from the row that owns
-- them and follow it.

-- Other systems' keys, unique per authority, resource and system among live rows.
-- Kept by the trigger below from each row's own external_refs.
CREATE TABLE inspectd.external_ref (
    resource     text,
    authority_id text,
    system       text,
    ref          text,
    row_id       uuid NOT NULL,
    PRIMARY KEY (resource, system, ref, authority_id)
);
CREATE INDEX ON inspectd.external_ref (row_id);
GRANT SELECT ON inspectd.external_ref TO inspectd_api;

CREATE FUNCTION inspectd.keep_external_refs() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = inspectd, pg_temp AS $$
BEGIN
    DELETE FROM external_ref WHERE resource = TG_TABLE_NAME AND row_id = NEW.id;
    IF NEW.deleted_at IS NULL THEN
        INSERT INTO external_ref (resource, authority_id, system, ref, row_id)
        SELECT TG_TABLE_NAME, NEW.authority_id, e.key, e.value, NEW.id FROM jsonb_each_text(NEW.external_refs) e;
    END IF;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION inspectd.keep_external_refs() FROM PUBLIC; -- as journal_write()

CREATE TABLE inspectd.inspection (
    id                 uuid PRIMARY KEY,
    authority_id       text        NOT NULL REFERENCES inspectd.authority,
    sensitivity        text        NOT NULL DEFAULT 'council' CHECK (sensitivity IN ('public', 'council', 'restricted')),
    external_refs      jsonb       NOT NULL DEFAULT '{}',
    framework_id       text        NOT NULL REFERENCES inspectd.framework,
    kind               text        NOT NULL,
    body               text        NOT NULL CHECK (body IN ('ofsted', 'joint', 'dfe', 'sector')),
    status             text        NOT NULL CHECK (status IN ('planned', 'in_progress', 'reported', 'published', 'cancelled')),
    status_on          date,
    start_on           date,
    end_on             date,
    planned_start_on   date,
    planned_precision  text        CHECK (planned_precision IN ('day', 'month', 'tentative')),
    verbal_feedback_on date,
    received_on        date,
    published_on       date,
    delivery           text        CHECK (delivery IN ('on_site', 'remote')),
    inspectors         jsonb       NOT NULL DEFAULT '[]',
    inspectors_count   integer     CHECK (inspectors_count > 0),
    follows_id         uuid,
    sequence_number    integer     CHECK (sequence_number > 0),
    report_url         text,
    warnings           jsonb       NOT NULL DEFAULT '[]',
    version            bigint      NOT NULL DEFAULT 1,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    deleted_at         timestamptz,
    UNIQUE (id, authority_id),
    UNIQUE (id, authority_id, framework_id, sensitivity),
    CONSTRAINT inspection_follows_id_fkey FOREIGN KEY (follows_id, authority_id)
        REFERENCES inspectd.inspection (id, authority_id),
    CHECK (end_on >= start_on),
    CHECK (published_on >= coalesce(end_on, start_on))
);
CREATE INDEX ON inspectd.inspection (authority_id, start_on, id);
CREATE INDEX ON inspectd.inspection (framework_id, id);
CREATE INDEX ON inspectd.inspection (follows_id);
CREATE INDEX ON inspectd.inspection (start_on, id);
CREATE INDEX ON inspectd.inspection (published_on, id);
CREATE INDEX ON inspectd.inspection (updated_at, id);
CREATE INDEX ON inspectd.inspection (created_at, id);
CREATE INDEX ON inspectd.inspection USING gin (external_refs jsonb_path_ops);

-- One grade of one inspection. The two framework keys are what make a grade or
-- strand that the framework does not have impossible, whoever writes. They are
-- checked at commit, because a visit and its judgements may change frameworks together.
CREATE TABLE inspectd.judgement (
    inspection_id uuid,
    authority_id  text NOT NULL,
    framework_id  text NOT NULL,
    sensitivity   text NOT NULL,
    strand        text,
    grade         text NOT NULL,
    wording       text,                 -- the grade as the report prints it
    title         text,                 -- the judgement's title as the report prints it
    PRIMARY KEY (inspection_id, strand),
    FOREIGN KEY (inspection_id, authority_id, framework_id, sensitivity)
        REFERENCES inspectd.inspection (id, authority_id, framework_id, sensitivity) ON UPDATE CASCADE,
    FOREIGN KEY (framework_id, strand) REFERENCES inspectd.framework_strand DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (framework_id, grade) REFERENCES inspectd.framework_grade DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE inspectd.inspection_theme (
    inspection_id uuid,
    authority_id  text NOT NULL,
    framework_id  text NOT NULL,
    sensitivity   text NOT NULL,
    theme_id      text REFERENCES inspectd.theme,
    PRIMARY KEY (inspection_id, theme_id),
    FOREIGN KEY (inspection_id, authority_id, framework_id, sensitivity)
        REFERENCES inspectd.inspection (id, authority_id, framework_id, sensitivity) ON UPDATE CASCADE
);
CREATE INDEX ON inspectd.inspection_theme (theme_id, inspection_id);

CREATE TABLE inspectd.finding (
    id                     uuid PRIMARY KEY,
    authority_id           text        NOT NULL REFERENCES inspectd.authority,
    sensitivity            text        NOT NULL DEFAULT 'council' CHECK (sensitivity IN ('public', 'council', 'restricted')),
    external_refs          jsonb       NOT NULL DEFAULT '{}',
    inspection_id          uuid        NOT NULL,
    number                 integer     CHECK (number > 0),
    parent_id              uuid,
    printed_label          text,
    kind                   text        NOT NULL CHECK (kind IN ('strength', 'area_for_improvement', 'recommendation',
                                           'area_for_priority_action', 'observation', 'not_assessed')),
    polarity               text        CHECK (polarity IN ('positive', 'mixed', 'negative')),
    extent                 text,
    stage                  text        NOT NULL DEFAULT 'final' CHECK (stage IN ('provisional', 'final')),
    status                 text        NOT NULL CHECK (status IN ('open', 'being_addressed', 'addressed',
                                           'confirmed_resolved', 'not_applicable')),
    status_on              date,
    strand                 text,
    text                   text        NOT NULL DEFAULT '',
    gloss                  text,
    source_paragraph       text,
    source_url             text,
    national_framework_ref text,
    contested              boolean     NOT NULL DEFAULT false,
    contested_response     text,
    warnings               jsonb       NOT NULL DEFAULT '[]',
    version                bigint      NOT NULL DEFAULT 1,
    created_at             timestamptz NOT NULL DEFAULT now(),
    updated_at             timestamptz NOT NULL DEFAULT now(),
    deleted_at             timestamptz,
    UNIQUE (id, authority_id),
    UNIQUE (id, authority_id, sensitivity),
    CONSTRAINT finding_inspection_id_fkey FOREIGN KEY (inspection_id, authority_id)
        REFERENCES inspectd.inspection (id, authority_id),
    CONSTRAINT finding_parent_id_fkey FOREIGN KEY (parent_id, authority_id)
        REFERENCES inspectd.finding (id, authority_id),
    CHECK ((kind = 'strength') = (status = 'not_applicable'))
);
CREATE INDEX ON inspectd.finding (inspection_id, number, id);
CREATE INDEX ON inspectd.finding (authority_id, id);
CREATE INDEX ON inspectd.finding (parent_id);
CREATE INDEX ON inspectd.finding (number, id);
CREATE INDEX ON inspectd.finding (updated_at, id);
CREATE INDEX ON inspectd.finding (created_at, id);
CREATE INDEX ON inspectd.finding USING gin (external_refs jsonb_path_ops);
CREATE INDEX finding_search ON inspectd.finding USING gin
    (to_tsvector('english', text || ' ' || coalesce(gloss, '') || ' ' || coalesce(printed_label, '')));

CREATE TABLE inspectd.finding_theme (
    finding_id   uuid,
    authority_id text NOT NULL,
    sensitivity  text NOT NULL,
    theme_id     text REFERENCES inspectd.theme,
    PRIMARY KEY (finding_id, theme_id),
    FOREIGN KEY (finding_id, authority_id, sensitivity)
        REFERENCES inspectd.finding (id, authority_id, sensitivity) ON UPDATE CASCADE
);
CREATE INDEX ON inspectd.finding_theme (theme_id, finding_id);

-- What a finding says about an earlier one: the third time round starts here.
CREATE TABLE inspectd.finding_link (
    finding_id   uuid,
    authority_id text NOT NULL,
    sensitivity  text NOT NULL,
    earlier_id   uuid,
    relation     text NOT NULL CHECK (relation IN ('repeats', 'improved', 'resolved', 'worsened')),
    PRIMARY KEY (finding_id, earlier_id),
    FOREIGN KEY (finding_id, authority_id, sensitivity)
        REFERENCES inspectd.finding (id, authority_id, sensitivity) ON UPDATE CASCADE,
    CONSTRAINT finding_link_earlier_id_fkey FOREIGN KEY (earlier_id, authority_id)
        REFERENCES inspectd.finding (id, authority_id),
    CHECK (earlier_id <> finding_id)
);
CREATE INDEX ON inspectd.finding_link (earlier_id);

CREATE TABLE inspectd.action (
    id               uuid PRIMARY KEY,
    authority_id     text        NOT NULL REFERENCES inspectd.authority,
    sensitivity      text        NOT NULL DEFAULT 'council' CHECK (sensitivity IN ('public', 'council', 'restricted')),
    external_refs    jsonb       NOT NULL DEFAULT '{}',
    number           text,
    title            text        NOT NULL CHECK (title <> ''),
    detail           text,
    status           text        NOT NULL CHECK (status IN ('proposed', 'not_started', 'in_progress', 'complete',
                                     'embedded', 'on_hold', 'cancelled', 'superseded')),
    status_on        date,
    lead_role        text,
    start_on         date,
    due_on           date,
    forecast_on      date,
    completed_on     date,
    success_criteria text,
    warnings         jsonb       NOT NULL DEFAULT '[]',
    version          bigint      NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    deleted_at       timestamptz,
    UNIQUE (id, authority_id),
    UNIQUE (id, authority_id, sensitivity)
);
CREATE INDEX ON inspectd.action (authority_id, id);
CREATE INDEX ON inspectd.action (due_on, id);
CREATE INDEX ON inspectd.action (authority_id, due_on, id);
CREATE INDEX ON inspectd.action (completed_on, id);
CREATE INDEX ON inspectd.action (title COLLATE inspectd.plain, id);
CREATE INDEX ON inspectd.action (updated_at, id);
CREATE INDEX ON inspectd.action (created_at, id);
CREATE INDEX ON inspectd.action USING gin (external_refs jsonb_path_ops);
CREATE INDEX action_search ON inspectd.action USING gin
    (to_tsvector('english', title || ' ' || coalesce(detail, '') || ' ' || coalesce(success_criteria, '')));

CREATE TABLE inspectd.action_finding (
    action_id    uuid,
    authority_id text NOT NULL,
    sensitivity  text NOT NULL,
    finding_id   uuid,
    PRIMARY KEY (action_id, finding_id),
    FOREIGN KEY (action_id, authority_id, sensitivity)
        REFERENCES inspectd.action (id, authority_id, sensitivity) ON UPDATE CASCADE,
    CONSTRAINT action_finding_finding_id_fkey FOREIGN KEY (finding_id, authority_id)
        REFERENCES inspectd.finding (id, authority_id)
);
CREATE INDEX ON inspectd.action_finding (finding_id, action_id);

SELECT inspectd.journal_table('inspection', 'id');
SELECT inspectd.journal_table('judgement', 'inspection_id', 'strand');
SELECT inspectd.journal_table('inspection_theme', 'inspection_id', 'theme_id');
SELECT inspectd.journal_table('finding', 'id');
SELECT inspectd.journal_table('finding_theme', 'finding_id', 'theme_id');
SELECT inspectd.journal_table('finding_link', 'finding_id', 'earlier_id');
SELECT inspectd.journal_table('action', 'id');
SELECT inspectd.journal_table('action_finding', 'action_id', 'finding_id');

SELECT inspectd.journal_find('inspection', 'authority_id');
SELECT inspectd.journal_find('finding', 'inspection_id');
SELECT inspectd.journal_find('action_finding', 'finding_id');

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['inspection', 'finding', 'action'] LOOP
        EXECUTE format('CREATE TRIGGER external_refs AFTER INSERT OR UPDATE ON inspectd.%I '
                       'FOR EACH ROW EXECUTE FUNCTION inspectd.keep_external_refs()', t);
    END LOOP;
END
$$;

GRANT SELECT, INSERT, UPDATE ON inspectd.inspection, inspectd.finding, inspectd.action TO inspectd_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON inspectd.judgement, inspectd.inspection_theme, inspectd.finding_theme,
    inspectd.finding_link, inspectd.action_finding TO inspectd_api;
