"""The statutory clock: what is due after a visit, by when and on what basis, and what becomes of it."""

from __future__ import annotations

import concurrent.futures
import csv
import datetime
import hashlib
import itertools
import json
import random
import re
import threading

import icalendar
import psycopg
import pytest

from harness import cluster as clusters
from harness.examples import day, today

MIGRATIONS = clusters.REPOSITORY / "sql" / "migrations"
HOLIDAYS = clusters.REPOSITORY / "sql" / "reference" / "bank_holidays.csv"
SI_2007, SI_2015 = "SI 2007/462", "SI 2015/1792"
FULL_INSPECTIONS = ("standard_inspection", "short_inspection", "sif_inspection", "sif_reinspection",
                    "looked_after_children_inspection")


def due_after(api, inspection: dict) -> dict[str, dict]:
    rows = api.get(f"/v1/inspections/{inspection['id']}/deadlines", expect=200).data
    return {row["kind"]: row for row in rows}


def again(api, deadline: dict) -> dict:
    return api.get(f"/v1/deadlines/{deadline['id']}", expect=200).json


def change(api, deadline: dict, **members) -> dict:
    return api.patch(f"/v1/deadlines/{deadline['id']}", members, expect=200).json


def change_inspection(api, inspection: dict, **members) -> dict:
    return api.patch(f"/v1/inspections/{inspection['id']}", members, expect=200).json


def codes(row: dict) -> list[str]:
    return [warning["code"] for warning in row["warnings"]]


def full_inspection(given, received_on: str | None = "2022-08-18", **members) -> dict:
    return given.inspection(kind="standard_inspection", status="reported", start_on="2022-07-04",
                            end_on="2022-07-15", received_on=received_on, **members)


def priority_visit(given, received_on: str | None = "2018-08-10", stage: str = "final") -> tuple[dict, dict]:
    """A focused visit, and its area for priority action."""
    visit = given.inspection(kind="focused_visit", status="reported", start_on="2018-07-17", end_on="2018-07-18",
                             received_on=received_on)
    return visit, given.finding(visit["id"], kind="area_for_priority_action", stage=stage)


def joint_inspection(given, **members) -> dict:
    return given.inspection(kind="jtai", body="joint", status="reported", start_on="2025-01-13",
                            end_on="2025-01-17", received_on="2025-02-27", **members)


# --- what is due -------------------------------------------------------------------


def test_a_full_inspection_asks_for_publication_and_a_statement(api, given):
    due = due_after(api, full_inspection(given))
    assert {kind: (row["days"], row["due_on"]) for kind, row in due.items()} == {
        "publish_report": (30, "2022-10-03"), "written_statement": (70, "2022-11-28")}
    for row in due.values():
        assert (row["basis"], row["statutory"], row["status"]) == ("regulation", True, "overdue")
        assert SI_2007 in row["source"]


def test_a_deadline_explains_itself(api, given):
    inspection = full_inspection(given)
    row = due_after(api, inspection)["written_statement"]
    assert row["start_on"] == "2022-08-18" and row["computed_on"] == row["due_on"] == "2022-11-28"
    assert row["holidays_skipped"] == [
        {"date": "2022-08-29", "title": "Summer bank holiday"},
        {"date": "2022-09-19", "title": "Bank Holiday for the State Funeral of Queen Elizabeth II"}]
    calendar = api.get("/v1/working-days?from=2022-08-18&days=70").json["calendar_version"]
    assert row["calendar_version"] == calendar
    assert row["explanation"] == (
        "70 working days after receipt on 18 August 2022, not counting 2 bank holidays (Summer bank holiday, "
        "29 August 2022; Bank Holiday for the State Funeral of Queen Elizabeth II, 19 September 2022), end on "
        f"28 November 2022; basis: {row['source']}; calendar {calendar}.")
    assert row["responsible_authority_id"] == row["authority_id"] == inspection["authority_id"]
    assert row["days_left"] == (datetime.date(2022, 11, 28) - today()).days
    assert row["indicative_on"] is None and row["warnings"] == []


@pytest.mark.parametrize("kind", FULL_INSPECTIONS)
def test_every_kind_of_full_inspection_has_both(api, given, kind):
    inspection = given.inspection(kind=kind, start_on="2016-06-06" if "sif" in kind else None)
    assert sorted(due_after(api, inspection)) == ["publish_report", "written_statement"]


@pytest.mark.parametrize("kind", ["monitoring_visit", "focused_visit", "assurance_visit", "jtai", "peer_review"])
def test_other_visits_ask_for_nothing_of_themselves(api, given, kind):
    assert due_after(api, given.inspection(kind=kind)) == {}


def test_without_a_day_of_receipt_nothing_is_known_and_nothing_overdue(api, given):
    inspection = full_inspection(given, received_on=None, published_on="2022-08-18")
    for row in due_after(api, inspection).values():
        assert (row["status"], row["overdue"], row["due_on"]) == ("unknown", False, None)
        assert row["days_left"] is row["working_days_left"] is row["computed_on"] is None
    row = due_after(api, inspection)["written_statement"]
    assert row["indicative_on"] == "2022-11-28"
    assert row["explanation"].startswith("Not known: the day of receipt is not recorded")
    assert "from publication on 18 August 2022 would end on 28 November 2022" in row["explanation"]


def test_the_day_of_receipt_makes_it_known(api, given):
    inspection = full_inspection(given, received_on=None)
    before = due_after(api, inspection)["written_statement"]
    assert before["indicative_on"] is None
    change_inspection(api, inspection, received_on="2023-05-09")
    after = due_after(api, inspection)["written_statement"]
    assert (after["id"], after["due_on"], after["version"]) == (before["id"], "2023-08-16", before["version"] + 1)
    change_inspection(api, inspection, received_on="2025-02-27")
    assert again(api, before)["due_on"] == "2025-06-11"
    change_inspection(api, inspection, received_on=None)
    assert (again(api, before)["due_on"], again(api, before)["holidays_skipped"]) == (None, [])


def test_what_is_still_to_come_is_counted_down(api, given):
    row = due_after(api, full_inspection(given, received_on=day(-1)))["publish_report"]
    assert (row["status"], row["overdue"]) == ("upcoming", False)
    assert row["days_left"] > 0 and row["working_days_left"] in (29, 30)


def test_a_change_that_matters_to_no_deadline_leaves_it_alone(api, given):
    inspection = full_inspection(given)
    before = due_after(api, inspection)
    change_inspection(api, inspection, inspectors_count=4)
    assert due_after(api, inspection) == before


# --- focused visits ----------------------------------------------------------------


def test_priority_action_asks_for_a_draft_and_a_final_plan(api, given):
    visit, _ = priority_visit(given)
    due = due_after(api, visit)
    assert {kind: (row["days"], row["due_on"]) for kind, row in due.items()} == {
        "draft_action_plan": (20, "2018-09-10"), "final_action_plan": (70, "2018-11-19")}
    draft = due["draft_action_plan"]
    assert (draft["basis"], draft["statutory"]) == ("framework", False)
    assert "not statute" in draft["source"]


def test_provisional_feedback_asks_for_nothing_yet(api, given):
    visit, finding = priority_visit(given, stage="provisional")
    assert due_after(api, visit) == {}
    api.patch(f"/v1/findings/{finding['id']}", {"stage": "final"}, expect=200)
    assert len(due_after(api, visit)) == 2


def test_with_the_finding_goes_the_deadline_and_comes_back_as_it_was(api, given):
    visit, finding = priority_visit(given)
    before = due_after(api, visit)
    api.delete(f"/v1/findings/{finding['id']}", expect=204)
    assert due_after(api, visit) == {}
    api.get(f"/v1/deadlines/{before['draft_action_plan']['id']}", expect=404)
    api.post(f"/v1/findings/{finding['id']}/restore", expect=200)
    back = due_after(api, visit)
    assert {kind: (row["id"], row["due_on"]) for kind, row in back.items()} == {
        kind: (row["id"], row["due_on"]) for kind, row in before.items()}


def test_a_second_area_for_priority_action_changes_nothing(api, given):
    visit, first = priority_visit(given)
    before = due_after(api, visit)
    given.finding(visit["id"], kind="area_for_priority_action")
    api.delete(f"/v1/findings/{first['id']}", expect=204)
    assert due_after(api, visit) == before


def test_what_was_stated_by_hand_outlives_its_finding(api, given):
    visit, finding = priority_visit(given)
    change(api, due_after(api, visit)["draft_action_plan"], stated_on="2018-09-12")
    api.delete(f"/v1/findings/{finding['id']}", expect=204)
    assert list(due_after(api, visit)) == ["draft_action_plan"]


# --- joint inspections -------------------------------------------------------------


def test_a_joint_inspection_asks_only_where_the_report_says_so(api, given):
    for said in (None, False):
        assert due_after(api, joint_inspection(given, statement_required=said)) == {}


def test_the_principal_authority_need_not_be_this_one(api, given):
    principal = given.authority()
    inspection = joint_inspection(given, statement_required=True, principal_authority_id=principal)
    row = due_after(api, inspection)["joint_statement"]
    assert (row["due_on"], row["days"], row["basis"]) == ("2025-06-11", 70, "regulation")
    assert SI_2015 in row["source"]
    assert row["responsible_authority_id"] == principal != row["authority_id"]
    assert row["id"] in api.get(f"/v1/deadlines?responsible_authority_id={principal}").ids


def test_a_principal_that_is_not_named_leaves_it_unknown(api, given):
    inspection = joint_inspection(given, statement_required=True)
    row = due_after(api, inspection)["joint_statement"]
    assert (row["status"], row["due_on"], row["responsible_authority_id"]) == ("unknown", None, None)
    assert codes(row) == ["principal_not_named"]
    assert row["explanation"].startswith("Not known: the authority that is to write the statement is not named")
    change_inspection(api, inspection, principal_authority_id=inspection["authority_id"])
    assert (again(api, row)["due_on"], again(api, row)["warnings"]) == ("2025-06-11", [])


# --- the date in the letter ----------------------------------------------------------


def test_the_date_that_a_letter_states_wins_and_both_are_kept(api, given):
    inspection = full_inspection(given)
    document = given.of("documents", inspection["authority_id"])["id"]
    row = change(api, due_after(api, inspection)["written_statement"], stated_on="2022-11-25",
                 stated_source="letter of 18 August 2022, page 4", document_id=document)
    assert (row["due_on"], row["stated_on"], row["computed_on"]) == ("2022-11-25", "2022-11-25", "2022-11-28")
    assert (row["difference_days"], row["basis"], row["statutory"]) == (-3, "letter", True)
    assert row["document_id"] == document
    assert row["explanation"].startswith(
        "25 November 2022 is the date that is stated (letter of 18 August 2022, page 4); 70 working days after")
    assert "end on 28 November 2022, 3 days later;" in row["explanation"]
    row = change(api, row, stated_on=None, stated_source=None)
    assert (row["due_on"], row["difference_days"], row["basis"]) == ("2022-11-28", None, "regulation")


def test_a_stated_date_makes_known_what_was_not(api, given):
    row = due_after(api, full_inspection(given, received_on=None))["written_statement"]
    row = change(api, row, stated_on="2022-11-25")
    assert (row["status"], row["due_on"], row["difference_days"]) == ("overdue", "2022-11-25", None)
    assert "the day of receipt is not recorded" in row["explanation"]


def test_a_stated_date_stays_when_the_day_of_receipt_is_corrected(api, given):
    inspection = full_inspection(given)
    row = change(api, due_after(api, inspection)["written_statement"], stated_on="2022-11-25")
    change_inspection(api, inspection, received_on="2022-08-19")
    row = again(api, row)
    assert (row["due_on"], row["computed_on"]) == ("2022-11-25", "2022-11-29")


@pytest.mark.parametrize("stated_on", ["2022-11-26", "2022-12-26"])
def test_a_stated_day_on_which_nobody_works_is_only_odd(api, given, stated_on):
    row = change(api, due_after(api, full_inspection(given))["written_statement"], stated_on=stated_on)
    assert row["due_on"] == stated_on and codes(row) == ["stated_on_non_working_day"]


def test_a_day_before_receipt_is_odd_when_receipt_is_corrected_afterwards(api, given):
    inspection = full_inspection(given)
    row = change(api, due_after(api, inspection)["written_statement"], stated_on="2022-08-25", met_on="2022-08-24")
    assert codes(row) == []
    change_inspection(api, inspection, received_on="2022-08-26")
    row = again(api, row)
    assert {w["code"]: w["pointer"] for w in row["warnings"]} == {
        "stated_before_receipt": "/stated_on", "met_before_receipt": "/met_on"}
    assert all("2022-08-26" in warning["detail"] for warning in row["warnings"])
    assert codes(change(api, row, met_on="2022-08-26")) == ["stated_before_receipt"], "no reason to refuse the rest"
    answer = api.patch(f"/v1/deadlines/{row['id']}", {"stated_on": "2022-08-24"}, expect=422)
    assert (answer.pointers, answer.codes) == (["/stated_on"], ["before_start"])
    change_inspection(api, inspection, received_on="2022-08-25")
    assert codes(again(api, row)) == []


def test_what_was_done_before_receipt_is_odd(api, given):
    row = due_after(api, full_inspection(given, published_on="2022-08-17"))["publish_report"]
    assert (row["status"], codes(row)) == ("met", ["met_before_receipt"])


RECEIVED, NAMED = {"received_on": "2025-02-27"}, {"principal_authority_id": "its own"}
ALLOWED = "70 working days"
UNRECORDED = f"the day of receipt is not recorded, after which {ALLOWED} are allowed"
# What is known of the visit; what stands in the letter; and what the explanation says, up to its basis.
EXPLAINED = {
    "nothing at all": ({}, {}, f"Not known: {UNRECORDED}"),
    "whose it is": (NAMED, {}, f"Not known: {UNRECORDED}"),
    "its publication": (
        {"published_on": "2025-02-27"}, {},
        f"Not known: {UNRECORDED}, which counted from publication on 27 February 2025 would end on 11 June 2025"),
    "a publication beyond the calendar": (
        {"published_on": "2028-11-20", "the": "future"}, {},
        f"Not known: {UNRECORDED}; the bank holidays are not loaded for all of those after publication on "
        "20 November 2028"),
    "a date alone": ({}, {"stated_on": "2025-06-10"}, f"10 June 2025 is the date that is stated; {UNRECORDED}"),
    "a date and where it stands": (
        {}, {"stated_on": "2025-06-10", "stated_source": "page 4"},
        f"10 June 2025 is the date that is stated (page 4); {UNRECORDED}"),
    "a date and its publication": (
        {"published_on": "2025-02-27"}, {"stated_on": "2025-06-10"},
        f"10 June 2025 is the date that is stated; {UNRECORDED}, which counted from publication on 27 February 2025 "
        "would end on 11 June 2025"),
    "receipt, and not whose it is": (
        RECEIVED, {}, "Not known: the authority that is to write the statement is not named; "
        f"{ALLOWED} after receipt on 27 February 2025 are allowed"),
    "receipt and a date, and not whose it is": (
        RECEIVED, {"stated_on": "2025-06-10"},
        "10 June 2025 is the date that is stated; the authority that is to write the statement is not named; "
        f"{ALLOWED} after receipt on 27 February 2025 are allowed"),
    "a receipt that no calendar reaches beyond": (
        NAMED | {"received_on": "2028-11-20", "the": "future"}, {},
        f"Not known: the bank holidays are not loaded for all of the {ALLOWED} after receipt on 20 November 2028"),
    "everything": (
        NAMED | RECEIVED | {"published_on": "2025-03-06"}, {},
        f"{ALLOWED} after receipt on 27 February 2025, not counting 4 bank holidays (Good Friday, 18 April 2025; "
        "Easter Monday, 21 April 2025; Early May bank holiday, 5 May 2025; Spring bank holiday, 26 May 2025), "
        "end on 11 June 2025"),
}


@pytest.mark.parametrize("known, letter, said", EXPLAINED.values(), ids=EXPLAINED)
def test_an_explanation_has_no_holes_whatever_is_known(api, given, db, known, letter, said):
    inspection = given.inspection(kind="jtai", body="joint", status="reported", start_on="2025-01-13",
                                  end_on="2025-01-17", statement_required=True)
    known = dict(known)
    if known.pop("principal_authority_id", None):
        change_inspection(api, inspection, principal_authority_id=inspection["authority_id"])
    if known.pop("the", None):  # no day that a client may give, and one that a calendar may fall short of
        for column, day_of in known.items():
            db.execute(psycopg.sql.SQL("UPDATE inspectd.inspection SET {} = %s WHERE id = %s").format(
                psycopg.sql.Identifier(column)), [day_of, inspection["id"]])
    elif known:
        change_inspection(api, inspection, **known)
    row = due_after(api, inspection)["joint_statement"]
    if letter:
        row = change(api, row, **letter)
    calendar = f"; calendar {row['calendar_version']}" if row["calendar_version"] else ""
    assert row["explanation"] == f"{said}; basis: {row['source']}{calendar}."


REFUSED = {
    "a source without a date": ({"stated_source": "page 4"}, "/stated_source", "nothing_stated"),
    "a date before receipt": ({"stated_on": "2022-08-17"}, "/stated_on", "before_start"),
    "done in the future": ({"met_on": day(2)}, "/met_on", "in_future"),
    "an unknown document": ({"document_id": "01900000-0000-7000-8000-000000000000"}, "/document_id", "no_such_row"),
    "another date for what was counted": ({"computed_on": "2022-12-01"}, "/computed_on", "read_only"),
    "its status": ({"status": "met"}, "/status", "read_only"),
}


@pytest.mark.parametrize("members, pointer, code", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_said_of_a_deadline_is_refused(api, given, unwritten, members, pointer, code):
    row = due_after(api, full_inspection(given))["written_statement"]
    with unwritten():
        answer = api.patch(f"/v1/deadlines/{row['id']}", members, expect=422)
    assert (answer.pointers, answer.codes) == ([pointer], [code])


def test_another_councils_document_is_no_source(api, given):
    row = due_after(api, full_inspection(given))["written_statement"]
    other = given.one("documents")["id"]
    api.patch(f"/v1/deadlines/{row['id']}", {"document_id": other}, expect=422)


def test_it_is_changed_as_everything_else_is_and_made_by_nobody(api, given):
    row = due_after(api, full_inspection(given))["written_statement"]
    path = f"/v1/deadlines/{row['id']}"
    etag = api.get(path).etag
    api.patch(path, {"stated_on": "2022-11-25"}, if_match=None, expect=428)
    api.patch(path, {"stated_on": "2022-11-25"}, if_match=etag, expect=200)
    stale = api.patch(path, {"stated_on": "2022-11-24"}, if_match=etag, expect=412).problem
    assert stale["changed"] == ["stated_on"]
    api.post("/v1/deadlines", {}, expect=405)
    api.delete(path, if_match=None, expect=405)
    assert api.get(path, {"fields": "due_on,basis"}).json == {"due_on": "2022-11-25", "basis": "letter"}


# --- when it was done ----------------------------------------------------------------


def test_publication_meets_the_duty_to_publish(api, given):
    inspection = full_inspection(given)
    for published_on, status in (("2022-10-03", "met"), ("2022-10-04", "met_late")):
        change_inspection(api, inspection, published_on=published_on)
        row = due_after(api, inspection)["publish_report"]
        assert (row["met_on"], row["status"], row["days_left"]) == (published_on, status, None)
    assert due_after(api, inspection)["written_statement"]["met_on"] is None


def test_a_statement_meets_its_deadline_when_it_is_submitted(api, given):
    inspection = full_inspection(given)
    plan = given.one("plans", authority_id=inspection["authority_id"], kind="statutory_statement",
                     inspection_ids=[inspection["id"]])
    row = due_after(api, inspection)["written_statement"]
    assert (row["plan_ids"], row["met_on"]) == ([plan["id"]], None)
    api.patch(f"/v1/plans/{plan['id']}", {"submitted_on": "2022-11-21"}, expect=200)
    row = again(api, row)
    assert (row["met_on"], row["status"]) == ("2022-11-21", "met")
    api.delete(f"/v1/plans/{plan['id']}", expect=204)
    row = again(api, row)
    assert (row["plan_ids"], row["met_on"], row["status"]) == ([], None, "overdue")
    api.post(f"/v1/plans/{plan['id']}/restore", expect=200)
    assert again(api, row)["met_on"] == "2022-11-21"


def test_a_plan_that_was_submitted_counts_from_when_it_is_linked(api, given):
    inspection = full_inspection(given)
    row = due_after(api, inspection)["written_statement"]
    plan = given.one("plans", authority_id=inspection["authority_id"], kind="statutory_statement",
                     submitted_on="2022-11-21")
    path = f"/v1/plans/{plan['id']}"
    api.patch(path, {"inspection_ids": [inspection["id"]]}, expect=200)
    assert again(api, row)["met_on"] == "2022-11-21"
    api.patch(path, {"inspection_ids": []}, expect=200)
    assert again(api, row)["met_on"] is None


def test_draft_and_final_plan_are_met_each_in_its_way(api, given):
    visit, _ = priority_visit(given)
    plan = given.one("plans", authority_id=visit["authority_id"], kind="focused_visit_plan",
                     inspection_ids=[visit["id"]], draft_shared_on="2018-09-10")
    due = due_after(api, visit)
    assert (due["draft_action_plan"]["status"], due["final_action_plan"]["status"]) == ("met", "overdue")
    api.patch(f"/v1/plans/{plan['id']}", {"submitted_on": "2018-11-20"}, expect=200)
    assert due_after(api, visit)["final_action_plan"]["status"] == "met_late"
    plan = api.get(f"/v1/plans/{plan['id']}").json
    assert (plan["draft_due_on"], plan["final_due_on"]) == ("2018-09-10", "2018-11-19")


def test_a_plan_of_another_kind_meets_nothing(api, given):
    inspection = full_inspection(given)
    given.one("plans", authority_id=inspection["authority_id"], kind="improvement_plan",
              inspection_ids=[inspection["id"]], submitted_on="2022-11-21")
    row = due_after(api, inspection)["written_statement"]
    assert (row["plan_ids"], row["met_on"]) == ([], None)


def test_of_two_plans_the_first_submitted_counts(api, given):
    inspection = full_inspection(given)
    for submitted_on in ("2022-12-05", "2022-11-21", "2022-12-19"):
        given.one("plans", authority_id=inspection["authority_id"], kind="statutory_statement",
                  inspection_ids=[inspection["id"]], submitted_on=submitted_on)
    row = due_after(api, inspection)["written_statement"]
    assert row["met_on"] == "2022-11-21" and len(row["plan_ids"]) == 3


def test_what_somebody_says_by_hand_is_not_followed_over(api, given):
    inspection = full_inspection(given, published_on="2022-09-26")
    row = change(api, due_after(api, inspection)["publish_report"], met_on="2022-10-10")
    assert row["met_on"] == "2022-10-10"
    change_inspection(api, inspection, published_on="2022-09-27")
    assert again(api, row)["met_on"] == "2022-10-10"


@pytest.mark.parametrize("by_hand", ["2022-10-10", None])
def test_what_somebody_takes_back_follows_its_source_again(api, given, by_hand):
    inspection = full_inspection(given, published_on="2022-09-26")
    row = change(api, due_after(api, inspection)["publish_report"], met_on=by_hand)
    assert change(api, row, met_on=None)["met_on"] == "2022-09-26", "at once"
    change_inspection(api, inspection, published_on="2022-09-27")
    assert again(api, row)["met_on"] == "2022-09-27", "and later"
    change_inspection(api, inspection, published_on=None)
    assert again(api, row)["met_on"] is None


def test_what_was_done_by_hand_and_taken_back_waits_for_its_source(api, given):
    inspection = full_inspection(given)
    row = change(api, due_after(api, inspection)["publish_report"], met_on="2022-10-10")
    assert change(api, row, met_on=None)["met_on"] is None
    change_inspection(api, inspection, published_on="2022-09-27")
    assert again(api, row)["met_on"] == "2022-09-27"


def test_only_the_plan_of_whoever_owes_it_meets_a_deadline(api, given):
    principal = given.authority()
    inspection = joint_inspection(given, statement_required=True, principal_authority_id=principal)
    plan = given.one("plans", authority_id=inspection["authority_id"], kind="joint_statement",
                     inspection_ids=[inspection["id"]], submitted_on="2025-06-02")
    row = due_after(api, inspection)["joint_statement"]
    assert (row["met_on"], row["status"], row["plan_ids"]) == (None, "overdue", [])
    assert api.get(f"/v1/plans/{plan['id']}/deadlines", expect=200).ids == []
    assert plan["final_due_on"] is None
    assert change(api, row, met_on="2025-06-10")["status"] == "met", "the principal's own is said by hand"
    change(api, row, met_on=None)
    change_inspection(api, inspection, principal_authority_id=inspection["authority_id"])
    row = again(api, row)
    assert (row["met_on"], row["plan_ids"]) == ("2025-06-02", [plan["id"]])
    change_inspection(api, inspection, principal_authority_id=principal)
    row = again(api, row)
    assert (row["met_on"], row["plan_ids"]) == (None, [])


# --- lists ---------------------------------------------------------------------------


def test_deadlines_are_listed_across_authorities_and_beneath_each(api, given):
    first, second = full_inspection(given), full_inspection(given, received_on=None)
    ids = [row["id"] for row in [*due_after(api, first).values(), *due_after(api, second).values()]]
    params = {"authority_id": [first["authority_id"], second["authority_id"]]}
    assert sorted(api.get("/v1/deadlines", params).ids) == sorted(ids)
    assert sorted(api.get("/v1/deadlines", params | {"overdue": True}).ids) == sorted(ids[:2])
    assert sorted(api.get("/v1/deadlines", params | {"overdue": False}).ids) == sorted(ids[2:])
    assert sorted(api.get("/v1/deadlines", params | {"status": "unknown"}).ids) == sorted(ids[2:])
    by_day = api.get("/v1/deadlines", params | {"sort": "-due_on"}).data
    assert [row["due_on"] for row in by_day] == ["2022-11-28", "2022-10-03", None, None]
    counts = api.get("/v1/deadlines/counts", params | {"by": "status"}).data
    assert {row["status"]: row["count"] for row in counts} == {"overdue": 2, "unknown": 2}
    assert len(api.get(f"/v1/authorities/{first['authority_id']}/deadlines").data) == 2
    draft, final = (due_after(api, priority_visit(given)[0])[kind] for kind in ("draft_action_plan", "final_action_plan"))
    for statutory, row in ((False, draft), (True, final)):
        found = api.get("/v1/deadlines", {"statutory": statutory, "id": [draft["id"], final["id"]]}, expect=200)
        assert found.ids == [row["id"]]
    before = api.get("/v1/deadlines", params | {"due_on_lt": "2022-11-01"}).data
    assert [row["kind"] for row in before] == ["publish_report"]


def test_an_authority_has_the_deadlines_that_fall_to_it_after_anothers_inspection_too(api, given):
    principal = given.authority()
    theirs = joint_inspection(given, statement_required=True, principal_authority_id=principal)
    row = due_after(api, theirs)["joint_statement"]
    own = due_after(api, full_inspection(given, authority_id=principal))
    path = f"/v1/authorities/{principal}/deadlines"
    mine = sorted(row["id"] for row in own.values())
    assert sorted(api.get(path, expect=200).ids) == sorted([*mine, row["id"]])
    assert api.get(path, {"kind": "joint_statement", "include_total": True}).json["page"]["total"] == 1
    assert api.get(path, {"authority_id": theirs["authority_id"]}).ids == [row["id"]]
    assert row["id"] in api.get(f"/v1/authorities/{theirs['authority_id']}/deadlines").ids
    assert sorted(api.get("/v1/deadlines", {"authority_id": principal}).ids) == mine


def test_a_plans_deadlines_are_those_it_is_to_meet(api, given):
    inspection = full_inspection(given)
    plan = given.one("plans", authority_id=inspection["authority_id"], kind="statutory_statement",
                     inspection_ids=[inspection["id"]])
    row, = api.get(f"/v1/plans/{plan['id']}/deadlines", expect=200).data
    assert row["kind"] == "written_statement"
    assert api.get(f"/v1/deadlines?plan_id={plan['id']}").ids == [row["id"]]
    assert api.get(f"/v1/plans/{plan['id']}").json["final_due_on"] == "2022-11-28"
    api.get("/v1/plans/01900000-0000-7000-8000-000000000000/deadlines", expect=404)


def test_the_row_that_it_belongs_to_stands_beside_it(api, given):
    inspection = full_inspection(given)
    row = due_after(api, inspection)["publish_report"]
    row = api.get(f"/v1/deadlines/{row['id']}?expand=inspection,authority", expect=200).json
    assert row["inspection"]["id"] == inspection["id"] and row["authority"]["id"] == inspection["authority_id"]


def test_reports_of_the_reference_data_have_theirs(api, db):
    full, = db.execute("SELECT count(*) FROM inspectd.inspection WHERE kind = ANY (%s) AND external_refs ? 'ofsted'",
                       [list(FULL_INSPECTIONS)]).fetchone()
    known = "SELECT count(*) FROM inspectd.deadlines d JOIN inspectd.inspection i ON i.id = d.inspection_id " \
            "WHERE i.external_refs ? 'ofsted' AND d.status = 'unknown' AND d.indicative_on IS NOT NULL"
    assert full > 400 and db.execute(known).fetchone()[0] == 2 * full


# --- its inspection --------------------------------------------------------------------


def test_deadlines_are_no_reason_to_keep_an_inspection_and_go_with_it(api, given):
    inspection = full_inspection(given)
    row = change(api, due_after(api, inspection)["written_statement"], stated_on="2022-11-25")
    path = f"/v1/inspections/{inspection['id']}"
    api.delete(path, expect=204)
    api.get(f"/v1/deadlines/{row['id']}", expect=404)
    api.post(f"{path}/restore", expect=200)
    assert again(api, row)["due_on"] == "2022-11-25"


def test_a_visit_that_was_cancelled_asks_for_nothing(api, given):
    inspection = given.inspection(kind="standard_inspection")
    assert len(due_after(api, inspection)) == 2
    api.move(f"/v1/inspections/{inspection['id']}", "cancelled", reason="Postponed.", expect=200)
    assert due_after(api, inspection) == {}


def test_a_deadline_is_as_sensitive_as_its_inspection(api, given):
    inspection = full_inspection(given, sensitivity="restricted")
    row = due_after(api, inspection)["publish_report"]
    assert row["sensitivity"] == "restricted"
    change_inspection(api, inspection, sensitivity="public")
    assert again(api, row)["sensitivity"] == "public"


def test_the_past_can_be_asked_about(api, given, db):
    inspection = full_inspection(given, received_on=None)
    moment = db.execute("SELECT to_char(clock_timestamp(), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')").fetchone()[0]
    change_inspection(api, inspection, received_on="2022-08-18")
    row = change(api, due_after(api, inspection)["written_statement"], stated_on="2022-11-25")
    then = api.get(f"/v1/deadlines/{row['id']}", {"as_recorded_at": moment}, expect=200).json
    assert (then["status"], then["due_on"], then["version"]) == ("unknown", None, 1)
    listed = api.get(f"/v1/inspections/{inspection['id']}/deadlines", {"as_recorded_at": moment}, expect=200).data
    assert [row["status"] for row in listed] == ["unknown", "unknown"]


def test_the_journal_says_who_made_a_deadline_what_it_is(api, given, journal, service):
    inspection = full_inspection(given)
    row = due_after(api, inspection)["publish_report"]
    api.with_headers(X_Request_ID="by-publishing").patch(
        f"/v1/inspections/{inspection['id']}", {"published_on": "2022-09-26"}, expect=200)
    last = journal.last(row["id"])
    assert (last["op"], last["request_id"]) == ("updated", "by-publishing")
    assert last["actor"].startswith("client:") and last["image"]["met_on"] == "2022-09-26"


# --- the calendar is data ----------------------------------------------------------------


class Calendar:
    """An operator's own file of bank holidays, and a service beside which it is loaded."""

    def __init__(self, service, path):
        self.service, self.path = service, path
        with HOLIDAYS.open(encoding="utf-8", newline="") as stream:
            self.days = {row["date"]: row["title"] for row in csv.DictReader(stream)}

    def load(self, **added: str) -> None:
        """load(_2025_05_05="VE Day") adds a day; "" takes it away."""
        for name, title in added.items():
            date = name.strip("_").replace("_", "-")
            self.days.pop(date, None)
            self.days |= {date: title} if title else {}
        with self.path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([("date", "title"), *sorted(self.days.items())])
        self.service.run("load", "--calendar", str(self.path))

    def version(self) -> str:
        return self.service.admin().get("/v1/working-days?from=2024-01-02&days=1").json["calendar_version"]


@pytest.fixture
def calendar(start_service, make_database, tmp_path) -> Calendar:
    return Calendar(start_service(make_database()), tmp_path / "holidays.csv")


@pytest.fixture
def world(calendar, cluster):
    from harness.examples import Given

    with cluster.connect(calendar.service.database) as connection:
        yield Given(calendar.service.admin(), connection)


def test_a_holiday_declared_later_moves_nothing_and_says_so(calendar, world):
    api = world.api
    inspection = full_inspection(world, received_on="2025-02-27")
    before, version = due_after(api, inspection)["written_statement"], calendar.version()
    assert before["due_on"] == "2025-06-11"
    calendar.load(_2025_05_08="VE Day 80")

    after = again(api, before)
    warning, = after.pop("warnings")
    assert warning["code"] == "calendar_changed" and warning["pointer"] == "/computed_on"
    assert warning["recomputed_on"] == "2025-06-12" and "2025-06-12" in warning["detail"]
    assert after == {k: v for k, v in before.items() if k != "warnings"} and after["version"] == before["version"]
    assert after["calendar_version"] == version != calendar.version()
    # Nor is it a reason when something else about it changes.
    assert change(api, before, met_on="2025-06-11")["status"] == "met"

    new = due_after(api, full_inspection(world, received_on="2025-02-27"))["written_statement"]
    assert (new["due_on"], new["warnings"], new["calendar_version"]) == ("2025-06-12", [], calendar.version())
    assert api.get("/v1/working-days?from=2025-02-27&days=70").json["to"] == "2025-06-12"

    calendar.load(_2025_05_08="")
    assert again(api, before)["warnings"] == []
    assert calendar.version() == version


def test_a_holiday_elsewhere_in_the_calendar_is_no_warning(calendar, world):
    before = due_after(world.api, full_inspection(world, received_on="2025-02-27"))
    calendar.load(_2025_11_10="Another day")
    assert due_after(world.api, full_inspection(world, received_on="2025-02-27")).keys() == before.keys()
    for row in before.values():
        assert again(world.api, row)["warnings"] == []


def test_a_date_is_counted_as_soon_as_its_year_is_loaded(calendar, world):
    inspection = world.inspection(kind="looked_after_children_inspection", status="reported", start_on="2012-05-14",
                                  end_on="2012-05-25", received_on="2012-08-20")
    row = due_after(world.api, inspection)["written_statement"]
    assert (row["due_on"], row["status"], codes(row)) == (None, "unknown", ["calendar_missing"])
    assert "are not loaded" in row["explanation"]
    calendar.load(_2012_08_27="Summer bank holiday", _2012_12_25="Christmas Day", _2012_12_26="Boxing Day")
    row = again(world.api, row)
    assert (row["due_on"], row["status"], row["warnings"]) == ("2012-11-27", "overdue", [])


def test_a_file_of_one_year_leaves_the_others_alone(calendar, world):
    calendar.days = {}
    calendar.load(_2029_01_01="New Year's Day", _2029_03_30="Good Friday")
    assert calendar.version().startswith("2013-2029.")
    answer = world.api.get("/v1/working-days?from=2028-12-22&days=4", expect=200).json
    assert answer["to"] == "2029-01-02" and len(answer["holidays_skipped"]) == 3


def test_an_operators_calendar_outlasts_the_one_that_comes_with_the_service(calendar, world, tmp_path):
    calendar.load(_2025_05_08="VE Day 80")
    version = calendar.version()
    reference = clusters.REPOSITORY / "sql" / "reference"
    said = calendar.service.run("load", "--reference", str(reference), "--sample", "none")
    assert calendar.version() == version, said
    calendar.service.run("load", "--calendar", str(HOLIDAYS))
    assert calendar.version() != version


@pytest.mark.parametrize("text", ["", "date,title\n2025-02-30,No day\n", "day,title\n2025-05-08,VE Day\n",
                                  "date,title\n2025-05-08,\n", "date,title\n2025-05-08,A\n2025-05-08,B\n"])
def test_a_calendar_that_is_wrong_changes_nothing(calendar, world, text):
    version = calendar.version()
    calendar.path.write_text(text)
    with pytest.raises(RuntimeError, match="holidays.csv"):
        calendar.service.run("load", "--calendar", str(calendar.path))
    assert calendar.version() == version


def test_a_calendar_is_loaded_by_itself(calendar):
    for other in (["--sample", "none"], ["--reference", str(HOLIDAYS.parent)]):
        with pytest.raises(RuntimeError, match="ended with 2:\n.*loaded by itself"):
            calendar.service.run("load", "--calendar", str(HOLIDAYS), *other)


# --- a database that was there before -------------------------------------------------------


def test_migrating_gives_inspections_that_were_there_their_deadlines(cluster, make_database):
    database = make_database(clusters.EMPTY)
    with cluster.connect(database) as connection:
        connection.execute("DROP SCHEMA inspectd, recorded, history CASCADE")
        for path in sorted(MIGRATIONS.glob("000[1-4]_*.sql")):
            connection.execute(path.read_text())
            connection.execute("INSERT INTO inspectd.migration (name, checksum) VALUES (%s, %s)",
                               [path.name, hashlib.sha256(path.read_bytes()).hexdigest()])
        connection.execute("""
            INSERT INTO inspectd.bank_holiday VALUES ('2022-08-29', 'Summer'), ('2022-09-19', 'Funeral');
            INSERT INTO inspectd.framework VALUES ('f', 'F', 'ofsted', '{standard_inspection}', true, true);
            INSERT INTO inspectd.authority (id, name, type) VALUES ('806', 'A', 'unitary');
            INSERT INTO inspectd.inspection (id, authority_id, framework_id, kind, body, status, received_on) VALUES
                (gen_random_uuid(), '806', 'f', 'standard_inspection', 'ofsted', 'reported', '2022-08-18')""")
        url = cluster.url(database)
        clusters.inspectd("migrate", INSPECTD_OWNER_URL=url, INSPECTD_DATABASE_URL=url)
        ask = "SELECT kind, due_on, calendar_version FROM inspectd.deadlines ORDER BY 1"
        found = connection.execute(ask).fetchall()
    assert [(kind, str(due_on)) for kind, due_on, _ in found] == [
        ("publish_report", "2022-10-03"), ("written_statement", "2022-11-28")]
    assert found[0][2].startswith("2022-2022.")


# --- many at once ----------------------------------------------------------------------------


def test_many_writers_to_one_inspection_make_each_deadline_once(api, given):
    visit = given.inspection(kind="focused_visit", status="reported", start_on="2018-07-17", end_on="2018-07-18")
    plan = given.one("plans", authority_id=visit["authority_id"], kind="focused_visit_plan")
    path = f"/v1/inspections/{visit['id']}"
    start = threading.Barrier(12)

    def write(n: int) -> int:
        start.wait()
        if n % 3 == 0:
            return api.post("/v1/findings", {"inspection_id": visit["id"], "kind": "area_for_priority_action",
                                             "text": f"Number {n}"}).status
        if n % 3 == 1:
            return api.patch(path, {"received_on": f"2018-08-{10 + n}"}, if_match="*").status
        return api.patch(f"/v1/plans/{plan['id']}", {"inspection_ids": [visit["id"]] if n % 2 else [],
                                                     "draft_shared_on": f"2018-09-{n:02}"}, if_match="*").status

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(write, range(12)))
    assert set(statuses) == {200, 201}
    due = due_after(api, visit)
    assert sorted(due) == ["draft_action_plan", "final_action_plan"]
    received_on = api.get(path).json["received_on"]
    plan = api.get(f"/v1/plans/{plan['id']}").json
    for row in due.values():
        assert row["start_on"] == received_on
        counted = api.get("/v1/working-days", {"from": received_on, "days": row["days"]}).json
        assert row["computed_on"] == counted["to"]
    assert due["draft_action_plan"]["met_on"] == (plan["draft_shared_on"] if plan["inspection_ids"] else None)


def test_plans_for_the_same_inspections_never_wait_for_each_other_in_a_circle(api, given):
    authority = given.authority()
    visits = [given.inspection(authority, kind="standard_inspection", status="reported", start_on=f"{year}-07-02",
                               end_on=f"{year}-07-13", received_on=f"{year}-08-10")["id"]
              for year in (2018, 2019, 2020)]
    plans = [given.one("plans", authority_id=authority, kind="statutory_statement", submitted_on="2021-09-03")["id"]
             for _ in range(4)]
    lists = list(itertools.permutations(visits, 2))

    def write(n: int) -> set[int]:
        dice, statuses = random.Random(n), set()
        for _ in range(12):
            plan = {"inspection_ids": dice.choice(lists), "submitted_on": f"2021-09-{dice.randrange(4, 28):02}"}
            statuses.add(api.patch(f"/v1/plans/{dice.choice(plans)}", plan, if_match="*").status)
            visit = {"received_on": f"2021-08-{dice.randrange(10, 30)}"}
            statuses.add(api.patch(f"/v1/inspections/{dice.choice(visits)}", visit, if_match="*").status)
        return statuses

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        assert set().union(*pool.map(write, range(6))) == {200}
    for visit in visits:
        row = due_after(api, {"id": visit})["written_statement"]
        submitted = [api.get(f"/v1/plans/{plan}").json["submitted_on"] for plan in row["plan_ids"]]
        assert row["met_on"] == min(submitted, default=None)


def test_whoever_waits_for_an_inspection_sees_what_was_done_to_it(api, given, service, cluster):
    """A finding is made while the day of receipt is being changed at psql."""
    visit = given.inspection(kind="focused_visit", status="reported", start_on="2018-07-17", end_on="2018-07-18")
    with cluster.connect(service.database) as other, concurrent.futures.ThreadPoolExecutor(1) as pool:
        other.autocommit = False
        other.execute("UPDATE inspectd.inspection SET received_on = '2018-08-10' WHERE id = %s", [visit["id"]])
        made = pool.submit(given.finding, visit["id"], kind="area_for_priority_action")
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"
        with cluster.connect("postgres", clusters.SUPERUSER) as watcher:
            while watcher.execute(waiting, [service.database]).fetchone()[0] == 0:
                assert not made.done(), made.result()
        other.commit()
        made.result()
    assert {row["due_on"] for row in due_after(api, visit).values()} == {"2018-09-10", "2018-11-19"}


def test_the_services_role_writes_no_deadline_but_through_the_rules(service, cluster, given, api):
    row = due_after(api, full_inspection(given))["publish_report"]
    with cluster.connect(service.database, clusters.SERVICE) as connection:
        for statement in (
            f"DELETE FROM inspectd.deadline WHERE id = '{row['id']}'",
            f"UPDATE inspectd.deadline SET days = 1 WHERE id = '{row['id']}'",
            f"UPDATE inspectd.deadline SET deleted_at = now() WHERE id = '{row['id']}'",
            "INSERT INTO inspectd.calendar_version VALUES ('x', '{}', now())",
            f"SELECT inspectd.deadline_refresh('{row['inspection_id']}')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


# --- diaries ------------------------------------------------------------------------------------

PROPERTY = re.compile(r"[A-Z-]+(;[A-Z-]+=[^\"\x00-\x1f\x7f:;,]+)*:[^\x00-\x08\x0a-\x1f\x7f]*")
TEXTS = ("SUMMARY", "DESCRIPTION")
ESCAPED = re.compile(r'(?:[^\\;,\x00-\x1f\x7f]|\\[\\;,nN])*')


def content_lines(body: bytes) -> list[str]:
    """The lines of an iCalendar object, as strictly as RFC 5545 puts it in 3.1 and 3.3.11."""
    assert body.endswith(b"\r\n") and not re.search(rb"[\r\n]", body.replace(b"\r\n", b""))
    physical = body.split(b"\r\n")[:-1]
    for line in physical:
        assert 0 < len(line) <= 75, line
        line.decode("utf-8")  # no character is split by a fold
    lines = body.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")[:-1]
    for line in lines:
        assert PROPERTY.fullmatch(line), line
        name, _, value = line.partition(":")
        assert name not in TEXTS or ESCAPED.fullmatch(value), line
    return lines


def diary(api, path: str, **params) -> tuple[list[str], icalendar.Calendar]:
    answer = api.get(path, params, headers={"Accept": "text/calendar"}, expect=200)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="deadlines.ics"'
    return content_lines(answer.body), icalendar.Calendar.from_ical(answer.body)


def test_a_diary_has_a_whole_day_for_each_deadline_that_has_one(api, given):
    known = full_inspection(given)
    given.inspection(known["authority_id"], kind="short_inspection")
    due = due_after(api, known)
    name = api.get(f"/v1/authorities/{known['authority_id']}").json["name"]
    lines, calendar = diary(api, "/v1/deadlines", authority_id=known["authority_id"])
    assert lines[0] == "BEGIN:VCALENDAR" and "VERSION:2.0" in lines and lines[-1] == "END:VCALENDAR"
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 2

    events = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
    assert events.keys() == {f"{row['id']}@inspectd" for row in due.values()}
    for row in due.values():
        event = events[f"{row['id']}@inspectd"]
        assert event["DTSTART"].dt == datetime.date.fromisoformat(row["due_on"])
        assert event["DTSTART"].params["VALUE"] == "DATE"
        updated_at = datetime.datetime.fromisoformat(row["updated_at"].replace("Z", "+00:00"))
        assert event["DTSTAMP"].dt == updated_at.replace(microsecond=0)
        assert str(event["DESCRIPTION"]) == row["explanation"]
    assert str(events[f"{due['publish_report']['id']}@inspectd"]["SUMMARY"]) == (
        f"{name}: Publish the report (Standard inspection, {known['start_on']})")


def test_a_diary_survives_whatever_a_letter_is_called(api, given):
    row = due_after(api, full_inspection(given))["written_statement"]
    source = 'letter; "final", C:\\letters\\4, \n BEGIN:VALARM – Sîr Fôn 📅 ' + "ô" * 200
    change(api, row, stated_on="2022-11-25", stated_source=source)
    _, calendar = diary(api, f"/v1/inspections/{row['inspection_id']}/deadlines", kind="written_statement")
    event, = calendar.walk("VEVENT")
    assert source.replace('"', "'") in str(event["DESCRIPTION"])
    assert not calendar.walk("VALARM")


def test_every_list_of_deadlines_and_no_other_comes_as_a_diary(api, given):
    inspection = full_inspection(given)
    plan = given.one("plans", authority_id=inspection["authority_id"], kind="statutory_statement",
                     inspection_ids=[inspection["id"]])
    for path, n in ((f"/v1/inspections/{inspection['id']}/deadlines", 2), (f"/v1/plans/{plan['id']}/deadlines", 1),
                    (f"/v1/authorities/{inspection['authority_id']}/deadlines", 2)):
        assert len(diary(api, path)[1].walk("VEVENT")) == n
    refused = api.get("/v1/inspections", headers={"Accept": "text/calendar"}, expect=406).problem
    assert "text/calendar" not in refused["detail"]
    offered = api.get("/v1/deadlines", headers={"Accept": "text/html"}, expect=406).problem
    assert "text/calendar" in offered["detail"]


def test_a_diary_is_filtered_cut_and_asked_for_again_as_other_exports_are(api, given):
    inspection = full_inspection(given)
    path = f"/v1/inspections/{inspection['id']}/deadlines"
    assert len(diary(api, path, limit=1, sort="due_on")[1].walk("VEVENT")) == 1
    assert diary(api, path, status="met")[1].walk("VEVENT") == []
    calendar = {"Accept": "text/calendar"}
    for params in ({"fields": "id"}, {"cursor": "x"}, {"expand": "inspection"}, {"colour": "red"}):
        answer = api.get(path, params, headers=calendar, expect=400)
        assert answer.pointers == [f"/{name}" for name in params]
    api.get("/v1/inspections/01900000-0000-7000-8000-000000000000/deadlines", headers=calendar, expect=404)
    etag = api.get(path, headers=calendar).etag
    api.get(path, headers=calendar | {"If-None-Match": etag}, expect=304)
    change(api, due_after(api, inspection)["publish_report"], met_on="2022-10-03")
    api.get(path, headers=calendar | {"If-None-Match": etag}, expect=200)
    api.head(path, headers=calendar, expect=200)


def test_a_year_of_everybodys_deadlines_comes_as_csv_and_json_lines_too(api, given):
    full_inspection(given)
    rows = api.get("/v1/deadlines", {"overdue": True}, headers={"Accept": "application/x-ndjson"}, expect=200).text
    for row in map(json.loads, rows.splitlines()):
        assert row["status"] == "overdue"
    table = api.get("/v1/deadlines", {"overdue": True}, headers={"Accept": "text/csv"}, expect=200).text
    assert len(list(csv.DictReader(table.splitlines()))) == len(rows.splitlines())
