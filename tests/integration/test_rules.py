"""What cannot be true is refused (422, 409); what is odd but real is stored and reported in `warnings`."""

from __future__ import annotations

import concurrent.futures

import pytest

from harness.examples import ABSENT_ID

UNGRADED = ["focused_visit", "monitoring_visit", "assurance_visit", "jtai", "commissioner_review",
            "annual_engagement_meeting", "peer_review"]


def codes(row: dict) -> list[str]:
    return [warning["code"] for warning in row["warnings"]]


def judgement(strand: str, grade: str) -> dict:
    return {"strand": strand, "grade": grade}


@pytest.fixture
def refused(api, unwritten):
    """refused("inspections", {...}): the answer to a POST that must be 422 and write nothing."""

    def post(resource: str, body: dict, status: int = 422):
        with unwritten():
            return api.post(f"/v1/{resource}", body, expect=status)

    return post


# --- frameworks ---------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "start_on", "framework_id"), [
    ("looked_after_children_inspection", "2013-06-10", "lac-2013"),
    ("sif_inspection", "2013-11-19", "sif"), ("sif_reinspection", "2018-06-11", "sif"),
    ("lscb_review", "2015-06-01", "lscb"),
    ("standard_inspection", "2018-01-29", "ilacs-2018"), ("short_inspection", "2022-12-05", "ilacs-2018"),
    ("standard_inspection", "2023-01-15", "ilacs-2018"), ("standard_inspection", "2023-01-16", "ilacs-2023"),
    ("short_inspection", "2026-03-16", "ilacs-2023"), ("standard_inspection", "2026-04-26", "ilacs-2023"),
    ("standard_inspection", "2026-04-27", "ilacs-2026"), ("unknown", "2012-07-02", "pre-sif"),
    ("jtai", "2020-02-03", "jtai"),
    *[(kind, "2021-05-04", kind) for kind in UNGRADED if kind != "jtai"],
])
def test_a_framework_left_out_follows_from_kind_and_start(given, kind, start_on, framework_id):
    assert given.inspection(kind=kind, start_on=start_on)["framework_id"] == framework_id


def test_the_switch_goes_by_fieldwork_and_not_by_publication(given):
    row = given.inspection(kind="standard_inspection", start_on="2026-03-16", end_on="2026-03-20",
                           published_on="2026-04-30",
                           judgements=[judgement("overall_effectiveness", "good")])
    assert row["framework_id"] == "ilacs-2023"


@pytest.mark.parametrize(("kind", "body"), [
    ("standard_inspection", "ofsted"), ("jtai", "joint"), ("commissioner_review", "dfe"), ("peer_review", "sector"),
])
def test_a_body_left_out_follows_from_the_kind(given, kind, body):
    assert given.inspection(kind=kind, start_on="2023-05-02")["body"] == body


@pytest.mark.parametrize(("kind", "framework_id", "start_on"), [
    ("standard_inspection", "ilacs-2018", "2023-01-16"), ("standard_inspection", "ilacs-2023", "2023-01-15"),
    ("short_inspection", "ilacs-2023", "2026-04-27"), ("standard_inspection", "ilacs-2026", "2026-04-26"),
    ("sif_inspection", "sif", "2013-11-18"), ("standard_inspection", "sif", "2016-05-03"),
    ("focused_visit", "ilacs-2023", "2024-05-01"), ("jtai", "focused_visit", "2024-05-01"),
])
def test_a_framework_against_its_validity_or_kind_is_refused(given, refused, kind, framework_id, start_on):
    body = given.body("inspections", kind=kind, framework_id=framework_id, start_on=start_on)
    assert "/framework_id" in refused("inspections", body).pointers


@pytest.mark.parametrize(("kind", "start_on"), [("standard_inspection", "2010-05-04"), ("sif_inspection", "2020-05-04"),
                                                ("jtai", "2014-05-06")])
def test_a_kind_that_had_no_framework_at_the_time_is_refused(given, refused, kind, start_on):
    refused("inspections", given.body("inspections", kind=kind, start_on=start_on))


def test_a_planned_visit_that_slips_past_the_start_of_a_framework_takes_the_new_one(api, given):
    row = given.inspection(kind="standard_inspection", planned_start_on="2026-04-13")
    assert row["framework_id"] == "ilacs-2023"
    path = f"/v1/inspections/{row['id']}"
    moved = api.patch(path, {"planned_start_on": "2026-05-11", "reason": "Ofsted put it off."}, expect=200).json
    assert moved["framework_id"] == "ilacs-2026"
    back = api.patch(path, {"planned_start_on": "2026-04-20", "reason": "Brought forward."}, expect=200).json
    assert back["framework_id"] == "ilacs-2023"


def test_a_visit_that_begins_under_a_new_framework_takes_it(api, given):
    row = given.inspection(kind="standard_inspection", planned_start_on="2026-04-20")
    begun = api.move(f"/v1/inspections/{row['id']}", "in_progress", on="2026-04-28", expect=200).json
    assert (begun["start_on"], begun["framework_id"]) == ("2026-04-28", "ilacs-2026")


# --- grades -------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "start_on", "strand", "grade", "wrong"), [
    ("standard_inspection", "2024-05-07", "help_and_protection", "adequate", "grade"),
    ("standard_inspection", "2024-05-07", "help_and_protection", "not_judged", "grade"),
    ("standard_inspection", "2024-05-07", "help_and_protection", "ri", "grade"),
    ("standard_inspection", "2024-05-07", "children_in_care_and_care_leavers", "good", "strand"),
    ("standard_inspection", "2019-05-07", "care_leavers", "good", "strand"),
    ("standard_inspection", "2026-05-05", "overall_effectiveness", "good", "strand"),
    ("sif_inspection", "2016-05-03", "impact_of_leaders", "good", "strand"),
    ("sif_inspection", "2016-05-03", "adoption", "adequate", "grade"),
    ("looked_after_children_inspection", "2013-06-10", "overall_effectiveness", "requires_improvement", "grade"),
])
def test_a_grade_or_strand_that_the_framework_does_not_have_is_refused(api, given, refused, unwritten, kind, start_on,
                                                                       strand, grade, wrong):
    body = given.body("inspections", kind=kind, start_on=start_on)
    row = api.create("/v1/inspections", body)
    answer = refused("inspections", given.body("inspections", kind=kind, start_on=start_on,
                                               judgements=[judgement(strand, grade)]))
    assert answer.pointers == [f"/judgements/0/{wrong}"]
    with unwritten():
        api.patch(f"/v1/inspections/{row['id']}", {"judgements": [judgement(strand, grade)]}, expect=422)


@pytest.mark.parametrize("kind", UNGRADED)
def test_an_ungraded_kind_has_no_grades(api, given, refused, kind):
    body = given.body("inspections", kind=kind, start_on="2023-05-02")
    assert api.create("/v1/inspections", body)["judgements"] == []
    body = given.body("inspections", kind=kind, start_on="2023-05-02",
                      judgements=[judgement("overall_effectiveness", "good")])
    assert all(pointer.startswith("/judgements") for pointer in refused("inspections", body).pointers)


def test_a_strand_is_judged_once(given, refused):
    body = given.body("inspections", kind="standard_inspection", start_on="2024-05-07",
                      judgements=[judgement("care_leavers", "good"), judgement("care_leavers", "inadequate")])
    answer = refused("inspections", body)
    assert answer.pointers[0].startswith("/judgements/1")


def test_a_graded_visit_cannot_become_an_ungraded_kind_and_keep_its_grades(api, given, unwritten):
    row = given.graded(given.authority(), "good")
    with unwritten():
        api.patch(f"/v1/inspections/{row['id']}", {"kind": "focused_visit"}, expect=422)
    api.patch(f"/v1/inspections/{row['id']}", {"kind": "focused_visit", "framework_id": "focused_visit",
                                               "judgements": []},
              expect=200)


def test_a_graded_visit_cannot_be_moved_to_a_framework_without_its_strands(api, given, unwritten):
    row = given.graded(given.authority(), "good", "2023-06-05")
    dates = {"start_on": "2022-06-06", "end_on": "2022-06-17", "published_on": "2022-07-25"}
    with unwritten():
        api.patch(f"/v1/inspections/{row['id']}", dates, expect=422)


# --- dates ----------------------------------------------------------------------------


@pytest.mark.parametrize(("dates", "pointer"), [
    ({"start_on": "2024-05-09", "end_on": "2024-05-08"}, "/end_on"),
    ({"start_on": "2024-05-09", "end_on": "2024-05-10", "published_on": "2024-05-09"}, "/published_on"),
    ({"start_on": "2024-05-09", "published_on": "2024-05-08"}, "/published_on"),
    ({"start_on": "2024-05-09", "end_on": "2024-05-10", "received_on": "2024-05-09"}, "/received_on"),
    ({"start_on": "2024-05-09", "end_on": "2024-05-10", "verbal_feedback_on": "2024-05-08"}, "/verbal_feedback_on"),
])
def test_an_inspection_cannot_end_or_be_published_before_it_began_or_ended(api, given, refused, unwritten, dates,
                                                                           pointer):
    assert pointer in refused("inspections", given.body("inspections", **dates)).pointers
    row = given.inspection()
    with unwritten():
        assert pointer in api.patch(f"/v1/inspections/{row['id']}", dates, expect=422).pointers


def test_one_day_may_be_start_and_end(given):
    assert given.inspection(start_on="2016-07-28", end_on="2016-07-28")["end_on"] == "2016-07-28"


@pytest.mark.parametrize("dates", [{"start_on": "2023-04-01"}, {"planned_start_on": "2023-04-01"}])
def test_an_abolished_authority_has_no_new_inspection_after_its_end(api, given, refused, dates):
    authority = given.authority()
    api.move(f"/v1/authorities/{authority}", "abolished", on="2023-03-31", reason="Merged", expect=200)
    refused("inspections", given.body("inspections", authority_id=authority, **dates))
    given.inspection(authority, start_on="2023-03-30", end_on="2023-03-31")


def test_what_an_abolished_authority_was_told_can_still_be_put_right(api, given):
    authority = given.authority()
    row = given.inspection(authority, start_on="2023-03-30", end_on="2023-03-31")
    api.move(f"/v1/authorities/{authority}", "abolished", on="2023-03-31", reason="Merged", expect=200)
    api.patch(f"/v1/inspections/{row['id']}", {"published_on": "2023-05-02"}, expect=200)


def test_the_beginning_of_an_authority_is_asked_for_in_no_rule(given):
    authority = given.authority(started_on="2019-04-01")
    given.inspection(authority, start_on="2015-05-05", end_on="2015-05-06")


# --- overlaps -------------------------------------------------------------------------


def test_two_graded_inspections_of_one_authority_by_one_body_cannot_overlap(api, given, refused, unwritten):
    authority = given.authority()
    given.graded(authority, "good", "2024-05-07")  # to 18 May
    clash = {"authority_id": authority, "kind": "short_inspection", "start_on": "2024-05-18", "end_on": "2024-05-24"}
    refused("inspections", given.body("inspections", **clash), 409)
    later = given.inspection(authority, kind="short_inspection", start_on="2024-05-19", end_on="2024-05-24")
    with unwritten():
        api.patch(f"/v1/inspections/{later['id']}", {"start_on": "2024-05-18"}, expect=409)


@pytest.mark.parametrize("reason", ["cancelled", "deleted", "other authority", "not day-precise", "ungraded",
                                    "other body"])
def test_other_overlaps_are_stored(api, given, reason):
    authority = given.authority()
    first = given.inspection(authority, kind="standard_inspection", start_on="2024-05-07", end_on="2024-05-18")
    path = f"/v1/inspections/{first['id']}"
    second = {"kind": "short_inspection", "start_on": "2024-05-13", "end_on": "2024-05-17"}
    if reason == "cancelled":
        api.move(path, "cancelled", reason="Flood", expect=200)
    elif reason == "deleted":
        api.delete(path, expect=204)
    elif reason == "other authority":
        authority = given.authority()
    elif reason == "not day-precise":
        del second["end_on"]
    elif reason == "ungraded":
        second["kind"] = "monitoring_visit"
    else:
        second["body"] = "joint"
    row = given.inspection(authority, **second)
    expected = reason in ("not day-precise", "ungraded", "other body")
    assert ("overlapping_visit" in codes(row)) == expected
    assert all(set(warning) == {"code", "pointer", "detail"} for warning in row["warnings"])


def test_a_restore_cannot_make_graded_inspections_overlap(api, given, unwritten):
    authority = given.authority()
    first = given.inspection(authority, kind="standard_inspection", start_on="2024-05-07", end_on="2024-05-18")
    api.delete(f"/v1/inspections/{first['id']}", expect=204)
    given.inspection(authority, kind="short_inspection", start_on="2024-05-13", end_on="2024-05-17")
    with unwritten():
        api.post(f"/v1/inspections/{first['id']}/restore", expect=409)


def test_of_overlapping_graded_inspections_posted_at_once_one_is_kept(api, given):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            body = given.body("inspections", kind="standard_inspection", start_on="2024-05-07", end_on="2024-05-18")
            answers = list(pool.map(lambda _, body=body: api.post("/v1/inspections", body), range(8)))
            assert sorted(answer.status for answer in answers) == [201] + [409] * 7


# --- keys -----------------------------------------------------------------------------


@pytest.mark.parametrize("resource", ["inspections", "findings", "actions"])
def test_an_external_reference_is_one_rows_alone(api, given, refused, unwritten, resource):
    inspection = given.inspection()
    above = {"authority_id": inspection["authority_id"]}
    if resource == "findings":
        above = {"inspection_id": inspection["id"]}
    given.one(resource, **above, external_refs={"plan": "1", "modern_gov": "2"})
    assert refused(resource, given.body(resource, **above, external_refs={"plan": "1"}), 409).problem["detail"]
    other = given.one(resource, **above, external_refs={"plan": "2", "pentana": "1"})
    with unwritten():
        api.patch(f"/v1/{resource}/{other['id']}", {"external_refs": {"modern_gov": "2"}}, expect=409)
    given.one(resource, external_refs={"plan": "1"})  # of another authority


def test_one_reference_may_name_an_inspection_a_finding_and_an_action(given):
    inspection = given.inspection(external_refs={"plan": "1"})
    given.finding(inspection["id"], external_refs={"plan": "1"})
    given.action(inspection["authority_id"], external_refs={"plan": "1"})


@pytest.mark.parametrize("title", [{}, {"title": None}, {"title": ""}, {"title": " \t\n"}, {"title": " "}])
def test_an_action_has_a_title(api, given, refused, unwritten, title):
    body = given.body("actions")
    row = api.create("/v1/actions", body)
    del body["title"]
    assert refused("actions", body | title).pointers == ["/title"]
    if title:
        with unwritten():
            api.patch(f"/v1/actions/{row['id']}", title, expect=422)


# --- references -------------------------------------------------------------------------


@pytest.mark.parametrize(("resource", "members", "pointer"), [
    ("inspections", {"authority_id": "999"}, "/authority_id"),
    ("inspections", {"framework_id": "ilacs-2030"}, "/framework_id"),
    ("inspections", {"follows_id": ABSENT_ID}, "/follows_id"),
    ("inspections", {"theme_ids": ["management-oversight", "no-such-theme"]}, "/theme_ids/1"),
    ("findings", {"inspection_id": ABSENT_ID}, "/inspection_id"), ("findings", {"parent_id": ABSENT_ID}, "/parent_id"),
    ("findings", {"theme_ids": ["no-such-theme"]}, "/theme_ids/0"),
    ("findings", {"links": [{"earlier_id": ABSENT_ID, "relation": "repeats"}]}, "/links/0/earlier_id"),
    ("actions", {"authority_id": "999"}, "/authority_id"), ("actions", {"finding_ids": [ABSENT_ID]}, "/finding_ids/0"),
    ("authorities", {"successor_ids": ["999"]}, "/successor_ids/0"),
])
def test_a_reference_to_what_is_absent_is_refused(given, refused, resource, members, pointer):
    assert set(refused(resource, given.body(resource, **members)).pointers) == {pointer}


def foreign(given) -> dict:
    """Bodies of council 1 that refer to a row of council 2, by the resource and the member."""
    inspection, finding = given.inspection(), given.finding()
    mine = given.inspection()
    finding_body = given.body("findings", inspection_id=mine["id"])
    return {
        "follows_id": ("inspections", given.body("inspections", authority_id=mine["authority_id"]), inspection["id"]),
        "parent_id": ("findings", finding_body, finding["id"]),
        "finding_ids": ("actions", given.body("actions", authority_id=mine["authority_id"]), finding["id"]),
        "links": ("findings", finding_body, finding["id"]),
    }


@pytest.mark.parametrize("member", ["follows_id", "parent_id", "finding_ids", "links"])
def test_no_reference_crosses_from_one_authority_to_another(given, refused, member):
    resource, body, theirs = foreign(given)[member]
    value = {"finding_ids": [theirs], "links": [{"earlier_id": theirs, "relation": "repeats"}]}.get(member, theirs)
    answer = refused(resource, body | {member: value})
    assert all(pointer.startswith(f"/{member}") for pointer in answer.pointers)


def test_an_id_of_another_kind_is_no_reference(given, refused):
    finding = given.finding()
    refused("findings", given.body("findings", inspection_id=finding["id"]))
    refused("findings", given.body("findings", inspection_id=finding["authority_id"]))
    refused("actions", given.body("actions", authority_id=finding["authority_id"],
                                  finding_ids=[finding["inspection_id"]]))


def test_a_parent_is_another_finding_of_the_same_inspection_and_no_circle(api, given, refused, unwritten):
    top = given.finding()
    middle = given.finding(top["inspection_id"], parent_id=top["id"])
    low = given.finding(top["inspection_id"], parent_id=middle["id"])
    elsewhere = given.inspection(top["authority_id"], start_on="2021-03-02")
    assert refused("findings", given.body("findings", inspection_id=elsewhere["id"],
                                          parent_id=top["id"])).pointers == ["/parent_id"]
    for parent in (top, middle, low):
        with unwritten():
            api.patch(f"/v1/findings/{top['id']}", {"parent_id": parent["id"]}, expect=422)


def test_a_finding_is_linked_to_an_earlier_one_once_and_never_to_itself(api, given, refused, unwritten):
    earlier = given.finding(given.inspection(start_on="2022-03-02")["id"])
    inspection = given.inspection(earlier["authority_id"], start_on="2024-03-04")
    link = {"earlier_id": earlier["id"], "relation": "repeats"}
    row = given.finding(inspection["id"], links=[link])
    refused("findings", given.body("findings", inspection_id=inspection["id"], links=[link,
                                                                                      link | {"relation": "improved"}]))
    with unwritten():
        api.patch(f"/v1/findings/{row['id']}", {"links": [{"earlier_id": row["id"], "relation": "repeats"}]},
                  expect=422)
        api.patch(f"/v1/findings/{earlier['id']}", {"links": [{"earlier_id": row["id"], "relation": "repeats"}]},
                  expect=422)


def test_a_finding_belongs_to_a_strand_of_its_framework(given, refused):
    inspection = given.inspection(kind="standard_inspection", start_on="2024-03-04")
    given.finding(inspection["id"], strand="care_leavers")
    body = given.body("findings", inspection_id=inspection["id"], strand="adoption")
    assert refused("findings", body).pointers == ["/strand"]


def test_an_actions_findings_are_of_one_authority_and_named_once(given, refused):
    one, other = given.finding(), given.finding()
    refused("actions", given.body("actions", authority_id=one["authority_id"], finding_ids=[one["id"], other["id"]]))
    refused("actions", given.body("actions", authority_id=one["authority_id"], finding_ids=[one["id"], one["id"]]))


def test_a_public_row_has_a_public_parent(api, given, refused, unwritten):
    inspection = given.inspection(start_on="2024-03-04")
    refused("findings", given.body("findings", inspection_id=inspection["id"], sensitivity="public"))
    api.patch(f"/v1/inspections/{inspection['id']}", {"sensitivity": "public"}, expect=200)
    finding = given.finding(inspection["id"], sensitivity="public")
    council = given.finding(inspection["id"])
    refused("actions", given.body("actions", authority_id=finding["authority_id"], sensitivity="public",
                                  finding_ids=[finding["id"], council["id"]]))
    action = given.action(finding["authority_id"], sensitivity="public", finding_ids=[finding["id"]])
    assert action["sensitivity"] == "public"
    with unwritten():
        api.patch(f"/v1/inspections/{inspection['id']}", {"sensitivity": "council"}, expect=[409, 422])
        api.patch(f"/v1/findings/{finding['id']}", {"sensitivity": "council"}, expect=[409, 422])


# --- warnings -----------------------------------------------------------------------------


def test_an_action_completed_before_its_planned_start_is_odd(api, given):
    row = given.action(status="complete", start_on="2024-05-01", completed_on="2024-04-30")
    assert codes(row) == ["completed_before_start"] and row["warnings"][0]["pointer"] == "/completed_on"
    path = f"/v1/actions/{row['id']}"
    assert api.get(path).json == row
    assert codes(api.patch(path, {"completed_on": "2024-05-01"}, expect=200).json) == []


@pytest.mark.parametrize(("due_on", "odd"), [("2024-03-09", True), ("2024-03-10", True), ("2024-12-25", True),
                                             ("2024-08-26", True), ("2024-03-29", True), ("2024-03-11", False)])
def test_a_due_date_on_a_non_working_day_is_odd(given, due_on, odd):
    assert codes(given.action(due_on=due_on)) == (["due_on_non_working_day"] if odd else [])


LIMITED = [
    ("2024-05-07", "help_and_protection", "good", True), ("2024-05-07", "children_in_care", "requires_improvement",
                                                          True),
    ("2024-05-07", "care_leavers", "requires_improvement", True),
    ("2024-05-07", "help_and_protection", "inadequate", False),
    ("2019-05-07", "children_in_care_and_care_leavers", "good", True),
]


@pytest.mark.parametrize(("start_on", "strand", "overall", "odd"), LIMITED)
def test_an_inadequate_strand_without_an_inadequate_whole_is_odd(given, start_on, strand, overall, odd):
    row = given.inspection(kind="standard_inspection", start_on=start_on,
                           judgements=[judgement(strand, "inadequate"), judgement("overall_effectiveness", overall)])
    assert ("limiting_judgement_pattern" in codes(row)) == odd


def test_an_inadequate_whole_without_an_inadequate_strand_is_odd(given):
    row = given.inspection(kind="standard_inspection", start_on="2024-05-07", judgements=[
        judgement("overall_effectiveness", "inadequate"), judgement("impact_of_leaders", "good"),
        judgement("help_and_protection", "good"), judgement("children_in_care", "good"),
        judgement("care_leavers", "good")])
    assert "limiting_judgement_pattern" in codes(row)


@pytest.mark.parametrize(("grade", "odd"), [("inadequate", True), ("requires_improvement", False)])
def test_a_focused_visit_to_an_inadequate_authority_is_odd(given, grade, odd):
    authority = given.authority()
    given.graded(authority, grade, "2023-06-05")
    row = given.inspection(authority, kind="focused_visit", start_on="2024-06-04", end_on="2024-06-05")
    assert ("focused_visit_to_inadequate" in codes(row)) == odd


@pytest.mark.parametrize(("grade", "kind", "odd"), [
    ("requires_improvement", "short_inspection", True), ("inadequate", "short_inspection", True),
    ("requires_improvement", "standard_inspection", False), ("inadequate", "standard_inspection", False),
    ("good", "short_inspection", False), ("outstanding", "short_inspection", False),
])
def test_a_kind_that_does_not_follow_from_the_previous_grade_is_odd(given, grade, kind, odd):
    authority = given.authority()
    given.graded(authority, grade, "2023-06-05")
    row = given.inspection(authority, kind=kind, start_on="2025-06-02", end_on="2025-06-06")
    assert ("unusual_kind_after_grade" in codes(row)) == odd


@pytest.mark.parametrize(("published_on", "odd"), [("2024-06-28", False), ("2025-03-21", True)])
def test_publication_unusually_late_is_odd(given, published_on, odd):
    row = given.inspection(kind="standard_inspection", status="published", start_on="2024-05-07", end_on="2024-05-17",
                           published_on=published_on)
    assert ("published_late" in codes(row)) == odd


def test_warnings_are_those_of_the_last_write_and_refuse_nothing(api, given):
    row = given.action(due_on="2024-03-09")
    path = f"/v1/actions/{row['id']}"
    assert codes(api.patch(path, {"detail": "More"}, expect=200).json) == ["due_on_non_working_day"]
    moved = api.move(path, "complete", on="2024-03-08", expect=200).json
    assert codes(moved) == ["due_on_non_working_day"]
    mended = api.patch(path, {"due_on": "2024-03-08", "reason": "A Saturday"}, expect=200).json
    assert mended["warnings"] == [] == api.get(path).json["warnings"]


def test_what_would_be_odd_is_reported_by_a_validation_too(api, given, unwritten):
    body = given.body("actions", due_on="2024-03-09")
    with unwritten():
        assert codes(api.post("/v1/actions?validate_only=true", body, expect=200).json) == ["due_on_non_working_day"]


def test_nothing_odd_no_warnings(given):
    assert given.graded(given.authority(), "good")["warnings"] == []
    assert given.action(start_on="2024-05-01", due_on="2024-06-03", forecast_on="2024-07-01")["warnings"] == []
