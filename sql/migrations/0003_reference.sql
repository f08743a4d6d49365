-- What is true for everyone: frameworks as data, themes, authorities, the calendar.

-- One ordering for names everywhere, whatever the cluster's locale.
CREATE COLLATION inspectd.plain (provider = icu, locale = 'en-GB');

-- A judgement framework, valid by start of fieldwork. A new one is rows here,
-- never code: the set of judgements changed in 2018, 2023 and 2026.
CREATE TABLE inspectd.framework (
    id              text PRIMARY KEY,
    name            text    NOT NULL,
    body            text    NOT NULL,
    kinds           text[]  NOT NULL,
    graded          boolean NOT NULL,
    full_inspection boolean NOT NULL,   -- its judgements become the authority's standing ones
    starts_on       date,
    ends_on         date,
    source          text,
    CHECK (ends_on >= starts_on)
);

CREATE TABLE inspectd.framework_strand (
    framework_id   text REFERENCES inspectd.framework,
    strand         text,
    position       integer NOT NULL,
    title          text    NOT NULL,
    limits_overall boolean NOT NULL,    -- inadequate here has always meant inadequate overall
    PRIMARY KEY (framework_id, strand)
);

CREATE TABLE inspectd.framework_grade (
    framework_id text REFERENCES inspectd.framework,
    grade        text,
    position     integer NOT NULL,      -- 1 is best
    title        text    NOT NULL,
    PRIMARY KEY (framework_id, grade)
);

CREATE TABLE inspectd.theme (
    id          text PRIMARY KEY,
    name        text   NOT NULL,
    description text,
    synonyms    text[] NOT NULL DEFAULT '{}',
    keywords    text[] NOT NULL DEFAULT '{}'
);

CREATE TABLE inspectd.bank_holiday (
    date  date PRIMARY KEY,
    title text NOT NULL
);

-- Working days as SI 2007/462 defines them. Christmas Day and Good Friday are
-- among the bank holidays of the calendar that is loaded.
CREATE FUNCTION inspectd.is_working_day(day date) RETURNS boolean
    LANGUAGE sql STABLE AS $$
    SELECT extract(isodow FROM day) < 6 AND NOT EXISTS (SELECT FROM inspectd.bank_holiday h WHERE h.date = day)
$$;

-- A county, unitary, metropolitan district or London borough with children's
-- services. Known by its DfE LA number, which survives changes of boundary.
CREATE TABLE inspectd.authority (
    id               text PRIMARY KEY CHECK (id ~ '^[0-9]{3}$'),
    name             text        NOT NULL,
    official_name    text,
    aliases          text[]      NOT NULL DEFAULT '{}',
    gss_code         text        CHECK (gss_code ~ '^E[0-9]{8}$'),
    former_gss_codes text[]      NOT NULL DEFAULT '{}',
    urn              text        CHECK (urn ~ '^([0-9]{5}|[0-9]{7})$'),
    type             text        NOT NULL,
    region           text,
    region_code      text        CHECK (region_code ~ '^E12[0-9]{6}$'),
    status           text        NOT NULL DEFAULT 'current' CHECK (status IN ('current', 'abolished')),
    status_on        date,
    started_on       date,
    ended_on         date,
    warnings         jsonb       NOT NULL DEFAULT '[]',
    version          bigint      NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    deleted_at       timestamptz,
    CHECK (ended_on >= started_on),
    CONSTRAINT authority_status_needs_ended_on CHECK ((status = 'abolished') = (ended_on IS NOT NULL))
);
CREATE UNIQUE INDEX authority_gss_code ON inspectd.authority (gss_code) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX authority_urn ON inspectd.authority (urn) WHERE deleted_at IS NULL;
CREATE INDEX authority_former_gss_codes ON inspectd.authority USING gin (former_gss_codes);

CREATE TABLE inspectd.authority_succession (
    predecessor_id text REFERENCES inspectd.authority,
    successor_id   text REFERENCES inspectd.authority,
    PRIMARY KEY (predecessor_id, successor_id),
    CHECK (predecessor_id <> successor_id)
);
CREATE INDEX ON inspectd.authority_succession (successor_id);

-- The DfE's ten statistical neighbours, ranked. Not symmetric.
CREATE TABLE inspectd.statistical_neighbour (
    authority_id text REFERENCES inspectd.authority,
    rank         integer NOT NULL CHECK (rank BETWEEN 1 AND 10),
    neighbour_id text    NOT NULL REFERENCES inspectd.authority,
    PRIMARY KEY (authority_id, rank),
    UNIQUE (authority_id, neighbour_id),
    CHECK (neighbour_id <> authority_id)
);

SELECT inspectd.journal_table('framework', 'id');
SELECT inspectd.journal_table('framework_strand', 'framework_id', 'strand');
SELECT inspectd.journal_table('framework_grade', 'framework_id', 'grade');
SELECT inspectd.journal_table('theme', 'id');
-- The title leads the key because an index on a date read from JSON is not immutable.
SELECT inspectd.journal_table('bank_holiday', 'title', 'date');
SELECT inspectd.journal_table('authority', 'id');
SELECT inspectd.journal_table('authority_succession', 'predecessor_id', 'successor_id');
SELECT inspectd.journal_find('authority_succession', 'successor_id');
SELECT inspectd.journal_table('statistical_neighbour', 'authority_id', 'rank');

GRANT SELECT ON inspectd.framework, inspectd.framework_strand, inspectd.framework_grade, inspectd.theme,
    inspectd.bank_holiday, inspectd.statistical_neighbour TO inspectd_api;
GRANT SELECT, INSERT, UPDATE ON inspectd.authority TO inspectd_api;
GRANT SELECT, INSERT, DELETE ON inspectd.authority_succession TO inspectd_api;
