"""The life of an action: statuses and who confirms them, dates that move, updates, and more time.

CONTRACT section 8; issue "the improvement work", items 3 and 4.
"""

from __future__ import annotations

import calendar
import concurrent.futures
import datetime

import pytest

from harness import cluster as clusters
from harness.examples import day, today


def transition(api, path: str, to: str, expect: int | list[int] = 200, **members):
    """A transition with members of its own beside to, on and reason."""
    return api.post(f"{path}/transitions", {"to": to} | members, if_match=api.get(path).etag, expect=expect)


def month_end(offset: int) -> datetime.date:
    """The last day of a month, counted from this one."""
    year, month = divmod(today().year * 12 + today().month - 1 + offset, 12)
    return datetime.date(year, month + 1, calendar.monthrange(year, month + 1)[1])


@pytest.fixture
def action(given):
    """action(due_on=...): the path of a new action that is under way."""

    def make(**members) -> str:
        return f"/v1/actions/{given.action(**({'status': 'in_progress'} | members))['id']}"

    return make


@pytest.fixture
def person(api):
    """person("ann"): a client through which ann acts."""
    return lambda name: api.with_headers(X_Acting_User=name)


@pytest.fixture
def evidence(api, given):
    """evidence(path): a new document of the role evidence, linked to the action."""

    def make(path: str, **members) -> str:
        row = api.get(path).json
        return given.one("documents", authority_id=row["authority_id"], role="evidence", action_ids=[row["id"]],
                         **members)["id"]

    return make


@pytest.fixture
def decision(given):
    """decision(path, "taken"): a board's decision of the action's authority, at a meeting that was held."""

    def make(path: str, status: str = "taken", **members) -> str:
        authority = given.api.get(path).json["authority_id"]
        board = given.one("boards", authority_id=authority)
        meeting = given.one("meetings", board_id=board["id"], status="held", held_on="2024-05-14")
        return given.one("decisions", **({"meeting_id": meeting["id"], "status": status, "kind": "agreed",
                                          "wording_proposed": "That it is embedded",
                                          "wording_taken": "That it is embedded"} | members))["id"]

    return make


# --- complete, and embedded -------------------------------------------------------------


def test_two_persons_and_evidence_embed_an_action(api, action, person, evidence):
    path = action()
    document = evidence(path)
    done = person("ann").move(path, "complete", on="2024-05-01", expect=200).json
    assert (done["completed_by"], done["embedded_by"], done["evidence_ids"]) == ("ann", None, [document])
    embedded = person("bob").move(path, "embedded", on="2024-06-03", expect=200).json
    assert [embedded[name] for name in ("status", "completed_by", "embedded_by", "embedded_on", "completed_on")] == [
        "embedded", "ann", "bob", "2024-06-03", "2024-05-01"]


def test_evidence_may_be_named_by_an_update(api, action, given, person):
    path = action()
    document = given.one("documents", authority_id=api.get(path).json["authority_id"], role="evidence")["id"]
    api.create(f"{path}/updates", {"evidence_ids": [document]})
    assert api.get(path).json["evidence_ids"] == [document]
    person("ann").move(path, "complete", expect=200)
    person("bob").move(path, "embedded", expect=200)


def test_without_evidence_nothing_is_embedded(api, action, given, person, unwritten):
    path = action()
    row = api.get(path).json
    given.one("documents", authority_id=row["authority_id"], role="minutes", action_ids=[row["id"]])
    person("ann").move(path, "complete", expect=200)
    with unwritten():
        answer = person("bob").move(path, "embedded", expect=422)
    assert (answer.pointers, answer.codes) == (["/to"], ["evidence_required"])


def test_evidence_that_was_deleted_or_corrected_away_is_none(api, action, given, person, evidence):
    path = action()
    linked = evidence(path)
    named = given.one("documents", authority_id=api.get(path).json["authority_id"], role="evidence")["id"]
    update = api.create(f"{path}/updates", {"evidence_ids": [named]})
    assert api.get(path).json["evidence_ids"] == sorted([linked, named])
    api.create(f"{path}/updates", {"corrects_id": update["id"], "narrative": "That was another paper."})
    api.delete(f"/v1/documents/{linked}", expect=204)
    assert api.get(path).json["evidence_ids"] == []
    person("ann").move(path, "complete", expect=200)
    person("bob").move(path, "embedded", expect=422)


@pytest.fixture
def embedded(api, action, person):
    """embedded(path): the action, which has evidence, is complete and then embedded."""

    def make(path: str) -> str:
        person("ann").move(path, "complete", expect=200)
        person("bob").move(path, "embedded", expect=200)
        return path

    return make


def test_what_alone_shows_that_an_action_is_embedded_stays_its_evidence(api, action, evidence, embedded, unwritten):
    path = action()
    document = evidence(path)
    shown = f"/v1/documents/{document}"
    embedded(path)
    for patch, pointer in (({"role": "minutes"}, "/role"), ({"action_ids": []}, "/action_ids")):
        with unwritten():
            answer = api.patch(shown, patch, expect=409)
        assert (answer.pointers, answer.codes) == ([pointer], ["evidence_of_embedded"])
        assert path.rsplit("/", 1)[1] in answer.text
    with unwritten():
        answer = api.delete(shown, expect=409)
    assert (answer.pointers, answer.codes) == (["/id"], ["evidence_of_embedded"])
    assert path.rsplit("/", 1)[1] in answer.text and "in_progress" in answer.text
    api.patch(shown, {"title": "Audit of May", "summary": "All as it should be"}, expect=200)
    api.move(path, "in_progress", reason="It slipped.", expect=200)
    api.patch(shown, {"role": "minutes"}, expect=200)
    api.delete(shown, expect=204)


def test_evidence_may_go_while_there_is_more(api, action, evidence, embedded):
    path = action()
    first, second = evidence(path), evidence(path)
    embedded(path)
    api.patch(f"/v1/documents/{first}", {"action_ids": []}, expect=200)
    assert api.get(path).json["evidence_ids"] == [second]
    assert api.delete(f"/v1/documents/{second}", expect=409).codes == ["evidence_of_embedded"]


def test_evidence_that_an_update_names_stays_by_that(api, action, evidence, given, embedded, unwritten):
    path = action()
    document = evidence(path)
    update = api.create(f"{path}/updates", {"evidence_ids": [document]})
    embedded(path)
    api.patch(f"/v1/documents/{document}", {"action_ids": []}, expect=200)
    assert api.patch(f"/v1/documents/{document}", {"role": "slides"}, expect=409).codes == ["evidence_of_embedded"]
    correction = {"corrects_id": update["id"], "narrative": "That was another paper."}
    with unwritten():
        answer = api.post(f"{path}/updates", correction, expect=409)
    assert (answer.pointers, answer.codes) == (["/corrects_id"], ["evidence_of_embedded"])
    minutes = given.one("documents", authority_id=api.get(path).json["authority_id"], role="minutes")["id"]
    assert api.post(f"{path}/updates", correction | {"evidence_ids": [minutes]}, expect=409).codes == [
        "evidence_of_embedded"]
    api.create(f"{path}/updates", correction | {"evidence_ids": [document]})
    assert api.get(path).json["evidence_ids"] == [document]


def test_each_action_that_would_be_left_without_evidence_is_named(api, action, given, embedded):
    first = action()
    authority = api.get(first).json["authority_id"]
    second, third = (f"/v1/actions/{given.action(authority, status='in_progress')['id']}" for _ in range(2))
    ids = [path.rsplit("/", 1)[1] for path in (first, second, third)]
    document = given.one("documents", authority_id=authority, role="evidence", action_ids=ids)["id"]
    for path in (first, second):
        embedded(path)
    answer = api.patch(f"/v1/documents/{document}", {"role": "minutes"}, expect=409)
    assert answer.codes == ["evidence_of_embedded"] * 2
    assert [name in answer.text for name in ids] == [True, True, False]


@pytest.mark.parametrize("way", ["delete", "role"])
def test_an_action_embedded_while_its_evidence_goes_keeps_it_or_is_not(api, action, evidence, person, way):
    client = person("bob")
    for _ in range(8):
        path = action()
        document = f"/v1/documents/{evidence(path)}"
        person("ann").move(path, "complete", expect=200)
        tag, its_tag = api.get(path).etag, api.get(document).etag
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            moved = pool.submit(client.post, f"{path}/transitions", {"to": "embedded"}, if_match=tag,
                                expect=[200, 422])
            gone = pool.submit(api.delete, document, if_match=its_tag, expect=[204, 409]) if way == "delete" else \
                pool.submit(api.patch, document, {"role": "other"}, if_match=its_tag, expect=[200, 409])
            assert (moved.result().status == 200) == (gone.result().status == 409)
        row = api.get(path).json
        assert (row["status"] == "embedded") == (len(row["evidence_ids"]) == 1)


def test_a_decision_about_other_actions_is_warned_of(api, action, evidence, decision):
    path, other = action(), action()
    for named, warned in (([], True), ([path.rsplit("/", 1)[1]], False)):
        evidence(path)
        api.move(path, "complete", expect=200)
        row = transition(api, path, "embedded", embedded_decision_id=decision(path, action_ids=named)).json
        assert ([warning["pointer"] for warning in row["warnings"] if warning["code"] == "decision_about_others"]
                == ["/embedded_decision_id"] * warned)
        api.move(path, "in_progress", reason="Again", expect=200)
    assert other != path


# --- plans ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["superseded", "closed"])
def test_a_plan_that_is_over_takes_no_more_actions(api, given, unwritten, status):
    authority = given.authority()
    plan = given.one("plans", authority_id=authority)["id"]
    kept = f"/v1/actions/{given.action(authority, plan_ids=[plan])['id']}"
    other = f"/v1/actions/{given.action(authority)['id']}"
    for to in ("agreed", "in_force", status):
        api.move(f"/v1/plans/{plan}", to, reason="So decided", expect=200)
    body = given.body("actions", authority_id=authority, plan_ids=[plan])
    with unwritten():
        for answer in (api.post("/v1/actions", body, expect=409), api.patch(other, {"plan_ids": [plan]}, expect=409),
                       api.post(f"/v1/plans/{plan}/actions", {"title": "One more"}, expect=409)):
            assert (answer.pointers, answer.codes) == (["/plan_ids"], ["plan_over"])
            assert status in answer.text
    later = given.one("plans", authority_id=authority)["id"]
    assert api.patch(kept, {"title": "Other", "plan_ids": [plan, later]}, expect=200).json["plan_ids"] == sorted(
        [plan, later])


@pytest.mark.parametrize("name", ["ann", "Ann", "ANN"])
def test_who_completed_an_action_cannot_embed_it(action, person, evidence, unwritten, name):
    path = action()
    evidence(path)
    person("ann").move(path, "complete", expect=200)
    with unwritten():
        answer = person(name).move(path, "embedded", expect=422)
    assert (answer.pointers, answer.codes) == (["/to"], ["second_person_required"])
    assert "ann" in answer.problem["errors"][0]["detail"] and "embedded_decision_id" in answer.text


def test_leaving_out_who_acts_makes_nobody_a_second_person(api, action, person, evidence):
    path = action()
    evidence(path)
    person("ann").move(path, "complete", expect=200)
    assert api.move(path, "embedded", expect=422).codes == ["second_person_required"]


def test_two_clients_are_two_and_one_client_is_one(api, action, evidence, service):
    path = action()
    evidence(path)
    done = api.move(path, "complete", expect=200).json
    assert done["completed_by"].startswith("client:")
    assert api.move(path, "embedded", expect=422).codes == ["second_person_required"]
    other = api.with_key(service.make_key(name="another client"))
    embedded = other.move(path, "embedded", expect=200).json
    assert embedded["embedded_by"].startswith("client:") and embedded["embedded_by"] != done["completed_by"]


def test_a_boards_decision_stands_for_the_second_person(api, action, person, evidence, decision):
    path = action()
    evidence(path)
    person("ann").move(path, "complete", expect=200)
    taken = decision(path)
    embedded = transition(person("ann"), path, "embedded", embedded_decision_id=taken).json
    assert (embedded["embedded_by"], embedded["embedded_decision_id"]) == ("ann", taken)


@pytest.mark.parametrize(("status", "members", "code"), [
    ("proposed", {}, "not_taken"),
    ("taken", {"meeting_id": None, "delegated_to": "Director", "taken_on": "2024-05-14"}, "not_a_board"),
])
def test_a_decision_that_was_not_taken_or_is_no_boards_stands_for_nobody(api, action, evidence, decision, unwritten,
                                                                         status, members, code):
    path = action()
    evidence(path)
    api.move(path, "complete", expect=200)
    authority = api.get(path).json["authority_id"]
    named = decision(path, status, **(members | {"authority_id": authority} if members else {}))
    with unwritten():
        answer = transition(api, path, "embedded", 422, embedded_decision_id=named)
    assert (answer.pointers, answer.codes) == (["/embedded_decision_id"], [code])


def test_another_authoritys_decision_and_one_that_is_not_there_answer_alike(api, action, evidence, decision):
    path, other = action(), action()
    evidence(path)
    api.move(path, "complete", expect=200)
    for named in (decision(other), "01900000-0000-7000-8000-000000000000"):
        answer = transition(api, path, "embedded", 422, embedded_decision_id=named)
        assert (answer.pointers, answer.codes) == (["/embedded_decision_id"], ["no_such_row"])


def test_a_decision_is_taken_by_no_other_step_and_by_no_patch(api, action, decision, unwritten):
    path = action()
    taken = decision(path)
    with unwritten():
        assert transition(api, path, "complete", 422, embedded_decision_id=taken).pointers == [
            "/embedded_decision_id"]
        assert api.patch(path, {"embedded_decision_id": taken}, expect=422).pointers == ["/embedded_decision_id"]


def test_of_what_was_created_complete_by_a_client_another_is_the_second(api, given, evidence, person):
    path = f"/v1/actions/{given.action(status='complete', completed_on='2024-05-01')['id']}"
    evidence(path)
    assert api.get(path).json["completed_by"].startswith("client:")
    api.move(path, "embedded", expect=422)
    person("bob").move(path, "embedded", expect=200)


def test_where_nobody_is_known_to_have_completed_it_only_a_board_embeds(api, action, evidence, decision, person, db):
    path = action()
    evidence(path)
    api.move(path, "complete", on="2024-05-01", expect=200)
    db.execute("UPDATE inspectd.action SET completed_by = NULL WHERE id = %s", [path.rsplit("/", 1)[1]])
    assert person("bob").move(path, "embedded", expect=422).codes == ["second_person_required"]
    transition(person("bob"), path, "embedded", embedded_decision_id=decision(path))


def test_what_was_embedded_can_fall_back_and_be_shown_anew(api, action, person, evidence, decision, journal):
    path = action()
    evidence(path)
    person("ann").move(path, "complete", on="2024-05-01", expect=200)
    transition(person("ann"), path, "embedded", embedded_decision_id=decision(path))
    assert api.move(path, "in_progress", expect=422).pointers == ["/reason"]
    back = api.move(path, "in_progress", reason="Audits show that practice slipped.", expect=200).json
    gone = ("completed_on", "completed_by", "embedded_on", "embedded_by", "embedded_decision_id")
    assert (back["status"], [back[name] for name in gone]) == ("in_progress", [None] * 5)
    assert journal.last(back["id"])["reason"] == "Audits show that practice slipped."
    person("bob").move(path, "complete", expect=200)
    assert person("ann").move(path, "embedded", expect=200).json["completed_by"] == "bob"


def test_an_action_is_not_embedded_before_it_was_complete(api, action, person, evidence):
    path = action()
    evidence(path)
    person("ann").move(path, "complete", on="2024-05-01", expect=200)
    api.patch(path, {"completed_on": "2024-05-02"}, expect=200)
    answer = person("bob").move(path, "embedded", on="2024-05-01", expect=422)
    assert (answer.pointers, answer.codes) == (["/on"], ["embedded_first"])


# --- dates, and how exact they are -------------------------------------------------------


@pytest.mark.parametrize(("dates", "pointer"), [
    ({"start_on": "2024-05-02", "due_on": "2024-05-01"}, "/due_on"),
    ({"start_on": "2024-05-02", "forecast_on": "2024-05-01"}, "/forecast_on"),
    ({"start_on": "2024-06-01", "due_on": "2024-05-01", "due_precision": "month"}, "/due_on"),
])
def test_nothing_is_due_before_it_starts(api, given, unwritten, dates, pointer):
    body = given.body("actions", **dates)
    with unwritten():
        answer = api.post("/v1/actions", body, expect=422)
    assert (answer.pointers, answer.codes) == ([pointer], ["before_start"])
    path = f"/v1/actions/{given.action(start_on=dates['start_on'])['id']}"
    assert api.patch(path, dates, expect=422).pointers == [pointer]


def test_a_month_holds_every_day_of_it(given):
    row = given.action(start_on="2024-05-20", due_on="2024-05-01", due_precision="month")
    assert (row["due_on"], row["due_precision"]) == ("2024-05-01", "month")


def test_what_is_ongoing_has_no_due_date_and_is_never_overdue(api, given, unwritten):
    row = given.action(due_precision="ongoing", status="in_progress")
    assert (row["due_on"], row["overdue"], row["days_late"]) == (None, False, None)
    with unwritten():
        answer = api.patch(f"/v1/actions/{row['id']}", {"due_on": "2024-05-01"}, expect=422)
    assert (answer.pointers, answer.codes) == (["/due_on"], ["ongoing"])
    path = f"/v1/actions/{given.action(due_on='2024-05-01')['id']}"
    assert api.patch(path, {"due_precision": "ongoing"}, expect=422).pointers == ["/due_on"]
    api.patch(path, {"due_precision": "ongoing", "due_on": None, "reason": "It has no end."}, expect=200)


@pytest.mark.parametrize(("due_on", "precision", "late"), [
    (today() - datetime.timedelta(days=1), None, 1), (today(), None, 0), (today(), "day", 0),
    (today() - datetime.timedelta(days=3), "tentative", 3),
    (today().replace(day=1), "month", 0), (month_end(0), "month", 0), (month_end(1), "month", 0),
    (month_end(-1).replace(day=1), "month", today().day), (month_end(-1), "month", today().day),
])
def test_overdue_and_days_late_count_from_the_day_or_from_the_months_last(api, given, due_on, precision, late):
    row = given.action(due_on=str(due_on), due_precision=precision, status="in_progress")
    assert (row["overdue"], row["days_late"]) == (late > 0, late)
    for overdue in (True, False):
        found = api.get("/v1/actions", {"id": row["id"], "overdue": str(overdue).lower()}, expect=200).ids
        assert bool(found) == (overdue == (late > 0))


def test_days_late_stop_at_completion_and_for_what_was_given_up(api, given):
    due = {"due_on": "2024-05-31", "due_precision": "month"}
    done = given.action(status="complete", completed_on="2024-06-10", **due)
    assert (done["overdue"], done["days_late"]) == (False, 10)
    early = given.action(status="complete", completed_on="2024-05-02", **due)
    assert early["days_late"] == 0
    path = f"/v1/actions/{given.action(**due)['id']}"
    assert api.move(path, "cancelled", reason="No money", expect=200).json["days_late"] is None


def test_age_counts_from_the_start_to_today_or_to_the_end(api, given):
    assert given.action()["age_days"] == 0
    assert given.action(start_on=day(-40))["age_days"] == 40
    assert given.action(start_on=day(40))["age_days"] == 0
    assert given.action(start_on="2024-05-01", status="complete", completed_on="2024-05-31")["age_days"] == 30
    path = f"/v1/actions/{given.action(start_on='2024-05-01')['id']}"
    assert api.move(path, "cancelled", on="2024-05-11", reason="No money", expect=200).json["age_days"] == 10


# --- every move of a date ------------------------------------------------------------------


def moves_of(api, path: str) -> list[tuple]:
    rows = api.get(f"{path}/reschedules", expect=200).data
    return [tuple(row[name] for name in ("member", "was", "became", "days_moved", "reason")) for row in rows]


def test_every_move_is_kept_with_what_it_was_why_and_who(api, action, person):
    path = action(due_on="2024-05-01", start_on="2024-01-08")
    assert api.get(f"{path}/reschedules").data == []
    person("ann").patch(path, {"due_on": "2024-06-03", "reason": "The partner is late."}, expect=200)
    api.patch(path, {"forecast_on": "2024-06-10", "forecast_precision": "tentative"}, expect=200)
    api.patch(path, {"due_on": "2024-05-20", "due_precision": "month", "start_on": None, "reason": "Sooner."},
              expect=200)
    assert moves_of(api, path)[0] == ("due_on", "2024-05-01", "2024-06-03", 33, "The partner is late.")
    assert sorted(moves_of(api, path)[1:3]) == [("forecast_on", None, "2024-06-10", None, None),
                                                ("forecast_precision", None, "tentative", None, None)]
    assert sorted(moves_of(api, path)[3:]) == [("due_on", "2024-06-03", "2024-05-20", -3, "Sooner."),
                                               ("due_precision", None, "month", None, "Sooner."),
                                               ("start_on", "2024-01-08", None, None, "Sooner.")]
    first, *others = api.get(f"{path}/reschedules").data
    assert first["moved_by"] == "ann" and all(row["moved_by"].startswith("client:") for row in others)
    assert {row["action_id"] for row in others} == {path.rsplit("/", 1)[1]}


def test_slippage_counts_the_moves_of_a_due_date_that_was_set(api, action):
    path = action()
    assert [api.get(path).json[name] for name in ("times_moved", "days_moved")] == [0, 0]
    for due_on, times, days in (("2024-05-01", 0, 0), ("2024-06-01", 1, 31), ("2024-05-11", 2, 10), (None, 3, None),
                                ("2024-04-01", 3, -30)):
        row = api.patch(path, {"due_on": due_on, "reason": "Why not"}, expect=200).json
        assert (row["times_moved"], row["days_moved"]) == (times, days), due_on
    api.patch(path, {"title": "Other", "due_precision": "tentative"}, expect=200)
    assert api.get(path).json["times_moved"] == 3


@pytest.mark.parametrize(("due_on", "was", "became", "days"), [
    ("2024-05-01", None, "month", 30), ("2024-05-01", "day", "month", 30), ("2024-05-01", "tentative", "month", 30),
    ("2024-05-01", "month", None, -30), ("2024-05-01", "month", "day", -30), ("2024-05-20", "month", "tentative", -11),
    ("2024-05-31", None, "month", 0), ("2024-05-31", "month", "tentative", 0), ("2024-02-29", "day", "month", 0),
    ("2024-05-01", None, "day", 0), ("2024-05-01", "day", None, 0), ("2024-05-01", "day", "tentative", 0),
])
def test_saying_how_exact_a_date_is_moves_it_where_it_then_stands_for_another_day(api, given, unwritten, due_on, was,
                                                                                became, days):
    path = f"/v1/actions/{given.action(due_on=due_on, due_precision=was)['id']}"
    if days:
        with unwritten():
            answer = api.patch(path, {"due_precision": became}, expect=422)
        assert (answer.pointers, answer.codes) == (["/reason"], ["reason_required"])
        assert "due_precision" in answer.text
    row = api.patch(path, {"due_precision": became} | ({"reason": "Said so."} if days else {}), expect=200).json
    assert (row["times_moved"], row["days_moved"]) == (int(days != 0), days)
    moved, = moves_of(api, path)
    assert moved == ("due_precision", was, became, days, "Said so." if days else None)


def test_a_date_and_its_precision_that_change_at_once_are_one_move(api, given):
    path = f"/v1/actions/{given.action(due_on='2024-05-01', start_on='2024-01-01')['id']}"
    row = api.patch(path, {"due_on": "2024-06-10", "due_precision": "month", "reason": "Later."}, expect=200).json
    assert (row["times_moved"], row["days_moved"]) == (1, 60)
    assert sorted(moves_of(api, path)) == [("due_on", "2024-05-01", "2024-06-10", 60, "Later."),
                                           ("due_precision", None, "month", None, "Later.")]
    assert api.patch(path, {"start_precision": "month"}, expect=422).pointers == ["/reason"]
    assert api.patch(path, {"start_precision": "month", "reason": "So."}, expect=200).json["times_moved"] == 1


def test_what_is_refused_or_tried_out_is_no_move(api, action, unwritten):
    path = action(due_on="2024-05-01")
    with unwritten():
        api.patch(path, {"due_on": "2024-06-01"}, expect=422)
        api.patch(f"{path}?validate_only=true", {"due_on": "2024-06-01", "reason": "Why"}, expect=200)
    assert moves_of(api, path) == []


def test_somebody_at_psql_is_seen_too(api, action, db):
    path = action(due_on="2024-05-01")
    db.execute("UPDATE inspectd.action SET due_on = '2024-05-03' WHERE id = %s", [path.rsplit("/", 1)[1]])
    row, = api.get(f"{path}/reschedules").data
    assert (row["days_moved"], row["reason"]) == (2, None) and row["moved_by"].startswith("database:")


def test_reschedules_are_read_only_and_follow_their_action(api, given, action):
    path = action(due_on="2024-05-01")
    api.patch(path, {"due_on": "2024-06-01", "reason": "Why not"}, expect=200)
    row, = api.get(f"{path}/reschedules").data
    address = f"/v1/reschedules/{row['id']}"
    assert api.get(address).json == row
    for method in ("PATCH", "DELETE", "POST"):
        api.request(method, address, json={"reason": "Other"}, expect=405)
    api.patch(path, {"sensitivity": "restricted"}, expect=200)
    assert api.get(address).json["sensitivity"] == "restricted"
    api.delete(path, expect=204)
    api.get(address, expect=404)
    api.post(f"{path}/restore", expect=200)
    api.get(address, expect=200)


def test_slippage_is_answered_as_it_was_recorded(api, action, db):
    path = action(due_on="2024-05-01")
    api.patch(path, {"due_on": "2024-06-01", "reason": "Why not"}, expect=200)
    before = api.get(path).json
    api.patch(path, {"due_on": "2024-07-01", "reason": "Again"}, expect=200)
    api.create(f"{path}/updates", {"rag": "red"})
    now = api.get(path).json
    assert [now[name] for name in ("times_moved", "days_moved", "rag")] == [2, 61, "red"]
    then = api.get(path, {"as_recorded_at": before["updated_at"]}, expect=200).json
    assert [then[name] for name in ("times_moved", "days_moved", "rag", "due_on")] == [1, 31, "not_rated",
                                                                                      "2024-06-01"]


def test_a_row_that_was_recorded_before_a_list_existed_had_nothing_in_it(api, action, service, cluster):
    """Its entry is made as an earlier version wrote it, past what refuses that, and the past is filled anew from there."""
    path = action(funding=[{"source": "The council"}])
    with cluster.connect(service.database, clusters.SUPERUSER) as owner, owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica")
        older = owner.execute("UPDATE inspectd.journal SET image = image - 'funding' WHERE row_key = %s",
                              [path.rsplit("/", 1)[1]])
        assert older.rowcount == 1
        owner.execute("DELETE FROM history.action")
        owner.execute("SELECT inspectd.fill_history('action')")
    row = api.get(path).json
    assert row["funding"] != []
    assert api.get(path, {"as_recorded_at": row["created_at"]}, expect=200).json["funding"] == []


# --- updates --------------------------------------------------------------------------------


def test_an_update_tells_of_progress_and_changes_nothing_of_the_action(api, action, person):
    path = action()
    before = api.get(path)
    update = person("ann").create(f"{path}/updates", {
        "rag": "amber", "distance_to_target": "Four of ten teams", "impact": "emerging", "narrative": "Audits began.",
        "next_step": "Audit the rest", "reported_on": "2024-05-01"})
    assert (update["reported_by"], update["authority_id"]) == ("ann", before.json["authority_id"])
    after = api.get(path)
    assert (after.json["version"], after.json["updated_at"]) == (before.json["version"], before.json["updated_at"])
    assert [after.json[name] for name in ("rag", "rag_on", "impact", "last_update_on", "update_count")] == [
        "amber", "2024-05-01", "emerging", "2024-05-01", 1]
    api.patch(path, {"title": "Other"}, if_match=before.etag, expect=200)


def test_the_latest_rating_and_impact_count_whenever_they_were_entered(api, action):
    path = action()
    assert [api.get(path).json[name] for name in ("rag", "rag_on", "impact", "last_update_on", "update_count")] == [
        "not_rated", None, None, None, 0]
    for told in ({"reported_on": "2024-06-01", "rag": "green"}, {"reported_on": "2024-05-01", "rag": "red"},
                 {"reported_on": "2024-05-15", "impact": "evidenced"}, {"reported_on": "2024-07-01", "narrative": "-"}):
        api.create(f"{path}/updates", told)
    assert [api.get(path).json[name] for name in ("rag", "rag_on", "impact", "last_update_on", "update_count")] == [
        "green", "2024-06-01", "evidenced", "2024-07-01", 4]
    api.create(f"{path}/updates", {"reported_on": "2024-06-01", "rag": "blue"})  # of one day, the one entered later
    assert api.get(path).json["rag"] == "blue"


def test_actions_are_found_and_counted_by_their_rating(api, given, action):
    authority = given.authority()
    for rag in ("red", "red", "green", None):
        path = action(authority_id=authority)
        if rag:
            api.create(f"{path}/updates", {"rag": rag})
    found = api.get("/v1/actions", {"authority_id": authority, "rag": "red"}, expect=200).data
    assert [row["rag"] for row in found] == ["red", "red"]
    counts = api.get("/v1/actions/counts", {"authority_id": authority, "by": "rag"}, expect=200).data
    assert {row["rag"]: row["count"] for row in counts} == {"red": 2, "green": 1, "not_rated": 1}


def test_a_correction_stands_for_what_it_corrects_and_both_stay(api, action):
    path = action()
    wrong = api.create(f"{path}/updates", {"rag": "green", "impact": "evidenced", "reported_on": "2024-05-01"})
    right = api.create(f"{path}/updates", {"rag": "amber", "corrects_id": wrong["id"]})
    assert (right["reported_on"], right["corrected_by_id"]) == ("2024-05-01", None)
    assert api.get(f"/v1/updates/{wrong['id']}").json["corrected_by_id"] == right["id"]
    row = api.get(path).json
    assert [row[name] for name in ("rag", "impact", "update_count")] == ["amber", None, 2]
    last = api.create(f"{path}/updates", {"rag": "red", "corrects_id": right["id"]})
    assert api.get(path).json["rag"] == "red"
    assert [row["id"] for row in api.get(f"{path}/updates", {"sort": "created_at"}).data] == [
        wrong["id"], right["id"], last["id"]]


def test_an_update_is_corrected_once_and_by_one_of_its_own_action(api, action, given, unwritten):
    path = action()
    authority = api.get(path).json["authority_id"]
    first = api.create(f"{path}/updates", {"rag": "green"})
    sibling = api.create(f"{action(authority_id=authority)}/updates", {"rag": "green"})
    stranger = api.create(f"{action()}/updates", {"rag": "green"})
    with unwritten():
        answer = api.post(f"{path}/updates", {"rag": "red", "corrects_id": sibling["id"]}, expect=422)
        assert (answer.pointers, answer.codes) == (["/corrects_id"], ["other_action"])
        answer = api.post(f"{path}/updates", {"rag": "red", "corrects_id": stranger["id"]}, expect=422)
        assert "no_such_row" in answer.codes
    api.create(f"{path}/updates", {"rag": "red", "corrects_id": first["id"]})
    with unwritten():
        answer = api.post(f"{path}/updates", {"rag": "amber", "corrects_id": first["id"]}, expect=409)
    assert (answer.pointers, answer.codes) == (["/corrects_id"], ["corrected_already"])


def test_of_corrections_posted_at_once_one_is_kept(api, action):
    path = action()
    wrong = api.create(f"{path}/updates", {"rag": "green"})
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: api.post(f"{path}/updates", {"narrative": f"{n}",
                                                                       "corrects_id": wrong["id"]}), range(6)))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 5


def test_an_update_is_never_edited_and_never_removed(api, action, db):
    update = api.create(f"{action()}/updates", {"rag": "green"})
    for method in ("PATCH", "DELETE", "PUT"):
        api.request(method, f"/v1/updates/{update['id']}", json={"rag": "red"}, expect=405)
    rights = db.execute("SELECT has_table_privilege('inspectd_api', 'inspectd.update', p) FROM unnest(%s::text[]) p",
                        [["SELECT", "INSERT", "UPDATE", "DELETE"]]).fetchall()
    assert [row[0] for row in rights] == [True, True, False, False]


@pytest.mark.parametrize("status", ["cancelled", "superseded"])
def test_of_what_was_given_up_there_is_no_progress(api, action, unwritten, status):
    path = action()
    update = api.create(f"{path}/updates", {"rag": "red"})
    api.move(path, status, reason="No money", expect=200)
    with unwritten():
        for body in ({"rag": "green"}, {"rag": "green", "corrects_id": update["id"]}):
            answer = api.post(f"{path}/updates", body, expect=409)
            assert (answer.pointers, answer.codes) == (["/action_id"], ["action_closed"])


@pytest.mark.parametrize("status", ["proposed", "on_hold", "complete"])
def test_of_everything_else_there_may_be(api, given, status):
    dates = {"completed_on": "2024-05-01"} if status == "complete" else {}
    api.create(f"/v1/actions/{given.action(status=status, **dates)['id']}/updates", {"impact": "not_yet_evident"})


def test_of_an_update_and_a_cancellation_at_once_the_second_sees_the_first(api, action):
    for _ in range(5):
        path = action()
        etag = api.get(path).etag
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            moving = pool.submit(api.move, path, "cancelled", reason="No money", if_match=etag)
            telling = pool.submit(api.post, f"{path}/updates", {"rag": "green"})
        assert moving.result().status == 200 and telling.result().status in (201, 409)
        if telling.result().status == 201:
            assert telling.result().json["created_at"] <= moving.result().json["updated_at"]


@pytest.mark.parametrize(("body", "pointer", "code"), [
    ({}, "/narrative", "required"), ({"narrative": " \n"}, "/narrative", "required"),
    ({"evidence_ids": []}, "/narrative", "required"), ({"reported_on": "2024-05-01"}, "/narrative", "required"),
    ({"rag": "red", "reported_on": day(1)}, "/reported_on", "in_future"),
    ({"rag": "purple"}, "/rag", "not_a_code"), ({"impact": "great"}, "/impact", "not_a_code"),
    ({"rag": "red", "reported_by": "me"}, "/reported_by", "read_only"),
])
def test_an_update_says_something_and_nothing_of_the_future(api, action, unwritten, body, pointer, code):
    path = action()
    with unwritten():
        answer = api.post(f"{path}/updates", body, expect=422)
    assert (answer.pointers[0], answer.codes[0]) == (pointer, code)


def test_an_update_that_names_no_evidence_as_evidence_is_warned_of(api, action, given):
    path = action()
    authority = api.get(path).json["authority_id"]
    papers = [given.one("documents", authority_id=authority, role=role)["id"] for role in ("evidence", "slides")]
    update = api.create(f"{path}/updates", {"evidence_ids": papers})
    assert [(w["code"], w["pointer"]) for w in update["warnings"]] == [("not_evidence", "/evidence_ids/1")]
    assert sorted(update["evidence_ids"]) == sorted(papers)
    assert api.get(path).json["evidence_ids"] == papers[:1]


def test_updates_follow_the_sensitivity_of_their_action(api, action):
    path = action()
    update = api.create(f"{path}/updates", {"rag": "red"})
    api.patch(path, {"sensitivity": "restricted"}, expect=200)
    after = api.get(f"/v1/updates/{update['id']}").json
    assert (update["sensitivity"], after["sensitivity"]) == ("council", "restricted")


# --- more time --------------------------------------------------------------------------------


def test_time_that_is_granted_moves_the_due_date(api, action, person):
    path = action(due_on="2024-05-31")
    before = api.get(path).json
    asked = person("ann").create(f"{path}/extensions", {"to_due_on": "2024-06-28", "reason": "The partner is late."})
    assert [asked[name] for name in ("status", "requested_by", "requested_on", "from_due_on", "decided_by")] == [
        "requested", "ann", day(0), "2024-05-31", None]
    assert api.get(path).json["version"] == before["version"]
    granted = person("bob").move(f"/v1/extensions/{asked['id']}", "granted", reason="Agreed with the police.",
                                 expect=200).json
    assert [granted[name] for name in ("status", "decided_by", "decision_reason", "status_on")] == [
        "granted", "bob", "Agreed with the police.", day(0)]
    after = api.get(path).json
    assert (after["due_on"], after["version"], after["times_moved"], after["days_moved"]) == (
        "2024-06-28", before["version"] + 1, 1, 28)
    assert moves_of(api, path) == [("due_on", "2024-05-31", "2024-06-28", 28,
                                    "extension granted: The partner is late.")]
    assert api.get(f"{path}/reschedules").data[0]["moved_by"] == "bob"


def test_the_journal_keeps_one_reason_for_the_move_and_one_for_the_decision(api, action, journal):
    path = action(due_on="2024-05-31")
    asked = api.create(f"{path}/extensions", {"to_due_on": "2024-06-28", "reason": "The partner is late."})
    api.move(f"/v1/extensions/{asked['id']}", "granted", reason="Agreed.", expect=200)
    assert journal.last(asked["id"])["reason"] == "Agreed."
    assert journal.last(path.rsplit("/", 1)[1])["reason"] == "extension granted: The partner is late."


@pytest.mark.parametrize(("to", "reason", "by"), [("refused", "It was put off before.", "bob"),
                                                  ("withdrawn", None, None)])
def test_time_that_is_refused_or_no_longer_wanted_moves_nothing(api, action, person, to, reason, by):
    path = action(due_on="2024-05-31")
    before = api.get(path)
    asked = api.create(f"{path}/extensions", {"to_due_on": "2024-06-28", "reason": "Late"})
    settled = person("bob").move(f"/v1/extensions/{asked['id']}", to, reason=reason, expect=200).json
    assert (settled["decided_by"], settled["decision_reason"]) == (by, reason)
    assert settled["allowed_transitions"] == []
    assert api.get(path).body == before.body
    api.create(f"{path}/extensions", {"to_due_on": "2024-06-28", "reason": "Asked anew"})


def test_a_refusal_says_why(api, action):
    asked = api.create(f"{action(due_on='2024-05-31')}/extensions", {"to_due_on": "2024-06-28", "reason": "Late"})
    assert api.move(f"/v1/extensions/{asked['id']}", "refused", expect=422).pointers == ["/reason"]


def test_a_decision_may_be_what_granted_it(api, action, decision, unwritten):
    path = action(due_on="2024-05-31")
    address = f"/v1/extensions/{api.create(f'{path}/extensions', {'to_due_on': '2024-06-28', 'reason': 'L'})['id']}"
    proposed = decision(path, "proposed")
    with unwritten():
        answer = transition(api, address, "granted", 422, decision_id=proposed)
    assert (answer.pointers, answer.codes) == (["/decision_id"], ["not_taken"])
    taken = decision(path)
    assert transition(api, address, "granted", decision_id=taken).json["decision_id"] == taken


@pytest.mark.parametrize(("due_on", "precision", "to", "code"), [
    ("2024-05-31", None, "2024-05-30", "earlier_date"), ("2024-05-31", None, "2024-05-31", "earlier_date"),
    ("2024-05-01", "month", "2024-05-31", "earlier_date"),
])
def test_more_time_ends_later_than_the_time_there_was(api, action, unwritten, due_on, precision, to, code):
    path = action(due_on=due_on, due_precision=precision)
    with unwritten():
        answer = api.post(f"{path}/extensions", {"to_due_on": to, "reason": "Late"}, expect=422)
    assert (answer.pointers, answer.codes) == (["/to_due_on"], [code])


def test_where_nothing_is_due_there_is_nothing_to_extend(api, action, unwritten):
    path = action()
    with unwritten():
        answer = api.post(f"{path}/extensions", {"to_due_on": "2024-05-31", "reason": "Late"}, expect=422)
    assert (answer.pointers, answer.codes) == (["/action_id"], ["no_due_on"])


def test_an_extension_begins_as_requested(api, action, unwritten):
    path = action(due_on="2024-05-31")
    with unwritten():
        answer = api.post(f"{path}/extensions", {"to_due_on": "2024-06-28", "reason": "Late", "status": "granted"},
                          expect=409)
    assert (answer.pointers, answer.codes) == (["/status"], ["not_yet_decided"])


def test_one_extension_waits_at_a_time(api, action):
    path = action(due_on="2024-05-31")
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: api.post(f"{path}/extensions", {"to_due_on": f"2024-07-0{n + 1}",
                                                                          "reason": "Late"}), range(6)))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 5
    assert {tuple(answer.codes) for answer in answers if answer.status == 409} == {("another_requested",)}


@pytest.mark.parametrize("status", ["complete", "cancelled", "superseded"])
def test_what_is_done_or_given_up_gets_no_more_time(api, action, unwritten, status):
    path, waiting = action(due_on="2024-05-31"), action(due_on="2024-05-31")
    asked = f"/v1/extensions/{api.create(f'{waiting}/extensions', {'to_due_on': '2024-07-01', 'reason': 'L'})['id']}"
    for moved in (path, waiting):
        api.move(moved, status, reason="Over", expect=200)
    with unwritten():
        answer = api.post(f"{path}/extensions", {"to_due_on": "2024-07-01", "reason": "Late"}, expect=409)
        assert (answer.pointers, answer.codes) == (["/action_id"], ["action_closed"])
    assert api.get(asked).json["status"] == "withdrawn"


def test_a_request_that_somebody_brings_back_to_what_is_closed_is_not_granted(api, action, db, unwritten):
    path = action(due_on="2024-05-31")
    asked = api.create(f"{path}/extensions", {"to_due_on": "2024-07-01", "reason": "L"})["id"]
    api.move(path, "cancelled", reason="Over", expect=200)
    db.execute("UPDATE inspectd.extension SET status = 'requested' WHERE id = %s", (asked,))
    asked = f"/v1/extensions/{asked}"
    with unwritten():
        answer = api.move(asked, "granted", expect=409)
        assert (answer.pointers, answer.codes) == (["/to"], ["action_closed"])
    api.move(asked, "refused", reason="Over", expect=200)


@pytest.mark.parametrize(("patch", "code"), [
    ({"due_on": "2024-07-01"}, "due_later_already"), ({"due_on": "2024-08-01"}, "due_later_already"),
    ({"due_on": None}, "no_due_on"), ({"start_on": "2024-07-02", "due_on": None}, "no_due_on"),
])
def test_what_was_moved_meanwhile_is_not_moved_back(api, action, unwritten, patch, code):
    path = action(due_on="2024-05-31")
    asked = f"/v1/extensions/{api.create(f'{path}/extensions', {'to_due_on': '2024-07-01', 'reason': 'L'})['id']}"
    api.patch(path, patch | {"reason": "Meanwhile"}, expect=200)
    with unwritten():
        answer = api.move(asked, "granted", expect=409)
    assert (answer.pointers, answer.codes) == (["/to"], [code])


def test_nobody_at_psql_grants_what_cannot_be_granted(api, action, db):
    path = action(due_on="2024-05-31")
    asked = api.create(f"{path}/extensions", {"to_due_on": "2024-07-01", "reason": "Late"})
    api.move(path, "cancelled", reason="Over", expect=200)
    with pytest.raises(Exception, match="closed, or due at that time"):
        db.execute("UPDATE inspectd.extension SET status = 'granted' WHERE id = %s", [asked["id"]])


# --- who takes part, and with what money -----------------------------------------------------------


def test_partners_are_named_with_whether_and_when_they_agreed(api, given):
    authority = given.authority()
    lead, police, district = (given.one("organisations", authority_id=authority)["id"] for _ in range(3))
    everybodys = api.create("/v1/organisations", {"name": "Shared trust", "kind": "childrens_trust"})["id"]
    partners = [{"organisation_id": police, "role": "Shares the cost", "agreed": True, "agreed_on": "2024-05-01"},
                {"organisation_id": district, "role": None, "agreed": None, "agreed_on": None},
                {"organisation_id": everybodys, "role": None, "agreed": False, "agreed_on": None}]
    row = given.action(authority, lead_organisation_id=lead, partners=partners)
    assert sorted(row["partners"], key=str) == sorted(partners, key=str)
    for organisation in (lead, police, everybodys):
        assert api.get("/v1/actions", {"organisation_id": organisation}, expect=200).ids == [row["id"]]
    assert api.get("/v1/actions", {"lead_organisation_id": lead}, expect=200).ids == [row["id"]]
    changed = api.patch(f"/v1/actions/{row['id']}", {"partners": partners[:1]}, expect=200).json
    assert changed["partners"] == partners[:1]


@pytest.mark.parametrize(("partner", "pointer", "code"), [
    ({"agreed_on": "2024-05-01"}, "/partners/0/agreed_on", "not_agreed"),
    ({"agreed": False, "agreed_on": "2024-05-01"}, "/partners/0/agreed_on", "not_agreed"),
    ({"agreed": True, "agreed_on": day(1)}, "/partners/0/agreed_on", "in_future"),
])
def test_a_day_of_agreement_needs_an_agreement(api, given, unwritten, partner, pointer, code):
    organisation = given.one("organisations")
    body = given.body("actions", authority_id=organisation["authority_id"],
                      partners=[{"organisation_id": organisation["id"]} | partner])
    with unwritten():
        answer = api.post("/v1/actions", body, expect=422)
    assert (answer.pointers, answer.codes) == ([pointer], [code])


def test_a_partner_is_named_once_and_not_another_councils(api, given, unwritten):
    mine, theirs = given.one("organisations"), given.one("organisations")
    for ids, pointer in (([mine["id"]] * 2, "/partners/1"), ([theirs["id"]], "/partners/0/organisation_id")):
        body = given.body("actions", authority_id=mine["authority_id"],
                          partners=[{"organisation_id": organisation} for organisation in ids])
        with unwritten():
            assert api.post("/v1/actions", body, expect=422).pointers[0].startswith(pointer)


def test_a_lead_that_is_a_partner_too_is_warned_of(given):
    organisation = given.one("organisations")
    row = given.action(organisation["authority_id"], lead_organisation_id=organisation["id"],
                       partners=[{"organisation_id": organisation["id"]}])
    assert [warning["code"] for warning in row["warnings"]] == ["lead_is_partner"]


def test_funding_says_from_whom_how_much_and_on_what_conditions(api, given):
    grant = {"source": "Department for Education", "amount": 330000, "purpose": "Practice leaders", "conditions": None}
    welcome = {"source": "The council", "amount": 5000.5, "purpose": None,
               "conditions": "Part is repaid by whoever leaves within a year"}
    assert given.action(funding=[grant, welcome])["funding"] == [grant, welcome]
    body = given.body("actions", funding=[{"amount": 5}])
    assert api.post("/v1/actions", body, expect=422).pointers == ["/funding/0/source"]


def test_an_action_serves_several_plans_and_boards(api, given):
    authority = given.authority()
    plans = sorted(given.one("plans", authority_id=authority)["id"] for _ in range(2))
    boards = sorted(given.one("boards", authority_id=authority)["id"] for _ in range(2))
    row = given.action(authority, plan_ids=plans, board_ids=boards)
    assert (row["plan_ids"], row["board_ids"]) == (plans, boards)
    for plan in plans:
        assert api.get("/v1/actions", {"plan_id": plan}, expect=200).ids == [row["id"]]
        assert api.get(f"/v1/plans/{plan}").json["action_ids"] == [row["id"]]
    assert api.get("/v1/actions", {"board_id": boards[0]}, expect=200).ids == [row["id"]]
    shown, = api.get("/v1/actions", {"id": row["id"], "expand": "plans,boards"}, expect=200).data
    assert sorted(plan["id"] for plan in shown["plans"]) == plans
