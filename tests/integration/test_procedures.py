"""What is done to many rows in one step: actions carried forward to a plan, or handed over to a successor."""

from __future__ import annotations

import concurrent.futures

import pytest

from harness.examples import ABSENT_ID, day

OPEN = ("proposed", "not_started", "in_progress", "on_hold")
OVER = ("complete", "cancelled", "superseded")
REASON = "What is left of year one."


def of_statuses(given, authority: str, **members) -> dict[str, dict]:
    """An action of each status, by its status."""
    return {
        status: given.action(authority, title=status, status=status, **members,
                             **({"completed_on": "2024-03-01"} if status == "complete" else {}))
        for status in OPEN + OVER
    }


def ids(actions: dict[str, dict], *statuses: str) -> list[str]:
    return sorted(actions[status]["id"] for status in statuses)


# --- carry-forwards ------------------------------------------------------------------------


@pytest.fixture
def plans(given) -> tuple[dict, dict]:
    """Year one, and year two, which supersedes it."""
    first = given.one("plans", title="Year one", status="in_force")
    return first, given.one("plans", authority_id=first["authority_id"], title="Year two",
                            supersedes_id=first["id"])


@pytest.fixture
def actions(given, plans) -> dict[str, dict]:
    """One of each status, all of them year one's."""
    return of_statuses(given, plans[0]["authority_id"], plan_ids=[plans[0]["id"]])


@pytest.fixture
def carry(api):
    """carry(plan, from_plan_id=...): the answer."""

    def post(plan: dict | str, expect: int = 200, idempotency_key: str | None = None, query: str = "", **body):
        plan_id = plan if isinstance(plan, str) else plan["id"]
        return api.post(f"/v1/plans/{plan_id}/carry-forwards{query}", body, idempotency_key=idempotency_key,
                        expect=expect)

    return post


def test_what_is_open_is_carried_forward_from_the_plan_that_is_superseded(api, plans, actions, carry):
    first, second = plans
    answer = carry(second, reason=REASON).json
    assert answer == {"plan_id": second["id"], "from_plan_id": first["id"],
                      "carried_action_ids": ids(actions, *OPEN), "already_there_action_ids": []}
    assert sorted(api.get(f"/v1/plans/{second['id']}").json["action_ids"]) == ids(actions, *OPEN)
    assert sorted(api.get(f"/v1/plans/{first['id']}").json["action_ids"]) == ids(actions, *OPEN, *OVER)


def test_each_action_that_is_carried_gets_one_more_version_and_the_reason(api, plans, actions, carry, journal):
    carry(plans[1], reason=REASON)
    for status, action in actions.items():
        row = api.get(f"/v1/actions/{action['id']}").json
        carried = status in OPEN
        assert row["version"] == action["version"] + carried, status
        assert row["plan_ids"] == sorted(plan["id"] for plan in plans[:1 + carried])
        entry = journal.last(action["id"])
        assert (entry["reason"] == REASON) is carried
        assert (entry["op"] == "updated") is carried


def test_the_plans_themselves_stay_as_they_are(api, plans, actions, carry):
    carry(plans[1])
    for plan in plans:
        assert api.get(f"/v1/plans/{plan['id']}").json["version"] == plan["version"]


def test_what_is_there_already_is_told_apart_and_left_alone(api, plans, actions, carry, unwritten):
    path = f"/v1/actions/{actions['on_hold']['id']}"
    api.patch(path, {"plan_ids": [plan["id"] for plan in plans]}, expect=200)
    there = api.get(path).json["version"]
    answer = carry(plans[1]).json
    assert answer["carried_action_ids"] == ids(actions, "proposed", "not_started", "in_progress")
    assert answer["already_there_action_ids"] == ids(actions, "on_hold")
    assert api.get(path).json["version"] == there
    with unwritten():
        answer = carry(plans[1]).json
    assert (answer["carried_action_ids"], answer["already_there_action_ids"]) == ([], ids(actions, *OPEN))


def test_another_plan_of_the_authority_may_be_named(given, plans, actions, carry):
    third = given.one("plans", authority_id=plans[0]["authority_id"], title="Front door")
    assert carry(third, from_plan_id=plans[0]["id"]).json["carried_action_ids"] == ids(actions, *OPEN)


def test_deleted_actions_are_not_carried(api, plans, actions, carry):
    api.delete(f"/v1/actions/{actions['proposed']['id']}", expect=204)
    assert carry(plans[1]).json["carried_action_ids"] == ids(actions, "not_started", "in_progress", "on_hold")


def test_no_body_is_as_good_as_an_empty_one(api, plans, actions):
    answer = api.post(f"/v1/plans/{plans[1]['id']}/carry-forwards", expect=200)
    assert answer.json["carried_action_ids"] == ids(actions, *OPEN)


@pytest.mark.parametrize("named", ["itself", "absent", "another authority's", "deleted", "none", "ill-formed"])
def test_a_plan_that_nothing_can_come_from_is_refused(api, given, plans, carry, unwritten, named):
    first, second = plans
    other = given.one("plans")
    gone = given.one("plans", authority_id=first["authority_id"])
    api.delete(f"/v1/plans/{gone['id']}", expect=204)
    target, from_plan_id, code = {
        "itself": (second, second["id"], "self"), "absent": (second, ABSENT_ID, "no_such_row"),
        "another authority's": (second, other["id"], "no_such_row"), "deleted": (second, gone["id"], "no_such_row"),
        "none": (first, None, "required"), "ill-formed": (second, "year one", "not_an_id"),
    }[named]
    with unwritten():
        answer = carry(target, 422, from_plan_id=from_plan_id)
    assert (answer.pointers, answer.codes) == (["/from_plan_id"], [code])


@pytest.mark.parametrize("status", ["superseded", "closed"])
def test_a_plan_that_is_over_takes_no_more_actions(given, plans, actions, carry, unwritten, status):
    over = given.one("plans", authority_id=plans[0]["authority_id"], status=status)
    with unwritten():
        answer = carry(over, 409, from_plan_id=plans[0]["id"])
    assert (answer.pointers, answer.codes) == (["/id"], ["plan_over"])


def test_everything_wrong_with_a_carry_forward_is_said_at_once(given, plans, carry, unwritten):
    over = given.one("plans", authority_id=plans[0]["authority_id"], status="closed")
    with unwritten():
        answer = carry(over, 422, from_plan_id=over["id"], reason=" ", plan_id=over["id"])
    assert set(zip(answer.pointers, answer.codes)) == {
        ("/plan_id", "unknown_member"), ("/reason", "bad_form"), ("/id", "plan_over"), ("/from_plan_id", "self")}


def test_a_carry_forward_to_no_plan_is_not_found(api, given, carry, unwritten):
    gone = given.one("plans")
    api.delete(f"/v1/plans/{gone['id']}", expect=204)
    with unwritten():
        carry(ABSENT_ID, 404)
        carry(gone, 404)
        carry("year-two", 404)


def test_a_dry_run_of_a_carry_forward_says_what_would_be(plans, actions, carry, unwritten):
    with unwritten():
        answer = carry(plans[1], query="?validate_only=true").json
    assert answer["carried_action_ids"] == ids(actions, *OPEN)
    assert carry(plans[1]).json == answer


def test_a_carry_forward_is_done_once(plans, actions, carry, unwritten):
    first = carry(plans[1], idempotency_key="carry-1")
    with unwritten():
        again = carry(plans[1], idempotency_key="carry-1")
    assert (again.headers["Idempotency-Replayed"], again.body) == ("true", first.body)
    carry(plans[1], 422, idempotency_key="carry-1", reason="Another body")


def test_actions_that_change_meanwhile_are_carried_all_the_same(api, plans, actions, carry):
    paths = [f"/v1/actions/{actions[status]['id']}" for status in OPEN] * 3
    with concurrent.futures.ThreadPoolExecutor() as pool:
        carried = [pool.submit(carry, plans[1]) for _ in range(2)]
        changed = [pool.submit(api.patch, path, {"detail": f"Detail {n}"}, if_match="*", expect=200)
                   for n, path in enumerate(paths)]
        answers = [future.result().json for future in carried]
        for future in changed:
            future.result()
    assert sorted(sum((answer["carried_action_ids"] for answer in answers), [])) == ids(actions, *OPEN)
    for status in OPEN:
        row = api.get(f"/v1/actions/{actions[status]['id']}").json
        assert row["version"] == actions[status]["version"] + 3 + 1, status


def test_carrying_forward_takes_the_scope_for_plans(api, make_key, plans, unwritten):
    path = f"/v1/plans/{plans[1]['id']}/carry-forwards"
    reader = api.with_key(make_key(["plans:read", "actions:write"]))
    with unwritten():
        reader.post(path, {}, expect=403)
    api.with_key(make_key(["plans:write"])).post(path, {}, expect=200)


# --- handovers ----------------------------------------------------------------------------------


@pytest.fixture
def councils(api, given) -> tuple[str, str, str]:
    """One that was abolished, and its two successors."""
    successors = [given.authority(), given.authority()]
    old = given.authority(successor_ids=successors)
    api.move(f"/v1/authorities/{old}", "abolished", on="2023-03-31", reason="Reorganised", expect=200)
    return old, *successors


@pytest.fixture
def hand_over(api):
    """hand_over("909", to_authority_id="943"): the answer."""

    def post(authority: str, expect: int = 200, idempotency_key: str | None = None, query: str = "", **body):
        return api.post(f"/v1/authorities/{authority}/handovers{query}", {"reason": REASON} | body,
                        idempotency_key=idempotency_key, expect=expect)

    return post


def test_open_actions_go_on_in_the_successor(api, given, councils, hand_over):
    old, new, _ = councils
    actions = of_statuses(given, old)
    answer = hand_over(old, to_authority_id=new).json
    assert (answer["from_authority_id"], answer["to_authority_id"]) == (old, new)
    assert [pair["from_action_id"] for pair in answer["moved"]] == ids(actions, *OPEN)
    by_id = {action["id"]: action for action in actions.values()}
    for pair in answer["moved"]:
        was, became = (api.get(f"/v1/actions/{pair[end]}", expect=200).json for end in
                       ("from_action_id", "to_action_id"))
        before = by_id[was["id"]]
        assert (was["status"], was["status_on"], was["version"]) == ("superseded", day(0), before["version"] + 1)
        assert (became["authority_id"], became["status"]) == (new, before["status"])
        assert (became["continues_id"], became["version"]) == (was["id"], 1)
        assert was["continued_by_ids"] == [became["id"]]
    for status in OVER:
        assert api.get(f"/v1/actions/{actions[status]['id']}").json["version"] == actions[status]["version"]


def test_an_action_takes_along_what_is_its_own_what_is_everybodys_and_what_it_answers(api, given, councils, hand_over):
    old, new, _ = councils
    police = api.create("/v1/organisations", {"name": "Constabulary", "kind": "police"})["id"]
    service = given.one("organisations", authority_id=old)["id"]
    finding = given.finding(given.inspection(old, start_on="2023-01-10")["id"])
    own = {
        "number": "1.1", "title": "Open the hub", "detail": "In full", "lead_role": "Head of Access",
        "start_on": "2023-01-09", "start_precision": "day", "due_on": "2023-04-03", "due_precision": "month",
        "forecast_on": "2023-05-02", "forecast_precision": "tentative", "success_criteria": "Fewer re-referrals",
        "funding": [{"source": "DfE", "amount": 330000, "purpose": "Practice leaders", "conditions": None}],
        "sensitivity": "restricted", "status": "in_progress",
    }
    action = given.action(old, **own, lead_organisation_id=police, finding_ids=[finding["id"]],
                          external_refs={"pentana": "7"}, **given.links(old, "plans", "boards"),
                          partners=[{"organisation_id": police, "role": "Referrals", "agreed": True,
                                     "agreed_on": "2023-01-12"},
                                    {"organisation_id": service, "role": None, "agreed": None, "agreed_on": None}])
    pair, = hand_over(old, to_authority_id=new).json["moved"]
    row = api.get(f"/v1/actions/{pair['to_action_id']}").json
    assert {name: row[name] for name in own} == own
    assert row["lead_organisation_id"] == police
    assert row["partners"] == [{"organisation_id": police, "role": "Referrals", "agreed": True,
                                "agreed_on": "2023-01-12"}]
    assert row["finding_ids"] == [finding["id"]]
    assert (row["external_refs"], row["plan_ids"], row["board_ids"], row["update_count"]) == ({}, [], [], 0)
    left = api.get(f"/v1/actions/{action['id']}").json
    assert (left["external_refs"], left["finding_ids"]) == ({"pentana": "7"}, [finding["id"]])


def test_an_action_that_was_handed_over_is_still_to_be_changed(api, given, councils, hand_over):
    old, new, _ = councils
    finding = given.finding(given.inspection(old, start_on="2023-01-10")["id"])["id"]
    action = given.action(old, finding_ids=[finding])
    pair, = hand_over(old, to_authority_id=new).json["moved"]
    path = f"/v1/actions/{pair['to_action_id']}"
    own = given.finding(given.inspection(new)["id"])["id"]
    row = api.patch(path, {"title": "Open two hubs", "finding_ids": [finding, own]}, expect=200).json
    assert sorted(row["finding_ids"]) == sorted([finding, own])
    assert sorted(api.get(f"/v1/findings/{finding}").json["action_ids"]) == sorted([action["id"], row["id"]])


def test_a_lead_that_was_the_old_councils_own_stays_behind(api, given, councils, hand_over):
    old, new, _ = councils
    given.action(old, lead_organisation_id=given.one("organisations", authority_id=old)["id"])
    pair, = hand_over(old, to_authority_id=new).json["moved"]
    assert api.get(f"/v1/actions/{pair['to_action_id']}").json["lead_organisation_id"] is None


def test_of_what_was_odd_only_the_dates_go_along(api, given, councils, hand_over):
    old, new, _ = councils
    action = given.action(old, due_on="2023-04-01")  # a Saturday, after the end of the council
    assert {warning["code"] for warning in action["warnings"]} == {"due_on_non_working_day", "authority_abolished"}
    pair, = hand_over(old, to_authority_id=new).json["moved"]
    row = api.get(f"/v1/actions/{pair['to_action_id']}").json
    assert [warning["code"] for warning in row["warnings"]] == ["due_on_non_working_day"]


def test_the_reason_for_a_handover_is_told_of_both(given, councils, hand_over, journal):
    old, new, _ = councils
    given.action(old)
    pair, = hand_over(old, to_authority_id=new).json["moved"]
    for end, op in (("from_action_id", "updated"), ("to_action_id", "created")):
        entry = journal.last(pair[end])
        assert (entry["reason"], entry["op"]) == (REASON, op)


def test_actions_may_go_to_different_successors(api, given, councils, hand_over):
    old, north, south = councils
    actions = of_statuses(given, old)
    named = ids(actions, "proposed", "on_hold")
    assert [pair["from_action_id"] for pair in hand_over(old, to_authority_id=north, action_ids=named).json["moved"]] \
        == named
    rest = hand_over(old, to_authority_id=south).json["moved"]
    assert [pair["from_action_id"] for pair in rest] == ids(actions, "not_started", "in_progress")
    assert hand_over(old, to_authority_id=south).json["moved"] == []
    assert len(api.all(f"/v1/authorities/{north}/actions")) == len(api.all(f"/v1/authorities/{south}/actions")) == 2


@pytest.mark.parametrize("named", ["a stranger", "itself", "absent", "none"])
def test_only_a_successor_takes_over(given, councils, hand_over, unwritten, named):
    old = councils[0]
    to, code = {"a stranger": (given.authority(), "not_a_successor"), "itself": (old, "not_a_successor"),
                "absent": ("999", "not_a_successor"), "none": (None, "required")}[named]
    given.action(old)
    with unwritten():
        answer = hand_over(old, 422, to_authority_id=to)
    assert (answer.pointers, answer.codes) == (["/to_authority_id"], [code])


def test_an_authority_that_is_still_there_hands_nothing_over(given, hand_over, unwritten):
    successor = given.authority()
    authority = given.authority(successor_ids=[successor])
    given.action(authority)
    with unwritten():
        answer = hand_over(authority, 409, to_authority_id=successor)
    assert (answer.pointers, answer.codes) == (["/id"], ["not_abolished"])


@pytest.mark.parametrize(("named", "status", "code"), [
    ("absent", 422, "no_such_row"), ("another authority's", 422, "no_such_row"), ("deleted", 422, "no_such_row"),
    ("complete", 409, "not_open"), ("superseded", 409, "not_open"), ("ill-formed", 422, "not_an_id"),
])
def test_actions_that_cannot_be_handed_over_are_named(api, given, councils, hand_over, unwritten, named, status, code):
    old, new, _ = councils
    actions = of_statuses(given, old)
    gone = given.action(old)
    api.delete(f"/v1/actions/{gone['id']}", expect=204)
    bad = {"absent": ABSENT_ID, "another authority's": given.action()["id"], "deleted": gone["id"],
           "complete": actions["complete"]["id"], "superseded": actions["superseded"]["id"], "ill-formed": "1.1"}[named]
    with unwritten():
        answer = hand_over(old, status, to_authority_id=new, action_ids=[actions["proposed"]["id"], bad])
    assert (answer.pointers, answer.codes) == (["/action_ids/1"], [code])


@pytest.mark.parametrize(("body", "pointer", "code"), [
    ({"action_ids": []}, "/action_ids", "empty"), ({"reason": None}, "/reason", "required"),
    ({"reason": "  "}, "/reason", "bad_form"), ({"actions": []}, "/actions", "unknown_member"),
])
def test_an_ill_formed_handover_is_refused(councils, hand_over, unwritten, body, pointer, code):
    with unwritten():
        answer = hand_over(councils[0], 422, **{"to_authority_id": councils[1]} | body)
    assert (answer.pointers, answer.codes) == ([pointer], [code])


def test_everything_wrong_with_a_handover_is_said_at_once(given, hand_over, unwritten):
    authority = given.authority()
    with unwritten():
        answer = hand_over(authority, 422, to_authority_id="999", reason=None, action_ids=[ABSENT_ID], plan_ids=[])
    assert set(zip(answer.pointers, answer.codes)) == {
        ("/reason", "required"), ("/plan_ids", "unknown_member"), ("/id", "not_abolished"),
        ("/to_authority_id", "not_a_successor"), ("/action_ids/0", "no_such_row")}


def test_a_handover_from_no_authority_is_not_found(councils, hand_over, unwritten):
    with unwritten():
        hand_over("999", 404, to_authority_id=councils[1])


def test_a_dry_run_of_a_handover_says_what_would_be(given, councils, hand_over, unwritten):
    old, new, _ = councils
    action = given.action(old)
    with unwritten():
        moved = hand_over(old, to_authority_id=new, query="?validate_only=true").json["moved"]
    assert [pair["from_action_id"] for pair in moved] == [action["id"]]


def test_a_handover_is_done_once(api, given, councils, hand_over, unwritten):
    old, new, _ = councils
    given.action(old)
    first = hand_over(old, to_authority_id=new, idempotency_key="handover-1")
    with unwritten():
        again = hand_over(old, to_authority_id=new, idempotency_key="handover-1")
    assert (again.headers["Idempotency-Replayed"], again.body) == ("true", first.body)


def test_two_handovers_at_once_move_each_action_once(api, given, councils, hand_over):
    old, north, south = councils
    actions = of_statuses(given, old)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda to: hand_over(old, to_authority_id=to).json["moved"], (north, south) * 2))
    assert sorted(pair["from_action_id"] for moved in answers for pair in moved) == ids(actions, *OPEN)
    assert len(api.all(f"/v1/authorities/{north}/actions") + api.all(f"/v1/authorities/{south}/actions")) == len(OPEN)


def test_handing_over_takes_the_scope_for_actions(api, make_key, councils, unwritten):
    old, new, _ = councils
    path, body = f"/v1/authorities/{old}/handovers", {"to_authority_id": new, "reason": REASON}
    reader = api.with_key(make_key(["authorities:read", "plans:write"]))
    with unwritten():
        reader.post(path, body, expect=403)
    api.with_key(make_key(["actions:write"])).post(path, body, expect=200)
