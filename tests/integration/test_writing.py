"""Creating, changing, deleting and bringing back rows."""

from __future__ import annotations

import concurrent.futures
import re
import uuid
from typing import Any

import pytest

from harness.bodies import CHANGE, FULL, MOVES, PARENTS
from harness.cases import Cases
from harness.described import ABSENT_ID, LIMITS, LIST_TYPES, ROUTES, Resource, named, resources, those
from harness.examples import day, moment

CREATED, CHANGED, DELETED = those("is_created"), those("is_changed"), those("is_deleted")
created_resource = pytest.mark.parametrize("resource", CREATED)
changed_resource = pytest.mark.parametrize("resource", CHANGED)
deleted_resource = pytest.mark.parametrize("resource", DELETED)
council_resource = pytest.mark.parametrize("resource", [key for key in CREATED if key != "authorities"])
reasoned_resource = pytest.mark.parametrize("resource", [key for key in CHANGED if resources()[key].has_reason])

OF_THE_SERVICE = {"version", "updated_at"}  # what any change alters by itself
FOLLOWS = {"deadlines": {"explanation"}, "inspections": {"reschedule_count"}}  # what other members make


def by_itself(resource: str) -> set[str]:
    return OF_THE_SERVICE | FOLLOWS.get(resource, set())


def path_of(resource: str, row: dict) -> str:
    return f"/v1/{resource}/{row['id']}"


def without(row: dict, *names: str) -> dict:
    return {name: value for name, value in row.items() if name not in names}


# --- creating -------------------------------------------------------------------


@created_resource
def test_a_new_row_has_an_address_and_an_etag_and_reads_back_the_same(api, given, resource):
    answer = api.post(f"/v1/{resource}", given.body(resource), expect=201)
    assert answer.location == path_of(resource, answer.json)
    assert re.fullmatch(r'"1\.[0-9a-f]+"', answer.etag)

    read = api.get(answer.location, expect=200)
    assert (read.body, read.etag) == (answer.body, answer.etag)


@created_resource
def test_every_member_that_was_sent_is_stored(api, given, resource):
    body = given.full_body(resource)
    row = api.create(f"/v1/{resource}", body)
    assert {name: row[name] for name in body} == body


@pytest.mark.parametrize("resource", FULL)
def test_a_full_body_names_every_member_that_may_be_written(given, resource):
    """Else the tests that go by full bodies would pass over what is new."""
    row = given.full(resource)
    left_out = {name for name in resources()[resource].written if row[name] in (None, [], {}, False, "")}
    assert left_out == LEFT_OUT.get(resource, set())


@council_resource
def test_an_id_is_a_uuid_of_version_7_and_later_rows_sort_later(given, resource):
    first, second = given.one(resource)["id"], given.one(resource)["id"]
    assert uuid.UUID(first).version == 7 and uuid.UUID(first).variant == uuid.RFC_4122
    assert first < second


@created_resource
def test_a_new_row_leaves_one_entry_in_the_journal_with_its_caller(api, given, journal, resource):
    body, before = given.body(resource), journal.position()
    answer = api.with_headers(X_Request_ID="made-here", X_Acting_User="a.person").post(f"/v1/{resource}", body,
                                                                                       expect=201)
    entries = [entry for entry in journal.since(before) if resource != "erasures" or entry[0] == "erasure"]  # it changes a row
    assert [entry[2:] for entry in entries] == [("created", 1)]
    entry = journal.last(answer.json["id"])
    assert entry["request_id"] == "made-here" and entry["person"] == "a.person" and entry["actor"]


BENEATH = [(route["parent"], route["resource"]) for route in ROUTES
           if route["method"] == "POST" and route["parent"] and route["resource"]]


@pytest.mark.parametrize(("parent", "child"), BENEATH)
def test_a_row_may_be_posted_beneath_its_parent(api, given, unwritten, parent, child):
    parent, child = named(parent), named(child)
    dates = {"start_on": "2024-01-08", "due_on": "2024-06-03"} if parent.name == "action" else {}
    above = given.one(parent.key, **dates)
    body = given.least(child.key)
    answer = api.post(f"{path_of(parent.key, above)}/{child.key}", body, expect=201)
    row = answer.json
    assert answer.location == path_of(child.key, row)
    assert above["id"] in (row.get(f"{parent.name}_id"), *row.get(f"{parent.name}_ids", []))
    assert parent.name == "authority" or row["authority_id"] == above["authority_id"]

    other = given.body(child.key)  # of another parent
    with unwritten():
        api.post(f"{path_of(parent.key, above)}/{child.key}", other, expect=422)


@pytest.mark.parametrize(("parent", "child"), BENEATH)
def test_beneath_a_parent_that_is_not_there_nothing_can_be_posted(api, given, unwritten, parent, child):
    body = given.least(named(child).key)
    with unwritten():
        api.post(f"{named(parent).path}/{named(parent).absent_id}/{named(child).key}", body, expect=404)


def test_an_authority_number_that_is_taken_is_a_conflict(api, given, unwritten):
    taken = given.authority()
    with unwritten():
        api.post("/v1/authorities", given.body("authorities", id=taken), expect=409)


@pytest.mark.parametrize("member", ["gss_code", "urn"])
def test_a_code_that_another_authority_holds_is_a_conflict(api, given, unwritten, member):
    value = given.full("authorities")[member]
    other = given.one("authorities")
    body = given.body("authorities", **{member: value})
    with unwritten():
        api.post("/v1/authorities", body, expect=409)
        api.patch(path_of("authorities", other), {member: value}, expect=409)


# --- merge patch ----------------------------------------------------------------


@changed_resource
def test_a_patch_leaves_what_it_does_not_name_untouched(api, given, resource):
    before = given.full(resource)
    answer = api.patch(path_of(resource, before), CHANGE[resource], expect=200)
    assert answer.json == before | CHANGE[resource] | {name: answer.json[name] for name in by_itself(resource)}
    assert answer.json["version"] == before["version"] + 1
    assert moment(answer.json["updated_at"]) > moment(before["updated_at"])
    read = api.get(path_of(resource, before))
    assert (read.body, read.etag) == (answer.body, answer.etag)


# Members of a full row that may be null by themselves, and that its others do not let go.
HELD = {
    "inspections": {"start_on", "end_on", "received_on", "published_on"},
    "actions": {"completed_on"},
    "documents": {"url"},
    "plans": {"agreed_on", "submitted_on"},
    "meetings": {"held_on"},
    "decisions": {"board_id", "wording_taken", "taken_on", "done_on"},
    "delivery-models": {"name"},
}
# Members that a full row has not: they do not go with its others.
LEFT_OUT = {
    "inspections": {"statement_required", "principal_authority_id"},
    "findings": {"not_assessed_reason"},
    "decisions": {"delegated_to"},
    "deadlines": {"document_id"},
}


@changed_resource
def test_null_takes_a_member_away(api, given, resource):
    row, fields = given.full(resource), resources()[resource].changeable
    members = [name for name in fields if fields[name]["nullable"] and name not in HELD.get(resource, ())]
    patch = dict.fromkeys(members) | ({"reason": "Not so"} if resources()[resource].has_reason else {})
    changed = api.patch(path_of(resource, row), patch, expect=200).json
    assert {name: changed[name] for name in members} == dict.fromkeys(members)


@pytest.mark.parametrize("resource", [key for key in CHANGED if key != "deadlines"])  # of these nothing must be there
def test_what_a_row_must_have_cannot_be_taken_away(api, given, unwritten, resource):
    row, fields = given.full(resource), resources()[resource].changeable
    members = [name for name in fields if not fields[name]["nullable"]]
    with unwritten():
        answer = api.patch(path_of(resource, row), dict.fromkeys(members), expect=422)
    assert sorted(answer.pointers) == sorted(f"/{name}" for name in members)


@pytest.mark.parametrize("resource", [key for key in CHANGED if "external_refs" in resources()[key].fields])
def test_a_patch_of_external_refs_touches_only_the_systems_that_it_names(api, given, resource):
    row = given.one(resource, external_refs={"stays": "1", "goes": "2", "changes": "3"})
    patch = {"external_refs": {"goes": None, "changes": "4", "comes": "5"}}
    changed = api.patch(path_of(resource, row), patch, expect=200).json
    assert changed["external_refs"] == {"stays": "1", "changes": "4", "comes": "5"}
    assert api.get(f"/v1/{resource}", {"external_ref": "goes:2"}).data == []
    assert api.get(f"/v1/{resource}", {"external_ref": "comes:5"}).ids == [row["id"]]


def test_a_system_that_is_taken_away_and_was_never_there_is_no_change(api, given, unwritten):
    row = given.action(external_refs={"stays": "1"})
    with unwritten():
        api.patch(f"/v1/actions/{row['id']}", {"external_refs": {"absent": None}}, expect=200)


@changed_resource
def test_a_list_that_is_named_is_replaced_whole(api, given, resource):
    fields = resources()[resource].changeable
    lists = [name for name in fields if fields[name]["type"] in LIST_TYPES]
    row = given.full(resource)
    path = path_of(resource, row)
    with Cases() as case:
        for member in lists:
            with case(member):
                assert row[member]
                assert api.patch(path, {member: []}, expect=200).json[member] == []
                back = api.patch(path, {member: row[member]}, expect=200).json
                assert without(back, *by_itself(resource)) == without(row, *by_itself(resource))


@pytest.mark.parametrize(("resource", "member"), [
    ("inspections", "inspectors"), ("plans", "rag_labels"), ("measures", "benchmarks"), ("meetings", "attendees"),
    ("agenda-items", "points"), ("decisions", "parts"),
])
def test_lists_of_objects_keep_their_order(api, given, resource, member):
    row = given.full(resource)
    turned = row[member][::-1]
    assert turned != row[member]
    assert api.patch(path_of(resource, row), {member: turned}, expect=200).json[member] == turned


@changed_resource
@pytest.mark.parametrize("same", [False, True], ids=["empty", "the_same_values"])
def test_a_patch_that_changes_nothing_keeps_the_version(api, given, unwritten, resource, same):
    row = given.full(resource)
    before = api.get(path_of(resource, row), expect=200)
    patch = {name: row[name] for name in resources()[resource].changeable} if same else {}
    with unwritten():
        answer = api.patch(path_of(resource, row), patch, expect=200)
    assert (answer.body, answer.etag) == (before.body, before.etag)


@changed_resource
def test_a_patch_is_read_as_merge_patch_or_plain_json(api, given, unwritten, resource):
    row = given.one(resource)
    path = path_of(resource, row)
    with Cases() as case:
        for n, media_type in enumerate(["application/merge-patch+json", "application/json",
                                        "Application/JSON; charset=utf-8"]):
            with case(media_type):
                change = {name: f"{value} {n}" if " " in value else f"{value}-{n}"
                          for name, value in CHANGE[resource].items()}
                assert api.patch(path, change, content_type=media_type, expect=200).json.items() >= change.items()
        for media_type in ("application/json-patch+json", "text/plain", "application/xml", "application/jsonx",
                           "application/json; charset=latin-1"):
            with case(media_type), unwritten():
                answer = api.patch(path, CHANGE[resource], content_type=media_type, expect=415)
                assert "application/merge-patch+json" in answer.headers["Accept-Patch"]
                assert answer.problem["type"].endswith("/unsupported-media-type")


# --- If-Match -------------------------------------------------------------------


def changes(resource: str, row: dict) -> list[tuple[str, str, dict | None]]:
    """Every way in which this resource lets a row be changed."""
    path, of = path_of(resource, row), resources()[resource]
    return [
        *([("PATCH", path, CHANGE[resource])] if of.is_changed else []),
        *([("DELETE", path, None)] if of.is_deleted else []),
        *([("POST", f"{path}/transitions", MOVES[resource])] if of.is_moved else []),
    ]


@pytest.mark.parametrize("resource", sorted({*CHANGED, *DELETED, *those("is_moved")}))
def test_a_change_without_if_match_is_refused(api, given, unwritten, resource):
    row = given.one(resource)
    for method, path, body in changes(resource, row):
        with unwritten():
            answer = api.request(method, path, json=body, expect=428)
        assert answer.problem["type"].endswith("/precondition-required")


@changed_resource
def test_a_change_of_another_version_is_refused_with_the_present_one(api, given, unwritten, resource):
    row = given.one(resource)
    first = row["version"]
    now = api.patch(path_of(resource, row), CHANGE[resource], expect=200)
    with Cases() as case:
        for version in (first, first + 8):  # earlier, and not yet
            for method, path, body in changes(resource, row):
                with case(method, version), unwritten():
                    problem = api.request(method, path, json=body, if_match=f'"{version}.0"', expect=412).problem
                    assert problem["current_etag"] == now.etag
                    if version == first:
                        assert problem["changed"] == list(CHANGE[resource])


@changed_resource
def test_a_stale_change_is_told_every_member_that_changed_link_lists_too(api, given, unwritten, resource):
    row, fields = given.full(resource), resources()[resource].changeable
    first = api.get(path_of(resource, row)).etag
    patch = CHANGE[resource] | {name: [] for name in fields if fields[name]["type"] in LIST_TYPES}
    api.patch(path_of(resource, row), patch, expect=200)
    with unwritten():
        problem = api.patch(path_of(resource, row), CHANGE[resource], if_match=first, expect=412).problem
    assert set(problem["changed"]) - {"warnings"} == patch.keys()


@changed_resource
def test_if_match_may_be_a_star_or_a_list(api, given, resource):
    path = path_of(resource, given.one(resource))
    with Cases() as case:
        for form in ("*", '"77.abc", {etag}', '{etag},"77.abc"', "  {etag}  "):
            with case(form):
                etag = api.get(path).etag
                api.patch(path, CHANGE[resource], if_match=form.format(etag=etag), expect=200)


def test_a_weak_etag_never_matches(api, given, unwritten):
    row = given.action()
    with unwritten():
        api.patch(f"/v1/actions/{row['id']}", {"detail": "A"}, if_match='W/"1.abc"', expect=[400, 412])


@pytest.mark.parametrize("value", ["1", "banana", '"', '"1', '""', '"1.ab" "2.ab"', '"-1.ab"',
                                   '"99999999999999999999.ab"'])
def test_an_if_match_that_is_not_one_changes_nothing(api, given, unwritten, value):
    row = given.action()
    with unwritten():
        api.patch(f"/v1/actions/{row['id']}", {"detail": "A"}, if_match=value, expect=[400, 412])


def test_an_etag_of_a_read_with_fields_can_be_written_back(api, given):
    row = given.finding()
    etag = api.get(f"/v1/findings/{row['id']}", {"fields": "id,gloss"}).etag
    assert etag != api.get(f"/v1/findings/{row['id']}").etag
    api.patch(f"/v1/findings/{row['id']}", {"gloss": "A"}, if_match=etag, expect=200)


@changed_resource
def test_of_many_changes_with_one_etag_exactly_one_wins(api, given, journal, resource):
    row = given.one(resource)
    etag, before = api.get(path_of(resource, row)).etag, journal.position()
    (member, _), = CHANGE[resource].items()
    values = [f"https://example.org/{n}" for n in range(12)]
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda v: api.patch(path_of(resource, row), {member: v}, if_match=etag), values))
    assert sorted(answer.status for answer in answers) == [200] + [412] * 11
    winner, = [answer.json for answer in answers if answer.status == 200]
    assert api.get(path_of(resource, row)).json == winner and winner["version"] == row["version"] + 1
    assert len(journal.since(before)) == 1


@changed_resource
def test_a_change_by_psql_makes_a_version_and_is_in_the_journal(api, given, db, journal, resource):
    row = given.one(resource)
    old = api.get(path_of(resource, row))
    (member, value), = CHANGE[resource].items()
    version = row["version"] + 1
    db.execute(f"UPDATE inspectd.{resources()[resource].name} SET {member} = %s, version = 40, created_at = now() WHERE id = %s",
               [value, row["id"]])

    new = api.get(path_of(resource, row))
    followed = {name: new.json[name] for name in by_itself(resource)}
    assert new.json == row | {member: value} | followed and new.json["version"] == version
    assert new.etag != old.etag and moment(new.json["updated_at"]) > moment(row["updated_at"])
    entry = journal.last(row["id"])
    assert (entry["op"], entry["version"], entry["actor"]) == ("updated", version, "database:inspectd_owner")
    problem = api.patch(path_of(resource, row), CHANGE[resource], if_match=old.etag, expect=412).problem
    assert problem["changed"] == [member]


# --- what is refused ------------------------------------------------------------

# What at least is the service's own; the rest is as `inspectd describe` says.
READ_ONLY = {"id", "version", "created_at", "updated_at", "warnings"}


def read_only(resource: str) -> set[str]:
    return {field["name"] for field in resources()[resource].with_mark("read_only")}


@pytest.mark.parametrize("resource", sorted({*CREATED, *CHANGED}))
def test_every_read_only_member_is_refused_by_name(api, given, unwritten, resource):
    row, of = given.one(resource), resources()[resource]
    theirs = {name: "mine" for name in read_only(resource)}
    body = given.body(resource) if of.is_created else {}
    assert theirs.keys() >= READ_ONLY - ({"id"} if resource == "authorities" else set())
    with unwritten():
        answers = [api.patch(path_of(resource, row), theirs, expect=422)] if of.is_changed else []
        if of.is_created:
            answers.append(api.post(f"/v1/{resource}", body | theirs, expect=422))
        for answer in answers:
            told = sorted(answer.pointers)
            assert told == sorted(f"/{name}" for name in theirs)[: len(told)]
            assert len(told) in (len(theirs), LIMITS["complaints"])
            assert set(answer.codes) == {"read_only"}


@changed_resource
def test_what_is_fixed_by_creation_cannot_be_patched_to_something_else(api, given, unwritten, resource):
    row, of = given.full(resource), resources()[resource]
    fixed = [name for name, field in of.written.items() if field["create_only"]]
    with Cases() as case:
        for member in fixed:
            with case(member), unwritten():
                other = another_value(of.fields[member], row[member])
                answer = api.patch(path_of(resource, row), {member: other}, expect=422)
                assert answer.pointers == [f"/{member}"]
                api.patch(path_of(resource, row), {member: row[member]}, expect=200)


def another_value(field: dict, value: Any) -> Any:
    """Of the right form, and not this one."""
    if field["type"] == "enum":
        return next(code for code in field["enum"] if code != value)
    if field.get("ref") == "authority" or field["name"] == "id":
        return "806" if value != "806" else "870"
    return {"ref": ABSENT_ID, "date": "2001-02-03"}.get(field["type"], "Another")


# --- references -----------------------------------------------------------------


def references(resource: str) -> list[tuple[str, str, str]]:
    """(member, what it refers to, how a value is sent) of each reference that a POST may hold."""
    found = []
    for name, field in resources()[resource].written.items():
        if field["type"] in ("ref", "refs"):
            found.append((name, field["ref"], field["type"]))
    return found


@created_resource
def test_a_reference_to_what_is_absent_or_another_authoritys_is_refused_alike(api, given, unwritten, resource):
    body, stranger = given.body(resource), given.authority()
    kept = {PARENTS[resource][0]} if resource in PARENTS else set()
    with Cases() as case:
        for member, target, kind in references(resource):
            where = f"/{member}" if kind == "ref" else f"/{member}/0"
            if target in ("theme", "framework", "authority"):
                values = ["no-such" if target != "authority" else "999"]
            else:
                values = [ABSENT_ID] + ([given.of(named(target).key, stranger)["id"]] if member not in kept else [])
            for value in values:
                with case(member, value), unwritten():
                    sent = {member: value if kind == "ref" else [value]}
                    answer = api.post(f"/v1/{resource}", body | sent, expect=422)
                    assert where in answer.pointers, str(answer)


@created_resource
def test_unknown_members_are_refused_at_every_level(api, given, unwritten, resource):
    row = given.full(resource)
    objects = [name for name, field in resources()[resource].written.items() if field["type"] == "objects"]
    nested = {name: [*row[name][:-1], row[name][-1] | {"rôle": 1}] for name in objects}
    unknown = {f"/{name}/{len(row[name]) - 1}/rôle" for name in objects}
    body = given.body(resource) | {"a/b~c": 1, "titel": "x", "__proto__": {}} | nested
    with unwritten():
        answer = api.post(f"/v1/{resource}", body, expect=422)
    found = {error["pointer"] for error in answer.problem["errors"] if error["code"] == "unknown_member"}
    assert found == {"/a~1b~0c", "/titel", "/__proto__"} | unknown


@pytest.mark.parametrize(("resource", "body", "pointers"), [
    ("authorities", {"id": "8066", "name": " ", "type": "borough", "gss_code": "E01000001", "urn": "1",
                     "region_code": "E1",
                     "started_on": "yesterday", "aliases": "none"},
     ["/aliases", "/gss_code", "/id", "/name", "/region_code", "/started_on", "/type", "/urn"]),
    ("inspections", {"kind": "visit", "body": 3, "start_on": "2023-02-29", "inspectors_count": 0, "theme_ids": [7],
                     "report_url": "example.org", "judgements": [{"strand": "X Y"}]},
     ["/authority_id", "/body", "/inspectors_count", "/judgements/0/grade", "/judgements/0/strand", "/kind",
      "/report_url",
      "/start_on", "/theme_ids/0"]),
    ("findings", {"kind": None, "number": "7", "contested": "yes", "links": [{"earlier_id": "7", "relation": "likes"}],
                  "text": 5, "external_refs": {"UPPER": "1", "fine": 2}},
     ["/contested", "/external_refs/UPPER", "/external_refs/fine", "/inspection_id", "/kind", "/links/0/earlier_id",
      "/links/0/relation", "/number", "/text"]),
    ("actions", {"number": "1" * 33, "due_on": 20240101, "finding_ids": {"a": 1}, "status": "done", "sensitivity": ""},
     ["/due_on", "/finding_ids", "/number", "/sensitivity", "/status", "/title"]),
    ("organisations", {"kind": "fire", "name": "7", "url": "mailto:a", "ended_on": "2024", "short_name": "x" * 41},
     ["/ended_on", "/kind", "/name", "/short_name", "/url"]),
    ("documents", {"role": "proof", "sha256": "ABC", "url": "ftp:x", "pages": 0, "copied_to": [" "], "plan_ids": ["1"]},
     ["/authority_id", "/copied_to/0", "/pages", "/plan_ids/0", "/role", "/sha256", "/title", "/url"]),
    ("plans", {"kind": "wish", "rag_labels": [{"rag": "pink"}], "boards": [{"by_exception": "no"}], "response": "ok"},
     ["/authority_id", "/boards/0/board_id", "/boards/0/by_exception", "/kind", "/rag_labels/0/label",
      "/rag_labels/0/rag", "/response", "/title"]),
    ("updates", {"rag": "Green", "impact": 1, "evidence_ids": "x", "reported_on": "today", "narrative": 5},
     ["/action_id", "/evidence_ids", "/impact", "/narrative", "/rag", "/reported_on"]),
    ("extensions", {"reason": " ", "requested_on": "2024-02-30"},
     ["/action_id", "/reason", "/requested_on", "/to_due_on"]),
    ("measures", {"unit": "", "polarity": "up", "target": "5", "benchmarks": [{"value": True}], "tolerance_kind": "%"},
     ["/authority_id", "/benchmarks/0/label", "/benchmarks/0/value", "/polarity", "/target", "/title",
      "/tolerance_kind", "/unit"]),
    ("observations", {"value": None, "comparator": "~", "approximate": 1, "unit": 5},
     ["/approximate", "/comparator", "/measure_id", "/observed_on", "/unit", "/value"]),
    ("boards", {"name": "", "kind": "club", "statutory": "yes", "cadence": "often"},
     ["/authority_id", "/cadence", "/kind", "/name", "/statutory"]),
    ("meetings", {"starts_at": "10", "ends_at": "25:00", "mode": "zoom", "attendees": [{"capacity": "king"}]},
     ["/attendees/0/attendance", "/attendees/0/capacity", "/board_id", "/ends_at", "/mode", "/starts_at"]),
    ("agenda-items", {"title": None, "points": [{"number": 0}], "wards": "Central", "by_exception": None},
     ["/by_exception", "/meeting_id", "/points/0/number", "/points/0/point", "/title", "/wards"]),
    ("decisions", {"kind": "ordered", "answer": "maybe", "parts": [{"number": "1", "due_on": "soon"}], "urgent": 0,
                   "delegated_to": "Director"},
     ["/answer", "/kind", "/parts/0/due_on", "/parts/0/wording", "/urgent"]),
    ("interventions", {"kind": "notice", "ended_precision": "year", "source_url": "x"},
     ["/authority_id", "/ended_precision", "/kind", "/source_url", "/started_on"]),
    ("delivery-models", {"kind": "trust", "started_on": "2014-13-01"}, ["/authority_id", "/kind", "/started_on"]),
    ("clients", {"name": "7", "scopes": ["findings:reed", "admin"], "authority_ids": ["999", "8"],
                 "clearance": "secret", "expires_on": "2024-01-01"},
     ["/authority_ids/1", "/clearance", "/expires_on", "/name", "/scopes/0", "/scopes/1"]),
])
def test_every_complaint_about_members_comes_at_once(api, unwritten, resource, body, pointers):
    with unwritten():
        answer = api.post(f"/v1/{resource}", body, expect=422)
    assert sorted(answer.pointers) == pointers
    assert all(error["detail"] and error["code"] for error in answer.problem["errors"])


def test_every_complaint_about_rules_comes_at_once(api, given, unwritten):
    body = given.body("inspections", kind="standard_inspection", start_on="2024-05-10", end_on="2024-05-01",
                      verbal_feedback_on="2024-05-09", published_on="2024-04-30", judgements=[
                          {"strand": "children_in_care_and_care_leavers", "grade": "good"},
                          {"strand": "help_and_protection", "grade": "adequate"}])
    with unwritten():
        answer = api.post("/v1/inspections", body, expect=422)
    assert {"/end_on", "/verbal_feedback_on", "/published_on", "/judgements/0/strand",
            "/judgements/1/grade"} <= set(answer.pointers)


def test_an_unknown_member_does_not_hide_a_broken_rule(api, given, unwritten):
    body = given.body("inspections", start_on="2024-05-10", end_on="2024-05-01", colour="red")
    with unwritten():
        assert sorted(api.post("/v1/inspections", body, expect=422).pointers) == ["/colour", "/end_on"]


def test_what_could_not_be_read_is_not_called_missing(api, unwritten):
    with unwritten():
        answer = api.post("/v1/decisions", {"kind": "agreed", "meeting_id": "the last one"}, expect=422)
    assert [(error["pointer"], error["code"]) for error in answer.problem["errors"]] == [("/meeting_id", "not_an_id")]


def test_while_the_authority_cannot_be_read_a_row_that_is_there_is_not_called_absent(api, given, unwritten):
    plan = given.one("plans")
    body = {"title": "x", "plan_ids": [plan["id"], ABSENT_ID], "authority_id": "Leeds"}
    with unwritten():
        answer = api.post("/v1/actions", body, expect=422)
    found = {error["pointer"]: error["detail"] for error in answer.problem["errors"]}
    assert sorted(found) == ["/authority_id", "/plan_ids/1"]
    assert "of this authority" not in found["/plan_ids/1"]


def test_a_refusal_says_how_a_month_and_what_goes_on_are_written(api, given):
    for value, words in (("2026-04", "write a day of that month, such as 2026-04-01"), ("ongoing", "precision")):
        answer = api.post("/v1/actions", given.body("actions", due_on=value), expect=422)
        assert words in answer.problem["errors"][0]["detail"]


def test_a_name_of_two_words_is_said_as_two_words(api):
    for path, words in (("agenda-items", "agenda item"), ("delivery-models", "delivery model")):
        assert words in api.get(f"/v1/{path}/{ABSENT_ID}", expect=404).problem["detail"]
        assert words in api.get(f"/v1/{path}/none", expect=404).problem["detail"]


@pytest.mark.parametrize("resource", sorted({*CREATED, *CHANGED}))
def test_a_body_that_is_not_an_object_is_refused(api, given, unwritten, resource):
    row, of = given.one(resource), resources()[resource]
    with Cases() as case:
        for data in ("[]", '"text"', "7", "null", "true"):
            with case(data), unwritten():
                if of.is_created:
                    api.post(f"/v1/{resource}", data=data, expect=[400, 422])
                if of.is_changed:
                    api.patch(path_of(resource, row), data=data, expect=[400, 422])


@reasoned_resource
def test_a_reason_is_kept_in_the_journal_and_not_shown(api, given, journal, resource):
    row = given.one(resource)
    answer = api.patch(path_of(resource, row), CHANGE[resource] | {"reason": "Because."}, expect=200)
    assert "reason" not in answer.json
    assert journal.last(row["id"])["reason"] == "Because."


# --- validate_only --------------------------------------------------------------


@created_resource
def test_validate_only_answers_the_object_that_would_be_and_writes_nothing(api, given, unwritten, resource):
    body = given.full_body(resource)
    with unwritten():
        would = api.post(f"/v1/{resource}?validate_only=true", body, expect=200).json
    assert {name: would[name] for name in body} == body
    really = api.create(f"/v1/{resource}", body)
    assert without(would, "id", "created_at", "updated_at") == without(really, "id", "created_at", "updated_at")


@pytest.mark.parametrize("resource", sorted({*CHANGED, *DELETED, *those("is_moved")}))
def test_validate_only_of_a_change_writes_nothing(api, given, unwritten, resource):
    row = given.one(resource)
    path = path_of(resource, row)
    before = api.get(path, expect=200)
    for method, target, change in changes(resource, row):
        with unwritten():
            answer = api.request(method, f"{target}?validate_only=true", json=change, if_match=before.etag,
                                 expect=[200, 204])
        assert api.get(path).body == before.body
        if method == "PATCH":
            assert answer.json.items() >= CHANGE[resource].items()
        elif method == "POST":
            assert answer.json["status"] == MOVES[resource]["to"]


@changed_resource
def test_validate_only_refuses_what_would_be_refused(api, given, unwritten, resource):
    row, of = given.one(resource), resources()[resource]
    path = path_of(resource, row)
    with unwritten():
        api.patch(f"{path}?validate_only=true", {"nonsense": 1}, expect=422)
        api.patch(f"{path}?validate_only=true", CHANGE[resource], if_match=None, expect=428)
        api.patch(f"{path}?validate_only=true", CHANGE[resource], if_match='"77.a"', expect=412)
        if of.is_created:
            api.post(f"/v1/{resource}?validate_only=true", {"nonsense": 1}, expect=422)
            api.post(f"/v1/{resource}?validate_only=perhaps", {}, expect=400)
            api.post(f"/v1/{resource}?validate_only=", {}, expect=400)
        if of.is_deleted:
            api.delete(f"{path}?validate_only=true", if_match='"77.a"', expect=412)
            api.post(f"{path}/restore?validate_only=true", expect=409)
        if of.is_moved:
            api.move(f"{path}?validate_only=true", "nonsense", expect=[409, 422])


def test_validate_only_false_writes(api, given):
    api.post("/v1/actions?validate_only=false", given.body("actions"), expect=201)


@deleted_resource
def test_validate_only_of_a_restore_brings_nothing_back(api, given, unwritten, resource):
    row = given.one(resource)
    api.delete(path_of(resource, row), expect=204)
    with unwritten():
        assert api.post(f"{path_of(resource, row)}/restore?validate_only=true", expect=200).json["id"] == row["id"]
    api.get(path_of(resource, row), expect=404)


# --- deleting and bringing back -------------------------------------------------


@deleted_resource
def test_a_deleted_row_is_gone_but_for_earlier_times_and_comes_back_whole(api, given, journal, resource):
    row, of = given.full(resource), resources()[resource]
    path = path_of(resource, row)
    if resource == "authorities":  # its successor needs it
        row = api.patch(path, {"successor_ids": []}, expect=200).json
    api.delete(path, expect=204)
    assert journal.last(row["id"])["op"] == "deleted"
    api.get(path, expect=404)
    assert api.get(f"/v1/{resource}", {"id": row["id"]}).data == []
    earlier = api.get(path, {"as_recorded_at": row["updated_at"]}, expect=200).json
    assert without(earlier, "standing_judgements") == without(row, "standing_judgements")
    for method, target, body in changes(resource, row):
        api.request(method, target, json=body, if_match="*", expect=404)
    assert of.is_changed

    back = api.post(f"{path}/restore", expect=200)
    assert journal.last(row["id"])["op"] == "restored"
    assert back.json == row | {name: back.json[name] for name in OF_THE_SERVICE}
    assert back.json["version"] == row["version"] + 2
    read = api.get(path, expect=200)
    assert (read.body, read.etag) == (back.body, back.etag)


@created_resource
def test_what_a_row_refers_to_cannot_be_deleted_and_the_refusal_says_why(api, given, unwritten, resource):
    """Of every member of a full row that names another: found from the tables, as the service does."""
    row, of = given.full(resource), resources()[resource]
    words = of.name.replace("_", " ")
    with Cases() as case:
        for target, id in sorted(referred_to(row, of)):
            if not named(target).is_deleted:
                continue
            with case(target, id), unwritten():
                for query in ("", "?validate_only=true"):
                    answer = api.delete(f"{named(target).path}/{id}{query}", if_match="*", expect=409)
                    detail = answer.problem["detail"]
                    assert words in detail or of.plural.replace("_", " ") in detail, detail
                    assert re.search(r"\d", detail), detail
        assert case.tried or resource in ("authorities", "clients", "erasures")


def referred_to(row: dict, of: Resource) -> set[tuple[str, str]]:
    """(resource, id) of every row that this one names."""
    found = set()
    for name, field in of.written.items():
        values = row[name] if isinstance(row[name], list) else [row[name]]
        for value in filter(None, values):
            if field["type"] in ("ref", "refs"):
                found.add((field["ref"], value))
            elif field["type"] == "objects":
                found |= {(item["ref"], value[item["name"]]) for item in field["items"] if item["type"] == "ref"}
    return found


def dependants(given) -> dict:
    """What cannot be deleted, and what its refusal must speak of."""
    authority, other = given.authority(), given.authority()
    inspection = given.inspection(authority, start_on="2023-05-01", end_on="2023-05-02")
    later = given.inspection(authority, start_on="2024-05-01", end_on="2024-05-02", follows_id=inspection["id"])
    parent = given.finding(later["id"])
    given.finding(later["id"], parent_id=parent["id"])
    linked = given.finding(given.inspection(other, start_on="2022-05-02")["id"])
    newer = given.inspection(other, start_on="2024-05-02")
    given.finding(newer["id"], links=[{"earlier_id": linked["id"], "relation": "repeats"}])
    done = given.finding(given.inspection()["id"])
    given.action(done["authority_id"], finding_ids=[done["id"]])
    predecessor = given.authority()
    successor = given.authority()
    given.api.patch(f"/v1/authorities/{predecessor}", {"successor_ids": [successor]}, expect=200)
    return {
        "an authority with inspections": (f"/v1/authorities/{authority}", "inspection"),
        "an authority with actions": (f"/v1/authorities/{given.action()['authority_id']}", "action"),
        "an authority that succeeds another": (f"/v1/authorities/{successor}", "authorit"),
        "an inspection that is followed": (f"/v1/inspections/{inspection['id']}", "inspection"),
        "an inspection with findings": (f"/v1/inspections/{later['id']}", "finding"),
        "a finding with bullets": (f"/v1/findings/{parent['id']}", "finding"),
        "a finding that a later one repeats": (f"/v1/findings/{linked['id']}", "finding"),
        "a finding with actions": (f"/v1/findings/{done['id']}", "action"),
    }


def test_what_something_depends_on_cannot_be_deleted_and_the_refusal_says_what_does(api, given, unwritten):
    for what, (path, word) in dependants(given).items():
        with unwritten():
            for target in (path, f"{path}?validate_only=true"):
                answer = api.delete(target, if_match="*", expect=409)
                assert word in answer.problem["detail"], what
                assert re.search(r"\d", answer.problem["detail"]), what


def test_once_its_dependants_are_deleted_a_row_can_be_too(api, given):
    finding = given.finding()
    for path in (f"/v1/findings/{finding['id']}", f"/v1/inspections/{finding['inspection_id']}",
                 f"/v1/authorities/{finding['authority_id']}"):
        api.delete(path, expect=204)


def test_nothing_is_added_to_what_is_being_deleted_at_the_same_time(api, given):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for _ in range(10):
            inspection = given.inspection()
            path, body = f"/v1/inspections/{inspection['id']}", given.body("findings", inspection_id=inspection["id"])
            deleted = pool.submit(api.delete, path, if_match="*")
            added = pool.submit(api.post, "/v1/findings", body)
            assert (deleted.result().status, added.result().status) in [(204, 422), (409, 201)]


def test_an_action_takes_its_links_with_it_and_brings_them_back(api, given):
    finding = given.finding()
    action = given.action(finding["authority_id"], finding_ids=[finding["id"]])
    api.delete(f"/v1/actions/{action['id']}", expect=204)
    assert api.get(f"/v1/findings/{finding['id']}").json["action_ids"] == []
    api.post(f"/v1/actions/{action['id']}/restore", expect=200)
    assert api.get(f"/v1/findings/{finding['id']}").json["action_ids"] == [action["id"]]


@pytest.mark.parametrize("resource", [key for key in DELETED if "external_refs" in resources()[key].fields])
def test_the_key_of_a_deleted_row_is_free_and_then_in_the_way_of_a_restore(api, given, unwritten, resource):
    body = given.body(resource, external_refs={"plan": "1"})
    first = api.create(f"/v1/{resource}", body)
    with unwritten():
        assert api.post(f"/v1/{resource}", body, expect=409).pointers == ["/external_refs/plan"]
    api.delete(path_of(resource, first), expect=204)
    second = api.create(f"/v1/{resource}", body)
    with unwritten():
        api.post(f"{path_of(resource, first)}/restore", expect=409)
        api.post(f"{path_of(resource, first)}/restore?validate_only=true", expect=409)
    api.patch(path_of(resource, second), {"external_refs": {"plan": None}}, expect=200)
    api.post(f"{path_of(resource, first)}/restore", expect=200)
    with unwritten():
        taken = api.patch(path_of(resource, second), {"external_refs": {"plan": "1"}}, expect=409)
    assert taken.pointers == ["/external_refs/plan"]


@pytest.mark.parametrize("resource", [key for key in CREATED if "external_refs" in resources()[key].fields])
def test_a_key_is_unique_in_its_authority_and_free_in_another(api, given, unwritten, resource):
    body = given.body(resource)
    api.create(f"/v1/{resource}", body | {"external_refs": {"plan": "1"}})
    with unwritten():
        answer = api.post(f"/v1/{resource}", body | {"external_refs": {"plan": "1"}}, expect=409)
    assert answer.pointers == ["/external_refs/plan"] or resource == "extensions"  # of which one is open already
    given.one(resource, external_refs={"plan": "1"})
    if resources()[resource].is_changed:
        second = api.create(f"/v1/{resource}", body)
        with unwritten():
            answer = api.patch(path_of(resource, second), {"external_refs": {"plan": "1"}}, expect=409)
        assert answer.pointers == ["/external_refs/plan"]


@pytest.mark.parametrize("member", ["gss_code", "urn"])
def test_a_code_of_a_deleted_authority_is_free(api, given, unwritten, member):
    first = given.one("authorities", **{member: {"gss_code": "E06991234", "urn": "9912345"}[member]})
    api.delete(path_of("authorities", first), expect=204)
    given.one("authorities", **{member: first[member]})
    with unwritten():
        api.post(f"{path_of('authorities', first)}/restore", expect=409)


def test_nothing_is_restored_beneath_what_has_gone(api, given, unwritten):
    finding = given.finding()
    action = given.action(finding["authority_id"], finding_ids=[finding["id"]])
    paths = [f"/v1/actions/{action['id']}", f"/v1/findings/{finding['id']}",
             f"/v1/inspections/{finding['inspection_id']}", f"/v1/authorities/{finding['authority_id']}"]
    for path in paths:
        api.delete(path, expect=204)
    for path in paths[:-1]:
        with unwritten():
            api.post(f"{path}/restore", expect=409)
    for path in reversed(paths):
        api.post(f"{path}/restore", expect=200)


@deleted_resource
def test_only_what_was_deleted_can_be_restored(api, given, unwritten, resource):
    row, absent = given.one(resource), resources()[resource].absent_id
    with unwritten():
        api.post(f"{path_of(resource, row)}/restore", expect=409)
        api.post(f"/v1/{resource}/{absent}/restore", expect=404)
        api.post(f"{path_of(resource, row)}/restore", {"reason": "x"}, expect=422)


@pytest.mark.parametrize("resource", sorted({*CHANGED, *DELETED, *those("is_moved")}))
def test_what_is_absent_is_404_to_every_write(api, unwritten, resource):
    with unwritten():
        for method, target, body in changes(resource, {"id": resources()[resource].absent_id}):
            api.request(method, target, json=body, if_match="*", expect=404)


def test_a_new_action_changes_neither_its_finding_nor_its_authority(api, given):
    finding = given.finding()
    given.action(finding["authority_id"], finding_ids=[finding["id"]], due_on=day(3))
    assert api.get(f"/v1/findings/{finding['id']}").json["version"] == 1
    assert api.get(f"/v1/authorities/{finding['authority_id']}").json["version"] == 1
