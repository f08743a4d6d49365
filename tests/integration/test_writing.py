"""Creating, changing, deleting and bringing back rows."""

from __future__ import annotations

import concurrent.futures
import re
import uuid

import pytest

from harness.examples import ABSENT_ID, RESOURCES, day

every_resource = pytest.mark.parametrize("resource", RESOURCES)
council_resource = pytest.mark.parametrize("resource", ["inspections", "findings", "actions"])

# A member that may be changed without consequences, and what to.
CHANGE = {
    "authorities": {"official_name": "Another name"},
    "inspections": {"report_url": "https://example.org/other"},
    "findings": {"gloss": "Another gloss"},
    "actions": {"detail": "Another detail"},
}
MOVE = {
    "authorities": {"to": "abolished", "reason": "Merged"},
    "inspections": {"to": "cancelled", "reason": "Flood"},
    "findings": {"to": "being_addressed"},
    "actions": {"to": "in_progress", "reason": "Not done after all"},
}
OF_THE_SERVICE = {"version", "updated_at"}  # what any change alters by itself


def path_of(resource: str, row: dict) -> str:
    return f"/v1/{resource}/{row['id']}"


def without(row: dict, *names: str) -> dict:
    return {name: value for name, value in row.items() if name not in names}


# --- creating -------------------------------------------------------------------


@every_resource
def test_a_new_row_has_an_address_and_an_etag_and_reads_back_the_same(api, given, resource):
    answer = api.post(f"/v1/{resource}", given.body(resource), expect=201)
    assert answer.location == path_of(resource, answer.json)
    assert re.fullmatch(r'"1\.[0-9a-f]+"', answer.etag)

    read = api.get(answer.location, expect=200)
    assert (read.body, read.etag) == (answer.body, answer.etag)


@every_resource
def test_every_member_that_was_sent_is_stored(api, given, resource):
    body = given.full_body(resource)
    row = api.create(f"/v1/{resource}", body)
    assert {name: row[name] for name in body} == body


@council_resource
def test_an_id_is_a_uuid_of_version_7_and_later_rows_sort_later(given, resource):
    first, second = given.one(resource)["id"], given.one(resource)["id"]
    assert uuid.UUID(first).version == 7 and uuid.UUID(first).variant == uuid.RFC_4122
    assert first < second


@every_resource
def test_a_new_row_leaves_one_entry_in_the_journal_with_its_caller(api, given, journal, resource):
    body, before = given.body(resource), journal.position()
    answer = api.with_headers(X_Request_ID="made-here", X_Acting_User="a.person").post(f"/v1/{resource}", body,
                                                                                       expect=201)
    assert [entry[2:] for entry in journal.since(before)] == [("created", 1)]
    entry = journal.last(answer.json["id"])
    assert entry["request_id"] == "made-here" and entry["person"] == "a.person" and entry["actor"]


@pytest.mark.parametrize(("parent", "child"), [
    ("authorities", "inspections"), ("authorities", "actions"), ("inspections", "findings"), ("findings", "actions"),
])
def test_a_row_may_be_posted_beneath_its_parent(api, given, unwritten, parent, child):
    above = given.one(parent)
    body = without(given.body(child), "authority_id", "inspection_id")
    answer = api.post(f"{path_of(parent, above)}/{child}", body, expect=201)
    row = answer.json
    assert answer.location == path_of(child, row)
    assert above["id"] in (row["authority_id"], row.get("inspection_id"), *row.get("finding_ids", []))

    other = given.body(child)  # of another parent
    with unwritten():
        api.post(f"{path_of(parent, above)}/{child}", other, expect=422)


def test_beneath_a_parent_that_is_not_there_nothing_can_be_posted(api, unwritten):
    with unwritten():
        api.post("/v1/authorities/999/inspections", {"kind": "jtai"}, expect=404)
        api.post(f"/v1/inspections/{ABSENT_ID}/findings", {"kind": "strength"}, expect=404)
        api.post(f"/v1/findings/{ABSENT_ID}/actions", {"title": "A"}, expect=404)


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


@every_resource
def test_a_patch_leaves_what_it_does_not_name_untouched(api, given, resource):
    before = given.full(resource)
    answer = api.patch(path_of(resource, before), CHANGE[resource], expect=200)
    assert answer.json == before | CHANGE[resource] | {name: answer.json[name] for name in OF_THE_SERVICE}
    assert answer.json["version"] == before["version"] + 1
    assert answer.json["updated_at"] > before["updated_at"]
    read = api.get(path_of(resource, before))
    assert (read.body, read.etag) == (answer.body, answer.etag)


@pytest.mark.parametrize(("resource", "members"), [
    ("authorities", ["official_name", "gss_code", "urn", "region", "region_code", "started_on"]),
    ("inspections", ["planned_precision", "verbal_feedback_on", "delivery", "inspectors_count", "sequence_number",
                     "follows_id", "report_url"]),
    ("findings", ["number", "parent_id", "printed_label", "polarity", "extent", "strand", "gloss", "source_paragraph",
                  "source_url", "national_framework_ref", "contested_response"]),
    ("actions", ["number", "detail", "lead_role", "forecast_on", "success_criteria"]),
])
def test_null_takes_a_member_away(api, given, resource, members):
    row = given.full(resource)
    changed = api.patch(path_of(resource, row), dict.fromkeys(members), expect=200).json
    assert [changed[name] for name in members] == [None] * len(members)


@pytest.mark.parametrize(("resource", "members"), [
    ("authorities", ["name", "type"]), ("inspections", ["kind", "sensitivity"]),
    ("findings", ["kind", "stage", "text"]),
    ("actions", ["title", "sensitivity"]),
])
def test_what_a_row_must_have_cannot_be_taken_away(api, given, unwritten, resource, members):
    row = given.full(resource)
    with unwritten():
        answer = api.patch(path_of(resource, row), dict.fromkeys(members), expect=422)
    assert answer.pointers == [f"/{name}" for name in members]


@council_resource
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


@pytest.mark.parametrize(("resource", "member", "empty"), [
    ("authorities", "aliases", []), ("authorities", "former_gss_codes", []), ("authorities", "successor_ids", []),
    ("inspections", "theme_ids", []), ("inspections", "inspectors", []), ("inspections", "judgements", []),
    ("findings", "theme_ids", []), ("findings", "links", []), ("actions", "finding_ids", []),
])
def test_a_list_that_is_named_is_replaced_whole(api, given, resource, member, empty):
    row = given.full(resource)
    assert row[member]
    path = path_of(resource, row)
    assert api.patch(path, {member: empty}, expect=200).json[member] == empty
    back = api.patch(path, {member: row[member]}, expect=200).json
    assert without(back, *OF_THE_SERVICE) == without(row, *OF_THE_SERVICE)


def test_lists_of_objects_keep_their_order(api, given):
    row = given.full("inspections")
    turned = row["inspectors"][::-1]
    assert api.patch(path_of("inspections", row), {"inspectors": turned}, expect=200).json["inspectors"] == turned


@every_resource
@pytest.mark.parametrize("same", [False, True], ids=["empty", "the_same_values"])
def test_a_patch_that_changes_nothing_keeps_the_version(api, given, unwritten, resource, same):
    body = given.full_body(resource)
    created = api.post(f"/v1/{resource}", body, expect=201)
    patch = without(body, "status") if same else {}
    with unwritten():
        answer = api.patch(created.location, patch, expect=200)
    assert (answer.body, answer.etag) == (created.body, created.etag)


@every_resource
@pytest.mark.parametrize("media_type", ["application/merge-patch+json", "application/json",
                                        "Application/JSON; charset=utf-8"])
def test_a_patch_is_read_as_merge_patch_or_plain_json(api, given, resource, media_type):
    row = given.one(resource)
    changed = api.patch(path_of(resource, row), CHANGE[resource], content_type=media_type, expect=200).json
    assert changed.items() >= CHANGE[resource].items()


@every_resource
@pytest.mark.parametrize("media_type", ["application/json-patch+json", "text/plain", "application/xml",
                                        "application/jsonx",
                                        "application/json; charset=latin-1"])
def test_a_patch_of_another_type_is_refused_with_those_that_are_read(api, given, unwritten, resource, media_type):
    row = given.one(resource)
    with unwritten():
        answer = api.patch(path_of(resource, row), CHANGE[resource], content_type=media_type, expect=415)
    assert "application/merge-patch+json" in answer.headers["Accept-Patch"]
    assert answer.problem["type"].endswith("/unsupported-media-type")


# --- If-Match -------------------------------------------------------------------


def changes(resource: str, row: dict) -> list[tuple[str, str, dict | None]]:
    path = path_of(resource, row)
    return [("PATCH", path, CHANGE[resource]), ("DELETE", path, None), ("POST", f"{path}/transitions", MOVE[resource])]


@every_resource
def test_a_change_without_if_match_is_refused(api, given, unwritten, resource):
    row = given.one(resource)
    for method, path, body in changes(resource, row):
        with unwritten():
            answer = api.request(method, path, json=body, expect=428)
        assert answer.problem["type"].endswith("/precondition-required")


@every_resource
@pytest.mark.parametrize("version", [1, 9], ids=["earlier", "not_yet"])
def test_a_change_of_another_version_is_refused_with_the_present_one(api, given, unwritten, resource, version):
    row = given.one(resource)
    now = api.patch(path_of(resource, row), CHANGE[resource], expect=200)
    for method, path, body in changes(resource, row):
        with unwritten():
            problem = api.request(method, path, json=body, if_match=f'"{version}.0"', expect=412).problem
        assert problem["current_etag"] == now.etag
        if version == 1:
            assert problem["changed"] == list(CHANGE[resource])


@pytest.mark.parametrize(("resource", "patch"), [
    ("authorities", {"aliases": ["New"], "successor_ids": []}),
    ("inspections", {"theme_ids": [], "judgements": [], "inspectors": [], "delivery": "remote"}),
    ("findings", {"theme_ids": [], "links": [], "external_refs": {"plan": None}, "gloss": "New"}),
    ("actions", {"finding_ids": [], "title": "New"}),
])
def test_a_stale_change_is_told_every_member_that_changed_link_lists_too(api, given, unwritten, resource, patch):
    row = given.full(resource)
    first = api.get(path_of(resource, row)).etag
    api.patch(path_of(resource, row), patch, expect=200)
    with unwritten():
        problem = api.patch(path_of(resource, row), CHANGE[resource], if_match=first, expect=412).problem
    assert sorted(problem["changed"]) == sorted(patch)


@every_resource
@pytest.mark.parametrize("form", ["*", '"77.abc", {etag}', '{etag},"77.abc"', '  {etag}  '])
def test_if_match_may_be_a_star_or_a_list(api, given, resource, form):
    row = given.one(resource)
    etag = api.get(path_of(resource, row)).etag
    api.patch(path_of(resource, row), CHANGE[resource], if_match=form.format(etag=etag), expect=200)


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


@every_resource
def test_of_many_changes_with_one_etag_exactly_one_wins(api, given, journal, resource):
    row = given.one(resource)
    etag, before = api.get(path_of(resource, row)).etag, journal.position()
    (member, _), = CHANGE[resource].items()
    values = [f"https://example.org/{n}" for n in range(12)]
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda v: api.patch(path_of(resource, row), {member: v}, if_match=etag), values))
    assert sorted(answer.status for answer in answers) == [200] + [412] * 11
    winner, = [answer.json for answer in answers if answer.status == 200]
    assert api.get(path_of(resource, row)).json == winner and winner["version"] == 2
    assert len(journal.since(before)) == 1


@every_resource
def test_a_change_by_psql_makes_a_version_and_is_in_the_journal(api, given, db, journal, resource):
    row = given.one(resource)
    old = api.get(path_of(resource, row))
    table = {"authorities": "authority"}.get(resource, resource[:-1])
    (member, value), = CHANGE[resource].items()
    db.execute(f"UPDATE inspectd.{table} SET {member} = %s, version = 40, created_at = now() WHERE id = %s",
               [value, row["id"]])

    new = api.get(path_of(resource, row))
    assert new.json == row | {member: value, "version": 2, "updated_at": new.json["updated_at"]}
    assert new.etag != old.etag and new.json["updated_at"] > row["updated_at"]
    entry = journal.last(row["id"])
    assert (entry["op"], entry["version"], entry["actor"]) == ("updated", 2, "database:inspectd_owner")
    problem = api.patch(path_of(resource, row), CHANGE[resource], if_match=old.etag, expect=412).problem
    assert problem["changed"] == [member]


# --- what is refused ------------------------------------------------------------

READ_ONLY = {
    "authorities": ["status", "status_on", "allowed_transitions", "ended_on", "predecessor_ids", "standing_judgements",
                    "warnings", "version", "created_at", "updated_at"],
    "inspections": ["id", "status_on", "allowed_transitions", "warnings", "version", "created_at", "updated_at"],
    "findings": ["id", "authority_id", "status", "status_on", "allowed_transitions", "suggested_status", "action_ids",
                 "warnings", "version", "created_at", "updated_at"],
    "actions": ["id", "status_on", "allowed_transitions", "rag", "overdue", "days_late", "warnings", "version",
                "created_at", "updated_at"],
}


@every_resource
def test_every_read_only_member_is_refused_by_name(api, given, unwritten, resource):
    row = given.one(resource)
    theirs = {name: "mine" for name in READ_ONLY[resource]}
    body = given.body(resource) | theirs
    with unwritten():
        for answer in (api.post(f"/v1/{resource}", body, expect=422),
                       api.patch(path_of(resource, row), theirs, expect=422)):
            assert sorted(answer.pointers) == sorted(f"/{name}" for name in READ_ONLY[resource])
            assert set(answer.codes) == {"read_only"}


@pytest.mark.parametrize(("resource", "member", "value"), [
    ("authorities", "id", "998"), ("inspections", "authority_id", "806"), ("inspections", "status", "cancelled"),
    ("findings", "inspection_id", ABSENT_ID), ("actions", "authority_id", "806"), ("actions", "status", "complete"),
])
def test_what_is_fixed_by_creation_cannot_be_patched_to_something_else(api, given, unwritten, resource, member, value):
    row = given.one(resource)
    with unwritten():
        assert api.patch(path_of(resource, row), {member: value}, expect=422).pointers == [f"/{member}"]
        api.patch(path_of(resource, row), {member: row[member]}, expect=200)


@every_resource
def test_unknown_members_are_refused_at_every_level(api, given, unwritten, resource):
    nested = {
        "inspections": {"judgements": [{"strand": "x", "grade": "y", "mark": 1}],
                        "inspectors": [{"name": "Ann"}, {"name": "Bob", "rôle": 1}]},
        "findings": {"links": [{"earlier_id": ABSENT_ID, "relation": "repeats", "since": 1}]},
    }.get(resource, {})
    unknown = {"inspections": {"/judgements/0/mark", "/inspectors/1/rôle"},
               "findings": {"/links/0/since"}}.get(resource, set())
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
     ["/authority_id", "/due_on", "/finding_ids", "/number", "/sensitivity", "/status", "/title"]),
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


@every_resource
@pytest.mark.parametrize("body", [[], "text", 7, None, True], ids=repr)
def test_a_body_that_is_not_an_object_is_refused(api, given, unwritten, resource, body):
    row = given.one(resource)
    data = "null" if body is None else None
    with unwritten():
        api.post(f"/v1/{resource}", body, data=data, expect=[400, 422])
        api.patch(path_of(resource, row), body, data=data, expect=[400, 422])


@council_resource
def test_a_reason_is_kept_in_the_journal_and_not_shown(api, given, journal, resource):
    row = given.one(resource)
    answer = api.patch(path_of(resource, row), CHANGE[resource] | {"reason": "Because."}, expect=200)
    assert "reason" not in answer.json
    assert journal.last(row["id"])["reason"] == "Because."


# --- validate_only --------------------------------------------------------------


@every_resource
def test_validate_only_answers_the_object_that_would_be_and_writes_nothing(api, given, unwritten, resource):
    body = given.full_body(resource)
    with unwritten():
        would = api.post(f"/v1/{resource}?validate_only=true", body, expect=200).json
    assert {name: would[name] for name in body} == body
    really = api.create(f"/v1/{resource}", body)
    assert without(would, "id", "created_at", "updated_at") == without(really, "id", "created_at", "updated_at")

    path = path_of(resource, really)
    for method, target, change in changes(resource, really):
        etag = api.get(path).etag
        with unwritten():
            answer = api.request(method, f"{target}?validate_only=true", json=change, if_match=etag,
                                 expect=[200, 204, 409])
        assert api.get(path).json == really
        if method == "PATCH":
            assert answer.expect(200).json.items() >= CHANGE[resource].items()


@every_resource
def test_validate_only_refuses_what_would_be_refused(api, given, unwritten, resource):
    row = given.one(resource)
    path = path_of(resource, row)
    with unwritten():
        api.post(f"/v1/{resource}?validate_only=true", {"nonsense": 1}, expect=422)
        api.patch(f"{path}?validate_only=true", {"nonsense": 1}, expect=422)
        api.patch(f"{path}?validate_only=true", CHANGE[resource], if_match=None, expect=428)
        api.patch(f"{path}?validate_only=true", CHANGE[resource], if_match='"7.a"', expect=412)
        api.delete(f"{path}?validate_only=true", if_match='"7.a"', expect=412)
        api.move(f"{path}?validate_only=true", "nonsense", expect=[409, 422])
        api.post(f"{path}/restore?validate_only=true", expect=409)
        api.post(f"/v1/{resource}?validate_only=perhaps", {}, expect=400)
        api.post(f"/v1/{resource}?validate_only=", {}, expect=400)


def test_validate_only_false_writes(api, given):
    api.post("/v1/actions?validate_only=false", given.body("actions"), expect=201)


@every_resource
def test_validate_only_of_a_restore_brings_nothing_back(api, given, unwritten, resource):
    row = given.one(resource)
    api.delete(path_of(resource, row), expect=204)
    with unwritten():
        assert api.post(f"{path_of(resource, row)}/restore?validate_only=true", expect=200).json["id"] == row["id"]
    api.get(path_of(resource, row), expect=404)


# --- deleting and bringing back -------------------------------------------------


@every_resource
def test_a_deleted_row_is_gone_but_for_earlier_times_and_comes_back_whole(api, given, journal, resource):
    row = given.full(resource)
    path = path_of(resource, row)
    if resource == "authorities":  # its successor needs it
        row = api.patch(path, {"successor_ids": []}, expect=200).json
    api.delete(path, expect=204)
    assert journal.last(row["id"])["op"] == "deleted"
    api.get(path, expect=404)
    assert api.get(f"/v1/{resource}", {"id": row["id"]}).data == []
    earlier = api.get(path, {"as_recorded_at": row["updated_at"]}, expect=200).json
    assert without(earlier, "standing_judgements") == without(row, "standing_judgements")
    api.patch(path, CHANGE[resource], if_match="*", expect=404)
    api.move(path, "cancelled", if_match="*", expect=404)
    api.delete(path, if_match="*", expect=404)

    back = api.post(f"{path}/restore", expect=200)
    assert journal.last(row["id"])["op"] == "restored"
    assert back.json == row | {name: back.json[name] for name in OF_THE_SERVICE}
    assert back.json["version"] == row["version"] + 2
    read = api.get(path, expect=200)
    assert (read.body, read.etag) == (back.body, back.etag)


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
    for what, (path, named) in dependants(given).items():
        with unwritten():
            for target in (path, f"{path}?validate_only=true"):
                answer = api.delete(target, if_match="*", expect=409)
                assert named in answer.problem["detail"], what
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


def siblings(given, resource: str, **members) -> dict:
    """Two bodies that belong to the same authority."""
    if resource == "findings":
        return given.body(resource, inspection_id=given.inspection()["id"], **members)
    return given.body(resource, authority_id=given.authority(), **members)


@council_resource
def test_the_key_of_a_deleted_row_is_free_and_then_in_the_way_of_a_restore(api, given, unwritten, resource):
    body = siblings(given, resource, external_refs={"plan": "1"})
    first = api.create(f"/v1/{resource}", body)
    api.delete(path_of(resource, first), expect=204)
    second = api.create(f"/v1/{resource}", body)
    with unwritten():
        api.post(f"{path_of(resource, first)}/restore", expect=409)
        api.post(f"{path_of(resource, first)}/restore?validate_only=true", expect=409)
    api.patch(path_of(resource, second), {"external_refs": {"plan": None}}, expect=200)
    api.post(f"{path_of(resource, first)}/restore", expect=200)


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


@every_resource
def test_only_what_was_deleted_can_be_restored(api, given, unwritten, resource):
    row = given.one(resource)
    absent = "999" if resource == "authorities" else ABSENT_ID
    with unwritten():
        api.post(f"{path_of(resource, row)}/restore", expect=409)
        api.post(f"/v1/{resource}/{absent}/restore", expect=404)
        api.post(f"{path_of(resource, row)}/restore", {"reason": "x"}, expect=422)


@every_resource
def test_what_is_absent_is_404_to_every_write(api, unwritten, resource):
    path = f"/v1/{resource}/{'999' if resource == 'authorities' else ABSENT_ID}"
    with unwritten():
        api.patch(path, CHANGE[resource], if_match="*", expect=404)
        api.delete(path, if_match="*", expect=404)
        api.move(path, MOVE[resource]["to"], if_match="*", reason="R", expect=404)


def test_a_new_action_changes_neither_its_finding_nor_its_authority(api, given):
    finding = given.finding()
    given.action(finding["authority_id"], finding_ids=[finding["id"]], due_on=day(3))
    assert api.get(f"/v1/findings/{finding['id']}").json["version"] == 1
    assert api.get(f"/v1/authorities/{finding['authority_id']}").json["version"] == 1
