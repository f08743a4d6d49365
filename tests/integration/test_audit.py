"""The audit: who changed what, when, in which request and why, and who read what is restricted. `/v1/audit`."""

from __future__ import annotations

import collections
import csv
import io
import itertools
import json
from typing import Any, Callable

import psycopg
import pytest

from harness import cluster as clusters
from harness.bodies import CHANGE
from harness.cases import Cases
from harness.described import resources
from harness.service import Api

serial = itertools.count(1)


@pytest.fixture
def request_id() -> str:
    return f"audit-{next(serial)}"


def entries(api: Api, request_id: str, **more: Any) -> list[dict]:
    """Those of one request, in the order in which they were written."""
    return api.all("/v1/audit", {"request_id": request_id, "sort": "id", **more})


@pytest.fixture
def asked(api: Api) -> Callable[..., list[dict]]:
    """asked("PATCH", path, {...}): the entries that one request leaves."""

    def ask(method: str, path: str, body: Any, *, expect: int = 200, **headers: str) -> list[dict]:
        request = f"audit-{next(serial)}"
        if method != "POST":
            headers["If_Match"] = "*"
        sent = {name.replace("_", "-"): value for name, value in headers.items()} | {"X-Request-ID": request}
        api.request(method, path, json=body, headers=sent, expect=expect)
        return entries(api, request)

    return ask


def change_of(entry: dict, member: str) -> tuple:
    change, = (change for change in entry["changes"] if change["member"] == member)
    return change["before"], change["after"]


# --- who, when, why ----------------------------------------------------------------------------


def test_an_entry_says_who_did_what_when_in_which_request_and_why(api, given, asked):
    action = given.action(due_on="2024-06-03", start_on="2024-01-08", detail="As planned")
    path = f"/v1/actions/{action['id']}"
    entry, = [e for e in asked("PATCH", path, {"due_on": "2024-07-01", "detail": "Later", "reason": "Snow"},
                               X_Acting_User="j.smith") if e["resource"] == "actions"]
    row = api.get(path, expect=200).json
    assert entry == {
        "id": entry["id"], "at": row["updated_at"], "op": "updated", "resource": "actions", "row_id": action["id"],
        "member": None, "version": 2, "authority_id": action["authority_id"], "sensitivity": "council",
        "actor": f"client:{api.get('/v1/me').json['client_id']}", "person": "j.smith",
        "request_id": entry["request_id"], "reason": "Snow",
        "changes": [{"member": "detail", "before": "As planned", "after": "Later"},
                    {"member": "due_on", "before": "2024-06-03", "after": "2024-07-01"}],
    }


def test_the_reason_of_a_transition_and_of_what_was_let_through_is_kept(api, given, asked):
    action = given.action(status="in_progress", start_on="2024-01-08")
    entry, = [e for e in asked("POST", f"/v1/actions/{action['id']}/transitions", {"to": "on_hold", "reason": "No money"},
                               If_Match="*") if e["resource"] == "actions"]
    assert entry["reason"] == "No money" and change_of(entry, "status") == ("in_progress", "on_hold")
    body = given.body("findings", text="Her NHS number is 943 476 5919")
    entry = asked("POST", "/v1/findings?allow_identifiers=A+test+number+of+the+NHS", body, expect=201)[0]
    assert entry["reason"] == "identifiers allowed: A test number of the NHS"


def test_what_psql_does_is_told_with_the_role_that_did_it(api, given, db, service, cluster):
    row = given.action(title="Before")
    query = {"row_id": row["id"]}
    db.execute("UPDATE inspectd.action SET title = 'Behind' WHERE id = %s", [row["id"]])
    with cluster.connect(service.database, clusters.SUPERUSER) as superuser, superuser.transaction():
        superuser.execute("SELECT set_config('inspectd.reason', 'By hand', true)")
        superuser.execute("UPDATE inspectd.action SET title = 'Again' WHERE id = %s", [row["id"]])
    again, behind, made = api.get("/v1/audit", query, expect=200).data
    assert (behind["actor"], behind["request_id"], behind["reason"]) == (f"database:{clusters.OWNER}", None, None)
    assert change_of(behind, "title") == ("Before", "Behind") and behind["version"] == 2
    assert (again["actor"], again["reason"]) == (f"database:{clusters.SUPERUSER}", "By hand")
    assert made["actor"].startswith("client:")


def test_what_came_with_the_database_is_told_too(api):
    loaded, = api.get("/v1/audit", {"resource": "authorities", "row_id": "806", "op": "created"}, expect=200).data
    assert loaded["actor"] == "loader" and ("member", None) in loaded.items()
    made, = api.get("/v1/audit", {"resource": "retention-rules", "row_id": "findings", "op": "created"}).data
    assert made["actor"] == f"database:{clusters.OWNER}"


# Tables of no record, and why no entry tells of their rows.
UNJOURNALED = {
    "the audit itself": ["journal", "seal", "seal_mark"],
    "how tables are kept, which only a migration changes": ["journaled_table", "guarded_table", "migration", "loaded_file"],
    "made of rows that are told of": ["external_ref"],
    "answers kept for a day, for retries": ["idempotency"],
    "what shows who holds a key, and when it last did; the key is told of": ["api_key_hash"],
}


def test_every_table_is_journaled_or_is_no_record(db):
    tables = {name for name, in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'inspectd'").fetchall()}
    journaled = {name for name, in db.execute("SELECT table_name FROM inspectd.journaled_table").fetchall()}
    triggers = {name for name, in db.execute(
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'journal' AND tgenabled = 'O'").fetchall()}
    assert tables - journaled == {name for names in UNJOURNALED.values() for name in names}
    assert triggers == {f"inspectd.{name}" for name in journaled}


# --- what changed --------------------------------------------------------------------------------


def test_of_a_new_row_is_told_what_it_holds_and_of_a_changed_one_what_changed(given, asked):
    body = given.body("findings", text="Words", gloss=None, number=3)
    made, = asked("POST", "/v1/findings", body, expect=201)
    told = {change["member"]: change["after"] for change in made["changes"]}
    assert told.items() >= {"text": "Words", "number": 3, "status": "open"}.items()
    assert not {"gloss", "id", "version", "created_at", "extent"} & set(told)
    assert {change["before"] for change in made["changes"]} == {None}


def test_what_changes_nothing_leaves_no_entry(given, asked):
    action = given.action(title="Same")
    assert asked("PATCH", f"/v1/actions/{action['id']}", {"title": "Same"}) == []


def test_a_list_of_a_row_is_told_as_its_member(given, asked):
    inspection = given.inspection(theme_ids=["management-oversight"])
    path = f"/v1/inspections/{inspection['id']}"
    told = asked("PATCH", path, {"theme_ids": ["front-door"]})
    lists = [e for e in told if e["member"]]
    assert {(e["resource"], e["row_id"], e["member"], e["op"], e["version"]) for e in lists} == {
        ("inspections", inspection["id"], "theme_ids", "updated", None)}
    assert {change_of(e, "theme_ids") for e in lists} == {(None, "front-door"), ("management-oversight", None)}
    assert len(lists) == 2


def test_a_list_of_objects_is_told_by_object(given, asked):
    action = given.action()
    partner = given.of("organisations", action["authority_id"])["id"]
    path = f"/v1/actions/{action['id']}"
    one, two = ({"organisation_id": partner, "role": role, "agreed": agreed, "agreed_on": None}
                for role, agreed in (("Pays", None), ("Shares the cost", True)))
    added, = [e for e in asked("PATCH", path, {"partners": [one]}) if e["member"]]
    changed, = [e for e in asked("PATCH", path, {"partners": [two]}) if e["member"]]
    removed, = [e for e in asked("PATCH", path, {"partners": []}) if e["member"]]
    assert change_of(added, "partners") == (None, one)
    assert change_of(changed, "partners") == (one, two)
    assert change_of(removed, "partners") == (two, None)


def test_removal_and_return_are_told_by_name(api, given, asked):
    action = given.action()
    path = f"/v1/actions/{action['id']}"
    gone, = asked("DELETE", path, None, expect=204)
    back, = asked("POST", f"{path}/restore", None)
    assert [(e["op"], e["changes"], e["version"]) for e in (gone, back)] == [("deleted", [], 2), ("restored", [], 3)]


def test_every_member_that_is_told_is_a_member_of_its_resource(api, given, request_id):
    """Of every resource, with every member that may be written: no column of a table that no client knows."""
    teller = api.with_headers(X_Request_ID=request_id)
    given.api, own = teller, given.api
    try:
        for key, resource in resources().items():
            if resource.is_created:
                row = given.full(key)
                if key in CHANGE:
                    teller.patch(f"{resource.path}/{row['id']}", CHANGE[key], expect=200)
    finally:
        given.api = own
    told = entries(api, request_id)
    assert {e["resource"] for e in told} >= {key for key, r in resources().items() if r.is_created}
    unknown = {(e["resource"], change["member"]) for e in told for change in e["changes"]
               if change["member"] not in resources()[e["resource"]].fields}
    unknown |= {(e["resource"], e["member"], name) for e in told if e["member"] for change in e["changes"]
                for value in (change["before"], change["after"]) if isinstance(value, dict) for name in value
                if name not in [item["name"] for item in resources()[e["resource"]].fields[e["member"]]["items"]]}
    assert unknown == set()


def test_no_key_and_no_hash_is_told(api, db):
    made = api.create("/v1/clients", {"name": "Audited", "scopes": ["findings:read"]})
    key = api.create(f"/v1/clients/{made['id']}/keys", {})
    entry, = api.get("/v1/audit", {"resource": "keys", "row_id": key["id"]}, expect=200).data
    assert {change["member"] for change in entry["changes"]} == {"client_id", "hint", "status"}
    hash, = db.execute("SELECT encode(hash, 'hex') FROM inspectd.api_key_hash WHERE key_id = %s", [key["id"]]).fetchone()
    images = db.execute("SELECT string_agg(image::text, ' ') FROM inspectd.journal").fetchone()[0]
    assert key["key"] not in images and hash not in images


# --- asked for as any list ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def some(api, given) -> dict[str, Any]:
    """A few entries of two authorities, by two people, in three requests; all of them, in their order."""
    first = given.action(title="A", sensitivity="restricted")
    path = f"/v1/actions/{first['id']}"
    for n, person in ((1, "ann"), (2, "bob")):
        api.patch(path, {"detail": f"Part {n}"}, headers={"X-Acting-User": person, "X-Request-ID": f"some-{n}"}, expect=200)
    second = given.finding(theme_ids=["front-door"])
    api.delete(f"/v1/findings/{second['id']}", headers={"X-Request-ID": "some-3"}, expect=204)
    since = first["created_at"]
    return {"since": {"at_gte": since}, "first": first, "second": second,
            "all": api.all("/v1/audit", {"at_gte": since, "sort": "id", "op_ne": "read", "at_lte": later(api, second)})}


def later(api: Api, row: dict) -> str:
    return api.get("/v1/audit", {"row_id": row["id"], "limit": 1}, expect=200).data[0]["at"]


def test_every_filter_finds_what_it_says(api, some):
    known = some["all"]
    window = {"at_gte": some["since"]["at_gte"], "at_lte": known[-1]["at"], "sort": "id", "op_ne": "read"}
    assert len({e["at"] for e in known}) > 3
    middle = known[len(known) // 2]["at"]
    checks = [({name: known[i][name]}, lambda e, name=name, i=i: e[name] == known[i][name])
              for name in ("op", "resource", "row_id", "authority_id", "actor") for i in (0, -1)]
    checks += [({f"{name}_ne": known[0][name]}, lambda e, name=name: e[name] != known[0][name])
               for name in ("resource", "row_id", "authority_id")]
    checks += [
        ({"person": "ann"}, lambda e: e["person"] == "ann"),
        ({"person": "ann,bob"}, lambda e: e["person"] in ("ann", "bob")),
        ({"person_ne": "ann"}, lambda e: e["person"] != "ann"),
        ({"request_id": "some-3"}, lambda e: e["request_id"] == "some-3"),
        ({"op": "created,deleted"}, lambda e: e["op"] in ("created", "deleted")),
        ({"at": middle}, lambda e: e["at"] == middle),
        ({"at_gt": middle}, lambda e: e["at"] > middle),
        ({"at_lt": middle}, lambda e: e["at"] < middle),
        ({"at_lte": middle}, lambda e: e["at"] <= middle),
        ({"id": f"{known[0]['id']},{known[2]['id']}"}, lambda e: e["id"] in (known[0]["id"], known[2]["id"])),
    ]
    with Cases() as case:
        for params, holds in checks:
            with case(params):
                merged = window | params
                if "op" in params:
                    del merged["op_ne"]
                if "at_gt" in params:
                    del merged["at_gte"]
                if {"at_lt"} & set(params):
                    del merged["at_lte"]
                expected = [e for e in known if holds(e)]
                assert expected and api.all("/v1/audit", merged) == expected


def test_the_latest_comes_first_and_pages_follow_one_another(api, some):
    params = some["since"] | {"op_ne": "read"}
    newest = api.get("/v1/audit", params | {"limit": 200}, expect=200).data
    assert newest == sorted(newest, key=lambda e: (e["at"], e["id"]), reverse=True) and len(newest) > 6
    for sort in (None, "id", "-id", "at", "-at"):
        asked = params | {"at_lte": some["all"][-1]["at"]} | ({"sort": sort} if sort else {})
        whole = api.get("/v1/audit", asked | {"limit": 200}, expect=200).data
        assert api.all("/v1/audit", asked | {"limit": 2}) == whole and len(whole) == len(some["all"])
    page = api.get("/v1/audit", params | {"limit": 1, "include_total": True}, expect=200)
    assert page.json["page"]["total"] >= len(some["all"]) and 'rel="next"' in page.headers["Link"]


def test_entries_are_counted_under_the_same_filters(api, some):
    window = {"at_gte": some["since"]["at_gte"], "at_lte": some["all"][-1]["at"], "op_ne": "read"}
    for by in (("op",), ("resource",), ("authority_id",), ("sensitivity",), ("actor",), ("resource", "op")):
        counted = api.get("/v1/audit/counts", window | {"by": by}, expect=200).data
        expected = collections.Counter(tuple(e[name] for name in by) for e in some["all"])
        assert {tuple(row[name] for name in by): row["count"] for row in counted} == expected


def test_both_exports_say_what_the_list_says(api, some):
    window = {"at_gte": some["since"]["at_gte"], "at_lte": some["all"][-1]["at"], "op_ne": "read", "sort": "id"}
    lines = api.get("/v1/audit", window, headers={"Accept": "application/x-ndjson"}, expect=200).text.splitlines()
    assert [json.loads(line) for line in lines] == some["all"]
    text = api.get("/v1/audit", window, headers={"Accept": "text/csv"}, expect=200).text
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(int(r["id"]), r["resource"], r["person"] or None, json.loads(r["changes"])) for r in rows] == [
        (e["id"], e["resource"], e["person"], e["changes"]) for e in some["all"]]


def test_it_is_asked_for_as_any_list(api, some):
    path, params = "/v1/audit", {"row_id": some["first"]["id"], "op": "created"}
    answer = api.get(path, params, expect=200)
    assert api.get(path, params, headers={"If-None-Match": answer.etag}, expect=304).body == b""
    assert api.head(path, params, expect=200).body == b""
    assert api.get(path, params | {"fields": "id,changes"}).data == [
        {"id": answer.data[0]["id"], "changes": answer.data[0]["changes"]}]
    for wrong, pointer in (("colour=red", "/colour"), ("op=changed", "/op"), ("sort=actor", "/sort"), ("limit=0", "/limit"),
                           ("at_gte=yesterday", "/at_gte"), ("op=created&op=deleted", "/op"), ("q=x", "/q"),
                           ("id=x", "/id"), ("expand=authority", "/expand"), ("fields=image", "/fields")):
        assert api.get(f"{path}?{wrong}", expect=400).pointers == [pointer], wrong
    api.get(path, headers={"Accept": "application/xml"}, expect=406)


def test_as_recorded_at_an_earlier_time_later_entries_are_not_there(api, some):
    first, second = (e for e in some["all"] if e["row_id"] == some["first"]["id"] and e["person"])
    then = api.get("/v1/audit", {"row_id": some["first"]["id"], "as_recorded_at": first["at"]}, expect=200).data
    assert [e["id"] for e in then][0] == first["id"] and second["id"] not in [e["id"] for e in then]


def test_it_is_for_who_may_read_the_audit_and_of_what_they_may_see(api, some, make_key):
    owner = some["first"]["authority_id"]
    api.with_key(None).get("/v1/audit", expect=401)
    for path in ("/v1/audit", "/v1/audit/counts?by=op", "/v1/audit/readings", f"/v1/actions/{some['first']['id']}/history"):
        refused = api.with_key(make_key(["actions:read", "admin"])).get(path)
        assert refused.status == 200 or 'scope="audit:read"' in refused.headers["WWW-Authenticate"]
        api.with_key(make_key(["actions:read"])).get(path, expect=403)
    bound = api.with_key(make_key(["audit:read"], authorities=[owner]))
    seen = bound.all("/v1/audit", some["since"])
    assert {e["authority_id"] for e in seen if e["resource"] == "actions"} == {owner}
    assert some["second"]["id"] not in {e["row_id"] for e in seen}
    council = api.with_key(make_key(["audit:read"], authorities=[owner], clearance="council"))
    assert council.get("/v1/audit", {"row_id": some["first"]["id"]}, expect=200).data == []


# --- only ever added to -----------------------------------------------------------------------------


def test_no_request_changes_the_audit(api, some):
    for path in ("/v1/audit", "/v1/audit/heads", "/v1/audit/readings", "/v1/audit/verify", "/v1/audit/counts"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = api.request(method, path, json={}, expect=405)
            assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("statement", [
    "UPDATE inspectd.journal SET actor = 'nobody' WHERE seq = 1", "DELETE FROM inspectd.journal WHERE seq = 1",
    "UPDATE inspectd.journal SET image = image WHERE seq = 1", "TRUNCATE inspectd.journal", "UPDATE inspectd.seal SET at = now()",
    "UPDATE inspectd.journal SET reason = '[erased]' WHERE seq = 1",
    "DELETE FROM inspectd.seal", "TRUNCATE inspectd.seal", "TRUNCATE inspectd.authority CASCADE"])
def test_not_even_the_owner_changes_or_removes_what_is_there(db, service, cluster, statement):
    db.execute("SELECT inspectd.seal()")
    db.execute("SELECT inspectd.seal()")
    count = "SELECT (SELECT count(*) FROM inspectd.journal), (SELECT count(*) FROM inspectd.seal)"
    before = db.execute(count).fetchone()
    for user in (clusters.OWNER, clusters.SUPERUSER, clusters.SERVICE):
        with cluster.connect(service.database, user) as other, pytest.raises(psycopg.errors.InsufficientPrivilege):
            other.execute(statement)
    assert db.execute(count).fetchone() == before


def test_no_table_that_is_journaled_can_be_emptied_at_once(db):
    with Cases() as case:
        for name, in db.execute("SELECT table_name FROM inspectd.journaled_table").fetchall():
            with case(name), pytest.raises(psycopg.errors.InsufficientPrivilege, match="it would leave no trace"):
                db.execute(f"TRUNCATE inspectd.{name} CASCADE")


def test_the_services_role_can_put_nothing_into_the_journal(service, cluster, db):
    with cluster.connect(service.database, clusters.SERVICE) as session:
        session.execute("SET ROLE inspectd_api")
        for statement in ("INSERT INTO inspectd.journal SELECT * FROM inspectd.journal",
                          "SELECT inspectd.journal_add(NULL)", "SELECT inspectd.erase_images('action', 'x', '{title}')",
                          "INSERT INTO inspectd.seal SELECT * FROM inspectd.seal", "SELECT * FROM history.action",
                          "UPDATE inspectd.seal_mark SET seq = 0", "SELECT nextval('inspectd.journal_number')",
                          "UPDATE inspectd.journaled_table SET hidden = '{title}'",
                          "SELECT inspectd.add_reading('actions', '{}', now())"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(statement)


def test_whatever_the_api_does_is_verified(api, given, db):
    """After all that this file and these rows wrote: every resource, every member, deleted and restored too."""
    for key, resource in resources().items():
        if resource.is_created and resource.is_deleted:
            path = f"{resource.path}/{given.one(key)['id']}"
            api.delete(path, expect=204)
            api.post(f"{path}/restore", expect=200)
    db.execute("SELECT inspectd.seal()")
    db.execute("SELECT inspectd.seal()")
    answer = db.execute("SELECT inspectd.verify_audit('0', 60)").fetchone()[0]
    assert answer["verified"] and answer["complete"] and answer["checked"] > 14000, answer


# --- who read what is restricted ------------------------------------------------------------------------
#
# What lists, exports, searches and expansions show is held to what is noted by test_isolation.py.


@pytest.fixture
def noted(api) -> Callable[[str], dict[str, set[str]]]:
    """noted(request_id): the restricted rows that this request was noted to have shown, by resource."""

    def ask(request_id: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for reading in api.get("/v1/audit/readings", {"request_id": request_id}, expect=200).data:
            found.setdefault(reading["resource"], set()).update(reading["row_ids"])
        return found

    return ask


@pytest.fixture(scope="module")
def letters(given) -> dict[str, str]:
    """A document of each sensitivity, of one authority."""
    authority = given.authority()
    made = {s: given.one("documents", authority_id=authority, sensitivity=s, title=f"Letter {s}")["id"]
            for s in ("council", "restricted")}
    return made | {"authority": authority}


def test_a_read_is_told_in_the_history_of_its_row_and_found_by_who_read(api, letters, request_id):
    path = f"/v1/documents/{letters['restricted']}"
    api.get(path, headers={"X-Request-ID": request_id, "X-Acting-User": f"reader of {request_id}"}, expect=200)
    entry, = entries(api, request_id)
    assert (entry["op"], entry["resource"], entry["row_id"], entry["changes"], entry["sensitivity"]) == (
        "read", "documents", letters["restricted"], [], "restricted")
    assert entry["id"] in api.get(f"{path}/history", expect=200).ids
    for query in ({"person": f"reader of {request_id}"}, {"row_id": letters["restricted"], "request_id": request_id},
                  {"authority_id": letters["authority"], "request_id": request_id},
                  {"resource": "documents", "request_id": request_id}, {"id": entry["id"]}):
        reading, = api.get("/v1/audit/readings", query, expect=200).data
        assert (reading["id"], reading["row_ids"], reading["authority_id"]) == (
            entry["id"], [letters["restricted"]], letters["authority"])
    assert api.get("/v1/audit/readings", {"row_id": letters["council"]}, expect=200).data == []


@pytest.mark.parametrize("target, accept", [
    ("/v1/documents/{restricted}/history", None), ("/v1/audit?row_id={restricted},{council}", None),
    ("/v1/audit?authority_id={authority}", "text/csv"), ("/v1/audit?authority_id={authority}", "application/x-ndjson"),
    ("/v1/audit?authority_id={authority}&fields=changes", None)])
def test_who_reads_a_restricted_row_in_the_audit_has_read_it(api, letters, noted, request_id, target, accept):
    """Its words are there, before and after."""
    answer = api.get(target.format(**letters), expect=200,
                     headers={"X-Request-ID": request_id} | ({"Accept": accept} if accept else {}))
    assert "Letter restricted" in answer.text
    assert noted(request_id) == {"documents": {letters["restricted"]}}


def test_a_change_that_is_only_tried_or_is_none_is_a_read(api, letters, noted):
    path = f"/v1/documents/{letters['restricted']}"
    for target, body in ((f"{path}?validate_only=true", {"title": "Other"}), (path, {"title": "Letter restricted"})):
        request = f"audit-{next(serial)}"
        answer = api.patch(target, body, if_match="*", headers={"X-Request-ID": request}, expect=200)
        assert answer.json["url"].startswith("https:") and noted(request) == {"documents": {letters["restricted"]}}
    request = f"audit-{next(serial)}"
    api.patch(path, {"summary": request}, if_match="*", headers={"X-Request-ID": request}, expect=200)
    assert noted(request) == {} and [e["op"] for e in entries(api, request)] == ["updated"]


def test_what_shows_no_words_of_a_restricted_row_is_no_read(api, letters, noted):
    path = f"/v1/documents/{letters['restricted']}"
    tag = api.get(f"{path}/history", {"op": "created"}, expect=200).etag
    for method, target, headers, expect in (
            ("GET", f"{path}/history?op=read", {}, 200), ("HEAD", f"{path}/history", {}, 200),
            ("GET", f"{path}/history?op=created", {"If-None-Match": tag}, 304),
            ("GET", f"/v1/audit/counts?by=op&row_id={letters['restricted']}", {}, 200),
            ("GET", f"/v1/audit/readings?row_id={letters['restricted']}", {}, 200),
            ("GET", f"/v1/documents/{letters['council']}/history", {}, 200)):
        request = f"audit-{next(serial)}"
        api.request(method, target, headers={"X-Request-ID": request} | headers, expect=expect)
        assert noted(request) == {}, (method, target)


def test_what_is_read_of_the_past_is_a_read(api, given, noted, request_id, letters):
    was = given.one("documents", authority_id=letters["authority"], sensitivity="restricted", title="Then")
    api.patch(f"/v1/documents/{was['id']}", {"sensitivity": "council"}, expect=200)
    then = {"as_recorded_at": was["updated_at"]}
    assert api.get(f"/v1/documents/{was['id']}", then, headers={"X-Request-ID": request_id}, expect=200).json[
        "sensitivity"] == "restricted"
    assert noted(request_id) == {"documents": {was["id"]}}
