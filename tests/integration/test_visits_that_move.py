"""Planned visits that are put off or change their focus, and what only some visits have.

Issue "the improvement work", item 8: Middlesbrough's March 2022 visit changed focus, its June visit moved to July.
"""

from __future__ import annotations

import pytest

from harness.examples import day


@pytest.fixture
def planned(given):
    """planned(...): the path of a visit that is expected in June 2022."""

    def make(**members) -> str:
        body = {"planned_start_on": "2022-06-01", "planned_precision": "month"} | members
        return f"/v1/inspections/{given.inspection(kind='monitoring_visit', **body)['id']}"

    return make


def moves_of(api, path: str) -> list[tuple]:
    rows = api.get(f"{path}/reschedules", expect=200).data
    return [tuple(row[name] for name in ("member", "was", "became", "days_moved", "reason")) for row in rows]


def test_a_visit_that_is_put_off_keeps_when_it_was_expected_and_why(api, planned):
    path = planned()
    assert (api.get(path).json["reschedule_count"], moves_of(api, path)) == (0, [])
    moved = api.with_headers(X_Acting_User="ann").patch(
        path, {"planned_start_on": "2022-07-12", "planned_precision": "day", "reason": "Ofsted asked."}, expect=200)
    assert moved.json["reschedule_count"] == 1
    assert sorted(moves_of(api, path)) == [
        ("planned_precision", "month", "day", None, "Ofsted asked."),
        ("planned_start_on", "2022-06-01", "2022-07-12", 12, "Ofsted asked.")]  # it stood for the end of June
    assert {row["moved_by"] for row in api.get(f"{path}/reschedules").data} == {"ann"}
    api.patch(path, {"planned_start_on": "2022-07-13", "reason": "Again."}, expect=200)
    assert api.get(path).json["reschedule_count"] == 2


def test_moving_a_visit_needs_a_reason_and_so_does_a_month_that_becomes_a_day(api, planned, unwritten):
    path = planned()
    with unwritten():
        for patch in ({"planned_start_on": "2022-07-12"}, {"planned_precision": "tentative"},
                      {"planned_precision": None}):
            assert api.patch(path, patch, expect=422).pointers == ["/reason"]
    row = api.patch(path, {"planned_precision": "tentative", "reason": "Ofsted said the first."}, expect=200).json
    assert row["reschedule_count"] == 1
    assert moves_of(api, path) == [("planned_precision", "month", "tentative", -29, "Ofsted said the first.")]
    assert api.patch(path, {"planned_precision": "day"}, expect=200).json["reschedule_count"] == 1


@pytest.mark.parametrize("member", ["verbal_feedback_on", "received_on", "published_on"])
def test_what_happened_did_not_happen_in_the_future(api, given, unwritten, member):
    body = given.body("inspections", start_on="2022-06-01")
    path = f"/v1/inspections/{given.inspection(start_on='2022-06-01')['id']}"
    with unwritten():
        for answer in (api.post("/v1/inspections", body | {member: day(1)}, expect=422),
                       api.patch(path, {member: day(1)}, expect=422)):
            assert (answer.pointers, answer.codes) == ([f"/{member}"], ["in_future"])
    api.patch(path, {member: day(0)}, expect=200)


def test_a_day_to_come_that_was_written_before_is_left_in_peace(api, given, db):
    row = given.inspection(start_on="2022-06-01")
    db.execute("UPDATE inspectd.inspection SET received_on = %s WHERE id = %s", [day(5), row["id"]])
    api.patch(f"/v1/inspections/{row['id']}", {"delivery": "remote"}, expect=200)


def test_a_date_that_is_set_for_the_first_time_was_not_moved(api, given):
    path = f"/v1/inspections/{given.inspection()['id']}"
    row = api.patch(path, {"planned_start_on": "2022-06-01", "focus": ["Care leavers"]}, expect=200).json
    assert row["reschedule_count"] == 0
    assert sorted(moves_of(api, path), key=str) == [("focus", [], ["Care leavers"], None, None),
                                                    ("planned_start_on", None, "2022-06-01", None, None)]


def test_a_focus_that_changes_is_kept_in_the_letters_own_words(api, planned):
    path = planned(focus=["Children in need", "Public Law Outline"])
    row = api.patch(path, {"focus": ["Care leavers"], "reason": "Ofsted chose anew."}, expect=200).json
    assert (row["focus"], row["reschedule_count"]) == (["Care leavers"], 1)
    assert moves_of(api, path) == [
        ("focus", ["Children in need", "Public Law Outline"], ["Care leavers"], None, "Ofsted chose anew.")]


def test_themes_that_come_and_go_are_kept_one_by_one(api, planned):
    path = planned(theme_ids=["management-oversight", "front-door"])
    assert moves_of(api, path) == []
    row = api.patch(path, {"theme_ids": ["front-door", "participation"], "reason": "Ofsted chose anew."},
                    expect=200).json
    assert (row["theme_ids"], row["reschedule_count"]) == (["front-door", "participation"], 1)
    assert moves_of(api, path) == [
        ("theme_ids", ["management-oversight"], None, None, "Ofsted chose anew."),
        ("theme_ids", None, ["participation"], None, "Ofsted chose anew.")]


def test_what_happened_is_no_move_of_what_was_planned(api, planned):
    path = planned()
    begun = api.move(path, "in_progress", on="2022-07-12", expect=200).json
    assert (begun["start_on"], begun["planned_start_on"], begun["reschedule_count"]) == ("2022-07-12", "2022-06-01", 0)
    api.patch(path, {"end_on": "2022-07-13", "verbal_feedback_on": "2022-07-13"}, expect=200)
    assert moves_of(api, path) == []


def test_reschedules_are_listed_across_visits_and_actions(api, given, planned):
    path = planned()
    authority = api.get(path).json["authority_id"]
    action = given.action(authority, due_on="2022-06-30")
    api.patch(path, {"planned_start_on": "2022-07-12", "reason": "Put off"}, expect=200)
    api.patch(f"/v1/actions/{action['id']}", {"due_on": "2022-07-29", "reason": "So we wait"}, expect=200)
    rows = api.get("/v1/reschedules", {"authority_id": authority}, expect=200).data
    assert [(row["member"], row["inspection_id"] is None, row["action_id"] is None) for row in rows] == [
        ("planned_start_on", False, True), ("due_on", True, False)]
    assert api.get("/v1/reschedules", {"authority_id": authority, "member": "due_on"}, expect=200).ids == [
        rows[1]["id"]]
    counts = api.get("/v1/reschedules/counts", {"authority_id": authority, "by": "member"}, expect=200).data
    assert {row["member"]: row["count"] for row in counts} == {"planned_start_on": 1, "due_on": 1}


def test_how_long_was_prepared_is_a_number_of_days(api, given, unwritten):
    row = given.inspection(preparation_days=14)
    assert row["preparation_days"] == 14
    with unwritten():
        for days in (-1, 61, 1.5, "14"):
            answer = api.patch(f"/v1/inspections/{row['id']}", {"preparation_days": days}, expect=422)
            assert answer.pointers == ["/preparation_days"]


def test_what_sources_say_differently_is_kept_beside_what_holds(api, given, unwritten):
    said = [{"member": "delivery", "value": "on site", "source": "Slides of 27 July 2021"}]
    row = given.inspection(delivery="remote", discrepancies=said)
    assert (row["delivery"], row["discrepancies"]) == ("remote", said)
    with unwritten():
        answer = api.patch(f"/v1/inspections/{row['id']}",
                           {"discrepancies": said + [{"member": "place", "value": "Town hall"}]}, expect=422)
    assert (answer.pointers, answer.codes) == (["/discrepancies/1/member"], ["unknown_member"])


def test_only_a_joint_inspection_asks_for_a_joint_statement(api, given, unwritten):
    principal = given.authority()
    row = given.inspection(kind="jtai", statement_required=True, principal_authority_id=principal)
    assert api.get("/v1/inspections", {"principal_authority_id": principal}, expect=200).ids == [row["id"]]
    for members in ({"statement_required": False}, {"principal_authority_id": principal}):
        body = given.body("inspections", kind="focused_visit", **members)
        with unwritten():
            answer = api.post("/v1/inspections", body, expect=422)
        assert (answer.pointers, answer.codes) == ([f"/{next(iter(members))}"], ["not_joint"])
    with unwritten():
        answer = api.patch(f"/v1/inspections/{row['id']}", {"kind": "peer_review", "framework_id": "peer_review"},
                           expect=422)
    assert sorted(answer.pointers) == ["/principal_authority_id", "/statement_required"]
