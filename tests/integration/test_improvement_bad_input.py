"""The bad input that issue 3 lists: each is refused with what is wrong and how to mend it, and nothing is written."""

from __future__ import annotations

import re

import pytest

from harness.examples import day
from harness.service import Answer


@pytest.fixture
def refused(unwritten):
    """refused(lambda: api.post(...), "/due_on", "start"): a 4xx about this member, in these words, and nothing written."""

    def check(request, pointer: str, *words: str) -> Answer:
        with unwritten():
            answer = request()
        assert 400 <= answer.status < 500, str(answer)
        found = [error for error in answer.problem["errors"] if error["pointer"] == pointer]
        assert found, f"nothing is said of {pointer}: {answer}"
        for error in found:
            assert error["code"] == "required" or len(error["detail"].split()) > 3, str(answer)
        told = " ".join(error["detail"] for error in found)
        for word in words:
            assert re.search(word, told), f"{word!r} is not in: {told}"
        return answer

    return check


# --- an update on a cancelled action ---------------------------------------------------


@pytest.mark.parametrize("status", ["cancelled", "superseded"])
@pytest.mark.parametrize("beneath", [False, True], ids=["flat", "beneath_the_action"])
def test_an_update_on_a_cancelled_action(api, given, refused, status, beneath):
    action = given.action(due_on="2024-06-03")
    api.move(f"/v1/actions/{action['id']}", status, reason="Overtaken", expect=200)
    body, path = {"narrative": "Some progress"}, f"/v1/actions/{action['id']}/updates"
    if not beneath:
        body["action_id"], path = action["id"], "/v1/updates"
    answer = refused(lambda: api.post(path, body), "/action_id", status)
    assert answer.status in (409, 422)


def test_an_action_that_was_cancelled_after_its_updates_keeps_them(api, given):
    action = given.action()
    update = given.one("updates", action_id=action["id"])
    api.move(f"/v1/actions/{action['id']}", "cancelled", reason="Overtaken", expect=200)
    assert api.get(f"/v1/actions/{action['id']}/updates", expect=200).ids == [update["id"]]


# --- embedded without evidence, or by the same person and no board -------------------------


@pytest.fixture
def completed(api, given):
    """completed(by="a.person"): the path of an action that this person completed."""

    def make(by: str, evidence: bool) -> str:
        row = given.action()
        if evidence:
            given.one("documents", authority_id=row["authority_id"], role="evidence", action_ids=[row["id"]])
        path = f"/v1/actions/{row['id']}"
        api.with_headers(X_Acting_User=by).move(path, "complete", expect=200)
        return path

    return make


def of_a_board(given, authority_id: str, **members) -> dict:
    """A decision of a meeting that was held."""
    board = given.one("boards", authority_id=authority_id)["id"]
    meeting = given.one("meetings", board_id=board, status="held", held_on="2024-05-14")["id"]
    return given.one("decisions", meeting_id=meeting, **members)


def test_embedded_without_evidence(api, completed, refused):
    path = completed(by="a.person", evidence=False)
    other = api.with_headers(X_Acting_User="b.person")
    answer = refused(lambda: other.move(path, "embedded"), "/to", "evidence")
    assert answer.status == 422
    assert api.get(path).json["status"] == "complete"


def test_a_document_that_is_no_evidence_does_not_do(api, given, completed, refused):
    path = completed(by="a.person", evidence=False)
    row = api.get(path).json
    given.one("documents", authority_id=row["authority_id"], role="minutes", action_ids=[row["id"]])
    refused(lambda: api.with_headers(X_Acting_User="b.person").move(path, "embedded"), "/to", "evidence")


def test_embedded_by_the_same_person_and_no_board(api, completed, refused):
    path = completed(by="a.person", evidence=True)
    same = api.with_headers(X_Acting_User="a.person")
    # Both ways out are told: somebody else, or a board's decision.
    answer = refused(lambda: same.move(path, "embedded"), "/to", "[Dd]ecision", "person|somebody|someone|other")
    assert answer.status == 422


def test_embedded_by_the_same_person_with_a_decision_that_is_not_taken(api, given, completed, refused):
    path = completed(by="a.person", evidence=True)
    decision = of_a_board(given, api.get(path).json["authority_id"])["id"]
    same, etag = api.with_headers(X_Acting_User="a.person"), api.get(path).etag
    body = {"to": "embedded", "embedded_decision_id": decision}
    refused(lambda: same.post(f"{path}/transitions", body, if_match=etag), "/embedded_decision_id", "taken")


@pytest.mark.parametrize("way", ["another person", "a board"])
def test_embedded_with_evidence_and_another_person_or_a_board_is_no_bad_input(api, given, completed, way):
    path = completed(by="a.person", evidence=True)
    body, person = {"to": "embedded"}, "b.person"
    if way == "a board":
        decision = of_a_board(given, api.get(path).json["authority_id"], status="taken",
                              wording_taken="That it is embedded")
        body["embedded_decision_id"], person = decision["id"], "a.person"
    api.with_headers(X_Acting_User=person).post(f"{path}/transitions", body, if_match=api.get(path).etag, expect=200)


def test_no_action_begins_embedded(api, given, refused):
    body = given.body("actions", status="embedded", completed_on="2024-05-01")
    refused(lambda: api.post("/v1/actions", body), "/status")


# --- a due date before the start -----------------------------------------------------------


def test_a_due_date_before_the_start(api, given, refused):
    body = given.body("actions", start_on="2024-06-03", due_on="2024-06-02")
    assert refused(lambda: api.post("/v1/actions", body), "/due_on", "start_on|2024-06-03").status == 422
    row = given.action(body["authority_id"], start_on="2024-06-03", due_on="2024-06-03")
    path, etag = f"/v1/actions/{row['id']}", '"1.0"'
    refused(lambda: api.patch(path, {"due_on": "2024-06-02", "reason": "Sooner"}, if_match=etag), "/due_on")
    refused(lambda: api.patch(path, {"start_on": "2024-06-04", "reason": "Later"}, if_match=etag), "/due_on")


def test_a_month_that_ends_before_the_start(api, given, refused):
    body = given.body("actions", start_on="2024-06-03", due_on="2024-05-31", due_precision="month")
    refused(lambda: api.post("/v1/actions", body), "/due_on")
    given.action(start_on="2024-06-20", due_on="2024-06-01", due_precision="month")  # due by the end of June


# --- an observation without its measure's unit -----------------------------------------------


@pytest.mark.parametrize("unit", [None, "", "%", "Children", "child"], ids=repr)
def test_an_observation_without_its_measures_unit(api, given, refused, unit):
    measure = given.one("measures", unit="children")
    body = given.body("observations", measure_id=measure["id"], unit=unit)
    words = ["children"] if unit else []
    answer = refused(lambda: api.post("/v1/observations", body), "/unit", *words)
    assert answer.status == 422


def test_an_observation_that_says_no_unit(api, given, refused):
    measure = given.one("measures", unit="%")
    body = {"observed_on": "2024-05-31", "value": 12}
    refused(lambda: api.post(f"/v1/measures/{measure['id']}/observations", body), "/unit")
    row = given.one("observations", measure_id=measure["id"], unit="%")
    refused(lambda: api.patch(f"/v1/observations/{row['id']}", {"unit": "children"}, if_match="*"), "/unit", "%")


# --- two plans in force of the same kind for one inspection ------------------------------------


@pytest.fixture
def in_force(api, given):
    """A plan in force, and the body of another of its kind for the same inspection."""
    visit = given.inspection()
    body = given.body("plans", authority_id=visit["authority_id"], kind="improvement_plan",
                      inspection_ids=[visit["id"]])
    first = api.create("/v1/plans", body)
    for status in ("agreed", "in_force"):
        api.move(f"/v1/plans/{first['id']}", status, on="2024-05-01", expect=200)
    return first, body | {"title": "Another"}


def test_two_plans_in_force_of_the_same_kind_for_one_inspection(api, in_force, refused):
    first, body = in_force
    second = api.create("/v1/plans", body)
    path = f"/v1/plans/{second['id']}"
    api.move(path, "agreed", expect=200)
    etag = api.get(path).etag
    for query in ("", "?validate_only=true"):
        with_query = path + query
        answer = None
        for pointer in ("/to", "/status", "/inspection_ids"):
            try:
                answer = refused(lambda: api.move(with_query, "in_force", if_match=etag), pointer, first["id"])
                break
            except AssertionError as error:
                if "nothing is said of" not in str(error):
                    raise
        assert answer is not None and answer.status in (409, 422)
    # The cure: the first is superseded, and then there is room.
    api.move(f"/v1/plans/{first['id']}", "superseded", reason="By another", expect=200)
    api.move(path, "in_force", expect=200)


def test_a_plan_in_force_gains_no_inspection_that_another_answers(api, given, in_force, refused):
    first, body = in_force
    second = api.create("/v1/plans", body | {"inspection_ids": []})
    path = f"/v1/plans/{second['id']}"
    for status in ("agreed", "in_force"):
        api.move(path, status, expect=200)
    patch = {"inspection_ids": first["inspection_ids"]}
    refused(lambda: api.patch(path, patch, if_match="*"), "/inspection_ids", first["id"])
    other = given.inspection(first["authority_id"])["id"]
    api.patch(path, {"inspection_ids": [other]}, expect=200)


def test_plans_of_two_kinds_may_be_in_force_at_once(api, in_force):
    _, body = in_force
    other = api.create("/v1/plans", body | {"kind": "practice_improvement_plan"})
    for status in ("agreed", "in_force"):
        api.move(f"/v1/plans/{other['id']}", status, expect=200)


# --- a decision taken at a meeting that has not happened -----------------------------------------


MEETINGS = {
    "planned": {}, "to come": {"held_on": day(7)}, "put off": {"status": "cancelled", "held_on": "2024-05-14"},
}


@pytest.mark.parametrize("meeting", MEETINGS.values(), ids=MEETINGS)
def test_a_decision_taken_at_a_meeting_that_has_not_happened(api, given, refused, meeting):
    row = given.one("meetings", **meeting)
    body = {"meeting_id": row["id"], "kind": "agreed", "wording_taken": "That it be noted"}
    answer = refused(lambda: api.post("/v1/decisions", body | {"status": "taken"}), "/status", "held|happened")
    assert answer.status in (409, 422)
    beneath = body | {"status": "taken"}
    del beneath["meeting_id"]
    refused(lambda: api.post(f"/v1/meetings/{row['id']}/decisions", beneath), "/status")
    path = f"/v1/decisions/{api.create('/v1/decisions', body)['id']}"
    refused(lambda: api.move(path, "taken", if_match="*"), "/to", "held|happened")
    assert api.get(path).json["status"] == "proposed"


def test_a_meeting_that_was_cancelled_is_to_be_planned_again_first(api, given, refused):
    meeting = given.one("meetings", status="cancelled", held_on="2024-05-14")
    path = f"/v1/decisions/{given.one('decisions', meeting_id=meeting['id'], wording_taken='That it be noted')['id']}"
    refused(lambda: api.move(path, "taken", if_match="*"), "/to", "plan it again first")
    above = f"/v1/meetings/{meeting['id']}"
    api.move(above, "planned", on="2024-05-01", reason="After all", expect=200)
    api.move(above, "held", on="2024-05-14", expect=200)
    api.move(path, "taken", on="2024-05-14", expect=200)


@pytest.mark.parametrize("meeting", MEETINGS.values(), ids=MEETINGS)
def test_a_plan_agreed_at_a_meeting_that_has_not_happened(api, given, refused, meeting):
    row = given.one("meetings", **meeting)
    body = given.body("plans", authority_id=row["authority_id"], agreed_at_meeting_id=row["id"])
    for members in ({"status": "agreed", "agreed_on": "2024-05-14"}, {"status": "in_force"}):
        answer = refused(lambda: api.post("/v1/plans", body | members), "/status", "held|cancelled")
        assert (answer.status, answer.codes) == (409, ["meeting_not_held"])
    path = f"/v1/plans/{api.create('/v1/plans', body)['id']}"
    assert refused(lambda: api.move(path, "agreed", if_match="*"), "/to").status == 409
    agreed = given.one("plans", authority_id=row["authority_id"], status="agreed", agreed_on="2024-05-14")
    patch = {"agreed_at_meeting_id": row["id"]}
    refused(lambda: api.patch(f"/v1/plans/{agreed['id']}", patch, if_match="*"), "/agreed_at_meeting_id")


def test_once_the_meeting_was_held_its_decisions_may_be_taken(api, given):
    meeting = given.one("meetings", held_on="2024-05-14")
    decision = given.one("decisions", meeting_id=meeting["id"], wording_taken="That it be noted")
    api.move(f"/v1/meetings/{meeting['id']}", "held", on="2024-05-14", expect=200)
    taken = api.move(f"/v1/decisions/{decision['id']}", "taken", on="2024-05-14", expect=200).json
    assert (taken["status"], taken["taken_on"]) == ("taken", "2024-05-14")


# --- a cycle in supersedes, repeats or predecessor links --------------------------------------------


def chain(api, given, resource: str, member: str, length: int, **members) -> list[dict]:
    """Rows of one parent, each naming the one before."""
    rows: list[dict] = []
    for _ in range(length):
        above = {member: rows[-1]["id"]} if rows else {}
        rows.append(given.one(resource, **members, **above))
    return rows


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_cycle_in_supersedes(api, given, refused, length):
    plans = chain(api, given, "plans", "supersedes_id", length, authority_id=given.authority())
    patch = {"supersedes_id": plans[-1]["id"]}
    answer = refused(lambda: api.patch(f"/v1/plans/{plans[0]['id']}", patch, if_match="*"), "/supersedes_id")
    assert answer.status == 422


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_cycle_in_repeats(api, given, refused, length):
    inspection = given.inspection(start_on="2024-03-04")
    findings: list[dict] = []
    for _ in range(length):
        links = [{"earlier_id": findings[-1]["id"], "relation": "repeats"}] if findings else []
        visit = inspection if not findings else given.inspection(inspection["authority_id"], start_on="2024-03-04")
        findings.append(given.finding(visit["id"], links=links))
    patch = {"links": [{"earlier_id": findings[-1]["id"], "relation": "repeats"}]}
    answer = refused(lambda: api.patch(f"/v1/findings/{findings[0]['id']}", patch, if_match="*"), "/links/0/earlier_id")
    assert answer.status == 422


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_cycle_in_predecessors(api, given, refused, length):
    authorities = [given.authority() for _ in range(length)]
    for earlier, later in zip(authorities, authorities[1:]):
        api.patch(f"/v1/authorities/{earlier}", {"successor_ids": [later]}, expect=200)
    path = f"/v1/authorities/{authorities[-1]}"
    refused(lambda: api.patch(path, {"successor_ids": [authorities[0]]}, if_match="*"), "/successor_ids/0")


@pytest.mark.parametrize(("resource", "member"), [("inspections", "follows_id"), ("meetings", "previous_id")])
@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_cycle_in_what_follows_what(api, given, refused, resource, member, length):
    parent = {"authority_id": given.authority()} if resource == "inspections" else {
        "board_id": given.one("boards")["id"]}
    rows = chain(api, given, resource, member, length, **parent)
    patch = {member: rows[-1]["id"]}
    refused(lambda: api.patch(f"/v1/{resource}/{rows[0]['id']}", patch, if_match="*"), f"/{member}")


# --- an extension to an earlier date -------------------------------------------------------------


@pytest.mark.parametrize("to", ["2024-06-02", "2024-06-03", "2023-06-04"])
def test_an_extension_to_an_earlier_date(api, given, refused, to):
    action = given.action(due_on="2024-06-03")
    body = {"action_id": action["id"], "to_due_on": to, "reason": "The partner is late"}
    assert refused(lambda: api.post("/v1/extensions", body), "/to_due_on", "2024-06-03").status == 422
    del body["action_id"]
    refused(lambda: api.post(f"/v1/actions/{action['id']}/extensions", body), "/to_due_on")


def test_an_extension_of_an_action_that_is_not_due(api, given, refused):
    body = {"action_id": given.action()["id"], "to_due_on": "2024-06-03", "reason": "The partner is late"}
    with_dates = given.action(due_on="2024-06-03")
    given.one("extensions", action_id=with_dates["id"], to_due_on="2024-06-04")
    answer = refused(lambda: api.post("/v1/extensions", body), "/action_id", "due") if points_to(
        api, body, "/action_id") else refused(lambda: api.post("/v1/extensions", body), "/to_due_on", "due")
    assert answer.status == 422


def points_to(api, body: dict, pointer: str) -> bool:
    return pointer in api.post("/v1/extensions?validate_only=true", body).pointers


# --- a working-day count that goes too far -----------------------------------------------------------


@pytest.mark.parametrize("days", ["3661", "100000", "-1", "x", "", "1.5", "99999999999999999999"])
def test_a_working_day_count_over_3660(api, refused, days):
    words = ["3,?660"] if days in ("3661", "100000") else []
    assert refused(lambda: api.get(f"/v1/working-days?from=2013-01-02&days={days}"), "/days", *words).status == 400


def test_two_days_with_more_than_3660_working_days_between_them(api, refused):
    answer = refused(lambda: api.get("/v1/working-days", {"from": "2013-01-02", "to": "2028-12-29"}), "/to", "3,?660")
    assert answer.status == 400


@pytest.mark.parametrize(("asked", "year"), [
    ({"from": "2028-12-01", "days": 70}, "2029"), ({"from": "2028-11-01", "to": "2029-02-01"}, "2029"),
    ({"from": "2031-05-01", "days": 5}, "2031"), ({"from": "2012-12-03", "days": 70}, "2012"),
    ({"from": "2012-12-03", "to": "2013-02-01"}, "2012"),
])
def test_a_count_across_a_year_with_no_calendar_loaded_says_which(api, refused, asked, year):
    with_to = "/to" if "to" in asked else "/days"
    answer = api.get("/v1/working-days", asked)
    pointer = next((p for p in ("/from", with_to) if p in answer.pointers), "/from")
    assert refused(lambda: api.get("/v1/working-days", asked), pointer, year).status == 422


@pytest.mark.parametrize(("query", "pointers"), [
    ("", {"/from"}), ("from=2024-05-20", {"/days", "/to", ""}), ("days=5", {"/from"}),
    ("from=2024-05-20&days=5&to=2024-05-30", {"/days", "/to", ""}), ("from=2024-02-30&days=5", {"/from"}),
    ("from=2024-05-20&to=20240530", {"/to"}), ("from=2024-05-20&to=2024-05-19", {"/to"}),
    ("from=2024-05-20&days=5&kind=x", {"/kind"}), ("from=2024-05-20&from=2024-05-21&days=5", {"/from"}),
])
def test_a_question_about_working_days_that_cannot_be_meant(api, unwritten, query, pointers):
    with unwritten():
        answer = api.get(f"/v1/working-days?{query}", expect=400)
    assert set(answer.pointers) & pointers, str(answer)
