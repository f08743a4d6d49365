"""Rows that belong to others, name others and stand in the way of others, across all resources."""

from __future__ import annotations

import pytest

PARTNER = "/v1/organisations"


@pytest.fixture
def board(given) -> dict:
    return given.one("boards", sensitivity="public")


def meeting_of(api, board: dict, **members) -> dict:
    return api.create(f"/v1/boards/{board['id']}/meetings", members)


def move(api, path: str, **body):
    """A transition with members of its own."""
    return api.post(f"{path}/transitions", body, if_match=api.get(path, expect=200).etag)


# --- whose a row is, and who may see it -----------------------------------------------


def test_a_row_takes_authority_and_sensitivity_from_the_one_it_belongs_to(api, board):
    meeting = meeting_of(api, board)
    item = api.create(f"/v1/meetings/{meeting['id']}/agenda-items", {"title": "Progress"})
    for row in (meeting, item):
        assert (row["authority_id"], row["sensitivity"]) == (board["authority_id"], "public")


def test_an_agenda_item_follows_its_meeting_without_a_change_of_its_own(api, board):
    meeting = meeting_of(api, board)
    item = api.create(f"/v1/meetings/{meeting['id']}/agenda-items", {"title": "Progress"})
    api.patch(f"/v1/meetings/{meeting['id']}", {"sensitivity": "restricted"}, expect=200)
    assert api.get(f"/v1/agenda-items/{item['id']}", expect=200).json["sensitivity"] == "restricted"


@pytest.mark.parametrize(("above", "beneath", "taken"), [
    ("public", "public", True), ("public", "restricted", True), ("council", "council", True),
    ("council", "public", False), ("restricted", "council", False), ("restricted", "restricted", True),
])
def test_nothing_is_less_restricted_than_what_it_belongs_to(api, given, unwritten, above, beneath, taken):
    board = given.one("boards", sensitivity=above)
    path = f"/v1/boards/{board['id']}/meetings"
    if taken:
        assert api.create(path, {"sensitivity": beneath})["sensitivity"] == beneath
        return
    with unwritten():
        refused = api.post(path, {"sensitivity": beneath}, expect=422)
    assert [(e["pointer"], e["code"]) for e in refused.json["errors"]] == [("/sensitivity", "parent_not_so_open")]


def test_a_board_is_not_restricted_before_its_meetings_are(api, board):
    meeting, path = meeting_of(api, board), f"/v1/boards/{board['id']}"
    refused = api.patch(path, {"sensitivity": "council"}, expect=422)
    assert [(e["pointer"], e["code"]) for e in refused.json["errors"]] == [("/sensitivity", "children_more_open")]
    api.patch(f"/v1/meetings/{meeting['id']}", {"sensitivity": "council"}, expect=200)
    api.patch(path, {"sensitivity": "council"}, expect=200)


def test_a_decision_without_a_meeting_must_say_whose_it_is(api, given):
    body = {"kind": "agreed", "delegated_to": "Director"}
    refused = api.post("/v1/decisions", body, expect=422)
    assert refused.pointers == ["/authority_id"]
    row = api.create("/v1/decisions", body | {"authority_id": given.authority()})
    assert row["sensitivity"] == "council"


def test_what_is_added_beneath_a_row_is_of_its_authority(api, given):
    plan = given.one("plans")
    measure = api.create(f"/v1/plans/{plan['id']}/measures", {"title": "a", "unit": "%", "polarity": "neutral"})
    action = api.create(f"/v1/plans/{plan['id']}/actions", {"title": "a"})
    document = api.create(f"/v1/actions/{action['id']}/documents",
                          {"title": "a", "role": "evidence", "url": "https://example.org/a"})
    assert {row["authority_id"] for row in (measure, action, document)} == {plan["authority_id"]}
    assert measure["plan_ids"] == action["plan_ids"] == [plan["id"]]
    assert document["action_ids"] == [action["id"]]


# --- naming other rows ------------------------------------------------------------------


def test_what_is_everybodys_may_be_named_by_everybody_and_another_councils_by_none(api, given, unwritten):
    authority = given.authority()
    trust = api.create(PARTNER, {"name": "Trust", "kind": "childrens_trust"})
    own = api.create(PARTNER, {"name": "Own", "kind": "school", "authority_id": authority})
    other = api.create(PARTNER, {"name": "Other", "kind": "school", "authority_id": given.authority()})
    assert trust["authority_id"] is None
    row = given.one("actions", authority_id=authority, lead_organisation_id=trust["id"],
                    partners=[{"organisation_id": own["id"]}])
    with unwritten():
        refused = api.patch(f"/v1/actions/{row['id']}", {"lead_organisation_id": other["id"], "partners": [
            {"organisation_id": trust["id"]}, {"organisation_id": other["id"]}]}, expect=422)
    assert sorted(refused.pointers) == ["/lead_organisation_id", "/partners/1/organisation_id"]


def test_keys_of_other_systems_are_unique_among_what_is_everybodys_too(api):
    body = {"name": "Trust", "kind": "childrens_trust", "external_refs": {"crm": "T-1"}}
    first = api.create(PARTNER, body)
    assert api.post(PARTNER, body, expect=409).pointers == ["/external_refs/crm"]
    assert api.get(PARTNER, {"external_ref": "crm:T-1"}, expect=200).ids == [first["id"]]


def test_of_fifteen_hundred_ids_every_one_that_names_nothing_is_counted(api, given, unwritten):
    members = ("finding_ids", "action_ids", "plan_ids")
    ids = [f"0190a000-0000-7000-8000-{n:012}" for n in range(500)]
    body = given.body("documents", **{member: ids for member in members})
    with unwritten():
        assert "1500 things are wrong" in api.post("/v1/documents", body, expect=422).json["detail"]


def test_a_list_that_changes_leaves_the_others_as_they_are(api, given, journal):
    row = given.full("documents")
    lists = [name for name, value in row.items() if name.endswith("_ids") and value]
    assert len(lists) > 5
    position = journal.position()
    changed = api.patch(f"/v1/documents/{row['id']}", {lists[0]: []}, expect=200).json
    assert all(changed[name] == (row[name] if name != lists[0] else []) for name in lists)
    tables = {entry[0] for entry in journal.since(position)}
    assert tables == {"document", "document_" + lists[0].removesuffix("_ids")}


# --- members that only a transition brings ------------------------------------------------


@pytest.fixture
def extension(api, given) -> str:
    action = given.one("actions", due_on="2099-01-31")
    row = api.create(f"/v1/actions/{action['id']}/extensions", {"to_due_on": "2099-06-30", "reason": "Staff left"})
    return f"/v1/extensions/{row['id']}"


@pytest.fixture
def decision(given, api, extension) -> str:
    authority = api.get(extension, expect=200).json["authority_id"]
    return given.one("decisions", authority_id=authority, delegated_to="Director", status="taken",
                     taken_on="2026-01-05", wording_taken="Agreed.")["id"]


def test_a_transition_brings_what_its_step_takes(api, extension, decision):
    answer = move(api, extension, to="granted", decision_id=decision.upper())
    assert (answer.status, answer.json["decision_id"]) == (200, decision)
    refused = api.delete(f"/v1/decisions/{decision}", expect=409)
    assert "1 extension that depends on it" in refused.json["detail"]


def test_a_step_that_does_not_take_a_member_refuses_it(api, extension, decision):
    assert move(api, extension, to="withdrawn", decision_id=decision).pointers == ["/decision_id"]


def test_what_a_transition_brings_must_exist(api, given, extension):
    elsewhere = given.one("decisions")["id"]
    answer = move(api, extension, to="granted", decision_id=elsewhere)
    assert [(e["pointer"], e["code"]) for e in answer.json["errors"]] == [("/decision_id", "no_such_row")]


def test_a_step_that_cannot_follow_is_a_conflict_whatever_it_brings(api, extension, decision):
    assert move(api, extension, to="granted", decision_id=decision).status == 200
    assert move(api, extension, to="granted", decision_id=decision).status == 409


# --- what stands in the way of a deletion ---------------------------------------------------


def test_every_kind_of_row_that_names_another_keeps_it(api, given):
    action = given.one("actions")
    path = f"/v1/actions/{action['id']}"
    for n in range(2):
        api.create(f"{path}/updates", {"narrative": f"Week {n}"})
    api.create(f"{path}/documents", {"title": "a", "role": "evidence", "url": "https://example.org/a"})
    given.of("measures", action["authority_id"], action_ids=[action["id"]])
    refused = api.delete(path, expect=409)
    assert "this action still has 1 document, 2 updates, 1 measure that depend on it" in refused.json["detail"]
    assert "updates cannot be removed, so it stays: a transition to cancelled ends it" in refused.json["detail"]


def test_a_row_goes_with_the_links_that_are_its_own(api, given):
    row = given.full("documents")
    api.delete(f"/v1/documents/{row['id']}", expect=204)


def test_names_of_two_words_are_two_words(api, board):
    meeting = meeting_of(api, board)
    for n in range(2):
        api.create(f"/v1/meetings/{meeting['id']}/agenda-items", {"title": f"Item {n}"})
    refused = api.delete(f"/v1/meetings/{meeting['id']}", expect=409)
    assert "2 agenda items" in refused.json["detail"]


# --- search -----------------------------------------------------------------------------------


def test_search_names_the_list_by_its_address(api, board):
    meeting = meeting_of(api, board)
    item = api.create(f"/v1/meetings/{meeting['id']}/agenda-items", {"title": "Wombat provision"})
    found = api.get("/v1/search", {"q": "wombats"}, expect=200).data
    assert [(hit["resource"], hit["id"], hit["title"]) for hit in found] == [
        ("agenda-items", item["id"], "Wombat provision")]
    assert api.get(f"/v1/{found[0]['resource']}/{item['id']}", expect=200).json == item
