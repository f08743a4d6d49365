-- What a council sets out to do about its inspections, and which boards watch it.

CREATE TABLE inspectd.plan (
    id                   uuid PRIMARY KEY,
    authority_id         text        NOT NULL REFERENCES inspectd.authority,
    sensitivity          text        NOT NULL DEFAULT 'council'
                                     CHECK (sensitivity IN ('public', 'council', 'restricted')),
    external_refs        jsonb       NOT NULL DEFAULT '{}',
    title                text        NOT NULL CHECK (title <> ''),
    kind                 text        NOT NULL CHECK (kind IN ('statutory_statement', 'focused_visit_plan',
                                         'joint_statement', 'practice_improvement_plan', 'improvement_plan',
                                         'year_plan', 'business_plan', 'other')),
    edition              text,
    supersedes_id        uuid,
    status               text        NOT NULL CHECK (status IN ('draft', 'agreed', 'submitted', 'in_force',
                                         'superseded', 'closed')),
    status_on            date,
    summary              text,
    starts_on            date,
    ends_on              date,
    draft_shared_on      date,
    shared_with          text,
    agreed_on            date,
    agreed_by            text,
    agreed_by_board_id   uuid,
    agreed_at_meeting_id uuid,
    submitted_on         date,
    published_on         date,
    response             text        CHECK (response IN ('accepted', 'accepted_with_comments', 'rejected')),
    response_on          date,
    response_detail      text,
    rag_labels           jsonb       NOT NULL DEFAULT '[]',
    warnings             jsonb       NOT NULL DEFAULT '[]',
    version              bigint      NOT NULL DEFAULT 1,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    deleted_at           timestamptz,
    CONSTRAINT plan_agreed_by_board_id_fkey FOREIGN KEY (agreed_by_board_id, authority_id)
        REFERENCES inspectd.board (id, authority_id),
    CONSTRAINT plan_agreed_at_meeting_id_fkey FOREIGN KEY (agreed_at_meeting_id, authority_id)
        REFERENCES inspectd.meeting (id, authority_id),
    CONSTRAINT plan_agreed_needs_agreed_on CHECK (status <> 'agreed' OR agreed_on IS NOT NULL),
    CONSTRAINT plan_submitted_needs_submitted_on CHECK (status <> 'submitted' OR submitted_on IS NOT NULL),
    CONSTRAINT plan_response_needs_submitted_on
        CHECK (num_nonnulls(response, response_on) = 0 OR submitted_on IS NOT NULL),
    CHECK (ends_on >= starts_on),
    CHECK (submitted_on >= draft_shared_on),
    CHECK (response_on >= submitted_on),
    CHECK (supersedes_id <> id)
);
SELECT inspectd.owned_table('plan');
ALTER TABLE inspectd.plan ADD CONSTRAINT plan_supersedes_id_fkey FOREIGN KEY (supersedes_id, authority_id)
    REFERENCES inspectd.plan (id, authority_id);
CREATE INDEX ON inspectd.plan (supersedes_id);
CREATE INDEX ON inspectd.plan (agreed_by_board_id);
CREATE INDEX ON inspectd.plan (agreed_at_meeting_id);
CREATE INDEX ON inspectd.plan (submitted_on, id);
CREATE INDEX ON inspectd.plan (title COLLATE inspectd.plain, id);
CREATE INDEX plan_search ON inspectd.plan USING gin
    (to_tsvector('english', title || ' ' || coalesce(summary, '') || ' ' || coalesce(response_detail, '')));

-- How often each board sees the plan, or only when something is off track.
CREATE TABLE inspectd.plan_board (
    plan_id      uuid,
    authority_id text    NOT NULL,
    sensitivity  text    NOT NULL,
    board_id     uuid,
    cadence      text    CHECK (cadence IN ('weekly', 'fortnightly', 'four_weekly', 'monthly', 'six_weekly',
                             'every_two_months', 'quarterly', 'six_monthly', 'annually', 'by_exception',
                             'as_needed')),
    by_exception boolean NOT NULL DEFAULT false,
    PRIMARY KEY (plan_id, board_id),
    CONSTRAINT plan_board_plan_id_fkey FOREIGN KEY (plan_id, authority_id, sensitivity)
        REFERENCES inspectd.plan (id, authority_id, sensitivity) ON UPDATE CASCADE,
    CONSTRAINT plan_board_board_id_fkey FOREIGN KEY (board_id, authority_id)
        REFERENCES inspectd.board (id, authority_id)
);
CREATE INDEX ON inspectd.plan_board (board_id, plan_id);
SELECT inspectd.journal_table('plan_board', 'plan_id', 'board_id');
GRANT SELECT, INSERT, UPDATE, DELETE ON inspectd.plan_board TO inspectd_api;

SELECT inspectd.link_table('plan', 'inspection');
