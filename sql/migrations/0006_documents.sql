-- Who takes part beside the council, and the papers that all of it rests on.

-- A council service or a partner. Without an authority it is everybody's: one trust
-- may serve several councils. What refers to one therefore does so by id alone.
CREATE TABLE inspectd.organisation (
    id            uuid PRIMARY KEY,
    authority_id  text        REFERENCES inspectd.authority,
    sensitivity   text        NOT NULL DEFAULT 'council' CHECK (sensitivity IN ('public', 'council', 'restricted')),
    external_refs jsonb       NOT NULL DEFAULT '{}',
    name          text        NOT NULL CHECK (name <> ''),
    short_name    text,
    kind          text        NOT NULL CHECK (kind IN ('council_service', 'police', 'health', 'school',
                                  'district_council', 'childrens_trust', 'voluntary_sector', 'improvement_partner',
                                  'inspectorate', 'government_department', 'partnership', 'other')),
    contact_role  text,
    url           text,
    started_on    date,
    ended_on      date,
    warnings      jsonb       NOT NULL DEFAULT '[]',
    version       bigint      NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    deleted_at    timestamptz,
    CHECK (ended_on >= started_on)
);
SELECT inspectd.owned_table('organisation');
CREATE INDEX ON inspectd.organisation (name COLLATE inspectd.plain, id);
CREATE INDEX ON inspectd.organisation (name);
CREATE INDEX organisation_search ON inspectd.organisation USING gin
    (to_tsvector('english', name || ' ' || coalesce(short_name, '')));

-- Where a paper is, or which file it is; no file is stored. What it is about are
-- links, made after all that they lead to.
CREATE TABLE inspectd.document (
    id            uuid PRIMARY KEY,
    authority_id  text        NOT NULL REFERENCES inspectd.authority,
    sensitivity   text        NOT NULL DEFAULT 'council' CHECK (sensitivity IN ('public', 'council', 'restricted')),
    external_refs jsonb       NOT NULL DEFAULT '{}',
    title         text        NOT NULL CHECK (title <> ''),
    role          text        NOT NULL CHECK (role IN ('letter', 'report', 'plan', 'slides', 'minutes', 'agenda',
                                  'evidence', 'background_paper', 'other')),
    url           text,
    sha256        text        CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    dated_on      date,
    received_on   date,
    review_on     date,
    author        text,
    addressed_to  text,
    copied_to     text[]      NOT NULL DEFAULT '{}',
    appendix      text,
    pages         integer     CHECK (pages > 0),
    summary       text,
    warnings      jsonb       NOT NULL DEFAULT '[]',
    version       bigint      NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    deleted_at    timestamptz,
    CONSTRAINT document_is_findable CHECK (url IS NOT NULL OR sha256 IS NOT NULL),
    CHECK (review_on >= dated_on)
);
SELECT inspectd.owned_table('document');
CREATE INDEX ON inspectd.document (authority_id, dated_on, id);
CREATE INDEX ON inspectd.document (dated_on, id);
CREATE INDEX ON inspectd.document (received_on, id);
CREATE INDEX ON inspectd.document (review_on, id);
CREATE INDEX ON inspectd.document (title COLLATE inspectd.plain, id);
CREATE INDEX ON inspectd.document (sha256);
CREATE INDEX document_search ON inspectd.document USING gin
    (to_tsvector('english', title || ' ' || coalesce(summary, '') || ' ' || coalesce(author, '') || ' ' ||
                            coalesce(addressed_to, '')));
