-- What is due, as it stands on the day. The date was set once; everything else about
-- it is derived here, and only for the columns that are asked for. Where the calendar
-- is no longer the one by which it was counted, the new computation stands beside it.

-- The functions are made anew with the views, once for each schema: how a thing is
-- worded is not for a migration to fix for ever.
CREATE OR REPLACE FUNCTION inspectd.deadline_day(day date) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT to_char(day, 'FMDD FMMonth YYYY')
$$;

-- "70 working days after receipt on 18 August 2022, not counting 2 bank holidays (...), end on 28 November 2022".
CREATE OR REPLACE FUNCTION inspectd.deadline_count(d jsonb) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    skipped integer := jsonb_array_length(d -> 'holidays_skipped');
BEGIN
    RETURN format('%s working days after receipt on %s%s, end on %s', d ->> 'days',
        inspectd.deadline_day((d ->> 'start_on')::date),
        CASE WHEN skipped > 0 THEN format(', not counting %s (%s)',
            CASE skipped WHEN 1 THEN 'a bank holiday' ELSE skipped || ' bank holidays' END,
            (SELECT string_agg(h ->> 'title' || ', ' || inspectd.deadline_day((h ->> 'date')::date), '; '
                               ORDER BY h ->> 'date')
               FROM jsonb_array_elements(d -> 'holidays_skipped') h))
        ELSE '' END, inspectd.deadline_day((d ->> 'computed_on')::date));
END
$$;

-- Why it is not known.
CREATE OR REPLACE FUNCTION inspectd.deadline_unknown(d jsonb, published_on date, indicative_on date) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF d ->> 'start_on' IS NULL THEN
        RETURN format('the day of receipt is not recorded, after which %s working days are allowed', d ->> 'days')
            || CASE WHEN indicative_on IS NOT NULL
                    THEN format(', which counted from publication on %s would end on %s',
                                inspectd.deadline_day(published_on), inspectd.deadline_day(indicative_on))
                    WHEN published_on IS NOT NULL
                    THEN format('; the bank holidays are not loaded for all of those after publication on %s',
                                inspectd.deadline_day(published_on))
                    ELSE '' END;
    ELSIF d ->> 'responsible_authority_id' IS NULL THEN
        RETURN format('the authority that is to write the statement is not named; %s working days after receipt on %s '
                      'are allowed', d ->> 'days', inspectd.deadline_day((d ->> 'start_on')::date));
    END IF;
    RETURN format('the bank holidays are not loaded for all of the %s working days after receipt on %s', d ->> 'days',
                  inspectd.deadline_day((d ->> 'start_on')::date));
END
$$;

CREATE OR REPLACE FUNCTION inspectd.deadline_explanation(d jsonb, published_on date, indicative_on date) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    computed   boolean := d ->> 'computed_on' IS NOT NULL;
    reckoned   text    := CASE WHEN computed THEN inspectd.deadline_count(d)
                               ELSE inspectd.deadline_unknown(d, published_on, indicative_on) END;
    difference integer := (d ->> 'stated_on')::date - (d ->> 'computed_on')::date;
BEGIN
    IF d ->> 'stated_on' IS NOT NULL THEN
        reckoned := format('%s is the date that is stated%s; ', inspectd.deadline_day((d ->> 'stated_on')::date),
                           coalesce(' (' || (d ->> 'stated_source') || ')', ''))
            || reckoned
            || CASE WHEN difference = 0 THEN ', the same day'
                    WHEN abs(difference) = 1 THEN ', a day '
                    WHEN difference IS NOT NULL THEN format(', %s days ', abs(difference)) ELSE '' END
            || CASE WHEN difference < 0 THEN 'later' WHEN difference > 0 THEN 'earlier' ELSE '' END;
    ELSIF NOT computed THEN
        reckoned := 'Not known: ' || reckoned;
    END IF;
    RETURN format('%s; basis: %s%s.', reckoned, d ->> 'source',
                  coalesce('; calendar ' || (d ->> 'calendar_version'), ''));
END
$$;

-- What is odd about it today, beside what was odd when it was written. `holidays` is
-- NULL while the calendar is still the one by which it was counted.
CREATE OR REPLACE FUNCTION inspectd.deadline_warnings(d jsonb, holidays date[]) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    recomputed_on date  := inspectd.due_after((d ->> 'start_on')::date, (d ->> 'days')::integer, holidays);
    warnings      jsonb := '[]';
BEGIN
    IF d ->> 'responsible_authority_id' IS NULL THEN
        warnings := jsonb_build_array(jsonb_build_object('code', 'principal_not_named',
            'pointer', '/responsible_authority_id', 'detail',
            'The report determines that a statement is due and the inspection does not say which authority is '
            'to write it (principal_authority_id).'));
    ELSIF d ->> 'computed_on' IS NULL AND d ->> 'start_on' IS NOT NULL THEN
        warnings := jsonb_build_array(jsonb_build_object('code', 'calendar_missing', 'pointer', '/computed_on',
            'detail', format('No bank holidays are loaded for some of the days after %s; load a calendar that has '
                             'them.', d ->> 'start_on')));
    ELSIF recomputed_on <> (d ->> 'computed_on')::date THEN
        warnings := jsonb_build_array(jsonb_build_object('code', 'calendar_changed', 'pointer', '/computed_on',
            'detail', format('The calendar has changed since this was set; by the one of today it would be %s. The '
                             'date set stays, unless the letter is corrected.', recomputed_on),
            'recomputed_on', recomputed_on));
    END IF;
    IF d ->> 'stated_on' < d ->> 'start_on' THEN
        warnings := warnings || jsonb_build_object('code', 'stated_before_receipt', 'pointer', '/stated_on',
            'detail', format('It is stated for a day before %s, the day of receipt; check both dates.',
                             d ->> 'start_on'));
    END IF;
    IF d ->> 'met_on' < d ->> 'start_on' THEN
        warnings := warnings || jsonb_build_object('code', 'met_before_receipt', 'pointer', '/met_on',
            'detail', format('It was done before %s, the day of receipt; check both dates.', d ->> 'start_on'));
    END IF;
    RETURN warnings;
END
$$;

-- Which plans are to meet which deadline: those of whoever owes it.
CREATE VIEW deadline_plan WITH (security_invoker = true) AS
SELECT d.id AS deadline_id, p.id AS plan_id
  FROM deadline d
  JOIN deadline_rule r ON r.kind = d.kind
  JOIN plan_inspection l ON l.inspection_id = d.inspection_id
  JOIN plan p ON p.id = l.plan_id AND p.kind = r.plan_kind AND p.deleted_at IS NULL
 WHERE d.deleted_at IS NULL AND inspectd.answers_for(p.authority_id, d.responsible_authority_id);

CREATE VIEW deadlines WITH (security_invoker = true) AS
SELECT d.id, d.authority_id, d.sensitivity, d.inspection_id, d.kind, d.responsible_authority_id,
       s.status, t.due_on, d.computed_on, d.stated_on, d.stated_source, d.document_id,
       d.stated_on - d.computed_on AS difference_days, i.indicative_on, d.start_on, d.days, d.holidays_skipped,
       d.calendar_version, CASE WHEN d.stated_on IS NULL THEN d.rule_basis ELSE 'letter' END AS basis,
       d.statutory, d.source, d.met_on,
       inspectd.deadline_explanation(to_jsonb(d), p.published_on, i.indicative_on) AS explanation,
       (SELECT coalesce(json_agg(l.plan_id ORDER BY l.plan_id), '[]')
          FROM deadline_plan l WHERE l.deadline_id = d.id) AS plan_ids,
       s.status = 'overdue' AS overdue,
       CASE WHEN s.status IN ('upcoming', 'overdue') THEN t.due_on - inspectd.today() END AS days_left,
       CASE WHEN s.status IN ('upcoming', 'overdue')
            THEN inspectd.working_days_to(inspectd.today(), t.due_on, (SELECT array_agg(h.date) FROM bank_holiday h))
       END AS working_days_left,
       d.warnings || inspectd.deadline_warnings(to_jsonb(d), CASE
           WHEN d.calendar_version <> (SELECT c.name FROM calendar_version c ORDER BY c.at DESC LIMIT 1)
           THEN (SELECT array_agg(h.date) FROM bank_holiday h) END) AS warnings,
       d.version, d.created_at, d.updated_at
  FROM deadline d
 -- not coalesce(), which PostgreSQL would not look up in an index beneath a policy (0014)
 CROSS JOIN LATERAL (SELECT CASE WHEN d.stated_on IS NULL THEN d.computed_on ELSE d.stated_on END AS due_on) t
 CROSS JOIN LATERAL (SELECT CASE WHEN t.due_on IS NULL THEN 'unknown'
                                 WHEN d.met_on <= t.due_on THEN 'met'
                                 WHEN d.met_on > t.due_on THEN 'met_late'
                                 WHEN t.due_on < inspectd.today() THEN 'overdue'
                                 ELSE 'upcoming' END AS status) s
 CROSS JOIN LATERAL (SELECT (SELECT x.published_on FROM inspection x WHERE x.id = d.inspection_id) AS published_on) p
 CROSS JOIN LATERAL (SELECT CASE WHEN d.start_on IS NULL
                                 THEN inspectd.due_after(p.published_on, d.days,
                                                         (SELECT array_agg(h.date) FROM bank_holiday h))
                            END AS indicative_on) i
 WHERE d.deleted_at IS NULL;

GRANT SELECT ON deadline_plan, deadlines TO inspectd_api;
