-- What is counted to see whether practice changed, and what was seen when; and the
-- Government's interventions and who delivers the services, as dated episodes.

CREATE TABLE inspectd.measure (
    id              uuid PRIMARY KEY,
    authority_id    text        NOT NULL REFERENCES inspectd.authority,
    sensitivity     text        NOT NULL DEFAULT 'council' CHECK (sensitivity IN ('public', 'council', 'restricted')),
    external_refs   jsonb       NOT NULL DEFAULT '{}',
    title           text        NOT NULL CHECK (title <> ''),
    definition      text,
    unit            text        NOT NULL CHECK (unit <> ''),
    polarity        text        NOT NULL CHECK (polarity IN ('higher_is_better', 'lower_is_better', 'neutral')),
    baseline        numeric,
    baseline_on     date,
    baseline_caveat text,
    target          numeric,
    target_on       date,
    tolerance       numeric     CHECK (tolerance >= 0),
    tolerance_kind  text        CHECK (tolerance_kind IN ('points', 'percent')),
    benchmarks      jsonb       NOT NULL DEFAULT '[]',
    cadence         text        CHECK (cadence IN ('weekly', 'fortnightly', 'four_weekly', 'monthly', 'six_weekly',
                                    'every_two_months', 'quarterly', 'six_monthly', 'annually', 'by_exception',
                                    'as_needed')),
    organisation_id uuid        CONSTRAINT measure_organisation_id_fkey REFERENCES inspectd.organisation,
    warnings        jsonb       NOT NULL DEFAULT '[]',
    version         bigint      NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    deleted_at      timestamptz,
    CHECK ((baseline IS NULL) = (baseline_on IS NULL)),
    CHECK (target_on IS NULL OR target IS NOT NULL),
    CHECK (target_on >= baseline_on),
    CHECK ((tolerance IS NULL) = (tolerance_kind IS NULL))
);
CREATE INDEX ON inspectd.measure (title COLLATE inspectd.plain, id);
CREATE INDEX ON inspectd.measure (target_on, id);
CREATE INDEX ON inspectd.measure (organisation_id);
CREATE INDEX measure_search ON inspectd.measure USING gin
    (to_tsvector('english', title || ' ' || coalesce(definition, '')));
SELECT inspectd.owned_table('measure');

-- A value on a day, as exact as its source: more than, fewer than, about, in some areas.
CREATE TABLE inspectd.observation (
    id            uuid PRIMARY KEY,
    authority_id  text        NOT NULL REFERENCES inspectd.authority,
    sensitivity   text        NOT NULL CHECK (sensitivity IN ('public', 'council', 'restricted')),
    external_refs jsonb       NOT NULL DEFAULT '{}',
    measure_id    uuid        NOT NULL,
    observed_on   date        NOT NULL,
    precision     text        CHECK (precision IN ('day', 'month', 'tentative')),
    value         numeric     NOT NULL,
    unit          text        NOT NULL CHECK (unit <> ''),
    comparator    text        NOT NULL DEFAULT '=' CHECK (comparator IN ('=', '>', '>=', '<', '<=')),
    approximate   boolean     NOT NULL DEFAULT false,
    scope         text,
    caveat        text,
    document_id   uuid,
    source        text,
    warnings      jsonb       NOT NULL DEFAULT '[]',
    version       bigint      NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    deleted_at    timestamptz,
    CONSTRAINT observation_measure_id_fkey FOREIGN KEY (measure_id, authority_id, sensitivity)
        REFERENCES inspectd.measure (id, authority_id, sensitivity) ON UPDATE CASCADE,
    CONSTRAINT observation_document_id_fkey FOREIGN KEY (document_id, authority_id)
        REFERENCES inspectd.document (id, authority_id)
);
-- The latest of a measure come first: each measure that is shown reads two.
CREATE INDEX observation_latest ON inspectd.observation
    (measure_id, observed_on DESC, created_at DESC, id DESC);
CREATE INDEX ON inspectd.observation (observed_on, id);
CREATE INDEX ON inspectd.observation (value, id);
CREATE INDEX ON inspectd.observation (document_id);
SELECT inspectd.owned_table('observation');
CREATE INDEX observation_search ON inspectd.observation USING gin
    (to_tsvector('english', coalesce(scope, '') || ' ' || coalesce(caveat, '') || ' ' || coalesce(source, '')));
SELECT inspectd.journal_find('observation', 'measure_id');

CREATE TABLE inspectd.intervention (
    id                uuid PRIMARY KEY,
    authority_id      text        NOT NULL REFERENCES inspectd.authority,
    sensitivity       text        NOT NULL DEFAULT 'council' CHECK (sensitivity IN ('public', 'council', 'restricted')),
    external_refs     jsonb       NOT NULL DEFAULT '{}',
    kind              text        NOT NULL CHECK (kind IN ('adviser', 'improvement_notice', 'statutory_direction',
                                      'commissioner', 'trust_direction', 'support_and_supervision',
                                      'improvement_partner')),
    instrument        text,
    started_on        date        NOT NULL,
    started_precision text        CHECK (started_precision IN ('day', 'month', 'tentative')),
    ended_on          date,
    ended_precision   text        CHECK (ended_precision IN ('day', 'month', 'tentative')),
    person_name       text,
    person_role       text,
    organisation_id   uuid        CONSTRAINT intervention_organisation_id_fkey REFERENCES inspectd.organisation,
    inspection_id     uuid,
    summary           text,
    source_url        text,
    warnings          jsonb       NOT NULL DEFAULT '[]',
    version           bigint      NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    deleted_at        timestamptz,
    CONSTRAINT intervention_inspection_id_fkey FOREIGN KEY (inspection_id, authority_id)
        REFERENCES inspectd.inspection (id, authority_id),
    CHECK (ended_on >= started_on)
);
CREATE INDEX ON inspectd.intervention (started_on, id);
CREATE INDEX intervention_search ON inspectd.intervention USING gin
    (to_tsvector('english', coalesce(instrument, '') || ' ' || coalesce(person_name, '') || ' ' ||
                            coalesce(person_role, '') || ' ' || coalesce(summary, '')));
CREATE INDEX ON inspectd.intervention (ended_on, id);
CREATE INDEX ON inspectd.intervention (organisation_id);
CREATE INDEX ON inspectd.intervention (inspection_id);
SELECT inspectd.owned_table('intervention');

-- Without a name and an organisation only the council itself can be meant.
CREATE TABLE inspectd.delivery_model (
    id                uuid PRIMARY KEY,
    authority_id      text        NOT NULL REFERENCES inspectd.authority,
    sensitivity       text        NOT NULL DEFAULT 'council' CHECK (sensitivity IN ('public', 'council', 'restricted')),
    external_refs     jsonb       NOT NULL DEFAULT '{}',
    kind              text        NOT NULL CHECK (kind IN ('in_house', 'childrens_trust', 'council_company',
                                      'shared_service', 'other')),
    name              text,
    organisation_id   uuid        CONSTRAINT delivery_model_organisation_id_fkey REFERENCES inspectd.organisation,
    started_on        date,
    started_precision text        CHECK (started_precision IN ('day', 'month', 'tentative')),
    ended_on          date,
    summary           text,
    source_url        text,
    warnings          jsonb       NOT NULL DEFAULT '[]',
    version           bigint      NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    deleted_at        timestamptz,
    CHECK (ended_on >= started_on),
    CHECK (kind = 'in_house' OR name IS NOT NULL OR organisation_id IS NOT NULL)
);
CREATE INDEX ON inspectd.delivery_model (started_on, id);
CREATE INDEX ON inspectd.delivery_model (ended_on, id);
CREATE INDEX ON inspectd.delivery_model (name COLLATE inspectd.plain, id);
CREATE INDEX ON inspectd.delivery_model (organisation_id);
CREATE INDEX delivery_model_search ON inspectd.delivery_model USING gin
    (to_tsvector('english', coalesce(name, '') || ' ' || coalesce(summary, '')));
SELECT inspectd.owned_table('delivery_model');
SELECT inspectd.journal_find('delivery_model', 'organisation_id');

-- --- what the values say ------------------------------------------------------------
--
-- A value with a comparator stands for every value that it allows: ">10" for all above
-- ten. Only what holds of all of them is said. Each of these is one expression, so that
-- PostgreSQL writes it into the query that asks.

-- By how much a value falls short of its target; below 0 it is better than that. NULL: nobody can say.
CREATE FUNCTION inspectd.measure_miss(value numeric, target numeric, polarity text) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE polarity WHEN 'lower_is_better' THEN value - target WHEN 'higher_is_better' THEN target - value END
$$;

-- By how much it may. A percentage is of the target.
CREATE FUNCTION inspectd.measure_slack(target numeric, tolerance numeric, tolerance_kind text) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(CASE tolerance_kind WHEN 'percent' THEN abs(target) * tolerance / 100 ELSE tolerance END, 0)
$$;

CREATE FUNCTION inspectd.measure_colour(miss numeric, slack numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN miss <= 0 THEN 'green' WHEN miss <= slack THEN 'amber' ELSE 'red' END
$$;

-- Green: it meets the target. Amber: it misses by no more than the tolerance. Red: by
-- more. ">10" can be as bad as one likes where lower is better, so it is red or nothing;
-- where higher is better it can be as good, so it is green or nothing.
CREATE FUNCTION inspectd.measure_rag(value numeric, comparator text, target numeric, polarity text,
                                     tolerance numeric, tolerance_kind text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN inspectd.measure_miss(value, target, polarity) IS NULL THEN 'not_rated'
        WHEN comparator = '='
        THEN inspectd.measure_colour(inspectd.measure_miss(value, target, polarity),
                                     inspectd.measure_slack(target, tolerance, tolerance_kind))
        WHEN (polarity = 'lower_is_better') = (comparator IN ('<', '<='))
        THEN CASE WHEN inspectd.measure_miss(value, target, polarity) <= 0 THEN 'green' ELSE 'not_rated' END
        WHEN inspectd.measure_miss(value, target, polarity)
             > inspectd.measure_slack(target, tolerance, tolerance_kind) THEN 'red'
        WHEN comparator IN ('<', '>') AND inspectd.measure_miss(value, target, polarity)
             = inspectd.measure_slack(target, tolerance, tolerance_kind) THEN 'red'
        ELSE 'not_rated' END
$$;

-- Whether every value that one allows is below every value that the other does.
CREATE FUNCTION inspectd.measure_is_below(value numeric, comparator text, other numeric, other_comparator text)
    RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT comparator IN ('=', '<', '<=') AND other_comparator IN ('=', '>', '>=')
       AND (value < other OR (value = other AND (comparator = '<' OR other_comparator = '>')))
$$;

-- The latest value against the one before it.
CREATE FUNCTION inspectd.measure_direction(value numeric, comparator text, before numeric, before_comparator text,
                                           polarity text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN polarity NOT IN ('lower_is_better', 'higher_is_better') THEN 'unknown'
        WHEN value = before AND comparator = '=' AND before_comparator = '=' THEN 'unchanged'
        WHEN inspectd.measure_is_below(value, comparator, before, before_comparator)
        THEN CASE polarity WHEN 'lower_is_better' THEN 'improving' ELSE 'worsening' END
        WHEN inspectd.measure_is_below(before, before_comparator, value, comparator)
        THEN CASE polarity WHEN 'lower_is_better' THEN 'worsening' ELSE 'improving' END
        ELSE 'unknown' END
$$;
