-- Who watches improvement, when they met, what was on the agenda, and what they decided.

CREATE TABLE inspectd.board (
    id                uuid PRIMARY KEY,
    authority_id      text        NOT NULL REFERENCES inspectd.authority,
    sensitivity       text        NOT NULL DEFAULT 'council' CHECK (sensitivity IN ('public', 'council', 'restricted')),
    external_refs     jsonb       NOT NULL DEFAULT '{}',
    name              text        NOT NULL CHECK (name <> ''),
    kind              text        NOT NULL CHECK (kind IN ('improvement_board', 'scrutiny_panel', 'executive',
                                      'safeguarding_partnership', 'corporate_parenting_board', 'council',
                                      'task_and_finish_group', 'working_group', 'leadership_team',
                                      'partnership_board', 'other')),
    statutory         boolean,
    cadence           text        CHECK (cadence IN ('weekly', 'fortnightly', 'four_weekly', 'monthly', 'six_weekly',
                                      'every_two_months', 'quarterly', 'six_monthly', 'annually', 'by_exception',
                                      'as_needed')),
    chair_role        text,
    independent_chair boolean,
    organisation_id   uuid,
    url               text,
    started_on        date,
    ended_on          date,
    warnings          jsonb       NOT NULL DEFAULT '[]',
    version           bigint      NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    deleted_at        timestamptz,
    CONSTRAINT board_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES inspectd.organisation (id),
    CHECK (ended_on >= started_on)
);
SELECT inspectd.owned_table('board');
CREATE INDEX ON inspectd.board (organisation_id);
CREATE INDEX ON inspectd.board (name COLLATE inspectd.plain, id);
CREATE INDEX ON inspectd.board (name);
CREATE INDEX board_search ON inspectd.board USING gin
    (to_tsvector('english', name || ' ' || coalesce(chair_role, '')));

-- A meeting may be less open than its board, so its sensitivity is its own. held_on
-- is the day it is planned for until it is held.
CREATE TABLE inspectd.meeting (
    id               uuid PRIMARY KEY,
    authority_id     text        NOT NULL REFERENCES inspectd.authority,
    sensitivity      text        NOT NULL DEFAULT 'council' CHECK (sensitivity IN ('public', 'council', 'restricted')),
    external_refs    jsonb       NOT NULL DEFAULT '{}',
    board_id         uuid        NOT NULL,
    title            text,
    status           text        NOT NULL CHECK (status IN ('planned', 'held', 'cancelled')),
    status_on        date,
    held_on          date,
    precision        text        CHECK (precision IN ('day', 'month', 'tentative')),
    date_note        text,
    starts_at        text        CHECK (starts_at ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    ends_at          text        CHECK (ends_at ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    mode             text        CHECK (mode IN ('in_person', 'virtual', 'hybrid')),
    venue            text,
    livestream_url   text,
    url              text,
    attendees        jsonb       NOT NULL DEFAULT '[]',
    previous_id      uuid,
    previous_minutes text,
    warnings         jsonb       NOT NULL DEFAULT '[]',
    version          bigint      NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    deleted_at       timestamptz,
    CONSTRAINT meeting_board_id_fkey FOREIGN KEY (board_id, authority_id)
        REFERENCES inspectd.board (id, authority_id),
    CONSTRAINT meeting_held_needs_held_on CHECK (status <> 'held' OR held_on IS NOT NULL),
    CHECK (ends_at COLLATE "C" > starts_at COLLATE "C"),
    CHECK (previous_id <> id)
);
SELECT inspectd.owned_table('meeting');
ALTER TABLE inspectd.meeting ADD CONSTRAINT meeting_previous_id_fkey FOREIGN KEY (previous_id, authority_id)
    REFERENCES inspectd.meeting (id, authority_id);
CREATE INDEX ON inspectd.meeting (board_id, held_on, id);
CREATE INDEX ON inspectd.meeting (authority_id, held_on, id);
CREATE INDEX ON inspectd.meeting (held_on, id);
CREATE INDEX ON inspectd.meeting (previous_id);
CREATE INDEX meeting_search ON inspectd.meeting USING gin
    (to_tsvector('english', coalesce(title, '') || ' ' || coalesce(venue, '') || ' ' ||
                            coalesce(date_note, '') || ' ' || coalesce(previous_minutes, '')));
SELECT inspectd.journal_find('meeting', 'board_id');

CREATE TABLE inspectd.agenda_item (
    id                     uuid PRIMARY KEY,
    authority_id           text        NOT NULL REFERENCES inspectd.authority,
    sensitivity            text        NOT NULL CHECK (sensitivity IN ('public', 'council', 'restricted')),
    external_refs          jsonb       NOT NULL DEFAULT '{}',
    meeting_id             uuid        NOT NULL,
    number                 text,
    title                  text        NOT NULL CHECK (title <> ''),
    pages                  text,
    by_exception           boolean     NOT NULL DEFAULT false,
    for_information        boolean     NOT NULL DEFAULT false,
    summary                text,
    points                 jsonb       NOT NULL DEFAULT '[]',
    owner_member           text,
    owner_officer          text,
    contact                text,
    strategic_priority     text,
    wards                  text[]      NOT NULL DEFAULT '{}',
    legal_implications     text,
    financial_implications text,
    equality_implications  text,
    risk_implications      text,
    url                    text,
    warnings               jsonb       NOT NULL DEFAULT '[]',
    version                bigint      NOT NULL DEFAULT 1,
    created_at             timestamptz NOT NULL DEFAULT now(),
    updated_at             timestamptz NOT NULL DEFAULT now(),
    deleted_at             timestamptz,
    CONSTRAINT agenda_item_meeting_id_fkey FOREIGN KEY (meeting_id, authority_id, sensitivity)
        REFERENCES inspectd.meeting (id, authority_id, sensitivity) ON UPDATE CASCADE
);
SELECT inspectd.owned_table('agenda_item');
CREATE INDEX ON inspectd.agenda_item (meeting_id, id);
CREATE INDEX ON inspectd.agenda_item (title COLLATE inspectd.plain, id);
-- What was said is searched as what was written is.
CREATE INDEX agenda_item_search ON inspectd.agenda_item USING gin
    ((to_tsvector('english', title || ' ' || coalesce(summary, '')) || to_tsvector('english', points)));
SELECT inspectd.journal_find('agenda_item', 'meeting_id');

-- Taken at a meeting, or delegated to a post-holder: one of the two.
CREATE TABLE inspectd.decision (
    id                           uuid PRIMARY KEY,
    authority_id                 text        NOT NULL REFERENCES inspectd.authority,
    sensitivity                  text        NOT NULL DEFAULT 'council'
                                             CHECK (sensitivity IN ('public', 'council', 'restricted')),
    external_refs                jsonb       NOT NULL DEFAULT '{}',
    meeting_id                   uuid,
    board_id                     uuid,
    agenda_item_id               uuid,
    delegated_to                 text,
    number                       text,
    kind                         text        NOT NULL
                                             CHECK (kind IN ('noted', 'agreed', 'resolved', 'recommended', 'requested')),
    status                       text        NOT NULL CHECK (status IN ('proposed', 'taken', 'done', 'withdrawn')),
    status_on                    date,
    wording_proposed             text,
    wording_taken                text,
    parts                        jsonb       NOT NULL DEFAULT '[]',
    taken_on                     date,
    effective_on                 date,
    key_decision                 boolean     NOT NULL DEFAULT false,
    confidential                 boolean     NOT NULL DEFAULT false,
    urgent                       boolean     NOT NULL DEFAULT false,
    called_in_on                 date,
    addressed_to                 text,
    addressed_to_board_id        uuid,
    addressed_to_organisation_id uuid,
    due_on                       date,
    answer                       text        CHECK (answer IN ('accepted', 'partly', 'rejected')),
    answer_reason                text,
    answered_on                  date,
    done_on                      date,
    url                          text,
    warnings                     jsonb       NOT NULL DEFAULT '[]',
    version                      bigint      NOT NULL DEFAULT 1,
    created_at                   timestamptz NOT NULL DEFAULT now(),
    updated_at                   timestamptz NOT NULL DEFAULT now(),
    deleted_at                   timestamptz,
    CONSTRAINT decision_meeting_id_fkey FOREIGN KEY (meeting_id, authority_id)
        REFERENCES inspectd.meeting (id, authority_id),
    CONSTRAINT decision_board_id_fkey FOREIGN KEY (board_id, authority_id)
        REFERENCES inspectd.board (id, authority_id),
    CONSTRAINT decision_agenda_item_id_fkey FOREIGN KEY (agenda_item_id, authority_id)
        REFERENCES inspectd.agenda_item (id, authority_id),
    CONSTRAINT decision_addressed_to_board_id_fkey FOREIGN KEY (addressed_to_board_id, authority_id)
        REFERENCES inspectd.board (id, authority_id),
    CONSTRAINT decision_addressed_to_organisation_id_fkey FOREIGN KEY (addressed_to_organisation_id)
        REFERENCES inspectd.organisation (id),
    CONSTRAINT decision_meeting_or_delegated CHECK (num_nonnulls(meeting_id, delegated_to) = 1),
    CONSTRAINT decision_taken_is_whole
        CHECK (status NOT IN ('taken', 'done') OR (wording_taken IS NOT NULL AND taken_on IS NOT NULL)),
    CONSTRAINT decision_done_needs_done_on CHECK ((status = 'done') = (done_on IS NOT NULL)),
    CONSTRAINT decision_answer_needs_reason CHECK (answer = 'accepted' OR answer_reason IS NOT NULL),
    CONSTRAINT decision_not_taken_has_no_day CHECK (taken_on IS NULL OR status IN ('taken', 'done')),
    CHECK (due_on >= taken_on),
    CHECK (done_on >= taken_on),
    CHECK (answered_on >= taken_on)
);
SELECT inspectd.owned_table('decision');
CREATE INDEX ON inspectd.decision (meeting_id, id);
CREATE INDEX ON inspectd.decision (board_id, taken_on, id);
CREATE INDEX ON inspectd.decision (agenda_item_id, id);
CREATE INDEX ON inspectd.decision (addressed_to_board_id, due_on, id);
CREATE INDEX ON inspectd.decision (addressed_to_organisation_id, due_on, id);
CREATE INDEX ON inspectd.decision (authority_id, due_on, id);
CREATE INDEX ON inspectd.decision (due_on, id);
CREATE INDEX ON inspectd.decision (taken_on, id);
CREATE INDEX decision_search ON inspectd.decision USING gin
    ((to_tsvector('english', coalesce(wording_proposed, '') || ' ' || coalesce(wording_taken, '') || ' ' ||
                             coalesce(answer_reason, '')) ||
      to_tsvector('english', jsonb_path_query_array(parts, '$[*].wording'))));
SELECT inspectd.journal_find('decision', 'meeting_id');
SELECT inspectd.journal_find('decision', 'board_id');
SELECT inspectd.journal_find('decision', 'agenda_item_id');
