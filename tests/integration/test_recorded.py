"""as_recorded_at: what the service held at an earlier time, in items, lists, links and what is derived."""

from __future__ import annotations

import datetime
import json
import time
from typing import Any

import psycopg
import pytest

from harness.bodies import CHANGE, MOVES
from harness.cases import Cases
from harness.described import ABSENT_ID, LIST_TYPES, resources, those
from harness.service import Answer, Api


def at(api: Api, path: str, moment: str, params: Any = None, **options: Any) -> Answer:
    return api.get(path, {"as_recorded_at": moment, **(params or {})}, **options)


def shifted(moment: str, **by: float) -> str:
    """A time a little before or after another."""
    whole = datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")) + datetime.timedelta(**by)
    return whole.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def before(row: dict) -> str:
    return shifted(row["updated_at"], microseconds=-1)


@pytest.fixture
def now(db: psycopg.Connection):
    """The time by PostgreSQL's clock, which is the one that counts; the service takes times up to its own now."""

    def ask() -> str:
        moment = db.execute("SELECT clock_timestamp()").fetchone()[0]
        while datetime.datetime.now(datetime.timezone.utc) <= moment:
            time.sleep(0.0001)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    return ask


@pytest.fixture
def action(api: Api) -> dict:
    return api.create(
        "/v1/actions",
        {
            "authority_id": "806",
            "title": "First title",
            "due_on": "2026-01-30",
            "external_refs": {"pentana": f"A-{time.monotonic_ns()}"},
        },
    )


# --- items ----------------------------------------------------------------------------


def test_each_version_of_a_row_can_be_read_again(api, action):
    path = f"/v1/actions/{action['id']}"
    second = api.patch(path, {"title": "Second title"}, expect=200).json
    third = api.move(path, "in_progress", expect=200).json
    derived = {"allowed_transitions", "overdue", "days_late"}
    for version, following in ((action, second), (second, third)):
        for moment in (version["updated_at"], before(following)):
            assert at(api, path, moment, expect=200).json == version
    assert at(api, path, third["updated_at"], expect=200).json == third == api.get(path).json
    assert derived <= third.keys()


def test_before_its_creation_a_row_is_not_there(api, action):
    at(api, f"/v1/actions/{action['id']}", before(action), expect=404)
    assert at(api, "/v1/actions", before(action), {"id": action["id"]}, expect=200).data == []


def test_a_deleted_row_was_there_until_it_was_deleted_and_is_there_again_once_restored(api, action, now):
    path = f"/v1/actions/{action['id']}"
    earlier = now()
    api.delete(path, expect=204)
    deleted = now()
    at(api, path, earlier, expect=200)
    at(api, path, deleted, expect=404)
    api.get(path, expect=404)
    restored = api.post(f"{path}/restore", expect=200).json
    assert at(api, path, earlier, expect=200).json == action
    at(api, path, deleted, expect=404)
    assert at(api, path, restored["updated_at"], expect=200).json == restored


@pytest.mark.parametrize("resource", those("is_changed"))
def test_a_row_of_any_kind_can_be_read_as_it_was_with_its_lists_and_what_they_name(api, given, resource):
    of, row = resources()[resource], given.full(resource)
    path = f"/v1/{resource}/{row['id']}"
    lists = [name for name, field in of.changeable.items() if field["type"] in LIST_TYPES]
    changed = api.patch(path, CHANGE[resource] | {name: [] for name in lists}, expect=200).json
    for moment in (row["updated_at"], before(changed)):
        assert at(api, path, moment, expect=200).json == row
        assert at(api, of.path, moment, {"id": row["id"]}, expect=200).data == [row]
    assert at(api, path, changed["updated_at"], expect=200).json == changed == api.get(path).json
    with Cases() as case:
        for expansion in of.table["expansions"]:
            name, link = expansion["name"], f"{expansion['name'].removesuffix('s')}_ids"
            if expansion["many"] and link in lists:
                with case(name):
                    then = at(api, path, row["updated_at"], {"expand": name}, expect=200).json
                    assert sorted(one["id"] for one in then[name]) == sorted(row[link]) != []
                    assert at(api, path, changed["updated_at"], {"expand": name}, expect=200).json[name] == []


@pytest.mark.parametrize("resource", those("is_created"))
def test_a_row_of_any_kind_was_not_there_before_its_creation(api, given, resource):
    row = given.one(resource)
    at(api, f"/v1/{resource}/{row['id']}", before(row), expect=404)
    assert at(api, f"/v1/{resource}", before(row), {"id": row["id"]}, expect=200).data == []
    assert at(api, f"/v1/{resource}", row["updated_at"], {"id": row["id"]}, expect=200).data == [row]


@pytest.mark.parametrize("resource", those("is_moved"))
def test_a_status_was_what_it_was(api, given, resource):
    row = given.one(resource)
    path = f"/v1/{resource}/{row['id']}"
    moved = api.move(path, MOVES[resource]["to"], reason=MOVES[resource].get("reason"), expect=200).json
    then = at(api, path, before(moved), expect=200).json
    assert (then["status"], then["allowed_transitions"]) == (row["status"], row["allowed_transitions"])
    assert (moved["status"], moved["version"]) == (MOVES[resource]["to"], row["version"] + 1)


def test_an_absent_row_was_never_there(api, now):
    at(api, f"/v1/actions/{ABSENT_ID}", now(), expect=404)


def test_fields_and_the_tag_are_of_that_time(api, action):
    path = f"/v1/actions/{action['id']}"
    api.patch(path, {"title": "Second title"}, expect=200)
    answer = at(api, path, action["updated_at"], {"fields": "title,version"}, expect=200)
    assert answer.json == {"title": "First title", "version": 1}
    assert answer.etag.startswith('"1.')


# --- lists ------------------------------------------------------------------------------


def test_a_list_shows_rows_as_they_were(api, now):
    rows = [api.create("/v1/actions", {"authority_id": "302", "title": f"Row {n}"}) for n in range(5)]
    then = now()
    api.patch(f"/v1/actions/{rows[0]['id']}", {"title": "Changed"}, expect=200)
    api.delete(f"/v1/actions/{rows[1]['id']}", expect=204)
    api.create("/v1/actions", {"authority_id": "302", "title": "Later"})
    params = {"authority_id": "302", "sort": "id"}
    assert at(api, "/v1/actions", then, params, expect=200).data == rows
    assert at(api, "/v1/authorities/302/actions", then, {"sort": "id"}, expect=200).data == rows
    assert api.all("/v1/actions", params | {"as_recorded_at": then, "limit": 2}) == rows
    assert at(api, "/v1/actions", then, params | {"include_total": True}, expect=200).json["page"]["total"] == 5
    exported = at(api, "/v1/actions", then, params, headers={"Accept": "application/x-ndjson"}, expect=200)
    assert [json.loads(line) for line in exported.text.splitlines()] == rows


def test_filters_sort_and_words_are_of_that_time(api, now):
    rows = [
        api.create(
            "/v1/actions", {"authority_id": "303", "title": f"Word{n} supervision", "due_on": f"2027-01-{n + 1:02d}"}
        )
        for n in range(3)
    ]
    then = now()
    for n, row in enumerate(rows):
        api.patch(
            f"/v1/actions/{row['id']}",
            {"title": "Nothing", "due_on": f"2027-02-{9 - n:02d}", "reason": "Moved."},
            expect=200,
        )
        api.move(f"/v1/actions/{row['id']}", "in_progress", expect=200)
    of = {"authority_id": "303"}
    assert at(api, "/v1/actions", then, of | {"status": "not_started", "sort": "due_on"}, expect=200).data == rows
    assert at(api, "/v1/actions", then, of | {"status": "in_progress"}, expect=200).data == []
    assert (
        at(api, "/v1/actions", then, of | {"due_on_lt": "2027-02-01", "sort": "-due_on"}, expect=200).data == rows[::-1]
    )
    assert at(api, "/v1/actions", then, of | {"q": "supervision", "sort": "id"}, expect=200).data == rows
    assert api.get("/v1/actions", of | {"q": "supervision"}, expect=200).data == []
    assert (
        at(api, "/v1/actions", then, of | {"updated_since": rows[1]["updated_at"], "sort": "id"}, expect=200).data
        == rows[1:]
    )


def test_an_external_ref_finds_what_had_it_then(api, action):
    [(system, key)] = action["external_refs"].items()
    api.patch(f"/v1/actions/{action['id']}", {"external_refs": {system: None}}, expect=200)
    asked = {"external_ref": f"{system}:{key}"}
    assert api.get("/v1/actions", asked, expect=200).data == []
    assert at(api, "/v1/actions", action["updated_at"], asked, expect=200).data == [action]


def test_counts_are_of_that_time(api, now):
    row = api.create("/v1/actions", {"authority_id": "304", "title": "Counted"})
    then = now()
    api.move(f"/v1/actions/{row['id']}", "in_progress", expect=200)
    counted = at(api, "/v1/actions/counts", then, {"by": "status", "authority_id": "304"}, expect=200).data
    assert counted == [{"status": "not_started", "count": 1}]
    assert at(api, "/v1/actions/counts", before(row), {"by": "status", "authority_id": "304"}, expect=200).data == []


def test_before_anything_was_recorded_lists_are_empty(api):
    long_ago = "2001-01-01T00:00:00Z"
    for resource in those("is_listed"):
        assert at(api, f"/v1/{resource}", long_ago, expect=200).data == [], resource
    at(api, "/v1/authorities/806", long_ago, expect=404)
    at(api, "/v1/authorities/806/actions", long_ago, expect=404)


# --- links and members of rows --------------------------------------------------------------


@pytest.fixture
def visit(api: Api) -> dict:
    return api.create(
        "/v1/inspections",
        {
            "authority_id": "806",
            "kind": "focused_visit",
            "start_on": "2025-05-13",
            "end_on": "2025-05-14",
            "theme_ids": ["thresholds"],
        },
    )


def test_the_findings_of_an_action_are_those_that_it_answered_then(api, visit, now):
    first, second = (
        api.create("/v1/findings", {"inspection_id": visit["id"], "kind": "recommendation", "text": text})
        for text in ("One", "Two")
    )
    action = api.create("/v1/actions", {"title": "Answer", "finding_ids": [first["id"]]})
    then = now()
    api.patch(f"/v1/actions/{action['id']}", {"finding_ids": [second["id"]]}, expect=200)
    path = f"/v1/actions/{action['id']}"
    assert at(api, path, then, expect=200).json["finding_ids"] == [first["id"]]
    assert [row["id"] for row in at(api, path, then, {"expand": "findings"}, expect=200).json["findings"]] == [
        first["id"]
    ]
    assert at(api, f"/v1/findings/{first['id']}", then, expect=200).json["action_ids"] == [action["id"]]
    assert at(api, f"/v1/findings/{second['id']}", then, expect=200).json["action_ids"] == []
    assert at(api, f"/v1/findings/{first['id']}/actions", then, expect=200).ids == [action["id"]]
    assert at(api, f"/v1/findings/{second['id']}/actions", then, expect=200).ids == []
    assert at(api, "/v1/actions", then, {"finding_id": first["id"]}, expect=200).ids == [action["id"]]
    assert at(api, "/v1/findings", then, {"action_id": action["id"]}, expect=200).ids == [first["id"]]
    assert api.get(f"/v1/findings/{second['id']}/actions", expect=200).ids == [action["id"]]


def test_themes_and_judgements_are_those_that_were_recorded_then(api, now):
    judged = [{"strand": "impact_of_leaders", "grade": "good"}, {"strand": "care_leavers", "grade": "inadequate"}]
    inspection = api.create(
        "/v1/inspections",
        {
            "authority_id": "310",
            "kind": "standard_inspection",
            "start_on": "2026-05-04",
            "end_on": "2026-05-15",
            "theme_ids": ["thresholds"],
            "judgements": judged,
        },
    )
    path = f"/v1/inspections/{inspection['id']}"
    then = now()
    api.patch(
        path,
        {
            "theme_ids": ["management-oversight"],
            "judgements": [{"strand": "impact_of_leaders", "grade": "outstanding"}],
        },
        expect=200,
    )
    old = at(api, path, then, expect=200).json
    assert old["theme_ids"] == ["thresholds"]
    assert [(j["strand"], j["grade"]) for j in old["judgements"]] == [
        ("impact_of_leaders", "good"),
        ("care_leavers", "inadequate"),
    ]
    asked = {"authority_id": "310", "start_on": "2026-05-04", "judgement": "care_leavers:inadequate"}
    assert at(api, "/v1/inspections", then, asked, expect=200).ids == [inspection["id"]]
    assert api.get("/v1/inspections", asked, expect=200).ids == []
    asked = {"authority_id": "310", "start_on": "2026-05-04"}
    assert at(api, "/v1/inspections", then, asked | {"theme_id": "thresholds"}, expect=200).ids == [inspection["id"]]
    assert at(api, "/v1/inspections", then, asked | {"theme_id": "management-oversight"}, expect=200).ids == []
    [theme] = at(api, path, then, {"expand": "themes"}, expect=200).json["themes"]
    assert theme["id"] == "thresholds"


def test_links_between_findings_are_those_of_that_time(api, visit, now):
    finding = api.create(
        "/v1/findings", {"inspection_id": visit["id"], "kind": "recommendation", "theme_ids": ["thresholds"]}
    )
    earlier = api.get("/v1/authorities/806/findings", {"limit": 1, "inspection_id_ne": visit["id"]}, expect=200).ids[0]
    path = f"/v1/findings/{finding['id']}"
    linked = api.patch(path, {"links": [{"earlier_id": earlier, "relation": "repeats"}]}, expect=200).json
    api.patch(path, {"links": [], "theme_ids": []}, expect=200)
    assert at(api, path, before(linked), expect=200).json["links"] == []
    old = at(api, path, linked["updated_at"], expect=200).json
    assert (old["links"], old["theme_ids"]) == ([{"earlier_id": earlier, "relation": "repeats"}], ["thresholds"])


def test_a_deleted_action_was_among_the_actions_of_its_finding(api, visit, now):
    finding = api.create("/v1/findings", {"inspection_id": visit["id"], "kind": "recommendation"})
    action = api.create("/v1/actions", {"title": "Brief", "finding_ids": [finding["id"]], "status": "in_progress"})
    then = now()
    api.delete(f"/v1/actions/{action['id']}", expect=204)
    path = f"/v1/findings/{finding['id']}"
    old = at(api, path, then, {"expand": "actions"}, expect=200).json
    assert (old["action_ids"], old["suggested_status"], [row["title"] for row in old["actions"]]) == (
        [action["id"]],
        "being_addressed",
        ["Brief"],
    )
    assert api.get(path, expect=200).json["action_ids"] == []


def test_what_stood_is_what_was_known_then(api, now):
    then = now()
    before_it = api.get("/v1/authorities/311", expect=200).json["standing_judgements"]
    api.create(
        "/v1/inspections",
        {
            "authority_id": "311",
            "kind": "standard_inspection",
            "start_on": "2026-09-07",
            "end_on": "2026-09-18",
            "published_on": "2026-10-30",
            "status": "published",
            "judgements": [{"strand": "care_leavers", "grade": "inadequate"}],
        },
    )
    assert [j["grade"] for j in api.get("/v1/authorities/311", expect=200).json["standing_judgements"]] == [
        "inadequate"
    ]
    assert at(api, "/v1/authorities/311", then, expect=200).json["standing_judgements"] == before_it
    asked = {"standing": "care_leavers:inadequate", "id": "311"}
    assert api.get("/v1/authorities", asked, expect=200).ids == ["311"]
    assert at(api, "/v1/authorities", then, asked, expect=200).ids == []


# --- what is derived from the day ----------------------------------------------------------------


@pytest.fixture(scope="module")
def long_known(service, cluster, api) -> str:
    """An action recorded in January 2026 and due at the end of June: the journal takes its time from the row."""
    with cluster.connect(service.database) as owner:
        return str(
            owner.execute(
                """
            INSERT INTO inspectd.action (id, authority_id, title, status, due_on, created_at, updated_at)
            VALUES (gen_random_uuid(), '806', 'Known for long', 'in_progress', '2026-06-30', '2026-01-05', '2026-01-05') RETURNING id"""
            ).fetchone()[0]
        )


@pytest.mark.parametrize(
    ("moment", "overdue", "days"),
    [
        ("2026-02-01T12:00:00Z", False, 0),
        ("2026-06-30T22:59:59Z", False, 0),  # a minute to midnight in London
        ("2026-06-30T23:00:00Z", True, 1),  # 1 July there: British Summer Time
        ("2026-07-10T12:00:00Z", True, 10),
    ],
)
def test_overdue_is_of_that_day_in_london(api, long_known, moment, overdue, days):
    row = at(api, f"/v1/actions/{long_known}", moment, expect=200).json
    assert (row["overdue"], row["days_late"]) == (overdue, days)
    assert (at(api, "/v1/actions", moment, {"overdue": "true"}, expect=200).ids == [long_known]) == overdue
    assert (at(api, "/v1/actions", moment, {"overdue": "false"}, expect=200).ids == [long_known]) != overdue


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/v1/actions", "/v1/authorities/806", "/v1/actions/counts?by=status", "/v1/authorities/806/findings"]
)
def test_the_future_is_refused(api, path):
    ahead = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=5)).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )
    mark = "&" if "?" in path else "?"
    assert api.get(f"{path}{mark}as_recorded_at={ahead}", expect=400).pointers == ["/as_recorded_at"]


@pytest.mark.parametrize(
    "moment",
    [
        "",
        "yesterday",
        "2026-01-01",
        "2026-02-30T00:00:00Z",
        "2026-01-01T00:00:00",
        "2026-01-01T24:00:01Z",
        "1700000000",
        "infinity",
        "now",
        "2026-01-01T00:00:00Z,2026-01-02T00:00:00Z",
    ],
)
def test_a_moment_that_is_none_is_refused(api, moment):
    assert at(api, "/v1/actions", moment, expect=400).pointers == ["/as_recorded_at"]


@pytest.mark.parametrize("path", ["/v1/me", "/v1/vocabularies", "/v1/search?q=x"])
def test_what_has_no_history_takes_no_moment(api, path):
    mark = "&" if "?" in path else "?"
    assert api.get(f"{path}{mark}as_recorded_at=2026-01-01T00:00:00Z", expect=400).pointers == ["/as_recorded_at"]


def test_the_past_is_not_written_to(api, action):
    path = f"/v1/actions/{action['id']}?as_recorded_at={action['updated_at']}"
    assert api.patch(path, {"title": "No"}, if_match="*", expect=400).pointers == ["/as_recorded_at"]
