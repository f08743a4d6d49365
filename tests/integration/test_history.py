"""/v1/<resource>/{id}/history: the entries of one row, its lists included, for whoever sees the row."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from harness.bodies import CHANGE
from harness.cases import Cases
from harness.described import ABSENT_ID, ROUTES, resources
from harness.service import Api


def history(api: Api, resource: str, id: str, **params: Any) -> list[dict]:
    return api.all(f"/v1/{resource}/{id}/history", {"sort": "id", **params})


def bare(problem: dict) -> dict:
    """A problem without what is of its request alone."""
    return {name: value for name, value in problem.items() if name not in ("instance", "request_id")}


def test_a_row_tells_its_life_in_order(api, given):
    finding = given.finding(text="First", theme_ids=["front-door"])
    path = f"/v1/findings/{finding['id']}"
    api.patch(path, {"text": "Second", "theme_ids": ["management-oversight"]}, expect=200)
    api.move(path, "being_addressed", expect=200)
    api.delete(path, expect=204)
    api.post(f"{path}/restore", expect=200)
    told = history(api, "findings", finding["id"])
    own = [entry for entry in told if entry["member"] is None]
    assert [(e["op"], e["version"]) for e in own] == [
        ("created", 1), ("updated", 2), ("updated", 3), ("deleted", 4), ("restored", 5)]
    assert own[1]["changes"] == [{"member": "text", "before": "First", "after": "Second"}]
    assert {"member": "status", "before": "open", "after": "being_addressed"} in own[2]["changes"]
    lists = [(c["before"], c["after"]) for entry in told if entry["member"] == "theme_ids" for c in entry["changes"]]
    assert lists[0] == (None, "front-door") and len(lists) == 3
    assert set(lists[1:]) == {(None, "management-oversight"), ("front-door", None)}
    assert {(e["resource"], e["row_id"]) for e in told} == {("findings", finding["id"])}
    assert [e["id"] for e in api.get(f"{path}/history", expect=200).data] == [
        e["id"] for e in sorted(told, key=lambda e: (e["at"], e["id"]), reverse=True)]


def test_it_is_what_the_audit_tells_of_the_row_and_of_no_other(api, given):
    finding = given.finding()
    action = given.action(finding["authority_id"], finding_ids=[finding["id"]])
    for key, row in (("findings", finding), ("actions", action)):
        assert history(api, key, row["id"]) == api.all("/v1/audit", {"resource": key, "row_id": row["id"], "sort": "id"})
    assert [e["changes"] for e in history(api, "actions", action["id"]) if e["member"] == "finding_ids"] == [
        [{"member": "finding_ids", "before": None, "after": finding["id"]}]]
    assert {e["member"] for e in history(api, "findings", finding["id"])} == {None}  # it is the action's list


def test_every_resource_has_its_history(api, given):
    """Of one that was made with every member, and changed."""
    keys = {route["path"].split("/")[2] for route in ROUTES if route["path"].endswith("/{id}/history")}
    assert keys == {key for key in resources() if not key.startswith("audit")} - {"neighbours"}  # of an authority's list
    with Cases() as case:
        for key in sorted(keys):
            with case(key):
                if resources()[key].is_created:
                    row = given.full(key)
                    if key in CHANGE:
                        api.patch(f"/v1/{key}/{row['id']}", CHANGE[key], expect=200)
                else:
                    row = (api.get(f"/v1/{key}", {"limit": 1}, expect=200).data or [given.full(key)])[0]
                told = [e for e in history(api, key, row["id"]) if e["member"] is None and e["op"] != "read"]
                assert told[0]["op"] == "created"
                if key in CHANGE and resources()[key].is_created:
                    assert {c["member"]: c["after"] for c in told[-1]["changes"]}.items() >= CHANGE[key].items()


def test_what_was_deleted_has_its_history_still(api, given, db):
    action = given.action(title="Was here")
    api.delete(f"/v1/actions/{action['id']}", expect=204)
    assert [e["op"] for e in history(api, "actions", action["id"])] == ["created", "deleted"]
    db.execute("INSERT INTO inspectd.theme (id, name) VALUES ('short-lived', 'Short-lived')")
    db.execute("DELETE FROM inspectd.theme WHERE id = 'short-lived'")
    api.get("/v1/themes/short-lived", expect=404)
    assert [e["op"] for e in history(api, "themes", "short-lived")] == ["created", "deleted"]


def test_of_what_never_was_there_is_no_history(api, given):
    action = given.action()
    for path in (f"/v1/actions/{ABSENT_ID}", f"/v1/findings/{action['id']}", "/v1/authorities/998",
                 "/v1/themes/no-such"):
        problem = api.get(f"{path}/history", expect=404).problem
        assert problem["detail"].startswith("there is no such ")
    upper = api.get(f"/v1/actions/{action['id'].upper()}/history", expect=200)
    assert upper.ids == api.get(f"/v1/actions/{action['id']}/history").ids


def test_what_is_hidden_is_answered_as_what_is_absent(api, given, make_key):
    """Of another authority, of a sensitivity beyond the clearance, and of a row that became so."""
    mine = given.authority()
    other, restricted = given.action(), given.action(mine, sensitivity="restricted")
    became = given.action(mine)
    deleted = given.action()
    api.delete(f"/v1/actions/{deleted['id']}", expect=204)
    bound = api.with_key(make_key(["audit:read", "actions:read"], authorities=[mine], clearance="council"))
    assert len(history(bound, "actions", became["id"])) == 1
    api.patch(f"/v1/actions/{became['id']}", {"sensitivity": "restricted"}, expect=200)
    absent = bare(bound.get(f"/v1/actions/{ABSENT_ID}/history", expect=404).problem)
    for row in (other, restricted, became, deleted):
        assert bare(bound.get(f"/v1/actions/{row['id']}/history", expect=404).problem) == absent


def test_what_a_client_may_not_see_of_a_row_is_left_out_of_its_history(api, given, make_key):
    """What it was while it was restricted; and links to what is restricted."""
    mine = given.authority()
    action = given.action(mine, sensitivity="restricted", detail="Kept from the council")
    path = f"/v1/actions/{action['id']}"
    api.patch(path, {"sensitivity": "council", "detail": "For the council"}, expect=200)
    hidden, shown = (given.of("plans", mine, sensitivity=s)["id"] for s in ("restricted", "council"))
    api.patch(path, {"plan_ids": [hidden, shown]}, expect=200)
    council = api.with_key(make_key(["audit:read"], authorities=[mine], clearance="council"))
    answer = council.get(f"{path}/history", expect=200)
    assert shown in answer.text and hidden not in answer.text and "Kept from" not in answer.text
    assert "For the council" in answer.text and hidden in api.get(f"{path}/history").text


def test_the_public_view_has_no_history(api, given, make_key):
    row = given.one("documents", sensitivity="public")
    public = api.with_key(make_key(["audit:read", "documents:read"], clearance="public"))
    public.get(f"/v1/documents/{row['id']}", expect=200)
    public.get(f"/v1/documents/{row['id']}/history", expect=404)
    assert public.get("/v1/audit", expect=200).data == []


def test_an_erasure_is_told_by_member_and_without_the_words(api, given):
    finding = given.finding(text="Words of old", gloss="More of them")
    api.create("/v1/erasures", {"resource": "findings", "row_id": finding["id"], "reason": "Named", "members": ["text"]})
    told = history(api, "findings", finding["id"])
    assert "Words of old" not in json.dumps(told) and "More of them" in json.dumps(told)
    erased, = [e for e in told if e["op"] == "erased"]
    assert erased["changes"] == [{"member": "text", "before": None, "after": None}]
    assert {"member": "text", "before": None, "after": "[erased]"} in told[0]["changes"]


def test_a_history_is_asked_for_as_any_list(api, given):
    action = given.action(title="0")
    path = f"/v1/actions/{action['id']}/history"
    for n in range(1, 6):
        api.patch(f"/v1/actions/{action['id']}", {"title": str(n)}, expect=200)
    whole = api.get(path, expect=200)
    assert [e["version"] for e in whole.data] == [6, 5, 4, 3, 2, 1]
    assert api.all(path, {"limit": 4}) == whole.data
    assert api.get(path, {"limit": 1, "include_total": True}).json["page"]["total"] == 6
    assert [e["version"] for e in api.get(path, {"op": "created"}, expect=200).data] == [1]
    assert [e["version"] for e in api.get(path, {"at_gt": whole.data[2]["at"]}, expect=200).data] == [6, 5]
    api.get(path, headers={"If-None-Match": whole.etag}, expect=304)
    assert api.head(path, expect=200).body == b""
    rows = list(csv.DictReader(io.StringIO(api.get(path, headers={"Accept": "text/csv"}).text, newline="")))
    assert [json.loads(row["changes"]) for row in rows] == [e["changes"] for e in whole.data]
    lines = api.get(path, headers={"Accept": "application/x-ndjson"}).text.splitlines()
    assert [json.loads(line) for line in lines] == whole.data
    then = api.get(path, {"as_recorded_at": whole.data[3]["at"]}, expect=200).data
    assert [e["version"] for e in then] == [3, 2, 1]
    assert api.get(f"{path}?colour=red", expect=400).pointers == ["/colour"]
    for method in ("POST", "PATCH", "DELETE"):
        api.request(method, path, json={}, expect=405)


@pytest.mark.parametrize("given_up", ["validate_only", "refused"])
def test_what_was_not_done_is_not_told(api, given, given_up):
    action = given.action()
    path = f"/v1/actions/{action['id']}"
    if given_up == "validate_only":
        api.patch(f"{path}?validate_only=true", {"title": "Tried"}, if_match="*", expect=200)
    else:
        api.patch(path, {"title": ""}, if_match="*", expect=422)
    assert len(history(api, "actions", action["id"])) == 1
