"""How statuses move. The tables are CONTRACT sections 8 and 9 and what issue 3 adds, written out by hand."""

from __future__ import annotations

import itertools

import pytest

from harness.described import those
from harness.examples import day

NO, YES, WHY = "no", "yes", "with a reason"

INSPECTIONS = {
    "planned": {"in_progress": YES, "cancelled": WHY},
    "in_progress": {"reported": YES, "cancelled": WHY},
    "reported": {"published": YES},
    "published": {},
    "cancelled": {},
}
FINDINGS = {
    "open": {"being_addressed": YES, "addressed": YES},
    "being_addressed": {"addressed": YES, "open": WHY},
    "addressed": {"confirmed_resolved": YES, "being_addressed": WHY},
    "confirmed_resolved": {"being_addressed": WHY},
    "not_applicable": {},
}
ACTIONS = {
    "proposed": {"not_started": YES, "in_progress": YES, "cancelled": WHY, "superseded": WHY},
    "not_started": {"in_progress": YES, "complete": YES, "on_hold": WHY, "cancelled": WHY, "superseded": WHY},
    "in_progress": {"complete": YES, "on_hold": WHY, "cancelled": WHY, "superseded": WHY},
    "on_hold": {"not_started": YES, "in_progress": YES, "cancelled": WHY, "superseded": WHY},
    "complete": {"embedded": YES, "in_progress": WHY, "superseded": WHY},
    "embedded": {"in_progress": WHY},
    "cancelled": {},
    "superseded": {},
}
AUTHORITIES = {"current": {"abolished": WHY}, "abolished": {"current": WHY}}
PLANS = {
    "draft": {"agreed": YES, "closed": WHY},
    "agreed": {"submitted": YES, "in_force": YES, "draft": WHY, "superseded": WHY, "closed": WHY},
    "submitted": {"in_force": YES, "draft": WHY, "superseded": WHY, "closed": WHY},
    "in_force": {"superseded": WHY, "closed": WHY},
    "superseded": {},
    "closed": {},
}
EXTENSIONS = {
    "requested": {"granted": YES, "refused": WHY, "withdrawn": YES},
    "granted": {},
    "refused": {},
    "withdrawn": {},
}
MEETINGS = {"planned": {"held": YES, "cancelled": WHY}, "held": {}, "cancelled": {"planned": WHY}}
DECISIONS = {
    "proposed": {"taken": YES, "withdrawn": WHY},
    "taken": {"done": YES},
    "done": {"taken": WHY},
    "withdrawn": {},
}
ACCESS = {"active": {"revoked": YES}, "revoked": {}}
TABLES = {
    "inspections": INSPECTIONS, "findings": FINDINGS, "actions": ACTIONS, "authorities": AUTHORITIES, "plans": PLANS,
    "extensions": EXTENSIONS, "meetings": MEETINGS, "decisions": DECISIONS, "clients": ACCESS, "keys": ACCESS,
}
# How a new row comes to each status that it does not begin with.
WAYS = {
    "findings": {"being_addressed": ["being_addressed"], "addressed": ["addressed"],
                 "confirmed_resolved": ["addressed", "confirmed_resolved"]},
    "authorities": {"abolished": ["abolished"]},
    "plans": {"agreed": ["agreed"], "submitted": ["agreed", "submitted"], "in_force": ["agreed", "in_force"],
              "superseded": ["agreed", "superseded"], "closed": ["closed"]},
    "extensions": {"granted": ["granted"], "refused": ["refused"], "withdrawn": ["withdrawn"]},
    "meetings": {"held": ["held"], "cancelled": ["cancelled"]},
    "decisions": {"taken": ["taken"], "done": ["taken", "done"], "withdrawn": ["withdrawn"]},
    "clients": {"revoked": ["revoked"]},
    "keys": {"revoked": ["revoked"]},
}

PAIRS = [(resource, old, new) for resource, table in TABLES.items() for old, new in itertools.product(table, table)]
STATUSES = [(resource, status) for resource, table in TABLES.items() for status in table]


def test_every_status_that_moves_has_its_table_here():
    assert sorted(TABLES) == sorted(those("is_moved"))


@pytest.fixture
def complete(api, given, service):
    """A new action that somebody else has completed, with evidence: what it takes to be embedded."""
    somebody_else = api.with_key(service.make_key(name="somebody else"))

    def make() -> dict:
        row = given.action()
        given.one("documents", authority_id=row["authority_id"], role="evidence", action_ids=[row["id"]])
        return somebody_else.move(f"/v1/actions/{row['id']}", "complete", on="2024-05-01", expect=200).json

    return make


@pytest.fixture
def resolved(given):
    """A new finding that one of a later visit says is resolved: what it takes to be confirmed."""

    def make() -> dict:
        row = given.finding(given.inspection(start_on="2024-04-08")["id"])
        later = given.inspection(row["authority_id"], status="in_progress", start_on="2024-04-29")
        given.finding(later["id"], links=[{"earlier_id": row["id"], "relation": "resolved"}])
        return row

    return make


@pytest.fixture
def begin(api, given, complete, resolved):
    """begin("findings", "addressed"): a new row, of that status where a row may be made so, else fit to be moved to it."""

    def make(resource: str, status: str) -> dict:
        if resource == "inspections":
            dates = {"in_progress": {"start_on": "2024-05-01"},
                     "reported": {"start_on": "2024-05-01", "end_on": "2024-05-02", "received_on": "2024-06-03"}}
            dates["published"] = dates["reported"] | {"published_on": "2024-06-10"}
            return given.inspection(status=status, **dates.get(status, {}))
        if resource == "actions":
            row = complete() if status in ("complete", "embedded") else given.action(status=status)
            if status == "embedded":
                api.move(f"/v1/actions/{row['id']}", "embedded", on="2024-05-02", expect=200)
            return row
        if resource == "findings":
            return given.finding(kind="strength") if status == "not_applicable" else resolved()
        members = {"extensions": {"requested_on": "2024-04-01"}, "decisions": {"wording_taken": "That it be noted"}}
        return given.one(resource, **members.get(resource, {}))

    return make


@pytest.fixture
def at(api, begin):
    """at("findings", "addressed"): the path of a new row with that status."""

    def make(resource: str, status: str) -> str:
        path = f"/v1/{resource}/{begin(resource, status)['id']}"
        for step in WAYS.get(resource, {}).get(status, []):
            api.move(path, step, on="2024-05-01", reason="So it was", expect=200)
        assert api.get(path).json["status"] == status
        return path

    return make


# --- every pair ---------------------------------------------------------------------


@pytest.mark.parametrize(("resource", "old", "new"), PAIRS, ids=["-".join(pair) for pair in PAIRS])
def test_a_status_moves_as_the_table_says_and_no_other_way(api, at, unwritten, resource, old, new):
    path, rule = at(resource, old), TABLES[resource][old].get(new, NO)
    if rule == NO:
        with unwritten():
            answer = api.move(path, new, reason="Because.", expect=409)
        assert sorted(answer.problem["allowed"]) == sorted(TABLES[resource][old])
        return
    if rule == WHY:
        with unwritten():
            for reason in (None, "", " \t"):
                assert set(api.move(path, new, reason=reason, expect=422).pointers) == {"/reason"}
    moved = api.move(path, new, reason="Because." if rule == WHY else None, expect=200)
    assert moved.json["status"] == new
    assert sorted(moved.json["allowed_transitions"]) == sorted(TABLES[resource][new])
    read = api.get(path)
    assert (read.body, read.etag) == (moved.body, moved.etag)


@pytest.mark.parametrize(("resource", "status"), STATUSES, ids=["-".join(pair) for pair in STATUSES])
def test_allowed_transitions_says_what_is_accepted(api, at, unwritten, resource, status):
    path = at(resource, status)
    allowed = api.get(path).json["allowed_transitions"]
    assert sorted(allowed) == sorted(TABLES[resource][status])
    accepted = []
    for target in TABLES[resource]:
        with unwritten():
            answer = api.move(f"{path}?validate_only=true", target, reason="Because.", expect=[200, 409])
        accepted += [target] if answer.status == 200 else []
    assert sorted(accepted) == sorted(allowed)


@pytest.mark.parametrize("resource", TABLES)
def test_lists_show_allowed_transitions_too(api, at, resource):
    for status, targets in TABLES[resource].items():
        row, = api.get(f"/v1/{resource}", {"id": at(resource, status).rsplit("/", 1)[1]}).data
        assert sorted(row["allowed_transitions"]) == sorted(targets)


# --- the request ----------------------------------------------------------------------


def test_a_status_begins_no_earlier_than_the_one_before_it(api, given, unwritten):
    action = given.action()
    path = f"/v1/actions/{action['id']}"
    api.move(path, "in_progress", on="2024-05-10", expect=200)
    with unwritten():
        refused = api.move(path, "complete", on="2024-05-09", expect=422).problem["errors"]
    assert [(error["pointer"], error["code"]) for error in refused] == [("/on", "before_present_status")]
    assert "2024-05-10" in refused[0]["detail"]
    api.move(path, "complete", on="2024-05-10", expect=200)


@pytest.mark.parametrize(("body", "pointers"), [
    ({}, ["/to"]), ({"to": None}, ["/to"]), ({"to": 7}, ["/to"]), ({"to": "in_progress", "on": "2024-02-30"}, ["/on"]),
    ({"to": "in_progress", "on": "01/02/2024"}, ["/on"]), ({"to": "in_progress", "on": 20240201}, ["/on"]),
    ({"to": "in_progress", "status": "x", "version": 1}, ["/status", "/version"]),
    ({"to": "on_hold", "reason": 7}, ["/reason"]), ({"to": "on_hold", "reason": "r" * 1001}, ["/reason"]),
])
def test_a_transition_that_is_ill_formed_is_refused(api, at, unwritten, body, pointers):
    path = at("actions", "not_started")
    etag = api.get(path).etag
    with unwritten():
        answer = api.post(f"{path}/transitions", body, if_match=etag, expect=422)
    assert sorted(set(answer.pointers)) == pointers


def test_a_status_that_does_not_exist_is_refused(api, at, unwritten):
    path = at("actions", "not_started")
    with unwritten():
        for nonsense in ("done", "", "COMPLETE", "complete ", "open", "planned"):
            api.move(path, nonsense, expect=[409, 422])


@pytest.mark.parametrize("resource", those("is_moved", "is_changed"))
def test_a_status_is_not_changed_by_patch(api, at, unwritten, resource):
    old, new = [status for status in TABLES[resource] if status != "not_applicable"][:2]
    path = at(resource, old)
    with unwritten():
        assert api.patch(path, {"status": new}, expect=422).pointers == ["/status"]
        assert api.patch(path, {"status_on": "2024-01-01"}, expect=422).pointers == ["/status_on"]


def test_a_finding_begins_open_and_its_status_cannot_be_posted(api, given, unwritten):
    assert given.finding()["status"] == "open"
    body = given.body("findings", status="addressed")
    with unwritten():
        assert api.post("/v1/findings", body, expect=422).pointers == ["/status"]


def test_a_strength_is_not_applicable_and_follows_its_kind(api, given):
    row = given.finding(kind="strength")
    assert (row["status"], row["allowed_transitions"]) == ("not_applicable", [])
    path = f"/v1/findings/{row['id']}"
    changed = api.patch(path, {"kind": "area_for_improvement"}, expect=200).json
    assert changed["status"] == "open"
    assert api.patch(path, {"kind": "strength"}, expect=200).json["status"] == "not_applicable"


@pytest.mark.parametrize("status", ["embedded", "complete"])
def test_an_action_is_created_embedded_by_nobody_and_complete_by_anybody(api, given, unwritten, status):
    body = given.body("actions", status=status, completed_on="2024-05-01")
    if status == "complete":
        assert api.create("/v1/actions", body)["status"] == "complete"
        return
    with unwritten():
        answer = api.post("/v1/actions", body, expect=[409, 422])
    assert "/status" in answer.pointers


# --- when -----------------------------------------------------------------------------


@pytest.mark.parametrize(("resource", "old", "new"), [
    ("inspections", "planned", "in_progress"), ("findings", "open", "being_addressed"),
    ("actions", "not_started", "in_progress"), ("authorities", "current", "abolished"), ("plans", "draft", "agreed"),
    ("extensions", "requested", "refused"), ("meetings", "planned", "cancelled"), ("decisions", "proposed", "taken"),
    ("clients", "active", "revoked"), ("keys", "active", "revoked"),
])
def test_a_transition_happens_today_unless_it_says_when_and_never_later(api, at, unwritten, resource, old, new):
    path = at(resource, old)
    with unwritten():
        assert api.move(path, new, on=day(1), reason="Because.", expect=422).pointers == ["/on"]
    assert api.move(path, new, reason="Because.", expect=200).json["status_on"] == day(0)
    assert api.move(at(resource, old), new, on="2024-06-14", reason="Because.",
                    expect=200).json["status_on"] == "2024-06-14"


def test_an_inspection_takes_its_dates_from_its_transitions(api, given):
    path = f"/v1/inspections/{given.inspection(planned_start_on='2024-05-01')['id']}"
    assert api.move(path, "in_progress", on="2024-05-07", expect=200).json["start_on"] == "2024-05-07"
    api.patch(path, {"end_on": "2024-05-08"}, expect=200)
    assert api.move(path, "reported", on="2024-06-03", expect=200).json["received_on"] == "2024-06-03"
    published = api.move(path, "published", on="2024-06-10", expect=200).json
    dates = {"planned_start_on": "2024-05-01", "start_on": "2024-05-07", "end_on": "2024-05-08",
             "received_on": "2024-06-03", "published_on": "2024-06-10", "status_on": "2024-06-10"}
    assert published.items() >= dates.items()


def test_a_date_that_a_transition_would_set_is_kept_where_it_was_given(api, given):
    path = f"/v1/inspections/{given.inspection(start_on='2024-05-01', end_on='2024-05-02')['id']}"
    assert api.move(path, "in_progress", on="2024-05-07", expect=200).json["start_on"] == "2024-05-01"


def test_a_transition_that_would_break_the_order_of_dates_is_refused(api, given, unwritten):
    row = given.inspection(status="reported", start_on="2024-05-01", end_on="2024-05-02", received_on="2024-06-03")
    with unwritten():
        answer = api.move(f"/v1/inspections/{row['id']}", "published", on="2024-04-30", expect=422)
    assert {"/on", "/published_on"} & set(answer.pointers)


def test_an_action_is_completed_on_the_day_that_it_was_and_not_once_it_is_taken_up_again(api, given):
    path = f"/v1/actions/{given.action()['id']}"
    assert api.move(path, "complete", on="2024-05-07", expect=200).json["completed_on"] == "2024-05-07"
    assert api.move(path, "in_progress", reason="It was not.", expect=200).json["completed_on"] is None
    assert api.move(path, "complete", expect=200).json["completed_on"] == day(0)


def test_an_authority_is_abolished_on_a_day_and_not_once_it_is_back(api, given):
    path = f"/v1/authorities/{given.authority()}"
    assert api.move(path, "abolished", on="2023-03-31", reason="Merged", expect=200).json["ended_on"] == "2023-03-31"
    assert api.move(path, "current", reason="A mistake", expect=200).json["ended_on"] is None


# --- reasons ----------------------------------------------------------------------------


def test_the_reason_of_a_transition_is_in_the_journal(api, given, journal):
    row = given.action()
    moved = api.move(f"/v1/actions/{row['id']}", "on_hold", reason="Waiting for the police.", expect=200).json
    entry = journal.last(row["id"])
    assert "reason" not in moved
    assert (entry["reason"], entry["version"], entry["image"]["status"]) == ("Waiting for the police.", 2, "on_hold")


PLANNED = [("inspections", "planned_start_on"), ("actions", "start_on"), ("actions", "due_on"),
           ("measures", "target_on"), ("decisions", "due_on")]
BESIDE = {"measures": {"target": 5}}  # what such a date asks for


@pytest.mark.parametrize(("resource", "member"), PLANNED)
@pytest.mark.parametrize("moved_to", ["2024-06-03", "2024-04-03", None])
def test_moving_a_planned_date_needs_a_reason_which_is_kept(api, given, journal, unwritten, resource, member, moved_to):
    row = given.one(resource, **{member: "2024-05-01"}, **BESIDE.get(resource, {}))
    path = f"/v1/{resource}/{row['id']}"
    for reason in ({}, {"reason": " "}, {"reason": ""}):
        with unwritten():
            assert "/reason" in api.patch(path, {member: moved_to} | reason, expect=422).pointers
    moved = api.patch(path, {member: moved_to, "reason": "Election."}, expect=200).json
    assert moved[member] == moved_to and "reason" not in moved
    entry = journal.last(row["id"])
    assert (entry["reason"], entry["image"][member]) == ("Election.", moved_to)


@pytest.mark.parametrize(("resource", "member"), PLANNED)
def test_setting_a_planned_date_or_repeating_it_needs_no_reason(api, given, resource, member):
    path = f"/v1/{resource}/{given.one(resource, **BESIDE.get(resource, {}))['id']}"
    for value in ("2024-05-01", "2024-05-01"):
        assert api.patch(path, {member: value}, expect=200).json["version"] == 2


def test_a_forecast_moves_freely(api, given):
    path = f"/v1/actions/{given.action(forecast_on='2024-05-01')['id']}"
    api.patch(path, {"forecast_on": "2024-06-01"}, expect=200)
